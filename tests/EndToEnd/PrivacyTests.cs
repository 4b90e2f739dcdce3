using System.Globalization;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Hosting.Jobs;
using DataSpace.Ledger.Receipts;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd;

/// <summary>A joint statistic with noise by real nodes: cost known beforehand, figures noisy but near, equal queries equal and free, an empty budget refused.</summary>
public sealed class PrivacyTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    [Fact]
    public async Task A_private_joint_statistic_from_plan_to_an_empty_budget()
    {
        var spec = await Space.JointSpecAsync(Designs.Private);

        // The contract demands noise: without epsilon, and with too much, the plan already says no.
        Assert.All(await RefusalsAsync(spec), code => Assert.Equal("DS-POL-051", code));
        spec["epsilonMicro"] = Designs.PrivateEpsilon + 1;
        Assert.All(await RefusalsAsync(spec), code => Assert.Equal("DS-POL-052", code));
        spec["epsilonMicro"] = Designs.PrivateEpsilon;
        var plan = (await Space.PlanAsync(spec)).Ok();
        Assert.Empty(plan["refusals"]!.AsArray());
        var privacy = plan["privacy"]!;
        Assert.Equal(Designs.PrivateEpsilon, privacy["epsilonMicro"]!.GetValue<long>());
        Assert.Equal((20, 2), (privacy["contributionBound"]!.GetValue<int>(), privacy["honestParties"]!.GetValue<int>()));
        Assert.Equal(["count", "sum(invest)", "sumsq(invest)"], privacy["figures"]!.AsArray().Select(f => f!["statistic"]!.GetValue<string>()));
        Assert.Equal(["20", "40000", "80000000"], privacy["figures"]!.AsArray().Select(f => f!["sensitivity"]!.GetValue<string>()));
        Assert.All(plan["contracts"]!.AsArray(), c => Assert.Equal(2 * Designs.PrivateEpsilon, c!["privacyBudgetMicro"]!.GetValue<long>()));

        var first = await Space.RunAsync(spec);
        Assert.True(first.State == "COMPLETED", first.Why + Space.Story());
        AssertNearButNotExact(first);
        foreach (var owner in Space.Owners)
            Assert.Equal([Designs.PrivateEpsilon], await PaidAsync(owner));

        // Another spelling of the same question: the same figures, paid for once.
        var again = spec.DeepClone();
        again["groupBy"] = new JsonObject { ["column"] = "year", ["values"] = new JsonArray([.. Enumerable.Range(1935, 20).Reverse().Select(y => (JsonNode)$"0{y}")]) };
        var second = await Space.RunAsync(again);
        Assert.True(second.State == "COMPLETED", second.Why + Space.Story());
        for (var year = 1935; year <= 1954; year++)
            Assert.Equal(first.Row($"{year}").Skip(1), second.Row($"0{year}").Skip(1));
        foreach (var owner in Space.Owners)
            Assert.Equal([Designs.PrivateEpsilon, 0], await PaidAsync(owner));

        // Two more questions: one is paid, one is not.
        var part = Years(spec, 1935, 1944);
        Assert.Equal("COMPLETED", (await Space.RunAsync(part)).State);
        var refused = await Space.RunAsync(Years(spec, 1935, 1945));
        Assert.Equal("FAILED", refused.State);
        Assert.Contains("DS-POL-053", refused.Codes);
        Assert.Null(refused.Result);
        Assert.Equal("COMPLETED", (await Space.RunAsync(spec)).State); // paid long ago
        foreach (var owner in Space.Owners)
            Assert.Equal([Designs.PrivateEpsilon, 0, Designs.PrivateEpsilon, 0], await PaidAsync(owner));
    }

    /// <summary>An analyst without its connector: signs an order with noise of no weight under contracts that charge for none, to be answered beside the history.</summary>
    [Fact]
    public async Task Noise_of_no_weight_under_contracts_without_a_budget_is_refused_by_every_owner()
    {
        var job = shared.Analyst.Make(order =>
        {
            var query = order.Plan.Aggregate! with { Noise = new NoiseQuery(1_000_000_000, 20, 1) };
            query = query with { MaxRowsPerParty = AggregationShapes.LargestRowBound(query, order.Plan.Roster.Count) };
            return order with { Plan = order.Plan with { Aggregate = query } };
        });
        foreach (var owner in Space.Owners)
        {
            var before = await Ledgers.SizeAsync(owner);
            (await shared.Analyst.OpenAsync(owner, job.Envelope)).Refused("DS-PRV-133", 403);
            var denied = await Ledgers.ReadWhenAsync(owner, r => r.Count > before && r.Any(e => e.Entry.Kind == EntryKind.Denied && DeniedPayload.FromFields(e.PayloadFields).Value.JobHash == job.Hash));
            Assert.DoesNotContain(denied.Grants(), g => g.Payload.JobHash == job.Hash);
        }
        // A connector does not let its own analyst ask for it either.
        var spec = shared.Spec.DeepClone();
        spec["epsilonMicro"] = Designs.PrivateEpsilon;
        (await Space.PlanAsync(spec)).Refused("DS-JOB-011");
        // One owner with a budget does not make it right for those without: the plan says who refuses.
        spec["inputs"]![0]!["agreement"] = await Space.AgreeAsync(Space.Leader, "investments", Designs.Private);
        var refusals = (await Space.PlanAsync(spec)).Ok()["refusals"]!.AsArray();
        Assert.Equal(2, refusals.Count(r => r!["code"]!.GetValue<string>() == "DS-PRV-133"));
    }

    private void AssertNearButNotExact(Outcome noisy)
    {
        var (rows, exactRows) = (noisy.Result!["rows"]!.AsArray(), shared.First.Result!["rows"]!.AsArray());
        var errors = noisy.Result["errors"]!.AsArray();
        Assert.Equal(20, rows.Count);
        Assert.Equal(20, errors.Count);
        var different = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            Assert.Equal(exactRows[row]![0]!.GetValue<string>(), rows[row]![0]!.GetValue<string>());
            for (var column = 1; column <= 2; column++) // count and sum
            {
                var (value, exact, error) = (Number(rows[row]![column]), Number(exactRows[row]![column]), Number(errors[row]![column]));
                Assert.True(error > 0);
                Assert.InRange(value, exact - (30 * error), exact + (30 * error)); // a Laplace beyond that: once in 10^18
                different += value != exact ? 1 : 0;
            }
        }
        Assert.True(different >= 20, $"only {different} of 40 figures carry noise");
        Assert.False(noisy.Result["clamped"]!.GetValue<bool>());
        Assert.Equal(Designs.PrivateEpsilon, noisy.Result["noise"]!["epsilonMicro"]!.GetValue<long>());
        Assert.Null(shared.First.Result["errors"]);
    }

    private async Task<IReadOnlyList<string>> RefusalsAsync(JsonNode spec)
    {
        var codes = (await Space.PlanAsync(spec)).Ok()["refusals"]!.AsArray().Select(r => r!["code"]!.GetValue<string>()).ToList();
        Assert.Equal(3, codes.Count);
        return codes;
    }

    /// <summary>Epsilon debited by each Grant of a noisy use, as the owner's ledger has it.</summary>
    private static async Task<IReadOnlyList<long>> PaidAsync(Party owner)
    {
        var size = await Ledgers.SizeAsync(owner);
        var records = await Ledgers.ReadWhenAsync(owner, r => r.Count >= size);
        return [.. records.Grants().Where(g => g.Payload.Limits.ContainsKey("epsilonMicro")).Select(g => g.Payload.Limits.GetValueOrDefault("debit/epsilon"))];
    }

    private static JsonNode Years(JsonNode spec, int from, int to)
    {
        var changed = spec.DeepClone();
        changed["groupBy"]!["range"] = new JsonObject { ["from"] = from, ["to"] = to };
        return changed;
    }

    private static double Number(JsonNode? text) => double.Parse(text!.GetValue<string>(), CultureInfo.InvariantCulture);
}
