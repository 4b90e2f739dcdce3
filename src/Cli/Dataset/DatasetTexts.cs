using DataSpace.Cli.Session;

namespace DataSpace.Cli.Dataset;

/// <summary>Texts of <c>dataset</c>.</summary>
internal static class DatasetTexts
{
    public static readonly Phrase About = new("This node's own datasets.", "本节点自己的数据集。");
    public static readonly Phrase Check = new(
        "Checks datasets against their classification and looks through a sample of the data, inside the sandbox. Exit 1 when one is not listed.",
        "按分类分级检查数据集，并在沙箱内抽样查看数据。有数据集未能上架时退出码为 1。");
    public static readonly Phrase Id = new("Only this dataset.", "仅检查该数据集。");
    public static readonly Phrase Busy = new("Looking through the data", "正在抽样检查数据");
    public static readonly Phrase None = new("This node has no datasets.", "本节点没有数据集。");
    public static readonly Phrase Listed = new("{0}: listed. Grade {1} (level {2}), industry {3}, region {4}; {5} rows looked at.", "{0}：已上架。级别 {1}（安全等级 {2}），行业 {3}，地区 {4}；抽样 {5} 行。");
    public static readonly Phrase Withheld = new("{0}: NOT listed. {1} rows looked at.", "{0}：未上架。抽样 {1} 行。");
    public static readonly Phrase Column = new("column", "列");
    public static readonly Phrase Declared = new("declared", "声明");
    public static readonly Phrase Found = new("found", "发现");
    public static readonly Phrase Share = new("share", "占比");
    public static readonly Phrase Verdict = new("verdict", "结论");
    public static readonly Phrase ByName = new("by its name", "列名表明");
    public static readonly Phrase Fine = new("ok", "通过");
    public static readonly Phrase Identifier = new("identifier", "标识列");
    public static readonly Phrase Reviewed = new("{0} (reviewed: none)", "{0}（已复核：不是）");
    public static readonly Phrase History = new("What this node remembers of the exact answers it gave.", "本节点对已给出的精确结果的记录。");
    public static readonly Phrase HistoryStatus = new("Answers by dataset and consumer. Exit 1 when part of the record is missing.", "按数据集与消费方列出。记录缺失时退出码为 1。");
    public static readonly Phrase HistoryBegin = new(
        "Accepts that the record of earlier answers is lost: exact answers begin again. Logged. Whoever kept earlier answers can compare new ones with them, unseen by this node.",
        "确认历史答案记录已缺失并重新给出精确结果。该决定会记入账本。保留了先前结果的人可将其与新结果比对，本节点无从察觉。");
    public static readonly Phrase Confirm = new("Yes, with these consequences.", "确认并接受上述后果。");
    public static readonly Phrase Reason = new("Why; stands in the ledger.", "原因，将记入账本。");
    public static readonly Phrase HistoryComplete = new("Complete: {0} different answers.", "完整：共 {0} 个不同的结果。");
    public static readonly Phrase HistoryGap = new("{0} {1}", "{0} {1}");
    public static readonly Phrase HistoryUnknown = new("{0} answers are counted in the ledger and not known here.", "账本记有 {0} 个结果而此处没有记录。");
    public static readonly Phrase HistoryBegun = new("Begun without the past {0} times.", "已 {0} 次在缺少历史的情况下重新开始。");
    public static readonly Phrase Dataset = new("dataset", "数据集");
    public static readonly Phrase Consumer = new("consumer", "消费方");
    public static readonly Phrase Answers = new("answers", "结果数");
    public static readonly Phrase Sets = new("sets (of {0})", "集合数（上限 {0}）");
    public static readonly Phrase NoFlag = new("none", "无");
    public static readonly Phrase Personal = new("personal", "个人信息");
    public static readonly Phrase Sensitive = new("sensitive", "敏感个人信息");
}
