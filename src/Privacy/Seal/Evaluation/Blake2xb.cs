using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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
    private const int Lanes = 8;

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
    public static void Fill(ReadOnlySpan<byte> key, ulong message, Span<byte> output) => Fill(key, message, output, DoubleLanes8.IsSupported);

    /// <summary>As above, one leaf after the other or eight at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Fill(ReadOnlySpan<byte> key, ulong message, Span<byte> output, bool inLanes)
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
        var at = 0;
        if (inLanes)
        {
            for (; output.Length - at >= Lanes * HashBytes; at += Lanes * HashBytes)
                Leaves(MemoryMarshal.Cast<byte, ulong>(root), at / HashBytes, output.Length, output.Slice(at, Lanes * HashBytes));
        }

        Span<byte> leaf = stackalloc byte[HashBytes];
        for (; at < output.Length; at += HashBytes)
        {
            var length = Math.Min(HashBytes, output.Length - at);
            Begin(state, LeafWord0(length), (uint)(at / HashBytes) | ((ulong)(uint)output.Length << 32), HashBytes << 8);
            Compress(state, root, HashBytes, last: true);
            Write(state, leaf);
            leaf[..length].CopyTo(output[at..]);
        }
    }

    private static ulong LeafWord0(int length) => (uint)length | ((ulong)HashBytes << 32);

    /// <summary>Eight leaves at once, a lane for each: they hash the same block and differ in their number alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Leaves(ReadOnlySpan<ulong> root, int firstNode, int total, Span<byte> output)
    {
        // Sixteen named vectors, so that they stay in registers.
        var (b0, b1, b2) = (Vector512.Create(Start[0] ^ LeafWord0(HashBytes)), Vector512.Create(Start[1] ^ ((ulong)(uint)total << 32)), Vector512.Create(Start[2] ^ ((ulong)HashBytes << 8)));
        b1 ^= Vector512.Create((ulong)firstNode) + Vector512<ulong>.Indices; // below 2^32: beside the total, not in it
        var (v0, v1, v2, v3) = (b0, b1, b2, Vector512.Create(Start[3]));
        var (v4, v5, v6, v7) = (Vector512.Create(Start[4]), Vector512.Create(Start[5]), Vector512.Create(Start[6]), Vector512.Create(Start[7]));
        var (v8, v9, v10, v11) = (Vector512.Create(Start[0]), Vector512.Create(Start[1]), Vector512.Create(Start[2]), Vector512.Create(Start[3]));
        var (v12, v13, v14, v15) = (Vector512.Create(Start[4] ^ HashBytes), Vector512.Create(Start[5]), Vector512.Create(~Start[6]), Vector512.Create(Start[7]));
        for (var round = 0; round < Rounds; round++)
        {
            var order = Schedule.Slice(round % 10 * 16, 16);
            Mix(ref v0, ref v4, ref v8, ref v12, root[order[0]], root[order[1]]);
            Mix(ref v1, ref v5, ref v9, ref v13, root[order[2]], root[order[3]]);
            Mix(ref v2, ref v6, ref v10, ref v14, root[order[4]], root[order[5]]);
            Mix(ref v3, ref v7, ref v11, ref v15, root[order[6]], root[order[7]]);
            Mix(ref v0, ref v5, ref v10, ref v15, root[order[8]], root[order[9]]);
            Mix(ref v1, ref v6, ref v11, ref v12, root[order[10]], root[order[11]]);
            Mix(ref v2, ref v7, ref v8, ref v13, root[order[12]], root[order[13]]);
            Mix(ref v3, ref v4, ref v9, ref v14, root[order[14]], root[order[15]]);
        }

        // A vector holds one word of eight leaves; a leaf is eight words.
        Span<Vector512<ulong>> words =
        [
            b0 ^ v0 ^ v8, b1 ^ v1 ^ v9, b2 ^ v2 ^ v10, Vector512.Create(Start[3]) ^ v3 ^ v11,
            Vector512.Create(Start[4]) ^ v4 ^ v12, Vector512.Create(Start[5]) ^ v5 ^ v13, Vector512.Create(Start[6]) ^ v6 ^ v14, Vector512.Create(Start[7]) ^ v7 ^ v15,
        ];
        DoubleLanes8.Transpose(ref Unsafe.As<Vector512<ulong>, double>(ref words[0]));
        MemoryMarshal.AsBytes(words).CopyTo(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref Vector512<ulong> a, ref Vector512<ulong> b, ref Vector512<ulong> c, ref Vector512<ulong> d, ulong x, ulong y)
    {
        a += b + Vector512.Create(x);
        d = Avx512F.RotateRight(d ^ a, 32);
        c += d;
        b = Avx512F.RotateRight(b ^ c, 24);
        a += b + Vector512.Create(y);
        d = Avx512F.RotateRight(d ^ a, 16);
        c += d;
        b = Avx512F.RotateRight(b ^ c, 63);
    }

    /// <summary>The parameter block's three words that are not zero (RFC 7693, section 2.5, with the fields of BLAKE2X).</summary>
    private static void Begin(Span<ulong> state, ulong word0, ulong word1, ulong word2)
    {
        Start.CopyTo(state);
        state[0] ^= word0;
        state[1] ^= word1;
        state[2] ^= word2;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Write(ReadOnlySpan<ulong> state, Span<byte> target)
    {
        for (var i = 0; i < state.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(target[(8 * i)..], state[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
