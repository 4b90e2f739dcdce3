using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.NegativeList;

/// <summary>Texts of <c>regulation demo</c>.</summary>
internal static class NegativeListTexts
{
    public static readonly Phrase About = new("A rule arrives: contracts suspended everywhere, a use refused with the rule's id, freeze, lifted again.", "规则到达：各处合约中止、使用被拒并给出规则标识、冻结、再解除。");
    public static readonly Phrase Start = new("A regulator, a coordinator, three owners who pin the regulator's two root keys", "一个监管方、一个协调方、三个固定了监管方两把根公钥的持有方");
    public static readonly Phrase Published = new("list version {0}, {1} rules, signed by two people; {2} nodes have it", "清单版本 {0}，{1} 条规则，经两人签署；{2} 个节点已生效");
    public static readonly Phrase Running = new("Contracts, and a use under them", "签订合约并据此使用");
    public static readonly Phrase Used = new("used: {0}", "使用成功：{0}");
    public static readonly Phrase Arrives = new("A rule is signed by two people, and arrives", "规则经两人签署并到达");
    public static readonly Phrase OneSigner = new("signed by one person alone: refused with {0}", "仅一人签署：被拒绝，{0}");
    public static readonly Phrase Node = new("node", "节点");
    public static readonly Phrase FromArrival = new("arrival to suspension, ms", "到达至中止（毫秒）");
    public static readonly Phrase FromPublication = new("publication to acknowledgement, ms", "发布至回执（毫秒）");
    public static readonly Phrase Suspended = new("suspended", "已中止");
    public static readonly Phrase Resumed = new("resumed", "已恢复");
    public static readonly Phrase State = new("state", "状态");
    public static readonly Phrase TooSlow = new("{0} took {1} ms, more than 5 s", "{0} 用时 {1} 毫秒，超过 5 秒");
    public static readonly Phrase NotAcknowledged = new("no acknowledgement of version {0}, orders {1} from {2}", "{2} 未回执版本 {0}、清单序号 {1}");
    public static readonly Phrase NotSuspended = new("{0} did not suspend its contract and listing", "{0} 未中止合约和发布");
    public static readonly Phrase Listed = new("{0} datasets in the catalogue", "目录中有 {0} 个数据集");
    public static readonly Phrase WrongListing = new("the catalogue has {0} datasets, expected {1}", "目录中有 {0} 个数据集，应为 {1}");
    public static readonly Phrase Refused = new("Used all the same: refused by the owners, with the rule", "仍然提交使用：被持有方拒绝，并给出规则");
    public static readonly Phrase NotRefused = new("the use ended as {0} and not with rule {1}", "使用结果为 {0}，未以规则 {1} 拒绝");
    public static readonly Phrase Lifted = new("The rule is lifted while one node is away", "在一个节点离线时解除规则");
    public static readonly Phrase NoAnswer = new("{0}: no answer since {1}", "{0}：自 {1} 起无应答");
    public static readonly Phrase NotSilent = new("the regulator does not show {0} as silent", "监管方未将 {0} 显示为无应答");
    public static readonly Phrase Back = new("{0} is back and caught up by itself", "{0} 已恢复并自行补齐");
    public static readonly Phrase Freeze = new("A participant is frozen under a case, then released", "依案件冻结一个参与方，随后解除");
    public static readonly Phrase Ledgers = new("What the ledgers say", "账本记载");
    public static readonly Phrase Ledger = new("ledger", "账本");
    public static readonly Phrase Entries = new("entries", "条目");
    public static readonly Phrase Acts = new("about regulation", "监管相关");
    public static readonly Phrase LedgerBad = new("the ledger of {0} does not verify, or lacks {1}", "{0} 的账本验证未通过，或缺少 {1}");
    public static readonly Phrase Done = new("Everything above was observed. {0:0} s.", "以上各项均已实际观察到。用时 {0:0} 秒。");
    public static readonly Phrase UseFailed = new("a use that nothing forbids ended as {0} {1}", "未被禁止的使用以 {0} {1} 结束");
}
