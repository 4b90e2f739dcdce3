using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd;

/// <summary>A joint statistic of five owners goes on without one of them; a coordinator that lies about who is gone is told nothing.</summary>
public sealed class DropoutTests(FiveOwners five) : IClassFixture<FiveOwners>
{
    private Space Space => five.Space;

    [Fact]
    public async Task The_result_is_over_the_four_owners_that_are_left_and_later_ones_are_bound_to_them()
    {
        var gone = Space.Further[1];
        var agreement = await Space.AgreeAsync(gone, FiveOwners.Left, FiveOwners.Offer);
        var spec = await five.SpecAsync(FiveOwners.Left, minimum: 4);
        spec["limits"] = new JsonObject { ["wallLimitMs"] = 15_000 }; // waited out for the owner that is gone; the other four need part of it on a machine that other tests keep busy
        var plan = (await Space.PlanAsync(spec)).Ok();
        Assert.Empty(plan["refusals"]!.AsArray());
        var warning = plan["warnings"]!.AsArray().Single(w => w!["code"]!.GetValue<string>() == "dropout")!["en"]!.GetValue<string>();
        Assert.Contains("Up to 1 of 5 owners", warning, StringComparison.Ordinal);
        Assert.Contains("at least 4 must sign", warning, StringComparison.Ordinal);
        Assert.Equal(10, plan["steps"]!.AsArray().Count);

        // Killed after its Grant: the use is spent, nothing is read, nothing leaves.
        await gone.Process.StopAsync();
        await gone.RestartAsync(new Dictionary<string, string?> { ["DATASPACE_CRASH_AT"] = "AfterGrant" });
        var job = await Space.SubmitAsync(spec);
        await gone.Process.WaitForExitAsync(Eventually.Least);
        var outcome = await Space.EndAsync(job);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        Assert.Contains("DS-JOB-062", outcome.Codes);
        var left = Space.Owners.Except([gone]).ToList();
        AssertSum(left, outcome);
        Assert.Equal(gone.Did, Assert.Single(outcome.Result!["provenance"]!["leftOut"]!.AsArray())!.GetValue<string>());
        Assert.Equal(4, outcome.Result["provenance"]!["grants"]!.AsArray().Count);

        await gone.RestartAsync();
        Assert.Equal(1, await Space.SpentAsync(gone, agreement));
        var log = await Ledgers.ReadNowAsync(gone);
        var grant = log.Grants().Single(g => g.Payload.JobId == job).Record.LeafHash.Hex();
        Assert.DoesNotContain(log.Reports(), r => r.Payload.GrantHash == grant);
        Ledgers.AssertSound(gone);
        foreach (var owner in left)
            await Ledgers.ReadWhenAsync(owner, r => r.Receipts().Any(x => x.Payload.ResultDigest == outcome.Result["resultDigest"]!.GetValue<string>()));

        // All five minus these four is exactly the one that was gone: never again, and nobody spends anything.
        var again = await Space.RunAsync(await five.SpecAsync(FiveOwners.Left, minimum: null));
        Assert.Equal("FAILED", again.State);
        Assert.Contains("DS-JOB-019", again.Codes);
        Assert.Equal(1, await Space.SpentAsync(gone, agreement));
    }

