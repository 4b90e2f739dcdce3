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
            d.Offer("once", p => p.Set("count", "1"));
            d.Setting(d.SupplierA, "receiptWaitMs", 8_000);
            d.Setting(d.SupplierB, "requireWitnesses", true);
            d.Setting(d.SupplierA, "operatorDids", new JsonArray(d.Leader.Did));
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
        // Whom the operator stands behind is no second witness beside its coordinator, and is not asked.
        await WitnessedAsync(space, space.SupplierA);
        var witnesses = (await space.SupplierA.ReadAsync("/admin/ledger/status"))["witnesses"]!.AsArray().Select(w => w!["did"]!.GetValue<string>());
        Assert.Equal([space.Coordinator.Did, space.SupplierB.Did], witnesses.Order(StringComparer.Ordinal));
        // Nobody can file a dispute in another's name, or with an entry of another kind.
        var proof = await ProofAsync(space, job.Hash);
        (await space.Coordinator.FromAsync(space.SupplierB.Persona, HttpMethod.Post, "/peer/disputes", new Protocol.Jobs.FiledEntry(proof))).Refused("DS-COO-012", 400);
        (await space.Coordinator.FromAsync(space.SupplierA.Persona, HttpMethod.Post, "/peer/disputes", new Protocol.Jobs.FiledEntry(proof))).Refused("DS-COO-012", 400);
        // Nor about a use that it took no part in: an entry of its own log, rightly signed, over a job that was somebody else's or never was.
        (await space.Coordinator.FromAsync(space.SupplierB.Persona, HttpMethod.Post, "/peer/disputes", new Protocol.Jobs.FiledEntry(await OneSidedAsync(space.SupplierB, job.Hash, space.SupplierA.Did))))
            .Refused("DS-COO-012", 400);
        (await space.Coordinator.FromAsync(space.SupplierB.Persona, HttpMethod.Post, "/peer/disputes", new Protocol.Jobs.FiledEntry(await OneSidedAsync(space.SupplierB, new string('a', 64), space.Leader.Did))))
            .Refused("DS-COO-012", 400);
        // Nor, of a job that it does take part in, about a contract that the job does not name: there would be no end of them.
        (await space.Coordinator.FromAsync(space.SupplierB.Persona, HttpMethod.Post, "/peer/disputes", new Protocol.Jobs.FiledEntry(await OneSidedAsync(space.SupplierB, job.Hash, space.Leader.Did))))
            .Refused("DS-COO-012", 400);
        // Evidence is for the coordinator alone.
        (await space.SupplierA.FromAsync(space.SupplierB.Persona, HttpMethod.Get, $"/peer/jobs/{job.Hash}/evidence")).Refused("DS-JOB-007");
        await SilentAndBusyAsync(space, analyst);
    }

    /// <summary>Refused by contract: Denied. Refused for want of room: the owner's signed word. Dead: Unreported, and that alone.</summary>
    private static async Task SilentAndBusyAsync(Space space, TestAnalyst analyst)
    {
        var once = await space.JointSpecAsync("once");
        Assert.Equal("COMPLETED", (await space.RunAsync(once)).State);
        var before = await ReconcileAsync();
        Assert.Equal("FAILED", (await space.RunAsync(once)).State);
        var denied = await ReconcileAsync();
        Assert.True(Count(denied, "denied") > Count(before, "denied"), denied + space.Story());

        await space.SupplierA.Process.StopAsync();
        var spec = await space.JointSpecAsync("before");
        var dead = await space.SubmitAsync(spec);
        // When the others have answered round 0, and only the dead one has not.
        await Eventually.TrueAsync(() => Task.FromResult((long)TestAnalyst.Query(space.Coordinator,
            "SELECT count(*) FROM Parties WHERE RoundZero IS NOT NULL AND JobHash = (SELECT JobHash FROM Jobs WHERE JobId = $id)", ("$id", dead))! == 2), Limit, space.Story);
        TestAnalyst.Change(space.Coordinator, "UPDATE Jobs SET Deadline = CreatedAt + 1, Revision = Revision + 1 WHERE JobId = $id", ("$id", dead));
        await space.EndAsync(dead);

        // As many open uses as an owner holds for one consumer.
        var opened = 0;
        for (Answer answer; (answer = await analyst.OpenAsync(space.SupplierB, analyst.Make().Envelope)).Code != "DS-CON-014";)
            Assert.True(answer.Status == 200 && ++opened < 200, answer + space.Story());
        var busy = await space.RunAsync(spec);
        Assert.Contains("DS-CON-014", busy.Codes);
        TestAnalyst.Change(space.Coordinator, "UPDATE Jobs SET Deadline = CreatedAt + 1 WHERE JobId = $id", ("$id", busy.JobId));

        // More settled parts after it than are looked at in one round.
        TestAnalyst.Change(space.Coordinator, """
            CREATE TEMP TABLE j AS SELECT * FROM Jobs WHERE JobId = $id;
            CREATE TEMP TABLE p AS SELECT * FROM Parties WHERE JobHash = (SELECT JobHash FROM j) LIMIT 1;
            CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 400) SELECT i FROM c;
            CREATE TEMP TABLE f AS SELECT * FROM Findings WHERE State = 'granted' LIMIT 1;
            UPDATE j SET CreatedAt = CreatedAt + 1;
            CREATE TEMP TABLE jj AS SELECT j.*, n.i FROM j, n;
            UPDATE jj SET JobHash = 'filler-' || i, JobId = 'filler-' || i;
            ALTER TABLE jj DROP COLUMN i;
            INSERT INTO Jobs SELECT * FROM jj;
            CREATE TEMP TABLE pp AS SELECT p.*, n.i FROM p, n;
            UPDATE pp SET JobHash = 'filler-' || i;
            ALTER TABLE pp DROP COLUMN i;
            INSERT INTO Parties SELECT * FROM pp;
            CREATE TEMP TABLE ff AS SELECT f.*, n.i FROM f, n;
            UPDATE ff SET JobHash = 'filler-' || i, JobId = 'filler-' || i, Participant = (SELECT Participant FROM p);
            ALTER TABLE ff DROP COLUMN i;
            INSERT INTO Findings SELECT * FROM ff;
            UPDATE j SET JobHash = 'late', JobId = 'late', State = 'RUNNING', Stage = 'roster';
            UPDATE p SET JobHash = 'late', State = 'waiting', RoundZero = NULL, RoundOneAccepted = 0, Header = NULL, Code = NULL, Refusal = NULL;
            INSERT INTO Jobs SELECT * FROM j;
            INSERT INTO Parties SELECT * FROM p;
            """, ("$id", dead));
        var last = await ReconcileAsync();
        // A job whose time is over and of which nobody has written down yet who was silent clears nobody.
        Assert.Equal(0L, TestAnalyst.Query(space.Coordinator, "SELECT count(*) FROM Findings WHERE JobHash = $id", ("$id", "late")));
        Assert.Equal([(dead, space.SupplierA.Did)], last["unreported"]!.AsArray().Select(u => (u!["jobId"]!.GetValue<string>(), u["participant"]!.GetValue<string>())));
        Assert.True(Count(last, "refused") >= 1, last + space.Story());
        var entries = await Ledgers.ReadWhenAsync(space.Coordinator, r => r.Any(e => e.Entry.Kind == Ledger.Receipts.EntryKind.Unreported) && r.Any(e => e.Entry.Kind == Ledger.Receipts.EntryKind.RefusalKept));
        Assert.Contains(entries, e => e.Entry.Kind == Ledger.Receipts.EntryKind.Unreported);
        // The owner's refusal as it signed it: whoever has its key needs neither the coordinator's word nor its database.
        var kept = entries.Where(e => e.Entry.Kind == Ledger.Receipts.EntryKind.RefusalKept).Select(e => Ledger.Receipts.RefusalKeptPayload.FromFields(e.PayloadFields).Value).Single(e => e.JobId == busy.JobId);
        Assert.Equal((space.SupplierB.Did, "DS-CON-014"), (kept.Participant, kept.Code));
        Assert.True(Kernel.Crypto.Jws.Parse(kept.Statement, Kernel.Crypto.SignedMessage.MaxRequestTokenChars).Value.VerifiesWith(space.SupplierB.Persona.Signer.PublicKey));

        static int Count(JsonNode found, string state) => found[state]!.GetValue<int>();
        async Task<JsonNode> ReconcileAsync() => (await space.Coordinator.PostAsync("/admin/reconciliation")).Ok();
    }

    /// <summary>A dispute as the participant's own log would hold it, made with its key in a log that nobody else has seen.</summary>
    private static async Task<string> OneSidedAsync(Party party, string jobHash, string silent)
    {
        var directory = Path.Combine(party.Directory, "aside-" + Kernel.Identity.RandomId.New());
        await using var log = Ledger.Sequencing.AuditLedger.Open(
            new Ledger.Sequencing.LedgerOptions { Directory = directory, Origin = party.Did + "/log/1" }, party.Persona.Signer, TimeProvider.System).Value;
        var zero = new string('0', 64);
        var said = await log.AppendAsync(new Ledger.Sequencing.EntryDraft(new Ledger.Receipts.OneSidedPayload
        {
            JobHash = jobHash,
            UseId = Ledger.Receipts.GrantPayload.ComputeUseId(jobHash, "none", Protocol.Jobs.JobOrders.ContributeStep),
            GrantHash = zero,
            ReportHash = zero,
            ContractId = "none",
            Silent = silent,
            Reason = Ledger.Receipts.OneSidedPayload.NoReceipt,
            DeadlineMs = 1,
        }, "none"), CancellationToken.None);
        return Convert.ToBase64String(log.ProveEntry(said.Value.Index).Value.Encode());
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
        var backedUp = Checkpoint.ParseText(SignedNote.Parse(await File.ReadAllTextAsync(Path.Combine(backup, "checkpoint"), TestContext.Current.CancellationToken)).Value.Text).Value.Size;
        await node.RestartAsync();
        // At once, before anybody can have spoken: what is attempted waits for the answer and is never signed.
        var erase = new JsonObject { ["from"] = 0, ["to"] = 1, ["part"] = "content", ["ground"] = "PIPL 47", ["by"] = "officer-2" };
        (await node.PostAsync("/admin/ledger/erasures", erase)).Refused("DS-LED-016", 503);
        Assert.Equal(backedUp, (await node.ReadAsync("/admin/ledger/status"))["size"]!.GetValue<long>());
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
