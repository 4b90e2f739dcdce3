using System.Text;
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

    public void Notice(string where, string what)
    {
        if (Notices.Count < VerifyReport.MaxListed)
            Notices.Add(new VerifyProblem(where, what));
    }
}

/// <summary>Reads and checks the files of a log's directory for the verifier.</summary>
internal sealed class TileFiles(string directory, ProblemList problems)
{
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
    public List<ReadOnlyMemory<byte>>? ReadBundle(TilePath path)
    {
        if (Read(path.ToString(), EntryBundle.MaxBundleBytes) is { } exact)
        {
            if (EntryBundle.Decode(exact) is { } entries && entries.Count == path.Width)
                return [.. entries];
        }
        else if (!path.IsFull && Read(path.Full.ToString(), EntryBundle.MaxBundleBytes) is { } full
                 && EntryBundle.Decode(full) is { } more && more.Count >= path.Width)
        {
            return [.. more.Take(path.Width)];
        }
        problems.Add(path.ToString(), $"absent, or not the entries {path.Number * TilePath.FullWidth} and following");
        return null;
    }

    /// <summary>Every older partial of a tile must be a prefix of it.</summary>
    public void CheckPartialTiles(TilePath path, ReadOnlyMemory<byte> hashes)
        => CheckPartials(path, width => hashes.Length >= width * MerkleHash.SizeBytes ? hashes[..(width * MerkleHash.SizeBytes)] : null, hashes);

    /// <summary>Every older partial of a bundle must be a prefix of it.</summary>
    public void CheckPartialBundles(TilePath path, List<ReadOnlyMemory<byte>>? entries)
    {
        if (entries is not null)
            CheckPartials(path, width => entries.Count >= width ? EntryBundle.Encode(entries[..width]) : null, EntryBundle.Encode(entries));
    }

    /// <summary>Names files that belong to no tile of this tree.</summary>
    public void CheckUnexpected(long size)
    {
        var root = Path.Combine(directory, "tile");
        if (!Directory.Exists(root))
            return;
        foreach (var file in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(directory, file).Replace('\\', '/');
            if (name.EndsWith(DurableFile.TemporarySuffix, StringComparison.Ordinal))
                problems.Notice(name, "left by an interrupted publication");
            else if (TilePath.TryParse(name) is not { } path)
                problems.Add(name, "is no tile or bundle");
            else if (path.Number * TilePath.FullWidth + path.Width > size >> (8 * Math.Max(path.Level, 0)))
                problems.Notice(name, "lies ahead of the checkpoint, which does not cover it");
        }
    }

    private void CheckPartials(TilePath path, Func<int, ReadOnlyMemory<byte>?> prefix, ReadOnlyMemory<byte> all)
    {
        var folder = Path.Combine(directory, path.Full + ".p");
        if (!Directory.Exists(folder))
            return;
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            var name = Path.GetRelativePath(directory, file).Replace('\\', '/');
            if (TilePath.TryParse(name) is not { } partial || partial == path)
                continue;
            var stored = Read(name, EntryBundle.MaxBundleBytes);
            var expected = prefix(partial.Width);
            var matches = expected is { } exact
                ? stored.AsSpan().SequenceEqual(exact.Span)
                : stored is not null && stored.AsSpan().StartsWith(all.Span);
            if (!matches)
                problems.Add(name, $"is not the beginning of {path}");
        }
    }

    private byte[]? Read(string name, int maxBytes)
    {
        try
        {
            var file = new FileInfo(Path.Combine(directory, name));
            return file.Exists && file.Length <= maxBytes ? File.ReadAllBytes(file.FullName) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // reported as absent by the caller
        }
    }
}
