using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Fsck;
using DataSpace.Metering.Meters;

namespace DataSpace.Metering.Rating;

/// <summary>What to recompute.</summary>
public sealed record StatementRequest
{
    /// <summary>Keys per consumer (participant id), as pinned in the agreements. A use whose receipt no such key signed is not billed.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<PublicKey>> ConsumerKeys { get; init; }

    /// <summary>Verifier key of the log to trust; without one the directory's own, which proves consistency, not identity.</summary>
    public string? ExpectedVkey { get; init; }

    /// <summary>Keys that the provider signed entries with before the log's present key.</summary>
    public IReadOnlyList<PublicKey> FormerProviderKeys { get; init; } = [];

    /// <summary>One contract only, or null for all.</summary>
    public string? ContractId { get; init; }

    /// <summary>One month only (<c>yyyy-MM</c>), or null for all.</summary>
    public string? Period { get; init; }
}

/// <summary>
/// Meters and bill of one log, with the log state they rest on. Whoever may read the same log recomputes the same
/// <see cref="Bill"/> bytes, without the node that wrote it.
/// </summary>
/// <param name="Origin">Name of the log.</param>
/// <param name="Size">Entries that the checkpoint covers.</param>
/// <param name="RootHash">Root of the checkpoint, lower-case hex.</param>
/// <param name="Readings">Counts per contract and month.</param>
/// <param name="Bill">The bill.</param>
public sealed record Statement(string Origin, long Size, string RootHash, IReadOnlyList<MeterReading> Readings, Bill Bill)
{
    /// <summary>
    /// Recomputes from a ledger directory: published files and the vault beside them. Verifies checkpoint, entries, payloads and
    /// receipts on the way; one defect refuses the whole statement, since a bill over a damaged log proves nothing.
    /// </summary>
    public static Result<Statement> Recompute(string directory, StatementRequest request)
    {
        if (!OfflineLog.Read(directory, request.ExpectedVkey).TryGet(out var log, out var unreadable))
            return MeteringErrors.LedgerUnreadable.Of(unreadable.ToString());
        if (!KeysOf(log, request).TryGet(out var keys, out var malformed))
            return malformed;
        if (!Meter.Fold(log.Records, keys, request.ContractId).TryGet(out var uses, out var error))
            return error;
        var inPeriod = uses.Where(use => request.Period is null || use.Period == request.Period).ToList();
        if (!Meter.Read(inPeriod).TryGet(out var readings, out error) || !Bill.Rate(inPeriod).TryGet(out var bill, out error))
            return error;
        return new Statement(log.Checkpoint.Origin, log.Checkpoint.Size, Convert.ToHexStringLower(log.Checkpoint.RootHash.Span), readings, bill);
    }

    private static Result<MeterKeys> KeysOf(OfflineLog log, StatementRequest request)
    {
        if (!KeySet.Unbounded([log.Key.Key, .. request.FormerProviderKeys]).TryGet(out var provider, out var error))
            return error;
        var consumers = new Dictionary<string, KeySet>(StringComparer.Ordinal);
        foreach (var (did, known) in request.ConsumerKeys)
        {
            if (!KeySet.Unbounded(known).TryGet(out var keys, out error))
                return error;
            consumers[did] = keys;
        }
        return new MeterKeys(provider, consumers);
    }
}
