using System.Text;
using CsCheck;
using DataSpace.Metering.Meters;
using DataSpace.Metering.Rating;
using Xunit;

namespace DataSpace.Metering.Tests;

public sealed class BillTests
{
    [Fact]
    public void Two_uses_at_two_yuan_are_four_yuan_with_their_evidence()
    {
        var bill = Rate(new FakeLog().Use("a").Use("b").Grant(FakeLog.NewGrant("c")));
        var line = bill.Lines.Single();
        Assert.Equal((2L, 200L, 400L, "CNY", "2026-03"), (line.Uses, line.UnitPriceMinor, line.AmountMinor, line.Currency, line.Period));
        Assert.Equal([new BillEvidence(0, 1, 2), new BillEvidence(3, 4, 5)], line.Evidence);
        Assert.Equal([new BillTotal("CNY", 400)], bill.Totals);
        Assert.Equal((6L, UnbilledReason.NotReported), (bill.Unbilled.Single().GrantIndex, bill.Unbilled.Single().Reason));
    }

    [Fact]
    public void The_canonical_form_is_the_golden_one()
    {
        var bill = Rate(new FakeLog().Use("a").Grant(FakeLog.NewGrant("b")));
        var (plan, use) = (FakeLog.Digest("price plan of contract-1"), FakeLog.NewGrant("b").UseId);
        var golden = $$"""
            {"lines":[{"amountMinor":200,"consumer":"did:web:chain-leader.example","contractId":"contract-1","contractVersion":"1","currency":"CNY",
            "evidence":[{"grant":0,"receipt":2,"report":1}],"period":"2026-03","pricePlanHash":"{{plan}}","unitPriceMinor":200,"uses":1}],
            "totals":[{"amountMinor":200,"currency":"CNY"}],
            "unbilled":[{"contractId":"contract-1","grantIndex":3,"period":"2026-03","reason":"notReported","useId":"{{use}}"}],"version":1}
            """;
        Assert.Equal(golden.Replace("\n", "", StringComparison.Ordinal), Encoding.UTF8.GetString(bill.ToCanonicalJson()));
    }

    [Fact]
    public void A_bill_reads_back_and_any_changed_byte_is_refused_or_differs()
    {
        var bill = Rate(new FakeLog().Use("a").Use("b", contract: "contract-2").Grant(FakeLog.NewGrant("c")));
        var bytes = bill.ToCanonicalJson();
        Assert.Equal(bytes, Bill.Read(bytes).Value.ToCanonicalJson());
        Assert.Null(bill.Compare(bytes));
        for (var i = 0; i < bytes.Length; i++)
        {
            var forged = bytes.ToArray();
            forged[i] ^= 1;
            Assert.Equal(MeteringErrors.BillDiffers.Code, bill.Compare(forged)?.Code);
            if (Bill.Read(forged).TryGet(out var other, out var error))
                Assert.Equal(forged, other.ToCanonicalJson());
            else
                Assert.Equal(MeteringErrors.BillMalformed.Code, error.Code);
        }
    }

    [Fact]
    public void Prices_that_change_inside_a_contract_version_or_are_unknown_or_too_large_are_refused()
    {
        Assert.Equal(MeteringErrors.PriceChanged.Code, Bill.Rate(Uses(new FakeLog().Use("a").Use("b", price: 201))).Error?.Code);
        var unknown = new FakeLog().Grant(FakeLog.NewGrant("a", currency: "XXX")).Report().Receipt();
        Assert.Equal(MeteringErrors.UnknownCurrency.Code, Bill.Rate(Uses(unknown)).Error?.Code);
        Assert.Equal(Bill.MaxAmountMinor, Rate(new FakeLog().Use("a", price: Bill.MaxAmountMinor)).Totals.Single().AmountMinor);
        var large = new FakeLog().Use("a", price: Bill.MaxAmountMinor).Use("b", price: Bill.MaxAmountMinor);
        Assert.Equal(MeteringErrors.AmountOutOfRange.Code, Bill.Rate(Uses(large)).Error?.Code);
        var total = new FakeLog().Use("a", price: Bill.MaxAmountMinor).Use("b", contract: "contract-2", price: 1);
        Assert.Equal(MeteringErrors.AmountOutOfRange.Code, Bill.Rate(Uses(total)).Error?.Code);
        var overflow = new FakeLog().Use("a", price: long.MaxValue).Use("b", price: long.MaxValue);
        Assert.Equal(MeteringErrors.AmountOutOfRange.Code, Bill.Rate(Uses(overflow)).Error?.Code);
    }

