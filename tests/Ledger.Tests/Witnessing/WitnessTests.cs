using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Witnessing;
using Xunit;

namespace DataSpace.Ledger.Tests.Witnessing;

/// <summary>The witness against C2SP's recorded exchange, and against logs that lie.</summary>
public sealed class WitnessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("witness-test-").FullName;
    private readonly WitnessStore _store;
    private readonly Ed25519Signer _self = new(SHA256.HashData("witness key"u8));

    public WitnessTests() => _store = WitnessStore.Open(_directory);

    public void Dispose()
    {
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void The_recorded_exchange_gets_the_recorded_answers()
    {
        var exchange = Vectors.Tlog.GetProperty("witness_http_exchange");
        var key = VerifierKey.Parse(exchange.GetProperty("log_vkey").GetString()!).Value;
        var witness = Over(origin => origin == key.Name ? key : null);
        string? good = null;
        foreach (var step in exchange.GetProperty("steps").EnumerateArray())
        {
            var name = step.TryGetProperty("name", out var n) ? n.GetString()! : "first";
            var expected = step.GetProperty("status").GetInt32();
            var body = step.TryGetProperty("body", out var b) ? b.GetString()!.Replace("<O>", key.Name, StringComparison.Ordinal) : null;
            var goodOneToThree = exchange.GetProperty("steps")[5].GetProperty("body").GetString()!.Replace("<O>", key.Name, StringComparison.Ordinal);
            body ??= name switch
            {
                _ when name.StartsWith("unknown origin", StringComparison.Ordinal) => goodOneToThree.Replace(key.Name, key.Name[..^1] + "3", StringComparison.Ordinal),
                _ when name.StartsWith("missing", StringComparison.Ordinal) => "old 1\n\n" + goodOneToThree[(goodOneToThree.IndexOf("\n\n", StringComparison.Ordinal) + 2)..],
                _ when name.StartsWith("wrong second", StringComparison.Ordinal) => goodOneToThree.Replace("KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "KgIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABA=", StringComparison.Ordinal),
                _ when name.StartsWith("stale", StringComparison.Ordinal) => good!,
                _ => "old 3\n\n" + key.Name + "\n5\nQrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=\n\n",
            };
            var answer = witness.AddCheckpoint(Encoding.UTF8.GetBytes(body));
            Assert.True(expected == (answer.Error?.Kind.Status ?? 200), $"{name}: {answer.Error}");
            if (expected == 409)
                Assert.Equal(step.GetProperty("response_body").GetString(), $"{answer.HeldSize}\n");
            if (expected != 200)
            {
                Assert.Null(answer.Cosignature);
                continue;
            }
            good = body;
            var note = SignedNote.Parse(body[(body.IndexOf("\n\n", StringComparison.Ordinal) + 2)..] + answer.Cosignature).Value;
            Assert.Equal(1_790_000_000, note.CosignatureTime(witness.Key));
        }
        Assert.Equal(5, _store.Cosigned(key.Name)!.Size);
        Assert.Equal(1_790_000_000, SignedNote.Parse(witness.Cosigned(Witness.HashOf(key.Name))!.Note).Value.CosignatureTime(witness.Key));
    }

    [Fact]
    public void A_log_can_be_neither_rolled_back_nor_forked()
    {
        var log = new FakeLog("log.example", 9);
        var witness = Over(log.KeyFor);
        Assert.Null(Ask(witness, log, 0, 5).Error);
        Assert.Null(Ask(witness, log, 5, 9).Error);
        Assert.Equal(("DS-WIT-005", 9L), Failure(Ask(witness, log, 3, 5)));
        Assert.Equal("DS-WIT-004", Ask(witness, log, 9, 5).Error!.Code);
        // Ask with the right old size and a checkpoint of the same size with another root: 422 and evidence.
        var fork = new FakeLog("log.example", 9, firstEntry: "other");
        var conflict = Submit(witness, 9, [], fork.At(9));
        Assert.Equal(("DS-WIT-006", 422), (conflict.Error!.Code, conflict.Error.Kind.Status));
        Assert.Equal(9, conflict.Contradicted!.Size);
        // A longer fork with a proof from its own history.
        var longFork = new FakeLog("log.example", 12, firstEntry: "other");
        Assert.Equal("DS-WIT-006", Submit(witness, 9, longFork.Proof(9, 12), longFork.At(12)).Error!.Code);
        Assert.Equal(9, _store.Cosigned("log.example")!.Size);
        Assert.True(_store.Cosigned("log.example")!.SameTree(log.At(9)));
    }

    [Fact]
    public void Malformed_oversized_and_unsigned_requests_are_refused_and_change_nothing()
    {
        var log = new FakeLog("log.example", 70);
        var witness = Over(log.KeyFor);
        var note = log.At(7).Note;
        foreach (var body in (string[])["", "old 0", "old 0\n" + note, "old -1\n\n" + note, "old 00\n\n" + note, "new 0\n\n" + note, "old 0\nAAAA\n\n" + note,
            "old 0\n" + string.Concat(Enumerable.Repeat(Convert.ToBase64String(new byte[32]) + "\n", 64)) + "\n" + note, "old 0\n\n" + note[..^20], "old 0\n\nlog.example\nx\n\n" + note])
            Assert.Equal(400, witness.AddCheckpoint(Encoding.UTF8.GetBytes(body)).Error!.Kind.Status);
        Assert.Equal(400, witness.AddCheckpoint(new byte[CheckpointSubmission.MaxBytes + 1]).Error!.Kind.Status);
        Assert.Equal(400, witness.AddCheckpoint([0xff, 0xfe]).Error!.Kind.Status);
        // Signed by somebody else in the log's name.
        Assert.Equal(403, Submit(witness, 0, [], Checkpoint.Sign("log.example", 7, log.At(7).RootHash, Ed25519Signer.Generate())).Error!.Kind.Status);
        Assert.Equal(404, Submit(witness, 0, [], Checkpoint.Sign("other.example", 7, log.At(7).RootHash, log.Signer)).Error!.Kind.Status);
        Assert.Equal(422, Submit(witness, 0, [], Checkpoint.Sign("log.example", 0, MerkleHash.Leaf([1]), log.Signer)).Error!.Kind.Status);
        Assert.Equal(422, Submit(witness, 0, log.Proof(3, 7), log.At(7)).Error!.Kind.Status);
        Assert.Null(_store.Cosigned("log.example"));
        Assert.Null(Submit(witness, 0, [], Checkpoint.Sign("log.example", 0, MerkleHash.Empty.ToArray(), log.Signer)).Error);
        Assert.Null(Ask(witness, log, 0, 7).Error);
    }

    [Fact]
    public void A_cosignature_of_one_checkpoint_is_none_of_another()
    {
        var log = new FakeLog("log.example", 9);
        var witness = Over(log.KeyFor);
        var line = Ask(witness, log, 0, 5).Cosignature!;
        Assert.NotNull(SignedNote.Parse(log.At(5).Note + line).Value.CosignatureTime(witness.Key));
        Assert.Null(SignedNote.Parse(log.At(9).Note + line).Value.CosignatureTime(witness.Key));
        Assert.Null(SignedNote.Parse(new FakeLog("other.example", 9).At(5).Note + line).Value.CosignatureTime(witness.Key));
    }

    [Fact]
    public void A_witness_with_further_keys_answers_with_a_line_by_each_and_keeps_the_first()
    {
        var log = new FakeLog("log.example", 9);
        var witness = new Witness("w.example", _self, _store, log.KeyFor, FakeClock(), MlDsa44Signer.Generate(), Sm2Signer.Generate());
        var countersigned = log.At(5) with { Note = log.At(5).Note + SignedNote.Parse(log.At(5).Note).Value.Cosign("log.example", Sm2Signer.Generate(), DateTimeOffset.UnixEpoch) };
        var lines = Submit(witness, 0, [], countersigned).Cosignature!;
        var note = SignedNote.Parse(log.At(5).Note + lines).Value;
        Assert.Equal(4, note.Signatures.Count);
        Assert.Equal(["Ed25519", "ML-DSA-44", "SM2"], note.Verify([witness.Key, .. witness.FurtherKeys]).Value.Select(k => k.Key.Algorithm));
        Assert.All(witness.FurtherKeys, key => Assert.Equal(1_790_000_000, note.CosignatureTime(key)));
        Assert.Equal(2, SignedNote.Parse(_store.Cosigned("log.example")!.Note).Value.Signatures.Count); // the log's own and the witness's Ed25519
        Assert.All(witness.FurtherKeys, key => Assert.Null(SignedNote.Parse(log.At(9).Note + lines).Value.CosignatureTime(key)));
    }

    [Fact]
    public void What_was_cosigned_is_still_held_after_a_restart()
    {
        var log = new FakeLog("log.example", 9);
        Assert.Null(Ask(Over(log.KeyFor), log, 0, 9).Error);
        using var again = WitnessStore.Open(_directory);
        var witness = new Witness("w.example", _self, again, log.KeyFor, FakeClock());
        Assert.Equal(("DS-WIT-005", 9L), Failure(Ask(witness, log, 0, 5)));
    }

    [Fact]
    public async Task Of_two_histories_that_race_one_alone_is_ever_cosigned()
    {
        // Two processes on one file, as after a careless second start: two stores, many threads, two logs with one key and name.
        using var second = WitnessStore.Open(_directory);
        var truth = new FakeLog("log.example", 40);
        var fork = new FakeLog("log.example", 40, firstEntry: "other");
        var witnesses = new[] { _store, second }.Select(s => new Witness("w.example", _self, s, truth.KeyFor, FakeClock())).ToArray();
        var cosigned = new System.Collections.Concurrent.ConcurrentBag<Checkpoint>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            var (log, witness) = (worker % 2 == 0 ? truth : fork, witnesses[worker / 2 % 2]);
            for (long size = 1, held = 0; size <= 40;)
            {
                var answer = Submit(witness, held, held == 0 ? [] : log.Proof(held, size), log.At(size));
                if (answer.Error is null)
                {
                    cosigned.Add(log.At(size));
                    held = size++;
                }
                else if (answer.HeldSize is { } now && now != held)
                {
                    held = now;
                    size = Math.Max(size, held);
                }
                else
                {
                    break; // this history lost
                }
            }
        })));
        Assert.NotEmpty(cosigned);
        var winner = truth.At(1).SameTree(cosigned.MinBy(c => c.Size)!) ? truth : fork;
        Assert.All(cosigned, c => Assert.True(winner.At(c.Size).SameTree(c), $"both histories are cosigned at {c.Size}"));
        Assert.Equal(40, _store.Cosigned("log.example")!.Size);
    }

    private static (string Code, long? Held) Failure(WitnessAnswer answer) => (answer.Error!.Code, answer.HeldSize);

    private Witness Over(Func<string, VerifierKey?> logs) => new("w.example", _self, _store, logs, FakeClock());

    private static Microsoft.Extensions.Time.Testing.FakeTimeProvider FakeClock() => new(DateTimeOffset.FromUnixTimeSeconds(1_790_000_000));

    private static WitnessAnswer Ask(Witness witness, FakeLog log, long old, long size)
        => Submit(witness, old, old == 0 || old > size ? [] : log.Proof(old, size), log.At(size));

    private static WitnessAnswer Submit(Witness witness, long old, IReadOnlyList<ReadOnlyMemory<byte>> proof, Checkpoint checkpoint)
        => witness.AddCheckpoint(Encoding.UTF8.GetBytes(new CheckpointSubmission(old, proof, checkpoint.Note).Format()));
}

