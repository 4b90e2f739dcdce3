using DataSpace.Ledger.Sequencing;
using Xunit;

namespace DataSpace.Ledger.Tests.Sequencing;

/// <summary>Marks in the ledger's own file only rise.</summary>
public sealed class MarkTests
{
    [Fact]
    public async Task A_mark_rises_never_falls_and_survives_a_restart()
    {
        using var fixture = new LedgerFixture();
        await using (var ledger = fixture.Open())
        {
            Assert.Null(ledger.GetMark("version"));
            Assert.True(ledger.RaiseMark("version", 7, "of seven").IsOk);
            Assert.True(ledger.RaiseMark("version", 3, "of three").IsOk);
            Assert.True(ledger.RaiseMark("version", 7, "another seven").IsOk);
            Assert.Equal(new LedgerMark(7, "of seven"), ledger.GetMark("version"));
            Assert.Null(ledger.GetMark("other"));
        }
        await using var again = fixture.Open();
        Assert.Equal(new LedgerMark(7, "of seven"), again.GetMark("version"));
        Assert.True(again.RaiseMark("version", 6).IsOk);
        Assert.Equal(new LedgerMark(7, "of seven"), again.GetMark("version"));
        Assert.True(again.RaiseMark("version", 8).IsOk);
        Assert.Equal(new LedgerMark(8, ""), again.GetMark("version"));
    }

    [Fact]
    public async Task A_mark_does_not_touch_what_the_ledger_itself_remembers()
    {
        using var fixture = new LedgerFixture();
        await using (var ledger = fixture.Open())
        {
            Assert.True(ledger.RaiseMark("origin", 1).IsOk);
            Assert.True(ledger.RaiseMark("refused", 1).IsOk);
            Assert.False(ledger.RaiseMark("", 1).IsOk);
        }
        await using var again = fixture.Open();
        Assert.Null(again.Refusal);
    }

    [Fact]
    public async Task The_last_entrys_time_is_told()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.True((await ledger.AppendAsync(LedgerFixture.Denied(), LedgerFixture.Cancel)).IsOk);
        Assert.Equal(fixture.Clock.GetUtcNow().ToUnixTimeMilliseconds(), ledger.LastTimeMs);
    }
}