    [Fact]
    public void A_bill_of_one_month_holds_that_month_alone_and_a_longer_one_than_fits_is_refused()
    {
        var april = FakeLog.March2026Ms + 30L * 24 * 3600 * 1000;
        var uses = Uses(new FakeLog().Use("a").Use("b", timeMs: april));
        Assert.Equal("2026-04", Bill.Rate(uses, "2026-04").Value.Lines.Single().Period);
        Assert.Equal(2, Bill.Rate(uses).Value.Lines.Count);

        var many = Enumerable.Range(0, Bill.MaxUses + 1).Select(i => uses[0] with { GrantIndex = 3 * i, ReportIndex = 3 * i + 1, ReceiptIndex = 3 * i + 2 });
        Assert.Equal(MeteringErrors.BillTooLong.Code, Bill.Rate(many).Error?.Code);
        Assert.Equal(Bill.MaxUses * 200L, Bill.Rate(many.Take(Bill.MaxUses)).Value.Totals.Single().AmountMinor);
        Assert.NotEmpty(Bill.Rate(many.Take(Bill.MaxUses)).Value.ToCanonicalJson());
    }

    [Fact]
    public void Order_of_records_does_not_matter_lines_add_up_and_rating_again_gives_the_same_bytes()
    {
        var step = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Gen.Long[0, 2]);
        Gen.Select(step.Array[1, 12], Gen.Int[0, int.MaxValue]).Sample((steps, seed) =>
        {
            var log = new FakeLog();
            foreach (var (what, contract, month) in steps)
                Play(log, what, $"contract-{contract}", FakeLog.March2026Ms + month * 30L * 24 * 3600 * 1000);

            var bill = Rate(log);
            var shuffled = log.Records.OrderBy(record => unchecked((int)(record.Index + 1) * 2654435761u ^ (uint)seed)).ToList();
            Assert.Equal(bill.ToCanonicalJson(), Bill.Rate(Meter.Fold(shuffled, FakeLog.Keys).Value).Value.ToCanonicalJson());
            Assert.Equal(bill.Lines.Sum(line => line.AmountMinor), bill.Totals.Sum(total => total.AmountMinor));
            Assert.All(bill.Lines, line => Assert.Equal((line.Evidence.Count, line.Uses * line.UnitPriceMinor), ((int)line.Uses, line.AmountMinor)));
            Assert.Equal(steps.Length, bill.Lines.Sum(line => line.Uses) + bill.Unbilled.Count);
            Assert.Equal(steps.Count(s => s.Item1 <= 1), bill.Lines.Sum(line => line.Uses));
        }, iter: 60);
    }

    private static void Play(FakeLog log, int what, string contract, long timeMs)
    {
        log.Grant(FakeLog.NewGrant($"job-{log.Records.Count}", contract), timeMs);
        if (what < 5)
            log.Report(what == 4 ? "failed" : "released", timeMs: timeMs);
        if (what < 3)
            log.Receipt(consumer: what == 2 ? FakeLog.Stranger : null, timeMs: timeMs);
    }

    private static IReadOnlyList<UsageRecord> Uses(FakeLog log) => Meter.Fold(log.Records, FakeLog.Keys).Value;

    private static Bill Rate(FakeLog log) => Bill.Rate(Uses(log)).Value;
}
