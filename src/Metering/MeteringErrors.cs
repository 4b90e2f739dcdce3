using DataSpace.Kernel.Results;

namespace DataSpace.Metering;

/// <summary>Refusals of the metering room, area <c>MTR</c>. Details name log positions and fields, never contents.</summary>
public static class MeteringErrors
{
    /// <summary>The records do not form one gap-free range of the log.</summary>
    public static readonly ErrorKind IndexGap = new("DS-MTR-001", 422,
        "The ledger records are not one range without gaps", "账本记录不是一段连续范围",
        "Give every record of the range exactly once.", "请完整提供该范围内的每条记录，且每条仅一次。");

    /// <summary>An entry's bytes, hash or signature do not fit together.</summary>
    public static readonly ErrorKind EntryTampered = new("DS-MTR-002", 422,
        "A ledger entry is not what its log says", "账本条目与日志不符",
        "Keep the file as evidence and fetch the entry from a mirror.", "请保留该文件作为证据，并从镜像获取该条目。");

    /// <summary>Opened fields do not match the payload root in the entry.</summary>
    public static readonly ErrorKind PayloadTampered = new("DS-MTR-003", 422,
        "A metering payload does not match its ledger entry", "计量载荷与账本条目不符",
        "Treat the opened fields as forged; nothing is billed from them.", "请将所公开的字段视为伪造；不得据此计费。");

    /// <summary>A metering payload cannot be opened.</summary>
    public static readonly ErrorKind PayloadAbsent = new("DS-MTR-004", 422,
        "A metering payload is missing", "缺少计量载荷",
        "Recompute with the vault that holds it, or ask for one contract only.", "请使用保存该载荷的保险库重新计算，或仅针对单个合约。");

    /// <summary>A payload's fields cannot be read as its kind demands.</summary>
    public static readonly ErrorKind PayloadMalformed = new("DS-MTR-005", 422,
        "A metering payload is malformed", "计量载荷格式错误",
        "The provider must correct its records; the use cannot be metered.", "提供方须更正其记录；该次使用无法计量。");

    /// <summary>Units or prices are negative or too large to be counted exactly.</summary>
    public static readonly ErrorKind AmountOutOfRange = new("DS-MTR-006", 422,
        "A number of units or an amount is out of range", "计量数或金额超出范围",
        "Amounts are whole minor units between 0 and 9007199254740991.", "金额须为 0 至 9007199254740991 之间的整数最小货币单位。");

    /// <summary>One version of a contract appears with two prices.</summary>
    public static readonly ErrorKind PriceChanged = new("DS-MTR-007", 422,
        "One contract version carries two prices", "同一合约版本出现两种价格",
        "The price plan is pinned by the contract; a new price needs a new version.", "价格方案由合约固定；新价格须使用新版本。");

    /// <summary>A currency that is not known.</summary>
    public static readonly ErrorKind UnknownCurrency = new("DS-MTR-008", 422,
        "The currency is not known", "货币未知",
        "Use one of CNY, EUR, USD, HKD, JPY.", "请使用 CNY、EUR、USD、HKD、JPY 之一。");

    /// <summary>The ledger directory cannot be read or does not verify.</summary>
    public static readonly ErrorKind LedgerUnreadable = new("DS-MTR-009", 422,
        "The ledger directory cannot be read as one verified log", "账本目录无法作为已验证的日志读取",
        "Run the ledger's own verification; it names the file.", "请运行账本校验；它会指出具体文件。");

    /// <summary>A bill cannot be read.</summary>
    public static readonly ErrorKind BillMalformed = new("DS-MTR-010", 400,
        "The bill is malformed", "账单格式错误",
        "Pass the bill on byte for byte as it was received.", "请按收到的内容逐字节传递账单。");

    /// <summary>Two computations of a bill differ.</summary>
    public static readonly ErrorKind BillDiffers = new("DS-MTR-011", 409,
        "The bill differs from its recomputation", "账单与重新计算的结果不一致",
        "Compare the lines; each names the ledger entries it rests on.", "请逐行比较；每行都列出所依据的账本条目。");

    /// <summary>More uses than one bill lists.</summary>
    public static readonly ErrorKind BillTooLong = new("DS-MTR-012", 422,
        "Too many uses for one bill", "单份账单的使用次数过多",
        "Bill one month or one contract at a time.", "请按月或按合约分别出账。");

    /// <summary>The meter file cannot be used.</summary>
    public static readonly ErrorKind StoreBroken = new("DS-MTR-013", 500,
        "The meter file cannot be read", "计量文件无法读取",
        "Delete metering.db and fold the log anew: dataspace meter fold", "请删除 metering.db 并重新汇总：dataspace meter fold");

    /// <summary>The sums were counted from entries that this log does not hold.</summary>
    public static readonly ErrorKind AnotherHistory = new("DS-MTR-014", 409,
        "The meters were counted from another history of the log", "计量数据来自该日志的另一段历史",
        "Compare the log with a witness: it was cut back or forked, or the meter file is another log's.", "请与见证方比对日志：它可能被截短或分叉，或该计量文件属于其他日志。");

    /// <summary>A fresh fold gives other sums.</summary>
    public static readonly ErrorKind MetersDiffer = new("DS-MTR-015", 409,
        "The meters differ from a fresh fold of the log", "计量数据与重新汇总的结果不一致",
        "Keep the file as evidence, delete it and fold the log anew.", "请保留该文件作为证据，删除后重新汇总。");
}
