using System.Text.Json.Nodes;
using DataSpace.Connector.Duties;
using DataSpace.Connector.Tests.Regulation;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Protocol.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>The coverage list's provisions: terms that are no condition of a use but change what it may do or what it costs. Each allows a use and denies one.</summary>
internal static class GateProvisions
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Runs the case of that term and operator; null when this list has none.</summary>
    public static Task? Of(string term, string op) => (term, op) switch
    {
        ("count", "lteq") => CountAsync(op, "2"),
        ("count", "lt") => CountAsync(op, "3"),
        ("dataspace:frequency", "lteq") => FrequencyAsync(),
        ("dataspace:rowFilter", "isAllOf" or "eq") => new RowFilterTests().Rows_outside_the_filter_are_in_no_cell(op),
        ("dataspace:clamp", "isAnyOf" or "isAllOf") => ClampAsync(op),
        ("dataspace:privacyBudget", "lteq") => PrivacyBudgetAsync(),
        ("dataspace:epsilonPerUse", "lteq") => EpsilonAsync(op, "500000"),
        ("dataspace:epsilonPerUse", "lt") => EpsilonAsync(op, "500001"),
        ("dataspace:contributionBound", "lteq") => ContributionsAsync(),
        ("dataspace:retention", "lteq") => OverdueAsync(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("dataspace:retention", "lteq", "PT1H")])),
        ("dataspace:stampExtension", "lteq") => new RegulatedGateTests().A_stamp_extension_allows_as_long_as_it_says_and_denies_after(),
        _ => null,
    };

    private static async Task CountAsync(string op, string value)
    {
        await using var world = new GateWorld();
        var first = world.Use(With("count", op, value));
        Assert.Null((await world.AdmitAsync(first)).Error);
        Assert.Null((await world.AdmitAsync(world.Use(first.Agreement))).Error);
        Assert.Equal(PolicyErrors.UsesExhausted.Code, (await world.AdmitAsync(world.Use(first.Agreement))).Error?.Code);
    }

    private static async Task FrequencyAsync()
    {
        await using var world = new GateWorld();
        var first = world.Use(With("dataspace:frequency", "lteq", "1/PT1M"));
        Assert.Null((await world.AdmitAsync(first)).Error);
        Assert.Equal(PolicyErrors.TooFrequent.Code, (await world.AdmitAsync(world.Use(first.Agreement))).Error?.Code);
        world.Clock.Advance(TimeSpan.FromMinutes(1)); // the next window
        Assert.Null((await world.AdmitAsync(world.Use(first.Agreement))).Error);
    }

    /// <summary>Value bounds are the contract's own: others are refused, wider or narrower.</summary>
    private static async Task ClampAsync(string op)
    {
        await using var world = new GateWorld();
        JsonObject Bounding(string invest) => GateWorld.Agreement([.. GateWorld.Terms("dataspace:clamp"), GateWorld.Constraint("dataspace:clamp", op, invest, "year:0:1900:2000")]);
        Assert.Null((await world.AdmitAsync(world.Use(Bounding("invest:1:0:2000")))).Error);
        foreach (var other in (string[])["invest:1:0:1999", "invest:1:0:2001", "invest:1:1:2000", "invest:2:0:2000"])
            Assert.Equal(ConnectorErrors.PlanExceedsContract.Code, (await world.AdmitAsync(world.Use(Bounding(other)))).Error?.Code);
    }

    private static async Task PrivacyBudgetAsync()
    {
        await using var world = new GateWorld();
        var policy = With("dataspace:privacyBudget", "lteq", "800000");
        var first = await NoisyAsync(world, world.Use(policy, Noisy(500_000)));
        Assert.Null((await world.AdmitAsync(first)).Error);
        // The same question again gets the same noise, and is free; another one is not.
        Assert.Null((await world.AdmitAsync(await NoisyAsync(world, world.Use(first.Agreement, Noisy(500_000))))).Error);
        Assert.Equal(PolicyErrors.PrivacyBudgetExhausted.Code, (await world.AdmitAsync(await NoisyAsync(world, world.Use(first.Agreement, Noisy(500_000, "1935"))))).Error?.Code);
        Assert.Null((await world.AdmitAsync(await NoisyAsync(world, world.Use(first.Agreement, Noisy(300_000, "1935"))))).Error);
        Assert.Equal(PolicyErrors.PrivacyBudgetExhausted.Code, (await world.AdmitAsync(await NoisyAsync(world, world.Use(first.Agreement, Noisy(1_000, "1936"))))).Error?.Code);
        Assert.Equal(PolicyErrors.EpsilonMissing.Code, (await world.AdmitAsync(world.Use(first.Agreement))).Error?.Code);
    }

    private static async Task EpsilonAsync(string op, string value)
    {
        await using var world = new GateWorld();
        var policy = With("dataspace:epsilonPerUse", op, value, GateWorld.Constraint("dataspace:privacyBudget", "lteq", "10000000"));
        var first = await NoisyAsync(world, world.Use(policy, Noisy(500_000)));
        Assert.Null((await world.AdmitAsync(first)).Error);
        Assert.Equal(PolicyErrors.EpsilonTooLarge.Code, (await world.AdmitAsync(await NoisyAsync(world, world.Use(first.Agreement, Noisy(500_001))))).Error?.Code);
        Assert.Equal(PolicyErrors.EpsilonMissing.Code, (await world.AdmitAsync(world.Use(first.Agreement))).Error?.Code);
    }

    private static async Task ContributionsAsync()
    {
        await using var world = new GateWorld();
        var policy = With("dataspace:contributionBound", "lteq", "2", GateWorld.Constraint("dataspace:privacyBudget", "lteq", "10000000"));
        var first = await NoisyAsync(world, world.Use(policy, Noisy(500_000, contributions: 2)));
        Assert.Null((await world.AdmitAsync(first)).Error);
        Assert.Equal(ConnectorErrors.PlanExceedsContract.Code, (await world.AdmitAsync(await NoisyAsync(world, world.Use(first.Agreement, Noisy(500_000, contributions: 3))))).Error?.Code);
    }

    /// <summary>A contract whose results live an hour allows uses until one was not deleted in time.</summary>
    public static async Task OverdueAsync(JsonObject policy)
    {
        await using var world = new GateWorld();
        var first = world.Use(policy);
        var admitted = (await world.Gate.AdmitAsync(first, Stop)).Value;
        byte[] output = [1];
        Assert.True((await world.Ledger.ReportAsync(admitted.Use.Handle, new ReportPayload
        {
            GrantHash = admitted.Use.Entry.LeafHashHex,
            Units = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["uses"] = 1 },
            ImageDigest = "none",
            OutputDigest = Digest.Sha256Hex(output),
            Outcome = "released",
            CpuMs = 0,
            RowsScanned = 0,
            WallMs = 0,
        }, output, Stop)).IsOk);
        await world.Services.GetRequiredService<DutyBook>().ReleasedAsync(admitted.Use.Handle.UseId, Stop);
        world.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Null((await world.AdmitAsync(world.Use(first.Agreement))).Error);
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(DutyErrors.DeletionOverdue.Code, (await world.AdmitAsync(world.Use(first.Agreement))).Error?.Code);
    }

    private static JsonObject With(string term, string op, string value, params JsonObject[] more) => GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint(term, op, value), .. more]);

    private static Func<JobPlan, JobPlan> Noisy(long epsilonMicro, string? group = null, int contributions = 1) => plan =>
    {
        var query = plan.Aggregate! with { Groups = group is null ? plan.Aggregate!.Groups : [group], Noise = new NoiseQuery(epsilonMicro, contributions, 1) };
        return plan with { Aggregate = query with { MaxRowsPerParty = AggregationShapes.LargestRowBound(query, plan.Roster.Count) } };
    };

    /// <summary>The use as it is after round 0, in which this owner named its noise.</summary>
    private static async Task<UseRequest> NoisyAsync(GateWorld world, UseRequest use)
    {
        var noise = (await world.Services.GetRequiredService<NoiseDesk>().KeyIdAsync(Stop)).Value;
        return use with { Roster = [new RoundZeroStatement(use.JobHash, GateWorld.Provider, use.Entry.KeyId, new string('A', 44), use.DatasetVersion, null, noise)] };
    }
}
