using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Ledger.Witnessing;

/// <summary>
/// A copy of somebody else's log in a directory: its entry bundles as fetched, its tiles as computed from them. Nothing is shown before a checkpoint signed by the
/// log covers it, and no checkpoint is shown whose tree is not exactly the entries held. One writer at a time; readers may come at any moment.
/// </summary>
/// <param name="directory">The copy's own directory.</param>
/// <param name="key">Key of the log.</param>
public sealed class LogMirror(string directory, VerifierKey key)
{
    /// <summary>Most bundles fetched in one round: 16,384 entries.</summary>
    public const int MaxBundles = 64;

    /// <summary>The checkpoint that the copy shows, or null.</summary>
    public Checkpoint? Shown => Open(Path.Combine(directory, StaticPublisher.CheckpointFile));

    /// <summary>
    /// Brings the copy up to a checkpoint. When the log is further ahead than one round fetches, entries are taken and nothing new is shown yet; the next round
    /// goes on from there. Fails when the entries do not lead to the checkpoint's root: then nothing changes for readers.
    /// </summary>
    /// <param name="target">A checkpoint whose signature was verified.</param>
    /// <param name="fetch">Bytes of a bundle of the log, or null.</param>
    /// <param name="cancellation">Ends the round.</param>
    public async Task<Result<bool>> FollowAsync(Checkpoint target, Func<TilePath, CancellationToken, Task<byte[]?>> fetch, CancellationToken cancellation)
    {
        var shown = Shown;
        if (shown is not null && (target.Size < shown.Size || target.SameTree(shown)))
            return true;
        Directory.CreateDirectory(directory);
        try
        {
            var (edge, from) = Resume(shown, target.Size);
            var folders = new HashSet<string>(StringComparer.Ordinal);
            var bundles = 0;
            while (edge.Size < target.Size)
            {
                if (bundles++ == MaxBundles)
                {
                    Remember(edge, folders);
                    return false;
                }
                var number = edge.Size / TilePath.FullWidth;
                var path = new TilePath(TilePath.EntriesLevel, number, (int)Math.Min(TilePath.FullWidth, target.Size - number * TilePath.FullWidth));
                if (await fetch(path, cancellation) is not { } bytes || EntryBundle.Decode(bytes) is not { } entries || entries.Count < path.Width)
                    return WitnessErrors.NotMirrored.Of(path.ToString());
                // Entries that were taken before must still be what they were: the bundle is written anew.
                var known = (int)(edge.Size - number * TilePath.FullWidth);
                if (known > 0 && !entries.Take(known).SelectMany(e => MerkleHash.Leaf(e.Span)).SequenceEqual(edge.Partial(0)!.Value.Hashes.ToArray()))
                    return WitnessErrors.ProofRejected.Of($"{path} changes entries that were taken before");
                Write(path, path.Width == entries.Count ? bytes : EntryBundle.Encode([.. entries.Take(path.Width)]), folders);
                foreach (var entry in entries.Take(path.Width).Skip(known))
                    edge.Add(MerkleHash.Leaf(entry.Span), (tile, hashes) => Write(tile, hashes.Span, folders));
            }
            if (!edge.Root().AsSpan().SequenceEqual(target.RootHash.Span))
            {
                Forget();
                return WitnessErrors.ProofRejected.Of($"entries from {from} on are not those of the checkpoint of size {target.Size}");
            }
            for (var level = 0; level < edge.Levels; level++)
            {
                if (edge.Partial(level) is { } partial)
                    Write(partial.Path, partial.Hashes.Span, folders);
            }
            foreach (var folder in folders)
                DurableFile.SyncDirectory(folder);
            DurableFile.Replace(Path.Combine(directory, StaticPublisher.VerifierKeyFile), NoteText.StrictUtf8.GetBytes(key + "\n"));
            DurableFile.Replace(Path.Combine(directory, StaticPublisher.CheckpointFile), NoteText.StrictUtf8.GetBytes(target.Note));
            DurableFile.SyncDirectory(directory);
            Forget();
            return true;
        }
        catch (Exception e) when (IoFailure.IsStorage(e) || e is InvalidDataException)
        {
            return WitnessErrors.NotMirrored.Of(e.GetType().Name);
        }
    }

    /// <summary>File of a path that the shown checkpoint covers, or null.</summary>
    public string? Resolve(string requestPath)
    {
        if (requestPath is StaticPublisher.CheckpointFile or StaticPublisher.VerifierKeyFile)
            return Path.Combine(directory, requestPath);
        return TilePath.TryParse(requestPath) is { } tile && Shown is { } shown
            && tile.Number * TilePath.FullWidth + tile.Width <= shown.Size >> (8 * Math.Max(tile.Level, 0))
            ? Path.Combine(directory, requestPath) : null;
    }

    // Where an unfinished round stopped: a whole number of bundles, so that full tiles alone hold the edge.
    private string ProgressFile => Path.Combine(directory, "progress");

    private (RightEdge Edge, long From) Resume(Checkpoint? shown, long limit)
    {
        var tiles = new DirectoryTiles(directory);
        if (File.Exists(ProgressFile) && NoteText.FromDecimal(File.ReadAllText(ProgressFile).Trim()) is { } progress && progress > (shown?.Size ?? 0) && progress <= limit)
            return (RightEdge.Load(progress, tiles), progress);
        return (shown is null ? new RightEdge() : RightEdge.Load(shown.Size, tiles), shown?.Size ?? 0);
    }

    private void Remember(RightEdge edge, HashSet<string> folders)
    {
        for (var level = 0; level < edge.Levels; level++)
        {
            if (edge.Partial(level) is { } partial)
                Write(partial.Path, partial.Hashes.Span, folders);
        }
        foreach (var folder in folders)
            DurableFile.SyncDirectory(folder);
        DurableFile.Replace(ProgressFile, NoteText.StrictUtf8.GetBytes(edge.Size.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    private void Forget() => File.Delete(ProgressFile);

    private void Write(TilePath path, ReadOnlySpan<byte> content, HashSet<string> folders)
    {
        var file = Path.Combine(directory, path.ToString());
        var folder = Path.GetDirectoryName(file)!;
        Directory.CreateDirectory(folder);
        folders.Add(folder);
        DurableFile.Replace(file, content);
    }

    private Checkpoint? Open(string file)
        => File.Exists(file) && new FileInfo(file).Length <= SignedNote.MaxBytes && Checkpoint.Open(File.ReadAllText(file), key).TryGet(out var checkpoint, out _) ? checkpoint : null;
}
