using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>
/// BLAKE2Xb ("BLAKE2X", Aumasson, Neves, O'Hearn, Winnerlein, 2016, section 2) over BLAKE2b (RFC 7693), as far as SEAL's generator needs it: a 64-byte key, an 8-byte message, any
/// length of output below 2^32. Expands seeds that are public.
/// </summary>
internal static class Blake2xb
{
    public const int KeyBytes = 64;
    private const int BlockBytes = 128;
    private const int HashBytes = 64;
    private const int Rounds = 12;
    private const int Lanes = 4;

    private static ReadOnlySpan<ulong> Start =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    private static ReadOnlySpan<byte> Schedule =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    /// <summary>Fills <paramref name="output"/> with the hash of <paramref name="message"/> under <paramref name="key"/>.</summary>
    public static void Fill(ReadOnlySpan<byte> key, ulong message, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes);
        Span<ulong> state = stackalloc ulong[8];
        Span<byte> block = stackalloc byte[BlockBytes];
        // The root: fan-out 1, depth 1, keyed; the key fills the first block.
        Begin(state, (uint)HashBytes | (KeyBytes << 8) | (1u << 16) | (1u << 24), (ulong)(uint)output.Length << 32, 0);
        block.Clear();
        key.CopyTo(block);
        Compress(state, block, BlockBytes, last: false);
        block.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(block, message);
        Compress(state, block, BlockBytes + sizeof(ulong), last: true);

