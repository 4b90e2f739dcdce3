using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;
using DataSpace.Metering.Reconciliation;
using DataSpace.Metering.Settlement;
using DataSpace.Metering.Tests.Rating;
using Xunit;
using static DataSpace.Metering.Tests.Settlement.SettlementWorld;

namespace DataSpace.Metering.Tests.Settlement;

/// <summary>Months settled from real ledgers: what is billed, to whom it goes, and what later months change.</summary>
public sealed class SettlementTests : IAsyncLifetime
{
    internal const string PerUse = """
        {"version":1,"id":"per-use","currency":"CNY","subscriptionMinor":0,"minimumMinor":0,"charges":[{"unit":"uses","free":0,"tiers":[{"rate":{"minor":100,"per":1}}]}],
         "share":{"basis":"weights","parties":[{"party":"provider","weight":1},{"party":"coordinator","weight":1},{"party":"did:web:service.example","weight":1}]}}
        """;

    internal const string Pool = """
        {"version":1,"id":"pool","currency":"CNY","subscriptionMinor":100,"minimumMinor":0,
         "charges":[{"unit":"rowsScanned","free":0,"tiers":[{"upTo":100,"rate":{"minor":3,"per":1}},{"rate":{"minor":1,"per":1}}]}],
         "share":{"basis":"contribution","parties":[{"party":"provider","weight":9},{"party":"coordinator","weight":1}]}}
        """;

    internal const string Minimum = """{"version":1,"id":"minimum","currency":"CNY","subscriptionMinor":0,"minimumMinor":250,"charges":[{"unit":"uses","free":1,"tiers":[{"upTo":2,"rate":{"minor":100,"per":1}},{"rate":{"minor":50,"per":1}}]}]}""";

    private readonly SettlementWorld _world = new SettlementWorld().With("per-use", PerUse).With("pool", Pool).With("minimum", Minimum).With("tiered", PricePlanTests.Tiered);

    private static string A => Provider(1);

    private static string B => Provider(2);

