using DataSpace.Connector.Uses;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Policy;
using DataSpace.Protocol.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>To which parties results are bound, what a contract can do without, and that a re-run without a party costs.</summary>
public sealed class RosterRuleTests : IAsyncLifetime
{
    private const string Third = "did:web:third.example";
    private readonly GateWorld _world = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    private RosterRule Rule => new(_world.Ledger, _world.Config);

    [Fact]
    public void Exact_results_are_bound_to_the_first_parties_whoever_was_asked_for()
    {
        var use = Use(5, minimum: 4);
        var all = use.Order.Plan.Roster;
        Assert.Null(Rule.Problem(use.Order, "d", all));
        Assert.Null(Rule.Bind(use.Order, "d", [.. all.Skip(1)])); // one was gone
        Assert.Null(Rule.Bind(use.Order, "d", [.. all.Skip(1)]));
        Assert.Equal(JobErrors.AnotherRoster, Rule.Problem(use.Order, "d", all)?.Kind); // with it again: the difference would be its part
        Assert.Equal(JobErrors.AnotherRoster, Rule.Bind(use.Order, "d", all)?.Kind);
        Assert.Equal(JobErrors.AnotherRoster, Rule.Bind(use.Order, "d", [.. all.Take(4)])?.Kind);
        Assert.Null(Rule.Problem(use.Order, "e", all)); // another dataset
        Assert.Null(Rule.Problem(use.Order with { Consumer = Third }, "d", all)); // another consumer
    }

    [Fact]
    public void Noise_may_go_over_other_parties_but_not_beside_exact_results_over_others()
    {
        var (exact, noisy) = (Use(3).Order, Use(3, epsilon: 1_000).Order);
        var (all, two) = (exact.Plan.Roster, exact.Plan.Roster.Skip(1).ToList());
        Assert.Null(Rule.Bind(noisy, "d", all));
        Assert.Null(Rule.Bind(noisy, "d", two)); // without a party: paid for again, under noise of its own
        Assert.Equal(JobErrors.AnotherRoster, Rule.Problem(exact, "d", all)?.Kind); // exact minus noisy is the party with only the others' noise
        Assert.Equal(JobErrors.AnotherRoster, Rule.Bind(exact, "d", two)?.Kind);
        Assert.Null(Rule.Bind(exact, "e", all));
        Assert.Null(Rule.Bind(noisy, "e", all));
        Assert.Equal(JobErrors.AnotherRoster, Rule.Bind(noisy, "e", two)?.Kind);
        Assert.Null(Rule.Problem(exact, "e", all)); // what was refused left no mark
    }

    [Fact]
    public async Task A_rerun_without_a_party_has_fresh_noise_and_is_charged_again()
    {
        var policy = Policy(GateWorld.Constraint("dataspace:privacyBudget", "lteq", "900000"));
        var first = await NoisyAsync(3, 400_000, policy);
        Assert.Null((await _world.AdmitAsync(first)).Error);
        var repeated = await NoisyAsync(3, 400_000, policy);
        Assert.Null((await _world.AdmitAsync(repeated)).Error); // the same question of the same parties is free
        var fewer = await NoisyAsync(2, 400_000, policy);
        var desk = _world.Services.GetRequiredService<NoiseDesk>();
        var terms = _world.Gate.Preview(first).Value.Obligations!;
        Assert.Equal(desk.For(first, terms).Value!.Digest, desk.For(repeated, terms).Value!.Digest);
        Assert.NotEqual(desk.For(first, terms).Value!.Digest, desk.For(fewer, terms).Value!.Digest); // the noise follows from it
        Assert.Null((await _world.AdmitAsync(fewer)).Error);
        // 800,000 of 900,000 are spent: a re-run over yet other parties cannot be paid.
        var (error, _) = await _world.AdmitAsync(await NoisyAsync(4, 400_000, policy));
        Assert.Equal(PolicyErrors.PrivacyBudgetExhausted.Code, error?.Code);
    }

