using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Metering.Meters;
using Xunit;

namespace DataSpace.Metering.Tests;

public sealed class MeterTests
{
    [Fact]
    public void Counts_stand_per_contract_and_month()
    {
        var april = FakeLog.March2026Ms + 30L * 24 * 3600 * 1000;
        var log = new FakeLog().Use("a").Use("b").Grant(FakeLog.NewGrant("c")).Report("failed", cells: 0, bytes: 0)
            .Use("d", timeMs: april).Use("e", contract: "contract-2").Grant(FakeLog.NewGrant("f"));

        Assert.Equal(
            [
                new MeterReading("contract-1", "2026-03", 4, 3, 2, 120, 2000),
                new MeterReading("contract-1", "2026-04", 1, 1, 1, 60, 1000),
                new MeterReading("contract-2", "2026-03", 1, 1, 1, 60, 1000),
            ],
            Meter.Read(Uses(log)).Value);
    }

    [Fact]
    public void Every_way_of_not_being_billed_has_its_reason()
    {
        var log = new FakeLog()
            .Use("billed")
            .Grant(FakeLog.NewGrant("abandoned"))
            .Grant(FakeLog.NewGrant("failed")).Report("failed")
            .Grant(FakeLog.NewGrant("silent")).Report()
            .Grant(FakeLog.NewGrant("units")).Report(uses: 2).Receipt()
            .Grant(FakeLog.NewGrant("billed")).Report().Receipt();
        Assert.Equal(
            [null, UnbilledReason.NotReported, UnbilledReason.NotReleased, UnbilledReason.NotReceipted, UnbilledReason.UnitsDisagree, UnbilledReason.GrantedBefore],
            Uses(log).Select(use => use.Unbilled));
    }

    [Fact]
    public void A_provider_cannot_bill_with_a_receipt_that_the_consumer_did_not_sign()
    {
        // The attacker is the provider: it signs the consumer's half with a key of its own, or with its own key.
        foreach (var forger in new[] { FakeLog.Stranger, FakeLog.Provider })
        {
            var use = Uses(new FakeLog().Grant(FakeLog.NewGrant("a")).Report().Receipt(consumer: forger)).Single();
            Assert.Equal((UnbilledReason.ReceiptNotSigned, null), (use.Unbilled, use.ReceiptIndex));
        }

        var foreignCountersignature = new FakeLog().Grant(FakeLog.NewGrant("a")).Report().Receipt(countersigner: FakeLog.Stranger);
        Assert.Equal(UnbilledReason.ReceiptNotSigned, Uses(foreignCountersignature).Single().Unbilled);
    }

