using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DataSpace.Privacy.Noise;

/// <summary>
/// A generator keyed with 32 secret bytes: AES-256 in counter mode (NIST SP 800-38A §6.5; 128-bit big-endian counter from zero). The same key gives the
/// same bytes for ever: that is how the noise of a canonically equal query is found again without a store that could be lost.
/// </summary>
internal sealed class KeyedNoiseSource : INoiseSource, IDisposable
{
    public const int KeyBytes = 32;
    private const int ChunkBytes = 1024;
    private readonly Aes _aes = Aes.Create();
    private readonly byte[] _counters = new byte[ChunkBytes];
    private readonly byte[] _stream = new byte[ChunkBytes];
    private ulong _nextBlock;
    private int _used = ChunkBytes;

    public KeyedNoiseSource(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        _aes.SetKey(key);
    }

    public void Fill(Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            if (_used == ChunkBytes)
                Refill();
            var length = int.Min(target.Length, ChunkBytes - _used);
            _stream.AsSpan(_used, length).CopyTo(target);
            _used += length;
            target = target[length..];
        }
    }

    public void Dispose()
    {
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_stream);
    }

    private void Refill()
    {
        for (var at = 0; at < ChunkBytes; at += 16)
            BinaryPrimitives.WriteUInt64BigEndian(_counters.AsSpan(at + 8), _nextBlock++);
        _aes.EncryptEcb(_counters, _stream, PaddingMode.None);
        _used = 0;
    }
}
