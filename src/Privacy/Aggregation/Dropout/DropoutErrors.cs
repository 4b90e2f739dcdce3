using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Aggregation.Dropout;

/// <summary>What can go wrong where a joint statistic goes on without an owner that is gone. No row carries a share.</summary>
public static class DropoutErrors
{
    /// <summary>The number of owners and the minimum do not allow going on without one.</summary>
    public static readonly ErrorKind TermsInvalid = new(
        "DS-PRV-340", 422, "Owners and minimum do not allow a result without an owner", "数据方数量与下限不允许在缺少一方时出结果",
        "At least five owners are needed, and a minimum above two thirds of them and below their number.",
        "至少需要五个数据方，且下限须大于其三分之二、小于其总数。");

    /// <summary>A message of shares has the wrong form or belongs to another job.</summary>
    public static readonly ErrorKind SharesInvalid = new(
        "DS-PRV-341", 422, "Shares have the wrong form or belong to another job", "份额格式错误或属于另一作业",
        "Refuse the job; somebody altered or replayed shares, or an owner's software is wrong.",
        "请拒绝该作业；份额被篡改或重放，或某数据方软件有误。");

    /// <summary>A sealed share cannot be opened.</summary>
    public static readonly ErrorKind ShareSealed = new(
        "DS-PRV-342", 422, "A share for this owner cannot be opened", "发给本方的份额无法打开",
        "Refuse the job; the share was altered on its way, or comes from another job.",
        "请拒绝该作业；份额在途中被篡改，或来自另一作业。");

    /// <summary>A step came before the one that must precede it.</summary>
    public static readonly ErrorKind OutOfOrder = new(
        "DS-PRV-343", 409, "A step is not the one that is due", "该步骤尚未到或已过",
        "Shares of all owners come first, then the contribution, then the set of survivors, then the shares that are told.",
        "须依次为：全体份额、贡献、幸存方集合、份额公开。");

    /// <summary>The set of survivors does not satisfy the signed plan.</summary>
    public static readonly ErrorKind SurvivorsInvalid = new(
        "DS-PRV-344", 422, "The set of survivors does not fit the signed plan", "幸存方集合不符合已签名的计划",
        "Fewer owners than the plan's minimum, an owner twice or unknown, or this owner is not among them. Nothing is told.",
        "少于计划下限、有重复或未知的一方，或本方不在其中；不公开任何份额。");

    /// <summary>A second set of survivors was shown for one job.</summary>
    public static readonly ErrorKind SecondSurvivors = new(
        "DS-PRV-345", 409, "A second set of survivors was shown for the same job", "同一作业出现了第二份幸存方集合",
        "The first one stands: two sets would open one owner's values. Ask the coordinator to explain.",
        "以首份为准：两份集合会揭示某一方的数值。请协调方说明。");

    /// <summary>Too few owners signed the same set.</summary>
    public static readonly ErrorKind TooFewSignatures = new(
        "DS-PRV-346", 409, "Too few owners signed the same set of survivors", "对同一幸存方集合的签名不足",
        "Shares are told after more than two thirds of all owners signed the identical set.",
        "须有超过三分之二的数据方对同一集合签名后才公开份额。");

    /// <summary>What owners told does not unmask the sum.</summary>
    public static readonly ErrorKind UnmaskingFailed = new(
        "DS-PRV-347", 502, "What the owners told does not unmask the sum", "各方公开的份额无法去除总和的掩码",
        "The result is refused: too few shares, or one that is not what its owner was given. Submit a new job.",
        "结果被拒绝：份额不足，或某份额与当初所发不符。请提交新作业。");
}
