using System.Text.RegularExpressions;
using Xunit;

namespace DataSpace.Architecture;

/// <summary>
/// Noise is sampled in integers from a cryptographic generator: floating-point samplers have holes that give exact values away, and a predictable
/// generator lets anyone subtract the noise. Read from the compiled code, and from the text for what constants fold away.
/// </summary>
internal static partial class NoiseSamplerRules
{
    public const string Namespace = "DataSpace.Privacy.Noise";

    private static readonly Type[] Forbidden = [typeof(double), typeof(float), typeof(Half), typeof(decimal), typeof(Math), typeof(MathF), typeof(Random)];

    public static List<string> Touching(Type outermost)
        => [.. CompiledCode.TouchedBy(outermost).Intersect(Forbidden).Select(t => $"{outermost.FullName} touches {t.Name}")];

    public static List<string> Spelled(string path, string source)
        => [.. FloatingPoint().Matches(Comment().Replace(source, "")).Select(m => $"{path}: {m.Value}")];

    [GeneratedRegex(@"\b(double\b|float\b|decimal\b|Half\b|Math[FC]?\.\w+|(?<![A-Za-z])Random\b|\d+\.\d+|\d+[dDfFmM]\b)")]
    private static partial Regex FloatingPoint();

    [GeneratedRegex(@"//.*$|""(?:[^""\\]|\\.)*""", RegexOptions.Multiline)]
    private static partial Regex Comment();
}

public class NoiseSamplerTests
{
    private static readonly string[] SamplerFolder = ["src/Privacy/Noise"];

    [Fact]
    public void Samplers_touch_no_floating_point_and_no_predictable_generator()
    {
        var samplers = Repository.Assemblies.Single(a => a.GetName().Name == "DataSpace.Privacy").GetTypes()
            .Where(t => t.Namespace == NoiseSamplerRules.Namespace && t.DeclaringType is null).ToList();
        Assert.Contains(samplers, t => t.Name == "PolyaShare");
        Assert.Empty(samplers.SelectMany(NoiseSamplerRules.Touching));
    }

    [Fact]
    public void Samplers_spell_no_floating_point()
    {
        var files = SamplerFolder.SelectMany(Repository.Files).Where(f => f.EndsWith(".cs", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(f => NoiseSamplerRules.Spelled(f, Repository.Read(f))));
    }

    [Theory]
    [InlineData("var x = 0.5;")]
    [InlineData("double x = y;")]
    [InlineData("var x = Math.Log(y);")]
    [InlineData("var x = new Random(1);")]
    [InlineData("var x = 3m;")]
    public void The_text_rule_can_fail(string line) => Assert.NotEmpty(NoiseSamplerRules.Spelled("x.cs", line));

    [Theory]
    [InlineData("// exp(-0.5) in double")]
    [InlineData("Fill(RandomNumberGenerator);")]
    [InlineData("var x = \"0.5\";")]
    public void The_text_rule_knows_comments_and_texts(string line) => Assert.Empty(NoiseSamplerRules.Spelled("x.cs", line));

    [Fact]
    public void The_code_rule_can_fail() => Assert.NotEmpty(NoiseSamplerRules.Touching(typeof(FloatingSampler)));

    private sealed class FloatingSampler
    {
        public static long Sample(double scale) => (long)(scale * Math.Log(scale));
    }
}
