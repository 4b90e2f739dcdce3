using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Privacy;

/// <summary>Texts of <c>privacy demo</c>.</summary>
internal static class PrivacyTexts
{
    public static readonly Phrase Group = new("Privacy budgets.", "隐私预算。");
    public static readonly Phrase About = new(
        "A consumer spends a privacy budget: figures with noise, how far they are off, a repetition free of charge, and an empty budget.",
        "消费方使用隐私预算：带噪声的结果、误差有多大、重复查询免费、预算用尽被拒。");
    public static readonly Phrase Contract = new("A contract with a privacy budget, with every owner", "与每个数据方订立带隐私预算的合约");
    public static readonly Phrase Terms = new("Each owner gives {0} epsilon in all, at most {1} in one question, whatever the number of contracts.", "每个数据方共给出 {0} epsilon，单次最多 {1}，与合约数量无关。");
    public static readonly Phrase Plan = new("What a question will cost, and how far its figures may be off", "一次查询的代价与误差范围");
    public static readonly Phrase Ask = new("The first question", "第一次查询");
    public static readonly Phrase HowFar = new("Off by {0:0.0}% on average, {1:0.0}% at most ({2:0.0} of the stated standard errors).", "平均偏差 {0:0.0}%，最大 {1:0.0}%（为所示标准误差的 {2:0.0} 倍）。");
    public static readonly Phrase OnlyADemo = new("Nobody else can know this: no party sees the exact figures, only a demo that reads all three files does.", "其他人无从得知：任何一方都看不到精确值，只有能读取三份文件的演示可以。");
    public static readonly Phrase Repeat = new("The same question again, also in another spelling", "再次提出同一查询，并换一种写法");
    public static readonly Phrase Equal = new("The same figures to the last digit: repetition averages no noise away, and costs nothing.", "每一位数字都相同：重复无法平均掉噪声，也不再扣减预算。");
    public static readonly Phrase Another = new("Another question", "另一次查询");
    public static readonly Phrase Empty = new("A third one: the budget is empty", "第三次查询：预算已用尽");
    public static readonly Phrase StillFree = new("What was paid for may still be repeated.", "已付过的查询仍可重复。");
    public static readonly Phrase Spent = new("spent: {0:0.######} of {1} epsilon, in the ledgers of all {2} owners", "已用：{0:0.######} / {1} epsilon，{2} 个数据方的账本一致");
    public static readonly Phrase WrongSpent = new("the ledger of {0} says that {1} micro-epsilon were spent, not {2}", "{0} 的账本显示已用 {1} 微 epsilon，应为 {2}");
    public static readonly Phrase NotEqual = new("the same question gave other figures", "同一查询得到了不同的结果");
    public static readonly Phrase NotRefused = new("a question beyond the budget ended as {0}", "超出预算的查询以 {0} 结束");
    public static readonly Phrase Failed = new("the question {0} ended as {1}", "查询 {0} 以 {1} 结束");
    public static readonly Phrase TooFar = new("group {0}: {1} instead of {2}, with a standard error of {3}", "分组 {0}：{1}，应为 {2}，标准误差 {3}");
    public static readonly Phrase NotNoisy = new("only {0} of {1} figures carry noise", "{1} 个数值中仅 {0} 个含噪声");
    public static readonly Phrase Done = new("Everything above was observed. {0:0} s.", "以上各项均已实际观察到。用时 {0:0} 秒。");
}
