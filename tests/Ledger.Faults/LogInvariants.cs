using System.Globalization;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Ledger.Faults;

/// <summary>How a log breaks its word.</summary>
public enum BreachKind
{
    /// <summary>Something acknowledged is not in the log, or is another entry.</summary>
    Lost,

    /// <summary>One id has two entries, or a budget says another number than the Grants.</summary>
    CountedTwice,

    /// <summary>Two histories.</summary>
    Forked,

    /// <summary>The files do not verify.</summary>
    Unsound,
}

/// <summary>One broken promise.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="What">What is wrong.</param>
public sealed record Breach(BreachKind Kind, string What)
{
    /// <inheritdoc />
    public override string ToString() => $"{Kind}: {What}";
}

/// <summary>
/// What holds of a log after whatever happened to it: indices without a gap, the root recomputed from the entries, consistency with every checkpoint
/// that was ever shown, everything acknowledged at its place, one entry per id, budgets equal to the Grants, and a clean verification.
/// Reads the published files; the stores only for budgets and their own integrity.
/// </summary>
public static class LogInvariants
{
    /// <summary>Checks a directory whose publication has caught up. Empty when every promise holds.</summary>
    /// <param name="directory">Directory of a log of <see cref="Load"/>.</param>
    /// <param name="journal">What was heard of it.</param>
    /// <param name="fully">False leaves out signatures and tiles of old entries, for long logs whose beginning was checked before.</param>
    public static IReadOnlyList<Breach> Check(string directory, Journal journal, bool fully = true) => Check(directory, journal, fully, withStores: true);

    /// <summary>Checks published files that lie without their stores: all of it but uses, budgets, payloads and the stores themselves.</summary>
    /// <param name="directory">Directory with the published files alone.</param>
    /// <param name="journal">What was heard of the log; null where an older state of it lies there: its files must verify, and nothing is compared.</param>
    public static IReadOnlyList<Breach> CheckPublished(string directory, Journal? journal) => Check(directory, journal, fully: true, withStores: false);

    private static List<Breach> Check(string directory, Journal? journal, bool fully, bool withStores)
    {
        var breaches = new List<Breach>();
        try
        {
            if (journal?.Fork is { } fork)
                breaches.Add(new(BreachKind.Forked, fork));
            var checkpoint = ReadCheckpoint(directory, breaches);
            if (checkpoint is null)
                return breaches;
            if (fully)
                Verify(directory, checkpoint, withStores, breaches);
            if (journal is null)
                return breaches;
            var leaves = CheckEntries(directory, checkpoint, journal.Checkpoints, breaches);
            CheckConsistency(directory, checkpoint, journal.Checkpoints, breaches);
            CheckAcknowledged(directory, checkpoint, leaves, journal.Acknowledgements, breaches);
            if (withStores)
                CheckUses(directory, leaves, breaches);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or Microsoft.Data.Sqlite.SqliteException)
        {
            breaches.Add(new(BreachKind.Unsound, e.GetType().Name + ": " + e.Message));
        }
        return breaches;
    }

    private static Checkpoint? ReadCheckpoint(string directory, List<Breach> breaches)
    {
        if (Checkpoint.Open(File.ReadAllText(Path.Combine(directory, "checkpoint")), Load.Key).TryGet(out var checkpoint, out var error))
            return checkpoint;
        breaches.Add(new(BreachKind.Unsound, "checkpoint: " + error));
        return null;
    }

    private static void Verify(string directory, Checkpoint checkpoint, bool withStores, List<Breach> breaches)
    {
        var report = LedgerVerifier.Verify(directory, new VerifyOptions { ExpectedVkey = Load.Key.ToString(), WitnessCheckpoint = checkpoint.Note });
        breaches.AddRange(report.Problems.Select(problem => new Breach(BreachKind.Unsound, problem.ToString())));
        if (withStores && report.PayloadsAbsent != 0)
            breaches.Add(new(BreachKind.Lost, string.Create(CultureInfo.InvariantCulture, $"{report.PayloadsAbsent} payloads are not in the vault")));
    }