    [Fact]
    public async Task A_coordinator_that_lies_about_who_is_gone_is_told_nothing()
    {
        // A real job for the template; nobody is gone in it.
        var first = await Space.RunAsync(await five.SpecAsync("investments", minimum: 4));
        Assert.True(first.State == "COMPLETED", first.Why + Space.Story());
        Assert.DoesNotContain("DS-JOB-062", first.Codes);
        AssertSum(Space.Owners, first);
        using var analyst = TestAnalyst.From(Space, first.JobId);
        var owners = analyst.Template.Plan.Roster.Select(r => Space.Owners.First(o => o.Did == r.Participant)).ToList();

        var job = analyst.Make();
        var statements = await Task.WhenAll(owners.Select(async o => (await analyst.OpenAsync(o, job.Envelope)).Ok().GetValue<string>()));
        (await AskAsync(owners[0], job, "survivors", new SurvivorsRequest([]))).Refused("DS-PRV-343"); // before anything
        var shares = await Task.WhenAll(owners.Select(async o => (await AskAsync(o, job, "shares", new RoundOneRequest(statements))).Ok().GetValue<string>()));
        // Without everybody's shares, or with those of another job, nothing is granted.
        (await RosterAsync(owners[0], job, statements, null)).Refused("DS-JOB-061");
        var (earlier, other) = (await BundleOfAsync(first.JobId), new string('a', 64));
        (await RosterAsync(owners[0], job, statements, [shares[0], earlier.Survivors!.Shares[1], .. shares[2..]])).Refused("DS-JOB-061");
        (await RosterAsync(owners[0], job, statements, [shares[0], TestAnalyst.Tamper(shares[1], job.Hash, other), .. shares[2..]])).Refused("DS-JOB-061");
        foreach (var owner in owners)
            (await RosterAsync(owner, job, statements, shares)).Ok();
        var headers = await Task.WhenAll(owners.Select(o => HeaderAsync(o, job)));

        // Fewer than the plan says; a contribution that another one's signature does not cover; one of another job; the owner that is asked left out.
        (await AskAsync(owners[0], job, "survivors", new SurvivorsRequest(headers[..3]))).Refused("DS-PRV-344");
        (await AskAsync(owners[0], job, "survivors", new SurvivorsRequest([.. headers[..3], Altered(headers[3])]))).Refused("DS-JOB-061");
        (await AskAsync(owners[0], job, "survivors", new SurvivorsRequest([.. headers[..3], earlier.Contributions[3].Contribution.Statement]))).Refused("DS-JOB-061");
        (await AskAsync(owners[4], job, "survivors", new SurvivorsRequest(headers[..4]))).Refused("DS-PRV-344");
        // The sample's results are bound to all five since the first job: here the fifth one is said to be gone, so that a difference would be its part.
        (await AskAsync(owners[0], job, "survivors", new SurvivorsRequest(headers[..4]))).Refused("DS-JOB-019");
        // Having seen one set, an owner sees no other, whether it signed the first or not.
        (await AskAsync(owners[0], job, "survivors", new SurvivorsRequest(headers))).Refused("DS-PRV-345");
        var signed = await Task.WhenAll(owners[1..].Select(async o => (await AskAsync(o, job, "survivors", new SurvivorsRequest(headers))).Ok().GetValue<string>()));
        (await AskAsync(owners[1], job, "survivors", new SurvivorsRequest([.. headers[..3], headers[4]]))).Refused("DS-PRV-345");
        // Too few signatures, one of them twice, one altered; then enough, but asked of the owner that signed none.
        (await AskAsync(owners[1], job, "unmask", new UnmaskRequest(signed[..3]))).Refused("DS-PRV-346");
        (await AskAsync(owners[1], job, "unmask", new UnmaskRequest([.. signed[..3], signed[0]]))).Refused("DS-PRV-346");
        (await AskAsync(owners[1], job, "unmask", new UnmaskRequest([.. signed[..3], TestAnalyst.Tamper(signed[3], job.Hash, other)]))).Refused("DS-JOB-061");
        (await AskAsync(owners[0], job, "unmask", new UnmaskRequest(signed))).Refused("DS-PRV-343");
        // What is told is sealed to the analyst, and is the same again.
        var told = (await AskAsync(owners[1], job, "unmask", new UnmaskRequest(signed))).Ok();
        Assert.Equal(told.ToJsonString(), (await AskAsync(owners[1], job, "unmask", new UnmaskRequest(signed))).Ok().ToJsonString());
        // Nobody but the coordinator that the order names is answered at all.
        (await owners[1].FromAsync(owners[2].Persona, HttpMethod.Post, $"/peer/jobs/{job.Hash}/unmask", new UnmaskRequest(signed))).Refused("DS-JOB-007");
    }

    private Task<Answer> AskAsync(Party owner, TestJob job, string what, object body) => owner.FromAsync(Space.Coordinator.Persona, HttpMethod.Post, $"/peer/jobs/{job.Hash}/{what}", body);

    private Task<Answer> RosterAsync(Party owner, TestJob job, IReadOnlyList<string> statements, IReadOnlyList<string>? shares) => AskAsync(owner, job, "roster", new RoundOneRequest(statements, shares));

    /// <summary>The signed header of an owner's contribution, once it is there.</summary>
    private async Task<string> HeaderAsync(Party owner, TestJob job)
    {
        JsonNode? answer = null;
        await Eventually.TrueAsync(async () =>
        {
            answer = (await owner.FromAsync(Space.Coordinator.Persona, HttpMethod.Get, $"/peer/jobs/{job.Hash}/contribution")).Ok();
            return answer["state"]!.GetValue<string>() != "running";
        }, TimeSpan.FromSeconds(20), Space.Story);
        return answer!["envelope"]!["contribution"]!["statement"]!.GetValue<string>();
    }

    private async Task<JobBundle> BundleOfAsync(string jobId)
    {
        var hash = (string)TestAnalyst.Query(Space.Coordinator, "SELECT JobHash FROM Jobs WHERE JobId = $id", ("$id", jobId))!;
        return JsonSerializer.Deserialize<JobBundle>((await Space.Coordinator.FromAsync(Space.Leader.Persona, HttpMethod.Get, $"/jobs/{hash}/bundle")).Body, JobJson.Options)!;
    }

    private static string Altered(string header) => TestAnalyst.Tamper(header, "\"payloadDigest\":\"", "\"payloadDigest\":\"0");

    /// <summary>Sum over these owners' files as anyone who had them all would compute it.</summary>
    private static void AssertSum(IReadOnlyList<Party> owners, Outcome outcome)
    {
        var rows = owners.SelectMany(o => SpaceDesign.Csv(o).Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(line => line.Split(',')).ToList();
        var (year, invest) = (Array.IndexOf(rows[0], "year"), Array.IndexOf(rows[0], "invest"));
        var values = rows.Where(r => r[year] == "1935").Select(r => decimal.Parse(r[invest], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal((values.Count.ToString(CultureInfo.InvariantCulture), values.Sum()), (outcome.Row("1935")[1], decimal.Parse(outcome.Row("1935")[2]!, CultureInfo.InvariantCulture)));
    }
}
