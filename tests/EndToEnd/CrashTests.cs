using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Protocol;

namespace DataSpace.EndToEnd;

/// <summary>
/// Processes are killed at every step of a use and started again on the same directory. Whatever happens, a use is spent at most once, no job
/// has two different contributions of one owner, and the job ends: completed, or failed with a code that says that the use stays spent.
/// </summary>
/// <remarks>
/// A process costs eight seconds of processor time to start, so one job meets as many deaths as it can: those that it survives one after the other. CI takes the later of the points at which nothing
/// is spent yet, one of those between Grant and Report, and four of the seven that a job survives; <c>DATASPACE_ALL_POINTS=1</c> takes all.
/// </remarks>
[Collection(Crashes.Name)]
public sealed class CrashTests(FragileSpace fragile)
{
    private const string CrashAt = "DATASPACE_CRASH_AT";
    private const string AllPoints = "DATASPACE_ALL_POINTS";
    private const string KeyIsGone = "DS-JOB-008";

    private static bool All => Environment.GetEnvironmentVariable(AllPoints) == "1";

    private Space Space => fragile.Space;

    private Party Victim => Space.SupplierA;

    [Theory]
    [InlineData("AfterStatement", 0, true)] // the same statement is given again, but nobody holds its key any more
    [InlineData("BeforeGrant", 0, false)] // the mask key was in memory alone
    [InlineData("AfterGrant", 1, false)]
    [InlineData("BeforeReport", 1, true)] // the look-up below dies there too
    public async Task An_owner_that_dies_before_its_Report_gives_nothing_and_has_spent_a_use_once_it_is_granted(string point, int uses, bool onDemand)
    {
        Assert.SkipUnless(!onDemand || All, $"one of two points {(uses == 0 ? "before the Grant" : "between Grant and Report")}; {AllPoints}=1 takes both");
        var agreement = await Space.AgreeAsync(Victim, "investments", "many");
        var before = await Space.SpentAsync(Victim, agreement);
        var job = await KilledAsync(fragile.Spec, (Victim, point));
        var outcome = await Space.EndAsync(job);
        Assert.True(outcome.State == "FAILED" && outcome.Codes.Contains(KeyIsGone), outcome.Why + Space.Story());
        Assert.Equal(before + uses, await Space.SpentAsync(Victim, agreement));
        await OneContributionAsync(job, Victim, completed: false, uses);
        Ledgers.AssertSound(Victim);
    }

