using DataSpace.Cli.Session;

namespace DataSpace.Cli.Settle;

/// <summary>Texts of <c>settle</c>.</summary>
internal static class SettleTexts
{
    public static readonly Phrase About = new("Settlement of a month: recompute, close, sign, verify, export, disputes.", "月度结算：重新计算、结账、签署、验证、导出、争议。");
    public static readonly Phrase Recompute = new("Compute a statement from the parties' raw ledgers and the price plans, offline: the same bytes for everybody.", "由各方原始账本与价格方案离线计算结算单：任何人得到相同字节。");
    public static readonly Phrase Close = new("Recompute the month and write its close into a node's ledger. Each party closes its own.", "重新计算该月并将结账写入节点账本。各方各自结账。");
    public static readonly Phrase Sign = new("Recompute a statement and let a node sign it.", "重新计算结算单并由节点签署。");
    public static readonly Phrase Verify = new("Compare a statement with its recomputation, the closes in the ledgers, and with --signatures the parties' signatures.", "将结算单与重新计算的结果、账本中的结账条目比对；指定 --signatures 时一并验证签名。");
    public static readonly Phrase Show = new("Show a statement.", "查看结算单。");
    public static readonly Phrase Export = new("Write a statement as JSON, CSV or PDF.", "将结算单导出为 JSON、CSV 或 PDF。");
    public static readonly Phrase Dispute = new("Dispute a use in a node's ledger: it is not billed while that stands.", "在节点账本中对某次使用提出争议：争议期间不计费。");
    public static readonly Phrase Resolve = new("Say in a node's ledger how a dispute ends: bill (needs both parties) or waive (the provider).", "在节点账本中记录争议结果：bill（需双方）或 waive（由提供方）。");
    public static readonly Phrase Paid = new("Record in the owner's ledger that a payment arrived: what may be owed under the contract rises by it.", "在数据方账本中记录收到的付款：合约的可用赊欠额度相应恢复。");
    public static readonly Phrase Amount = new("Decimal amount, for example 20.00.", "十进制金额，例如 20.00。");
    public static readonly Phrase Currency = new("CNY, EUR, USD, HKD or JPY.", "CNY、EUR、USD、HKD 或 JPY。");
    public static readonly Phrase Reference = new("What tells this payment from others, for example the bank's number; recorded once.", "区分各笔付款的编号，例如银行流水号；只记录一次。");
    public static readonly Phrase Plan = new("Check a price plan and print its hash, which contracts pin.", "检查价格方案并输出供合约固定的哈希。");
    public static readonly Phrase PlanFile = new("Price plan file; may be repeated.", "价格方案文件；可重复。");
    public static readonly Phrase Period = new("Month to settle.", "结算月份。");
    public static readonly Phrase Consumer = new("The consumer's directory: node.json and ledger.", "使用方目录：含 node.json 与账本。");
    public static readonly Phrase Provider = new("A provider's directory: node.json and ledger; may be repeated.", "提供方目录：含 node.json 与账本；可重复。");
    public static readonly Phrase Pin = new("Plan hash that a contract pins, where its agreement file is not at hand; may be repeated.", "无协议文件时，合约所固定的方案哈希；可重复。");
    public static readonly Phrase Agreement = new("Agreement file of a contract (settle agreement): its terms decide which plan counts. With one, every contract needs one; may be repeated.", "合约的协议文件（settle agreement）：以其条款确定适用的方案。提供一份即须提供全部合约的；可重复。");
    public static readonly Phrase WitnessPolicy = new("A tlog-policy file: only what its quorum cosigned is settled, the rest belongs to the next month. Default: the file witness-policy in a party's directory, if there is one.", "tlog-policy 文件：仅结算其法定人数已联署的部分，其余归入下月。默认使用各方目录中的 witness-policy 文件（如有）。");
    public static readonly Phrase DidDocument = new("A party's DID document, whose keys count each in its time: for months in which a key changed. Without one the key of node.json counts alone; may be repeated.", "某一方的 DID 文档，其中各密钥仅在各自有效期内计入：用于曾更换密钥的月份。未提供时仅以 node.json 中的密钥为准；可重复。");
    public static readonly Phrase GetAgreement = new("Write a contract as a node keeps it: terms and both parties' keys. Its hash is what every use of the contract names.", "导出节点保存的合约：条款与双方密钥。该合约的每次使用都引用其哈希。");
    public static readonly Phrase SignerDirectory = new("A party's directory, to verify its signature with the key in node.json; may be repeated.", "某一方的目录，用其 node.json 中的密钥验证签名；可重复。");
    public static readonly Phrase AgreementIs = new("Agreement {0}: {1}", "协议 {0}：{1}");
    public static readonly Phrase As = new("A statement that another party computed: check it, and close what it says.", "另一方计算的结算单：核对后按其内容结账。");
    public static readonly Phrase Contract = new("Contract; may be repeated where several are meant.", "合约；涉及多个时可重复。");
    public static readonly Phrase Statement = new("Statement file.", "结算单文件。");
    public static readonly Phrase Out = new("File to write.", "输出文件。");
    public static readonly Phrase Signatures = new("File of signatures (default: the statement's name with .signatures.json).", "签名文件（默认为结算单文件名加 .signatures.json）。");
    public static readonly Phrase Format = new("json, csv or pdf.", "json、csv 或 pdf。");
    public static readonly Phrase Grant = new("Leaf hash of the Grant, as statements list it.", "授权条目的叶哈希，见结算单。");
    public static readonly Phrase Reason = new("Why: a word for a dispute, a sentence for its end.", "原因：争议用一个词，结果可用一句话。");
    public static readonly Phrase Outcome = new("bill or waive.", "bill 或 waive。");

    public static readonly Phrase Head = new("Statement {0}, consumer {1}", "结算单 {0}，使用方 {1}");
    public static readonly Phrase Item = new("item", "项目");
    public static readonly Phrase Before = new("before", "此前");
    public static readonly Phrase Party = new("party", "收款方");
    public static readonly Phrase Share = new("share", "分成");
    public static readonly Phrase Disputed = new("Not billed: grant in entry {0} of {1}: {2}", "未计费：{1} 的第 {0} 条授权：{2}");
    public static readonly Phrase Digest = new("Statement SHA-256 {0}", "结算单 SHA-256 {0}");
    public static readonly Phrase Written = new("Written: {0}", "已写入：{0}");
    public static readonly Phrase Closed = new("{0} closed {1} contracts of {2} (entries {3}).", "{0} 已结清 {2} 的 {1} 份合约（条目 {3}）。");
    public static readonly Phrase Signed = new("Signed by {0}: {1}", "{0} 已签署：{1}");
    public static readonly Phrase Holds = new("The statement holds: recomputed byte for byte, {0} closes name it, {1} parties signed.", "结算单有效：逐字节重算一致，{0} 条结账条目指向它，{1} 方已签署。");
    public static readonly Phrase Appended = new("Entry {0} in the ledger of {1}.", "已写入 {1} 账本第 {0} 条。");
    public static readonly Phrase Owed = new("Owed under the contract now: {0}", "合约当前所欠：{0}");
    public static readonly Phrase PlanIs = new("Plan {0}: {1}", "方案 {0}：{1}");
}
