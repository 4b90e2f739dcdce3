using System.Globalization;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Ledger.Receipts;

namespace DataSpace.EndToEnd;

/// <summary>A logistic model over two owners' columns, asked for by one of them, through the whole path: contracts, grants, alignment, training over ciphertexts, reports, receipts. Synthetic data.</summary>
[Collection(CountedUses.Name)]
public sealed class VerticalRegressionTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    [Fact]
    public async Task The_analyst_gets_its_own_weights_and_a_card_and_the_other_owner_keeps_its_own()
    {
        var outcome = await Space.ModelAsync();
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        Assert.Equal(["age", "(constant)"], outcome.Result!["rows"]!.AsArray().Select(r => r![0]!.GetValue<string>()));
        var card = outcome.Result["card"]!;
        Assert.Equal(VerticalDesign.Common, card["commonRows"]!.GetValue<int>());
        Assert.InRange(card["logLoss"]!.GetValue<double>(), 0.3, 0.69);
        Assert.InRange(Number(outcome.Result["rows"]![0]![2]!), 0.2, 1.0); // older patients fall ill, standardised

        var shelf = Directory.EnumerateFiles(Path.Combine(Space.SupplierB.Directory, "models")).Select(f => JsonNode.Parse(File.ReadAllText(f))!).Single(m => m["planHash"]!.GetValue<string>() == outcome.Result["provenance"]!["planHash"]!.GetValue<string>());
        Assert.Equal(["marker", "(constant)"], shelf["table"]!["rows"]!.AsArray().Select(r => r![0]!.GetValue<string>()));
        Assert.Equal(card["logLoss"]!.GetValue<double>(), shelf["card"]!["logLoss"]!.GetValue<double>());
        // Whoever has both parts has a score: it separates the patients that both have.
        double Score(int i) => (Number(outcome.Result["rows"]![0]![1]!) * VerticalDesign.Patients[i].Age) + Number(outcome.Result["rows"]![1]![1]!)
            + (Number(shelf["table"]!["rows"]![0]![1]!) * VerticalDesign.Patients[i].Marker) + Number(shelf["table"]!["rows"]![1]![1]!);
        var right = Enumerable.Range(VerticalDesign.AtClinic - VerticalDesign.Common, VerticalDesign.Common).Count(i => Score(i) > 0 == (VerticalDesign.Patients[i].Ill == 1));
        Assert.InRange(right, VerticalDesign.Common * 3 / 4, VerticalDesign.Common);

        foreach (var owner in (Party[])[Space.Leader, Space.SupplierB])
        {
            var log = await Ledgers.ReadWhenAsync(owner, r => r.Receipts().Any(x => x.Payload.ResultDigest == outcome.Result!["resultDigest"]!.GetValue<string>()));
            var grant = log.Grants().Single(g => g.Payload.JobId == outcome.JobId);
            Assert.Contains(log.Reports(), r => r.Payload.GrantHash == grant.Record.LeafHash.Hex());
            Assert.Empty(Directory.EnumerateFiles(owner.Directory, "conversation-*"));
        }
        var sights = await Space.SightsAsync(outcome.JobId);
        Assert.Single(sights.Where(s => s.What.Contains("sealed to the analyst", StringComparison.Ordinal)).Select(s => s.Bytes).Distinct());
    }

    [Fact]
    public async Task A_linear_model_is_the_exact_fit_of_the_common_rows_each_owner_with_its_own_weights()
    {
        var outcome = await Space.RunAsync(await Space.VerticalSpecAsync(model: "linear-probability"));
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var shelf = Directory.EnumerateFiles(Path.Combine(Space.SupplierB.Directory, "models")).Select(f => JsonNode.Parse(File.ReadAllText(f))!).Single(m => m["planHash"]!.GetValue<string>() == outcome.Result!["provenance"]!["planHash"]!.GetValue<string>());
        var (age, marker, constant, error) = VerticalDesign.LeastSquares(ridge: 30);
        Assert.Equal(age, Number(outcome.Result!["rows"]![0]![2]!), 1e-7);
        Assert.Equal(marker, Number(shelf["table"]!["rows"]![0]![2]!), 1e-7);
        Assert.Equal(constant, Number(outcome.Result["rows"]![1]![2]!), 1e-7);
        var card = outcome.Result["card"]!;
        Assert.Equal("linear-probability", card["model"]!.GetValue<string>());
        Assert.Equal(error, card["squaredError"]!.GetValue<double>(), 1e-4);
        Assert.Null(card["logLoss"]);
        Assert.Equal(card["squaredError"]!.GetValue<double>(), shelf["card"]!["squaredError"]!.GetValue<double>());

        var plan = (await Space.PlanAsync(await Space.VerticalSpecAsync(model: "linear-probability"))).Ok();
        Assert.Empty(plan["refusals"]!.AsArray());
        Assert.Equal(["semi-honest", "exact-weights", "lift"], plan["warnings"]!.AsArray().Select(w => w!["code"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_model_that_fails_its_certificate_is_refused_in_an_answer_like_any_other()
    {
        var outcome = await Space.RunAsync(await Space.VerticalSpecAsync(iterations: 1));
        Assert.Equal("FAILED", outcome.State);
        Assert.Contains("DS-JOB-045", outcome.Codes);
        Assert.Null(outcome.Result);
    }

    [Fact]
    public async Task A_contract_without_the_column_or_without_the_alignment_refuses()
    {
        var column = await Space.VerticalSpecAsync();
        column["inputs"]![1]!["features"]!.AsArray().Add((JsonNode)new JsonObject { ["column"] = "origin", ["codes"] = new JsonArray("here") });
        var refusals = (await Space.PlanAsync(column)).Ok()["refusals"]!.AsArray();
        Assert.NotEmpty(refusals);
        var outcome = await Space.RunAsync(column);
        Assert.Equal("FAILED", outcome.State);
        Assert.Equal(refusals[0]!["code"]!.GetValue<string>(), outcome.Codes[0]);
        Assert.Contains(await Ledgers.ReadWhenAsync(Space.SupplierB, r => true), r => r.Entry.Kind == EntryKind.Denied);

        var unaligned = await Space.RunAsync(await Space.VerticalSpecAsync(VerticalDesign.OfferUnaligned));
        Assert.Equal(("FAILED", "DS-POL-029"), (unaligned.State, unaligned.Codes[0]));
    }

    [Fact]
    public async Task Terms_that_the_protocol_cannot_keep_are_refused_before_anything_is_signed()
    {
        var ridge = await Space.VerticalSpecAsync();
        ridge["regress"]!["l2"] = "0";
        (await Space.PlanAsync(ridge)).Refused("DS-PRV-243");
        var linear = await Space.VerticalSpecAsync();
        linear["regress"]!["model"] = "linear"; // with a range of scores, which a linear model has not
        (await Space.PlanAsync(linear)).Refused("DS-JOB-011");
        var weak = await Space.VerticalSpecAsync(model: "linear-probability");
        (weak["regress"]!["l2"], weak["regress"]!["maxRows"]) = ("0.001", 100);
        (await Space.PlanAsync(weak)).Refused("DS-PRV-320");
    }

    [Fact]
    public async Task The_dry_run_says_what_everybody_learns()
    {
        var plan = (await Space.PlanAsync(await Space.VerticalSpecAsync())).Ok();
        Assert.Empty(plan["refusals"]!.AsArray());
        var learns = string.Join('\n', plan["steps"]!.AsArray().Select(s => s!["learns"]!["en"]!.GetValue<string>()));
        Assert.Contains("which of their own rows are common", learns, StringComparison.Ordinal);
        Assert.Contains("the mean loss to three digits", learns, StringComparison.Ordinal);
        Assert.All(plan["steps"]!.AsArray(), s => Assert.NotEqual("", s!["learns"]!["zh"]!.GetValue<string>()));
        Assert.Equal(["semi-honest", "refusal-tells", "lift"], plan["warnings"]!.AsArray().Select(w => w!["code"]!.GetValue<string>()));
    }

    private static double Number(JsonNode text) => double.Parse(text.GetValue<string>(), CultureInfo.InvariantCulture);
}