    // Every root that was ever signed is recomputed from the entries as they lie there now.
    private static List<byte[]> CheckEntries(string directory, Checkpoint checkpoint, IReadOnlyList<Checkpoint> earlier, List<Breach> breaches)
    {
        var (leaves, events, tree) = (new List<byte[]>((int)checkpoint.Size), new HashSet<UInt128>(), new Frontier());
        var roots = earlier.Append(checkpoint).ToLookup(c => c.Size);
        foreach (var path in TilePath.Between(0, checkpoint.Size).Where(path => path.IsEntries))
        {
            var entries = EntryBundle.Decode(File.ReadAllBytes(Path.Combine(directory, path.ToString())));
            if (entries?.Count != path.Width)
                throw new InvalidDataException($"{path} is not whole");
            foreach (var bytes in entries)
            {
                if (!LedgerEntry.Decode(bytes).TryGet(out var entry, out var error))
                    breaches.Add(new(BreachKind.Unsound, string.Create(CultureInfo.InvariantCulture, $"entry {leaves.Count}: {error}")));
                else if (!events.Add(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(entry.EventId.Span)))
                    breaches.Add(new(BreachKind.CountedTwice, string.Create(CultureInfo.InvariantCulture, $"the event of entry {leaves.Count} has an entry before")));
                leaves.Add(MerkleHash.Leaf(bytes.Span));
                tree.Add(leaves[^1]);
                if (roots.Contains(tree.Size) && roots[tree.Size].Any(c => !c.RootHash.Span.SequenceEqual(tree.Root())))
                    breaches.Add(new(BreachKind.Forked, string.Create(CultureInfo.InvariantCulture, $"the entries do not give the root signed at size {tree.Size}")));
            }
        }
        return leaves;
    }

    private static void CheckConsistency(string directory, Checkpoint checkpoint, IReadOnlyList<Checkpoint> earlier, List<Breach> breaches)
    {
        var nodes = new TileNodes(new DirectoryTiles(directory), checkpoint.Size);
        foreach (var old in earlier.Where(c => c.Size > 0))
        {
            if (old.Size > checkpoint.Size)
                breaches.Add(new(BreachKind.Lost, string.Create(CultureInfo.InvariantCulture, $"size {old.Size} was signed before, now it is {checkpoint.Size}")));
            else if (!ProofVerifier.Consistency(old.Size, checkpoint.Size, old.RootHash.Span, checkpoint.RootHash.Span, ProofBuilder.Consistency(old.Size, checkpoint.Size, nodes)))
                breaches.Add(new(BreachKind.Forked, string.Create(CultureInfo.InvariantCulture, $"not consistent with the checkpoint of size {old.Size}")));
        }
    }

    private static void CheckAcknowledged(string directory, Checkpoint checkpoint, List<byte[]> leaves, IReadOnlyList<Acknowledged> acknowledged, List<Breach> breaches)
    {
        var nodes = new TileNodes(new DirectoryTiles(directory), checkpoint.Size);
        foreach (var entry in acknowledged)
        {
            if (entry.Index >= leaves.Count || Convert.ToHexStringLower(leaves[(int)entry.Index]) != entry.LeafHash)
                breaches.Add(new(BreachKind.Lost, string.Create(CultureInfo.InvariantCulture, $"{entry.What}, acknowledged at {entry.Index}, is not there")));
            else if (!ProofVerifier.Inclusion(entry.Index, checkpoint.Size, leaves[(int)entry.Index], ProofBuilder.Inclusion(entry.Index, checkpoint.Size, nodes), checkpoint.RootHash.Span))
                breaches.Add(new(BreachKind.Unsound, string.Create(CultureInfo.InvariantCulture, $"{entry.What} has no inclusion proof in the published tiles")));
        }
        foreach (var twice in acknowledged.GroupBy(a => a.What, StringComparer.Ordinal).Where(g => g.Select(a => a.Index).Distinct().Skip(1).Any()))
            breaches.Add(new(BreachKind.CountedTwice, $"{twice.Key} was acknowledged at two indices"));
    }

