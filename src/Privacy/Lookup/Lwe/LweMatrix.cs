using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Lookup.Lwe;

/// <summary>
/// The public matrix A, one row of 1,024 numbers per column of the database, from a seed: AES-256 in counter mode, counter = 256·row + block, little-endian. Public, and the same for all who
/// ask about one database. Owned by one thread.
/// </summary>
internal sealed class LweMatrix : IDisposable
{
    public const int SeedBytes = 32;

    /// <summary>Rows made at once; they stay in the cache until they were used.</summary>
    public const int BlockRows = 64;

    private const int BlocksPerRow = LweParameters.RowBytes / 16;

    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _counters = new byte[BlockRows * LweParameters.RowBytes];

    public LweMatrix(ReadOnlySpan<byte> seed)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Numbers are little-endian on every node that takes part.");
        _aes.Key = seed.ToArray();
    }

    /// <summary>Rows <paramref name="first"/> and following, as many as fit, at most <see cref="BlockRows"/>.</summary>
    public void Rows(int first, Span<uint> rows)
    {
        var count = rows.Length / LweParameters.Dimension;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, BlockRows);
        var counters = _counters.AsSpan(0, count * LweParameters.RowBytes);
        var number = (ulong)first * BlocksPerRow;
        for (var at = 0; at < counters.Length; at += 16)
            BinaryPrimitives.WriteUInt64LittleEndian(counters[at..], number++);
        _aes.EncryptEcb(counters, MemoryMarshal.AsBytes(rows), PaddingMode.None);
    }

    public void Dispose() => _aes.Dispose();
}
