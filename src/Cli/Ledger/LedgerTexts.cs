using DataSpace.Cli.Session;

namespace DataSpace.Cli.Ledger;

/// <summary>Texts of <c>ledger</c>.</summary>
internal static class LedgerTexts
{
    public static readonly Phrase About = new("Audit ledgers: verify, show and bill offline; witnesses and gossip of a running node.", "审计账本：离线验证、查看、计费；运行中节点的见证与互传。");
    public static readonly Phrase StatusAbout = new("A node's log: size, cosigned size, quorum, witnesses.", "节点的日志：大小、已联署大小、法定人数、见证方。");
    public static readonly Phrase GossipAbout = new("Newest checkpoints of others that a node holds, and proofs of two histories.", "节点所持他人最新检查点，以及两份历史的证据。");
    public static readonly Phrase NewOriginAbout = new(
        "End a log that was rolled back (restored backup). After its restart the node goes on under the next origin; every budget is exhausted there until you grant it again (regrant).",
        "结束已回退的日志（从备份恢复）。节点重启后以下一个来源名继续；其中所有额度均为用尽，须由您再次授予（regrant）。");
    public static readonly Phrase Reason = new("Why, for the first entry of the new log.", "原因，写入新日志的首条记录。");
    public static readonly Phrase NewOriginDecided = new(
        "{0} ends, {1} begins with the node's next start. {2} of {3} known entries were kept. Restart the node.",
        "{0} 结束；节点下次启动后由 {1} 继续。已知 {3} 条中保留 {2} 条。请重启节点。");
    public static readonly Phrase RegrantAbout = new(
        "Grant a contract's uses once more: after new-origin, or when they are spent. Every counter raised is an entry of the ledger.",
        "再次授予合约的使用次数：新建来源之后，或次数用尽时。每次提高额度均记入账本。");
    public static readonly Phrase RegrantAgreement = new("The contract's id, as dataspace catalog or the ledger show it.", "合约标识，见目录或账本。");
    public static readonly Phrase RegrantReason = new("Why, for the ledger.", "原因，记入账本。");
    public static readonly Phrase Regranted = new("{0} counters of {1} raised.", "已提高 {1} 的 {0} 项额度。");
    public static readonly Phrase Continues = new("Continues {0}", "延续    {0}");
    public static readonly Phrase Refuses = new("Refuses entries ({0}): somebody holds size {1}. See dataspace ledger new-origin.", "拒绝写入（{0}）：他人持有大小 {1}。见 dataspace ledger new-origin。");
    public static readonly Phrase QuorumMet = new("Cosigned by the quorum up to size {0}.", "法定见证方已联署至大小 {0}。");
    public static readonly Phrase QuorumMissing = new("The quorum has not cosigned; cosigned so far: size {0}.", "法定人数尚未联署；目前已联署大小 {0}。");
    public static readonly Phrase WitnessColumn = new("witness", "见证方");
    public static readonly Phrase CosignedColumn = new("cosigned", "已联署");
    public static readonly Phrase LogColumn = new("log", "日志");
    public static readonly Phrase SizeColumn = new("size", "大小");
    public static readonly Phrase RootColumn = new("root", "根");
    public static readonly Phrase Unproven = new("{0}: held {1}, heard {2} from {3}; its tiles do not bear that out yet.", "{0}：所持 {1}，自 {3} 听到 {2}；其分片尚未证实。");
    public static readonly Phrase Equivocation = new("{0} {1} has shown two histories (found {2}). The proof is kept.", "{0} {1} 出现两份历史（发现于 {2}）。证据已保存。");
    public static readonly Phrase NoEquivocation = new("No log has shown two histories.", "没有日志出现两份历史。");
    public static readonly Phrase Policy = new("A tlog-policy file: whether its quorum cosigned what this directory published.", "tlog-policy 文件：检查其法定人数是否已联署该目录所发布的内容。");
    public static readonly Phrase PolicyMet = new("Quorum met: size {0} cosigned by {1}.", "法定人数已满足：大小 {0}，联署方 {1}。");
    public static readonly Phrase PolicyMissed = new("{0} Quorum NOT met: size {1} cosigned by {2}.", "{0} 法定人数未满足：大小 {1}，联署方 {2}。");
    public static readonly Phrase Prove = new(
        "The proof that an entry is in the node's log, as a file that anybody can check offline (C2SP tlog-proof).", "生成某条目在本节点日志中的证明文件，任何人均可离线校验（C2SP tlog-proof）。");
    public static readonly Phrase ProveIndex = new("The entry's index.", "条目索引。");
    public static readonly Phrase ProveOut = new("The file; INDEX.tlog-proof when not given.", "输出文件；未给出时为 INDEX.tlog-proof。");
    public static readonly Phrase Proven = new("Entry {0} is in {1} at size {2}, cosigned by: {3}. Written to {4}.", "条目 {0} 位于 {1}（大小 {2}），联署方：{3}。已写入 {4}。");
    public static readonly Phrase ReconcileAbout = new(
        "At a coordinator: dispatched jobs against the owners' logs (a job without Grant, Denied or signed refusal is a finding), and disputed uses.",
        "在协调方：将已分发任务与数据方日志核对（既无授予、拒绝条目又无已签名拒绝即为发现），并列出有争议的使用。");
    public static readonly Phrase Reconciled = new("Granted {0}, denied {1}, refused without an entry {2}, unreported {3}.", "已授予 {0}，已拒绝 {1}，无条目但已签名拒绝 {2}，未报告 {3}。");
    public static readonly Phrase SilentOwner = new("{0} says nothing about job {1} {2}", "{0} 对任务 {1} 无任何记录 {2}");
    public static readonly Phrase Disputed = new("Use {0}: {1} says that {2} is silent ({3}); not billed.", "使用 {0}：{1} 称 {2} 未应答（{3}）；不计费。");
    public static readonly Phrase Nobody = new("nobody", "无");
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
    public static readonly Phrase SignedBy = new("Signed  {0}", "签名    {0}");
    public static readonly Phrase OwnKey = new("{0} (key of the directory)", "{0}（目录自带公钥）");
    public static readonly Phrase Kinds = new("Entries {0}", "种类    {0}");
    public static readonly Phrase Payloads = new("Payloads {0} match their commitment, {1} not in the vault", "载荷    {0} 条与承诺相符，{1} 条不在保险库中");
    public static readonly Phrase Erased = new("Erased  {0} payloads, each as an entry of this log says", "已删除  {0} 条载荷，均有本日志的条目为证");
    public static readonly Phrase ErasedRow = new("  entry {0}: {1} erased, says entry {2} ({3})", "  条目 {0}：已删除 {1}，见条目 {2}（{3}）");
    public static readonly Phrase ErasedPayload = new("(erased)", "（已删除）");
    public static readonly Phrase Erase = new(
        "Erase payloads of the node's ledger: their keys and ciphertexts go for good, an Erased entry names the legal ground, every proof stays valid. Metering fields stay for their statutory retention.",
        "删除节点账本中的载荷：密钥与密文永久销毁，另记一条写明法律依据的删除条目，全部证明依然有效。计量字段按法定期限保留。");
    public static readonly Phrase EraseFrom = new("First entry.", "起始条目。");
    public static readonly Phrase EraseTo = new("Last entry (default: the first one alone).", "结束条目（默认仅起始条目）。");
    public static readonly Phrase EraseGround = new("Legal ground, for example PIPL 47; it stands in the log.", "法律依据，例如《个人信息保护法》第四十七条；将记入日志。");
    public static readonly Phrase EraseBy = new("Pseudonym of whoever decides; it stands in the log.", "决定人的代号；将记入日志。");
    public static readonly Phrase EraseAll = new("Metering fields too, once their retention has ended.", "保存期满后连同计量字段一并删除。");
    public static readonly Phrase EraseYes = new("Yes, erase for good.", "确认永久删除。");
    public static readonly Phrase EraseWarning = new("the payloads of entries {0} to {1} would be erased for good", "条目 {0} 至 {1} 的载荷将被永久删除");
    public static readonly Phrase ErasedEntry = new("Entry {0} erased; entry {1} says so.", "条目 {0} 已删除；条目 {1} 为证。");
    public static readonly Phrase NotErased = new("Entry {0} not erased: {1} {2} {3}", "条目 {0} 未删除：{1} {2} {3}");
    public static readonly Phrase Disclose = new(
        "Ask another node for a range of its log under a case. It must answer every entry with a disclosure or a signed refusal, and record that in its log; all of it is verified here.",
        "按案件向另一节点请求其日志的一段范围。对方须对每条目给出披露或签名拒绝，并记入其日志；全部在此验证。");
    public static readonly Phrase Disclosed = new("Verify a kept answer without network.", "离线验证保存的披露答复。");
    public static readonly Phrase DisclosedFile = new("File that disclose --out wrote.", "由 disclose --out 写入的文件。");
    public static readonly Phrase DisclosedVkey = new("The log's verifier key, to trust it and not the file's own.", "日志的验证公钥；指定后不采信文件自带的公钥。");
    public static readonly Phrase DiscloseParticipant = new("Whose log.", "日志所属的参与方。");
    public static readonly Phrase DiscloseCase = new("The case, as its owner entered it (auditors in the configuration).", "案件编号，须与对方配置（auditors）中登记的一致。");
    public static readonly Phrase DiscloseField = new("A field to ask for; may be repeated (default: all).", "请求的字段；可重复（默认全部）。");
    public static readonly Phrase DiscloseOut = new("Keep the answer with its proofs in a file.", "将答复及其证明保存到文件。");
    public static readonly Phrase RefusedEntry = new("(refused)", "（拒绝）");
    public static readonly Phrase HiddenFields = new("({0} fields hidden)", "（{0} 个字段未披露）");
    public static readonly Phrase DisclosureComplete = new(
        "Verified: {0} entries answered, {1} of them refused. The log records this answer as entry {2}.",
        "验证通过：共答复 {0} 条，其中拒绝 {1} 条。对方日志以条目 {2} 记录此次答复。");
    public static readonly Phrase Search = new(
        "Search the owner's own ledger, offline. A report or receipt is found by contract, participant and policy when its grant is. What was erased is found by what is left.",
        "离线检索所有者自己的账本。报告与回执按其授权所属的合约、参与方与策略检索。已删除的内容仅能按剩余字段检索。");
    public static readonly Phrase SearchContract = new("Contract (agreement) id.", "合约标识。");
    public static readonly Phrase SearchParticipant = new("A participant, in whatever part.", "参与方（任意角色）。");
    public static readonly Phrase SearchPolicy = new("Strategy: version of the policy that decided, or id of a decision.", "策略：作出决定的策略版本，或决定标识。");
    public static readonly Phrase SearchResult = new("Result: released, failed …, or the code of a refusal.", "结果：released、failed 等，或拒绝代码。");
    public static readonly Phrase SearchKind = new("Kind of entry, for example Grant.", "条目种类，例如 Grant。");
    public static readonly Phrase SearchSince = new("From this month, day or moment on (UTC).", "起始月份、日期或时刻（UTC，含）。");
    public static readonly Phrase SearchUntil = new("Before this month, day or moment (UTC).", "截止月份、日期或时刻（UTC，不含）。");
    public static readonly Phrase SearchLimit = new("Most entries that are listed (default 100); all are counted.", "最多列出的条数（默认 100）；总数照计。");
    public static readonly Phrase Searching = new("searching", "正在检索");
    public static readonly Phrase ParticipantColumn = new("participant", "参与方");
    public static readonly Phrase PolicyColumn = new("policy", "策略");
    public static readonly Phrase ResultColumn = new("result", "结果");
    public static readonly Phrase OfGrant = new("(grant {0})", "（授权 {0}）");
    public static readonly Phrase Found = new("{0} of {1} matches listed; {2} entries looked at.", "列出 {0} 条，共匹配 {1} 条；已检索 {2} 条。");
    public static readonly Phrase FoundClosed = new("{0} of them have no payload here and matched by kind and time alone.", "其中 {0} 条的载荷不在此处，仅按种类与时间匹配。");
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
