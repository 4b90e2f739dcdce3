using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Horizontal;

/// <summary>The error catalogue of horizontal regression (DS-PRV-270 to 289). No row carries a value of a row.</summary>
public static class HorizontalErrors
{
    /// <summary>The public design of the model breaks a limit.</summary>
    public static readonly ErrorKind DesignInvalid = new(
        "DS-PRV-270", 422, "The design of the model is invalid", "模型设计无效",
        "Correct what the detail names.", "请更正详情中指出的内容。");

    /// <summary>Weights are not finite numbers, or not as many as the model has.</summary>
    public static readonly ErrorKind WeightsMalformed = new(
        "DS-PRV-271", 422, "The analyst's weights are not finite numbers of this model", "分析方发送的权重不是本模型的有限数值",
        "The run is ended; the analyst's software is wrong or hostile.", "运行已终止；分析方软件有误或存在恶意。");

    /// <summary>Weights under which a few rows could outweigh all others, or another start than the fixed one.</summary>
    public static readonly ErrorKind WeightsOutOfBounds = new(
        "DS-PRV-272", 403, "The analyst's weights are outside the public bounds", "分析方发送的权重超出公开界限",
        "The run is ended: such weights could single out rows. With a ridge (l2) weights stay smaller.", "运行已终止：此类权重可能凸显个别行。使用岭惩罚（l2）可使权重更小。");

    /// <summary>An owner's sums do not open, or are not of this round.</summary>
    public static readonly ErrorKind SumsUnreadable = new(
        "DS-PRV-273", 422, "An owner's sums do not open", "无法打开数据方的汇总",
        "The run is ended: somebody altered the message, or it belongs to another round or job.", "运行已终止：消息被篡改，或属于其他轮次或任务。");

    /// <summary>All owners answered, and their masks do not cancel.</summary>
    public static readonly ErrorKind MasksDiffer = new(
        "DS-PRV-274", 422, "The owners' masks do not cancel", "各数据方掩码未能相互抵消",
        "The run is ended: an owner used another roster, key or round.", "运行已终止：某一数据方使用了不同的名册、密钥或轮次。");

    /// <summary>An owner does not answer over its data, and nobody learns which.</summary>
    public static readonly ErrorKind Withheld = new(
        "DS-PRV-275", 403, "An owner withholds its part of the model", "某一数据方不提供其模型部分",
        "Use fewer columns or coarser categories. Nobody learns at which owner.", "请减少列或使用更粗的类别；任何人都不会得知是哪一方。");

    /// <summary>The columns do not determine the weights.</summary>
    public static readonly ErrorKind Singular = new(
        "DS-PRV-276", 422, "The columns do not determine the weights", "各列不足以确定权重",
        "Leave out columns that are constant or follow from others, or give a ridge (l2).", "请去掉常数列或可由其他列推出的列，或设置岭惩罚（l2）。");

    /// <summary>All labels are equal.</summary>
    public static readonly ErrorKind LabelConstant = new(
        "DS-PRV-277", 422, "All labels are equal", "所有标签相同",
        "There is nothing to explain.", "没有可解释的差异。");

    /// <summary>A message is not the one that is due.</summary>
    public static readonly ErrorKind OutOfOrder = new(
        "DS-PRV-278", 409, "A message is not of the round that is due", "消息不属于当前轮次",
        "The run is ended; a message was repeated or left out.", "运行已终止；消息重复或缺失。");

    /// <summary>A result was asked for before all rounds were over.</summary>
    public static readonly ErrorKind Incomplete = new(
        "DS-PRV-279", 409, "Rounds of the model are missing", "模型轮次尚未完成",
        "Wait for the other parties.", "请等待其他参与方。");

    /// <summary>The analyst's weights do not open.</summary>
    public static readonly ErrorKind WeightsUnreadable = new(
        "DS-PRV-281", 422, "The analyst's weights do not open", "无法打开分析方的权重",
        "The run is ended: the analyst sealed them to another key or round.", "运行已终止：分析方以其他密钥或轮次密封。");

    /// <summary>The owners' masks are bound to different rosters.</summary>
    public static readonly ErrorKind RostersDiffer = new(
        "DS-PRV-282", 422, "The owners saw different rosters", "各数据方看到的名册不一致",
        "The run is ended: the coordinator showed one owner other keys than another.", "运行已终止：协调方向不同数据方展示了不同的密钥。");

    /// <summary>A conversation was ended before.</summary>
    public static readonly ErrorKind Closed = new(
        "DS-PRV-280", 409, "This run of the model is closed", "本次模型运行已关闭",
        "Submit a new job.", "请提交新任务。");
}
