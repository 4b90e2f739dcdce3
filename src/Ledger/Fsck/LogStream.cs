using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Vault;
using Microsoft.Data.Sqlite;

namespace DataSpace.Ledger.Fsck;

/// <summary>An entry as it streams by.</summary>
/// <param name="Index">Index.</param>
/// <param name="Head">Kind, time, payload root.</param>
/// <param name="LeafHash">Leaf hash.</param>
/// <param name="Fields">Payload fields, or null when they were not asked for or the vault does not hold them; after an erasure those that stay.</param>
public readonly record struct StreamedEntry(long Index, EntryHead Head, byte[] LeafHash, FieldList? Fields);

/// <summary>
/// Reads a log of any length from its published files and the vault beside it, page by page: memory does not grow with the log. Payloads are
/// decrypted, not checked against their commitments, and signatures are not looked at: for the owner's own meters. Whether the entries
/// are those of the signed checkpoint is the reader's to check, with a <see cref="Frontier"/> over the leaf hashes. Not thread-safe.
/// </summary>
public sealed class LogStream : IDisposable
{
    /// <summary>Entries of a page: whole bundles.</summary>
    public const int PageEntries = 64 * TilePath.FullWidth;

    private readonly TileFiles _files;
    private readonly VaultReader? _vault;

    private LogStream(VerifierKey key, Checkpoint checkpoint, TileFiles files, VaultReader? vault)
        => (Key, Checkpoint, _files, _vault) = (key, checkpoint, files, vault);

    /// <summary>Key that the checkpoint verifies with.</summary>
    public VerifierKey Key { get; }

    /// <summary>The published checkpoint.</summary>
    public Checkpoint Checkpoint { get; }

    /// <summary>Opens a directory.</summary>
    /// <param name="directory">Directory of the log.</param>
    /// <param name="expectedVkey">Verifier key to trust; without one the directory's own, which proves consistency, not identity.</param>
    public static Result<LogStream> Open(string directory, string? expectedVkey = null)
    {
        var problems = new ProblemList();
        var files = new TileFiles(directory, problems);
        if (!files.ReadHead(expectedVkey).TryGet(out var head, out var error))
            return error;
        var (key, checkpoint) = head;
        var vault = VaultReader.TryOpen(directory, problems);
        return problems.Count > 0 ? LedgerErrors.Corrupt.Of(problems.Listed[0].ToString()) : new LogStream(key, checkpoint, files, vault);
    }

    /// <summary>
    /// One page: the entries from <paramref name="first"/> to the end of the page or to <paramref name="end"/>, in order.
    /// </summary>
    /// <param name="first">First index; a page begins at multiples of <see cref="PageEntries"/>.</param>
    /// <param name="end">Not read any more; at most the checkpoint's size.</param>
    /// <param name="isWanted">Kinds whose payloads are wanted.</param>
    public Result<IReadOnlyList<StreamedEntry>> Page(long first, long end, Func<EntryKind, bool> isWanted)
    {
        var last = Math.Min(Math.Min(end, Checkpoint.Size), first - first % PageEntries + PageEntries);
        var count = (int)Math.Max(0, last - first);
        var entries = new StreamedEntry[count];
        StoredPayload?[]? payloads;
        try
        {
            payloads = _vault?.Page(first, count);
        }
        catch (SqliteException)
        {
            return LedgerErrors.Corrupt.Of("vault.db: cannot be read");
        }
        var bytes = new List<ReadOnlyMemory<byte>>(count);
        for (var number = first / TilePath.FullWidth; number * TilePath.FullWidth < last; number++)
        {
            var width = (int)Math.Min(TilePath.FullWidth, Checkpoint.Size - number * TilePath.FullWidth);
            var path = new TilePath(TilePath.EntriesLevel, number, width);
            if (_files.ReadBundle(path) is not { } bundle)
                return LedgerErrors.Corrupt.Of($"{path}: absent or not whole");
            var skip = (int)Math.Max(0, first - number * TilePath.FullWidth);
            bytes.AddRange(bundle.Skip(skip).Take((int)Math.Min(width, last - number * TilePath.FullWidth) - skip));
        }
        DsError? problem = null;
        // Hashing and decrypting cost most, and entries do not depend on each other.
        Parallel.For(0, count, (i, state) =>
        {
            if (Read(first + i, bytes[i], payloads?[i], isWanted).TryGet(out entries[i], out var error))
                return;
            problem = error;
            state.Stop();
        });
        return problem is null ? entries : problem;
    }

    /// <inheritdoc />
    public void Dispose() => _vault?.Dispose();

    private static Result<StreamedEntry> Read(long index, ReadOnlyMemory<byte> bytes, StoredPayload? payload, Func<EntryKind, bool> isWanted)
    {
        if (EntryHead.Read(bytes) is not { } head)
            return LedgerErrors.EntryMalformed.Of($"entry {index}");
        FieldList? fields = null;
        if (payload is { } stored && isWanted(head.Kind) && !stored.Decrypt(head.PayloadRoot.Span).TryGet(out fields, out var error))
            return error.Kind.Of($"entry {index}");
        return new StreamedEntry(index, head, MerkleHash.Leaf(bytes.Span), fields);
    }
}
