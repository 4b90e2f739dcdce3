using DataSpace.Kernel.Results;

namespace DataSpace.Metering;

/// <summary>Refusals of price plans and settlements, area <c>SET</c>. Details name positions, units and months, never contents.</summary>
public static class SettlementErrors
{
    /// <summary>A plan cannot be read.</summary>
    public static readonly ErrorKind PlanMalformed = new("DS-SET-001", 422,
        "The price plan is malformed", "价格方案格式错误",
        "Write it as contracts/schemas/price-plan.schema.json says.", "请按 contracts/schemas/price-plan.schema.json 编写。");

    /// <summary>A plan is too long.</summary>
    public static readonly ErrorKind PlanTooLarge = new("DS-SET-002", 413,
        "The price plan is too large", "价格方案过大",
        "A plan has at most 64 KiB.", "价格方案不超过 64 KiB。");

    /// <summary>A number of a plan is negative or too large.</summary>
    public static readonly ErrorKind PlanOutOfRange = new("DS-SET-003", 422,
        "A number in the price plan is out of range", "价格方案中的数值超出范围",
        "Amounts and units are whole numbers from 0 to 1000000000000; a rate is per at least 1 unit.", "金额与单位数须为 0 至 1000000000000 的整数；费率的计价单位至少为 1。");

    /// <summary>A unit is unknown or charged twice.</summary>
    public static readonly ErrorKind PlanUnit = new("DS-SET-004", 422,
        "The price plan charges an unknown unit, or one unit twice", "价格方案包含未知计量项或重复计量项",
        "Charge each unit that is metered at most once.", "每个可计量项最多出现一次。");

    /// <summary>Steps do not rise or do not end open.</summary>
    public static readonly ErrorKind PlanTiers = new("DS-SET-005", 422,
        "The tiers of the price plan do not rise, or the last one has an end", "价格方案的阶梯未递增，或最后一阶设有上限",
        "Let upTo rise from tier to tier and leave it out of the last.", "upTo 须逐阶递增，最后一阶不填。");

    /// <summary>Weights cannot be used.</summary>
    public static readonly ErrorKind BadWeights = new("DS-SET-006", 422,
        "The weights of the shares are negative or all zero", "分成权重为负或全为零",
        "At least one party needs a positive weight, none a negative one.", "至少一方权重为正，且不得为负。");

    /// <summary>A Grant names a plan that nobody handed over.</summary>
    public static readonly ErrorKind PlanUnknown = new("DS-SET-007", 422,
        "A use was granted under a price plan that is not among those given", "某次使用所依据的价格方案不在所给方案之中",
        "Give the file of that plan; a changed file has another hash.", "请提供该方案的文件；文件改动后其哈希不同。");

    /// <summary>A Grant names another plan than the contract.</summary>
    public static readonly ErrorKind PlanSwapped = new("DS-SET-008", 409,
        "A use was granted under another price plan than the contract pins", "某次使用所依据的价格方案与合约固定的方案不同",
        "Bill nothing from it: the contract decides, not the Grant.", "不得据此计费：以合约为准，而非授权条目。");

    /// <summary>More providers than can be valued exactly.</summary>
    public static readonly ErrorKind TooManyProviders = new("DS-SET-009", 422,
        "Too many providers for a split by contribution", "提供方过多，无法按贡献分成",
        "At most 8 providers share one pool; use weights for more.", "一个收益池最多 8 个提供方；更多时请使用权重分成。");

    /// <summary>A month is not spelt as such.</summary>
    public static readonly ErrorKind BadPeriod = new("DS-SET-010", 400,
        "This is no month", "月份格式错误",
        "Write a month as 2026-11.", "请按 2026-11 的形式填写月份。");

    /// <summary>Nothing to pay towards.</summary>
    public static readonly ErrorKind NoCredit = new("DS-SET-022", 422,
        "The contract has no credit limit in this currency", "该合约没有此币种的赊欠上限",
        "Payments are recorded where the contract limits what may be owed.", "仅对约定赊欠上限的合约记录付款。");

