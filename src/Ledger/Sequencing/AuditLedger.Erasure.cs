using System.Globalization;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Vault;

namespace DataSpace.Ledger.Sequencing;

/// <summary>An erasure that the owner decided.</summary>
/// <param name="Index">Entry.</param>
/// <param name="Part"><see cref="ErasedPayload.Content"/> or <see cref="ErasedPayload.All"/>.</param>
/// <param name="Ground">Legal ground, 1–200 characters.</param>
/// <param name="By">Pseudonym of whoever decided, 1–200 characters.</param>
public sealed record ErasureRequest(long Index, string Part, string Ground, string By);

public sealed partial class AuditLedger
{
    private const int MaxErasureText = 200;
    private readonly SemaphoreSlim _erasing = new(1);

    /// <summary>
    /// Erases the payload of an entry and records that in the log. The decision is durable first; then key and ciphertext go, then the Erased entry comes.
    /// A crash in between is made good at the next opening. Repeating an erasure gives the entry of the first time.
    /// </summary>
    public async Task<Result<AppendedEntry>> EraseAsync(ErasureRequest request, CancellationToken cancellation)
    {
        if (Volatile.Read(ref _disposed) != 0)
            return LedgerErrors.Closed.Of();
        await _open.WaitAsync(cancellation).ConfigureAwait(false);
        await _erasing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (Volatile.Read(ref _disposed) != 0)
                return LedgerErrors.Closed.Of();
            if (Refusal is { } refusal)
                return refusal; // what cannot be recorded is not erased
            if (CheckErasure(request) is { } error)
                return error;
            var decided = _vault.WriteDown(new ErasureRow(request.Index, request.Part, RandomNumberGenerator.GetBytes(EventIdBytes), request.Ground, request.By, null));
            _fault(FaultPoint.AfterErasureDecided);
            return await CarryOutAsync(decided).ConfigureAwait(false);
        }
        catch (Exception e) when (IoFailure.IsStorage(e) || e is InvalidDataException)
        {
            return Stop(e);
        }
        finally
        {
            _erasing.Release();
        }
    }

    /// <summary>Runs a reader of the vault's files while no erasure is under way: what a reader still sees cannot be dropped. Erasures wait meanwhile.</summary>
    public async Task<T> ReadVaultAsync<T>(Func<T> read, CancellationToken cancellation)
    {
        await _erasing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await Task.Run(read, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _erasing.Release();
        }
    }

    // While no other erasure runs: at opening. What cannot be completed now is left for the next time.
    private void CompleteErasures()
    {
        if (Refusal is not null)
            return;
        foreach (var undone in _vault.Undone())
            CarryOutAsync(undone).GetAwaiter().GetResult();
    }

    private DsError? CheckErasure(ErasureRequest request)
    {
        if (request.Part is not (ErasedPayload.Content or ErasedPayload.All) || request.Ground.Length is 0 or > MaxErasureText || request.By.Length is 0 or > MaxErasureText)
            return LedgerErrors.InvalidField.Of("part, ground or by");
        if (Decoded(request.Index) is not { } entry)
            return LedgerErrors.IndexOutOfRange.Of();
        if (entry.Kind is EntryKind.Erased or EntryKind.DisclosureGiven or EntryKind.LogContinued)
            return LedgerErrors.NotErasable.Of($"{entry.Kind}: what the log says of itself stays");
        var metered = MeteringFields.Has(entry.Kind);
        if (request.Part == ErasedPayload.All && metered && RetainedUntil(entry) is var end && end > _clock.GetUtcNow())
            return LedgerErrors.MeteringRetained.Of(string.Create(CultureInfo.InvariantCulture, $"until {end:yyyy-MM-dd}"));
        var opened = _vault.Open(request.Index, entry.PayloadRoot.Span);
        if (opened.Error is { } error)
            return error.Kind == LedgerErrors.PayloadErased ? null : error;
        return request.Part == ErasedPayload.Content && metered && opened.Value.All(leaf => leaf.Field is null || MeteringFields.Contains(entry.Kind, leaf.Field.Label)) && opened.Value.All(leaf => leaf.Field is not null)
            ? LedgerErrors.NotErasable.Of($"{entry.Kind}: it has metering fields alone")
            : null;
    }

    private DateTimeOffset RetainedUntil(LedgerEntry entry) => DateTimeOffset.FromUnixTimeMilliseconds(entry.TimeMs).AddDays(_options.MeteringRetentionDays);

    private async Task<Result<AppendedEntry>> CarryOutAsync(ErasureRow erasure)
    {
        var bytes = EntryBytes(erasure.Index);
        if (bytes is null || Decoded(erasure.Index) is not { } entry)
            return LedgerErrors.IndexOutOfRange.Of();
        Func<string, bool>? keep = erasure.Part == ErasedPayload.Content && MeteringFields.Has(entry.Kind) ? label => MeteringFields.Contains(entry.Kind, label) : null;
        if (!_vault.Erase(erasure.Index, entry.PayloadRoot.Span, keep, _fault).TryGet(out var flushed, out var error))
            return error;
        if (!flushed)
            return LedgerErrors.ErasurePending.Of();
        _fault(FaultPoint.BeforeErasedEntry);
        var said = new ErasedPayload
        {
            Index = erasure.Index,
            EntryHash = Convert.ToHexStringLower(MerkleHash.Leaf(bytes.Value.Span)),
            Part = erasure.Part,
            Ground = erasure.Ground,
            By = erasure.By,
        };
        // Not cancelled: the content is gone, so the log must say so.
        var appended = await SubmitAsync(said, Origin, erasure.EventId, effect: null, CancellationToken.None).ConfigureAwait(false);
        if (!appended.TryGet(out var written, out error))
            return error;
        _fault(FaultPoint.AfterErasedEntry);
        _vault.Done(erasure, written.Index);
        return written;
    }

    private LedgerEntry? Decoded(long index)
        => index >= 0 && EntryBytes(index) is { } bytes && LedgerEntry.Decode(bytes).TryGet(out var entry, out _) ? entry : null;
}