    [Theory]
    [InlineData("2", 4, null)] // of four co-providers one is the consumer; of the three others one may be gone
    [InlineData("3", 4, "DS-CON-045")]
    [InlineData("3", null, null)]
    public async Task A_plan_may_do_without_no_more_owners_than_the_contract(string independent, int? minimum, string? code)
    {
        var use = _world.Use(Policy(GateWorld.Constraint("dataspace:independentCoProviders", "gteq", independent)), plan => Plan(plan, 5, minimum, null, consumerIsOwner: true));
        Assert.Equal(code, (await _world.AdmitAsync(use)).Error?.Code);
    }

    [Theory]
    [InlineData(4, 3, null)] // too few owners
    [InlineData(5, 3, null)] // not above two thirds
    [InlineData(6, 4, null)]
    [InlineData(5, 5, null)] // nobody may be gone
    [InlineData(5, 4, 1_000L)] // noise is made for all
    public void Orders_that_could_not_hold_are_refused(int parties, int minimum, long? epsilon)
    {
        Assert.Null(Verified(Use(5, 4).Order));
        Assert.Equal(JobErrors.BadOrder, Verified(Use(parties, minimum, epsilon).Order)?.Kind);

        Kernel.Results.DsError? Verified(JobOrder order)
        {
            var (signer, clock) = (_world.Analyst.Identity.Signer, TimeProvider.System);
            var signed = Kernel.Crypto.SignedDocument.Create(order, signer, order.Consumer, ["did:web:me.example"], JobOrder.Typ, clock.GetUtcNow().AddMinutes(5), clock);
            return JobOrders.Verify(signed, [], "did:web:me.example", (_, _) => signer.PublicKey, clock).Error;
        }
    }

    /// <summary>All other owners of these tests are accepted.</summary>
    private static System.Text.Json.Nodes.JsonObject Policy(System.Text.Json.Nodes.JsonObject further) => GateWorld.Agreement(
    [
        .. GateWorld.Terms("dataspace:coProvider"), further,
        GateWorld.Constraint("dataspace:coProvider", "isAnyOf", [.. Enumerable.Range(0, 4).Select(i => $"did:web:b{i}.example").Append(GateWorld.Consumer).Select(d => $"{d}#{GateWorld.KeyId}")]),
    ]);

    private UseRequest Use(int parties, int? minimum = null, long? epsilon = null) => _world.Use(GateWorld.Agreement(GateWorld.Terms()), plan => Plan(plan, parties, minimum, epsilon));

    private async Task<UseRequest> NoisyAsync(int parties, long epsilon, System.Text.Json.Nodes.JsonObject policy)
    {
        var use = _world.Use(policy, plan => Plan(plan, parties, null, epsilon));
        var noise = (await _world.Services.GetRequiredService<NoiseDesk>().KeyIdAsync(TestContext.Current.CancellationToken)).Value;
        return use with { Roster = [.. use.Order.Plan.Roster.Select(r => new RoundZeroStatement(use.JobHash, r.Participant, r.KeyId, new string('A', 44), "v1", null, noise))] };
    }

    private static JobPlan Plan(JobPlan plan, int parties, int? minimum, long? epsilon, bool consumerIsOwner = false)
    {
        var others = Enumerable.Range(0, parties - 1).Select(i => plan.Roster[0] with { Participant = i == 0 && consumerIsOwner ? GateWorld.Consumer : $"did:web:b{i}.example" });
        var query = plan.Aggregate! with { MinimumParties = minimum, Noise = epsilon is { } micro ? new NoiseQuery(micro, 1, 1) : null };
        return plan with
        {
            Roster = [.. others.Append(plan.Roster[1]).OrderBy(r => r.Participant, StringComparer.Ordinal)],
            Aggregate = query with { MaxRowsPerParty = AggregationShapes.LargestRowBound(query, parties) },
        };
    }
}
