using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Aggregation;

/// <summary>
/// A stream of integers uniform modulo t from a 32-byte key: AES-256 in counter mode (128-bit big-endian counter from zero), cut into little-endian
/// 64-bit words, reduced to the modulus' bit length, rejected when not below the modulus. Both holders of the key get the same stream.
/// </summary>
internal sealed class MaskStream : IDisposable
{
    private const int ChunkBytes = 4096;
    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _counters = new byte[ChunkBytes];
    private readonly byte[] _stream = new byte[ChunkBytes];
    private ulong _nextBlock;
    private int _used = ChunkBytes;

    public MaskStream(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, 32);
        _aes.SetKey(key);
    }

    /// <summary>A stream that nobody else has, for values that must be uniform.</summary>
    public static MaskStream Fresh()
    {
        Span<byte> key = stackalloc byte[32];
        RandomNumberGenerator.Fill(key);
        var stream = new MaskStream(key);
        CryptographicOperations.ZeroMemory(key);
        return stream;
    }

    /// <summary>Fills <paramref name="target"/> with the next integers uniform in 0..modulus-1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(Span<ulong> target, ulong modulus)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(modulus, 2UL);
        var bits = ulong.MaxValue >> BitOperations.LeadingZeroCount(modulus - 1);
        var filled = 0;
        while (filled < target.Length)
        {
            var word = Next() & bits;
            target[filled] = word;
            filled += word < modulus ? 1 : 0;
        }
    }

    /// <summary>Fills <paramref name="target"/> with the next integers uniform below 2^128, each two words, the lower one first.</summary>
    public void Fill(Span<UInt128> target)
    {
        for (var filled = 0; filled < target.Length;)
        {
            if (_used > ChunkBytes - 16)
            {
                // At the end of a chunk, or half a number before it.
                var low = Next();
                target[filled++] = new UInt128(Next(), low);
                continue;
            }
            var count = Math.Min((ChunkBytes - _used) / 16, target.Length - filled);
            for (var i = 0; i < count; i++)
                target[filled + i] = BinaryPrimitives.ReadUInt128LittleEndian(_stream.AsSpan(_used + (i * 16)));
            (filled, _used) = (filled + count, _used + (count * 16));
        }
    }

    /// <summary>The next integer uniform in 1..modulus-1.</summary>
    public ulong NextNonZero(ulong modulus)
    {
        Span<ulong> one = stackalloc ulong[1];
        Fill(one, modulus - 1);
        return one[0] + 1;
    }

    public void Dispose()
    {
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_stream);
    }

    private ulong Next()
    {
        if (_used == ChunkBytes)
        {
            for (var at = 0; at < ChunkBytes; at += 16)
                BinaryPrimitives.WriteUInt64BigEndian(_counters.AsSpan(at + 8), _nextBlock++);
            _aes.EncryptEcb(_counters, _stream, PaddingMode.None);
            _used = 0;
        }

        var word = BinaryPrimitives.ReadUInt64LittleEndian(_stream.AsSpan(_used));
        _used += 8;
        return word;
    }
}
