using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Aggregation.Hidden;

/// <summary>What can go wrong where groups have no public list (DS-PRV-360 to 379). No row carries a code of a group.</summary>
public static class HiddenGroupErrors
{
    /// <summary>Hidden groups do not go with what else is asked.</summary>
    public static readonly ErrorKind Unsupported = new(
        "DS-PRV-360", 422, "Hidden groups do not go with what else is asked", "隐藏分组不能与所请求的其他内容同用",
        "Ask for count, sum, mean or deviation of measures, exactly and over all owners; for anything else give a public list of groups.",
        "请仅请求各度量的计数、总和、均值或标准差，精确且含全部数据方；其他请求请给出公开的分组列表。");

    /// <summary>A blinded or evaluated code is not an element of the group.</summary>
    public static readonly ErrorKind ElementInvalid = new(
        "DS-PRV-361", 422, "A blinded code is not canonical, or is the identity", "盲化的分组代码不规范或为单位元",
        "Refuse the run; such an element is never made by accident.",
        "请拒绝本次运行；这种元素不可能偶然产生。");

    /// <summary>The owner that has the key did not prove that it used one key for all codes.</summary>
    public static readonly ErrorKind ProofInvalid = new(
        "DS-PRV-362", 422, "The key's holder did not prove that it used one key for all codes", "密钥持有方未能证明对全部代码使用同一密钥",
        "Refuse the run; under several keys the owners' groups would not meet.",
        "请拒绝本次运行；使用多把密钥会使各方分组无法对应。");

    /// <summary>The library for the curve is missing.</summary>
    public static readonly ErrorKind LibraryMissing = new(
        "DS-PRV-363", 501, "This host lacks the library for hidden groups", "本主机缺少隐藏分组所需的库",
        "Install libsodium with the host, or give a public list of groups.",
        "请随主机安装 libsodium，或给出公开的分组列表。");

    /// <summary>Groups fell into one slot and could not be told apart.</summary>
    public static readonly ErrorKind Collided = new(
        "DS-PRV-364", 409, "Some groups fell into one slot and are not shown", "部分分组落入同一槽位，未予显示",
        "Nothing wrong is shown. Run the job again: its key is fresh and the places are others; or raise the maximum of groups.",
        "所示数值均正确。可重新运行（密钥更新，槽位随之改变），或提高分组上限。");

    /// <summary>The slots contradict each other.</summary>
    public static readonly ErrorKind Inconsistent = new(
        "DS-PRV-365", 502, "The slots of the groups contradict each other", "各分组槽位相互矛盾",
        "The result is refused: an owner did not place its groups as the protocol says. Submit a new job; if it repeats, ask the owners.",
        "结果被拒绝：某数据方未按协议放置其分组。请提交新作业；若再次出现，请联系各数据方。");

    /// <summary>An owner has more groups than the plan has room for, or could not compute.</summary>
    public static readonly ErrorKind OwnerFailed = new(
        "DS-PRV-366", 422, "An owner has more groups than the plan's maximum, or could not compute", "某数据方的分组数超过计划上限，或无法完成计算",
        "Nobody learns which. Raise the maximum of groups, or narrow the rows by a condition.",
        "无人知晓是哪一方。请提高分组上限，或以条件缩小行的范围。");

    /// <summary>The terms of hidden groups are not valid.</summary>
    public static readonly ErrorKind TermsInvalid = new(
        "DS-PRV-367", 422, "The terms of hidden groups are not valid", "隐藏分组条款无效",
        "Correct the term that the detail names.",
        "请更正详情所指的条款。");
}