    private static void CheckUses(string directory, List<byte[]> leaves, List<Breach> breaches)
    {
        using var stream = LogStream.Open(directory, Load.Key.ToString()).Value;
        var (uses, reported, received, grants) = (new HashSet<string>(), new HashSet<string>(), new HashSet<string>(), new HashSet<string>());
        for (var first = 0L; first < leaves.Count; first += LogStream.PageEntries)
        {
            if (!stream.Page(first, leaves.Count, kind => kind is EntryKind.Grant or EntryKind.Report or EntryKind.Receipt).TryGet(out var page, out var error))
                throw new InvalidDataException(error.ToString());
            foreach (var entry in page.Where(e => e.Head.Kind is EntryKind.Grant or EntryKind.Report or EntryKind.Receipt))
            {
                var at = string.Create(CultureInfo.InvariantCulture, $"entry {entry.Index}");
                if (entry.Fields?.ToList() is not { } fields)
                {
                    breaches.Add(new(BreachKind.Lost, at + " has no payload"));
                    continue;
                }
                var (seen, id) = entry.Head.Kind switch
                {
                    EntryKind.Grant => (uses, GrantPayload.FromFields(fields).Value.UseId),
                    EntryKind.Report => (reported, ReportPayload.FromFields(fields).Value.GrantHash),
                    _ => (received, ReceiptPayload.FromFields(fields).Value.GrantHash),
                };
                if (!seen.Add(id))
                    breaches.Add(new(BreachKind.CountedTwice, $"{at}: a second {entry.Head.Kind} of one use"));
                if (entry.Head.Kind == EntryKind.Grant)
                    grants.Add(Convert.ToHexStringLower(entry.LeafHash));
                else if (!grants.Contains(id))
                    breaches.Add(new(BreachKind.Lost, $"{at}: a {entry.Head.Kind} without its Grant"));
            }
        }
        CheckStores(directory, uses, leaves.Count, breaches);
    }

    private static void CheckStores(string directory, HashSet<string> uses, int size, List<Breach> breaches)
    {
        foreach (var file in Directory.EnumerateFiles(directory, "*.db"))
        {
            using var store = new Sqlite(file, readOnly: true);
            if (store.Scalar("PRAGMA integrity_check") is not "ok")
                breaches.Add(new(BreachKind.Unsound, Path.GetFileName(file) + " fails its integrity check"));
        }
        using var ledger = LedgerStore.OpenForReading(directory);
        if (ledger.EntryCount() != size)
            breaches.Add(new(BreachKind.Unsound, string.Create(CultureInfo.InvariantCulture, $"published {size} entries, stored {ledger.EntryCount()}")));
        using var rows = new Sqlite(Path.Combine(directory, LedgerStore.FileName), readOnly: true);
        var indexed = (long)rows.Scalar("SELECT count(*) FROM event")!;
        if (indexed != ledger.IndexedEvents() || rows.Scalar("SELECT 1 FROM event WHERE idx >= $0 LIMIT 1", indexed) is not null)
            breaches.Add(new(BreachKind.CountedTwice, string.Create(CultureInfo.InvariantCulture, $"{indexed} event ids in their table, {ledger.IndexedEvents()} expected: one that is in neither place can be used again")));
        foreach (var budget in ledger.Budgets().Where(b => b.Spent != uses.Count))
            breaches.Add(new(BreachKind.CountedTwice, string.Create(CultureInfo.InvariantCulture, $"{budget.BudgetId}: {budget.Spent} spent, {uses.Count} granted")));
        foreach (var use in uses.Where(use => ledger.FindUse(use, withOutput: false) is null))
            breaches.Add(new(BreachKind.CountedTwice, $"use {use} could be granted again"));
    }
}
