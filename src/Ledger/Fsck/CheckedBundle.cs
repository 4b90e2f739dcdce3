using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Vault;

namespace DataSpace.Ledger.Fsck;

/// <summary>What can be said of an entry by itself.</summary>
/// <param name="Entry">Null when the bytes are none.</param>
/// <param name="IsTooLong">Why, where they are.</param>
/// <param name="Payload">What the vault has of it.</param>
internal sealed record EntryCheck(EntryView? Entry, bool IsTooLong, StoredPayload? Payload)
{
    public bool IsSigned { get; set; }

    /// <summary>Whether the payload opens to the commitment; counts only where something is there to open.</summary>
    public bool Opens { get; } = Entry is { } entry && Payload is { IsGone: false } stored && stored.Opens(entry.PayloadRoot.Span);
}

/// <summary>
/// A bundle, and what can be said of it without the others: the part of a verification that runs on every processor. Problems are kept in order until the bundle's turn comes.
/// </summary>
internal sealed class CheckedBundle
{
    private CheckedBundle(TilePath path, ProblemList problems) => (Path, Problems) = (path, problems);

    /// <summary>Where it lies.</summary>
    public TilePath Path { get; }

    public ProblemList Problems { get; }

    /// <summary>Checks of its entries; null when it cannot be read.</summary>
    public IReadOnlyList<EntryCheck>? Checks { get; private init; }

    /// <summary>Leaf hashes: of the entries, or else as the tile above has them; null when there is neither.</summary>
    public byte[]? Leaves { get; private init; }

    /// <summary>Root over <see cref="Leaves"/> when the bundle is full.</summary>
    public byte[]? Root { get; private init; }

    /// <summary>Leaf hash of an entry; that of nothing where it is not known.</summary>
    public ReadOnlySpan<byte> LeafOf(int number) => Leaves is null ? MerkleHash.Empty.Span : Leaves.AsSpan(number * MerkleHash.SizeBytes, MerkleHash.SizeBytes);

    public static CheckedBundle Of(TilePath path, ILogFiles files, ReadOnlySpan<StoredPayload?> payloads, EntrySignatures.Checker signatures)
    {
        var problems = new ProblemList();
        var tiles = new TileFiles(files, problems);
        var entries = tiles.ReadBundle(path);
        tiles.CheckPartialBundles(path, entries);
        // Without its entries the tree above can still be checked from the leaf hashes.
        var leaves = entries is null ? tiles.ReadTile(path with { Level = 0 }) : new byte[entries.Count * MerkleHash.SizeBytes];
        var checks = entries is null ? null : new EntryCheck[entries.Count];
        for (var i = 0; checks is not null && i < checks.Length; i++)
        {
            MerkleHash.Leaf(entries![i].Span, leaves.AsSpan(i * MerkleHash.SizeBytes, MerkleHash.SizeBytes));
            checks[i] = new EntryCheck(EntryView.Read(entries[i]), entries[i].Length > LedgerEntry.MaxBytes, payloads.IsEmpty ? null : payloads[i]);
        }
        signatures.Check(checks);
        return new CheckedBundle(path, problems) { Checks = checks, Leaves = leaves, Root = path.IsFull && leaves is not null ? TileNodes.Fold(leaves) : null };
    }
}
