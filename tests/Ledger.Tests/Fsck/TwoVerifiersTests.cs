using System.Globalization;
using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Faults;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;
using Xunit;

namespace DataSpace.Ledger.Tests.Fsck;

/// <summary>Our verifier and the one in another language, over the same logs: both good, or both naming the same entry.</summary>
public sealed class TwoVerifiersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_foreign_verifier_passes_the_public_vectors()
        => Assert.Equal(0, (await ForeignVerifier.RunAsync("selftest.mjs", [])).ExitCode);

    [Fact]
    public async Task The_foreign_verifier_and_the_schema_know_every_kind_of_entry()
    {
        var kinds = Enum.GetValues<EntryKind>().ToDictionary(kind => ((int)kind).ToString(CultureInfo.InvariantCulture), kind => kind.ToString());
        var known = JsonSerializer.Deserialize<Dictionary<string, string>>((await ForeignVerifier.RunAsync("verify.mjs", ["--kinds"])).Output)!;
        Assert.Equal(kinds, known); // KINDS in tests/foreign-verifier/entry.mjs
        var schema = await File.ReadAllTextAsync(Path.Combine(Vectors.Root, "contracts", "schemas", "ledger-entry.cddl"), Cancel);
        Assert.All(kinds, kind => Assert.Contains($"\n  {kind.Value}: {kind.Key},", schema, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_an_attacker_does_to_the_files_both_name_alike()
    {
        using var fixture = new LedgerFixture();
        const int size = 515; // two full bundles and three entries
        string early;
        await using (var ledger = fixture.Open())
        {
            early = (await ledger.AppendAsync(LedgerFixture.Denied("first"), Cancel)).Value.Checkpoint.Note;
            await Task.WhenAll(Enumerable.Range(1, size - 1).Select(i => ledger.AppendAsync(LedgerFixture.Denied($"{i}"), Cancel)));
            await ledger.WaitPublishedAsync(size, Cancel);
        }
        using var copies = new LedgerFixture();
        var (attacks, names) = (new List<string>(), new List<string>());
        Attack("none", "", _ => { });
        Attack("a flipped byte in an entry", "entry 256", directory => Edit(directory, "tile/entries/001", bytes => bytes[40] ^= 1));
        Attack("a flipped byte in a leaf hash", "entry 300", directory => Edit(directory, "tile/0/001", bytes => bytes[44 * 32] ^= 1));
        Attack("a flipped byte above", "tile/1/000.p/2", directory => Edit(directory, "tile/1/000.p/2", bytes => bytes[33] ^= 1));
        Attack("the last entry dropped from its bundle", "entry 514", directory => Rewrite(directory, "tile/entries/002.p/3", entries => entries.RemoveAt(2)));
        Attack("the last entry dropped from bundle and tile", "entry 514", directory =>
        {
            Rewrite(directory, "tile/entries/002.p/3", entries => entries.RemoveAt(2));
            File.WriteAllBytes(Path.Combine(directory, "tile/0/002.p/3"), File.ReadAllBytes(Path.Combine(directory, "tile/0/002.p/3"))[..64]);
        });
        Attack("a middle entry dropped", "entry 300", directory => Rewrite(directory, "tile/entries/001", entries => entries.RemoveAt(44)));
        Attack("a middle entry dropped and another put at the end", "entry 300", directory => Rewrite(directory, "tile/entries/001", entries =>
        {
            entries.RemoveAt(44);
            entries.Add(entries[0]);
        }));
        Attack("two entries exchanged", "entry 257", directory => Rewrite(directory, "tile/entries/001", entries => (entries[1], entries[2]) = (entries[2], entries[1])));
        Attack("a bundle taken away", "entry 256", directory => File.Delete(Path.Combine(directory, "tile/entries/001")));
        Attack("an older checkpoint put in place of this one", "", directory => File.WriteAllText(Path.Combine(directory, "checkpoint"), early));
        Attack("a checkpoint that nobody signed", "checkpoint", directory => Edit(directory, "checkpoint", bytes => bytes[LedgerFixture.Origin.Length + 1] ^= 1));
        Attack("another key", "vkey", directory => Edit(directory, "vkey", bytes => bytes[^6] ^= 1));
        var foreign = await ForeignVerifier.VerifyAsync([.. attacks]);
        for (var i = 0; i < attacks.Count; i++)
        {
            var (ours, attack) = (LedgerVerifier.Verify(attacks[i]), Path.GetFileName(attacks[i]));
            Assert.True(names[i] == (ours.Ok ? "" : ours.Problems[0].Where), $"{attack}, ours: {string.Join("; ", ours.Problems)}");
            Assert.True(names[i] == (foreign[i].Ok ? "" : foreign[i].Problems[0].Split(": ")[0]), $"{attack}, foreign: {string.Join("; ", foreign[i].Problems)}");
            Assert.Equal(ours.Ok, foreign[i].Ok);
        }
        // What the files alone cannot show is seen with a checkpoint that somebody else holds.
        var late = Path.Combine(copies.Directory, "late");
        await File.WriteAllTextAsync(late, await File.ReadAllTextAsync(Path.Combine(fixture.Directory, "checkpoint"), Cancel), Cancel);
        var cutBack = attacks[names.LastIndexOf("")];
        Assert.StartsWith("witness checkpoint: the log was rolled back", Assert.Single((await ForeignVerifier.VerifyAsync(["--witness", late], [cutBack]))[0].Problems), StringComparison.Ordinal);

        void Attack(string name, string named, Action<string> attack)
        {
            var directory = Published.Copy(fixture.Directory, Path.Combine(copies.Directory, name));
            attack(directory);
            attacks.Add(directory);
            names.Add(named);
        }
    }

    [Fact]
    public async Task A_log_whose_owner_signs_another_history_is_found_by_both_with_the_checkpoint_that_another_holds()
    {
        using var fixture = new LedgerFixture();
        await using (var ledger = fixture.Open())
            await Task.WhenAll(Enumerable.Range(0, 300).Select(i => ledger.AppendAsync(LedgerFixture.Denied($"{i}"), Cancel)));
        using var fork = new LedgerFixture();
        Recovery.Copy(fixture.Directory, fork.Directory);
        string held;
        await using (var ledger = fixture.Open())
            held = (await ledger.AppendAsync(LedgerFixture.Denied("a"), Cancel)).Value.Checkpoint.Note;
        await using (var ledger = fork.Open())
        {
            await ledger.AppendAsync(LedgerFixture.Denied("b"), Cancel);
            var last = (await ledger.AppendAsync(LedgerFixture.Denied("c"), Cancel)).Value;
            await ledger.WaitPublishedAsync(last.Index + 1, Cancel);
        }
        var witness = Path.Combine(fork.Directory, "held");
        await File.WriteAllTextAsync(witness, held, Cancel);
        const string named = "witness checkpoint: the log forked: it signed another history of size 301";
        Assert.Equal(named, Assert.Single(fork.Verify(held).Problems).ToString());
        var foreign = await ForeignVerifier.VerifyAsync(["--witness", witness], [fork.Directory, fixture.Directory]);
        Assert.Equal(named, Assert.Single(foreign[0].Problems));
        Assert.True(foreign[1].Ok);
    }

    [Fact]
    public async Task What_an_owner_signs_but_may_not_both_name_alike()
    {
        using var copies = new LedgerFixture();
        var signer = copies.Signer;
        var good = Enumerable.Range(0, 4).Select(i => Entry(signer, (byte)i, 1_790_000_000_000 + i)).ToList();
        var stranger = Ed25519Signer.Generate();
        (string Name, string Named, List<byte[]> Entries)[] logs =
        [
            ("fine", "", good),
            ("an event id twice", "entry 3", [.. good[..3], Entry(signer, 1, 1_790_000_000_009)]),
            ("time runs back", "entry 2", [good[0], good[3], good[2]]),
            ("signed by a stranger", "entry 1", [good[0], Entry(stranger, 9, 1_790_000_000_001), good[2]]),
            ("no entry", "entry 1", [good[0], [1, 2, 3], good[2]]),
            ("an unknown kind", "entry 1", [good[0], Changed(good[1], 4, 19), good[2]]),
        ];
        var directories = logs.Select(log => Write(Path.Combine(copies.Directory, log.Name), log.Entries, signer)).ToArray();
        var foreign = await ForeignVerifier.VerifyAsync(directories);
        for (var i = 0; i < logs.Length; i++)
        {
            var ours = LedgerVerifier.Verify(directories[i]);
            Assert.True(logs[i].Named == (ours.Ok ? "" : ours.Problems[0].Where), $"{logs[i].Name}, ours: {string.Join("; ", ours.Problems)}");
            Assert.True(logs[i].Named == (foreign[i].Ok ? "" : foreign[i].Problems[0].Split(": ")[0]), $"{logs[i].Name}, foreign: {string.Join("; ", foreign[i].Problems)}");
        }
    }

    private static byte[] Entry(Ed25519Signer signer, byte id, long timeMs) => new LedgerEntry
    {
        Kind = EntryKind.Denied,
        EventId = Enumerable.Repeat(id, 16).ToArray(),
        AgreementTag = new byte[32],
        PayloadRoot = new byte[32],
        SignerKeyIds = [signer.PublicKey.KeyId],
        TimeMs = timeMs,
    }.SignAndEncode(signer);

    private static byte[] Changed(byte[] entry, int at, byte value)
    {
        var changed = (byte[])entry.Clone();
        changed[at] = value;
        return changed;
    }

    /// <summary>A whole small log, as an owner with its key can make it.</summary>
    private static string Write(string directory, List<byte[]> entries, Ed25519Signer signer)
    {
        var edge = new RightEdge();
        entries.ForEach(entry => edge.Add(MerkleHash.Leaf(entry), (_, _) => { }));
        var leaves = edge.Partial(0)!.Value;
        Put(leaves.Path, leaves.Hashes.ToArray());
        Put(leaves.Path with { Level = TilePath.EntriesLevel }, EntryBundle.Encode([.. entries.Select(entry => (ReadOnlyMemory<byte>)entry)]));
        File.WriteAllText(Path.Combine(directory, "checkpoint"), Checkpoint.Sign(LedgerFixture.Origin, edge.Size, edge.Root(), signer).Note);
        File.WriteAllText(Path.Combine(directory, "vkey"), VerifierKey.ForLog(LedgerFixture.Origin, signer.PublicKey) + "\n");
        return directory;

        void Put(TilePath path, byte[] bytes)
        {
            var file = Path.Combine(directory, path.ToString());
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
        }
    }

    private static void Edit(string directory, string name, Action<byte[]> edit)
    {
        var bytes = File.ReadAllBytes(Path.Combine(directory, name));
        edit(bytes);
        File.WriteAllBytes(Path.Combine(directory, name), bytes);
    }

    private static void Rewrite(string directory, string name, Action<List<ReadOnlyMemory<byte>>> edit)
    {
        List<ReadOnlyMemory<byte>> entries = [.. EntryBundle.Decode(File.ReadAllBytes(Path.Combine(directory, name)))!];
        edit(entries);
        File.WriteAllBytes(Path.Combine(directory, name), EntryBundle.Encode(entries));
    }
}
