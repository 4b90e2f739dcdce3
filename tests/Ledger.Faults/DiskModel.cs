namespace DataSpace.Ledger.Faults;

/// <summary>
/// A disk that keeps only what it was told to flush. Contents of a file survive a loss of power from its fsync on, names from the fsync of their directory on (POSIX promises no
/// more). What was not flushed is lost, or kept in any part: whole writes, halves of them, the first few names of a directory.
/// </summary>
public sealed class DiskModel
{
    private const int SectorBytes = 512;
    private readonly Dictionary<string, Inode> _live = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Inode> _durable = new(StringComparer.Ordinal);
    private readonly List<(int Done, string Directory, Action<Dictionary<string, Inode>> Apply)> _names = [];

    /// <summary>A disk that holds a directory, all of it flushed.</summary>
    public DiskModel(string? directory)
    {
        if (directory is null)
            return;
        foreach (var folder in Directory.EnumerateDirectories(directory, "*", SearchOption.AllDirectories))
            _live[Path.GetRelativePath(directory, folder)] = new Inode { IsDirectory = true };
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
            _live[Path.GetRelativePath(directory, file)] = new Inode { Content = File.ReadAllBytes(file) };
        foreach (var (name, inode) in _live)
            _durable[name] = inode;
    }

    /// <summary>Applies a call; <paramref name="done"/> is its place in the trace.</summary>
    public void Apply(DiskCall call, int done)
    {
        switch (call.Call)
        {
            case "create" when !_live.ContainsKey(call.Path):
                Name(call.Path, done, new Inode());
                break;
            case "create" when call.At == 0:
                _live[call.Path].Pending.Add((done, 0, null));
                break;
            case "directory":
                Name(call.Path, done, new Inode { IsDirectory = true });
                break;
            case "write" when _live.TryGetValue(call.Path, out var file):
                file.Pending.Add((done, call.At, call.Data));
                break;
            case "truncate" when _live.TryGetValue(call.Path, out var file):
                file.Pending.Add((done, call.At, null));
                break;
            case "sync" when call.Path.Length == 0 || _live.TryGetValue(call.Path, out var at) && at.IsDirectory:
                Flush(_names.Where(n => n.Directory == call.Path && n.Done < call.Started));
                _names.RemoveAll(n => n.Directory == call.Path && n.Done < call.Started);
                break;
            case "sync" when _live.TryGetValue(call.Path, out var file):
                file.Content = file.After(file.Pending.Where(p => p.Done < call.Started));
                file.Pending.RemoveAll(p => p.Done < call.Started);
                break;
            case "rename" when _live.Remove(call.From, out var moved):
                _live[call.Path] = moved;
                _names.Add((done, Parent(call.Path), names =>
                {
                    names.Remove(call.From);
                    names[call.Path] = moved;
                }
                ));
                break;
            case "remove" when _live.Remove(call.Path):
                _names.Add((done, Parent(call.Path), names => names.Remove(call.Path)));
                break;
        }
    }

    /// <summary>Writes what is found after the power comes back. Without a generator only what was flushed is there.</summary>
    public void Write(string directory, Random? random)
    {
        var names = new Dictionary<string, Inode>(_durable, StringComparer.Ordinal);
        foreach (var pending in _names.GroupBy(n => n.Directory, StringComparer.Ordinal))
        {
            foreach (var (_, _, apply) in pending.Take(random?.Next(pending.Count() + 1) ?? 0))
                apply(names);
        }
        foreach (var (name, inode) in names.Where(n => n.Value.IsDirectory && Reachable(n.Key)))
            Directory.CreateDirectory(Path.Combine(directory, name));
        // The shared-memory index of a write-ahead log is no data: SQLite makes it anew.
        foreach (var (name, inode) in names.Where(n => !n.Value.IsDirectory && Reachable(n.Key) && !n.Key.EndsWith("-shm", StringComparison.Ordinal)))
            File.WriteAllBytes(Path.Combine(directory, name), random is null ? inode.Content : inode.After(Torn(inode.Pending, random)));

        bool Reachable(string name) => Parent(name) is var parent && (parent.Length == 0 || names.TryGetValue(parent, out var folder) && folder.IsDirectory && Reachable(parent));
    }

    private static IEnumerable<(int Done, long At, byte[]? Data)> Torn(IEnumerable<(int Done, long At, byte[]? Data)> pending, Random random)
    {
        foreach (var write in pending)
        {
            if (random.Next(2) == 0)
                continue;
            var torn = write.Data is { Length: > SectorBytes } && random.Next(4) == 0;
            yield return torn ? write with { Data = write.Data![..(SectorBytes * random.Next(1, write.Data.Length / SectorBytes))] } : write;
        }
    }

    private void Name(string path, int done, Inode inode)
    {
        _live[path] = inode;
        _names.Add((done, Parent(path), names => names[path] = inode));
    }

    private void Flush(IEnumerable<(int Done, string Directory, Action<Dictionary<string, Inode>> Apply)> pending)
    {
        foreach (var (_, _, apply) in pending.ToList())
            apply(_durable);
    }

    private static string Parent(string path) => path.LastIndexOf('/') is var at and >= 0 ? path[..at] : "";

    private sealed class Inode
    {
        public bool IsDirectory { get; init; }

        public byte[] Content { get; set; } = [];

        /// <summary>Writes at an offset; without data a truncation to that length.</summary>
        public List<(int Done, long At, byte[]? Data)> Pending { get; } = [];

        public byte[] After(IEnumerable<(int Done, long At, byte[]? Data)> pending)
        {
            var content = Content;
            foreach (var (_, at, data) in pending)
            {
                if (data is null || content.Length < at + data.Length)
                    Array.Resize(ref content, (int)(data is null ? at : at + data.Length));
                else if (ReferenceEquals(content, Content))
                    content = [.. content];
                data?.CopyTo(content, at);
            }
            return content;
        }
    }
}
