using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace DataSpace.Kernel.Crypto;

/// <summary>
/// SHA-256 (FIPS 180-4, section 6.2) of eight short messages at once, one in each lane of a vector. A call of the platform's hash costs more than what it hashes where that is a
/// block or two, and a payload has dozens of those. Nothing branches on what is hashed.
/// </summary>
internal static class Sha256Lanes
{
    /// <summary>Messages at once.</summary>
    public const int Lanes = 8;

    /// <summary>Longest message that <see cref="Hash"/> takes, in bytes.</summary>
    public const int MaxMessageBytes = MaxBlocks * BlockBytes - PaddingBytes;

    /// <summary>Room of one message in the buffer of <see cref="Hash"/>, in bytes.</summary>
    public const int Stride = MaxBlocks * BlockBytes;

    /// <summary>Longest message that <see cref="Hmac"/> takes, in bytes.</summary>
    public const int MaxHmacMessageBytes = BlockBytes - PaddingBytes;

    private const int BlockBytes = 64;
    private const int HashBytes = 32;
    private const int MaxBlocks = 4;
    private const int PaddingBytes = 9;
    private const int Words = 16;

    /// <summary>Whether this is faster than one hash after another here.</summary>
    public static bool IsSupported => Vector256.IsHardwareAccelerated;

    private static ReadOnlySpan<uint> Initial => [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Digests of up to eight messages.</summary>
    /// <param name="messages">Message i at <c>i * Stride</c>, everything behind it zero; overwritten with padding.</param>
    /// <param name="lengths">Bytes of each message, at most <see cref="MaxMessageBytes"/>.</param>
    /// <param name="digests">32 bytes for each message, one after another.</param>
    public static void Hash(Span<byte> messages, ReadOnlySpan<int> lengths, Span<byte> digests)
    {
        Span<int> last = stackalloc int[Lanes];
        var blocks = 0;
        for (var lane = 0; lane < lengths.Length; lane++)
        {
            last[lane] = (lengths[lane] + PaddingBytes - 1) / BlockBytes;
            blocks = Math.Max(blocks, last[lane] + 1);
            var message = messages.Slice(lane * Stride, Stride);
            message[lengths[lane]] = 0x80;
            BinaryPrimitives.WriteUInt64BigEndian(message[((last[lane] + 1) * BlockBytes - sizeof(ulong))..], 8 * (ulong)lengths[lane]);
        }
        Span<Vector256<uint>> state = stackalloc Vector256<uint>[8];
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[Words];
        Broadcast(Initial, state);
        for (var block = 0; block < blocks; block++)
        {
            Load(messages, lengths.Length, Stride, block * BlockBytes, words);
            Compress(state, words);
            for (var lane = 0; lane < lengths.Length; lane++)
            {
                if (last[lane] == block)
                    Store(state, lane, digests.Slice(lane * HashBytes, HashBytes));
            }
        }
    }

    /// <summary>HMAC-SHA256 (RFC 2104) of up to eight messages of one length under one key of at most 64 bytes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="messages">The messages, one after another; at most <see cref="MaxHmacMessageBytes"/> each.</param>
    /// <param name="length">Bytes of each.</param>
    /// <param name="codes">32 bytes for each message, one after another.</param>
    public static void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> messages, int length, Span<byte> codes)
    {
        var count = messages.Length / length;
        Span<byte> blocks = stackalloc byte[Lanes * BlockBytes];
        Span<Vector256<uint>> state = stackalloc Vector256<uint>[8];
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[Words];
        Span<uint> inner = stackalloc uint[8], outer = stackalloc uint[8];
        // The two blocks of the key in two lanes.
        blocks.Clear();
        key.CopyTo(blocks);
        key.CopyTo(blocks[BlockBytes..]);
        for (var i = 0; i < BlockBytes; i++)
            (blocks[i], blocks[BlockBytes + i]) = ((byte)(blocks[i] ^ 0x36), (byte)(blocks[BlockBytes + i] ^ 0x5c));
        Broadcast(Initial, state);
        Load(blocks, 2, BlockBytes, 0, words);
        Compress(state, words);
        for (var i = 0; i < 8; i++)
            (inner[i], outer[i]) = (state[i].GetElement(0), state[i].GetElement(1));

        blocks.Clear();
        for (var lane = 0; lane < count; lane++)
        {
            messages.Slice(lane * length, length).CopyTo(blocks[(lane * BlockBytes)..]);
            blocks[lane * BlockBytes + length] = 0x80;
            BinaryPrimitives.WriteUInt64BigEndian(blocks[((lane + 1) * BlockBytes - sizeof(ulong))..], 8 * (ulong)(BlockBytes + length));
        }
        Broadcast(inner, state);
        Load(blocks, count, BlockBytes, 0, words);
        Compress(state, words);
        state.CopyTo(words);
        words[8..].Clear();
        words[8] = Vector256.Create(0x80000000u);
        words[15] = Vector256.Create(8u * (BlockBytes + HashBytes));
        Broadcast(outer, state);
        Compress(state, words);
        for (var lane = 0; lane < count; lane++)
            Store(state, lane, codes.Slice(lane * HashBytes, HashBytes));
        // What follows from the key does not stay on the stack.
        blocks.Clear();
        inner.Clear();
        outer.Clear();
    }