    /// <summary>Records leave with the Report: an owner that dies before it has told nothing, and one that dies after it has a use to claim.</summary>
    [Fact]
    public async Task Records_of_a_look_up_do_not_leave_before_the_Report()
    {
        async Task<List<long>> SaidAsync(string job) => [.. (await Space.SightsAsync(job)).Where(s => s.From == Victim.Did && s.What.Contains("messages", StringComparison.Ordinal)).Select(s => s.Bytes)];
        var spec = await Space.LookupSpecAsync(["F-001", "F-003"]);
        await Space.RunAsync(spec);
        var whole = await Space.RunAsync(spec); // the analyst has the hint now
        Assert.True(whole.State == "COMPLETED", whole.Why + Space.Story());
        var job = await KilledAsync(spec, (Victim, "BeforeReport"));
        var outcome = await Space.EndAsync(job);
        Assert.True(outcome.State == "FAILED", outcome.Why + Space.Story());
        // Offer and evaluated elements, of two questions; the answers are what is missing.
        Assert.InRange((await SaidAsync(job)).Sum(), 1, (await SaidAsync(whole.JobId)).Sum() - 100);
        var log = await Ledgers.ReadNowAsync(Victim);
        Assert.DoesNotContain(log.Reports(), r => r.Payload.GrantHash == log.Grants().Single(g => g.Payload.JobId == job).Record.LeafHash.Hex());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_job_whose_coordinator_analyst_and_an_owner_are_killed_at_its_steps_completes_with_one_use(bool everyStep)
    {
        Assert.SkipUnless(!everyStep || All, $"three deaths more than the four that CI takes; {AllPoints}=1 takes all seven");
        var agreement = await Space.AgreeAsync(Victim, "investments", "many");
        var before = await Space.SpentAsync(Victim, agreement);
        var spec = fragile.Spec.DeepClone().AsObject();
        spec["limits"] = new JsonObject { ["wallLimitMs"] = 600_000 }; // seven starts of a node on a machine that other tests keep busy
        (Party Who, string Point, bool EveryTime)[] deaths =
        [
            (Space.Coordinator, "AfterDispatchLog", true), // logged once, fanned out after the restart
            (Victim, "AfterReport", true), // the committed bytes are resent
            (Space.Coordinator, "BeforeSum", true), // what was collected is kept
            (Space.Coordinator, "BeforeTelling", false),
            (Space.Leader, "AfterDecoding", true), // the bundle is fetched and decrypted again, with the keys of the job
            (Space.Leader, "BeforeReceiptOffer", false),
            (Victim, "BeforeReceipt", false), // the receipt is offered again
        ];
        var job = await KilledAsync(spec, [.. deaths.Where(d => everyStep || d.EveryTime).Select(d => (d.Who, d.Point))]);
        var outcome = await Space.EndAsync(job);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        Assert.Equal("730.398", outcome.Row("1935")[2]);
        Assert.Equal(before + 1, await Space.SpentAsync(Victim, agreement));
        await OneContributionAsync(job, Victim, completed: true, uses: 1);
        foreach (var party in Space.Everyone)
            Ledgers.AssertSound(party);
    }

    [Fact]
    public async Task Killing_everyone_at_once_loses_nothing_that_was_committed()
    {
        Assert.SkipUnless(All, $"four processes more than the seven deaths, which meet the same stores; {AllPoints}=1 takes both");
        var agreement = await Space.AgreeAsync(Victim, "investments", "many");
        var before = await Space.SpentAsync(Victim, agreement);
        await Task.WhenAll(Space.Everyone.Select(p => p.InOwnProcessAsync()));
        var done = await Space.RunAsync(fragile.Spec);
        await Task.WhenAll(Space.Everyone.Select(p => p.Process.KillAsync()));
        await Task.WhenAll(Space.Everyone.Select(p => p.RestartAsync()));
        Assert.Equal(before + 1, await Space.SpentAsync(Victim, agreement));
        Assert.Equal("730.398", (await Space.EndAsync(done.JobId)).Row("1935")[2]);
        foreach (var party in Space.Everyone)
            Ledgers.AssertSound(party);
    }

    [Fact]
    public async Task An_owner_that_comes_back_while_the_coordinator_is_away_still_knows_the_members()
    {
        await Task.WhenAll(Space.Coordinator.Process.StopAsync(), Victim.Process.StopAsync());
        await Victim.RestartAsync();
        await KnowsTheMembersAsync(Victim);
        await Space.Coordinator.RestartAsync();
    }

    /// <summary>The members, and nobody else.</summary>
    private async Task KnowsTheMembersAsync(Party owner)
    {
        var coordinator = (await owner.ReadAsync("/admin/status"))["coordinator"]!;
        Assert.Equal(("approved", false), (coordinator["membership"]!.GetValue<string>(), coordinator["reachable"]!.GetValue<bool>()));
        Task<Answer> AskAsync(Party caller) => owner.FromAsync(caller.Persona, HttpMethod.Get, DspBase.Path + CatalogPaths.Dataset("investments"));
        foreach (var member in (Party[])[Space.SupplierB, Space.Leader, Space.Coordinator])
        {
            // A token as old as the node's own start may be refused as a replay; the caller must be known all the same.
            await Eventually.TrueAsync(async () =>
            {
                var answer = await AskAsync(member);
                Assert.True(answer.Status == 200 || answer.Code == "DS-SIG-007", $"{member.Name}: {answer}");
                return answer.Status == 200;
            }, TimeSpan.FromSeconds(5), Space.Story);
        }
        (await owner.FromAsync(Persona.Fresh(Space.SupplierB.Did), HttpMethod.Get, DspBase.Path + CatalogPaths.Dataset("investments"))).Refused("DS-SIG-003");
    }

    [Fact]
    public async Task A_state_store_restored_from_an_old_copy_gives_no_second_use()
    {
        var agreement = await Space.AgreeAsync(Victim, "investments", "many");
        await Victim.Process.StopAsync();
        var copy = Copy("state.db");
        await Victim.RestartAsync();
        var job = await Space.RunAsync(fragile.Spec);
        Assert.True(job.State == "COMPLETED", job.Why + Space.Story());
        var spent = await Space.SpentAsync(Victim, agreement);
        var (size, hash) = (await Ledgers.SizeAsync(Victim), (string)TestAnalyst.Query(Space.Coordinator, "SELECT JobHash FROM Jobs WHERE JobId = $id", ("$id", job.JobId))!);
        var committed = (await Space.SightsAsync(job.JobId)).First(s => s.From == Victim.Did && s.What.StartsWith("masked ciphertexts", StringComparison.Ordinal)).Sha256;
        await Victim.Process.StopAsync();
        Restore(copy);
        await Victim.RestartAsync();

        // The node has forgotten the job; the ledger has not. The coordinator plays it again, with statements of the others as they were.
        using var analyst = TestAnalyst.From(Space, job.JobId);
        var envelope = new Protocol.Jobs.JobEnvelope(TestAnalyst.TokenOf(Space, job.JobId), TestAnalyst.KeysOf(Space, job.JobId));
        var opened = (await analyst.OpenAsync(Victim, envelope)).Ok().GetValue<string>();
        var statements = new List<string>();
        foreach (var entry in analyst.Template.Plan.Roster)
            statements.Add(entry.Participant == Victim.Did ? opened : (await analyst.OpenAsync(Space.Owners.First(o => o.Did == entry.Participant), envelope)).Ok().GetValue<string>());
        (await analyst.RosterAsync(Victim, hash, statements)).Ok();
        JsonNode? answer = null;
        await Eventually.TrueAsync(async () =>
        {
            answer = (await Victim.FromAsync(Space.Coordinator.Persona, HttpMethod.Get, $"/peer/jobs/{hash}/contribution")).Ok();
            return answer["state"]!.GetValue<string>() != "running";
        }, TimeSpan.FromSeconds(20), Space.Story);
        var bytes = Convert.FromBase64String(answer!["envelope"]!["contribution"]!["payload"]!.GetValue<string>());
        Assert.Equal(committed, Kernel.Crypto.Digest.Sha256Hex(bytes)); // the committed bytes, not a second value under another mask
        Assert.Equal(spent, await Space.SpentAsync(Victim, agreement));
        Assert.Equal(size, await Ledgers.SizeAsync(Victim));
    }

    private (string Name, string Saved) Copy(string name)
    {
        var saved = Path.Combine(Space.Root, name + ".saved");
        foreach (var suffix in (string[])["", "-wal", "-shm"])
        {
            if (File.Exists(Path.Combine(Victim.Directory, name + suffix)))
                File.Copy(Path.Combine(Victim.Directory, name + suffix), saved + suffix, overwrite: true);
        }
        return (name, saved);
    }

    private void Restore((string Name, string Saved) copy)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm"])
        {
            File.Delete(Path.Combine(Victim.Directory, copy.Name + suffix));
            if (File.Exists(copy.Saved + suffix))
                File.Copy(copy.Saved + suffix, Path.Combine(Victim.Directory, copy.Name + suffix));
        }
    }

