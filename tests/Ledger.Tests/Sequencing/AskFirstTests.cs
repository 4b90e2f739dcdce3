using DataSpace.Ledger.Faults;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using Xunit;

namespace DataSpace.Ledger.Tests.Sequencing;

/// <summary>A log that is not empty asks before it signs: an entry attempted at once by a node that was restored from a backup is signed never.</summary>
public sealed class AskFirstTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restored_log_signs_nothing_of_what_was_attempted_before_the_first_answer()
    {
        using var fixture = new LedgerFixture();
        using var backup = new LedgerFixture();
        await using (var ledger = fixture.Open())
            await ledger.AppendAsync(LedgerFixture.Denied("a"), Cancel);
        Recovery.Copy(fixture.Directory, backup.Directory);
        string later;
        await using (var ledger = fixture.Open())
            later = (await ledger.AppendAsync(LedgerFixture.Denied("b"), Cancel)).Value.Checkpoint.Note;

        backup.Options = backup.Options with { AskFirst = Long };
        await using (var ledger = backup.Open())
        {
            var attempted = ledger.AppendAsync(LedgerFixture.Denied("c"), Cancel);
            var erasing = ledger.EraseAsync(new ErasureRequest(0, ErasedPayload.All, "PIPL 47", "officer"), Cancel);
            Assert.False(attempted.IsCompleted || erasing.IsCompleted);
            Assert.Equal("DS-LED-016", ledger.CheckNotRolledBack(later).Error!.Code); // the witness's answer
            Assert.Equal("DS-LED-016", (await attempted).Error!.Code);
            Assert.Equal("DS-LED-016", (await erasing).Error!.Code);
            Assert.Equal(1, ledger.Latest.Size);
            Assert.NotNull(ledger.Read(0, 1).Single().Fields); // and what cannot be recorded is not erased
        }
    }

    [Fact]
    public async Task An_answer_or_the_end_of_the_time_lets_it_go_on_and_closing_does_not()
    {
        using var fixture = new LedgerFixture();
        fixture.Options = fixture.Options with { AskFirst = Long };
        await using (var ledger = fixture.Open()) // an empty log has nothing to ask about
            Assert.True((await ledger.AppendAsync(LedgerFixture.Denied("a"), Cancel)).IsOk);
        await using (var ledger = fixture.Open())
        {
            var attempted = ledger.AppendAsync(LedgerFixture.Denied("b"), Cancel);
            Assert.False(attempted.IsCompleted);
            ledger.WitnessesAnswered();
            Assert.Equal(1, (await attempted).Value.Index);
        }
        Task<Kernel.Results.Result<AppendedEntry>> closed;
        await using (var ledger = fixture.Open())
            closed = ledger.AppendAsync(LedgerFixture.Denied("c"), Cancel);
        Assert.Equal("DS-LED-033", (await closed).Error!.Code);
        fixture.Options = fixture.Options with { AskFirst = TimeSpan.FromMilliseconds(50) };
        await using (var ledger = fixture.Open())
            Assert.Equal(2, (await ledger.AppendAsync(LedgerFixture.Denied("d"), Cancel)).Value.Index);
    }

    [Fact]
    public async Task Keys_in_a_directory_of_their_own_are_found_by_whoever_reads_the_log_and_gone_with_it()
    {
        using var fixture = new LedgerFixture();
        var keys = Path.Combine(fixture.Directory + "-keys", "of this log");
        fixture.Options = fixture.Options with { KeyStoreDirectory = keys };
        await using (var ledger = fixture.Open())
            await ledger.AppendAsync(LedgerFixture.Denied("a"), Cancel);
        await using (var ledger = fixture.Open())
            await ledger.AppendAsync(LedgerFixture.Denied("b"), Cancel);
        var file = Assert.Single(Directory.GetFiles(keys));
        Assert.Equal(file, new FileInfo(Path.Combine(fixture.Directory, "keys.db")).LinkTarget);
        fixture.AssertVerifies();
        Assert.All(OfflineLog.Read(fixture.Directory, null).Value.Records, r => Assert.NotNull(r.Fields));
        File.Delete(file);
        Assert.Equal("keys.db", Assert.Single(LedgerVerifier.Verify(fixture.Directory, new VerifyOptions()).Problems).Where);
        Directory.Delete(fixture.Directory + "-keys", recursive: true);
    }
}
