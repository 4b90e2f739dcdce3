using System.Reflection;
using System.Text.RegularExpressions;
using DataSpace.Kernel.Results;
using Xunit;

namespace DataSpace.Architecture;

/// <summary>Types about data are made in one place each (laws 1 and 3), and decisions are asked for in named places only (law 2).</summary>
internal static partial class EgressRules
{
    /// <summary>Who may ask the decision point, and why. The first two enforce; the last three decide nothing.</summary>
    public static IReadOnlyDictionary<string, string> MayDecide { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["src/Hosting/PolicyEnforcementFilter.cs"] = "enforces at publishing and negotiating",
        ["src/Connector/Uses/UseGate.cs"] = "enforces at every use",
        ["src/Connector/Uses/VerticalCheck.cs"] = "asks whether the contract permits what a vertical model tells beside the model; the use gate and the dry run ask it, and it grants nothing",
        ["src/Connector/Uses/DropoutCheck.cs"] = "asks whether the contract could do without the owners that a plan lets be gone; the use gate and the dry run ask it, and it grants nothing",
        ["src/Hosting/Regulation/RegulationRegister.cs"] = "asks the regulators' lists, which come before any contract; the two places above ask it",
        ["src/Connector/Jobs/JobPlanner.cs"] = "dry run: tells the analyst, from the analyst's own copies of the contracts, what owners would refuse; grants and spends nothing",
        ["src/Connector/Uses/ExplainEndpoint.cs"] = "explains to the node's own owner what would be decided; grants and spends nothing",
        ["src/Cli/Policy/PolicyExplainCommand.cs"] = "explains a policy file to whoever has it; there is no node, no data and nothing to grant",
    };

    /// <summary>The one place that turns a decision into a Grant.</summary>
    public const string MayGrant = "src/Connector/Uses/UseGate.cs";

    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>A guarded type is sealed, is no record (whose copy constructor would clone it), and every constructor is internal.</summary>
    public static List<string> ConstructorViolations(Type type)
    {
        var found = new List<string>();
        if (!type.IsSealed)
            found.Add(type.Name + " can be derived from");
        if (type.GetMethod("<Clone>$", All) is not null)
            found.Add(type.Name + " is a record and can be cloned");
        found.AddRange(type.GetConstructors(All).Where(c => !c.IsAssembly && !c.IsPrivate).Select(_ => type.Name + " has a constructor that is not internal"));
        found.AddRange(type.GetProperties(All).Where(p => p.SetMethod is { IsAssembly: false, IsPrivate: false }).Select(p => $"{type.Name}.{p.Name} can be changed"));
        return found;
    }

    /// <summary>Public methods that hand out a guarded type would be a second door.</summary>
    public static List<string> FactoryViolations(IEnumerable<Type> types, Type guarded)
        => [.. types.Where(t => t.IsVisible).SelectMany(t => t.GetMethods(All))
            .Where(m => m.IsPublic && m.IsStatic && m.ReturnType == guarded).Select(m => $"{m.DeclaringType!.Name}.{m.Name} makes a {guarded.Name}")];

    public static List<string> DecideViolations(string path, string source)
        => MayDecide.ContainsKey(path) || path == "src/Kernel/Policy/PolicyDecisionPoint.cs" || !DecideCall().IsMatch(WithoutComments(source)) ? [] : [path + " asks for a decision"];

    public static List<string> GrantViolations(string path, string source)
        => path == MayGrant || !GrantCall().IsMatch(WithoutComments(source)) ? [] : [path + " asks the ledger for a Grant"];

    private static string WithoutComments(string source) => Comment().Replace(source, "");

    // Asking through the filter is what the filter is for.
    [GeneratedRegex(@"(?<!\bPolicyEnforcementFilter)\s*\.\s*Decide\b")]
    private static partial Regex DecideCall();

    [GeneratedRegex(@"\.\s*GrantAsync\b")]
    private static partial Regex GrantCall();

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();
}

public class EgressTests
{
    private static IEnumerable<string> Sources => Repository.Files("src").Where(f => f.EndsWith(".cs", StringComparison.Ordinal));

    public static TheoryData<Type> Guarded => [typeof(GrantHandle), typeof(ReleasedOutput), typeof(ProtocolMessage)];

    [Theory]
    [MemberData(nameof(Guarded))]
    public void Guarded_types_are_made_inside_alone(Type type)
    {
        Assert.Empty(EgressRules.ConstructorViolations(type));
        Assert.Empty(EgressRules.FactoryViolations(type.Assembly.GetTypes(), type));
    }

    [Theory]
    [InlineData(typeof(OpenToAll))]
    [InlineData(typeof(CanBeDerived))]
    [InlineData(typeof(CanBeCloned))]
    [InlineData(typeof(CanBeChanged))]
    public void A_type_with_a_second_door_is_found(Type type) => Assert.NotEmpty(EgressRules.ConstructorViolations(type));

    [Fact]
    public void A_public_factory_is_found() => Assert.Single(EgressRules.FactoryViolations([typeof(SideDoor)], typeof(GrantHandle)));

    [Fact]
    public void Decisions_are_asked_for_in_named_places_alone()
    {
        Assert.Empty(Sources.SelectMany(f => EgressRules.DecideViolations(f, Repository.Read(f))));
        // A place that no longer asks is taken off the list, so that the list stays what people read.
        Assert.All(EgressRules.MayDecide.Keys, path => Assert.NotEmpty(EgressRules.DecideViolations("src/Elsewhere.cs", Repository.Read(path))));
    }

    [Fact]
    public void Grants_are_asked_for_in_one_place()
    {
        Assert.Empty(Sources.SelectMany(f => EgressRules.GrantViolations(f, Repository.Read(f))));
        Assert.NotEmpty(EgressRules.GrantViolations("src/Connector/Jobs/JobPlanner.cs", Repository.Read(EgressRules.MayGrant)));
    }

    [Theory]
    [InlineData("var d = pdp.Decide(request);", 1)]
    [InlineData("Func<PolicyRequest, PolicyDecision> f = pdp\n    .Decide;", 1)]
    [InlineData("// pdp.Decide(request) is asked elsewhere", 0)]
    [InlineData("pdp.Decided();", 0)]
    [InlineData("var d = PolicyEnforcementFilter.Decide(pdp, request);", 0)]
    [InlineData("var d = MyPolicyEnforcementFilter.Decide(pdp, request);", 1)]
    public void Another_place_is_found(string source, int findings)
    {
        Assert.Equal(findings, EgressRules.DecideViolations("src/Connector/Jobs/ProviderDesk.cs", source).Count);
        Assert.Empty(EgressRules.DecideViolations("src/Connector/Uses/UseGate.cs", source));
    }

    public sealed class OpenToAll;

    public class CanBeDerived
    {
        internal CanBeDerived()
        {
        }
    }

    public sealed record CanBeCloned
    {
        internal CanBeCloned()
        {
        }
    }

    public sealed class CanBeChanged
    {
        internal CanBeChanged()
        {
        }

        public string Content { get; set; } = "";
    }

    public static class SideDoor
    {
        public static GrantHandle Make() => throw new NotSupportedException("only its signature matters");
    }
}
