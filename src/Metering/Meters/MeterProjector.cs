using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Fsck;

namespace DataSpace.Metering.Meters;

/// <summary>State of the meters of one log.</summary>
/// <param name="Origin">Name of the log.</param>
/// <param name="Size">Entries counted.</param>
/// <param name="Added">Entries counted in this run.</param>
/// <param name="Sums">Ordered by contract, month, unit.</param>
public sealed record MeterState(string Origin, long Size, long Added, IReadOnlyList<MeterSum> Sums);

/// <summary>
/// Folds a log into <c>metering.db</c> beside it, from where the last run ended. A run is one transaction that commits only when the root over everything
/// counted, ever, is that of the log's signed checkpoint: sums of another or an older history are refused, and an entry counts once whatever crashes.
/// </summary>
/// <remarks>
/// For the log's owner: payloads are believed as the vault holds them and receipts are counted without looking at signatures. What is
/// billed comes from <see cref="Meter"/>, which checks everything.
/// </remarks>
public static class MeterProjector
{
    /// <summary>Brings the meters of a ledger directory up to its checkpoint.</summary>
    public static Result<MeterState> Run(string directory, string? expectedVkey = null)
    {
        if (!LogStream.Open(directory, expectedVkey).TryGet(out var log, out var error))
            return MeteringErrors.LedgerUnreadable.Of(error.ToString());
        using (log)
        {
            if (!MeterStore.Open(Path.Combine(directory, MeterStore.FileName)).TryGet(out var store, out error))
                return error;
            using (store)
                return Fold(log, store, log.Checkpoint.Size, mustCommit: true);
        }
    }

