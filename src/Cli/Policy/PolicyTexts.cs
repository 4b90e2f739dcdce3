using DataSpace.Cli.Session;

namespace DataSpace.Cli.Policy;

/// <summary>Texts of <c>policy</c>.</summary>
internal static class PolicyTexts
{
    public static readonly Phrase About = new("Usage policies: what they would decide, what is wrong with them, how two versions differ, translation.", "使用策略：会如何裁决、有何问题、两个版本有何不同、格式转换。");
    public static readonly Phrase Explain = new("What would be decided about a use, and by which rule. Spends nothing.", "某次使用会得到何种裁决、由哪条规则决定；不消耗任何额度。");
    public static readonly Phrase Lint = new("Conflicts, unreachable rules, unenforceable terms, missing protections. Exit 2 on errors.", "检查冲突、不起作用的规则、无法执行的条款和缺少的保护；有错误时退出码为 2。");
    public static readonly Phrase Diff = new("How two versions of a policy differ in meaning. Exit 1 when the new one may permit more.", "两个版本的策略在含义上有何不同；新版可能放宽时退出码为 1。");
    public static readonly Phrase Translate = new("Translates between ODRL and the contract of the trusted-data-space standard, without loss.", "在 ODRL 与可信数据空间数字合约标准之间无损转换。");
    public static readonly Phrase File = new("A policy as JSON (ODRL), or a contract of the standard.", "策略 JSON 文件（ODRL）或标准数字合约。");
    public static readonly Phrase OldFile = new("The older version.", "旧版本。");
    public static readonly Phrase NewFile = new("The newer version.", "新版本。");
    public static readonly Phrase Agreement = new("Id of an agreement at the node; its own gate answers.", "节点上的合约标识；由其使用闸口回答。");
    public static readonly Phrase Dataset = new("Id of a dataset at the node, with --offer.", "节点上的数据集标识，与 --offer 合用。");
    public static readonly Phrase Offer = new("Id of an offer of that dataset.", "该数据集的要约标识。");
    public static readonly Phrase Purpose = new("Declared purpose.", "申报的用途。");
    public static readonly Phrase Computation = new("Kind of computation: sql or aggregate.", "计算类型：sql 或 aggregate。");
    public static readonly Phrase Columns = new("Columns that are read, with commas.", "读取的列，以逗号分隔。");
    public static readonly Phrase GroupBy = new("Columns that are grouped by, with commas.", "分组列，以逗号分隔。");
    public static readonly Phrase Consumer = new("DID of the consumer.", "使用方标识（DID）。");
    public static readonly Phrase CoProviders = new("Other providers, did#keyId, with commas.", "其他提供方 did#keyId，以逗号分隔。");
    public static readonly Phrase MinGroup = new("Minimum group size.", "最小分组。");
    public static readonly Phrase Epsilon = new("Micro-epsilon that would be spent.", "将消耗的隐私预算（微 epsilon）。");
    public static readonly Phrase Role = new("Role of who asks.", "请求者的角色。");
    public static readonly Phrase At = new("Moment of the use, RFC 3339 (default: now).", "使用时刻，RFC 3339（默认当前）。");
    public static readonly Phrase Region = new("Region of the consumer, for example CN-310000.", "使用方所在地区，如 CN-310000。");
    public static readonly Phrase ExecutionRegion = new("Region where the owner computes.", "数据方执行计算的地区。");
    public static readonly Phrase Strict = new("Exit 1 on warnings.", "有警告时退出码为 1。");
    public static readonly Phrase To = new("Target: odrl or standard.", "目标格式：odrl 或 standard。");
    public static readonly Phrase Product = new("Product id where the policy has no target.", "策略没有标的时的数据产品标识。");
    public static readonly Phrase PolicyOnly = new("With --to odrl: the policy alone, without contract information.", "与 --to odrl 合用：仅输出策略，不含合约信息。");
    public static readonly Phrase Allowed = new("Allowed. Nothing was spent.", "允许。未消耗任何额度。");
    public static readonly Phrase AfterDuty = new("Allowed after: {0}. Nothing was spent.", "履行以下义务后允许：{0}。未消耗任何额度。");
    public static readonly Phrase Denied = new("Denied by {0}: {1} {2} ({3})", "被 {0} 拒绝：{1} {2}（{3}）");
    public static readonly Phrase HeadRule = new("rule", "规则");
    public static readonly Phrase HeadTerm = new("term", "约束");
    public static readonly Phrase HeadGiven = new("given", "给定值");
    public static readonly Phrase HeadBound = new("contract", "合约值");
    public static readonly Phrase HeadWhere = new("where", "位置");
    public static readonly Phrase HeadCode = new("code", "代码");
    public static readonly Phrase HeadFinding = new("finding", "发现");
    public static readonly Phrase HeadChange = new("change", "变化");
    public static readonly Phrase HeadBefore = new("before", "旧");
    public static readonly Phrase HeadAfter = new("after", "新");
    public static readonly Phrase Forbids = new("forbids", "禁止");
    public static readonly Phrase Clean = new("Nothing found.", "未发现问题。");
    public static readonly Phrase Found = new("{0} error(s), {1} warning(s)", "{0} 个错误，{1} 个警告");
    public static readonly Phrase NoDifference = new("Both say the same.", "两者含义相同。");
    public static readonly Phrase NotWider = new("Proven: the new version permits nothing that the old one did not.", "已证明：新版不允许旧版未允许的任何使用。");
    public static readonly Phrase MayWiden = new("The new version may permit more: {0}", "新版可能放宽：{0}");
    public static readonly Phrase OtherGate = new("The owner's own gate was not asked: this node is the consumer of that agreement.", "未询问数据方的使用闸口：本节点是该合约的使用方。");
    public static readonly Phrase OfferTaken = new("The offer is taken as if it had been agreed now.", "按要约此刻已签约推断。");

    /// <summary>How a change is called.</summary>
    public static Phrase Change(Kernel.Policy.Lint.PolicyChange change) => change switch
    {
        Kernel.Policy.Lint.PolicyChange.Narrowed => new("narrower", "收窄"),
        Kernel.Policy.Lint.PolicyChange.Widened => new("wider", "放宽"),
        Kernel.Policy.Lint.PolicyChange.Added => new("added", "新增"),
        Kernel.Policy.Lint.PolicyChange.Removed => new("removed", "删除"),
        Kernel.Policy.Lint.PolicyChange.Changed => new("changed", "改变"),
        _ => new("same", "相同"),
    };
}
