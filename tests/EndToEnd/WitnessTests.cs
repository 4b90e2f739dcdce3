using System.Text;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Witnessing;

namespace DataSpace.EndToEnd;

/// <summary>The witness endpoint over HTTP, and the cosignatures that nodes get from each other by themselves.</summary>
public sealed class WitnessTests(SharedSpace shared)
{
    private const string Add = "/witness/add-checkpoint";

    private Space Space => shared.Space;

    [Fact]
    public async Task Every_nodes_log_is_cosigned_by_the_coordinator_and_another_one()
    {
        foreach (var owner in Space.Owners)
        {
            JsonNode? status = null;
            await Eventually.TrueAsync(async () =>
            {
                status = await owner.ReadAsync("/admin/ledger/status");
                return status["quorumMet"]!.GetValue<bool>() && status["cosignedSize"]!.GetValue<long>() > 0;
            }, TimeSpan.FromSeconds(20), () => status + Space.Story());
            var note = Encoding.UTF8.GetString((await owner.Wire.SendAsync(HttpMethod.Get, "/ledger/cosigned", null, null)).Body);
            var checkpoint = Checkpoint.Open(note, VerifierKey.ForLog(owner.Did + "/log/1", owner.Persona.Signer.PublicKey)).Value;
            var parsed = SignedNote.Parse(note).Value;
            Assert.NotNull(parsed.CosignatureTime(KeyOf(Space.Coordinator)));
            Assert.Contains(Space.Owners.Where(o => o != owner), o => parsed.CosignatureTime(KeyOf(o)) is not null);
            // The rule as a file says the same, and so do the coordinator's own files.
            Assert.True(WitnessPolicy.Parse(status!["policy"]!.GetValue<string>()).Value.Evaluate(parsed).IsMet);
            var held = await Space.Coordinator.Wire.SendAsync(HttpMethod.Get, $"/witness/{Witness.HashOf(checkpoint.Origin)}/checkpoint", null, null);
            Assert.True(Checkpoint.Open(Encoding.UTF8.GetString(held.Body), VerifierKey.ForLog(owner.Did + "/log/1", owner.Persona.Signer.PublicKey)).Value.Size >= 1);
        }
    }

