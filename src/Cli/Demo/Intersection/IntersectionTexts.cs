using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Intersection;

/// <summary>Texts of <c>intersect demo</c>.</summary>
internal static class IntersectionTexts
{
    public static readonly Phrase Group = new("Private set intersection.", "隐私求交。");
    public static readonly Phrase About = new(
        "How many customers a bank and a merchant have in common, and what these owe the bank in sum, compared unseen; what each learned, and the cap that ends asking again.",
        "银行与商户有多少共同客户、其贷款总额：互不可见地比对；各方所得；重复提问受次数上限约束。");
    public static readonly Phrase Data = new(
        "One public table (Statlog German Credit), split by column and row; the phone numbers are made up from row numbers: it holds no key of its own.",
        "一张公开表（Statlog German Credit）按行列拆分；电话号码由行号编造，原表没有可用的键。");
    public static readonly Phrase Contract = new("Two contracts with each owner: one for the number of common customers, one for sums over them; ten at least", "与双方各订立两份合约：共同客户数与其总和，至少十个共同客户");
    public static readonly Phrase Plan = new("What everybody will learn", "各方将得知什么");
    public static readonly Phrase Ask = new("The question", "提问");
    public static readonly Phrase Told = new("Told: {0} customers in common, in steps of {1}. A plain join of the two files: {2}.", "得知：{0} 个共同客户（步长 {1}）。直接连接两份文件：{2}。");
    public static readonly Phrase OnlyADemo = new("Only a demo, which reads both files, can say the last number; the bank's node learned it too, as the plan said.", "最后一个数只有能读取两份文件的演示才能给出；如计划所述，银行节点也得知该数。");
    public static readonly Phrase Wrong = new("told {0}, expected {1}", "得知 {0}，应为 {1}");
    public static readonly Phrase Sum = new("What the common customers owe the bank", "共同客户在银行的贷款");
    public static readonly Phrase SumTold = new(
        "Told: {0} in sum, in steps of {1}; a plain join of the two files: {2}. Mean of what was told: {3}; of the join: {4}.",
        "得知：总额 {0}（步长 {1}）；直接连接两份文件：{2}。以所得数值计算的均值：{3}；连接结果的均值：{4}。");
    public static readonly Phrase Again = new("Asking again until the owners' cap", "重复提问，直至数据方的次数上限");
    public static readonly Phrase NotRefused = new("a question beyond the cap ended as {0}", "超出上限的提问以 {0} 结束");
    public static readonly Phrase Ledgers = new("What stands in the ledgers", "账本中的记录");
    public static readonly Phrase Counted = new("{0}: {1} grants, {2} reports, {3} refusals on record", "{0}：授权 {1} 条，报告 {2} 条，拒绝 {3} 条");
    public static readonly Phrase WrongCount = new("the ledger of {0} has {1} grants and {2} reports instead of {3} each", "{0} 的账本有授权 {1} 条、报告 {2} 条，应各为 {3} 条");
    public static readonly Phrase Failed = new("the question ended as {0}", "提问以 {0} 结束");
    public static readonly Phrase Done = new("Everything above was observed. {0:0} s.", "以上各项均已实际观察到。用时 {0:0} 秒。");
}
