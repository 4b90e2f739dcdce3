using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Ledger.Tiles;

/// <summary>
/// Copies tiles, bundles and the checkpoint from the ledger file to the published directory. Recovery calls the same method as
/// normal operation. Owned by one task at a time; the store connection is its own.
/// </summary>
/// <param name="directory">The ledger's directory.</param>
/// <param name="origin">Name of the log.</param>
/// <param name="store">A connection of its own.</param>
/// <param name="fault">Told where a crash would matter.</param>
/// <param name="countersigners">Sign each published checkpoint in addition, under the log's name; the store knows nothing of it.</param>
/// <param name="clock">Time of those signatures.</param>
internal sealed class StaticPublisher(string directory, string origin, LedgerStore store, Action<FaultPoint> fault, IReadOnlyList<ISigner> countersigners, TimeProvider clock)
{
    public const string CheckpointFile = "checkpoint";
    public const string VerifierKeyFile = "vkey";

    /// <summary>Further verifier keys, one a line: of the log's additional signatures, and of the node's as a witness. Absent when there are none.</summary>
    public const string FurtherKeysFile = "vkeys";

    /// <summary>The newest checkpoint with cosignatures; lags behind <see cref="CheckpointFile"/>.</summary>
    public const string CosignedFile = "cosigned";

    /// <summary>Size of the checkpoint in the directory; everything it covers is durable there.</summary>
    public long PublishedSize { get; private set; }

    /// <summary>The checkpoint in the directory, once this process has published; its note as the store has it, without additional signatures.</summary>
    public Checkpoint? Published { get; private set; }

    /// <summary>Starts from what the directory is known to hold.</summary>
    public void StartFrom(long publishedSize) => PublishedSize = publishedSize;

    /// <summary>Brings the directory up to the store's newest checkpoint. Tiles are durable before the checkpoint names them.</summary>
    public void Publish()
    {
        store.BeginRead();
        try
        {
            var head = store.Head().Checkpoint;
            var folders = new HashSet<string>(StringComparer.Ordinal);
            foreach (var path in TilePath.Between(PublishedSize, head.Size))
                WriteTile(path, folders);
            fault(FaultPoint.BeforeDirectorySync);
            foreach (var folder in folders)
                DurableFile.SyncDirectory(folder);
            fault(FaultPoint.BeforeCheckpoint);
            DurableFile.Replace(Path.Combine(directory, CheckpointFile), NoteText.StrictUtf8.GetBytes(Countersigned(head)));
            DurableFile.SyncDirectory(directory);
            fault(FaultPoint.AfterCheckpoint);
            RemoveSupersededPartials(PublishedSize, head.Size);
            (PublishedSize, Published) = (head.Size, head);
        }
        finally
        {
            store.Commit();
        }
    }

    /// <summary>Rewrites every published file of the log that differs from the store, earlier partial tiles included; returns how many did.</summary>
    public int Repair()
    {
        var repaired = 0;
        foreach (var path in TilePath.Between(0, PublishedSize).SelectMany(path => (IEnumerable<TilePath>)[path, .. EarlierPartials(path)]))
        {
            var file = Path.Combine(directory, path.ToString());
            var content = Content(path);
            if (File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(content.Span))
                continue;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            DurableFile.Replace(file, content.Span);
            DurableFile.SyncDirectory(Path.GetDirectoryName(file)!);
            repaired++;
        }
        return repaired;
    }

    private string Countersigned(Checkpoint head)
    {
        if (countersigners.Count == 0)
            return head.Note;
        var note = SignedNote.Parse(head.Note).Value;
        return head.Note + string.Concat(countersigners.Select(signer => note.Cosign(origin, signer, clock.GetUtcNow())));
    }

    // Readers with an older checkpoint may still ask for these.
    private IEnumerable<TilePath> EarlierPartials(TilePath path)
    {
        for (var width = 1; width < path.Width; width++)
        {
            if (path with { Width = width } is var partial && File.Exists(Path.Combine(directory, partial.ToString())))
                yield return partial;
        }
    }

    private void WriteTile(TilePath path, HashSet<string> folders)
    {
        var file = Path.Combine(directory, path.ToString());
        var folder = Path.GetDirectoryName(file)!;
        // A new folder is a new name in its parent, up to the log's directory.
        for (var at = folder; !Directory.Exists(at); at = Path.GetDirectoryName(at)!)
            folders.Add(Path.GetDirectoryName(at)!);
        Directory.CreateDirectory(folder);
        folders.Add(folder);
        fault(FaultPoint.BeforeTile);
        DurableFile.Replace(file, Content(path).Span);
        fault(FaultPoint.AfterTile);
    }

    private ReadOnlyMemory<byte> Content(TilePath path)
    {
        if (!path.IsEntries)
            return store.Tile(path);
        var entries = store.Entries(path.Number * TilePath.FullWidth, path.Width);
        return entries.Count == path.Width ? EntryBundle.Encode(entries) : throw new InvalidDataException("an entry is missing");
    }

    // Partial tiles may go once the full tile is published; readers fall back to the full one (tlog-tiles, "Partial Tiles").
    private void RemoveSupersededPartials(long fromSize, long size)
    {
        foreach (var path in TilePath.Between(fromSize, size))
        {
            if (!path.IsFull)
                continue;
            var partials = Path.Combine(directory, path + ".p");
            if (Directory.Exists(partials))
                Directory.Delete(partials, recursive: true);
        }
    }
}

/// <summary>What of a ledger's directory the world may read: checkpoint, cosigned checkpoint, keys, tiles and bundles. Never the stores beside them.</summary>
public static class PublicFiles
{
    /// <summary>Name of the file with the newest cosigned checkpoint.</summary>
    public const string Cosigned = StaticPublisher.CosignedFile;

    /// <summary>Name of the file with the log's and its node's further verifier keys.</summary>
    public const string FurtherKeys = StaticPublisher.FurtherKeysFile;

    /// <summary>Writes a public text file: whole or absent after a crash.</summary>
    public static void WriteText(string directory, string name, string text)
    {
        DurableFile.Replace(Path.Combine(directory, name), NoteText.StrictUtf8.GetBytes(text));
        DurableFile.SyncDirectory(directory);
    }

    /// <summary>Full path of a public file for a request path such as <c>tile/0/000</c>, or null when it is not one.</summary>
    public static string? TryResolve(string ledgerDirectory, string requestPath)
        => requestPath is StaticPublisher.CheckpointFile or StaticPublisher.VerifierKeyFile or StaticPublisher.FurtherKeysFile or StaticPublisher.CosignedFile || TilePath.TryParse(requestPath) is not null
            ? Path.Combine(ledgerDirectory, requestPath)
            : null;
}
