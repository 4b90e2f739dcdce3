using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Audit;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tests.Fsck;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Witnessing;
using Xunit;

namespace DataSpace.Ledger.Tests.Sequencing;

/// <summary>A log whose published checkpoints ML-DSA-44 and SM2 sign too: where the lines are and where not, restarts, and forgeries of the published files.</summary>
public sealed class CountersignedLogTests : IDisposable
{
    private static readonly ISigner[] Keys = [new MlDsa44Signer(SHA256.HashData("ml"u8)), new Sm2Signer(SHA256.HashData("sm"u8))];
    private static readonly VerifierKey[] Vkeys = [.. Keys.Select(k => VerifierKey.ForWitness(LedgerFixture.Origin, k.PublicKey))];
    private readonly LedgerFixture _fixture = new();

    public CountersignedLogTests() => _fixture.Options = _fixture.Options with { Countersigners = Keys };

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task The_published_checkpoint_has_a_line_by_each_key_and_nothing_else_has()
    {
        await using (var ledger = _fixture.Open())
        {
            await AppendAsync(ledger, 3);
            var note = SignedNote.Parse(Published).Value;
            Assert.Equal([VerifierKey.ForLog(LedgerFixture.Origin, _fixture.Signer.PublicKey).KeyId, .. Vkeys.Select(k => k.KeyId)], note.Signatures.Select(s => s.KeyId));
            Assert.All(Vkeys, key => Assert.Equal(1_790_000_000, note.CosignatureTime(key)));
            // What goes to witnesses and with messages between nodes, what receipts are given, what is stored.
            foreach (var bare in new[] { ledger.Latest.Note, ledger.Published.Note, ledger.Prove(0).CheckpointNote, ledger.ProveCosigned(0).Value.CheckpointNote })
                Assert.Single(SignedNote.Parse(bare).Value.Signatures);
        }
        Assert.Equal(string.Concat(Vkeys.Select(k => k + "\n")), File.ReadAllText(PathOf("vkeys")));
        Assert.NotNull(PublicFiles.TryResolve(_fixture.Directory, "vkeys"));
        _fixture.AssertVerifies();
        Assert.Equal(["Ed25519", "ML-DSA-44", "SM2"], _fixture.Verify().Signatures.Select(s => s.Algorithm));
    }

    [Fact]
    public async Task An_audit_bundle_takes_the_keys_along_and_its_verifier_looks_at_the_lines()
    {
        await using (var ledger = _fixture.Open())
            await AppendAsync(ledger, 3);
        AuditedLogResult Bundled()
        {
            var file = PathOf("bundle.dsaudit");
            Assert.True(AuditExport.Write(file, new AuditExportOptions { Directories = [_fixture.Directory] }, TimeProvider.System).IsOk);
            return Assert.Single(AuditVerifier.Verify([file]).Value.Logs);
        }
        var log = Bundled();
        Assert.Equal(["Ed25519", "ML-DSA-44", "SM2"], log.Ledger.Signatures.Select(s => s.Algorithm));
        Assert.True(log.Ledger.Ok);
        // The same with a line that another key made.
        var lines = Published.Split('\n');
        var at = Array.FindLastIndex(lines, l => l.Length > 0);
        var bytes = Convert.FromBase64String(lines[at].Split(' ')[^1]);
        bytes[^1] ^= 1;
        lines[at] = string.Join(' ', [.. lines[at].Split(' ')[..^1], Convert.ToBase64String(bytes)]);
        File.WriteAllText(PathOf("checkpoint"), string.Join('\n', lines));
        Assert.False(Bundled().Ledger.Ok);
    }

    [Fact]
    public async Task A_log_that_begins_or_ends_to_countersign_publishes_anew_at_its_next_start()
    {
        _fixture.Options = _fixture.Options with { Countersigners = [] };
        await using (var ledger = _fixture.Open())
            await AppendAsync(ledger, 3);
        Assert.Single(SignedNote.Parse(Published).Value.Signatures);
        Assert.False(File.Exists(PathOf("vkeys")));

        _fixture.Options = _fixture.Options with { Countersigners = Keys };
        await using (_fixture.Open())
            Assert.Equal(3, SignedNote.Parse(Published).Value.Signatures.Count); // without an append
        _fixture.AssertVerifies();

        _fixture.Options = _fixture.Options with { Countersigners = [] };
        await using (var ledger = _fixture.Open())
        {
            Assert.Equal(3, ledger.Latest.Size);
            Assert.Single(SignedNote.Parse(Published).Value.Signatures);
            Assert.False(File.Exists(PathOf("vkeys")));
        }
        _fixture.AssertVerifies();
    }

    [Theory]
    [InlineData(nameof(FaultPoint.BeforeCheckpoint))]
    [InlineData(nameof(FaultPoint.AfterCheckpoint))]
    public async Task A_crash_at_the_first_countersigned_publication_is_made_good(string point)
    {
        var countersigned = _fixture.Options;
        _fixture.Options = countersigned with { Countersigners = [] };
        await using (var ledger = _fixture.Open())
            await AppendAsync(ledger, 2);
        _fixture.Options = countersigned with { Fault = at => { if (at.ToString() == point) throw new IOException("crash"); } };
        Assert.False(_fixture.TryOpen().IsOk);
        _fixture.AssertVerifies(); // keys without lines yet, or all of it
        _fixture.Options = countersigned;
        await using (_fixture.Open())
            Assert.Equal(3, SignedNote.Parse(Published).Value.Signatures.Count);
        _fixture.AssertVerifies();
    }

