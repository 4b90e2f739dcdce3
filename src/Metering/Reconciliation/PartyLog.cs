using System.Globalization;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Witnessing;
using DataSpace.Metering.Meters;

namespace DataSpace.Metering.Reconciliation;

/// <summary>A party whose log is read.</summary>
/// <param name="Did">Participant id.</param>
/// <param name="Directory">Directory of its log: published files and vault, or a copy of them.</param>
/// <param name="Keys">Its keys, each in its time: the one that agreements pin, and those that it announced before or after.</param>
/// <param name="Vkey">Verifier key of its log to trust; without one the directory's own.</param>
/// <param name="Witnesses">Who must have cosigned its log: then nothing counts that stands behind the newest checkpoint that they did. Null: all that the log holds.</param>
public sealed record SettlementParty(string Did, string Directory, KeySet Keys, string? Vkey = null, WitnessPolicy? Witnesses = null);

/// <summary>An entry with where it stands.</summary>
internal readonly record struct Placed<T>(long Index, long TimeMs, T Payload);

/// <summary>
/// What a party's log says about settlement. Every entry read is signed by the party and opened against its commitment, and all entries together are
/// those of the signed checkpoint. What the party says is then its own word, no more.
/// </summary>
internal sealed class PartyLog
{
    private readonly Dictionary<long, string> _roots = [];

    private PartyLog(SettlementParty party, OfflineLog log) => (Party, Log, Size) = (party, log, log.Checkpoint.Size);

    public SettlementParty Party { get; }

    public OfflineLog Log { get; }

    /// <summary>Receipts by the Grant's hash; of several the first.</summary>
    public Dictionary<string, Placed<ReceiptPayload>> Receipts { get; } = new(StringComparer.Ordinal);

    /// <summary>Disputes by the Grant's hash; of several the first.</summary>
    public Dictionary<string, Placed<DisputePayload>> Disputes { get; } = new(StringComparer.Ordinal);

    /// <summary>How disputes ended, by the Grant's hash; of several the first.</summary>
    public Dictionary<string, Placed<DisputeResolvedPayload>> Resolutions { get; } = new(StringComparer.Ordinal);

    /// <summary>Uses whose receipt the other side did not complete in time, by the Grant's hash; of several the first.</summary>
    public Dictionary<string, Placed<OneSidedPayload>> OneSided { get; } = new(StringComparer.Ordinal);

    /// <summary>Closes in order.</summary>
    public List<Placed<PeriodClosedPayload>> Closes { get; } = [];

    /// <summary>Adjustments in order.</summary>
    public List<Placed<AdjustmentPayload>> Adjustments { get; } = [];

    /// <summary>Entries that may count: all, or those that witnesses cosigned where that is demanded.</summary>
    public long Size { get; private init; }

    public static Result<PartyLog> Read(SettlementParty party)
    {
        if (!OfflineLog.Read(party.Directory, party.Vkey).TryGet(out var log, out var error))
            return SettlementErrors.LogUnusable.Of($"{party.Did}: {error}");
        var size = log.Checkpoint.Size;
        if (party.Witnesses is { } witnesses)
        {
            if (log.CosignedSize(witnesses) is not { } cosigned)
                return SettlementErrors.NotWitnessed.Of(party.Did);
            size = cosigned;
        }
        var read = new PartyLog(party, log) { Size = size };
        foreach (var record in log.Records)
        {
            if (record.Entry.Kind is EntryKind.Receipt or EntryKind.PeriodClosed or EntryKind.Adjustment or EntryKind.Dispute or EntryKind.DisputeResolved or EntryKind.OneSided
                && read.Take(record) is { } problem)
                return SettlementErrors.LogUnusable.Of($"{party.Did}: entry {record.Index.ToString(CultureInfo.InvariantCulture)}: {problem}");
        }
        return read;
    }

    /// <summary>Uses that the party granted, with everything checked.</summary>
    public Result<IReadOnlyList<UsageRecord>> Uses(SettlementParty consumer)
        => Meter.Fold(Log.Records, new MeterKeys(Party.Keys, new Dictionary<string, KeySet> { [consumer.Did] = consumer.Keys }));

    /// <summary>Root of the log when it had this many entries, lower-case hex.</summary>
    public string RootAt(long size)
    {
        if (!_roots.TryGetValue(size, out var root))
            _roots[size] = root = Convert.ToHexStringLower(MerkleHash.Root([.. Log.Records.Take((int)size).Select(r => r.LeafHash.ToArray())]));
        return root;
    }

    /// <summary>Whether both parties signed a receipt, each with a key that it had at some time from the Grant, as far as that is known, to the entry that holds the receipt.</summary>
    public static bool IsCountersigned(Placed<ReceiptPayload> receipt, PartyLog provider, PartyLog consumer, long? grantedMs)
    {
        var (first, last) = (EntryTime.Of(grantedMs ?? 0), EntryTime.Of(receipt.TimeMs));
        return consumer.Party.Keys.ValidWithin(first, last).Any(c => provider.Party.Keys.ValidWithin(first, last).Any(p => receipt.Payload.Verify(c, p) is null));
    }

    private string? Take(LedgerRecord record)
    {
        if (!Party.Keys.ValidWithin(EntryTime.Of(record.Entry.TimeMs), EntryTime.Of(record.Entry.TimeMs)).Any(record.Entry.IsSignedBy))
            return "not signed by a key that the owner of the log had then";
        if (record.Fields is null)
            return "its payload is missing";
        DsError? error;
        switch (record.Entry.Kind)
        {
            case EntryKind.Receipt:
                if (ReceiptPayload.FromFields(record.PayloadFields).TryGet(out var receipt, out error))
                    Receipts.TryAdd(receipt.GrantHash, new(record.Index, record.Entry.TimeMs, receipt));
                break;
            case EntryKind.PeriodClosed:
                if (PeriodClosedPayload.FromFields(record.PayloadFields).TryGet(out var close, out error))
                    Closes.Add(new(record.Index, record.Entry.TimeMs, close));
                break;
            case EntryKind.Adjustment:
                if (AdjustmentPayload.FromFields(record.PayloadFields).TryGet(out var adjustment, out error))
                    Adjustments.Add(new(record.Index, record.Entry.TimeMs, adjustment));
                break;
            case EntryKind.Dispute:
                if (DisputePayload.FromFields(record.PayloadFields).TryGet(out var dispute, out error))
                    Disputes.TryAdd(dispute.GrantHash, new(record.Index, record.Entry.TimeMs, dispute));
                break;
            case EntryKind.OneSided:
                if (OneSidedPayload.FromFields(record.PayloadFields).TryGet(out var alone, out error))
                    OneSided.TryAdd(alone.GrantHash, new(record.Index, record.Entry.TimeMs, alone));
                break;
            default:
                if ((record.IsErased ? DisputeResolvedPayload.FromMeteringPart(record.PayloadFields) : DisputeResolvedPayload.FromFields(record.PayloadFields)).TryGet(out var resolved, out error))
                    Resolutions.TryAdd(resolved.GrantHash, new(record.Index, record.Entry.TimeMs, resolved));
                break;
        }
        return error?.ToString();
    }
}
