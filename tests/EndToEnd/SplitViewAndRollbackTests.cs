using System.Text;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;

namespace DataSpace.EndToEnd;

/// <summary>One space: an owner is restored from an old backup and goes on under a new log; then another owner shows two histories and is caught.</summary>
public sealed class SplitViewAndRollbackTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task A_restored_node_goes_on_under_a_new_log_alone_and_a_second_history_is_caught_by_gossip()
    {
        await using var space = await Space.StartAsync(d =>
        {
            d.Offer("before", p => p.Set("count", "500"));
            d.Offer("after", p => p.Set("count", "400"));
        });
        await RolledBackAsync(space);
        await ForkedAsync(space);
    }

    /// <summary>An analyst who takes the answers and gives no receipts: the owner says so in its log and to the coordinator, and the silence of an owner is a finding.</summary>
    [Fact]
    public async Task A_receipt_that_does_not_come_is_a_dispute_and_nobody_is_accused_of_silence()
    {
        await using var space = await Space.StartAsync(d =>
        {
            d.Offer("before", p => p.Set("count", "500"));
            d.Setting(d.SupplierA, "receiptWaitMs", 8_000);
            d.Setting(d.SupplierB, "requireWitnesses", true);
        });
        var first = await space.RunAsync(await space.JointSpecAsync("before"));
        Assert.True(first.State == "COMPLETED", first.Why + space.Story());
        using var analyst = TestAnalyst.From(space, first.JobId);
        var job = analyst.Make();
        await analyst.CarryOutAsync(job);
        JsonNode? found = null;
        await Eventually.TrueAsync(async () =>
        {
            found = (await space.Coordinator.PostAsync("/admin/reconciliation")).Ok();
            return found["disputes"]!.AsArray().Any(d => d!["jobHash"]!.GetValue<string>() == job.Hash && d["filer"]!.GetValue<string>() == space.SupplierA.Did);
        }, Limit, () => found + space.Story());
        var dispute = found!["disputes"]!.AsArray().First(d => d!["jobHash"]!.GetValue<string>() == job.Hash && d["filer"]!.GetValue<string>() == space.SupplierA.Did)!;
        Assert.Equal((space.Leader.Did, "noReceipt"), (dispute["silent"]!.GetValue<string>(), dispute["reason"]!.GetValue<string>()));
        var entries = await Ledgers.ReadWhenAsync(space.SupplierA, r => r.Any(e => e.Entry.Kind == Ledger.Receipts.EntryKind.OneSided));
        Assert.Contains(entries, e => e.Entry.Kind == Ledger.Receipts.EntryKind.OneSided);
        // Six parts of two jobs, all granted; nobody was silent.
        Assert.Equal((6, 0), (found["granted"]!.GetValue<int>(), found["unreported"]!.AsArray().Count));
        // Nobody can file a dispute in another's name, or with an entry of another kind.
        var proof = await ProofAsync(space, job.Hash);
        (await space.Coordinator.FromAsync(space.SupplierB.Persona, HttpMethod.Post, "/peer/disputes", new Protocol.Jobs.FiledEntry(proof))).Refused("DS-COO-012", 400);
        (await space.Coordinator.FromAsync(space.SupplierA.Persona, HttpMethod.Post, "/peer/disputes", new Protocol.Jobs.FiledEntry(proof))).Refused("DS-COO-012", 400);
        // Evidence is for the coordinator alone.
        (await space.SupplierA.FromAsync(space.SupplierB.Persona, HttpMethod.Get, $"/peer/jobs/{job.Hash}/evidence")).Refused("DS-JOB-007");
    }

    private static async Task<string> ProofAsync(Space space, string jobHash)
        => (await space.SupplierA.FromAsync(space.Coordinator.Persona, HttpMethod.Get, $"/peer/jobs/{jobHash}/evidence")).Ok()["proof"]!.GetValue<string>();

    private static async Task RolledBackAsync(Space space)
    {
        var node = space.SupplierA;
        var spec = await space.JointSpecAsync("before");
        Assert.Equal("COMPLETED", (await space.RunAsync(spec)).State);
        await WitnessedAsync(space, node);
        await node.Process.StopAsync();
        var backup = Path.Combine(space.Root, "backup");
        Copy(node.LedgerDirectory, backup);
        await node.RestartAsync();
        Assert.Equal("COMPLETED", (await space.RunAsync(spec)).State);
        var lost = await WitnessedAsync(space, node);

        // The backup comes back; the node learns from its witnesses that it signed more than it has.
        await node.Process.StopAsync();
        Directory.Delete(node.LedgerDirectory, recursive: true);
        Copy(backup, node.LedgerDirectory);
        await node.RestartAsync();
        await Eventually.TrueAsync(async () => (await node.Wire.SendAsync(HttpMethod.Get, "/healthz", null, null)).Code == "DS-LED-016", Limit, space.Story);
        var status = await node.ReadAsync("/admin/ledger/status");
        Assert.True(status["heldByOthers"]!.GetValue<long>() >= lost, status.ToJsonString());
        (await node.Wire.SendAsync(HttpMethod.Post, "/witness/add-checkpoint", "x"u8.ToArray(), null)).Refused("DS-LED-016", 503);
        Assert.NotEqual("COMPLETED", (await space.RunAsync(spec)).State);
        Assert.Equal(status["size"]!.GetValue<long>(), (await node.ReadAsync("/admin/ledger/status"))["size"]!.GetValue<long>());

        // Another node has nothing to recover from.
        (await space.SupplierB.PostAsync("/admin/ledger/new-origin", new JsonObject { ["reason"] = "for fun" })).Refused("DS-WIT-011", 409);
        var decided = (await node.PostAsync("/admin/ledger/new-origin", new JsonObject { ["reason"] = "restored from a backup" })).Ok();
        Assert.Equal(node.Did + "/log/2", decided["newOrigin"]!.GetValue<string>());
        await node.Process.StopAsync();
        await node.RestartAsync();
        status = await node.ReadAsync("/admin/ledger/status");
        Assert.Equal((node.Did + "/log/2", node.Did + "/log/1"), (status["origin"]!.GetValue<string>(), status["continues"]!.GetValue<string>()));
        Assert.Null(status["refusal"]);
        Assert.Equal(200, (await node.Wire.SendAsync(HttpMethod.Get, "/ledger/ended/1/checkpoint", null, null)).Status);

        // Peers follow on the node's own word, and witness the new log.
        foreach (var peer in (Party[])[space.Coordinator, space.Leader, space.SupplierB])
            await Eventually.TrueAsync(async () => (await peer.ReadAsync("/admin/ledger/gossip"))["checkpoints"]!.AsArray()
                .Any(c => c!["origin"]!.GetValue<string>() == node.Did + "/log/2" && c["pinned"]!.GetValue<bool>()), Limit, space.Story);
        await WitnessedAsync(space, node);

        // The old contract is spent; another one goes on, and the log is whole.
        var refused = await space.RunAsync(spec);
        Assert.True(refused.State == "FAILED" && refused.Codes.Any(c => c is "DS-POL-031" or "DS-LED-012" || c.StartsWith("DS-POL-", StringComparison.Ordinal)), refused.Why + space.Story());
        // So is one concluded now: the log cannot know what was spent of this offer before. Its owner grants it again, in an entry.
        var late = await space.RunAsync(await space.JointSpecAsync("after"));
        Assert.True(late.State == "FAILED" && late.Codes.SequenceEqual(["DS-POL-026"]), late.Why + space.Story());
        var contract = await space.AgreeAsync(node, "investments", "after");
        (await node.PostAsync("/admin/agreements/regrant", new JsonObject { ["agreementId"] = contract, ["reason"] = "restored from a backup" })).Ok();
        // The record of exact answers is as old as the backup: its owner accepts that, or it gives none.
        (await node.PostAsync("/admin/history/begin", new JsonObject { ["confirm"] = true, ["reason"] = "restored from a backup" })).Ok();
        var again = await space.RunAsync(await space.JointSpecAsync("after"));
        Assert.True(again.State == "COMPLETED", again.Why + space.Story());
        await node.Process.StopAsync();
        Assert.True(Ledgers.Verify(node).Ok);
        await node.RestartAsync();
    }

    private static async Task ForkedAsync(Space space)
    {
        var (liar, spec) = (space.SupplierB, await space.JointSpecAsync("after"));
        var size = await WitnessedAsync(space, liar);
        var fork = Checkpoint.Sign(liar.Did + "/log/1", size, MerkleHash.Leaf("another history"u8), liar.Persona.Signer);
        // Shown to one owner alone, on an ordinary message.
        await Eventually.TrueAsync(async () => Held(await space.Leader.ReadAsync("/admin/ledger/gossip")) >= size, Limit, space.Story);
        var held = Held(await space.Leader.ReadAsync("/admin/ledger/gossip"));
        if (held != size)
            fork = Checkpoint.Sign(liar.Did + "/log/1", held, MerkleHash.Leaf("another history"u8), liar.Persona.Signer);
        var header = Convert.ToBase64String(Encoding.UTF8.GetBytes(fork.Note));
        var path = Protocol.DspBase.Path + Protocol.CatalogPaths.Dataset("investments");
        Assert.Equal(200, (await space.Leader.Wire.GossipAsync(liar.Persona, space.Leader.Did, path, "DataSpace-Checkpoints", header)).Status);
        foreach (var told in (Party[])[space.Leader, space.Coordinator, space.SupplierA])
        {
            JsonNode? seen = null;
            await Eventually.TrueAsync(async () =>
            {
                seen = await told.ReadAsync("/admin/ledger/gossip");
                return seen["equivocations"]!.AsArray().Any(e => e!["origin"]!.GetValue<string>() == liar.Did + "/log/1");
            }, Limit, () => told.Name + seen + space.Story());
            Assert.Equal("DS-WIT-007", (await told.ReadAsync("/admin/status"))["witnessing"]!["code"]!.GetValue<string>());
        }
        // Durable: it is still known after a restart. And what stands in that log proves nothing any more.
        await space.Coordinator.Process.StopAsync();
        await space.Coordinator.RestartAsync();
        var outcome = await space.RunAsync(spec);
        Assert.True(outcome.State == "FAILED" && outcome.Why.ToJsonString().Contains("DS-WIT-007", StringComparison.Ordinal), outcome.Why + space.Story());

        long Held(JsonNode gossip) => gossip["checkpoints"]!.AsArray().Where(c => c!["origin"]!.GetValue<string>() == liar.Did + "/log/1").Select(c => c!["size"]!.GetValue<long>()).FirstOrDefault();
    }

    /// <summary>Waits until the quorum has cosigned all that the node has; its size.</summary>
    private static async Task<long> WitnessedAsync(Space space, Party node)
    {
        JsonNode? status = null;
        await Eventually.TrueAsync(async () =>
        {
            status = await node.ReadAsync("/admin/ledger/status");
            return status["quorumMet"]!.GetValue<bool>() && status["cosignedSize"]!.GetValue<long>() == status["size"]!.GetValue<long>() && status["size"]!.GetValue<long>() > 0;
        }, Limit, () => status + space.Story());
        return status!["size"]!.GetValue<long>();
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }
}
