using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Lookup.Lwe;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Lookup;

/// <summary>
/// One version of a dataset, made ready for hidden look-ups: sealed entries, the hint, and the key from which both follow. Held by the owner alone, in a file of its own (0600) beside its state. What it
/// was made of is its <em>identity</em>: another version of the data, other columns or other rows are another database with another key, or whoever asked before could go on without asking.
/// Immutable; read by many threads.
/// </summary>
public sealed class LookupDatabase : IDisposable
{
    /// <summary>Bytes of an identity.</summary>
    public const int IdentityBytes = SHA256.HashSizeInBytes;

    private const int HeaderBytes = 8 + IdentityBytes + Ristretto255.ScalarBytes + LookupParameters.Bytes;

    private readonly byte[] _cells;
    private readonly uint[] _hint;

    internal LookupDatabase(OprfKey key, LookupParameters parameters, byte[] cells, uint[] hint)
        => (Key, Parameters, _cells, _hint) = (key, parameters, cells, hint);

    /// <summary>What consumers are told.</summary>
    public LookupParameters Parameters { get; }

    internal OprfKey Key { get; }

    internal ReadOnlyMemory<byte> Cells => _cells;

    /// <summary>What the client downloads once.</summary>
    internal ReadOnlySpan<byte> Hint => MemoryMarshal.AsBytes(_hint.AsSpan());

    private static ReadOnlySpan<byte> Magic => "DSLOOK\u0001\n"u8;

    /// <summary>The answer to a query.</summary>
    internal byte[] Answer(ReadOnlyMemory<uint> query)
    {
        var answer = new ushort[Parameters.Shape.Rows];
        LweScan.Answer(_cells, Parameters.Shape.Rows, Parameters.Shape.Columns, query, answer);
        return MemoryMarshal.AsBytes(answer.AsSpan()).ToArray();
    }

    /// <summary>Writes to a file that only its owner may read: whole or not at all.</summary>
    /// <param name="path">Where; replaced when it exists.</param>
    /// <param name="identity">What the database was made of, <see cref="IdentityBytes"/>.</param>
    public void Save(string path, ReadOnlySpan<byte> identity)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(identity.Length, IdentityBytes);
        var part = path + ".part";
        File.Delete(part);
        using (var file = new FileStream(part, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            byte[] header = [.. Magic, .. identity, .. Key.Secret, .. Parameters.Encoded.Span];
            foreach (var piece in (ReadOnlyMemory<byte>[])[header, _cells])
            {
                hash.AppendData(piece.Span);
                file.Write(piece.Span);
            }

            hash.AppendData(Hint);
            file.Write(Hint);
            file.Write(hash.GetHashAndReset());
            file.Flush(flushToDisk: true);
            CryptographicOperations.ZeroMemory(header);
        }

        File.Move(part, path, overwrite: true);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">What the database must have been made of.</param>
    /// <param name="recordBytes">Size of its records.</param>
    /// <returns>DS-PRV-208 when the file is missing, damaged, or of another identity.</returns>
    public static Result<LookupDatabase> Load(string path, ReadOnlySpan<byte> identity, int recordBytes)
    {
        if (!File.Exists(path))
            return LookupErrors.DatabaseDamaged.Of("no file");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var header = new byte[HeaderBytes];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) != header.Length || !header.AsSpan(0, Magic.Length).SequenceEqual(Magic)
            || !header.AsSpan(Magic.Length, IdentityBytes).SequenceEqual(identity))
            return LookupErrors.DatabaseDamaged.Of("another version");
        if (!LookupParameters.Decode(header.AsSpan(HeaderBytes - LookupParameters.Bytes), recordBytes).TryGet(out var parameters, out _)
            || file.Length != HeaderBytes + parameters.Shape.CellBytes + parameters.Shape.HintBytes + SHA256.HashSizeInBytes)
            return LookupErrors.DatabaseDamaged.Of("form");
        var (cells, hint, digest) = (new byte[parameters.Shape.CellBytes], new uint[parameters.Shape.HintBytes / sizeof(uint)], new byte[SHA256.HashSizeInBytes]);
        file.ReadExactly(cells);
        file.ReadExactly(MemoryMarshal.AsBytes(hint.AsSpan()));
        file.ReadExactly(digest);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(cells);
        hash.AppendData(MemoryMarshal.AsBytes(hint.AsSpan()));
        var key = hash.GetHashAndReset().AsSpan().SequenceEqual(digest) ? OprfKey.Import(header.AsSpan(Magic.Length + IdentityBytes, Ristretto255.ScalarBytes)) : null;
        CryptographicOperations.ZeroMemory(header);
        if (key is null || !key.PublicKey.Span.SequenceEqual(parameters.PublicKey))
            return LookupErrors.DatabaseDamaged.Of("digest");
        return new LookupDatabase(key, parameters, cells, hint);
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose() => Key.Dispose();
}