    [Fact]
    public async Task A_node_that_countersigns_publishes_keys_and_lines_and_answers_with_them_as_a_witness()
    {
        var owner = Space.SupplierA;
        var origin = owner.Did + "/log/1";
        async Task<string> GetAsync(string path) => Encoding.UTF8.GetString((await owner.Wire.SendAsync(HttpMethod.Get, path, null, null)).Body);
        var keys = (await GetAsync("/ledger/vkeys")).TrimEnd('\n').Split('\n').Select(k => VerifierKey.Parse(k).Value).ToList();
        Assert.Equal([(origin, "ML-DSA-44"), (origin, "SM2"), (owner.Did, "ML-DSA-44"), (owner.Did, "SM2")], keys.Select(k => (k.Name, k.Key.Algorithm)));
        Assert.Equal(4, keys.Select(k => k.Key.KeyId).Distinct().Count()); // log and witness share no key
        var published = SignedNote.Parse(await GetAsync("/ledger/checkpoint")).Value;
        Assert.Equal(3, published.Verify([VerifierKey.ForLog(origin, owner.Persona.Signer.PublicKey), .. keys]).Value.Count);
        Assert.All(["countersign-ml-dsa-44", "countersign-sm2", "witness-ml-dsa-44", "witness-sm2"],
            name => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(owner.Directory, "keys", name))));
        Assert.Equal(404, (await Space.Leader.Wire.SendAsync(HttpMethod.Get, "/ledger/vkeys", null, null)).Status);

        // What it cosigned last, once more: the answer has a line by each key; what it keeps, and what the log collected of it, has one.
        var witnessed = Space.Leader.Did + "/log/1";
        await Eventually.TrueAsync(async () =>
        {
            var held = SignedNote.Parse(await GetAsync($"/witness/{Witness.HashOf(witnessed)}/checkpoint"));
            if (!held.TryGet(out var note, out _))
                return false;
            Assert.Equal(2, note.Signatures.Count);
            var log = VerifierKey.ForLog(witnessed, Space.Leader.Persona.Signer.PublicKey);
            var checkpoint = Checkpoint.Open(note.Bare(log), log).Value;
            var body = Encoding.UTF8.GetBytes(new CheckpointSubmission(checkpoint.Size, [], checkpoint.Note).Format());
            var answer = await owner.Wire.SendAsync(HttpMethod.Post, Add, body, null, "text/plain");
            return answer.Status == 200 // else it has moved on meanwhile
                && SignedNote.Parse(checkpoint.Note + Encoding.UTF8.GetString(answer.Body)).Value.Verify([KeyOf(owner), .. keys]).Value.Count == 3;
        }, TimeSpan.FromSeconds(20), Space.Story);
    }

    [Fact]
    public async Task A_witness_answers_with_the_exact_statuses_whoever_asks()
    {
        // The leader's own log, asked about at a supplier in the leader's name: signed checkpoints need no other authentication.
        var (signer, origin) = (Space.Leader.Persona.Signer, Space.Leader.Did + "/log/1");
        var root = MerkleHash.Leaf("x"u8);
        async Task<Answer> AskAsync(Party at, string body) => await at.Wire.SendAsync(HttpMethod.Post, Add, Encoding.UTF8.GetBytes(body), null, "text/plain");
        static string Body(long old, Checkpoint checkpoint, params byte[][] proof) => new CheckpointSubmission(old, [.. proof.Select(p => (ReadOnlyMemory<byte>)p)], checkpoint.Note).Format();
        var at = Space.SupplierA;
        var huge = Checkpoint.Sign(origin, 1_000_000, root, signer);
        (await AskAsync(at, "nonsense")).Refused("DS-WIT-002", 400);
        (await AskAsync(at, Body(0, huge) + new string('x', CheckpointSubmission.MaxBytes))).Refused("DS-WIT-002", 400);
        (await AskAsync(at, Body(0, Checkpoint.Sign("did:web:nobody.example/log/1", 1, root, signer)))).Refused("DS-WIT-001", 404);
        (await AskAsync(at, Body(0, Checkpoint.Sign(Space.Leader.Did + "/log/2", 1, root, signer)))).Refused("DS-WIT-001", 404); // a second history under a new name
        (await AskAsync(at, Body(0, Checkpoint.Sign(at.Did + "/log/1", 1, root, at.Persona.Signer)))).Refused("DS-WIT-001", 404); // its own log
        (await AskAsync(at, Body(0, Checkpoint.Sign(origin, 1, root, Ed25519Signer.Generate())))).Refused("DS-WIT-003", 403);
        (await AskAsync(at, Body(2_000_000, huge))).Refused("DS-WIT-004", 400);
        // What it holds of the leader it says with a 409, and then a forged proof from exactly there is worth nothing.
        await Eventually.TrueAsync(async () => (await Space.Coordinator.Wire.SendAsync(HttpMethod.Get, $"/witness/{Witness.HashOf(origin)}/checkpoint", null, null)).Status == 200, TimeSpan.FromSeconds(20), Space.Story);
        Answer forged;
        var tries = 0;
        do
        {
            var conflict = await AskAsync(Space.Coordinator, Body(999_999, huge));
            Assert.Equal((409, "text/x.tlog.size"), (conflict.Status, conflict.ContentType));
            var heldSize = long.Parse(Encoding.ASCII.GetString(conflict.Body).TrimEnd('\n'), System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal($"{heldSize}\n", Encoding.ASCII.GetString(conflict.Body));
            forged = await AskAsync(Space.Coordinator, Body(heldSize, huge, root, root));
        }
        while (forged.Status == 409 && ++tries < 20); // the leader's log grew in between
        forged.Refused("DS-WIT-006", 422);
    }

    [Fact]
    public async Task Nonsense_in_the_header_of_checkpoints_refuses_no_message()
    {
        var path = Protocol.DspBase.Path + Protocol.CatalogPaths.Dataset("investments");
        foreach (var value in (string[])["x", ",,,,,,,,", Convert.ToBase64String("nonsense"u8), new string('A', 7000), Convert.ToBase64String(Encoding.UTF8.GetBytes(
            Checkpoint.Sign(Space.SupplierA.Did + "/log/1", 5_000, MerkleHash.Leaf([1]), Ed25519Signer.Generate()).Note))])
            Assert.Equal(200, (await Space.SupplierA.Wire.GossipAsync(Space.Leader.Persona, Space.SupplierA.Did, path, "DataSpace-Checkpoints", value)).Status);
        Assert.Null((await Space.SupplierA.ReadAsync("/admin/ledger/status"))["refusal"]);
        Assert.Empty((await Space.SupplierA.ReadAsync("/admin/ledger/gossip"))["equivocations"]!.AsArray());
    }

    [Fact]
    public async Task The_coordinator_holds_a_copy_of_every_log_that_verifies_by_itself()
    {
        foreach (var owner in Space.Owners)
        {
            var (origin, key) = (owner.Did + "/log/1", VerifierKey.ForLog(owner.Did + "/log/1", owner.Persona.Signer.PublicKey));
            var prefix = "/mirror/" + Witness.HashOf(origin);
            Task<Answer> GetAsync(string path) => Space.Coordinator.Wire.SendAsync(HttpMethod.Get, prefix + path, null, null);
            await Eventually.TrueAsync(async () => (await GetAsync("/checkpoint")).Status == 200, TimeSpan.FromSeconds(30), Space.Story);
            var shown = Checkpoint.Open(Encoding.UTF8.GetString((await GetAsync("/checkpoint")).Body), key).Value;
            var leaves = new List<byte[]>();
            for (var number = 0L; number * TilePath.FullWidth < shown.Size; number++)
            {
                var width = (int)Math.Min(TilePath.FullWidth, shown.Size - number * TilePath.FullWidth);
                var bundle = await GetAsync($"/{new TilePath(TilePath.EntriesLevel, number, width)}");
                Assert.Equal("public, max-age=31536000, immutable", bundle.CacheControl);
                leaves.AddRange(EntryBundle.Decode(bundle.Body)!.Select(e => MerkleHash.Leaf(e.Span)));
            }
            // A tile never changes, a checkpoint always may; at the mirror as at the log itself.
            await Eventually.TrueAsync(async () =>
            {
                var newest = Checkpoint.Open(Encoding.UTF8.GetString((await owner.Wire.SendAsync(HttpMethod.Get, "/ledger/checkpoint", null, null)).Body), key).Value.Size;
                var tile = await owner.Wire.SendAsync(HttpMethod.Get, $"/ledger/{new TilePath(0, 0, (int)Math.Min(TilePath.FullWidth, newest))}", null, null);
                Assert.True(tile.Status == 404 || tile.CacheControl == "public, max-age=31536000, immutable", tile.CacheControl);
                return tile.Status == 200; // 404: the log grew in between
            }, TimeSpan.FromSeconds(30), Space.Story);
            foreach (var fresh in (Answer[])[await GetAsync("/checkpoint"), await owner.Wire.SendAsync(HttpMethod.Get, "/ledger/checkpoint", null, null), await owner.Wire.SendAsync(HttpMethod.Get, "/ledger/cosigned", null, null)])
                Assert.Equal((200, "no-cache"), (fresh.Status, fresh.CacheControl));
            Assert.Null((await GetAsync("/tile/entries/999.p/255")).CacheControl);
            Assert.Equal(shown.Size, leaves.Count);
            Assert.Equal(shown.RootHash.ToArray(), MerkleHash.Root(leaves));
            (await GetAsync("/tile/entries/999.p/255")).Refused("DS-WIT-015", 404);
            (await GetAsync("/tile/..%2F..%2Fledger%2Fledger.db")).Refused("DS-WIT-015", 404);
        }
        (await Space.Coordinator.Wire.SendAsync(HttpMethod.Get, "/mirror/" + new string('0', 64) + "/checkpoint", null, null)).Refused("DS-WIT-015", 404);
        Assert.True((await Space.Coordinator.Wire.SendAsync(HttpMethod.Get, "/mirror", null, null)).Ok()["logs"]!.AsArray().Count >= 3);
    }

    private static VerifierKey KeyOf(Party party) => VerifierKey.ForWitness(party.Did, party.Persona.Signer.PublicKey);
}
