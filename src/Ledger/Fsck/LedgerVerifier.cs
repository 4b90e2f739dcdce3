using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Vault;

namespace DataSpace.Ledger.Fsck;

/// <summary>
/// Verifies a log from its published files alone: every entry against its tile, every tile upward, the root against the signed
/// checkpoint, every entry's form and signature, and payloads against their commitments where the vault lies beside it.
/// Trusts nothing in the directory except, when the caller names no key, the key file. Memory does not grow with the log.
/// </summary>
public sealed class LedgerVerifier
{
    private readonly string? _directory;
    private readonly VerifyOptions _options;
    private readonly ProblemList _problems = new();
    private readonly Dictionary<EntryKind, long> _counts = [];
    private readonly RightEdge _edge = new();
    private readonly ILogFiles _source;
    private readonly TileFiles _files;
    private readonly PriorityQueue<(string Holder, Checkpoint Checkpoint), long> _held = new();
    private readonly List<HeldConflict> _conflicts = [];
    private IReadOnlyList<CheckpointSignature> _signatures = [];
    private Checkpoint? _ours;
    private int _compared;
    private RepeatedIds _ids = new(0);
    private long _lastTimeMs;
    private VaultCheck? _vault;
    private long _payloadsAbsent;

    private LedgerVerifier(ILogFiles files, string? directory, VerifyOptions options)
    {
        (_directory, _options, _source) = (directory, options, files);
        _files = new TileFiles(files, _problems);
    }

    /// <summary>Verifies a directory. Throws nothing for what the directory holds; every defect is a problem in the report.</summary>
    public static VerifyReport Verify(string directory, VerifyOptions? options = null)
        => new LedgerVerifier(new DirectoryFiles(directory), directory, options ?? new VerifyOptions()).Run();

    /// <summary>The same for files that are elsewhere, without a vault.</summary>
    internal static VerifyReport Verify(ILogFiles files, VerifyOptions options) => new LedgerVerifier(files, null, options).Run();

