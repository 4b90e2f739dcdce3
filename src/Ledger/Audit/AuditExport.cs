using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Witnessing;
using Microsoft.Data.Sqlite;

namespace DataSpace.Ledger.Audit;

/// <summary>What to export.</summary>
public sealed record AuditExportOptions
{
    /// <summary>Directories of logs: of nodes' ledgers, copies, mirrors.</summary>
    public required IReadOnlyList<string> Directories { get; init; }

    /// <summary>Which fields of payloads leave.</summary>
    public DisclosedPayloads Payloads { get; init; } = DisclosedPayloads.Metering;

    /// <summary>First entry whose fields leave.</summary>
    public long From { get; init; }

    /// <summary>Entry after the last such; null for all.</summary>
    public long? To { get; init; }

    /// <summary>A tlog-policy file's text to go along.</summary>
    public string? Policy { get; init; }

    /// <summary>Told how far it is, 0 to 1.</summary>
    public Action<double>? Progress { get; init; }
}

/// <summary>
/// Writes a bundle: one file with everything that a verification without network needs. Reads published files, the vault beside each log, and what the node
/// holds of other logs; changes none of them, and a running node is not disturbed. Only files that <see cref="BundleLayout.LimitOf"/> names go in.
/// </summary>
public static class AuditExport
{
    /// <summary>Writes the bundle; an existing file is replaced when the new one is whole.</summary>
    /// <param name="path">The bundle's file.</param>
    /// <param name="options">What to export.</param>
    /// <param name="clock">For the time that the manifest names.</param>
    public static Result<AuditManifest> Write(string path, AuditExportOptions options, TimeProvider clock)
    {
        var logs = new List<LogExport>();
        try
        {
            // First what is held of others, then the logs: nothing held can be newer than its log here.
            var held = options.Directories.Select(directory => HeldNotes.Read(NodeOf(directory))).ToList();
            for (var i = 0; i < options.Directories.Count; i++)
            {
                if (!LogExport.Open(options.Directories[i], BundleLayout.FolderOf(i), held[i], options).TryGet(out var log, out var error))
                    return error;
                logs.Add(log);
            }
            return logs.Count is 0 or > BundleLayout.MaxLogs ? AuditErrors.TooLarge.Of("number of logs") : WriteAll(path, logs, options, clock);
        }
        catch (Exception e) when (IoFailure.IsStorage(e) || e is SqliteException)
        {
            return AuditErrors.FileFailed.Of(e.GetType().Name);
        }
        finally
        {
            logs.ForEach(log => log.Dispose());
        }
    }

    // A ledger lies in its node's directory; a copy may lie alone.
    private static string NodeOf(string directory)
        => File.Exists(Path.Combine(directory, WitnessStore.FileName)) ? directory : Path.GetDirectoryName(Path.GetFullPath(directory))!;

