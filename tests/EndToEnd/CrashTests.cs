using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Protocol;

namespace DataSpace.EndToEnd;

/// <summary>
/// Processes are killed at every step of a use and started again on the same directory. Whatever happens, a use is spent at most once, no job
/// has two different contributions of one owner, and the job ends: completed, or failed with a code that says that the use stays spent.
/// </summary>
[Collection(Crashes.Name)]
public sealed class CrashTests(FragileSpace fragile)
{
    private Space Space => fragile.Space;

    private Party Victim => Space.SupplierA;

    [Theory]
    [InlineData("AfterStatement", "DS-JOB-008", 0)] // the same statement is given again, but nobody holds its key any more
    [InlineData("BeforeGrant", "DS-JOB-008", 0)] // the mask key was in memory alone and nothing was spent
    [InlineData("AfterGrant", "DS-JOB-008", 1)] // spent, and what was computed is lost
    [InlineData("BeforeReport", "DS-JOB-008", 1)]
    [InlineData("AfterReport", "COMPLETED", 1)] // the committed bytes are resent
    [InlineData("BeforeReceipt", "COMPLETED", 1)] // the receipt is offered again
    public async Task An_owner_killed_in_the_middle_of_a_use_never_spends_it_twice(string point, string end, int uses)
    {
        var agreement = await Space.AgreeAsync(Victim, "investments", "many");
        var before = await Space.SpentAsync(Victim, agreement);
        await Victim.Process.StopAsync();
        await Victim.RestartAsync(new Dictionary<string, string?> { ["DATASPACE_CRASH_AT"] = point });
        var job = await Space.SubmitAsync(fragile.Spec);
        await Victim.Process.WaitForExitAsync(Eventually.Least);
        await Victim.RestartAsync();
        var outcome = await Space.EndAsync(job);
        if (end == "COMPLETED")
            Assert.True(outcome.State == end, outcome.Why + Space.Story());
        else
            Assert.True(outcome.State == "FAILED" && outcome.Codes.Contains(end), outcome.Why + Space.Story());
        Assert.Equal(before + uses, await Space.SpentAsync(Victim, agreement));
        await OneContributionAsync(job, end == "COMPLETED", uses);
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
        await Victim.Process.StopAsync();
        await Victim.RestartAsync(new Dictionary<string, string?> { ["DATASPACE_CRASH_AT"] = "BeforeReport" });
        var job = await Space.SubmitAsync(spec);
        await Victim.Process.WaitForExitAsync(Eventually.Least);
        await Victim.RestartAsync();
        var outcome = await Space.EndAsync(job);
        Assert.True(outcome.State == "FAILED", outcome.Why + Space.Story());
        // Offer and evaluated elements, of two questions; the answers are what is missing.
        Assert.InRange((await SaidAsync(job)).Sum(), 1, (await SaidAsync(whole.JobId)).Sum() - 100);
        var log = Ledgers.Read(Victim);
        Assert.DoesNotContain(log.Reports(), r => r.Payload.GrantHash == log.Grants().Single(g => g.Payload.JobId == job).Record.LeafHash.Hex());
    }

    [Theory]
    [InlineData("coordinator", "AfterDispatchLog")] // logged once, fanned out after the restart
    [InlineData("coordinator", "BeforeSum")] // what was collected is kept
    [InlineData("coordinator", "BeforeTelling")]
    [InlineData("chain-leader", "AfterDecoding")] // the bundle is fetched and decrypted again, with the keys of the job
    [InlineData("chain-leader", "BeforeReceiptOffer")]
    public async Task A_coordinator_or_analyst_killed_at_a_step_finishes_the_job_after_its_restart(string who, string point)
    {
        var killed = Space.Everyone.Single(p => p.Name == who);
        var agreement = await Space.AgreeAsync(Victim, "investments", "many");
        var before = await Space.SpentAsync(Victim, agreement);
        await killed.Process.StopAsync();
        await killed.RestartAsync(new Dictionary<string, string?> { ["DATASPACE_CRASH_AT"] = point });
        var job = await Space.SubmitAsync(fragile.Spec);
        await killed.Process.WaitForExitAsync(Eventually.Least);
        await killed.RestartAsync();
        var outcome = await Space.EndAsync(job);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        Assert.Equal("730.398", outcome.Row("1935")[2]);
        Assert.Equal(before + 1, await Space.SpentAsync(Victim, agreement));
        await OneContributionAsync(job, completed: true, uses: 1);
        Ledgers.AssertSound(killed);
        Ledgers.AssertSound(Victim);
    }

    [Fact]
    public async Task An_owner_that_comes_back_while_the_coordinator_is_away_still_knows_the_members()
    {
        Task<Answer> AskAsync(Party caller) => Victim.FromAsync(caller.Persona, HttpMethod.Get, DspBase.Path + CatalogPaths.Dataset("investments"));
        await Space.Coordinator.Process.StopAsync();
        await Victim.InOwnProcessAsync();
        await Victim.Process.KillAsync();
        await Victim.RestartAsync();
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
        (await Victim.FromAsync(Persona.Fresh(Space.SupplierB.Did), HttpMethod.Get, DspBase.Path + CatalogPaths.Dataset("investments"))).Refused("DS-SIG-003");
        await Space.Coordinator.RestartAsync();
    }

    [Fact]
    public async Task Killing_everyone_at_once_loses_nothing_that_was_committed()
    {
        var agreement = await Space.AgreeAsync(Victim, "investments", "many");
        var before = await Space.SpentAsync(Victim, agreement);
        await Task.WhenAll(Space.Everyone.Select(p => p.InOwnProcessAsync()));
        var done = await Space.RunAsync(fragile.Spec);
        await Task.WhenAll(Space.Everyone.Select(p => p.Process.KillAsync()));
        await Space.Coordinator.RestartAsync();
        await Task.WhenAll(Space.Owners.Select(o => o.RestartAsync()));
        Assert.Equal(before + 1, await Space.SpentAsync(Victim, agreement));
        Assert.Equal("730.398", (await Space.EndAsync(done.JobId)).Row("1935")[2]);
        foreach (var party in Space.Everyone)
            Ledgers.AssertSound(party);
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
        var envelope = new Protocol.Jobs.JobEnvelope(TestAnalyst.TokenOf(Space, job.JobId), Convert.ToBase64String(TestAnalyst.KeysOf(Space, job.JobId)));
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

    private async Task OneContributionAsync(string job, bool completed, int uses)
    {
        var seen = (await Space.SightsAsync(job)).Where(s => s.From == Victim.Did && s.What.StartsWith("masked ciphertexts", StringComparison.Ordinal)).ToList();
        Assert.Equal(completed ? 1 : 0, seen.Select(s => s.Sha256).Distinct().Count());
        var log = Ledgers.Read(Victim);
        Assert.Equal(uses, log.Grants().Count(g => g.Payload.JobId == job));
    }
}
