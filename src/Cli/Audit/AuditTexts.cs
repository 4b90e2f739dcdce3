using DataSpace.Cli.Session;

namespace DataSpace.Cli.Audit;

/// <summary>Texts of <c>audit</c>.</summary>
internal static class AuditTexts
{
    public static readonly Phrase About = new("Audit bundles: ledgers in one file, verified elsewhere without network.", "审计包：将账本装入一个文件，在他处离线验证。");
    public static readonly Phrase ExportAbout = new(
        "Write ledgers into one audit bundle: published files, what each node holds of other logs, and the payload fields you choose. Keys never leave.",
        "将账本写入一个审计包：已发布文件、各节点所持的他方日志检查点，以及您选定的载荷字段。密钥绝不外出。");
    public static readonly Phrase VerifyAbout = new(
        "Verify audit bundles without network: every log, disclosed field and checkpoint, and the logs against each other.",
        "离线验证审计包：每份日志、披露字段与检查点，以及各日志之间的一致性。");
    public static readonly Phrase Dir = new("Ledger directory (or the node's directory); may be repeated.", "账本目录（或节点目录）；可重复。");
    public static readonly Phrase Out = new("File to write.", "输出文件。");
    public static readonly Phrase Payloads = new(
        "Payload fields that leave: metering (contract, parties, units, limits, prices, receipts; no people, purposes, datasets or exact measurements), none, or all. Default: metering.",
        "外出的载荷字段：metering（合约、各方、计量、限额、价格、回执；不含人员、目的、数据集与精确测量）、none 或 all。默认 metering。");
    public static readonly Phrase From = new("First entry whose fields leave (default 0).", "披露字段的起始条目（默认 0）。");
    public static readonly Phrase To = new("Last entry whose fields leave (default: all).", "披露字段的结束条目（默认全部）。");
    public static readonly Phrase PolicyOut = new("A tlog-policy file to go along.", "一并装入的 tlog-policy 文件。");
    public static readonly Phrase Files = new("Audit bundles; several are compared with each other.", "审计包；可给多个，彼此比对。");
    public static readonly Phrase Vkey = new("A log's verifier key that you got by another way; may be repeated.", "另行取得的账本验证公钥；可重复。");
    public static readonly Phrase Policy = new("A tlog-policy file: its quorum must have cosigned each log. Without it the bundle's own.", "tlog-policy 文件：其法定人数须已联署每份日志。未给出时用审计包自带的。");
    public static readonly Phrase Witness = new("A checkpoint of any of the logs that somebody else holds; may be repeated.", "他人持有的任一日志的检查点；可重复。");

    public static readonly Phrase Exporting = new("exporting", "正在导出");
    public static readonly Phrase Verifying = new("verifying", "正在验证");
    public static readonly Phrase Exported = new("Wrote {0} ({1} bytes), SHA-256 {2}", "已写入 {0}（{1} 字节），SHA-256 {2}");
    public static readonly Phrase LeavesNone = new("No payload field leaves: entries are commitments.", "无载荷字段外出：条目仅为承诺。");
    public static readonly Phrase LeavesMetering = new(
        "What is counted and billed leaves: contract, parties, units, limits, prices, receipts. No people, purposes, datasets, exact measurements.",
        "外出的是计量与计费内容：合约、各方、计量、限额、价格、回执。不含人员、目的、数据集与精确测量。");
    public static readonly Phrase LeavesAll = new("Every payload field leaves, with people's pseudonyms, purposes, datasets and exact measurements.", "全部载荷字段外出，包括人员假名、目的、数据集与精确测量。");
    public static readonly Phrase Next = new("Elsewhere: dataspace audit verify {0}", "在他处运行：dataspace audit verify {0}");
    public static readonly Phrase Log = new("log", "日志");
    public static readonly Phrase Entries = new("entries", "条目");
    public static readonly Phrase Cosigned = new("cosigned", "已联署");
    public static readonly Phrase Held = new("checkpoints compared", "比对的检查点");
    public static readonly Phrase Fields = new("fields", "字段");
    public static readonly Phrase Verdict = new("verdict", "结论");
    public static readonly Phrase Good = new("good", "完好");
    public static readonly Phrase Bad = new("NOT good", "有问题");
    public static readonly Phrase NoPolicy = new("no policy", "无策略");
    public static readonly Phrase OwnKeys = new("Keys are those that the bundle names. Compare them, or give --vkey:", "密钥取自审计包自身。请比对，或用 --vkey 指定：");
    public static readonly Phrase Published = new("The log published:", "该日志已发布：");
    public static readonly Phrase HeldBy = new("{0} holds, signed by the same key:", "{0} 持有同一密钥所签的：");
    public static readonly Phrase Witnessed = new("the witness", "见证方");
    public static readonly Phrase Uses = new(
        "Uses: {0} with a receipt in both logs, {1} in one alone, {2} whose other party is not here, {3} granted without a receipt.",
        "使用：{0} 次双方均有回执，{1} 次仅一方有，{2} 次对方日志不在此处，{3} 次已授予而无回执。");
    public static readonly Phrase Units = new("  {0}: {1}", "  {0}：{1}");
    public static readonly Phrase Proves = new("What this proves", "本次验证证明了");
    public static readonly Phrase DoesNotProve = new("What it does not prove", "未能证明");
    public static readonly Phrase AllGood = new("Verified: nothing contradicts what these logs say.", "验证通过：未发现与这些日志相矛盾之处。");
    public static readonly Phrase NotGood = new("{0} NOT verified: {1} findings.", "{0} 验证未通过：{1} 处发现。");
    public static readonly Phrase MoreFindings = new("  ... and {0} more", "  …… 另有 {0} 处");
}
