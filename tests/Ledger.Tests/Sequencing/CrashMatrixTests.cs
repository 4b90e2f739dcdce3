using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using Xunit;

namespace DataSpace.Ledger.Tests.Sequencing;

/// <summary>
/// A crash before and after every commit and publication step while the log grows from 254 to 257 entries, over the edge of a tile.
/// After each: reopen, verify everything, and check what was acknowledged.
/// </summary>
public sealed class CrashMatrixTests
{
    private static readonly string[] Steps = ["x", "y", "z"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_step_of_commit_and_publication_across_a_tile_edge()
    {
        using var before = new LedgerFixture();
        await using (var ledger = before.Open())
        {
            ledger.DefineBudget("uses", 100, "contract-1");
            await Task.WhenAll(Enumerable.Range(0, 254).Select(i => ledger.AppendAsync(LedgerFixture.Denied($"{i}"), Cancel)));
            Assert.Equal(254, ledger.Latest.Size);
        }
        var crashes = 0;
        foreach (var point in Enum.GetValues<FaultPoint>())
        {
            var hit = 0;
            while (await CrashAtAsync(before.Directory, point, ++hit))
                crashes++;
            Assert.True(hit > 3, $"{point} was met {hit - 1} times");
        }
        Assert.True(crashes >= 35, $"{crashes}");
    }

    // False when the point is met fewer times than that.
    private static async Task<bool> CrashAtAsync(string source, FaultPoint point, int hit)
    {
        using var fixture = new LedgerFixture();
        Copy(source, fixture.Directory);
        var (armed, met) = (false, 0);
        fixture.Options = fixture.Options with
        {
            Fault = at =>
            {
                if (Volatile.Read(ref armed) && at == point && Interlocked.Increment(ref met) == hit)
                    throw new IOException("injected");
            },
        };
        var acknowledged = new List<GrantedUse>();
        await using (var ledger = fixture.Open())
        {
            Volatile.Write(ref armed, true);
            foreach (var step in Steps)
            {
                var granted = await ledger.GrantAsync(LedgerFixture.Grant(step), [new("uses", 1)], Cancel);
                if (!granted.IsOk)
                    continue;
                acknowledged.Add(granted.Value);
                try
                {
                    await ledger.WaitPublishedAsync(granted.Value.Entry.Index + 1, Cancel);
                }
                catch (InvalidOperationException)
                {
                    Assert.NotNull(ledger.Refusal);
                }
            }
            if (met < hit)
                return false;
            Assert.Equal("DS-LED-008", (await ledger.GrantAsync(LedgerFixture.Grant("late"), [], Cancel)).Error!.Code);
        }
        fixture.Options = fixture.Options with { Fault = null };
        await CheckAsync(fixture, acknowledged, $"{point} {hit}");
        return true;
    }

    private static async Task CheckAsync(LedgerFixture fixture, List<GrantedUse> acknowledged, string crash)
    {
        await using var ledger = fixture.Open();
        Assert.Equal(ledger.Latest.Size, 254 + ledger.GetBudget("uses")!.Spent);
        Assert.True(ledger.GetBudget("uses")!.Spent >= acknowledged.Count, crash);
        foreach (var granted in acknowledged)
        {
            Assert.Equal(granted.Entry.Bytes.ToArray(), ledger.EntryBytes(granted.Entry.Index)!.Value.ToArray());
            var earlier = granted.Entry.Checkpoint;
            var proof = ledger.ProveConsistency(earlier.Size, ledger.Latest.Size);
            Assert.True(ProofVerifier.Consistency(earlier.Size, ledger.Latest.Size, earlier.RootHash.Span, ledger.Latest.RootHash.Span, proof), crash);
        }
        var report = fixture.Verify();
        Assert.True(report.Ok, crash + "\n" + string.Join("\n", report.Problems));
        Assert.Equal(0, report.PayloadsAbsent);
        Assert.Equal(ledger.Latest.Size, report.Size);
        // A use is granted once, whatever the crash: what is in the log stays spent, what is not may be asked for again.
        foreach (var step in Steps)
        {
            var known = ledger.FindUse(LedgerFixture.Grant(step).UseId) is not null;
            var again = await ledger.GrantAsync(LedgerFixture.Grant(step), [new("uses", 1)], Cancel);
            Assert.Equal(known ? "DS-LED-011" : null, again.Error?.Code);
        }
        Assert.Equal(257, ledger.Latest.Size);
        Assert.Equal(3, ledger.GetBudget("uses")!.Spent);
        await ledger.WaitPublishedAsync(257, Cancel);
        fixture.AssertVerifies();
    }

    internal static void Copy(string source, string target)
    {
        foreach (var folder in Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(target, Path.GetRelativePath(source, folder)));
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(target, Path.GetRelativePath(source, file)), overwrite: true);
    }
}