    private static void Broadcast(ReadOnlySpan<uint> values, Span<Vector256<uint>> state)
    {
        for (var i = 0; i < 8; i++)
            state[i] = Vector256.Create(values[i]);
    }

    // Word t of lane l into lane l of vector t.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Load(ReadOnlySpan<byte> messages, int lanes, int stride, int offset, Span<Vector256<uint>> words)
    {
        Span<uint> turned = stackalloc uint[Words * Lanes];
        turned.Clear();
        for (var lane = 0; lane < lanes; lane++)
        {
            var block = messages.Slice(lane * stride + offset, BlockBytes);
            for (var t = 0; t < Words; t++)
                turned[t * Lanes + lane] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * t)..]);
        }
        for (var t = 0; t < Words; t++)
            words[t] = Vector256.Create<uint>(turned.Slice(t * Lanes, Lanes));
        turned.Clear();
    }

    private static void Store(ReadOnlySpan<Vector256<uint>> state, int lane, Span<byte> digest)
    {
        for (var i = 0; i < 8; i++)
            BinaryPrimitives.WriteUInt32BigEndian(digest[(4 * i)..], state[i].GetElement(lane));
    }

    // The words become the message schedule, sixteen at a time.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compress(Span<Vector256<uint>> state, Span<Vector256<uint>> w)
    {
        w = w[..Words];
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        var constants = RoundConstants;
        for (var round = 0; round < 64; round++)
        {
            var at = round & 15;
            if (round >= Words)
            {
                var (early, late) = (w[(round + 1) & 15], w[(round + 14) & 15]);
                var small0 = Right(early, 7) ^ Right(early, 18) ^ (early >>> 3);
                var small1 = Right(late, 17) ^ Right(late, 19) ^ (late >>> 10);
                w[at] = w[at] + small0 + w[(round + 9) & 15] + small1;
            }
            var big1 = Right(e, 6) ^ Right(e, 11) ^ Right(e, 25);
            var choice = g ^ (e & (f ^ g));
            var first = h + big1 + choice + Vector256.Create(constants[round]) + w[at];
            var big0 = Right(a, 2) ^ Right(a, 13) ^ Right(a, 22);
            var majority = (a & b) | (c & (a | b));
            (h, g, f, e) = (g, f, e, d + first);
            (d, c, b, a) = (c, b, a, first + big0 + majority);
        }
        (state[0], state[1], state[2], state[3]) = (state[0] + a, state[1] + b, state[2] + c, state[3] + d);
        (state[4], state[5], state[6], state[7]) = (state[4] + e, state[5] + f, state[6] + g, state[7] + h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Right(Vector256<uint> value, int bits) => (value >>> bits) | (value << (32 - bits));
}
