using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Ledger.Fsck;

/// <summary>
/// Verifies a log from its published files alone: every entry against its tile, every tile upward, the root against the signed
/// checkpoint, every entry's form and signature, and payloads against their commitments where the vault lies beside it.
/// Trusts nothing in the directory except, when the caller names no key, the key file. Memory does not grow with the log.
/// </summary>
public sealed class LedgerVerifier
{
    private readonly string _directory;
    private readonly VerifyOptions _options;
    private readonly ProblemList _problems = new();
    private readonly Dictionary<EntryKind, long> _counts = [];
    private readonly RightEdge _edge = new();
    private readonly TileFiles _files;
    private long _lastTimeMs;
    private long _payloadsChecked;
    private long _payloadsAbsent;

    private LedgerVerifier(string directory, VerifyOptions options)
    {
        (_directory, _options) = (directory, options);
        _files = new TileFiles(directory, _problems);
    }

    /// <summary>Verifies a directory. Throws nothing for what the directory holds; every defect is a problem in the report.</summary>
    public static VerifyReport Verify(string directory, VerifyOptions? options = null)
        => new LedgerVerifier(directory, options ?? new VerifyOptions()).Run();

    private VerifyReport Run()
    {
        var key = ReadKey();
        var checkpoint = key is null ? null : ReadCheckpoint(key);
        if (key is not null && checkpoint is not null)
        {
            var witness = ReadWitness(key, checkpoint);
            using var vault = VaultReader.TryOpen(_directory, _problems);
            CheckWitness(witness);
            for (var first = 0L; first < checkpoint.Size; first += TilePath.FullWidth)
            {
                CheckBundle(first, (int)Math.Min(TilePath.FullWidth, checkpoint.Size - first), witness, key, vault);
                _options.Progress?.Invoke(_edge.Size);
            }
            CheckEdge();
            if (!_edge.Root().AsSpan().SequenceEqual(checkpoint.RootHash.Span))
                _problems.Add("checkpoint", "its root is not the root of the entries");
            _files.CheckUnexpected(checkpoint.Size);
        }
        return new VerifyReport
        {
            Origin = key?.Name ?? "",
            Vkey = key?.ToString() ?? "",
            Size = checkpoint?.Size ?? 0,
            RootHash = checkpoint is null ? "" : Convert.ToHexStringLower(checkpoint.RootHash.Span),
            Counts = _counts,
            PayloadsChecked = _payloadsChecked,
            PayloadsAbsent = _payloadsAbsent,
            Problems = _problems.Listed,
            ProblemCount = _problems.Count,
            Notices = _problems.Notices,
        };
    }

    private VerifierKey? ReadKey()
    {
        var stored = _files.ReadText(StaticPublisher.VerifierKeyFile)?.TrimEnd('\n');
        if (stored is null && _options.ExpectedVkey is null)
        {
            _problems.Add(StaticPublisher.VerifierKeyFile, "absent, and no key was given");
            return null;
        }
        if (_options.ExpectedVkey is { } expected && stored is not null && stored != expected)
            _problems.Add(StaticPublisher.VerifierKeyFile, "is not the expected key");
        if (VerifierKey.Parse(_options.ExpectedVkey ?? stored!).TryGet(out var key, out var error))
            return key;
        _problems.Add(StaticPublisher.VerifierKeyFile, error.ToString());
        return null;
    }

    private Checkpoint? ReadCheckpoint(VerifierKey key)
    {
        if (_files.ReadText(StaticPublisher.CheckpointFile) is not { } note)
        {
            _problems.Add("checkpoint", "absent or not text");
            return null;
        }
        if (Checkpoint.Open(note, key).TryGet(out var checkpoint, out var error))
            return checkpoint;
        _problems.Add("checkpoint", error.ToString());
        return null;
    }

