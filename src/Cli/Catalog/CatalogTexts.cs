using DataSpace.Cli.Session;

namespace DataSpace.Cli.Catalog;

/// <summary>Texts of <c>catalog</c>.</summary>
internal static class CatalogTexts
{
    public static readonly Phrase About = new("Datasets and offers of all participants.", "所有参与方的数据集与要约。");
    public static readonly Phrase None = new(
        "The catalogue is empty. Is this node a member yet? (dataspace members list at the coordinator)",
        "目录为空。本节点是否已是成员？（在协调方运行 dataspace members list）");
    public static readonly Phrase Unreachable = new("The catalogue of {0} could not be read ({1}).", "无法读取 {0} 的目录（{1}）。");
    public static readonly Phrase Owner = new("owner", "持有方");
    public static readonly Phrase Dataset = new("dataset", "数据集");
    public static readonly Phrase Columns = new("columns", "列");
    public static readonly Phrase Classification = new("class", "分类");
    public static readonly Phrase Offers = new("offers", "要约");
    public static readonly Phrase Offer = new("offer", "要约");
    public static readonly Phrase Purpose = new("purpose", "用途");
    public static readonly Phrase Uses = new("uses", "次数");
    public static readonly Phrase MinGroup = new("min. group", "最小组");
    public static readonly Phrase Dominance = new("dominance", "主导规则");
    public static readonly Phrase Price = new("per use", "每次价格");
    public static readonly Phrase StampExtension = new("stamp up to {0} old", "时间戳可旧至 {0}");
    public static readonly Phrase Subject = new("subject", "主体");
    public static readonly Phrase Group = new("group", "分组");
    public static readonly Phrase Measure = new("measure", "度量");
}
