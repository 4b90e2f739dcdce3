using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>
/// The coverage list: every term of the vocabulary, with every operator, in a permission and in a prohibition, allows one use and denies one at the use gate. A term
/// or operator that is added to the vocabulary without a case fails.
/// </summary>
public class GateCoverageTests(SharedGate shared) : IClassFixture<SharedGate>
{
    private readonly GateWorld _world = shared.World;

    public static TheoryData<string, string> InPermission() => Rows(PolicyVocabulary.Terms);

    public static TheoryData<string, string> InProhibition() => Rows(PolicyVocabulary.Terms.Where(t => t.InProhibition));

    private static TheoryData<string, string> Rows(IEnumerable<VocabularyTerm> terms)
    {
        var data = new TheoryData<string, string>();
        foreach (var (name, op) in terms.SelectMany(t => t.Operators.Select(op => (t.Name, op))))
            data.Add(name, op);
        return data;
    }

    [Fact]
    public void The_list_knows_every_term_and_operator()
    {
        Assert.Equal(GateCases.Operators.Select(t => t.Key + ": " + t.Value).Order(), PolicyVocabulary.Terms.Select(t => t.Name + ": " + string.Join(' ', t.Operators)).Order());
        Assert.Equal(GateCases.Prohibitable.Order(), PolicyVocabulary.Terms.Where(t => t.InProhibition).Select(t => t.Name).Order());
    }

    [Theory]
    [MemberData(nameof(InPermission))]
    public async Task A_permission_allows_and_denies(string term, string op)
    {
        var cases = GateCases.Of(term, op, inProhibition: false);
        if (cases.Count == 0)
        {
            var provision = GateProvisions.Of(term, op);
            Assert.True(provision is not null, $"{term} {op} has no case");
            await provision;
            return;
        }
        foreach (var (holds, fails, beside) in cases)
        {
            var (error, decision) = await _world.AdmitAsync(_world.Use(GateWorld.Agreement([.. beside, holds.Constraint]), holds.Plan));
            Assert.True(decision is not null, $"{term} {op}: {error}");
            (error, _) = await _world.AdmitAsync(_world.Use(GateWorld.Agreement([.. beside, fails.Constraint]), fails.Plan));
            Assert.True(error is not null, $"{term} {op} did not deny");
            Assert.StartsWith("DS-POL-", error.Code, StringComparison.Ordinal);
            if (!GateCases.OneValue.ContainsKey(term))
                Assert.Contains(term, error.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(InProhibition))]
    public async Task A_prohibition_denies_and_lets_pass(string term, string op)
    {
        var cases = GateCases.Of(term, op, inProhibition: true);
        Assert.True(cases.Count > 0, $"{term} {op} has no case");
        foreach (var (applies, spares, _) in cases)
        {
            var (error, _) = await _world.AdmitAsync(_world.Use(Prohibiting(applies.Constraint), applies.Plan));
            Assert.Equal(PolicyErrors.Prohibited.Code, error?.Code);
            (error, var decision) = await _world.AdmitAsync(_world.Use(Prohibiting(spares.Constraint), spares.Plan));
            Assert.True(decision is not null, $"{term} {op}: {error}");
        }
    }

    /// <summary>Where there is one value, an operator that could only deny every use or none says nothing, and is no term of a contract.</summary>
    [Fact]
    public void Of_what_has_one_value_nothing_can_be_excluded()
    {
        foreach (var (term, value) in GateCases.OneValue)
        {
            DsError? Refusal(string op, string right) => RefusalOf(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint(term, op, right)]));
            Assert.Equal(PolicyErrors.UnknownOperator, Refusal("neq", value)?.Kind);
            Assert.Equal(PolicyErrors.UnknownOperator, Refusal("isNoneOf", value)?.Kind);
            Assert.Equal(PolicyErrors.InvalidValue, Refusal("eq", "other")?.Kind);
            Assert.Equal(PolicyErrors.TermMisplaced, RefusalOf(Prohibiting(GateWorld.Constraint(term, "eq", value)))?.Kind);
        }
    }

    [Fact]
    public async Task Two_hundred_uses_at_once_of_a_count_of_ten_are_exactly_ten()
    {
        await using var world = new GateWorld();
        var first = world.Use(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("count", "lteq", "10")]));
        var asked = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(
            () => world.Gate.AdmitAsync(world.Use(first.Agreement), TestContext.Current.CancellationToken))));
        Assert.Equal(10, asked.Count(a => a.IsOk));
        Assert.All(asked.Where(a => !a.IsOk), a => Assert.Equal(PolicyErrors.UsesExhausted.Code, a.Error!.Code));
        Assert.Equal(10, world.Ledger.Latest.Size);
    }

    [Fact]
    public async Task A_use_that_no_permission_names_is_denied_by_default()
    {
        var use = _world.Use(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("purpose", "eq", "other")]));
        Assert.Equal(PolicyErrors.PurposeNotAllowed.Code, (await _world.AdmitAsync(use)).Error?.Code);
        var unknownKind = _world.Use(GateWorld.Agreement(GateWorld.Terms()), plan => plan with { Kind = "telepathy" });
        Assert.Equal(PolicyErrors.ComputationNotAllowed.Code, (await _world.AdmitAsync(unknownKind)).Error?.Code);
    }

    private static DsError? RefusalOf(JsonObject policy) => PolicyCompiler.Compile(JsonSerializer.SerializeToElement(policy)).Error;

    internal static JsonObject Prohibiting(JsonObject constraint, string action = "use")
    {
        var policy = GateWorld.Agreement(GateWorld.Terms());
        policy["prohibition"] = new JsonArray(new JsonObject { ["action"] = action, ["constraint"] = new JsonArray(constraint) });
        return policy;
    }
}

/// <summary>One gate for tests that leave nothing behind: neither time nor budgets that others share.</summary>
public sealed class SharedGate : IAsyncDisposable
{
    internal GateWorld World { get; } = new();

    /// <inheritdoc />
    public ValueTask DisposeAsync() => World.DisposeAsync();
}
