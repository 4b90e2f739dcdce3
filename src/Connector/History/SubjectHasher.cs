using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace DataSpace.Connector.History;

/// <summary>
/// Keyed ids of subjects: HMAC-SHA-256 (RFC 2104, FIPS 180-4) over a byte 1 and the subject's text, or a byte 0 alone for rows that name none; the first 128
/// bits. Eight short texts at a time in vector lanes: one by one, through the framework, a million of them cost more than the query. One thread.
/// </summary>
internal sealed class SubjectHasher
{
    private const int Lanes = 8;
    private const int BlockWords = 16;
    private const int BlockBytes = 64;

    /// <summary>Longest message that fits into one block behind the key's, with the end mark and the length.</summary>
    private const int MaxShortBytes = 55;

    private static readonly uint[] RoundConstants = Constants();
    private readonly List<(int Cell, UInt128 Id)> _ready = new(Lanes + 1);
    private readonly byte[] _key;
    private readonly Vector256<uint>[] _inner = Start();
    private readonly Vector256<uint>[] _outer = Start();
    private readonly Vector256<uint>[] _schedule = new Vector256<uint>[64];
    private readonly Vector256<uint>[] _state = new Vector256<uint>[8];
    private readonly uint[] _words = new uint[BlockWords * Lanes];
    private readonly int[] _cells = new int[Lanes];
    private int _waiting;

    /// <param name="key">At most 64 bytes.</param>
    public SubjectHasher(byte[] key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, BlockBytes);
        _key = key;
        KeyBlock(_inner, 0x36);
        KeyBlock(_outer, 0x5c);
    }

    /// <summary>Ids in the order in which their subjects were added.</summary>
    public IReadOnlyList<(int Cell, UInt128 Id)> Ready => _ready;

    /// <summary>Adds a subject; true when <see cref="Ready"/> should be taken away.</summary>
    public bool Add(int cell, bool isNull, ReadOnlySpan<byte> subject)
    {
        var length = isNull ? 1 : subject.Length + 1;
        if (length > MaxShortBytes || !Vector256.IsHardwareAccelerated)
        {
            Complete();
            _ready.Add((cell, Whole(isNull, subject)));
            return true;
        }
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Clear();
        block[0] = isNull ? (byte)0 : (byte)1;
        subject.CopyTo(block[1..]);
        block[length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(block[(BlockBytes - 8)..], (ulong)(BlockBytes + length) * 8);
        for (var i = 0; i < BlockWords; i++)
            _words[(i * Lanes) + _waiting] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * i)..]);
        _cells[_waiting++] = cell;
        if (_waiting < Lanes)
            return false;
        Complete();
        return true;
    }

    /// <summary>Computes what still waits.</summary>
    public void Complete()
    {
        if (_waiting == 0)
            return;
        for (var i = 0; i < BlockWords; i++)
            _schedule[i] = Vector256.Create<uint>(_words, i * Lanes);
        _inner.CopyTo(_state, 0);
        Compress(_state, _schedule);
        _state.CopyTo(_schedule, 0);
        _schedule[8] = Vector256.Create(0x80000000u);
        for (var i = 9; i < BlockWords - 1; i++)
            _schedule[i] = Vector256<uint>.Zero;
        _schedule[BlockWords - 1] = Vector256.Create((uint)((BlockBytes + 32) * 8));
        _outer.CopyTo(_state, 0);
        Compress(_state, _schedule);
        for (var lane = 0; lane < _waiting; lane++)
        {
            _ready.Add((_cells[lane], new UInt128(
                ((ulong)_state[0].GetElement(lane) << 32) | _state[1].GetElement(lane), ((ulong)_state[2].GetElement(lane) << 32) | _state[3].GetElement(lane))));
        }
        _waiting = 0;
    }

    /// <summary>Forgets what was taken.</summary>
    public void Clear() => _ready.Clear();

    private UInt128 Whole(bool isNull, ReadOnlySpan<byte> subject)
    {
        var message = new byte[isNull ? 1 : subject.Length + 1];
        if (!isNull)
        {
            message[0] = 1;
            subject.CopyTo(message.AsSpan(1));
        }
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, message, mac);
        return BinaryPrimitives.ReadUInt128BigEndian(mac);
    }

    /// <summary>The key's own block is the same for every message: compressed once.</summary>
    private void KeyBlock(Vector256<uint>[] state, byte pad)
    {
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Fill(pad);
        for (var i = 0; i < _key.Length; i++)
            block[i] ^= _key[i];
        for (var i = 0; i < BlockWords; i++)
            _schedule[i] = Vector256.Create(BinaryPrimitives.ReadUInt32BigEndian(block[(4 * i)..]));
        Compress(state, _schedule);
    }

    /// <summary>FIPS 180-4, 6.2.2, in every lane at once. <paramref name="w"/> holds the block in its first 16 words.</summary>
    private static void Compress(Vector256<uint>[] state, Vector256<uint>[] w)
    {
        for (var t = BlockWords; t < 64; t++)
        {
            var (x, y) = (w[t - 15], w[t - 2]);
            w[t] = (Right(y, 17) ^ Right(y, 19) ^ (y >>> 10)) + w[t - 7] + (Right(x, 7) ^ Right(x, 18) ^ (x >>> 3)) + w[t - 16];
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        for (var t = 0; t < 64; t++)
        {
            var t1 = h + (Right(e, 6) ^ Right(e, 11) ^ Right(e, 25)) + ((e & f) ^ Vector256.AndNot(g, e)) + Vector256.Create(RoundConstants[t]) + w[t];
            var t2 = (Right(a, 2) ^ Right(a, 13) ^ Right(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + t1, c, b, a, t1 + t2);
        }
        (state[0], state[1], state[2], state[3]) = (state[0] + a, state[1] + b, state[2] + c, state[3] + d);
        (state[4], state[5], state[6], state[7]) = (state[4] + e, state[5] + f, state[6] + g, state[7] + h);
    }

    private static Vector256<uint> Right(Vector256<uint> x, int bits) => (x >>> bits) | (x << (32 - bits));

    private static Vector256<uint>[] Start() => [.. Roots(8, 2).Select(Vector256.Create)];

    private static uint[] Constants() => Roots(64, 3);

    /// <summary>First 32 bits of the fractional parts of the square or cube roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3), by exact integer search.</summary>
    private static uint[] Roots(int count, int root)
    {
        var words = new uint[count];
        for (int i = 0, candidate = 2; i < count; candidate++)
        {
            if (Enumerable.Range(2, candidate - 2).Any(divisor => candidate % divisor == 0))
                continue;
            // floor(p^(1/root) · 2^32): the largest x with x^root ≤ p · 2^(32·root).
            var target = (System.Numerics.BigInteger)candidate << (32 * root);
            System.Numerics.BigInteger low = 0, high = System.Numerics.BigInteger.One << 40;
            while (high - low > 1)
            {
                var middle = (low + high) >> 1;
                (low, high) = System.Numerics.BigInteger.Pow(middle, root) <= target ? (middle, high) : (low, middle);
            }
            words[i++] = (uint)(low & uint.MaxValue);
        }
        return words;
    }
}