    private static Result<AuditManifest> WriteAll(string path, List<LogExport> logs, AuditExportOptions options, TimeProvider clock)
    {
        var files = logs.SelectMany(log => log.Files()).ToList();
        if (options.Policy is { } policy)
            files.Add((BundleLayout.Policy, () => NoteText.StrictUtf8.GetBytes(policy)));
        files.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        if (files.Count + 2 > BundleLayout.MaxFiles)
            return AuditErrors.TooLarge.Of("number of files");
        var created = DateTimeOffset.FromUnixTimeSeconds(clock.GetUtcNow().ToUnixTimeSeconds());
        var manifest = new AuditManifest(BundleLayout.Format, created, [.. logs.Select(log => log.Row)], AuditStatement.Current);
        var digests = new StringBuilder(BundleLayout.DigestLine(SHA256.HashData(manifest.Encode()), BundleLayout.Manifest));
        var at = digests.Length;
        var done = 0;
        foreach (var (name, content) in files)
        {
            if (content() is not { } bytes)
                return AuditErrors.NotExported.Of($"{name}: absent or not whole");
            digests.Append(BundleLayout.DigestLine(SHA256.HashData(bytes), name));
            options.Progress?.Invoke(++done / 2.0 / files.Count);
        }
        var list = Encoding.ASCII.GetBytes(digests.ToString());
        var temporary = path + DurableFile.TemporarySuffix;
        try
        {
            using (var tar = Create(temporary))
            {
                Put(tar, BundleLayout.Manifest, manifest.Encode());
                Put(tar, BundleLayout.Digests, list);
                foreach (var (name, content) in files)
                {
                    if (content() is not { } bytes || !digests.ToString(at, 64).Equals(Convert.ToHexStringLower(SHA256.HashData(bytes)), StringComparison.Ordinal))
                        return AuditErrors.NotExported.Of($"{name}: changed while it was exported");
                    at += 64 + 2 + name.Length + 1;
                    Put(tar, name, bytes);
                    options.Progress?.Invoke(++done / 2.0 / files.Count);
                }
                tar.Write(new byte[BundleLayout.EndBytes]);
                tar.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
            return manifest;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // Whoever may read the ledger may read its export, nobody else.
    private static FileStream Create(string path)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private static void Put(FileStream tar, string name, byte[] content)
    {
        if (content.Length > BundleLayout.LimitOf(name))
            throw new InvalidDataException($"{name} may not be in a bundle.");
        tar.Write(BundleLayout.Header(name, content.Length));
        tar.Write(content);
        tar.Write(new byte[BundleLayout.PaddingOf(content.Length)]);
    }
}

/// <summary>One log that is exported as of one checkpoint.</summary>
internal sealed class LogExport : IDisposable
{
    private readonly TileFiles _files;
    private readonly VaultReader? _vault;
    private readonly HeldNotes _held;
    private readonly string _checkpoint;
    private readonly string? _cosigned;
    private readonly string? _vkeys;

    private LogExport(AuditedLog row, TileFiles files, VaultReader? vault, HeldNotes held, string checkpoint, string? cosigned, string? vkeys)
        => (Row, _files, _vault, _held, _checkpoint, _cosigned, _vkeys) = (row, files, vault, held, checkpoint, cosigned, vkeys);

    public AuditedLog Row { get; }

    public static Result<LogExport> Open(string directory, string folder, HeldNotes held, AuditExportOptions options)
    {
        var problems = new ProblemList();
        var files = new TileFiles(directory, problems);
        // Cosignatures lag behind the checkpoint, so read before it they never lead.
        var cosigned = files.ReadText(BundleLayout.Cosigned);
        if (!files.ReadHead(null).TryGet(out var head, out var error))
            return AuditErrors.NotExported.Of(error.ToString());
        var (key, checkpoint) = head;
        var vkeys = files.ReadText(StaticPublisher.FurtherKeysFile);
        var (from, to) = (Math.Min(options.From, checkpoint.Size), Math.Min(options.To ?? checkpoint.Size, checkpoint.Size));
        var vault = options.Payloads == DisclosedPayloads.None || from >= to ? null : VaultReader.TryOpen(directory, problems);
        if (problems.Count > 0)
            return AuditErrors.NotExported.Of(problems.Listed[0].ToString());
        var row = new AuditedLog(folder, checkpoint.Origin, key.ToString(), checkpoint.Size, Convert.ToHexStringLower(checkpoint.RootHash.Span),
            vault is null ? DisclosedPayloads.None : options.Payloads, vault is null ? 0 : from, vault is null ? 0 : to);
        return new LogExport(row, files, vault, held, checkpoint.Note, cosigned, vkeys);
    }

    /// <summary>Every file with its content; null content is one that is absent or not whole.</summary>
    public IEnumerable<(string Name, Func<byte[]?> Content)> Files()
    {
        yield return (Row.Folder + StaticPublisher.CheckpointFile, () => NoteText.StrictUtf8.GetBytes(_checkpoint));
        yield return (Row.Folder + StaticPublisher.VerifierKeyFile, () => NoteText.StrictUtf8.GetBytes(Row.Vkey + "\n"));
        if (_vkeys is not null)
            yield return (Row.Folder + StaticPublisher.FurtherKeysFile, () => NoteText.StrictUtf8.GetBytes(_vkeys));
        if (_cosigned is not null)
            yield return (Row.Folder + BundleLayout.Cosigned, () => NoteText.StrictUtf8.GetBytes(_cosigned));
        if (_held.Checkpoints.Count + _held.Equivocations.Count > 0)
            yield return (Row.Folder + BundleLayout.Held, _held.Encode);
        foreach (var path in TilePath.Between(0, Row.Size))
            yield return (Row.Folder + path, () => path.IsEntries ? _files.ReadBundle(path) is { } entries ? EntryBundle.Encode(entries) : null : _files.ReadTile(path));
        if (_vault is null)
            yield break;
        for (var bundle = Row.From / TilePath.FullWidth; bundle * TilePath.FullWidth < Row.To; bundle++)
        {
            var number = bundle;
            if (Disclosed(number).Count > 0)
                yield return (Row.Folder + BundleLayout.PayloadsOf(number), () => Disclosure.Encode(Disclosed(number)));
        }
    }

    public void Dispose() => _vault?.Dispose();

    private IReadOnlyList<DisclosedEntry> Disclosed(long bundle)
    {
        var first = bundle * TilePath.FullWidth;
        var path = new TilePath(TilePath.EntriesLevel, bundle, (int)Math.Min(TilePath.FullWidth, Row.Size - first));
        return _files.ReadBundle(path) is { } entries
            ? Disclosure.Select(_vault!, first, entries, index => index >= Row.From && index < Row.To ? Row.Payloads : DisclosedPayloads.None)
            : [];
    }
}
