using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Sequencing;
using Microsoft.Win32.SafeHandles;

namespace DataSpace.Ledger.Audit;

/// <summary>
/// A bundle opened for reading, strictly: every header is byte for byte the one that an export writes for that name and size, names are those that a
/// bundle may hold, rise, and so occur once; sizes, count and the end are checked before anything is read. Nothing is unpacked. Memory: one line per file,
/// that is two for 256 entries. Not thread-safe.
/// </summary>
internal sealed class BundleArchive : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly List<(string Name, long Offset, int Size)> _files = [];

    private BundleArchive(SafeFileHandle file, string path) => (_file, Path) = (file, path);

    public string Path { get; }

    public static Result<BundleArchive> Open(string path)
    {
        BundleArchive? archive = null;
        try
        {
            archive = new BundleArchive(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.None), path);
            if (archive.Index() is not { } error)
                return archive;
            archive.Dispose();
            return error;
        }
        catch (Exception e) when (IoFailure.IsStorage(e))
        {
            archive?.Dispose();
            return AuditErrors.FileFailed.Of(e.GetType().Name);
        }
    }

    /// <summary>The bytes of a file; null when it is not there or longer than the limit.</summary>
    public byte[]? Read(string name, int maxBytes)
    {
        if (Find(name) is not { } at || _files[at].Size > maxBytes)
            return null;
        var bytes = new byte[_files[at].Size];
        Fill(bytes, _files[at].Offset);
        return bytes;
    }

    public bool Exists(string name) => Find(name) is not null;

    /// <summary>Names that begin so, in order.</summary>
    public IEnumerable<string> NamesIn(string prefix)
    {
        for (var at = FirstNotBefore(prefix); at < _files.Count && _files[at].Name.StartsWith(prefix, StringComparison.Ordinal); at++)
            yield return _files[at].Name;
    }

    /// <summary>Compares every file with its line in the list of digests. The first difference, or null.</summary>
    public DsError? CheckDigests(Action<double>? progress)
    {
        var (list, at) = (_files[1], 0L);
        for (var i = 0; i < _files.Count; i++)
        {
            if (i == 1)
                continue;
            // The line that belongs here is known but for the digest; nothing needs to be parsed.
            var expected = Encoding.ASCII.GetBytes(BundleLayout.DigestLine(Digest(_files[i]), _files[i].Name));
            var line = new byte[expected.Length];
            if (at + line.Length > list.Size)
                return AuditErrors.Altered.Of(_files[i].Name);
            Fill(line, list.Offset + at);
            if (!line.AsSpan().SequenceEqual(expected))
                return AuditErrors.Altered.Of(_files[i].Name);
            at += line.Length;
            progress?.Invoke((double)(i + 1) / _files.Count);
        }
        return at == list.Size ? null : AuditErrors.Altered.Of("a file is missing that was exported");
    }

    public void Dispose() => _file.Dispose();

    private DsError? Index()
    {
        var length = RandomAccess.GetLength(_file);
        var at = 0L;
        var header = new byte[BundleLayout.BlockBytes];
        while (true)
        {
            if (length - at < BundleLayout.EndBytes)
                return AuditErrors.Malformed.Of("cut short");
            Fill(header, at);
            if (header[0] == 0)
                break;
            var name = Encoding.ASCII.GetString(header, 0, Math.Max(0, header.AsSpan(0, 100).IndexOf((byte)0) is var end and >= 0 ? end : 100));
            var size = ParseOctal(header.AsSpan(124, 11));
            var limit = BundleLayout.LimitOf(name);
            if (limit == 0 || size is null || !header.AsSpan().SequenceEqual(BundleLayout.Header(name, size.Value)))
                return AuditErrors.Malformed.Of($"file {_files.Count}: not a plain file that a bundle may hold");
            if (size > limit || _files.Count == BundleLayout.MaxFiles)
                return AuditErrors.TooLarge.Of(name);
            if (!IsInPlace(name))
                return AuditErrors.Malformed.Of($"{name}: out of order or there twice");
            if (size + BundleLayout.PaddingOf(size.Value) + BundleLayout.EndBytes > length - at - BundleLayout.BlockBytes)
                return AuditErrors.Malformed.Of("cut short");
            _files.Add((name, at + BundleLayout.BlockBytes, (int)size.Value));
            var padding = new byte[BundleLayout.PaddingOf(size.Value)];
            Fill(padding, at + BundleLayout.BlockBytes + size.Value);
            if (padding.AsSpan().ContainsAnyExcept((byte)0))
                return AuditErrors.Malformed.Of($"{name}: something lies behind it");
            at += BundleLayout.BlockBytes + size.Value + padding.Length;
        }
        var rest = new byte[BundleLayout.EndBytes];
        Fill(rest, at);
        return at + rest.Length != length || rest.AsSpan().ContainsAnyExcept((byte)0) ? AuditErrors.Malformed.Of("something lies behind its end")
            : _files.Count < 2 ? AuditErrors.Malformed.Of("no manifest") : null;
    }

    private bool IsInPlace(string name) => _files.Count switch
    {
        0 => name == BundleLayout.Manifest,
        1 => name == BundleLayout.Digests,
        2 => name is not (BundleLayout.Manifest or BundleLayout.Digests),
        _ => string.CompareOrdinal(_files[^1].Name, name) < 0 && name is not (BundleLayout.Manifest or BundleLayout.Digests),
    };

    private byte[] Digest((string Name, long Offset, int Size) file)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[Math.Min(file.Size, 64 * 1024)];
        for (var done = 0; done < file.Size;)
        {
            var part = buffer.AsSpan(0, Math.Min(buffer.Length, file.Size - done));
            Fill(part, file.Offset + done);
            hash.AppendData(part);
            done += part.Length;
        }
        return hash.GetHashAndReset();
    }

    private int? Find(string name)
    {
        if (name == BundleLayout.Manifest)
            return 0;
        if (name == BundleLayout.Digests)
            return 1;
        var at = FirstNotBefore(name);
        return at < _files.Count && _files[at].Name == name ? at : null;
    }

    private int FirstNotBefore(string name)
    {
        var (low, high) = (2, _files.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(_files[middle].Name, name) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    private void Fill(Span<byte> buffer, long offset)
    {
        for (var done = 0; done < buffer.Length;)
        {
            var count = RandomAccess.Read(_file, buffer[done..], offset + done);
            done += count > 0 ? count : throw new EndOfStreamException("The bundle was cut while it was read.");
        }
    }

    private static long? ParseOctal(ReadOnlySpan<byte> digits)
    {
        var value = 0L;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7')
                return null;
            value = value * 8 + (digit - '0');
        }
        return value;
    }
}

/// <summary>One log of a bundle.</summary>
internal sealed class BundleFiles(BundleArchive archive, string folder) : ILogFiles
{
    public byte[]? Read(string name, int maxBytes) => archive.Read(folder + name, maxBytes);

    public bool Exists(string name) => archive.Exists(folder + name);

    public IEnumerable<string> PartialNames(string full) => archive.NamesIn($"{folder}{full}.p/").Select(name => name[folder.Length..]);

    public IEnumerable<string> TileNames() => archive.NamesIn(folder + "tile/").Select(name => name[folder.Length..]);
}
