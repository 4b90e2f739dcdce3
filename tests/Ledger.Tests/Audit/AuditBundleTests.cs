using System.Formats.Tar;
using System.Text;
using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Audit;
using DataSpace.Ledger.Faults;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tests.Fsck;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Witnessing;
using Xunit;

namespace DataSpace.Ledger.Tests.Audit;

public sealed class AuditBundleTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_bundle_of_both_parties_verifies_and_joins_their_uses()
    {
        using var parties = await TwoParties.WithUsesAsync(matched: 3, oneSided: 2, unreceipted: 1);
        var file = parties.Export();
        var report = await VerifyAsync(file);
        Assert.True(report.Ok, string.Join('\n', report.AllProblems));
        Assert.Equal((3, 2, 0, 1), (report.Uses.Matched, report.Uses.OneSided, report.Uses.OtherLogAbsent, report.Uses.Unreceipted));
        Assert.Equal(3, report.Uses.Units[TwoParties.Contract]["uses"]);
        Assert.Equal(3, report.Uses.Listed.Count);
        Assert.All(report.Logs, log => Assert.Equal(1, log.Ledger.HeldCompared)); // what the other party holds
        Assert.All(report.Logs, log => Assert.True(log.FieldsShown > 0));
        Assert.Equal(AuditStatement.Current.DoesNotProveZh, report.Manifests[0].Statement.DoesNotProveZh);
        // Equal state, equal bytes; and any tar program can look into it.
        Assert.Equal(await File.ReadAllBytesAsync(file, Cancel), await File.ReadAllBytesAsync(parties.Export("again.dsaudit"), Cancel));
        await using var stream = File.OpenRead(file);
        await using var tar = new TarReader(stream);
        Assert.Equal("manifest.json", (await tar.GetNextEntryAsync(cancellationToken: Cancel))!.Name);
    }

    [Fact]
    public async Task Nothing_enters_a_bundle_but_public_files_and_the_fields_that_were_chosen()
    {
        using var parties = await TwoParties.WithUsesAsync(matched: 2);
        foreach (var secret in new[] { "secrets/signing-ed25519", "admin.token", "ledger/other.db", "ledger/tile/secret" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(parties.Provider.Node, secret))!);
            await File.WriteAllTextAsync(Path.Combine(parties.Provider.Node, secret), "a secret", Cancel);
        }
        var texts = new Dictionary<DisclosedPayloads, string>();
        foreach (var payloads in Enum.GetValues<DisclosedPayloads>())
        {
            var file = parties.Export($"{payloads}.dsaudit", payloads);
            texts[payloads] = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Cancel));
            Assert.DoesNotContain("a secret", texts[payloads], StringComparison.Ordinal);
            var names = new BundleForger(file).Files.Keys.Select(name => name["logs/000/".Length..]);
            string[] allowed = ["checkpoint", "vkey", "held.json", .. payloads == DisclosedPayloads.None ? Array.Empty<string>() : ["payloads/000"]];
            Assert.All(names, name => Assert.True(allowed.Contains(name) || TilePath.TryParse(name) is not null, name));
            Assert.True((await VerifyAsync(file)).Ok);
            if (!OperatingSystem.IsWindows())
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        // A person's pseudonym, a purpose and an exact measurement leave only with everything; a contract and its units with metering.
        foreach (var (label, with) in new[] { ("actor-7f", DisclosedPayloads.All), ("purpose", DisclosedPayloads.All), ("exact/cpuMs", DisclosedPayloads.All), ("units/resultCells", DisclosedPayloads.Metering), ("contract-1", DisclosedPayloads.Metering) })
            Assert.All(texts, text => Assert.Equal(text.Key >= with, text.Value.Contains(label, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_tar_that_an_export_would_not_write_is_refused_with_a_code_and_nothing_is_unpacked()
    {
        using var parties = await TwoParties.WithUsesAsync(matched: 1);
        var good = new BundleForger(parties.Export());
        var whole = await File.ReadAllBytesAsync(good.Write(parties.File("good.dsaudit")), Cancel);
        Assert.True((await VerifyAsync(parties.File("good.dsaudit"))).Ok);
        var manifest = good.Manifest.Encode();
        (string What, string Code, byte[] Header, byte[] Content)[] third =
        [
            ("a way out", "DS-AUD-001", BundleLayout.Header("logs/000/../../out", 1), [1]),
            ("an absolute path", "DS-AUD-001", BundleLayout.Header("/etc/passwd", 1), [1]),
            ("a key", "DS-AUD-001", BundleLayout.Header("logs/000/keys.db", 1), [1]),
            ("a link", "DS-AUD-001", Typed(BundleLayout.Header("logs/000/vkey", 0), '2'), []),
            ("a folder", "DS-AUD-001", Typed(BundleLayout.Header("logs/000/vkey", 0), '5'), []),
            ("an extended header", "DS-AUD-001", Typed(BundleLayout.Header("logs/000/vkey", 0), 'x'), []),
            ("the manifest twice", "DS-AUD-001", BundleLayout.Header("manifest.json", manifest.Length), manifest),
            ("a bomb", "DS-AUD-002", BundleLayout.Header("logs/000/vkey", (1L << 33) - 1), []),
            ("a long tile", "DS-AUD-002", BundleLayout.Header("logs/000/tile/0/000", 8193), new byte[8193]),
            ("more than there is", "DS-AUD-001", BundleLayout.Header("logs/000/tile/entries/000", 1 << 20), [1]),
        ];
        foreach (var (what, code, header, content) in third)
        {
            var file = parties.File(what);
            BundleForger.WriteTar(file, [(BundleLayout.Header("manifest.json", manifest.Length), manifest), (BundleLayout.Header("files.sha256", 0), []), (header, content)]);
            await AssertRefusedAsync(code, file, what);
        }
        foreach (var (what, bytes) in new (string, byte[])[]
                 {
                     ("cut", whole[..^600]), ("no end", whole[..^1024]), ("something behind", [.. whole, 0]), ("empty", []), ("other", new byte[4096]), ("behind a file", Changed(whole, Array.FindLastIndex(whole, b => b != 0) + 1)),
                 })
        {
            await File.WriteAllBytesAsync(parties.File("x"), bytes, Cancel);
            await AssertRefusedAsync("DS-AUD-001", parties.File("x"), what);
        }
        Assert.Equal("DS-AUD-005", AuditVerifier.Verify([parties.File("absent")]).Error?.Code);

        static byte[] Typed(byte[] header, char type)
        {
            header[156] = (byte)type;
            var sum = header.Index().Sum(b => b.Index is >= 148 and < 156 ? ' ' : (int)b.Item);
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0')).CopyTo(header, 148);
            return header;
        }

        static byte[] Changed(byte[] bytes, int at)
        {
            var changed = (byte[])bytes.Clone();
            changed[at] = 7;
            return changed;
        }
    }

    [Fact]
    public async Task A_changed_byte_anywhere_is_found_and_what_was_repacked_is_named()
    {
        using var parties = await TwoParties.WithUsesAsync(matched: 2);
        var file = parties.Export();
        var bytes = await File.ReadAllBytesAsync(file, Cancel);
        for (var at = 0; at < bytes.Length; at += 61)
        {
            bytes[at] ^= 1;
            await File.WriteAllBytesAsync(file, bytes, Cancel);
            Assert.False(AuditVerifier.Verify([file]).TryGet(out var report, out _) && report.Ok, $"byte {at}");
            bytes[at] ^= 1;
        }
        await File.WriteAllBytesAsync(file, bytes, Cancel);

        await NamedAsync("provider.example/ledger entry 3", forger => Edit(forger, "logs/000/tile/entries/000.p/6", entries => entries.RemoveAt(3)));
        await NamedAsync("provider.example/ledger entry 5", forger => Edit(forger, "logs/000/tile/entries/000.p/6", entries => entries.RemoveAt(5)));
        await NamedAsync("provider.example/ledger entry 0", forger => forger.Files["logs/000/tile/0/000.p/6"][0] ^= 1);
        await NamedAsync("provider.example/ledger entry 0", forger => Disclose(forger, leaves => leaves[0] = leaves[0] with { Field = leaves[0].Field! with { Value = new byte[] { 0x61, 0x32 } } }, "contractId"));
        await NamedAsync("provider.example/ledger entry 2", forger => forger.Files.Remove("logs/001/payloads/000"), ok: true);
        await NamedAsync("provider.example/ledger held.json", forger => forger.Files["logs/000/held.json"] = Encoding.UTF8.GetBytes("{}"));
        await NamedAsync("provider.example/ledger payloads/000", forger => forger.Files["logs/000/payloads/000"] = [0x80]);

        async Task NamedAsync(string where, Action<BundleForger> attack, bool ok = false)
        {
            var forger = new BundleForger(file);
            attack(forger);
            var report = await VerifyAsync(forger.Write(parties.File("forged.dsaudit")));
            Assert.Equal(ok, report.Ok);
            // Disclosures that somebody took away are listed, for the other log's receipts are then one-sided.
            Assert.Contains(where, (ok ? report.Uses.Listed : report.AllProblems).Select(p => p.Where));
        }
    }

    [Fact]
    public async Task A_log_that_its_owner_forked_or_cut_back_is_named_with_both_notes()
    {
        using var parties = await TwoParties.WithUsesAsync(matched: 2);
        var (honest, held) = (parties.File("honest"), parties.Provider.Published);
        Recovery.Copy(parties.Provider.Node, Directory.CreateDirectory(honest).FullName);
        await using (var ledger = parties.Provider.Open())
            await ledger.AppendAsync(LedgerFixture.Denied("more"), Cancel);
        parties.Consumer.Hears(parties.Provider);
        var newest = parties.Provider.Published;
        Assert.True((await VerifyAsync(parties.Export())).Ok);

        // Cut back: an older state of the owner's own.
        Directory.Delete(parties.Provider.Node, recursive: true);
        Recovery.Copy(honest, Directory.CreateDirectory(parties.Provider.Node).FullName);
        var cut = await VerifyAsync(parties.Export());
        var conflict = Assert.Single(cut.Logs[0].Ledger.Conflicts);
        Assert.Equal(("consumer.example/ledger", newest.Note, held.Note, false), (conflict.Holder, conflict.HeldNote, conflict.OwnNote, conflict.IsFork));

        // Forked: from there another history.
        await using (var ledger = parties.Provider.Open())
        {
            await ledger.AppendAsync(LedgerFixture.Denied("another"), Cancel);
            await ledger.AppendAsync(LedgerFixture.Denied("and one more"), Cancel);
        }
        var forked = await VerifyAsync(parties.Export());
        conflict = Assert.Single(forked.Logs[0].Ledger.Conflicts);
        Assert.Equal((newest.Note, parties.Provider.Published.Note, true), (conflict.HeldNote, conflict.OwnNote, conflict.IsFork));
        Assert.Equal("provider.example/ledger checkpoint held by consumer.example/ledger", Assert.Single(forked.AllProblems).Where);

        // Bundles that were exported apart are compared too.
        var apart = AuditVerifier.Verify([parties.Export("a.dsaudit", of: parties.Provider), parties.Export("b.dsaudit", of: parties.Consumer)]).Value;
        Assert.Single(apart.Logs[0].Ledger.Conflicts);
        Assert.True((await VerifyAsync(parties.File("a.dsaudit"))).Ok);
        // And a proof of two histories that a node keeps is one for every reader.
        using (var store = WitnessStore.Open(parties.Consumer.Node))
            store.KeepFork(parties.Provider.Origin, new EquivocationProof(parties.Provider.Key.ToString(), newest.Note, Checkpoint.Sign(parties.Provider.Origin, newest.Size, new byte[32], parties.Provider.Signer).Note).ToJson(), 0);
        Assert.Contains("has shown two histories", Assert.Single((await VerifyAsync(parties.Export("c.dsaudit", of: parties.Consumer))).AllProblems).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_demands_its_quorum_and_a_given_key_is_the_one_that_counts()
    {
        using var parties = await TwoParties.WithUsesAsync(matched: 1);
        var witness = Ed25519Signer.Generate();
        var policy = $"witness w {VerifierKey.ForWitness("w.example", witness.PublicKey)}\nquorum w\n";
        Assert.Equal(["provider.example/ledger policy", "consumer.example/ledger policy"], (await VerifyAsync(parties.Export(policy: policy))).AllProblems.Select(p => p.Where));
        foreach (var party in new[] { parties.Provider, parties.Consumer })
        {
            var note = party.Published.Note;
            await File.WriteAllTextAsync(Path.Combine(party.Ledger, "cosigned"), note + SignedNote.Parse(note).Value.Cosign("w.example", witness, TwoParties.Clock.GetUtcNow()), Cancel);
        }
        var report = await VerifyAsync(parties.Export(policy: policy));
        Assert.True(report.Ok, string.Join('\n', report.AllProblems));
        Assert.All(report.Logs, log => Assert.Equal(((long?)log.Log.Size, "w"), (log.CosignedSize, Assert.Single(log.Cosigners))));
        var other = VerifierKey.ForLog(parties.Provider.Origin, Ed25519Signer.Generate().PublicKey).ToString();
        Assert.False(AuditVerifier.Verify([parties.File("all.dsaudit")], new AuditOptions { Vkeys = [other] }).Value.Ok);
        Assert.True(AuditVerifier.Verify([parties.File("all.dsaudit")], new AuditOptions { Vkeys = [parties.Provider.Key.ToString()] }).Value.Logs[0].IsKeyGiven);
    }

    [Fact]
    public async Task A_bundle_with_countersigned_checkpoints_verifies_and_a_policy_may_demand_the_lines()
    {
        using var parties = await TwoParties.WithUsesAsync(matched: 1);
        var sm2 = Sm2Signer.Generate();
        var provider = parties.Provider;
        var policy = $"log {provider.Key}\nlog {parties.Consumer.Key}\nlog {VerifierKey.ForWitness(provider.Origin, sm2.PublicKey)}\nquorum none\n";
        var missing = Assert.Single(AuditVerifier.Verify([parties.Export(policy: policy)]).Value.AllProblems);
        Assert.Contains("DS-LED-026", missing.ToString(), StringComparison.Ordinal);

        await using (AuditLedger.Open(new LedgerOptions { Directory = provider.Ledger, Origin = provider.Origin, Countersigners = [sm2, MlDsa44Signer.Generate()] }, provider.Signer, TwoParties.Clock).Value)
            Assert.Equal(3, SignedNote.Parse(provider.Published.Note).Value.Signatures.Count);
        var report = await VerifyAsync(parties.Export(policy: policy));
        Assert.True(report.Ok, string.Join('\n', report.AllProblems));
        Assert.Equal(["Ed25519", "SM2", "ML-DSA-44"], report.Logs[0].Ledger.Signatures.Select(s => s.Algorithm)); // the one demanded, the other by the key that went along
    }

    [Fact]
    public async Task A_receipt_that_a_party_changed_is_named()
    {
        using var parties = await TwoParties.WithUsesAsync(matched: 1);
        await using (var consumer = parties.Consumer.Open())
        {
            var grant = LedgerFixture.Digest("no such grant");
            var receipt = ReceiptPayload.SignAsConsumer(grant, grant, grant, grant, "did:web:consumer.example", parties.Consumer.Signer).Countersign(parties.Consumer.Signer.PublicKey, parties.Provider.Signer).Value;
            await consumer.AppendAsync(new EntryDraft(receipt, TwoParties.Contract), Cancel);
            await consumer.AppendAsync(new EntryDraft(receipt with { GrantHash = LedgerFixture.Digest("another") }, TwoParties.Contract), Cancel);
        }
        Assert.Equal(
            ["consumer.example/ledger entry 1: the receipt is of a grant that the provider's log does not hold", "consumer.example/ledger entry 2: a receipt is not signed by the parties that it names"],
            (await VerifyAsync(parties.Export(), joinsReceipts: true)).AllProblems.Select(p => p.ToString()).Order(StringComparer.Ordinal));
    }

    /// <summary>By ours, and by the one in another language, which must name the same places (it does not join receipts).</summary>
    private static async Task<AuditReport> VerifyAsync(string file, bool joinsReceipts = false)
    {
        var verified = AuditVerifier.Verify([file]);
        Assert.True(verified.IsOk, verified.Error?.ToString());
        using var foreign = JsonDocument.Parse((await ForeignVerifier.RunAsync("verify.mjs", ["--json", file])).Output);
        var named = foreign.RootElement.GetProperty("logs").EnumerateArray()
            .SelectMany(log => log.GetProperty("problems").EnumerateArray().Select(p => $"{log.GetProperty("origin")} {p.GetProperty("where")}"))
            .Concat(foreign.RootElement.GetProperty("problems").EnumerateArray().Select(p => p.GetProperty("where").GetString()!));
        if (!joinsReceipts)
            Assert.Equal(verified.Value.AllProblems.Select(p => p.Where).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
        return verified.Value;
    }

    private static async Task AssertRefusedAsync(string code, string file, string what)
    {
        Assert.True(code == AuditVerifier.Verify([file]).Error?.Code, what);
        var (exitCode, output) = await ForeignVerifier.RunAsync("verify.mjs", ["--json", file]);
        Assert.True(exitCode == 1 && output.Contains("\"logs\":[]", StringComparison.Ordinal), $"{what}: {output}");
    }

    private static void Edit(BundleForger forger, string name, Action<List<ReadOnlyMemory<byte>>> edit)
    {
        List<ReadOnlyMemory<byte>> entries = [.. EntryBundle.Decode(forger.Files[name])!];
        edit(entries);
        forger.Files[name] = EntryBundle.Encode(entries);
    }

    private static void Disclose(BundleForger forger, Action<PayloadLeaf[]> edit, string label)
    {
        var entries = Disclosure.Decode(forger.Files["logs/000/payloads/000"])!.ToArray();
        var leaves = entries[0].Leaves.ToArray();
        var at = Array.FindIndex(leaves, leaf => leaf.Field?.Label == label);
        var changed = new[] { leaves[at] };
        edit(changed);
        leaves[at] = changed[0];
        entries[0] = entries[0] with { Leaves = leaves };
        forger.Files["logs/000/payloads/000"] = Disclosure.Encode(entries);
    }
}
