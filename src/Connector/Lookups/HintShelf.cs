using System.Security.Cryptography;
using DataSpace.Hosting;
using DataSpace.Privacy.Lookup;

namespace DataSpace.Connector.Lookups;

/// <summary>
/// Hints that owners have sent, by digest: a database's hint travels once. What is read is checked against the digest by whoever uses it; the newest few are kept. Thread-safe.
/// </summary>
internal sealed class HintShelf(NodeOptions options)
{
    private const string Prefix = "lookup-hint-";
    private const int MaxHints = 8;
    private readonly Lock _gate = new();

    /// <summary>The hint of this database, or null.</summary>
    public byte[]? Find(LookupParameters database)
    {
        lock (_gate)
        {
            var file = new FileInfo(PathOf(database));
            return file.Exists && file.Length == database.Shape.HintBytes ? File.ReadAllBytes(file.FullName) : null;
        }
    }

    /// <summary>Keeps a verified hint; of more than a few the oldest go.</summary>
    public void Keep(LookupParameters database, ReadOnlyMemory<byte> hint)
    {
        lock (_gate)
        {
            var path = PathOf(database);
            if (File.Exists(path) && SHA256.HashData(File.ReadAllBytes(path)).AsSpan().SequenceEqual(database.HintDigest.Span))
                return;
            var part = path + ".part";
            File.WriteAllBytes(part, hint.Span);
            File.Move(part, path, overwrite: true);
            foreach (var old in new DirectoryInfo(options.Directory).EnumerateFiles(Prefix + "*").OrderByDescending(f => f.LastWriteTimeUtc).Skip(MaxHints))
                old.Delete();
        }
    }

    private string PathOf(LookupParameters database) => Path.Combine(options.Directory, Prefix + Convert.ToHexStringLower(database.HintDigest.Span));
}