    private VerifyReport Run()
    {
        var key = ReadKey();
        var checkpoint = key is null ? null : ReadCheckpoint(key);
        if (key is not null && checkpoint is not null)
        {
            _signatures = new CheckpointSignatures(_files, _problems).Check(checkpoint, key, _options);
            ReadHeld(key, checkpoint);
            using var vault = _directory is null ? null : VaultReader.TryOpen(_directory, _problems);
            _vault = vault is null ? null : new VaultCheck(vault, _files, _problems, checkpoint.Size);
            _ids = new RepeatedIds(checkpoint.Size);
            CheckHeld();
            var signatures = new EntrySignatures([key.Key, .. _options.EntryKeys], checkpoint.Size);
            foreach (var bundle in new BundlePages(_source, _vault, signatures, checkpoint.Size).All())
            {
                Add(bundle);
                _options.Progress?.Invoke(_edge.Size);
            }
            _vault?.Finish();
            CheckEdge();
            if (!_edge.Root().AsSpan().SequenceEqual(checkpoint.RootHash.Span))
                _problems.Add("checkpoint", "its root is not the root of the entries");
            if (!_ids.Resolve(() => ReadIds(checkpoint.Size), (index, earlier) => _problems.Add($"entry {index}", $"has the event id of entry {earlier}")))
                _problems.Add("entries", "too many event ids look alike to be compared");
            _files.CheckUnexpected(checkpoint.Size);
        }
        return new VerifyReport
        {
            Origin = key?.Name ?? "",
            Vkey = key?.ToString() ?? "",
            Signatures = _signatures,
            Size = checkpoint?.Size ?? 0,
            RootHash = checkpoint is null ? "" : Convert.ToHexStringLower(checkpoint.RootHash.Span),
            Counts = _counts,
            PayloadsChecked = _vault?.Checked ?? 0,
            PayloadsAbsent = _vault?.Absent ?? _payloadsAbsent,
            PayloadsErased = _vault?.ErasedCount ?? 0,
            Erased = _vault?.Erased ?? [],
            Problems = _problems.Listed,
            ProblemCount = _problems.Count,
            HeldCompared = _compared,
            Conflicts = _conflicts,
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
        if (VerifierKey.ParseLog(_options.ExpectedVkey ?? stored!).TryGet(out var key, out var error))
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

    // The caller's own witness must be of this log; what else is held is looked at when it is.
    private void ReadHeld(VerifierKey key, Checkpoint ours)
    {
        _ours = ours;
        HeldCheckpoint[] all = _options.WitnessCheckpoint is { } note ? [new HeldCheckpoint("", note), .. _options.Held] : [.. _options.Held];
        foreach (var held in all)
        {
            if (!Checkpoint.Open(held.Note, key).TryGet(out var checkpoint, out var error))
            {
                if (held.Holder.Length == 0)
                    _problems.Add("witness checkpoint", error.ToString());
                continue;
            }
            _compared++;
            if (checkpoint.Size <= ours.Size)
                _held.Enqueue((held.Holder, checkpoint), checkpoint.Size);
            else
                Contradict(held.Holder, checkpoint, $"the log was rolled back: it signed size {checkpoint.Size} before, and has {ours.Size}; entry {ours.Size} is missing", isFork: false);
        }
    }

    // Smallest first, each when the tree has its size.
    private void CheckHeld()
    {
        while (_held.TryPeek(out var held, out var size) && size == _edge.Size)
        {
            _held.Dequeue();
            if (!_edge.Root().AsSpan().SequenceEqual(held.Checkpoint.RootHash.Span))
                Contradict(held.Holder, held.Checkpoint, $"the log forked: it signed another history of size {size}", isFork: true);
        }
    }

    private void Contradict(string holder, Checkpoint held, string what, bool isFork)
    {
        _problems.Add(holder.Length == 0 ? "witness checkpoint" : $"checkpoint held by {holder}", what);
        if (_conflicts.Count < VerifyReport.MaxListed)
            _conflicts.Add(new HeldConflict(holder, held.Note, _ours!.Note, isFork));
    }

    // What a bundle is by itself was checked elsewhere; here it takes its place.
    private void Add(CheckedBundle bundle)
    {
        var first = _edge.Size;
        _problems.AddAll(bundle.Problems);
        // A tree that somebody holds may end within the bundle; then it grows leaf by leaf.
        var root = _held.TryPeek(out _, out var size) && size < first + TilePath.FullWidth ? null : bundle.Root;
        for (var i = 0; i < bundle.Path.Width; i++)
        {
            if (bundle.Checks is { } checks)
                CheckEntry(first + i, checks[i], bundle.LeafOf(i));
            if (root is not null)
                continue;
            _edge.Add(bundle.LeafOf(i), CheckTile);
            CheckHeld();
        }
        if (root is null)
            return;
        _edge.AddTile(bundle.Leaves, root, CheckTile);
        CheckHeld();
    }

    private IEnumerable<(ReadOnlyMemory<byte> Id, long Index)> ReadIds(long size)
    {
        for (var first = 0L; first < size; first += TilePath.FullWidth)
        {
            var path = new TilePath(TilePath.EntriesLevel, first / TilePath.FullWidth, (int)Math.Min(TilePath.FullWidth, size - first));
            var entries = _files.ReadBundle(path, isSilent: true) ?? [];
            for (var i = 0; i < entries.Count; i++)
            {
                if (EntryView.Read(entries[i]) is { } entry)
                    yield return (entry.EventId, first + i);
            }
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

    private void CheckEntry(long index, EntryCheck check, ReadOnlySpan<byte> leaf)
    {
        if (check.Entry is not { } entry)
        {
            _problems.Add($"entry {index}", (check.IsTooLong ? LedgerErrors.EntryTooLarge : LedgerErrors.EntryMalformed).Of().ToString());
            return;
        }
        _ids.Add(entry.EventId.Span);
        _counts[entry.Kind] = _counts.GetValueOrDefault(entry.Kind) + 1;
        if (!check.IsSigned)
            _problems.Add($"entry {index}", "is not signed by a key of this log");
        if (entry.TimeMs < _lastTimeMs)
            _problems.Add($"entry {index}", "is older than the entry before");
        _lastTimeMs = Math.Max(_lastTimeMs, entry.TimeMs);
        if (_vault is { } vault)
            vault.Check(index, entry, leaf, check);
        else
            _payloadsAbsent++;
    }
}
