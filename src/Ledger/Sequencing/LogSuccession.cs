using System.Globalization;
using System.Text;
using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Ledger.Sequencing;

/// <summary>The owner's decision that a log which was rolled back ends, and under which name it goes on.</summary>
/// <param name="OldOrigin">The log that ends.</param>
/// <param name="NewOrigin">The log that begins.</param>
/// <param name="Reason">In the owner's words, at most 200 characters.</param>
/// <param name="KnownCheckpoint">The longest checkpoint of the old log that somebody holds.</param>
public sealed record SuccessionOrder(string OldOrigin, string NewOrigin, string Reason, string KnownCheckpoint);

/// <summary>
/// Ends a log and begins the next one beside it. Only while no ledger is open in either place. Every step can be repeated after a crash: the new log is built apart,
/// then two renames make it the node's. Every counter of the old log is exhausted in the new one, and marks stay as high as they were.
/// </summary>
public static class LogSuccession
{
    /// <summary>Mark in the new log: the moment it began, milliseconds since 1970; its note is the old origin.</summary>
    public const string ContinuedMark = "continued";

    /// <summary>Limit and expenditure of counters that had no limit of their own: more than any debit allows, and raised by no re-grant in practice.</summary>
    private const long Unlimited = 1L << 56;

    private const string OrderFile = "successor.json";
    private const string OriginFile = "origin";
    private const string NextSuffix = ".next";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Writes the decision down; <see cref="Apply"/> carries it out at the next start.</summary>
    public static void Appoint(string ledgerDirectory, SuccessionOrder order)
    {
        DurableFile.Replace(Path.Combine(ledgerDirectory, OrderFile), JsonSerializer.SerializeToUtf8Bytes(order, Json));
        DurableFile.SyncDirectory(ledgerDirectory);
    }

    /// <summary>The decision that waits for the next start, or null.</summary>
    public static SuccessionOrder? Appointed(string ledgerDirectory)
    {
        var file = Path.Combine(ledgerDirectory, OrderFile);
        return File.Exists(file) ? JsonSerializer.Deserialize<SuccessionOrder>(File.ReadAllBytes(file), Json) : null;
    }

    /// <summary>Where an ended log stays readable.</summary>
    public static string ArchiveOf(string ledgerDirectory, string origin)
        => $"{ledgerDirectory}.ended-{origin[(origin.LastIndexOf('/') + 1)..]}";

    /// <summary>Carries out what was decided, or finishes what a crash interrupted. True when the node goes on under a new log now.</summary>
    public static async Task<Result<bool>> ApplyAsync(string ledgerDirectory, ISigner signer, TimeProvider clock, CancellationToken cancellation, string? keyStoreDirectory = null)
    {
        var next = ledgerDirectory + NextSuffix;
        try
        {
            if (!Directory.Exists(ledgerDirectory) && Directory.Exists(next) && Directory.EnumerateDirectories(Path.GetDirectoryName(ledgerDirectory)!, Path.GetFileName(ledgerDirectory) + ".ended-*").Any())
            {
                Move(next, ledgerDirectory); // the crash lay between the two renames
                return true;
            }
            if (Appointed(ledgerDirectory) is not { } order)
                return false;
            var archive = ArchiveOf(ledgerDirectory, order.OldOrigin);
            if (Directory.Exists(archive))
                return LedgerErrors.Corrupt.Of("the old log was put away before");
            if (Directory.Exists(next))
                Directory.Delete(next, recursive: true);
            if (await BuildAsync(ledgerDirectory, next, order, signer, clock, keyStoreDirectory, cancellation) is { } error)
                return error;
            Move(ledgerDirectory, archive);
            Move(next, ledgerDirectory);
            return true;
        }
        catch (Exception e) when (IoFailure.IsStorage(e) || e is JsonException or InvalidDataException)
        {
            return IoFailure.Classify(e);
        }
    }

    private static async Task<DsError?> BuildAsync(
        string old, string next, SuccessionOrder order, ISigner signer, TimeProvider clock, string? keyStoreDirectory, CancellationToken cancellation)
    {
        if (!Checkpoint.Open(order.KnownCheckpoint, VerifierKey.ForLog(order.OldOrigin, signer.PublicKey)).TryGet(out var known, out var error))
            return error;
        List<BudgetState> budgets;
        List<(string Key, string Value)> marks;
        long kept;
        using (var store = LedgerStore.OpenForReading(old))
        {
            if (store.CheckIdentity(order.OldOrigin, VerifierKey.ForLog(order.OldOrigin, signer.PublicKey).ToString()) is { } other)
                return other;
            (budgets, marks, kept) = (store.Budgets(), store.MetaUnder(AuditLedger.MarkPrefix), store.Head().Checkpoint.Size);
        }
        var opened = AuditLedger.Open(new LedgerOptions { Directory = next, Origin = order.NewOrigin, KeyStoreDirectory = keyStoreDirectory }, signer, clock);
        if (!opened.TryGet(out var ledger, out error))
            return error;
        await using (ledger)
        {
            foreach (var budget in budgets)
            {
                var defined = ledger.DefineExhaustedBudget(budget.BudgetId, budget.Limit == BudgetState.LimitInDebits ? Unlimited : budget.Limit, budget.ContractId);
                if (!defined.IsOk)
                    return defined.Error;
            }
            foreach (var (key, value) in marks)
            {
                var space = value.IndexOf(' ', StringComparison.Ordinal);
                var raised = ledger.RaiseMark(key[AuditLedger.MarkPrefix.Length..], long.Parse(value.AsSpan(0, space), CultureInfo.InvariantCulture), value[(space + 1)..]);
                if (!raised.IsOk)
                    return raised.Error;
            }
            if (ledger.RaiseMark(ContinuedMark, clock.GetUtcNow().ToUnixTimeMilliseconds(), order.OldOrigin) is { IsOk: false } unmarked)
                return unmarked.Error;
            var said = new LogContinuedPayload
            {
                OldOrigin = order.OldOrigin,
                NewOrigin = order.NewOrigin,
                KnownSize = known.Size,
                KnownRoot = Convert.ToHexStringLower(known.RootHash.Span),
                KeptSize = kept,
                Reason = order.Reason,
            };
            if (ledger.Latest.Size == 0 && await ledger.AppendAsync(new EntryDraft(said, order.NewOrigin), cancellation) is { IsOk: false } refused)
                return refused.Error;
            await ledger.WaitPublishedAsync(1, cancellation);
        }
        DurableFile.Replace(Path.Combine(next, OriginFile), Encoding.UTF8.GetBytes(order.NewOrigin + "\n"));
        DurableFile.SyncDirectory(next);
        return null;
    }

    private static void Move(string from, string to)
    {
        Directory.Move(from, to);
        DurableFile.SyncDirectory(Path.GetDirectoryName(to)!);
    }
}
