using DataSpace.Kernel.Results;

namespace DataSpace.Connector.History;

/// <summary>Errors of query control across queries.</summary>
public static class HistoryErrors
{
    private const string OtherWays = "or ask for an offer with a privacy budget, whose answers carry noise and need no history.";
    private const string OtherWaysZh = "或请求带隐私预算的要约：其结果带噪声，不依赖历史。";

    /// <summary>The ledger knows uses, the history does not.</summary>
    public static readonly ErrorKind Missing = new("DS-HIS-001", 409, "The record of earlier answers is missing, so no exact answer is given", "历史答案记录缺失，不再给出精确结果",
        "The owner puts ledger/history.db back, or accepts the loss (dataspace dataset history begin), " + OtherWays,
        "请数据方找回 ledger/history.db，或确认接受缺失（dataspace dataset history begin），" + OtherWaysZh);

    /// <summary>The history is older than the ledger's mark.</summary>
    public static readonly ErrorKind RolledBack = new("DS-HIS-002", 409, "The record of earlier answers is older than the ledger", "历史答案记录早于账本",
        "The owner puts the newest ledger/history.db back, or accepts the loss (dataspace dataset history begin), " + OtherWays,
        "请数据方恢复最新的 ledger/history.db，或确认接受缺失（dataspace dataset history begin），" + OtherWaysZh);

    /// <summary>Too many answers to compare with.</summary>
    public static readonly ErrorKind Full = new("DS-HIS-003", 403, "The record of earlier answers about this dataset is full", "该数据集的历史答案记录已满",
        "Answers that were given stay with the analyst; for new ones, and to have one computed again, ask for an offer with a privacy budget, whose answers carry noise and need no history.",
        "已给出的结果仍在分析方；如需新的结果或重新计算，请请求带隐私预算的要约：其结果带噪声，不依赖历史。");

    /// <summary>The file cannot be read or written, or belongs to another secret.</summary>
    public static readonly ErrorKind Unusable = new("DS-HIS-004", 503, "The record of earlier answers cannot be used", "历史答案记录不可用",
        "The owner checks disk, rights and the keys directory that belong to ledger/history.db; the node's log says more.", "请数据方检查磁盘、权限以及与 ledger/history.db 对应的 keys 目录；详情见节点日志。");

    /// <summary>More subjects than are compared exactly.</summary>
    public static readonly ErrorKind TooManySubjects = new("DS-HIS-005", 413, "More subjects than exact answers are controlled for", "主体数量超出精确结果的控制范围",
        "Narrow the question, " + OtherWays, "请缩小查询范围，" + OtherWaysZh);

    /// <summary>The owner wants to accept a loss, and nothing is lost.</summary>
    public static readonly ErrorKind NothingMissing = new("DS-HIS-006", 409, "The record of earlier answers is complete", "历史答案记录完整",
        "Nothing is to be done: exact answers are given.", "无需处理：精确结果可正常给出。");

    /// <summary>The owner's decision was not confirmed.</summary>
    public static readonly ErrorKind NotConfirmed = new("DS-HIS-007", 400, "Beginning without the record of earlier answers must be confirmed", "在缺少历史答案记录的情况下重新开始须经确认",
        "Give confirm: true and a reason of at most 256 characters (dataspace dataset history begin --confirm --reason …).",
        "请提供 confirm: true 与不超过 256 个字符的原因（dataspace dataset history begin --confirm --reason …）。");
}
