using DataSpace.Cli.Session;

namespace DataSpace.Cli.Ledger;

/// <summary>Texts of <c>ledger</c>.</summary>
internal static class LedgerTexts
{
    public static readonly Phrase About = new("Audit ledgers, offline: verify, show, bill.", "离线处理审计账本：验证、查看、计费。");
    public static readonly Phrase Verify = new(
        "Verify a ledger directory: entries, tiles, signatures, payloads. Without --witness a log that was cut back cannot be told from a whole one.",
        "验证账本目录：条目、分片、签名与载荷。不带 --witness 时无法识别被截短的账本。");
    public static readonly Phrase Show = new("Show entries and what the vault beside them opens.", "查看条目及旁边保险库可打开的内容。");
    public static readonly Phrase Bill = new("Recompute meters and bill from a ledger directory.", "由账本目录重新计算计量与账单。");
    public static readonly Phrase Dir = new("Ledger directory (or the node's directory).", "账本目录（或节点目录）。");
    public static readonly Phrase Witness = new("A checkpoint of this log that somebody else holds.", "他人持有的该账本检查点。");
    public static readonly Phrase Vkey = new("The log's verifier key, to trust it and not the directory's own.", "账本的验证公钥；指定后不采信目录自带的公钥。");
    public static readonly Phrase From = new("First entry (default: the last 20).", "起始条目（默认最后 20 条）。");
    public static readonly Phrase To = new("Last entry.", "结束条目。");
    public static readonly Phrase Consumer = new("A payer's key: its node.json, or DID=KEY; may be repeated. Receipts signed by no known key are not billed.", "付费方公钥：其 node.json 或 DID=KEY；可重复。未由已知公钥签名的回执不计费。");
    public static readonly Phrase Contract = new("One contract only.", "仅限某个合约。");
    public static readonly Phrase Period = new("One month only.", "仅限某个月份。");

    public static readonly Phrase Verifying = new("verifying", "正在验证");
    public static readonly Phrase Origin = new("Log     {0}", "账本    {0}");
    public static readonly Phrase Size = new("Size    {0}, root {1}", "条目数  {0}，根 {1}");
    public static readonly Phrase Kinds = new("Entries {0}", "种类    {0}");
    public static readonly Phrase Payloads = new("Payloads {0} match their commitment, {1} not in the vault", "载荷    {0} 条与承诺相符，{1} 条不在保险库中");
    public static readonly Phrase MoreProblems = new("  ... and {0} more", "  …… 另有 {0} 处");
    public static readonly Phrase Verified = new("Verified.", "验证通过。");
    public static readonly Phrase NotVerified = new("{0} NOT verified: {1} problems.", "{0} 验证未通过：{1} 处问题。");
    public static readonly Phrase WitnessHint = new(
        "Compared with no witness: a log that was cut back would look the same. Use --witness with a checkpoint that somebody else holds.",
        "未与见证方比对：被截短的账本看起来同样完好。请用 --witness 指定他人持有的检查点。");
    public static readonly Phrase When = new("when", "时间");
    public static readonly Phrase Kind = new("kind", "种类");
    public static readonly Phrase Content = new("content", "内容");
    public static readonly Phrase Closed = new("(payload not in the vault)", "（载荷不在保险库中）");
    public static readonly Phrase Shown = new("{0} of {1} entries.", "共 {1} 条，显示 {0} 条。");

    public static readonly Phrase ContractColumn = new("contract", "合约");
    public static readonly Phrase Month = new("month", "月份");
    public static readonly Phrase Granted = new("granted", "已授权");
    public static readonly Phrase Reported = new("reported", "已报告");
    public static readonly Phrase Receipted = new("receipted", "已回执");
    public static readonly Phrase BytesOut = new("bytes out", "发出字节");
    public static readonly Phrase Uses = new("uses", "次数");
    public static readonly Phrase UnitPrice = new("per use", "单价");
    public static readonly Phrase Amount = new("amount", "金额");
    public static readonly Phrase Total = new("Total {0}", "合计 {0}");
    public static readonly Phrase BillDigest = new("Bill SHA-256 {0}", "账单 SHA-256 {0}");
    public static readonly Phrase Unbilled = new("Not billed: grant in entry {0}: {1}", "未计费：第 {0} 条授权：{1}");
    public static readonly Phrase NotReported = new("no report, the attempt was abandoned", "没有报告，该次尝试已放弃");
    public static readonly Phrase NotReleased = new("nothing was released", "没有输出被放行");
    public static readonly Phrase NotReceipted = new("the consumer has sent no receipt", "使用方未提供回执");
    public static readonly Phrase ReceiptDoesNotMatch = new("the receipt is for something else", "回执与该次使用不符");
    public static readonly Phrase ReceiptNotSigned = new("the receipt is signed by no known key (see --consumer)", "回执未由已知公钥签名（见 --consumer）");
    public static readonly Phrase UnitsDisagree = new("the report claims another number of uses", "报告的使用次数不符");
    public static readonly Phrase GrantedBefore = new("the same use was granted before", "同一次使用此前已授权");
    public static readonly Phrase OtherReason = new("another reason", "其他原因");
}
