using System.Reflection;
using System.Text.RegularExpressions;
using DataSpace.Kernel.Results;
using Xunit;

namespace DataSpace.Architecture;

/// <summary>Types about data are made in one place each (laws 1 and 3), and decisions are asked for in two (law 2).</summary>
internal static partial class EgressRules
{
    public static IReadOnlyList<string> MayDecide { get; } = ["src/Hosting/PolicyEnforcementFilter.cs", "src/Connector/Uses/UseGate.cs"];

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
        => MayDecide.Contains(path) || path == "src/Kernel/Policy/PolicyDecisionPoint.cs" || !DecideCall().IsMatch(WithoutComments(source)) ? [] : [path + " asks for a decision"];

    private static string WithoutComments(string source) => Comment().Replace(source, "");

    [GeneratedRegex(@"\.\s*Decide\b")]
    private static partial Regex DecideCall();

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();
}

public class EgressTests
{
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
    public void Decisions_are_asked_for_in_two_places()
        => Assert.Empty(Repository.Files("src").Where(f => f.EndsWith(".cs", StringComparison.Ordinal)).SelectMany(f => EgressRules.DecideViolations(f, Repository.Read(f))));

    [Theory]
    [InlineData("var d = pdp.Decide(request);", 1)]
    [InlineData("Func<PolicyRequest, PolicyDecision> f = pdp\n    .Decide;", 1)]
    [InlineData("// pdp.Decide(request) is asked elsewhere", 0)]
    [InlineData("pdp.Decided();", 0)]
    public void A_third_place_is_found(string source, int findings)
    {
        Assert.Equal(findings, EgressRules.DecideViolations("src/Connector/Jobs/JobRunner.cs", source).Count);
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
