using DataSpace.Cli.Session;

namespace DataSpace.Cli.Regulation;

/// <summary>Texts of <c>regulation</c>.</summary>
internal static class RegulationTexts
{
    public static readonly Phrase About = new("The regulators' negative list at a node.", "节点上的监管负面清单。");
    public static readonly Phrase StatusAbout = new("Rules in force, age of the stamp, what is suspended and why.", "生效规则、时间戳新旧、被中止的对象及原因。");
    public static readonly Phrase None = new("No regulator is pinned at this node: no negative list applies here.", "本节点未固定任何监管方：不适用负面清单。");
    public static readonly Phrase NotUsable = new("Nothing is listed, used or released now: {0}", "当前不发布、不使用、不释放任何数据：{0}");
    public static readonly Phrase NothingSuspended = new("Nothing is suspended.", "没有被中止的对象。");
    public static readonly Phrase Regulator = new("regulator", "监管方");
    public static readonly Phrase Version = new("list version", "清单版本");
    public static readonly Phrase Rules = new("rules", "规则数");
    public static readonly Phrase Freezes = new("freezes", "冻结数");
    public static readonly Phrase StampAge = new("stamp age", "时间戳已过");
    public static readonly Phrase What = new("what", "对象类型");
    public static readonly Phrase Target = new("target", "对象");
    public static readonly Phrase Rule = new("rule", "规则");
    public static readonly Phrase Why = new("why", "原因");
}
