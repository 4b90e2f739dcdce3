using System.Globalization;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Ledger.Receipts;

namespace DataSpace.EndToEnd;

/// <summary>Scores by a model that two owners trained, told to the one of them that asks, through the whole path. Synthetic data.</summary>
[Collection(CountedUses.Name)]
public sealed class ScoreTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    /// <summary>One test, because the quota and the first rounding are one consumer's.</summary>
    [Fact]
    public async Task Rows_in_common_are_told_in_classes_as_the_plain_model_has_them_within_the_quota_and_under_one_rounding()
    {
        var model = await Space.ModelAsync();
        var spec = await Space.ScoreSpecAsync();
        var plan = (await Space.PlanAsync(spec)).Ok();
        Assert.Empty(plan["refusals"]!.AsArray());
        Assert.Equal(["semi-honest", "rows-counted", "first-rounding", "grid"], plan["warnings"]!.AsArray().Select(w => w!["code"]!.GetValue<string>()));
        Assert.Contains("one of 4 classes", string.Join('\n', plan["steps"]!.AsArray().Select(s => s!["learns"]!["en"]!.GetValue<string>())), StringComparison.Ordinal);

        var outcome = await Space.RunAsync(spec);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var rows = outcome.Result!["rows"]!.AsArray();
        // Patients that one of the two does not have are not scored.
        Assert.Equal(
            [.. Enumerable.Range(VerticalDesign.AtClinic - VerticalDesign.Common, VerticalDesign.Common).Select(i => string.Create(CultureInfo.InvariantCulture, $"P{i:000}"))], rows.Select(r => r![0]!.GetValue<string>()));
        var (own, other) = (Weights(model.Result!["rows"]!), Weights(Shelf(model)["table"]!["rows"]!));
        foreach (var row in rows)
        {
            var patient = VerticalDesign.Patients[int.Parse(row![0]!.GetValue<string>().AsSpan(1), CultureInfo.InvariantCulture)];
            double a = (own[0] * patient.Age) + own[1], b = (other[0] * patient.Marker) + other[1];
            Assert.Equal(Class((Math.Round(a / 0.125) + Math.Round(b / 0.125)) * 0.125), int.Parse(row[1]!.GetValue<string>(), CultureInfo.InvariantCulture));
            Assert.InRange(int.Parse(row[1]!.GetValue<string>(), CultureInfo.InvariantCulture), Class(a + b - 0.125), Class(a + b + 0.125));
        }
        Assert.Equal((VerticalDesign.Common, VerticalDesign.Common, 0), (outcome.Result["card"]!["commonRows"]!.GetValue<int>(), outcome.Result["card"]!["scoredRows"]!.GetValue<int>(), outcome.Result["card"]!["offGrid"]!.GetValue<int>()));

        foreach (var owner in (Party[])[Space.Leader, Space.SupplierB])
        {
            var log = await Ledgers.ReadWhenAsync(owner, r => r.Receipts().Any(x => x.Payload.ResultDigest == outcome.Result!["resultDigest"]!.GetValue<string>()));
            var grant = log.Grants().Single(g => g.Payload.JobId == outcome.JobId);
            Assert.Contains(log.Reports(), r => r.Payload.GrantHash == grant.Record.LeafHash.Hex());
            Assert.Empty(Directory.EnumerateFiles(owner.Directory, "conversation-*"));
        }

        // Another list of thresholds on the same model: of two roundings the difference would tell more.
        await RefusedAsync(await Space.ScoreSpecAsync(change: s => s["thresholds"] = new JsonArray("0.3", "0.5", "0.75")), "DS-CON-262");
        // 64 of 150 rows are spent, however many were common: 86 are left.
        await RefusedAsync(await Space.ScoreSpecAsync(rows: 87), "DS-CON-261");
        // An owner that has lost its part, or never had one, says so before anything is spent.
        var shelf = Directory.EnumerateFiles(Path.Combine(Space.SupplierB.Directory, "models")).Single(f => JsonNode.Parse(File.ReadAllText(f))!["jobId"]!.GetValue<string>() == model.JobId);
        File.Move(shelf, shelf + ".away");
        await RefusedAsync(spec, "DS-CON-263");
        File.Move(shelf + ".away", shelf);
        var exported = await Space.Leader.PostAsync($"/admin/jobs/{outcome.JobId}/export", new JsonObject());
        Assert.Contains("P010,", exported.Ok()["csv"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contract_that_does_not_name_scores_refuses_them()
    {
        var unnamed = await Space.ScoreSpecAsync(VerticalDesign.Offer);
        Assert.All((await Space.PlanAsync(unnamed)).Ok()["refusals"]!.AsArray(), r => Assert.Equal("DS-POL-029", r!["code"]!.GetValue<string>()));
        await RefusedAsync(unnamed, "DS-POL-029");
    }

    [Fact]
    public async Task What_no_model_or_no_rule_stands_behind_is_refused_before_anything_is_signed()
    {
        (await Space.PlanAsync(await Space.ScoreSpecAsync(change: s => s["model"] = "no-such-job"))).Refused("DS-CON-263");
        (await Space.PlanAsync(await Space.ScoreSpecAsync(change: s => s["digits"] = 2))).Refused("DS-JOB-011");
        (await Space.PlanAsync(await Space.ScoreSpecAsync(change: s => s["thresholds"] = new JsonArray("0.5", "1.5")))).Refused("DS-PRV-350");
        (await Space.PlanAsync(await Space.ScoreSpecAsync(change: s => s["grid"] = new JsonObject { ["from"] = "0.01" }))).Refused("DS-JOB-011");
    }

    private async Task RefusedAsync(JsonNode spec, string code)
    {
        var outcome = await Space.RunAsync(spec);
        Assert.Equal(("FAILED", code), (outcome.State, outcome.Codes[0]));
        Assert.Null(outcome.Result);
        Assert.Contains(await Ledgers.ReadWhenAsync(Space.SupplierB, _ => true), r => r.Entry.Kind == EntryKind.Denied);
    }

    private JsonNode Shelf(Outcome model)
        => Directory.EnumerateFiles(Path.Combine(Space.SupplierB.Directory, "models")).Select(f => JsonNode.Parse(File.ReadAllText(f))!).Single(m => m["jobId"]!.GetValue<string>() == model.JobId);

    private static double[] Weights(JsonNode rows) => [.. rows.AsArray().Select(r => double.Parse(r![1]!.GetValue<string>(), CultureInfo.InvariantCulture))];

    private static int Class(double score) => new[] { 0.25, 0.5, 0.75 }.Count(t => 1 / (1 + Math.Exp(-score)) >= t);
}