    private static string C => Provider(3);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Matched_uses_are_billed_split_without_a_rest_and_booked_to_zero()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        await _world.UseAsync(A, "job-2", "per-use");
        var statement = await _world.SettleAsync("2026-03", A);
        var item = Assert.Single(statement.Items);
        Assert.Equal((200, 200, 0), (item.AmountMinor, item.RatedMinor, item.PreviousMinor));
        // 66 + 66 + 66 leave two units: equal remainders, so the first two.
        Assert.Equal([new PartyAmount("provider/" + A, 67), new("coordinator/did:web:coordinator.example", 67), new("party/did:web:service.example", 66)], item.Shares);
        Assert.All(statement.Postings.GroupBy(p => (p.Transaction, p.Currency)), t => Assert.Equal(0, t.Sum(p => p.AmountMinor)));
        Assert.Equal(200, statement.Postings.Single(p => p.Account == "consumer/" + Consumer).AmountMinor);
        Assert.Equal([new SettledUse(0, 1, 2, 0), new SettledUse(3, 4, 5, 1)], statement.Contracts[0].Uses);
        Assert.Empty(statement.Disputes);
    }

    [Fact]
    public async Task A_copy_elsewhere_gives_the_same_bytes_whatever_the_order_of_the_parties_and_plans()
    {
        await _world.UseAsync(A, "job-1", "pool", rows: 7);
        await _world.UseAsync(B, "job-1", "pool", rows: 500);
        await _world.UseAsync(C, "job-1", "per-use");
        var bytes = (await _world.SettleAsync("2026-03", A, B, C)).ToCanonicalJson();
        var moved = _world.Root + "-moved";
        Directory.Move(_world.Root, moved);
        try
        {
            SettlementParty Moved(string did) => _world.Party(did) with { Directory = _world.DirectoryOf(did).Replace(_world.Root, moved, StringComparison.Ordinal) };
            var again = MonthSettlement.Compute(new SettlementRequest
            {
                Period = "2026-03",
                Consumer = Moved(Consumer),
                Providers = [Moved(C), Moved(B), Moved(A)],
                Plans = [.. _world.Plans.Values.Reverse()],
            }).OrThrow();
            Assert.Equal(bytes, again.ToCanonicalJson());
            Assert.Equal(bytes, StatementDocument.Read(bytes).OrThrow().ToCanonicalJson());
        }
        finally
        {
            Directory.Move(moved, _world.Root);
        }
    }

    [Fact]
    public async Task The_order_of_events_in_a_log_changes_no_amount()
    {
        (string Job, string Provider, long Rows, Holds Holds)[] uses = [("j1", A, 10, Holds.Both), ("j2", B, 95, Holds.Both), ("j3", A, 1, Holds.Nobody), ("j4", B, 3, Holds.ProviderOnly), ("j5", A, 60, Holds.Both)];
        foreach (var (job, provider, rows, holds) in uses)
            await _world.UseAsync(provider, job, "pool", holds, rows);
        var forward = await _world.SettleAsync("2026-03", A, B);
        await using var other = new SettlementWorld().With("pool", Pool);
        foreach (var (job, provider, rows, holds) in uses.Reverse())
            await other.UseAsync(provider, job, "pool", holds, rows);
        var backward = await other.SettleAsync("2026-03", A, B);
        Assert.Equal(Encoding.UTF8.GetString(CanonicalJson.Of(forward.Items)), Encoding.UTF8.GetString(CanonicalJson.Of(backward.Items)));
        Assert.Equal(forward.Postings, backward.Postings);
    }

    [Fact]
    public async Task A_pool_is_rated_once_and_divided_by_what_each_provider_added()
    {
        await _world.UseAsync(A, "job-1", "pool", rows: 100);
        await _world.UseAsync(B, "job-1", "pool", rows: 100);
        await _world.UseAsync(C, "job-1", "pool", rows: 0);
        var item = Assert.Single((await _world.SettleAsync("2026-03", A, B, C)).Items);
        // 100 + (100 · 3 + 100 · 1) = 500; nine tenths are the providers': A and B alike, C added nothing.
        Assert.Equal((500, 3), (item.AmountMinor, item.Contracts.Count));
        Assert.Equal([225, 225, 0, 50], item.Shares.Select(s => s.AmountMinor));
        Assert.Equal([("200", "1"), ("200", "1"), ("0", "1")], item.Contribution!.Select(v => (v.Numerator, v.Denominator)));
    }

    [Fact]
    public async Task What_only_one_party_holds_is_a_dispute_and_not_a_bill()
    {
        await _world.UseAsync(A, "matched", "per-use");
        await _world.UseAsync(A, "dropped by the consumer", "per-use", Holds.ProviderOnly);
        await _world.UseAsync(A, "dropped by the provider", "per-use", Holds.ConsumerOnly);
        await _world.UseAsync(A, "two stories", "per-use", Holds.Different);
        await _world.UseAsync(A, "nobody says anything", "per-use", Holds.Nobody);
        var statement = await _world.SettleAsync("2026-03", A);
        Assert.Equal(100, statement.Totals.Single().AmountMinor);
        Assert.Equal([ReconciledUse.ConsumerReceiptMissing, ReconciledUse.ProviderReceiptMissing, ReconciledUse.ReceiptsDiffer], statement.Disputes.Select(d => d.Reason));
        Assert.Equal("notReceipted", Assert.Single(statement.Unbilled).Reason);
    }

    [Fact]
    public async Task A_receipt_that_one_side_did_not_complete_in_time_is_a_dispute_until_it_comes()
    {
        await _world.UseAsync(A, "matched", "per-use");
        var unsigned = await _world.UseAsync(A, "the consumer is silent", "per-use", Holds.Nobody);
        await _world.OneSidedAsync(A, unsigned);
        var unanswered = await _world.UseAsync(A, "the provider is silent", "per-use", Holds.Nobody);
        await _world.OneSidedAsync(Consumer, unanswered);
        var statement = await _world.SettleAsync("2026-03", A);
        Assert.Equal(100, statement.Totals.Single().AmountMinor);
        Assert.Equal([(unsigned, ReconciledUse.OneSided), (unanswered, ReconciledUse.OneSided)], statement.Disputes.Select(d => (d.GrantHash, d.Reason)));
        Assert.Empty(statement.Unbilled);
        // Both complete it after all: it is billed, and no longer disputed. The other one stays, also when contents are erased.
        await _world.LateReceiptAsync(A, unsigned);
        await _world.LateReceiptAsync(Consumer, unsigned);
        foreach (var did in new[] { A, Consumer })
            await _world.Log(did).EraseContentsAsync();
        statement = await _world.SettleAsync("2026-03", A);
        Assert.Equal((200, unanswered), (statement.Totals.Single().AmountMinor, Assert.Single(statement.Disputes).GrantHash));
    }

    [Fact]
    public async Task A_provider_that_hides_a_grant_is_seen_by_the_receipt_that_it_countersigned()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        var hidden = await _world.UseAsync(A, "job-2", "per-use");
        await _world.PublishAsync();
        // The provider starts its log anew without the second use.
        Directory.Delete(_world.DirectoryOf(A), recursive: true);
        await _world.UseAsync(A, "job-3", "per-use", Holds.ProviderOnly);
        var statement = await _world.SettleAsync("2026-03", A);
        Assert.Contains(statement.Disputes, d => d.GrantHash == hidden && d.Reason == ReconciledUse.GrantMissing);
    }

    [Fact]
    public async Task A_late_receipt_is_an_adjustment_of_the_next_month_and_of_no_further_one()
    {
        await _world.UseAsync(A, "job-1", "per-use");
        var late = await _world.UseAsync(A, "job-2", "per-use", Holds.ProviderOnly);
        var march = await _world.SettleAsync("2026-03", A);
        await _world.CloseAsync(march);
        _world.At("2026-04");
        await _world.LateReceiptAsync(Consumer, late);
        await _world.UseAsync(A, "job-3", "per-use");
        Assert.Equal(march.ToCanonicalJson(), (await _world.SettleAsync("2026-03", A)).ToCanonicalJson()); // a closed month stays as it was
        var april = await _world.SettleAsync("2026-04", A);
        Assert.Equal([("adjustment", "2026-03", 100, 100), ("period", "2026-04", 0, 100)], april.Items.Select(i => (i.Kind, i.ForPeriod, i.PreviousMinor, i.AmountMinor)));
        Assert.Equal(2, april.Contracts[0].Uses.Count);
        await _world.CloseAsync(april);
        _world.At("2026-05");
        await _world.UseAsync(A, "job-4", "per-use");
        var may = await _world.SettleAsync("2026-05", A);
        Assert.Equal([("period", "2026-05", 100)], may.Items.Select(i => (i.Kind, i.ForPeriod, i.AmountMinor)));
        // Party by party, the statements together are what four uses come to.
        Assert.Equal(400, new[] { march, april, may }.Sum(s => s.Totals.Single().AmountMinor));
        foreach (var statement in new[] { march, april, may })
            Assert.All(statement.Postings.GroupBy(p => p.Transaction), t => Assert.Equal(0, t.Sum(p => p.AmountMinor)));
    }

    [Fact]
    public async Task Minimum_free_units_and_steps_are_those_of_the_whole_month_also_when_it_comes_in_pieces()
    {
        await _world.UseAsync(A, "job-1", "minimum");
        var late = await _world.UseAsync(A, "job-2", "minimum", Holds.ProviderOnly);
        var march = await _world.SettleAsync("2026-03", A);
        Assert.Equal(250, march.Totals.Single().AmountMinor); // the free use, filled up
        await _world.CloseAsync(march);
        _world.At("2026-04");
        await _world.LateReceiptAsync(Consumer, late);
        var april = await _world.SettleAsync("2026-04", A);
        // The second use of March stays under its minimum: nothing is added. April itself has the minimum alone.
        Assert.Equal([("2026-04", 250)], april.Items.Select(i => (i.ForPeriod, i.AmountMinor)));
    }

    [Fact]
    public async Task A_disputed_use_waits_until_both_say_bill_or_its_provider_waives_it()
    {
        var (billed, waived, open) = (await _world.UseAsync(A, "job-1", "per-use"), await _world.UseAsync(A, "job-2", "per-use"), await _world.UseAsync(A, "job-3", "per-use"));
        foreach (var use in new[] { billed, waived, open })
            await _world.DisputeAsync(Consumer, use);
        Assert.Equal(3, (await _world.SettleAsync("2026-03", A)).Disputes.Count(d => d.Reason == ReconciledUse.Disputed));
        await _world.ResolveAsync(A, billed, DisputeResolvedPayload.Bill);
        await _world.ResolveAsync(Consumer, waived, DisputeResolvedPayload.Waive); // not the consumer's to give up
        var one = await _world.SettleAsync("2026-03", A);
        Assert.Equal((0, 3), (one.Totals.Single().AmountMinor, one.Disputes.Count));
        await _world.ResolveAsync(Consumer, billed, DisputeResolvedPayload.Bill);
        await _world.ResolveAsync(A, waived, DisputeResolvedPayload.Waive);
        var both = await _world.SettleAsync("2026-03", A);
        Assert.Equal(100, both.Totals.Single().AmountMinor);
        Assert.Equal([ReconciledUse.Waived, ReconciledUse.Disputed], both.Disputes.Select(d => d.Reason));
    }

    [Fact]
    public async Task A_use_that_is_waived_after_it_was_billed_is_given_back_to_everybody_who_paid_and_was_paid()
    {
        var use = await _world.UseAsync(A, "job-1", "per-use");
        await _world.UseAsync(A, "job-2", "per-use");
        var march = await _world.SettleAsync("2026-03", A);
        await _world.CloseAsync(march);
        _world.At("2026-04");
        await _world.DisputeAsync(Consumer, use);
        await _world.ResolveAsync(A, use, DisputeResolvedPayload.Waive);
        var april = await _world.SettleAsync("2026-04", A);
        var back = april.Items.Single(i => i.Kind == "adjustment");
        Assert.Equal((200, -100), (back.PreviousMinor, back.AmountMinor));
        Assert.Equal(-100, back.Shares.Sum(s => s.AmountMinor));
        // 67 + 67 + 66 were paid; one use alone is 34 + 33 + 33.
        Assert.Equal([-33, -34, -33], back.Shares.Select(s => s.AmountMinor));
    }

    [Fact]
    public async Task A_provider_that_buys_from_itself_has_one_receipt_in_one_log()
    {
        await _world.UseAsync(Consumer, "job-1", "per-use", contract: "own");
        await _world.UseAsync(A, "job-1", "per-use");
        var statement = await _world.SettleAsync("2026-03", A, Consumer);
        Assert.Equal(200, statement.Totals.Single().AmountMinor);
        Assert.Empty(statement.Disputes);
    }
}