    private Checkpoint? ReadWitness(VerifierKey key, Checkpoint ours)
    {
        if (_options.WitnessCheckpoint is not { } note)
            return null;
        if (!Checkpoint.Open(note, key).TryGet(out var witness, out var error))
        {
            _problems.Add("witness checkpoint", error.ToString());
            return null;
        }
        if (witness.Size <= ours.Size)
            return witness;
        _problems.Add("witness checkpoint", $"the log was rolled back: it signed size {witness.Size} before, and has {ours.Size}");
        return null;
    }

    private void CheckWitness(Checkpoint? witness)
    {
        if (witness?.Size == _edge.Size && !_edge.Root().AsSpan().SequenceEqual(witness.RootHash.Span))
            _problems.Add("witness checkpoint", $"the log forked: it signed another history of size {witness.Size}");
    }

    private void CheckBundle(long first, int width, Checkpoint? witness, VerifierKey key, VaultReader? vault)
    {
        var path = new TilePath(TilePath.EntriesLevel, first / TilePath.FullWidth, width);
        var entries = _files.ReadBundle(path);
        _files.CheckPartialBundles(path, entries);
        // Without its entries the tree above can still be checked from the leaf hashes.
        var leaves = entries is null ? _files.ReadTile(path with { Level = 0 }) : null;
        for (var i = 0; i < width; i++)
        {
            var index = first + i;
            if (entries is not null)
                CheckEntry(index, entries[i], key, vault);
            var leaf = entries is not null ? MerkleHash.Leaf(entries[i].Span)
                : leaves is not null ? leaves.AsSpan(i * MerkleHash.SizeBytes, MerkleHash.SizeBytes) : MerkleHash.Empty.Span;
            _edge.Add(leaf, CheckTile);
            CheckWitness(witness);
        }
    }

    private void CheckTile(TilePath path, ReadOnlyMemory<byte> hashes)
    {
        if (_files.ReadTile(path) is { } stored && !stored.AsSpan().SequenceEqual(hashes.Span))
            NameDifferences(path, stored, hashes.Span);
        _files.CheckPartialTiles(path, hashes);
    }

    private void CheckEdge()
    {
        for (var level = 0; level < _edge.Levels; level++)
        {
            if (_edge.Partial(level) is { } partial)
                CheckTile(partial.Path, partial.Hashes);
        }
    }

    private void NameDifferences(TilePath path, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> expected)
    {
        for (var i = 0; i < path.Width; i++)
        {
            var at = i * MerkleHash.SizeBytes;
            if (stored.Slice(at, MerkleHash.SizeBytes).SequenceEqual(expected.Slice(at, MerkleHash.SizeBytes)))
                continue;
            var number = path.Number * TilePath.FullWidth + i;
            if (path.Level == 0)
                _problems.Add($"entry {number}", $"does not hash to its leaf in {path}");
            else
                _problems.Add(path.ToString(), $"hash {i} is not that of tile {number} below");
        }
    }

    private void CheckEntry(long index, ReadOnlyMemory<byte> bytes, VerifierKey key, VaultReader? vault)
    {
        if (!LedgerEntry.Decode(bytes).TryGet(out var entry, out var error))
        {
            _problems.Add($"entry {index}", error.ToString());
            return;
        }
        _counts[entry.Kind] = _counts.GetValueOrDefault(entry.Kind) + 1;
        if (!entry.IsSignedBy(key.Key) && !_options.EntryKeys.Any(entry.IsSignedBy))
            _problems.Add($"entry {index}", "is not signed by a key of this log");
        if (entry.TimeMs < _lastTimeMs)
            _problems.Add($"entry {index}", "is older than the entry before");
        _lastTimeMs = Math.Max(_lastTimeMs, entry.TimeMs);
        switch (vault?.Check(index, entry.PayloadRoot.Span))
        {
            case true:
                _payloadsChecked++;
                break;
            case false:
                _problems.Add($"entry {index}", "its payload in the vault does not match its commitment");
                break;
            default:
                _payloadsAbsent++;
                break;
        }
    }
}