    /// <summary>
    /// Compares the meters with a fresh fold of the same entries: null when every sum is the same, else the first difference. Says nothing about entries that were not counted yet.
    /// </summary>
    public static Result<MeterState> Verify(string directory, string? expectedVkey = null)
    {
        if (!File.Exists(Path.Combine(directory, MeterStore.FileName)))
            return MeteringErrors.StoreBroken.Of("absent");
        if (!LogStream.Open(directory, expectedVkey).TryGet(out var log, out var error))
            return MeteringErrors.LedgerUnreadable.Of(error.ToString());
        var scratch = Directory.CreateTempSubdirectory("meter-verify-");
        try
        {
            using (log)
            {
                if (!MeterStore.Open(Path.Combine(directory, MeterStore.FileName)).TryGet(out var kept, out error))
                    return error;
                using (kept)
                {
                    if (kept.Begin() is { } broken)
                        return broken;
                    var sums = kept.Sums();
                    kept.Abandon();
                    if (!MeterStore.Open(Path.Combine(scratch.FullName, MeterStore.FileName)).TryGet(out var fresh, out error))
                        return error;
                    using (fresh)
                    {
                        if (!Fold(log, fresh, kept.Frontier.Size, mustCommit: false).TryGet(out var state, out error))
                            return error;
                        if (!fresh.Frontier.Save().AsSpan().SequenceEqual(kept.Frontier.Save()))
                            return MeteringErrors.MetersDiffer.Of("the entries they were counted from");
                        if (Difference(sums, state.Sums) is { } difference)
                            return MeteringErrors.MetersDiffer.Of(difference);
                        return CheckRest(log, fresh.Frontier) is { } other ? other : state;
                    }
                }
            }
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    /// <summary>Folds up to a size; for tests also in pieces.</summary>
    internal static Result<MeterState> Fold(LogStream log, MeterStore store, long end, bool mustCommit)
    {
        if (store.Begin() is { } broken)
            return broken;
        var committed = false;
        try
        {
            var vkey = log.Key.ToString();
            if (store.Vkey.Length > 0 && store.Vkey != vkey)
                return MeteringErrors.AnotherHistory.Of("another log");
            var began = store.Frontier.Size;
            if (began > end || end > log.Checkpoint.Size)
                return MeteringErrors.AnotherHistory.Of(string.Create(CultureInfo.InvariantCulture, $"{Math.Max(began, end)} entries were counted, the log has {log.Checkpoint.Size}"));
            if (FoldPages(log, store, end) is { } problem)
                return problem;
            if (end == log.Checkpoint.Size && !store.Frontier.Root().AsSpan().SequenceEqual(log.Checkpoint.RootHash.Span))
                return MeteringErrors.AnotherHistory.Of("root");
            store.Flush();
            var state = new MeterState(log.Checkpoint.Origin, end, end - began, store.Sums());
            if (mustCommit)
            {
                store.Commit(vkey);
                committed = true;
            }
            return state;
        }
        finally
        {
            if (!committed)
                store.Abandon();
        }
    }

    // While one page is counted, on one thread, the next is read and decrypted.
    private static DsError? FoldPages(LogStream log, MeterStore store, long end)
    {
        Result<MeterPage> next = MeterPage.Empty;
        for (var first = store.Frontier.Size; ;)
        {
            if (!next.TryGet(out var page, out var error))
                return error;
            if (page.Hashes.Length == 0 && first == end)
                return null;
            DsError? problem = null;
            var from = first;
            Parallel.Invoke(
                () => problem = Count(page, store),
                () => next = from < end ? MeterPage.Read(log, from, end) : MeterPage.Empty);
            if (problem is not null)
                return problem;
            first += next.IsOk ? next.Value.Hashes.Length : 0;
        }
    }

    private static DsError? Count(MeterPage page, MeterStore store)
    {
        for (var i = 0; i < page.Hashes.Length; i++)
        {
            store.Frontier.Add(page.Hashes[i]);
            if (!page.Events[i].TryGet(out var item, out var error))
                return error;
            if (item is { } counted && store.Add(counted) is { } problem)
                return problem;
        }
        store.Flush();
        return null;
    }

    /// <summary>What was counted, and what comes after it, is what the checkpoint signs.</summary>
    private static DsError? CheckRest(LogStream log, Ledger.Merkle.Frontier frontier)
    {
        while (frontier.Size < log.Checkpoint.Size)
        {
            if (!log.Page(frontier.Size, log.Checkpoint.Size, _ => false).TryGet(out var page, out var error))
                return MeteringErrors.LedgerUnreadable.Of(error.ToString());
            foreach (var entry in page)
                frontier.Add(entry.LeafHash);
        }
        return frontier.Root().AsSpan().SequenceEqual(log.Checkpoint.RootHash.Span) ? null : MeteringErrors.AnotherHistory.Of("root");
    }

    private static string? Difference(IReadOnlyList<MeterSum> kept, IReadOnlyList<MeterSum> fresh)
    {
        var expected = fresh.ToDictionary(sum => (sum.ContractId, sum.Period, sum.Unit), sum => sum.Value);
        foreach (var sum in kept)
        {
            if (!expected.Remove((sum.ContractId, sum.Period, sum.Unit), out var value))
                return $"{sum.Unit} of {sum.Period}, which the log does not hold";
            if (value != sum.Value)
                return string.Create(CultureInfo.InvariantCulture, $"{sum.Unit} of {sum.Period}: {sum.Value}, the log gives {value}");
        }
        return expected.Count == 0 ? null : $"{expected.Keys.First().Unit} of {expected.Keys.First().Period} is missing";
    }

    /// <summary>One page of the log, as the meters see it.</summary>
    private sealed record MeterPage(byte[][] Hashes, Result<MeterEvent?>[] Events)
    {
        public static MeterPage Empty { get; } = new([], []);

        public static Result<MeterPage> Read(LogStream log, long first, long end)
        {
            if (!log.Page(first, end, MeterEvent.Concerns).TryGet(out var entries, out var error))
                return MeteringErrors.LedgerUnreadable.Of(error.ToString());
            var page = new MeterPage(new byte[entries.Count][], new Result<MeterEvent?>[entries.Count]);
            Parallel.For(0, entries.Count, i => (page.Hashes[i], page.Events[i]) = (entries[i].LeafHash, MeterEvent.Read(entries[i])));
            return page;
        }
    }
}