    /// <summary>A key changes in the middle of a month: what was signed under either in its time counts, and nothing that whoever holds the old key makes afterwards.</summary>
    [Fact]
    public void Receipts_and_entries_count_under_the_keys_that_their_signers_had_then()
    {
        const long day = 24L * 3600 * 1000;
        var (before, change, after) = (FakeLog.March2026Ms, FakeLog.March2026Ms + 5 * day, FakeLog.March2026Ms + 9 * day);
        var next = FakeLog.Stranger;
        var keys = new MeterKeys(FakeLog.Keys.Provider, new Dictionary<string, KeySet>
        {
            [FakeLog.Consumer] = KeySet.Single(FakeLog.ConsumerKey.PublicKey, DateTimeOffset.UnixEpoch).Rotate(next.PublicKey, DateTimeOffset.FromUnixTimeMilliseconds(change), TimeSpan.FromDays(1)).Value,
        });
        var log = new FakeLog().Use("old key", timeMs: before)
            .Grant(FakeLog.NewGrant("new key"), after).Report(timeMs: after).Receipt(consumer: next, timeMs: after)
            .Grant(FakeLog.NewGrant("signed before, kept after"), change).Report(timeMs: change).Receipt(timeMs: after)
            .Grant(FakeLog.NewGrant("ended key"), after).Report(timeMs: after).Receipt(timeMs: after)
            .Grant(FakeLog.NewGrant("key to come"), before).Report(timeMs: before).Receipt(consumer: next, timeMs: before);
        Assert.Equal([null, null, null, UnbilledReason.ReceiptNotSigned, UnbilledReason.ReceiptNotSigned], Meter.Fold(log.Records, keys).Value.Select(u => u.Unbilled));
        // The one key that an agreement pins does not stand for the others.
        Assert.Equal([null, UnbilledReason.ReceiptNotSigned, null, null, UnbilledReason.ReceiptNotSigned], Uses(log).Select(u => u.Unbilled));

        // The owner's own entries likewise: under a key that had ended, or has not begun, they are nobody's.
        var owner = new MeterKeys(KeySet.Single(FakeLog.Provider.PublicKey, DateTimeOffset.UnixEpoch).Rotate(next.PublicKey, DateTimeOffset.FromUnixTimeMilliseconds(change), TimeSpan.FromDays(1)).Value, FakeLog.Keys.Consumers);
        Assert.Equal("DS-MTR-002", Meter.Fold(log.Records, owner).Error!.Code);
        Assert.True(Meter.Fold(new FakeLog().Use("old key", timeMs: before).Records, owner).IsOk);
        Assert.True(Meter.Fold(new FakeLog().Append(FakeLog.NewGrant("new key"), after, next).Records, owner).IsOk);
        Assert.Equal("DS-MTR-002", Meter.Fold(new FakeLog().Append(FakeLog.NewGrant("key to come"), before, next).Records, owner).Error!.Code);
        // Behind the end of the calendar there is no month, and no crash.
        Assert.Equal("9999-12", Assert.Single(Uses(new FakeLog().Grant(FakeLog.NewGrant("far"), long.MaxValue))).Period);
    }

    [Fact]
    public void A_receipt_counts_only_for_its_own_report_job_and_consumer()
    {
        Assert.Equal(UnbilledReason.ReceiptDoesNotMatch, Uses(new FakeLog().Grant(FakeLog.NewGrant("a")).Report().Receipt(job: FakeLog.Digest("other"))).Single().Unbilled);
        Assert.Equal(UnbilledReason.ReceiptDoesNotMatch, Uses(new FakeLog().Grant(FakeLog.NewGrant("a")).Report().Receipt(reportHash: FakeLog.Digest("other"))).Single().Unbilled);
        Assert.Equal(UnbilledReason.ReceiptDoesNotMatch, Uses(new FakeLog().Grant(FakeLog.NewGrant("a")).Report().Receipt(who: "did:web:other.example")).Single().Unbilled);
    }

    [Fact]
    public void A_good_receipt_after_a_bad_one_still_counts()
    {
        var log = new FakeLog().Grant(FakeLog.NewGrant("a")).Report();
        var report = log.Hash(1);
        log.Receipt(consumer: FakeLog.Stranger, reportHash: report).Receipt(reportHash: report);
        Assert.Equal((null, 3L), (Uses(log).Single().Unbilled, Uses(log).Single().ReceiptIndex));
    }

    [Fact]
    public void Receipts_of_a_consumer_for_other_providers_are_not_its_meter()
    {
        var provider = new FakeLog().Use("a");
        var consumer = new FakeLog();
        consumer.Append(ReceiptPayload.FromFields(provider.Records[2].PayloadFields).Value);
        Assert.Empty(Uses(consumer));
    }

    [Fact]
    public void A_changed_payload_is_refused_by_its_root()
    {
        var log = new FakeLog().Use("a");
        for (var victim = 0; victim < 3; victim++)
        {
            var record = log.Records[victim];
            var fields = record.Fields!.ToList();
            var value = fields[^1].Value.ToArray();
            value[^1] ^= 1;
            fields[^1] = fields[^1] with { Value = value };
            Assert.Equal(MeteringErrors.PayloadTampered.Code, Refusal(log, victim, record with { Fields = fields })?.Code);
        }

        var cheaper = log.Records[0] with { Fields = SamePayloadButPrice(log.Records[0], 100) };
        Assert.Equal(MeteringErrors.PayloadTampered.Code, Refusal(log, 0, cheaper)?.Code);
    }