/// <summary>A log in memory that signs whatever it is asked to. Logs of one name share their key.</summary>
internal sealed class FakeLog(string origin, int size, string firstEntry = "0") : INodeReader
{
    private readonly byte[][] _leaves = [.. Enumerable.Range(0, size).Select(i => MerkleHash.Leaf(Encoding.UTF8.GetBytes(i == 0 ? firstEntry : i.ToString(System.Globalization.CultureInfo.InvariantCulture))))];

    public string EntryAt(int i) => i == 0 ? firstEntry : i.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public Ed25519Signer Signer { get; } = new(SHA256.HashData(Encoding.UTF8.GetBytes("key of " + origin)));

    public VerifierKey Key => VerifierKey.ForLog(origin, Signer.PublicKey);

    public VerifierKey? KeyFor(string name) => name == origin ? Key : null;

    public Checkpoint At(long n) => Checkpoint.Sign(origin, n, ProofBuilder.Root(n, this), Signer);

    public byte[] Root(long n) => ProofBuilder.Root(n, this);

    public IReadOnlyList<ReadOnlyMemory<byte>> Proof(long from, long to) => ProofBuilder.Consistency(from, to, this);

    public byte[] Node(int level, long index)
        => level == 0 ? _leaves[index] : MerkleHash.Node(Node(level - 1, 2 * index), Node(level - 1, 2 * index + 1));
}
