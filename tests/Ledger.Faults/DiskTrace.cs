using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DataSpace.Ledger.Faults;

/// <summary>What a writer asked of the disk, in the order in which the kernel was done with it.</summary>
/// <param name="Call">Name of the system call, for all kinds of renames, unlinks and so on the plain one; <c>say</c> is a line of the journal.</param>
/// <param name="Started">Place in the trace at which the call began.</param>
/// <param name="Path">Path below the store, empty for the store itself; the target of a rename.</param>
/// <param name="From">Source of a rename.</param>
/// <param name="Data">Bytes written, or the line that was said.</param>
/// <param name="At">Offset of a write, length of a truncation.</param>
public sealed record DiskCall(string Call, int Started, string Path, string From = "", byte[]? Data = null, long At = 0);

/// <summary>Reads the calls about one directory from the output of <c>strace -f -y -xx</c>.</summary>
public static partial class DiskTrace
{
    /// <summary>Calls to trace.</summary>
    public const string Calls = "open,openat,write,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,ftruncate,fallocate,unlink,unlinkat,rmdir,mkdir,mkdirat";

    /// <summary>Reads a trace. Throws when it holds a call that changes the store and is not modelled.</summary>
    public static List<DiskCall> Read(string file, string store)
    {
        var (calls, begun, position) = (new List<DiskCall>(), new Dictionary<string, (int Started, string Text)>(StringComparer.Ordinal), 0);
        foreach (var line in File.ReadLines(file))
        {
            position++;
            var (started, text) = (position, line);
            if (Unfinished().Match(line) is { Success: true } cut)
            {
                begun[cut.Groups[1].Value] = (position, cut.Groups[2].Value);
                continue;
            }
            if (Resumed().Match(line) is { Success: true } rest && begun.Remove(rest.Groups[1].Value, out var first))
                (started, text) = (first.Started, $"{rest.Groups[1].Value} {first.Text}{rest.Groups[2].Value}");
            // A call that failed changed nothing.
            if (Whole().Match(text) is { Success: true } call && call.Groups[3].Value[0] != '-' && Understand(call.Groups[1].Value, call.Groups[2].Value, started, store) is { } understood)
                calls.Add(understood);
        }
        return calls;
    }

    private static DiskCall? Understand(string name, string arguments, int started, string store)
    {
        // What the writer says goes into a pipe; its runtime has pipes of its own.
        if (name == "write" && Quoted().Match(arguments) is { Success: true } written && Bytes(written.Groups[1].Value) is [(byte)'A' or (byte)'P', (byte)' ', .., (byte)'\n'] said)
            return new DiskCall("say", started, "", Data: said);
        var paths = (name is "open" or "openat" or "rename" or "renameat" or "renameat2" or "unlink" or "unlinkat" or "rmdir" or "mkdir" or "mkdirat" ? Quoted() : Descriptor()).Matches(arguments)
            .Select(m => Encoding.UTF8.GetString(Bytes(m.Groups[1].Value))).ToList();
        if (paths.Count == 0 || !paths.TrueForAll(path => path == store || path.StartsWith(store + "/", StringComparison.Ordinal)))
            return null;
        var path = paths[^1][store.Length..].TrimStart('/');
        return name switch
        {
            "open" or "openat" => arguments.Contains("O_CREAT", StringComparison.Ordinal)
                ? new DiskCall("create", started, path, At: arguments.Contains("O_TRUNC", StringComparison.Ordinal) ? 0 : -1)
                : null,
            "pwrite64" => new DiskCall("write", started, path, Data: Bytes(Quoted().Match(arguments).Groups[1].Value), At: Last(arguments)),
            "ftruncate" => new DiskCall("truncate", started, path, At: Last(arguments)),
            "fallocate" => null,
            "fsync" or "fdatasync" => new DiskCall("sync", started, path),
            "rename" or "renameat" or "renameat2" => new DiskCall("rename", started, path, From: paths[0][store.Length..].TrimStart('/')),
            "unlink" or "unlinkat" or "rmdir" => new DiskCall("remove", started, path),
            "mkdir" or "mkdirat" => new DiskCall("directory", started, path),
            _ => throw new InvalidDataException($"{name} on {path} is not modelled"),
        };
    }

    private static long Last(string arguments) => long.Parse(arguments.AsSpan(arguments.LastIndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture);

    private static byte[] Bytes(string escaped) => Convert.FromHexString(escaped.Replace("\\x", "", StringComparison.Ordinal));

    [GeneratedRegex(@"^(\d+)\s+(\w+\(.*?) ?<unfinished \.\.\.>$")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"^(\d+)\s+<\.\.\. \w+ resumed>(.*)$")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"^\d+\s+(\w+)\((.*)\)\s+= (-?\d+)")]
    private static partial Regex Whole();

    [GeneratedRegex("\"((?:\\\\x[0-9a-f]{2})*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^\d+<((?:\\x[0-9a-f]{2})*)>")]
    private static partial Regex Descriptor();
}
