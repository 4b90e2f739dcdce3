using System.Text;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tests.Vault;
using Xunit;

namespace DataSpace.Ledger.Tests.Fsck;

/// <summary>Finds what is asked for and nothing else; what was erased is not found by what it was.</summary>
public sealed class LedgerSearchTests
{
    private const string Analyst = "did:web:analyst.example";
    private static CancellationToken Cancel => LedgerFixture.Cancel;

    [Fact]
    public async Task Entries_are_found_by_contract_participant_policy_time_and_result()
    {
        using var fixture = new LedgerFixture();
        var start = fixture.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        await using (var ledger = fixture.Open())
        {
            await UseAsync(ledger, "a", "contract-1", "released"); // 0, 1
            fixture.Clock.Advance(TimeSpan.FromDays(1));
            await UseAsync(ledger, "b", "contract-2", "failed"); // 2, 3
            Assert.True((await ledger.AppendAsync(LedgerFixture.Denied("c"), Cancel)).IsOk); // 4, contract-1
            Assert.True((await ledger.AppendAsync(new EntryDraft(EntryVector<JobDispatchedPayload>(), "c"), Cancel)).IsOk); // 5
        }
        Assert.Equal([0, 1, 2, 3, 4, 5], Find(new LedgerQuery()));
        Assert.Equal([0, 1, 4], Find(new LedgerQuery { Contract = "contract-1" }));
        Assert.Equal([2, 3], Find(new LedgerQuery { Contract = "contract-2" }));
        Assert.Equal([0, 1, 2, 3], Find(new LedgerQuery { Participant = Analyst }));
        Assert.Equal([5], Find(new LedgerQuery { Participant = "did:web:b.example" }));
        Assert.Equal([0, 1, 2, 3], Find(new LedgerQuery { Policy = "policy-3" }));
        Assert.Equal([3], Find(new LedgerQuery { Result = "failed" }));
        Assert.Equal([3], Find(new LedgerQuery { Result = "failed", Contract = "contract-2", Participant = Analyst }));
        Assert.Equal([], Find(new LedgerQuery { Result = "failed", Contract = "contract-1" }));
        Assert.Equal([4], Find(new LedgerQuery { Result = "DS-POL-001" }));
        Assert.Equal([1, 3], Find(new LedgerQuery { Kind = EntryKind.Report }));
        Assert.Equal([0, 1], Find(new LedgerQuery { UntilMs = start + 1 }));
        Assert.Equal([2, 3, 4, 5], Find(new LedgerQuery { SinceMs = start + 1 }));
        var limited = LedgerSearch.Find(fixture.Directory, new LedgerQuery { Limit = 2 }).Value;
        Assert.Equal((6, 2), (limited.Matches, limited.Entries.Count));
        var report = LedgerSearch.Find(fixture.Directory, new LedgerQuery { Result = "failed" }).Value.Entries[0];
        Assert.Equal((2, "failed", ""), (report.Grant, report.Result, report.Contract));

        await using (var ledger = fixture.Open())
        {
            Assert.True((await ledger.EraseAsync(ErasureTests.Request(2), Cancel)).IsOk);
            Assert.True((await ledger.EraseAsync(ErasureTests.Request(4), Cancel)).IsOk);
        }
        Assert.Equal([0, 1], Find(new LedgerQuery { Policy = "policy-3" }));
        Assert.Equal([2, 3], Find(new LedgerQuery { Contract = "contract-2" })); // metering fields stay
        Assert.Equal([], Find(new LedgerQuery { Result = "DS-POL-001" }));
        Assert.Equal(1, LedgerSearch.Find(fixture.Directory, new LedgerQuery { Kind = EntryKind.Denied }).Value.Closed);

        long[] Find(LedgerQuery query) => [.. LedgerSearch.Find(fixture.Directory, query).Value.Entries.Select(e => e.Index)];
    }

    [Fact]
    public async Task A_log_whose_entries_are_not_those_of_its_checkpoint_gives_no_result()
    {
        using var fixture = new LedgerFixture();
        await using (var ledger = fixture.Open())
            await UseAsync(ledger, "a", "contract-1", "released");
        var file = Path.Combine(fixture.Directory, "tile", "entries", "000.p", "2");
        var bytes = await File.ReadAllBytesAsync(file, Cancel);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Cancel);
        Assert.Equal("DS-LED-007", LedgerSearch.Find(fixture.Directory, new LedgerQuery()).Error!.Code);
        Assert.False(LedgerSearch.Find(Path.Combine(fixture.Directory, "nowhere"), new LedgerQuery()).IsOk);
    }

    private static T EntryVector<T>() => Receipts.EntryVectorTests.Payloads.OfType<T>().First();

    private static async Task UseAsync(AuditLedger ledger, string step, string contract, string outcome)
    {
        var granted = (await ledger.GrantAsync(LedgerFixture.Grant(step, contract), [], Cancel)).Value;
        var output = Encoding.ASCII.GetBytes("out");
        Assert.True((await ledger.ReportAsync(granted.Handle, LedgerFixture.Report(granted.Handle, output) with { Outcome = outcome }, output, Cancel)).IsOk);
    }
}