        Span<byte> root = stackalloc byte[BlockBytes];
        root.Clear();
        Write(state, root);
        Span<byte> leaf = stackalloc byte[HashBytes];
        var (at, node) = (0, 0u);
        for (; Vector256.IsHardwareAccelerated && at + (Lanes * HashBytes) <= output.Length; at += Lanes * HashBytes, node += Lanes)
            FourLeaves(root, node, (uint)output.Length, output.Slice(at, Lanes * HashBytes));
        for (; at < output.Length; at += HashBytes, node++)
        {
            var length = Math.Min(HashBytes, output.Length - at);
            Begin(state, (uint)length | ((ulong)HashBytes << 32), node | ((ulong)(uint)output.Length << 32), HashBytes << 8);
            Compress(state, root, HashBytes, last: true);
            Write(state, leaf);
            leaf[..length].CopyTo(output[at..]);
        }
    }

    /// <summary>The parameter block's three words that are not zero (RFC 7693, section 2.5, with the fields of BLAKE2X).</summary>
    private static void Begin(Span<ulong> state, ulong word0, ulong word1, ulong word2)
    {
        Start.CopyTo(state);
        state[0] ^= word0;
        state[1] ^= word1;
        state[2] ^= word2;
    }

    private static void Write(ReadOnlySpan<ulong> state, Span<byte> target)
    {
        for (var i = 0; i < state.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(target[(8 * i)..], state[i]);
    }

    private static void Compress(Span<ulong> state, ReadOnlySpan<byte> block, int counted, bool last)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(block);
        Span<ulong> v = stackalloc ulong[16];
        state.CopyTo(v);
        Start.CopyTo(v[8..]);
        v[12] ^= (ulong)counted;
        v[14] ^= last ? ulong.MaxValue : 0;
        for (var round = 0; round < Rounds; round++)
        {
            var order = Schedule.Slice(round % 10 * 16, 16);
            Mix(ref v[0], ref v[4], ref v[8], ref v[12], words[order[0]], words[order[1]]);
            Mix(ref v[1], ref v[5], ref v[9], ref v[13], words[order[2]], words[order[3]]);
            Mix(ref v[2], ref v[6], ref v[10], ref v[14], words[order[4]], words[order[5]]);
            Mix(ref v[3], ref v[7], ref v[11], ref v[15], words[order[6]], words[order[7]]);
            Mix(ref v[0], ref v[5], ref v[10], ref v[15], words[order[8]], words[order[9]]);
            Mix(ref v[1], ref v[6], ref v[11], ref v[12], words[order[10]], words[order[11]]);
            Mix(ref v[2], ref v[7], ref v[8], ref v[13], words[order[12]], words[order[13]]);
            Mix(ref v[3], ref v[4], ref v[9], ref v[14], words[order[14]], words[order[15]]);
        }

        for (var i = 0; i < 8; i++)
            state[i] ^= v[i] ^ v[i + 8];
    }

    /// <summary>Four whole leaves at once, one in each lane: they differ by their number alone.</summary>
    private static void FourLeaves(ReadOnlySpan<byte> root, uint node, ulong totalBytes, Span<byte> output)
    {
        Span<Vector256<ulong>> words = stackalloc Vector256<ulong>[16];
        words.Clear();
        for (var i = 0; i < 8; i++)
            words[i] = Vector256.Create(BinaryPrimitives.ReadUInt64LittleEndian(root[(8 * i)..]));
        Span<Vector256<ulong>> begin = stackalloc Vector256<ulong>[8];
        for (var i = 0; i < 8; i++)
            begin[i] = Vector256.Create(Start[i]);
        begin[0] ^= Vector256.Create((uint)HashBytes | ((ulong)HashBytes << 32));
        begin[1] ^= Vector256.Create(node, node + 1, node + 2, node + 3UL) | Vector256.Create(totalBytes << 32);
        begin[2] ^= Vector256.Create((ulong)HashBytes << 8);
        var (v0, v1, v2, v3, v4, v5, v6, v7) = (begin[0], begin[1], begin[2], begin[3], begin[4], begin[5], begin[6], begin[7]);
        var (v8, v9, v10, v11) = (Vector256.Create(Start[0]), Vector256.Create(Start[1]), Vector256.Create(Start[2]), Vector256.Create(Start[3]));
        var (v12, v13, v14, v15) = (Vector256.Create(Start[4] ^ HashBytes), Vector256.Create(Start[5]), Vector256.Create(~Start[6]), Vector256.Create(Start[7]));
        for (var round = 0; round < Rounds; round++)
        {
            var order = Schedule.Slice(round % 10 * 16, 16);
            Mix(ref v0, ref v4, ref v8, ref v12, words[order[0]], words[order[1]]);
            Mix(ref v1, ref v5, ref v9, ref v13, words[order[2]], words[order[3]]);
            Mix(ref v2, ref v6, ref v10, ref v14, words[order[4]], words[order[5]]);
            Mix(ref v3, ref v7, ref v11, ref v15, words[order[6]], words[order[7]]);
            Mix(ref v0, ref v5, ref v10, ref v15, words[order[8]], words[order[9]]);
            Mix(ref v1, ref v6, ref v11, ref v12, words[order[10]], words[order[11]]);
            Mix(ref v2, ref v7, ref v8, ref v13, words[order[12]], words[order[13]]);
            Mix(ref v3, ref v4, ref v9, ref v14, words[order[14]], words[order[15]]);
        }

        Span<Vector256<ulong>> end = [v0 ^ v8, v1 ^ v9, v2 ^ v10, v3 ^ v11, v4 ^ v12, v5 ^ v13, v6 ^ v14, v7 ^ v15];
        for (var i = 0; i < 8; i++)
        {
            var hash = begin[i] ^ end[i];
            for (var lane = 0; lane < Lanes; lane++)
                BinaryPrimitives.WriteUInt64LittleEndian(output[((lane * HashBytes) + (8 * i))..], hash[lane]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref Vector256<ulong> a, ref Vector256<ulong> b, ref Vector256<ulong> c, ref Vector256<ulong> d, Vector256<ulong> x, Vector256<ulong> y)
    {
        a += b + x;
        d ^= a;
        d = (d >>> 32) | (d << 32);
        c += d;
        b ^= c;
        b = (b >>> 24) | (b << 40);
        a += b + y;
        d ^= a;
        d = (d >>> 16) | (d << 48);
        c += d;
        b ^= c;
        b = (b >>> 63) | (b << 1);
    }

    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        unchecked
        {
            a += b + x;
            d = BitOperations.RotateRight(d ^ a, 32);
            c += d;
            b = BitOperations.RotateRight(b ^ c, 24);
            a += b + y;
            d = BitOperations.RotateRight(d ^ a, 16);
            c += d;
            b = BitOperations.RotateRight(b ^ c, 63);
        }
    }
}
