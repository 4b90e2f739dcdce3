using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using Xunit;

namespace DataSpace.Ledger.Tests.Sequencing;

/// <summary>Debits that carry their own limit: the counter comes into being with the first Grant that spends from it.</summary>
public sealed class DebitLimitTests
{
    private const string Epsilon = "epsilon of dataset-1 for group-1";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_parallel_grants_within_a_limit_of_ten_give_exactly_ten()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.Equal(0, ledger.BudgetSpent("window"));
        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => ledger.GrantAsync(
            LedgerFixture.Grant($"step-{i}"), [Debit("eps", 7, 1_000_000), BudgetDebit.WithLimit("window", "n/PT1M", 1, 10)], Cancel))));
        Assert.Equal(10, results.Count(r => r.IsOk));
        Assert.All(results.Where(r => !r.IsOk), r => Assert.Equal("DS-LED-012", r.Error!.Code));
        Assert.Equal(10, ledger.BudgetSpent("window"));
        Assert.Equal(70, ledger.BudgetSpent("eps")); // a refused grant has spent nothing of its other counter
        Assert.Equal(10, ledger.Latest.Size);
    }

    [Fact]
    public async Task A_refused_grant_makes_no_counter()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "a", Debit("first", 1, 5), Debit("second", 6, 5)));
        Assert.Null(ledger.GetBudget("first"));
        Assert.Null(ledger.GetBudget("second"));
        Assert.Equal("", await CodeAsync(ledger, "a", Debit("first", 1, 5)));
        Assert.Equal("DS-LED-011", await CodeAsync(ledger, "a", Debit("third", 1, 5)));
        Assert.Null(ledger.GetBudget("third"));
        Assert.Equal(1, ledger.BudgetSpent("first"));
    }

    [Fact]
    public async Task Contracts_may_bound_one_counter_differently_and_each_limit_holds_against_all_that_was_spent()
    {
        using var fixture = new LedgerFixture();
        await using (var ledger = fixture.Open())
        {
            Assert.Equal("", await CodeAsync(ledger, "a", Debit("eps", 6, 10)));
            Assert.Equal("DS-LED-012", await CodeAsync(ledger, "b", Debit("eps", 1, 6)));
            Assert.Equal("DS-LED-012", await CodeAsync(ledger, "b", Debit("eps", 1, 0)));
            Assert.Equal("", await CodeAsync(ledger, "b", Debit("eps", 14, 20)));
            Assert.Equal("DS-LED-012", await CodeAsync(ledger, "c", Debit("eps", 1, 10)));
        }
        await using var again = fixture.Open();
        Assert.Equal(new BudgetState("eps", Epsilon, BudgetState.LimitInDebits, 20), again.GetBudget("eps"));
        Assert.Equal("DS-LED-012", await CodeAsync(again, "c", Debit("eps", 1, 20)));
        Assert.Equal("", await CodeAsync(again, "c", Debit("eps", 1, 21)));
    }

    [Fact]
    public async Task Debits_of_one_counter_in_one_grant_count_together_against_the_strictest_limit()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "a", Debit("eps", 2, 100), Debit("eps", 2, 3)));
        Assert.Equal("", await CodeAsync(ledger, "a", Debit("eps", 2, 100), Debit("eps", 2, 4)));
        Assert.Equal(4, ledger.BudgetSpent("eps"));
    }

    [Fact]
    public async Task Nothing_overflows()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.Equal("", await CodeAsync(ledger, "a", Debit("eps", long.MaxValue - 1, long.MaxValue)));
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "b", Debit("eps", 2, long.MaxValue)));
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "b", Debit("eps", long.MaxValue, long.MaxValue)));
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "b", Debit("new", long.MaxValue, 0)));
        Assert.Equal("DS-LED-019", await CodeAsync(ledger, "b", Debit("eps", long.MaxValue, long.MaxValue), Debit("eps", 1, long.MaxValue)));
        Assert.Equal("", await CodeAsync(ledger, "b", Debit("eps", 1, long.MaxValue)));
        Assert.Equal(long.MaxValue, ledger.BudgetSpent("eps"));
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "c", Debit("eps", 1, long.MaxValue)));
    }

    [Fact]
    public async Task A_malformed_debit_is_refused()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        BudgetDebit[][] malformed =
        [
            [Debit("eps", 0, 10)], [Debit("eps", -1, 10)], [Debit("eps", 1, -1)], [Debit("", 1, 10)],
            [BudgetDebit.WithLimit("eps", "", 1, 10)], [BudgetDebit.WithLimit("eps", new string('x', 513), 1, 10)],
            [new BudgetDebit("eps", 1) { Definition = Epsilon }],
            [Debit("eps", 1, 10), BudgetDebit.WithLimit("eps", "something else", 1, 10)],
            [Debit("eps", 1, 10), new BudgetDebit("eps", 1)],
            [.. Enumerable.Range(0, 33).Select(i => Debit($"eps-{i}", 1, 10))],
        ];
        foreach (var debits in malformed)
            Assert.Equal("DS-LED-019", await CodeAsync(ledger, "a", debits));
        Assert.Equal(0, ledger.Latest.Size);
    }

    [Fact]
    public async Task A_counter_keeps_its_definition_and_a_debit_without_a_limit_spends_nothing_of_it()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.Equal("", await CodeAsync(ledger, "a", Debit("eps", 1, 10)));
        Assert.Equal("DS-LED-014", await CodeAsync(ledger, "b", BudgetDebit.WithLimit("eps", "something else", 1, 10)));
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "b", new BudgetDebit("eps", 1)));
        Assert.Equal("DS-LED-014", ledger.DefineBudget("eps", 1_000, Epsilon).Error!.Code);
        Assert.Equal(1, ledger.BudgetSpent("eps"));
    }

    [Fact]
    public async Task A_defined_limit_holds_beside_the_debits_own()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.True(ledger.DefineBudget("eps", 5, Epsilon).IsOk);
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "a", Debit("eps", 6, 100)));
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "a", Debit("eps", 4, 3)));
        Assert.Equal("", await CodeAsync(ledger, "a", Debit("eps", 4, 100)));
        Assert.Equal("", await CodeAsync(ledger, "b", new BudgetDebit("eps", 1)));
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "c", Debit("eps", 1, 100)));
    }

    [Fact]
    public async Task A_node_that_continues_after_a_restore_starts_its_counters_exhausted()
    {
        using var fixture = new LedgerFixture();
        await using var ledger = fixture.Open();
        Assert.True(ledger.DefineExhaustedBudget("eps", 10, Epsilon).IsOk);
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "a", Debit("eps", 1, 1_000)));
        var regrant = new BudgetRegrantedPayload { BudgetId = "eps", ContractId = Epsilon, OldLimit = 10, NewLimit = 12, Reason = "restored", Actor = "owner-1" };
        Assert.True((await ledger.RegrantBudgetAsync(regrant, Cancel)).IsOk);
        Assert.Equal("", await CodeAsync(ledger, "a", Debit("eps", 2, 1_000)));
        Assert.Equal("DS-LED-012", await CodeAsync(ledger, "b", Debit("eps", 1, 1_000)));
    }

    [Fact]
    public async Task A_restored_backup_with_counters_stays_refused()
    {
        using var fixture = new LedgerFixture();
        using var backup = new LedgerFixture();
        string later;
        await using (var ledger = fixture.Open())
            Assert.Equal("", await CodeAsync(ledger, "a", Debit("eps", 1, 3)));
        foreach (var file in System.IO.Directory.GetFiles(fixture.Directory, "*.db"))
            File.Copy(file, Path.Combine(backup.Directory, Path.GetFileName(file)));
        await using (var ledger = fixture.Open())
        {
            Assert.Equal("", await CodeAsync(ledger, "b", Debit("eps", 2, 3)));
            later = ledger.Latest.Note;
        }
        await using var restored = backup.Open();
        Assert.Equal("DS-LED-016", restored.CheckNotRolledBack(later).Error!.Code);
        Assert.Equal("DS-LED-016", await CodeAsync(restored, "c", Debit("eps", 1, 3)));
        Assert.Equal(1, restored.BudgetSpent("eps"));
    }

    [Fact]
    public async Task A_crash_before_the_commit_leaves_neither_counter_nor_grant_and_one_after_it_leaves_both()
    {
        foreach (var point in new[] { FaultPoint.BeforeVaultCommit, FaultPoint.AfterVaultCommit, FaultPoint.BeforeCommit, FaultPoint.AfterCommit })
        {
            using var fixture = new LedgerFixture();
            var options = fixture.Options;
            fixture.Options = options with { Fault = at => { if (at == point) throw new IOException("crash"); } };
            await using (var ledger = fixture.Open())
                Assert.NotEqual("", await CodeAsync(ledger, "a", Debit("eps", 1, 1)));
            fixture.Options = options;
            await using var again = fixture.Open();
            Assert.Equal(again.Latest.Size, again.BudgetSpent("eps"));
            Assert.Equal(point == FaultPoint.AfterCommit ? 1 : 0, again.Latest.Size);
            Assert.Equal(point == FaultPoint.AfterCommit ? "DS-LED-012" : "", await CodeAsync(again, "b", Debit("eps", 1, 1)));
        }
    }

    private static BudgetDebit Debit(string counter, long amount, long limit) => BudgetDebit.WithLimit(counter, Epsilon, amount, limit);

    private static async Task<string> CodeAsync(AuditLedger ledger, string step, params BudgetDebit[] debits)
        => (await ledger.GrantAsync(LedgerFixture.Grant(step), debits, Cancel)).Error?.Code ?? "";
}