    /// <summary>A payment was recorded before.</summary>
    public static readonly ErrorKind PaymentKnown = new("DS-SET-023", 409,
        "A payment with this reference is already recorded", "该付款编号已记录",
        "Nothing more to do; another payment has another reference.", "无需再操作；另一笔付款应使用另一编号。");

    /// <summary>A log cannot be used for settlement.</summary>
    public static readonly ErrorKind LogUnusable = new("DS-SET-011", 422,
        "A party's log cannot be settled from", "某一方的账本无法用于结算",
        "Verify the log; it must be whole, signed by its owner, and open where receipts and disputes are.", "请先验证账本；它必须完整、由其所有者签名，且回执与争议条目可打开。");

    /// <summary>A month was closed twice with different content.</summary>
    public static readonly ErrorKind ClosedTwice = new("DS-SET-012", 409,
        "A month of a contract was closed twice", "同一合约的同一月份被结账两次",
        "Keep both entries as evidence; a correction is an adjustment of a later month.", "请保留两条条目作为证据；更正应作为后续月份的调整。");

    /// <summary>Closes are out of order or contradict the log they stand in.</summary>
    public static readonly ErrorKind CloseInvalid = new("DS-SET-013", 409,
        "The close of a month contradicts the log or an earlier close", "结账条目与账本或之前的结账不一致",
        "Months are closed in order, each over a state of the log that the entry names truly.", "月份须按顺序结账，条目所述的账本状态须真实。");

    /// <summary>An earlier month was closed by one party alone.</summary>
    public static readonly ErrorKind ClosedByOne = new("DS-SET-014", 409,
        "An earlier month was closed by one party alone", "较早的月份仅由一方结账",
        "Let the other party close it first, or open a dispute.", "请另一方先行结账，或提出争议。");

    /// <summary>A statement cannot be read.</summary>
    public static readonly ErrorKind StatementMalformed = new("DS-SET-015", 400,
        "The statement is malformed", "结算单格式错误",
        "Pass it on byte for byte as it was written.", "请按原样逐字节传递。");

    /// <summary>A statement is not what the logs give.</summary>
    public static readonly ErrorKind StatementDiffers = new("DS-SET-016", 409,
        "The statement differs from its recomputation", "结算单与重新计算的结果不一致",
        "Do not pay or sign it. Compare the items; each names the entries it rests on.", "请勿付款或签署。请逐项比较；每项都列出所依据的条目。");

    /// <summary>A signature is missing or wrong.</summary>
    public static readonly ErrorKind NotSigned = new("DS-SET-017", 409,
        "The statement is not signed by all parties", "结算单未由各方签署",
        "Every provider in it and the consumer sign the same bytes.", "其中的每个提供方与使用方须签署相同的内容。");

    /// <summary>The close in a log names another statement.</summary>
    public static readonly ErrorKind CloseDiffers = new("DS-SET-018", 409,
        "A log closed this month with another statement", "账本以另一份结算单结清了该月份",
        "Compare both statements; the log's entry cannot be changed.", "请比较两份结算单；账本条目不可更改。");

    /// <summary>Too much for one statement.</summary>
    public static readonly ErrorKind TooMuch = new("DS-SET-019", 422,
        "Too many uses or months for one statement", "单份结算单的使用次数或月份过多",
        "Settle fewer contracts at a time.", "请减少每次结算的合约数量。");

    /// <summary>A contract pins no plan.</summary>
    public static readonly ErrorKind NothingToSettle = new("DS-SET-020", 404,
        "There is nothing to settle", "没有可结算的内容",
        "None of these providers granted a use to this consumer up to this month.", "截至该月，这些提供方未向该使用方授予任何使用。");

    /// <summary>The signing key or a file of a node is missing.</summary>
    public static readonly ErrorKind PartyUnknown = new("DS-SET-021", 422,
        "A party of the settlement is not known", "结算的一方未知",
        "Give each party's directory with its node.json.", "请提供各方目录及其 node.json。");
}
