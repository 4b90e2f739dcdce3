using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using Xunit;

namespace DataSpace.Ledger.Tests.Sequencing;

/// <summary>An event counts once wherever its id is kept: in memory, in the table, or on the way from one to the other.</summary>
public sealed class RecentEventsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(1000)]
    public async Task A_repeated_event_gives_the_first_entry_before_and_after_a_restart(int recent)
    {
        using var fixture = new LedgerFixture();
        fixture.Options = fixture.Options with { MaxRecentEvents = recent };
        byte[] own;
        await using (var ledger = fixture.Open())
        {
            for (var i = 0; i < 10; i++)
            {
                Assert.Equal(i, await IndexAsync(ledger, i));
                await AssertAllAsync(ledger, i + 1);
            }
            // An id that the log made itself is public, and nobody's to use again.
            var made = (await ledger.AppendAsync(LedgerFixture.Denied("made"), Cancel)).Value;
            own = LedgerEntry.Decode(made.Bytes).Value.EventId.ToArray();
            await AssertTakenAsync(ledger, own);
            // Two of one batch.
            var twins = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ledger.AppendAsync(Draft(99), Cancel)));
            Assert.Single(twins.Select(twin => twin.Value.Index).Distinct());
        }
        await using var again = fixture.Open();
        await AssertAllAsync(again, 10);
        await AssertTakenAsync(again, own);
        Assert.Equal(12, again.Latest.Size);
        await again.WaitPublishedAsync(12, Cancel);
        fixture.AssertVerifies();
    }

    [Fact]
    public async Task A_store_of_the_version_before_goes_on_with_all_its_ids()
    {
        using var fixture = new LedgerFixture();
        fixture.Options = fixture.Options with { MaxRecentEvents = 0 };
        await using (var ledger = fixture.Open())
        {
            for (var i = 0; i < 3; i++)
                await IndexAsync(ledger, i);
        }
        using (var db = new Sqlite(Path.Combine(fixture.Directory, LedgerStore.FileName)))
        {
            db.Run("DELETE FROM meta WHERE key='events-indexed'");
            db.Run("PRAGMA user_version=1");
        }
        fixture.Options = fixture.Options with { MaxRecentEvents = 100 };
        await using (var ledger = fixture.Open())
        {
            await AssertAllAsync(ledger, 3);
            Assert.Equal(3, await IndexAsync(ledger, 3));
        }
        await using var again = fixture.Open();
        await AssertAllAsync(again, 4);
        Assert.Equal(4, again.Latest.Size);
    }

    [Fact]
    public async Task A_crash_in_the_commit_that_moves_the_ids_loses_none()
    {
        using var fixture = new LedgerFixture();
        fixture.Options = fixture.Options with { MaxRecentEvents = 2 };
        await using (var ledger = fixture.Open())
        {
            for (var i = 0; i < 2; i++)
                await IndexAsync(ledger, i);
        }
        foreach (var at in new[] { FaultPoint.BeforeCommit, FaultPoint.AfterCommit })
        {
            fixture.Options = fixture.Options with { Fault = point => { if (point == at) throw new IOException("crash"); } };
            await using (var ledger = fixture.Open())
                Assert.False((await ledger.AppendAsync(Draft(2), Cancel)).IsOk);
            fixture.Options = fixture.Options with { Fault = null };
            await using var after = fixture.Open();
            Assert.Equal(at == FaultPoint.BeforeCommit ? 2 : 3, after.Latest.Size);
            await AssertAllAsync(after, (int)after.Latest.Size);
        }
    }

    private static EntryDraft Draft(int number, string content = "s") => LedgerFixture.Denied(content) with { EventId = Enumerable.Repeat((byte)(number * 37), 16).ToArray() };

    private static async Task<long> IndexAsync(AuditLedger ledger, int number) => (await ledger.AppendAsync(Draft(number), Cancel)).Value.Index;

    private static async Task AssertAllAsync(AuditLedger ledger, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.Equal(i, await IndexAsync(ledger, i));
            Assert.Equal(i, ledger.IndexOf(Draft(i).EventId!.Value));
            await AssertTakenAsync(ledger, Draft(i).EventId!.Value);
        }
    }

    private static async Task AssertTakenAsync(AuditLedger ledger, ReadOnlyMemory<byte> id)
        => Assert.Equal(LedgerErrors.EventConflict, (await ledger.AppendAsync(LedgerFixture.Denied("another") with { EventId = id }, Cancel)).Error?.Kind);
}
