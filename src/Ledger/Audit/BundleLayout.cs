using System.Globalization;
using System.Text;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Ledger.Audit;

/// <summary>Which files a bundle holds, and how one is written: POSIX ustar with one spelling for everything, so that equal content is equal bytes.</summary>
internal static class BundleLayout
{
    public const string Format = "dataspace-audit/1";
    public const string Manifest = "manifest.json";
    public const string Digests = "files.sha256";
    public const string Policy = "policy";
    public const string Cosigned = StaticPublisher.CosignedFile;
    public const string Held = "held.json";

    public const int BlockBytes = 512;
    public const int MaxLogs = 64;
    public const int MaxFiles = 400_000;
    public const int MaxManifestBytes = 1024 * 1024;
    public const int MaxDigestsBytes = 64 * 1024 * 1024;
    public const int MaxHeldBytes = 1024 * 1024;
    public const int MaxPayloadsBytes = 16 * 1024 * 1024;

    private const int MaxNameBytes = 100;
    private const int MaxVkeyBytes = 1024;
    private const int MaxVkeysBytes = 64 * 1024;
    private const string Payloads = "payloads/";

    /// <summary>Folder of a log, with a slash at its end.</summary>
    public static string FolderOf(int log) => string.Create(CultureInfo.InvariantCulture, $"logs/{log:D3}/");

    /// <summary>Disclosed fields of the entries of one bundle, within a log's folder.</summary>
    public static string PayloadsOf(long bundle) => Payloads + new TilePath(0, bundle, TilePath.FullWidth).ToString()["tile/0/".Length..];

    /// <summary>Most bytes that a file of this name may have; 0 when a bundle holds no such file. Nothing else enters or is read: no keys, no vault.</summary>
    public static int LimitOf(string name)
    {
        switch (name)
        {
            case Manifest: return MaxManifestBytes;
            case Digests: return MaxDigestsBytes;
            case Policy: return Witnessing.WitnessPolicy.MaxBytes;
        }
        if (name.Length is < 9 or > MaxNameBytes || !name.StartsWith("logs/", StringComparison.Ordinal)
            || !int.TryParse(name.AsSpan(5, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var log) || log >= MaxLogs || name[8] != '/')
            return 0;
        var inner = name[9..];
        if (inner.StartsWith(Payloads, StringComparison.Ordinal))
            return TilePath.TryParse("tile/0/" + inner[Payloads.Length..]) is { IsFull: true } ? MaxPayloadsBytes : 0;
        return inner switch
        {
            StaticPublisher.CheckpointFile or Cosigned => SignedNote.MaxBytes,
            StaticPublisher.VerifierKeyFile => MaxVkeyBytes,
            StaticPublisher.FurtherKeysFile => MaxVkeysBytes,
            Held => MaxHeldBytes,
            _ => TilePath.TryParse(inner) switch
            {
                { IsEntries: true } => EntryBundle.MaxBundleBytes,
                { } => TilePath.FullWidth * Merkle.MerkleHash.SizeBytes,
                null => 0,
            },
        };
    }

    /// <summary>The header before a file: a plain file of mode 0644, nobody's, of time 0.</summary>
    public static byte[] Header(string name, long size)
    {
        var header = new byte[BlockBytes];
        Put(0, name);
        Put(100, "0000644\0");
        Put(108, "0000000\0");
        Put(116, "0000000\0");
        Put(124, Octal(size, 11) + "\0");
        Put(136, "00000000000\0");
        Put(148, "        ");
        Put(156, "0");
        Put(257, "ustar\0" + "00");
        Put(148, Octal(header.Sum(b => (long)b), 6) + "\0 ");
        return header;

        void Put(int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
    }

    /// <summary>Bytes after a file up to the next header.</summary>
    public static int PaddingOf(long size) => (int)(-size & (BlockBytes - 1));

    /// <summary>Bytes after the last file.</summary>
    public const int EndBytes = 2 * BlockBytes;

    /// <summary>A line of <see cref="Digests"/>, as sha256sum writes and checks it.</summary>
    public static string DigestLine(ReadOnlySpan<byte> sha256, string name) => $"{Convert.ToHexStringLower(sha256)}  {name}\n";

    private static string Octal(long value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0');
}