    [Fact]
    public void Keys_that_are_no_countersigner_s_are_refused()
    {
        foreach (var signers in new ISigner[][] { [_fixture.Signer], [Keys[0], MlDsa44Signer.Generate()] })
        {
            _fixture.Options = _fixture.Options with { Countersigners = signers };
            Assert.Equal("DS-LED-019", _fixture.TryOpen().Error!.Code);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_bad_line_by_a_known_key_fails_the_verification_and_a_missing_one_where_it_is_demanded(int which)
    {
        string early;
        await using (var ledger = _fixture.Open())
        {
            await AppendAsync(ledger, 3);
            early = Published;
            await AppendAsync(ledger, 1);
        }
        var good = Published;
        var lines = good.Split('\n'); // text, empty line, own signature, countersigners
        var at = Array.FindIndex(lines, l => l.StartsWith('\u2014')) + 1 + which;
        VerifyReport Verify(string note, bool isGiven)
        {
            File.WriteAllText(PathOf("checkpoint"), note);
            return LedgerVerifier.Verify(_fixture.Directory, new VerifyOptions { Countersigners = isGiven ? Vkeys : [] });
        }
        string With(string? line) => string.Join('\n', line is null ? [.. lines[..at], .. lines[(at + 1)..]] : (string[])[.. lines[..at], line, .. lines[(at + 1)..]]);
        Assert.True(Verify(good, true).Ok);
        Assert.All(Verify(good, true).Signatures.Skip(1), s => Assert.True(s.IsGiven));
        foreach (var isGiven in new[] { false, true })
        {
            foreach (var bad in new[] { Flipped(lines[at]), early.Split('\n')[at] }) // a bit; the line of an earlier size
            {
                var report = Verify(With(bad), isGiven);
                Assert.Contains("DS-LED-026", Assert.Single(report.Problems).ToString(), StringComparison.Ordinal);
                Assert.DoesNotContain(report.Signatures, s => s.Algorithm == Keys[which].PublicKey.Algorithm);
            }
            // A good line does not make up for a bad one by the same key.
            Assert.False(Verify(With(lines[at] + "\n" + Flipped(lines[at])), isGiven).Ok);
            var without = Verify(With(null), isGiven);
            Assert.Equal(!isGiven, without.Ok);
            Assert.Equal(2, without.Signatures.Count);
        }
        File.WriteAllText(PathOf("vkeys"), "nonsense\n");
        Assert.False(Verify(good, false).Ok);
    }

    [Fact]
    public async Task A_mirror_keeps_the_lines_and_the_second_verifier_takes_the_log_as_before()
    {
        await using (var ledger = _fixture.Open())
            await AppendAsync(ledger, 3);
        var key = VerifierKey.ForLog(LedgerFixture.Origin, _fixture.Signer.PublicKey);
        var copy = Directory.CreateTempSubdirectory("mirror-test-").FullName;
        try
        {
            var mirror = new LogMirror(copy, key);
            var target = Checkpoint.Open(Published, key).Value;
            Assert.True((await mirror.FollowAsync(target, (path, _) => Task.FromResult<byte[]?>(File.ReadAllBytes(PathOf(path.ToString()))), LedgerFixture.Cancel)).IsOk);
            Assert.Equal(Published, File.ReadAllText(Path.Combine(copy, "checkpoint")));
            Assert.Equal(3, LedgerVerifier.Verify(copy, new VerifyOptions { Countersigners = Vkeys }).Signatures.Count);
            var policy = Path.Combine(copy, "policy");
            File.WriteAllText(policy, $"log {key}\nlog {Vkeys[0]}\nlog {Vkeys[1]}\nwitness w {VerifierKey.ForWitness("w.example", Keys[0].PublicKey)}\nquorum none\n");
            Assert.All(await ForeignVerifier.VerifyAsync(["--policy", policy], [copy, Fsck.Published.Copy(_fixture.Directory, Path.Combine(copy, "again"))]), r => Assert.True(r.Ok, string.Join('\n', r.Problems)));
            Assert.True(WitnessPolicy.Parse(File.ReadAllText(policy)).IsOk);
            // The second verifier sees a line of either algorithm that does not hold, by the directory's own key and by the policy's; and that one is missing where it is demanded.
            var lines = Published.Split('\n');
            var last = Array.FindLastIndex(lines, l => l.Length > 0);
            foreach (var at in new[] { last - 1, last })
            {
                foreach (var (line, isDemanded, isOk) in new[] { (Flipped(lines[at]), false, false), (Flipped(lines[at]), true, false), (null, true, false), (null, false, true) })
                {
                    File.WriteAllText(Path.Combine(copy, "checkpoint"), string.Join('\n', lines.Select((l, i) => i == at ? line : l).Where(l => l is not null)));
                    File.Copy(PathOf("vkeys"), Path.Combine(copy, "vkeys"), overwrite: true);
                    Assert.Equal(isOk, (await ForeignVerifier.VerifyAsync(isDemanded ? ["--policy", policy] : [], [copy]))[0].Ok);
                }
            }
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    private static string Flipped(string line)
    {
        var parts = line.Split(' ');
        var raw = Convert.FromBase64String(parts[2]);
        raw[^1] ^= 1;
        return $"{parts[0]} {parts[1]} {Convert.ToBase64String(raw)}";
    }

    private static async Task AppendAsync(AuditLedger ledger, int count)
    {
        for (var i = 0; i < count; i++)
            Assert.True((await ledger.AppendAsync(LedgerFixture.Denied(), LedgerFixture.Cancel)).IsOk);
        await ledger.WaitPublishedAsync(ledger.Latest.Size, LedgerFixture.Cancel);
    }

    private string Published => File.ReadAllText(PathOf("checkpoint"));

    private string PathOf(string name) => Path.Combine(_fixture.Directory, name);
}
