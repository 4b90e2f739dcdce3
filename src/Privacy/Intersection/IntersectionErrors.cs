using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Intersection;

/// <summary>The error catalogue of private set intersection (DS-PRV-160 to 199); what holds for every conversation is in <see cref="Conversations.ConversationErrors"/>. No row carries an identifier or a point.</summary>
public static class IntersectionErrors
{
    /// <summary>A peer's point is not in canonical form.</summary>
    public static readonly ErrorKind PointNotCanonical = new(
        "DS-PRV-160", 422, "A peer's point is not in canonical form", "对方发送的点不是规范形式",
        "Refuse the run; the peer's software is wrong or hostile.",
        "请拒绝本次运行；对方软件有误或存在恶意。");

    /// <summary>A peer's point has low order.</summary>
    public static readonly ErrorKind PointOfLowOrder = new(
        "DS-PRV-161", 422, "A peer's point has low order", "对方发送的点阶数过低",
        "Refuse the run; such a point is never made by accident.",
        "请拒绝本次运行；这种点不可能偶然产生。");

    /// <summary>The terms of the intersection are not valid.</summary>
    public static readonly ErrorKind TermsInvalid = new(
        "DS-PRV-167", 422, "The terms of the intersection are not valid", "求交条款无效",
        "Correct the term that the detail names.",
        "请更正详情所指的条款。");

    /// <summary>A set is larger than the contract allows.</summary>
    public static readonly ErrorKind SetTooLarge = new(
        "DS-PRV-168", 422, "A set is larger than the contract allows", "集合超出合约允许的大小",
        "Use fewer rows, or conclude a contract with a larger limit.",
        "请减少行数，或订立更大上限的合约。");

    /// <summary>A set is smaller than the smallest intersection that may be told.</summary>
    public static readonly ErrorKind SetTooSmall = new(
        "DS-PRV-169", 403, "A set is smaller than the smallest intersection that may be told", "集合小于允许告知的最小交集",
        "Use a larger set: a question about few subjects is a question about each of them.",
        "请使用更大的集合：对少数主体的提问等于对每个主体的提问。");

    /// <summary>Too few items are common to be told.</summary>
    public static readonly ErrorKind TooFewInCommon = new(
        "DS-PRV-170", 403, "Too few items are common to be told", "共有项过少，不予告知",
        "Nothing was told, and the use is spent; ask about a larger set.",
        "未告知任何结果，且本次使用已计；请对更大的集合提问。");

    /// <summary>The rule that makes keys comparable is not valid.</summary>
    public static readonly ErrorKind KeyRuleInvalid = new(
        "DS-PRV-174", 422, "The rule that makes keys comparable is not valid", "键规范化规则无效",
        "Correct what the detail names; columns and steps are listed in the room's README.",
        "请更正详情所指之处；列与步骤见该模块的 README。");

    /// <summary>A peer sent one item twice.</summary>
    public static readonly ErrorKind Repeated = new(
        "DS-PRV-175", 422, "A peer sent one item twice", "对方重复发送同一项",
        "Refuse the run; the peer's software is wrong or hostile.",
        "请拒绝本次运行；对方软件有误或存在恶意。");

    /// <summary>A message holds another number of items than was announced.</summary>
    public static readonly ErrorKind CountMismatch = new(
        "DS-PRV-176", 422, "A message holds another number of items than was announced", "消息所含项数与先前声明不符",
        "Refuse the run; the peer's software is wrong or hostile.",
        "请拒绝本次运行；对方软件有误或存在恶意。");

    /// <summary>A sum lies outside what the values can add up to.</summary>
    public static readonly ErrorKind SumOutOfBounds = new(
        "DS-PRV-225", 422, "A sum lies outside what the values can add up to", "求和结果超出各值可能的总和",
        "Refuse the run; the peer's software is wrong or hostile.",
        "请拒绝本次运行；对方软件有误或存在恶意。");
}
