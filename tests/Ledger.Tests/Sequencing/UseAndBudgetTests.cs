using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using Xunit;

namespace DataSpace.Ledger.Tests.Sequencing;

public sealed class UseAndBudgetTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_parallel_grants_on_a_budget_of_ten_give_exactly_ten()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.True(ledger.DefineBudget("uses", 10, "contract-1").IsOk);
        Assert.True(ledger.DefineBudget("money", 1_000_000, "contract-1").IsOk);
        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(
            () => ledger.GrantAsync(LedgerFixture.Grant($"step-{i}"), [new("money", 200), new("uses", 1)], Cancel))));
        Assert.Equal(10, results.Count(r => r.IsOk));
        Assert.All(results.Where(r => !r.IsOk), r => Assert.Equal("DS-LED-012", r.Error!.Code));
        Assert.Equal(new BudgetState("uses", "contract-1", 10, 10), ledger.GetBudget("uses"));
        Assert.Equal(2_000, ledger.GetBudget("money")!.Spent); // a refused grant has spent nothing of its other budget
        Assert.Equal(10, ledger.Latest.Size);
        Assert.Equal(10, results.Where(r => r.IsOk).Select(r => r.Value.Handle.LedgerIndex).Distinct().Count());
    }

    [Fact]
    public async Task Two_racing_grants_of_one_use_give_one_and_the_rest_of_the_batch_commits()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        ledger.DefineBudget("uses", 100, "contract-1");
        var steps = Enumerable.Range(0, 60).Select(i => $"step-{i / 2}");
        var results = await Task.WhenAll(steps.Select(step => Task.Run(
            () => ledger.GrantAsync(LedgerFixture.Grant(step), [new("uses", 1)], Cancel))));
        Assert.Equal(30, results.Count(r => r.IsOk));
        Assert.All(results.Where(r => !r.IsOk), r => Assert.Equal("DS-LED-011", r.Error!.Code));
        Assert.Equal(30, ledger.GetBudget("uses")!.Spent);
    }

    [Fact]
    public async Task A_budget_that_does_not_exist_or_overflows_refuses()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        ledger.DefineBudget("uses", long.MaxValue, "contract-1");
        Assert.True((await ledger.GrantAsync(LedgerFixture.Grant("a"), [new("uses", 5)], Cancel)).IsOk);
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "b", new BudgetDebit("uses", long.MaxValue)));
        Assert.Equal("DS-LED-013", await CodeAsync(ledger, "b", new BudgetDebit("other", 1)));
        Assert.Equal("DS-LED-019", await CodeAsync(ledger, "b", new BudgetDebit("uses", 0)));
        Assert.Equal("DS-LED-019", await CodeAsync(ledger, "b", new BudgetDebit("uses", -5)));
        Assert.Equal("DS-LED-019", await CodeAsync(ledger, "b", new BudgetDebit("uses", long.MaxValue), new BudgetDebit("uses", 1)));
        Assert.Equal(5, ledger.GetBudget("uses")!.Spent);
    }

    [Fact]
    public async Task Two_debits_of_one_budget_count_together()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        ledger.DefineBudget("uses", 3, "contract-1");
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "a", new BudgetDebit("uses", 2), new BudgetDebit("uses", 2)));
        Assert.Equal(0, ledger.GetBudget("uses")!.Spent);
    }

    [Fact]
    public async Task A_use_id_that_is_not_the_hash_of_job_contract_and_step_is_refused()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        var forged = LedgerFixture.Grant("a") with { UseId = LedgerFixture.Digest("second use of the same step") };
        Assert.Equal("DS-LED-019", (await ledger.GrantAsync(forged, [], Cancel)).Error!.Code);
        Assert.Equal(0, ledger.Latest.Size);
    }

    [Fact]
    public async Task A_budget_cannot_be_redefined_with_another_limit()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.True(ledger.DefineBudget("uses", 10, "contract-1").IsOk);
        Assert.True(ledger.DefineBudget("uses", 10, "contract-1").IsOk);
        Assert.Equal("DS-LED-014", ledger.DefineBudget("uses", 11, "contract-1").Error!.Code);
        Assert.Equal("DS-LED-014", ledger.DefineBudget("uses", 10, "contract-2").Error!.Code);
        Assert.Equal("DS-LED-019", ledger.DefineBudget("x", -1, "contract-1").Error!.Code);
    }

    [Fact]
    public async Task A_restored_nodes_budget_is_exhausted_until_a_logged_regrant()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.True(ledger.DefineExhaustedBudget("uses", 10, "contract-1").IsOk);
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "a", new BudgetDebit("uses", 1)));
        var regrant = new BudgetRegrantedPayload { BudgetId = "uses", ContractId = "contract-1", OldLimit = 10, NewLimit = 12, Reason = "restored", Actor = "owner-1" };
        Assert.Equal("DS-LED-014", (await ledger.RegrantBudgetAsync(regrant with { OldLimit = 9 }, Cancel)).Error!.Code);
        Assert.Equal("DS-LED-019", (await ledger.RegrantBudgetAsync(regrant with { NewLimit = 10 }, Cancel)).Error!.Code);
        Assert.True((await ledger.RegrantBudgetAsync(regrant, Cancel)).IsOk);
        Assert.Equal("", await CodeAsync(ledger, "a", new BudgetDebit("uses", 2)));
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "b", new BudgetDebit("uses", 1)));
        Assert.Equal(EntryKind.BudgetRegranted, ledger.Read(0, 1).Single().Entry.Kind);
    }

    [Fact]
    public async Task A_report_is_filed_once_and_only_with_its_own_grant_and_output()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        var first = (await ledger.GrantAsync(LedgerFixture.Grant("a"), [], Cancel)).Value.Handle;
        var second = (await ledger.GrantAsync(LedgerFixture.Grant("b"), [], Cancel)).Value.Handle;
        byte[] output = [1, 2, 3], other = [9];
        Assert.Equal("DS-LED-022", (await ledger.ReportAsync(first, LedgerFixture.Report(second, output), output, Cancel)).Error!.Code);
        Assert.Equal("DS-LED-022", (await ledger.ReportAsync(first, LedgerFixture.Report(first, output), other, Cancel)).Error!.Code);
        using var elsewhere = new LedgerFixture();
        await using var otherLedger = elsewhere.Open();
        var foreign = (await otherLedger.GrantAsync(LedgerFixture.Grant("a"), [], Cancel)).Value.Handle;
        Assert.Equal("DS-LED-020", (await ledger.ReportAsync(foreign, LedgerFixture.Report(foreign, output), output, Cancel)).Error!.Code);
        var race = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
        {
            byte[] bytes = [(byte)i];
            return ledger.ReportAsync(first, LedgerFixture.Report(first, bytes), bytes, Cancel);
        })));
        Assert.Single(race, r => r.IsOk);
        Assert.All(race.Where(r => !r.IsOk), r => Assert.Equal("DS-LED-021", r.Error!.Code));
        var committed = ledger.FindUse(first.UseId)!;
        Assert.Equal([(byte)Array.FindIndex(race, r => r.IsOk)], committed.Output!.Value.ToArray());
        Assert.Null(ledger.FindUse(second.UseId)!.Output);
        Assert.Null(ledger.FindUse("unknown"));
    }

    [Fact]
    public async Task Grants_reports_and_regrants_cannot_slip_in_as_plain_entries()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        var draft = new EntryDraft(LedgerFixture.Grant("a"), "contract-1");
        Assert.Equal("DS-LED-023", (await ledger.AppendAsync(draft, Cancel)).Error!.Code);
    }

    [Fact]
    public async Task The_same_event_gives_the_same_index_and_other_content_a_conflict_also_after_reopening()
    {
        using var fixture = new LedgerFixture();
        var draft = LedgerFixture.Denied("a") with { EventId = new byte[16] };
        ReadOnlyMemory<byte> hash;
        await using (var ledger = fixture.Open())
        {
            var race = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => ledger.AppendAsync(draft, Cancel))));
            Assert.All(race, r => Assert.Equal(0, r.Value.Index));
            hash = race[0].Value.LeafHash;
            Assert.All(race, r => Assert.Equal(hash.ToArray(), r.Value.LeafHash.ToArray()));
        }
        await using var again = fixture.Open();
        Assert.Equal(hash.ToArray(), (await again.AppendAsync(draft, Cancel)).Value.LeafHash.ToArray());
        Assert.Equal("DS-LED-010", (await again.AppendAsync(LedgerFixture.Denied("b") with { EventId = new byte[16] }, Cancel)).Error!.Code);
        Assert.Equal("DS-LED-010", (await again.AppendAsync(draft with { AgreementId = "contract-2" }, Cancel)).Error!.Code);
        Assert.Equal(1, again.Latest.Size);
    }

    [Fact]
    public async Task A_payload_over_its_limits_or_with_a_malformed_digest_is_refused()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.Equal("DS-LED-018", (await ledger.AppendAsync(LedgerFixture.Denied(new string('x', 9_000)), Cancel)).Error!.Code);
        var payload = (DeniedPayload)LedgerFixture.Denied().Payload;
        Assert.Equal("DS-LED-019", (await ledger.AppendAsync(new EntryDraft(payload with { JobHash = "AB" }, "c"), Cancel)).Error!.Code);
        Assert.Equal("DS-LED-019", (await ledger.AppendAsync(new EntryDraft(payload with { Step = "\ud800" }, "c"), Cancel)).Error!.Code);
        Assert.True((await ledger.AppendAsync(LedgerFixture.Denied(), Cancel)).IsOk);
    }

    private static async Task<string> CodeAsync(AuditLedger ledger, string step, params BudgetDebit[] debits)
        => (await ledger.GrantAsync(LedgerFixture.Grant(step), debits, Cancel)).Error?.Code ?? "";
}
