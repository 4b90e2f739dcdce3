using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Regression;

/// <summary>Texts of <c>regress demo</c>.</summary>
internal static class RegressionTexts
{
    public static readonly Phrase Group = new("Models over several owners.", "多方建模。");
    public static readonly Phrase About = new(
        "A Poisson model of doctor visits over three hospitals that keep their rows; its weights beside a fit in the clear, and what each learned.",
        "三家医院各自保留数据，联合拟合就诊次数的泊松模型；与明文拟合逐项对照，并列出各方所得。");
    public static readonly Phrase Data = new(
        "One public table (RAND Health Insurance Experiment), split between persons to simulate three hospitals; its person ids are derived, the table has none.",
        "一张公开表（RAND 健康保险实验）按人拆分以模拟三家医院；个人标识为派生，原表没有。");
    public static readonly Phrase Contract = new("A contract with each hospital: models alone, five subjects at least, one subject at most a tenth", "与各医院订立合约：仅限建模，至少五个主体，单一主体至多占十分之一");
    public static readonly Phrase Plan = new("What everybody will learn", "各方将得知什么");
    public static readonly Phrase Fit = new("The model, round by round", "逐轮拟合模型");
    public static readonly Phrase Term = new("term", "项");
    public static readonly Phrase Joint = new("over three hospitals", "三院联合");
    public static readonly Phrase Clear = new("in the clear", "明文拟合");
    public static readonly Phrase Difference = new("difference, relative", "相对差");
    public static readonly Phrase Equal = new("All weights equal those of a fit in the clear; the largest relative difference is {0}.", "全部权重与明文拟合一致，最大相对差为 {0}。");
    public static readonly Phrase OnlyADemo = new(
        "Only a demo, which reads all three files, can compare. Hospital A saw sums over all three, and less its own part those of B and C together; B and C saw the weights of each round; the coordinator saw sizes.",
        "只有能读取三份文件的演示才能对照。医院甲得知三院之和，减去自身即为乙、丙之和；乙、丙得知每轮权重；协调方仅见大小。");
    public static readonly Phrase Wrong = new("weights differ from a fit in the clear by {0}", "权重与明文拟合相差 {0}");
    public static readonly Phrase NotConverged = new("the model did not converge in {0} rounds", "模型在 {0} 轮内未收敛");
    public static readonly Phrase WithoutOne = new("The same of two hospitals: the difference would be the third's part", "仅用两家医院：两次结果之差即第三家的部分");
    public static readonly Phrase NotRefused = new("a model that leaves one hospital out ended as {0}", "去掉一家医院的模型以 {0} 结束");
    public static readonly Phrase Ledgers = new("What stands in the ledgers", "账本中的记录");
    public static readonly Phrase Counted = new("{0}: {1} grant, {2} report, {3} refusals on record", "{0}：授权 {1} 条，报告 {2} 条，拒绝 {3} 条");
    public static readonly Phrase WrongCount = new("the ledger of {0} has {1} grants and {2} reports instead of one each", "{0} 的账本有授权 {1} 条、报告 {2} 条，应各为 1 条");
    public static readonly Phrase Statistics = new("Statistics of the same rows, under a contract of their own: median and 90th percentile of visits by health", "同样的行，另立合约：按健康状况的就诊次数中位数与 90 分位数");
    public static readonly Phrase StatisticsFailed = new("the statistics ended as {0}", "统计以 {0} 结束");
    public static readonly Phrase Failed = new("the model ended as {0}", "建模以 {0} 结束");
    public static readonly Phrase Done = new("Everything above was observed. {0:0} s.", "以上各项均已实际观察到。用时 {0:0} 秒。");
}
