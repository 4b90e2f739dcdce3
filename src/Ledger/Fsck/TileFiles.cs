using System.Text;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Ledger.Fsck;

/// <summary>Problems and notices, bounded.</summary>
internal sealed class ProblemList
{
    public List<VerifyProblem> Listed { get; } = [];

    public List<VerifyProblem> Notices { get; } = [];

    public long Count { get; private set; }

    public void Add(string where, string what)
    {
        if (Count++ < VerifyReport.MaxListed)
            Listed.Add(new VerifyProblem(where, what));
    }

    /// <summary>Everything that another list has, behind what is here.</summary>
    public void AddAll(ProblemList other)
    {
        foreach (var problem in other.Listed)
            Add(problem.Where, problem.What);
        foreach (var notice in other.Notices)
            Notice(notice.Where, notice.What);
        Count += other.Count - other.Listed.Count;
    }

    public void Notice(string where, string what)
    {
        if (Notices.Count < VerifyReport.MaxListed)
            Notices.Add(new VerifyProblem(where, what));
    }
}

/// <summary>Reads and checks the files of a log's directory for the verifier.</summary>
internal sealed class TileFiles(ILogFiles files, ProblemList problems)
{
    public TileFiles(string directory, ProblemList problems)
        : this(new DirectoryFiles(directory), problems)
    {
    }

    /// <summary>A small text file, or null when absent, too long or not UTF-8.</summary>
    public string? ReadText(string name)
    {
        try
        {
            return Read(name, SignedNote.MaxBytes) is { } bytes ? NoteText.StrictUtf8.GetString(bytes) : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Whether there is such a file.</summary>
    public bool Exists(string name) => files.Exists(name);

    /// <summary>The signed checkpoint, and the key that it verifies with: the one expected, or else the directory's own.</summary>
    public Result<(VerifierKey Key, Checkpoint Checkpoint)> ReadHead(string? expectedVkey)
    {
        if ((expectedVkey ?? ReadText(StaticPublisher.VerifierKeyFile)?.TrimEnd('\n')) is not { } vkey)
            return LedgerErrors.Corrupt.Of("vkey: absent, and no key was given");
        if (!VerifierKey.ParseLog(vkey).TryGet(out var key, out var error))
            return error;
        if (ReadText(StaticPublisher.CheckpointFile) is not { } note)
            return LedgerErrors.Corrupt.Of("checkpoint: absent or not text");
        return Checkpoint.Open(note, key).TryGet(out var checkpoint, out error) ? (key, checkpoint) : error;
    }

    /// <summary>The hashes of a tile, from the partial or the full file; null (and a problem) when neither is whole.</summary>
    public byte[]? ReadTile(TilePath path)
    {
        var length = path.Width * MerkleHash.SizeBytes;
        if (Read(path.ToString(), TilePath.FullWidth * MerkleHash.SizeBytes) is { } exact)
        {
            if (exact.Length == length)
                return exact;
        }
        else if (!path.IsFull && Read(path.Full.ToString(), TilePath.FullWidth * MerkleHash.SizeBytes) is { } full && full.Length >= length)
        {
            return full[..length];
        }
        problems.Add(path.ToString(), "absent or of a wrong length");
        return null;
    }

    /// <summary>The entries of a bundle, from the partial or the full file; null (and a problem) when neither is whole.</summary>
    public List<ReadOnlyMemory<byte>>? ReadBundle(TilePath path, bool isSilent = false)
    {
        var partial = Read(path.ToString(), EntryBundle.MaxBundleBytes);
        var bytes = partial ?? (path.IsFull ? null : Read(path.Full.ToString(), EntryBundle.MaxBundleBytes));
        if (bytes is not null && EntryBundle.Decode(bytes) is { } entries && (entries.Count == path.Width || partial is null && entries.Count > path.Width))
            return [.. entries.Take(path.Width)];
        if (!isSilent)
            NameMissing(path, bytes);
        return null;
    }

    // The first entry that is not where the leaf hashes say it belongs: what was taken out is named, not only where from.
    private void NameMissing(TilePath path, ReadOnlyMemory<byte> bundle)
    {
        var leaves = Read((path with { Level = 0 }).ToString(), TilePath.FullWidth * MerkleHash.SizeBytes)
            ?? (path.IsFull ? null : Read((path with { Level = 0 }).Full.ToString(), TilePath.FullWidth * MerkleHash.SizeBytes));
        var entries = EntryBundle.DecodeWhole(bundle);
        var first = 0;
        while (first < entries.Count && first < path.Width - 1
               && (leaves is null || leaves.AsSpan(Math.Min(first * MerkleHash.SizeBytes, leaves.Length)).StartsWith(MerkleHash.Leaf(entries[first].Span))))
            first++;
        problems.Add($"entry {path.Number * TilePath.FullWidth + first}", $"is missing or another one in {path}");
    }

    /// <summary>Every older partial of a tile must be a prefix of it.</summary>
    public void CheckPartialTiles(TilePath path, ReadOnlyMemory<byte> hashes)
        => CheckPartials(path, width => hashes[..(width * MerkleHash.SizeBytes)], () => hashes);

    /// <summary>Every older partial of a bundle must be a prefix of it.</summary>
    public void CheckPartialBundles(TilePath path, List<ReadOnlyMemory<byte>>? entries)
    {
        if (entries is not null)
            CheckPartials(path, width => EntryBundle.Encode(entries[..width]), () => EntryBundle.Encode(entries));
    }

    /// <summary>Names files that belong to no tile of this tree.</summary>
    public void CheckUnexpected(long size)
    {
        foreach (var name in files.TileNames())
        {
            if (name.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal))
                problems.Notice(name, "left by an interrupted publication");
            else if (TilePath.TryParse(name) is not { } path)
                problems.Add(name, "is no tile or bundle");
            else if (path.Number * TilePath.FullWidth + path.Width > size >> (8 * Math.Max(path.Level, 0)))
                problems.Notice(name, "lies ahead of the checkpoint, which does not cover it");
        }
    }

    // A partial ahead of the checkpoint begins with what the checkpoint covers: a running log writes tiles first.
    private void CheckPartials(TilePath path, Func<int, ReadOnlyMemory<byte>> prefix, Func<ReadOnlyMemory<byte>> all)
    {
        foreach (var name in files.PartialNames(path.Full.ToString()))
        {
            if (TilePath.TryParse(name) is not { } partial || partial == path)
                continue;
            if (Read(name, EntryBundle.MaxBundleBytes) is not { } stored)
            {
                // Superseded by its full tile and removed while we looked, unless it is still there.
                if (files.Exists(name))
                    problems.Add(name, "cannot be read");
            }
            else if (!(partial.Width <= path.Width ? stored.AsSpan().SequenceEqual(prefix(partial.Width).Span) : stored.AsSpan().StartsWith(all().Span)))
            {
                problems.Add(name, $"is not the beginning of {path}");
            }
        }
    }

    private byte[]? Read(string name, int maxBytes) => files.Read(name, maxBytes);
}
