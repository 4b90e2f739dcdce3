using System.Globalization;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Ledger.Receipts;

namespace DataSpace.EndToEnd;

/// <summary>A model over three owners' rows through the whole path: contracts, grants, rounds, reports, receipts. The owners' data is synthetic.</summary>
[Collection(CountedUses.Name)]
public sealed class RegressionTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    [Fact]
    public async Task The_model_is_that_of_all_rows_in_one_place_and_stands_in_every_ledger()
    {
        var outcome = await Space.RunAsync(await Space.ModelSpecAsync());
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var terms = outcome.Result!["rows"]!.AsArray().ToDictionary(r => r![0]!.GetValue<string>(), r => double.Parse(r![1]!.GetValue<string>(), CultureInfo.InvariantCulture));
        Assert.Equal(["(constant)", "age", "site=north", "site=south"], terms.Keys);
        // Where the likelihood of all rows has its top the gradient vanishes; nobody but this test has all rows.
        var rows = Enumerable.Range(0, 3).SelectMany(i => ModelDesign.RowsOf(i)).ToList();
        var (gradient, scale) = (new double[4], new double[4]);
        foreach (var (_, visits, age, site) in rows)
        {
            double[] x = [1, (double)age, site == "north" ? 1 : 0, site == "south" ? 1 : 0];
            var mu = Math.Exp(x.Zip(terms.Values, (a, b) => a * b).Sum());
            for (var j = 0; j < 4; j++)
                (gradient[j], scale[j]) = (gradient[j] + ((visits - mu) * x[j]), scale[j] + (mu * x[j]));
        }
        Assert.All(gradient.Zip(scale), p => Assert.InRange(Math.Abs(p.First), 0, 1e-7 * p.Second));
        var card = outcome.Result["card"]!;
        Assert.Equal((rows.Count, 7, true), (card["rows"]!.GetValue<int>(), card["rounds"]!.GetValue<int>(), card["converged"]!.GetValue<bool>()));
        foreach (var owner in Space.Owners)
        {
            var log = await Ledgers.ReadWhenAsync(owner, r => r.Receipts().Any(x => x.Payload.ResultDigest == outcome.Result!["resultDigest"]!.GetValue<string>()));
            var grant = log.Grants().Single(g => g.Payload.JobId == outcome.JobId);
            Assert.Equal(5, grant.Payload.Limits["minGroupSize"]);
            Assert.Single(log.Reports(), r => r.Payload.GrantHash == grant.Record.LeafHash.Hex());
        }
        await AssertBlindAsync(outcome);
    }

    [Fact]
    public async Task An_owner_that_withholds_its_part_is_not_told_from_the_others()
    {
        var outcome = await Space.RunAsync(await Space.ModelSpecAsync(ModelDesign.Sparse));
        Assert.True(outcome.State == "FAILED", outcome.Why + Space.Story());
        Assert.Equal(["DS-JOB-040"], outcome.Codes);
        Assert.Null(outcome.Result);
        Assert.Equal(Space.Leader.Name, outcome.Why["reasons"]![0]!["party"]!.GetValue<string>());
        // Uses were granted, talked to the end and receipted like any other.
        await AssertBlindAsync(outcome);
        foreach (var owner in Space.Owners)
            await Ledgers.ReadWhenAsync(owner, r => r.Reports().Any(x => r.Grants().Any(g => g.Payload.JobId == outcome.JobId && g.Record.LeafHash.Hex() == x.Payload.GrantHash)));
    }

    [Fact]
    public async Task The_dry_run_says_what_is_opened_and_a_contract_for_other_things_is_no_contract_for_models()
    {
        var plan = (await Space.PlanAsync(await Space.ModelSpecAsync())).Ok();
        Assert.Empty(plan["refusals"]!.AsArray());
        Assert.Contains(plan["steps"]!.AsArray(), s => s!["learns"]!["en"]!.GetValue<string>().Contains("gradient (4 numbers)", StringComparison.Ordinal));
        Assert.Contains(plan["warnings"]!.AsArray(), w => w!["code"]!.GetValue<string>() == "sums-opened");
        var spec = await Space.ModelSpecAsync();
        spec["regress"]!["features"]!.AsArray().Add((JsonNode)new JsonObject { ["column"] = "person" });
        Assert.NotEqual(200, (await Space.PlanAsync(spec)).Status);
        spec = await Space.ModelSpecAsync();
        spec["purpose"] = "something-else";
        Assert.Equal(3, (await Space.PlanAsync(spec)).Ok()["refusals"]!.AsArray().Count);
    }

    /// <summary>Every owner said as much as every other, in messages of the public length.</summary>
    private async Task AssertBlindAsync(Outcome outcome)
    {
        // On a busy machine a delivery is repeated, byte for byte: that says something about the machine.
        var sights = (await Space.SightsAsync(outcome.JobId)).Where(s => s.What.Contains("message", StringComparison.Ordinal)).DistinctBy(s => s.Sha256).ToList();
        var bytes = Space.Owners.Select(o => sights.Where(s => s.From == o.Did).Sum(s => s.Bytes)).ToList();
        // The chain leader is the analyst too: what it says as such goes to each of the three.
        const int Own = 64 + (7 * (((4 + 4 + 10) * 16) + 48)) + (8 * 144), AsAnalyst = 7 * ((4 * 8) + 48 + 144);
        Assert.Equal([Own + (3 * AsAnalyst), Own, Own], bytes);
    }
}
