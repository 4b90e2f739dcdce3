using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Settlement;

/// <summary>Texts of the settlement demo.</summary>
internal static class SettlementTexts
{
    public static readonly Phrase About = new("Settlement shown on this machine: three providers, two price plans, a dispute, statements signed and recomputed.", "在本机演示结算：三个提供方、两种价格方案、一次争议，结算单签署并重新计算。");
    public static readonly Phrase Start = new("Four nodes; every contract pins its price plan by hash", "四个节点；每份合约以哈希固定价格方案");
    public static readonly Phrase Plan = new("{0} offers under plan {1} ({2})", "{0} 按方案 {1}（{2}）提供数据");
    public static readonly Phrase Use = new("Two joint statistics: six uses, receipted by both parties", "两次联合统计：共六次使用，双方均有回执");
    public static readonly Phrase Matched = new("{0} uses stand with the same receipt in both parties' ledgers.", "{0} 次使用的同一回执存于双方账本。");
    public static readonly Phrase NotMatched = new("the receipts are not in both ledgers: {0} of {1}", "回执未同时存于双方账本：{0}/{1}");
    public static readonly Phrase Dispute = new("The consumer disputes a use", "使用方对一次使用提出争议");
    public static readonly Phrase Disputed = new("Entry {0} in the consumer's ledger: the use of {1} is not billed while that stands.", "使用方账本第 {0} 条：{1} 的该次使用在争议期间不计费。");
    public static readonly Phrase NoDispute = new("the dispute is not in the statement", "结算单中没有该争议");
    public static readonly Phrase Statement = new("The statement: rated, split, booked", "结算单：计价、分成、记账");
    public static readonly Phrase Rest = new("{0} among three by equal weights leaves {1} minor units; they go to the first: {2}", "{0} 按等权重分给三方余 {1} 个最小货币单位，归前列各方：{2}");
    public static readonly Phrase NoRest = new("the split left no remainder", "分成没有余数");
    public static readonly Phrase Zero = new("{0} postings in {1} transactions; each sums to zero.", "{1} 笔交易共 {0} 条分录，每笔合计为零。");
    public static readonly Phrase NotZero = new("postings do not sum to zero", "分录合计不为零");
    public static readonly Phrase Close = new("Every party closes the month in its own ledger and signs", "各方在自己的账本中结账并签署");
    public static readonly Phrase Again = new("A second close of {0} with other content: {1}", "对 {0} 以不同内容再次结账：{1}");
    public static readonly Phrase NotSigned = new("a party's signature is missing", "缺少某一方的签名");
    public static readonly Phrase NotRefused = new("not refused as expected: {0}", "未按预期拒绝：{0}");
    public static readonly Phrase Offline = new("The nodes are stopped; copies of the raw ledgers are enough", "节点已停止；原始账本的副本即可");
    public static readonly Phrase Equal = new("Recomputed from the copies: {0} bytes, byte for byte the same.", "由副本重新计算：{0} 字节，逐字节一致。");
    public static readonly Phrase Differs = new("the recomputation differs", "重新计算的结果不同");
    public static readonly Phrase Altered = new("A statement with one amount altered: {0}", "改动一处金额的结算单：{0}");
    public static readonly Phrase Swapped = new("The same ledgers with a plan that was changed after the contract: {0}", "同一账本配以合约签订后被改动的方案：{0}");
    public static readonly Phrase Files = new("Statement {0}, signatures, CSV and PDF: {1}", "结算单 {0}、签名、CSV 与 PDF：{1}");
    public static readonly Phrase Done = new("Everything above was observed ({0:0} s).", "以上均为实际观察结果（{0:0} 秒）。");
}