    [Fact]
    public void A_changed_entry_is_refused_even_when_its_hash_is_made_to_fit()
    {
        var log = new FakeLog().Use("a");
        var record = log.Records[1];
        var bytes = record.Bytes.ToArray();
        bytes[^1] ^= 1; // inside the signature
        Assert.Equal(MeteringErrors.EntryTampered.Code, Refusal(log, 1, record with { Bytes = bytes })?.Code);
        Assert.Equal(MeteringErrors.EntryTampered.Code, Refusal(log, 1, record with { Bytes = bytes, LeafHash = MerkleHash.Leaf(bytes) })?.Code);

        var foreign = new FakeLog().Use("a");
        foreign.Append(FakeLog.NewGrant("b"), signer: FakeLog.Stranger);
        Assert.Equal(MeteringErrors.EntryTampered.Code, Meter.Fold(foreign.Records, FakeLog.Keys).Error?.Code);
    }

    [Fact]
    public void A_missing_or_repeated_record_is_refused()
    {
        var log = new FakeLog().Use("a").Use("b");
        Assert.Equal(MeteringErrors.IndexGap.Code, Meter.Fold(log.Records.Where(r => r.Index != 2), FakeLog.Keys).Error?.Code);
        Assert.Equal(MeteringErrors.IndexGap.Code, Meter.Fold([.. log.Records, log.Records[3]], FakeLog.Keys).Error?.Code);
    }

    [Fact]
    public void A_withheld_payload_is_refused_unless_one_contract_is_asked_for()
    {
        var log = new FakeLog().Use("a").Use("b", contract: "contract-2");
        log.Records[4] = log.Records[4] with { Fields = null };
        Assert.Equal(MeteringErrors.PayloadAbsent.Code, Meter.Fold(log.Records, FakeLog.Keys).Error?.Code);
        Assert.Equal("contract-1", Meter.Fold(log.Records, FakeLog.Keys, "contract-1").Value.Single().ContractId);
    }

    [Fact]
    public void Negative_units_and_prices_and_malformed_payloads_are_refused()
    {
        Assert.Equal(MeteringErrors.AmountOutOfRange.Code, Meter.Fold(new FakeLog().Grant(FakeLog.NewGrant("a")).Report(bytes: -1).Records, FakeLog.Keys).Error?.Code);
        Assert.Equal(MeteringErrors.AmountOutOfRange.Code, Meter.Fold(new FakeLog().Grant(FakeLog.NewGrant("a", price: -1)).Records, FakeLog.Keys).Error?.Code);
        Assert.Equal(MeteringErrors.PayloadMalformed.Code, Meter.Fold(new FakeLog().Append(new Nonsense()).Records, FakeLog.Keys).Error?.Code);
        var huge = new FakeLog().Grant(FakeLog.NewGrant("a")).Report(bytes: long.MaxValue).Grant(FakeLog.NewGrant("b")).Report(bytes: 1);
        Assert.Equal(MeteringErrors.AmountOutOfRange.Code, Meter.Read(Uses(huge)).Error?.Code);
    }

    private static IReadOnlyList<UsageRecord> Uses(FakeLog log) => Meter.Fold(log.Records, FakeLog.Keys).Value;

    private static DsError? Refusal(FakeLog log, int index, LedgerRecord forged)
        => Meter.Fold(log.Records.Select((record, i) => i == index ? forged : record), FakeLog.Keys).Error;

    private static List<OpenedField> SamePayloadButPrice(LedgerRecord record, long price)
    {
        var changed = (GrantPayload.FromFields(record.PayloadFields).Value with { PricePerUseMinor = price }).ToFields();
        return [.. record.Fields!.Select((field, i) => field with { Value = changed[i].Value })];
    }

    private sealed class Nonsense : IEntryPayload
    {
        public EntryKind Kind => EntryKind.Report;

        public IReadOnlyList<PayloadField> ToFields() => [new PayloadField("nothing", new byte[] { 0x01 })];
    }
}
