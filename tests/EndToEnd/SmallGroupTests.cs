using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Ledger.Receipts;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd;

/// <summary>
/// What depends on data reaches the analyst sealed and nobody else: to the coordinator a released, a suppressed and a failed contribution look alike.
/// </summary>
public sealed class SmallGroupTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    [Fact]
    public async Task Groups_below_the_minimum_are_suppressed_and_nobody_is_named()
    {
        var spec = shared.Spec.DeepClone();
        spec["where"] = new JsonArray(new JsonObject { ["column"] = "value", ["operator"] = "gt", ["value"] = "2000" });
        var outcome = await Space.RunAsync(spec);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        Assert.Empty(outcome.Result!["rows"]!.AsArray());
        Assert.Equal(20, outcome.Result["suppressed"]!.AsArray().Count);
        Assert.All(outcome.Result["suppressed"]!.AsArray(), s => Assert.Equal("DS-JOB-018", s!["code"]!.GetValue<string>()));
        // Neither an owner nor a firm is named, and what the coordinator saw has the sizes of the job in which all was released.
        Assert.Equal("chain-leader", outcome.Why["reasons"]![0]!["party"]!.GetValue<string>()); // said by the analyst's own node
        foreach (var name in (string[])["supplier", "General", "Steel"])
            Assert.DoesNotContain(name, outcome.Why["reasons"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(await ShapeAsync(shared.First.JobId), await ShapeAsync(outcome.JobId));
    }

    [Theory]
    [InlineData("mistyped__", "DS-SBX-305")] // one code for whatever the engine met; the owner's log says more
    [InlineData("misyeared_", "DS-SBX-305")]
    public async Task A_failure_over_data_reaches_the_analyst_and_looks_like_success_to_the_coordinator(string dataset, string code)
    {
        var good = await PairAsync("wellformed");
        Assert.True(good.State == "COMPLETED", good.Why + Space.Story());
        var failed = await PairAsync(dataset);
        Assert.Equal("FAILED", failed.State);
        Assert.True(failed.Codes.SequenceEqual([code]), failed.Why.ToJsonString());
        Assert.Null(failed.Result);
        // Nothing of the engine's text, the file's text or its path reaches the analyst.
        foreach (var secret in (string[])["never closed", "csv", Space.Root])
            Assert.DoesNotContain(secret, failed.Why["reasons"]!.ToJsonString(), StringComparison.Ordinal);

        Assert.Equal(await ShapeAsync(good.JobId), await ShapeAsync(failed.JobId));
        Assert.Equal(await JobAtCoordinatorAsync(good.JobId), await JobAtCoordinatorAsync(failed.JobId));
        // The proofs that went with it show the same fields with the same values, but for hashes.
        Assert.Equal(ShownReport(good.JobId), ShownReport(failed.JobId));
        // The use was granted and stays spent: a failure that gave the use back could be asked for until it says something.
        Assert.Equal(1, await Space.SpentAsync(Space.SupplierA, await Space.AgreeAsync(Space.SupplierA, dataset)));
    }

    [Fact]
    public async Task A_file_that_vanished_is_refused_before_anything_is_spent()
    {
        var agreement = await Space.AgreeAsync(Space.SupplierA, "vanishing_");
        File.Delete(Path.Combine(Space.Root, "data", "supplier-a", "vanishing_.csv"));
        var outcome = await PairAsync("vanishing_");
        Assert.Equal("FAILED", outcome.State);
        Assert.Equal(["DS-SBX-101"], outcome.Codes);
        Assert.Equal(0, await Space.SpentAsync(Space.SupplierA, agreement));
        Assert.DoesNotContain(Space.Root, outcome.Why.ToJsonString(), StringComparison.Ordinal);
    }

    private async Task<Outcome> PairAsync(string dataset)
    {
        var partner = Designs.Broken[dataset];
        return await Space.RunAsync(Jobs.Spec(
            (Space.SupplierA, dataset, await Space.AgreeAsync(Space.SupplierA, dataset)), (Space.SupplierB, partner, await Space.AgreeAsync(Space.SupplierB, partner))));
    }

    /// <summary>Kinds and sizes of what the coordinator saw about data, in the order of the parties.</summary>
    private async Task<string> ShapeAsync(string job) => string.Join('\n', (await Space.SightsAsync(job))
        .Where(s => s.What.StartsWith("masked", StringComparison.Ordinal) || s.What.StartsWith("its own", StringComparison.Ordinal))
        .OrderBy(s => s.From, StringComparer.Ordinal).ThenBy(s => s.What, StringComparer.Ordinal).Select(s => $"{s.From} {s.What} {s.Bytes}"));

    private async Task<string> JobAtCoordinatorAsync(string job)
    {
        var row = (await Space.Coordinator.ReadAsync("/admin/jobs"))["jobs"]!.AsArray().First(j => j!["jobId"]!.GetValue<string>() == job)!;
        return $"{row["state"]} {row["stage"]}";
    }

    private string ShownReport(string job)
    {
        var hash = (string)TestAnalyst.Query(Space.Coordinator, "SELECT JobHash FROM Jobs WHERE JobId = $id", ("$id", job))!;
        var contribution = TestAnalyst.EnvelopeOf(Space, hash, Space.SupplierA);
        var proof = EntryProof.Decode(Convert.FromBase64String(contribution.ReportProof)).Value;
        return string.Join('\n', proof.Leaves.Select(l => l.Field).Where(f => f is not null && f.Label is not ("grantHash" or "outputDigest"))
            .Select(f => f!.Label + " " + Convert.ToHexString(f.Value.Span)));
    }
}