    /// <summary>A job in which these parties die at these points, in this order; each is started again at once. The job's id.</summary>
    private async Task<string> KilledAsync(JsonObject spec, params (Party Who, string Point)[] deaths)
    {
        foreach (var who in deaths.Select(d => d.Who).Distinct())
        {
            await who.Process.StopAsync();
            await who.RestartAsync(Armed(deaths.First(d => d.Who == who).Point));
        }
        var job = await Space.SubmitAsync(spec);
        for (var i = 0; i < deaths.Length; i++)
        {
            var who = deaths[i].Who;
            await who.Process.WaitForExitAsync(Eventually.Least);
            await who.RestartAsync(deaths.Skip(i + 1).Where(d => d.Who == who).Select(d => Armed(d.Point)).FirstOrDefault());
        }
        return job;
    }

    private static Dictionary<string, string?> Armed(string point) => new() { [CrashAt] = point };

    private async Task OneContributionAsync(string job, Party owner, bool completed, int uses)
    {
        var seen = (await Space.SightsAsync(job)).Where(s => s.From == owner.Did && s.What.StartsWith("masked ciphertexts", StringComparison.Ordinal)).ToList();
        Assert.Equal(completed ? 1 : 0, seen.Select(s => s.Sha256).Distinct().Count());
        var log = await Ledgers.ReadNowAsync(owner);
        Assert.Equal(uses, log.Grants().Count(g => g.Payload.JobId == job));
    }
}
