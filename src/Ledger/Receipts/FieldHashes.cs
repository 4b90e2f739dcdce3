using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Merkle;

namespace DataSpace.Ledger.Receipts;

/// <summary>
/// What follows from a payload's key by HKDF-Expand of one round (RFC 5869, section 2.3): a salt for each field, and the key of the data. Eight at once where the processor can.
/// </summary>
internal static class FieldSalts
{
    private const int InfoBytes = 9; // "salt", the field's number, one round
    private static ReadOnlySpan<byte> DataInfo => "data\u0001"u8;

    /// <summary>Salts of the fields from the first on, 32 bytes each, as many as there is room for.</summary>
    public static void Fill(ReadOnlySpan<byte> key, Span<byte> salts) => Fill(key, salts, Sha256Lanes.IsSupported);

    /// <summary>By the way of the test's choice.</summary>
    internal static void Fill(ReadOnlySpan<byte> key, Span<byte> salts, bool byLanes)
    {
        Span<byte> infos = stackalloc byte[Sha256Lanes.Lanes * InfoBytes];
        var fields = salts.Length / MerkleHash.SizeBytes;
        for (var first = 0; first < fields; first += Sha256Lanes.Lanes)
        {
            var count = Math.Min(Sha256Lanes.Lanes, fields - first);
            for (var i = 0; i < count; i++)
            {
                var info = infos.Slice(i * InfoBytes, InfoBytes);
                "salt"u8.CopyTo(info);
                BinaryPrimitives.WriteInt32BigEndian(info[4..], first + i);
                info[8] = 1;
            }
            var target = salts.Slice(first * MerkleHash.SizeBytes, count * MerkleHash.SizeBytes);
            if (byLanes)
                Sha256Lanes.Hmac(key, infos[..(count * InfoBytes)], InfoBytes, target);
            else
            {
                for (var i = 0; i < count; i++)
                    ShortHmac.Compute(key, infos.Slice(i * InfoBytes, InfoBytes), target.Slice(i * MerkleHash.SizeBytes, MerkleHash.SizeBytes));
            }
        }
    }

    /// <summary>Key of the data, 32 bytes.</summary>
    public static void DataKey(ReadOnlySpan<byte> key, Span<byte> dataKey) => ShortHmac.Compute(key, DataInfo, dataKey);
}

/// <summary>
/// Leaf hashes of a payload's fields in order, eight at once where the processor can. Takes room for the messages and for the hashes from its caller.
/// </summary>
/// <param name="room"><see cref="RoomBytes"/>.</param>
/// <param name="salts">Salts of all fields, 32 bytes each.</param>
/// <param name="leaves">For the leaf hashes of all fields, 32 bytes each.</param>
/// <param name="byLanes">Whether eight at once.</param>
internal ref struct FieldLeaves(Span<byte> room, ReadOnlySpan<byte> salts, Span<byte> leaves, bool byLanes)
{
    /// <summary>Bytes of room that are needed.</summary>
    public const int RoomBytes = Sha256Lanes.Lanes * Sha256Lanes.Stride;

    private readonly Span<byte> _room = room;
    private readonly ReadOnlySpan<byte> _salts = salts;
    private readonly Span<byte> _leaves = leaves;
    private readonly bool _byLanes = byLanes;
    private LaneLengths _lengths;
    private LaneLengths _targets;
    private int _next;
    private int _waiting;

    /// <summary>Adds the next field.</summary>
    public void Add(string label, scoped ReadOnlySpan<byte> value)
    {
        Span<byte> ascii = stackalloc byte[FieldRules.MaxLabelLength];
        Add(ascii[..Encoding.ASCII.GetBytes(label, ascii)], value);
    }

    /// <summary>Adds the next field.</summary>
    public void Add(scoped ReadOnlySpan<byte> label, scoped ReadOnlySpan<byte> value)
    {
        var salt = _salts.Slice(_next * MerkleHash.SizeBytes, MerkleHash.SizeBytes);
        var length = 2 + label.Length + salt.Length + value.Length;
        if (!_byLanes || length > Sha256Lanes.MaxMessageBytes)
        {
            OpenedField.HashLeaf(label, salt, value, _leaves.Slice(_next++ * MerkleHash.SizeBytes, MerkleHash.SizeBytes));
            return;
        }
        if (_waiting == 0)
            _room.Clear();
        // A zero byte first: the leaf of RFC 6962.
        var message = _room.Slice(_waiting * Sha256Lanes.Stride, Sha256Lanes.Stride);
        message[1] = (byte)label.Length;
        label.CopyTo(message[2..]);
        salt.CopyTo(message[(2 + label.Length)..]);
        value.CopyTo(message[(2 + label.Length + salt.Length)..]);
        (_lengths[_waiting], _targets[_waiting]) = (length, _next++);
        if (++_waiting == Sha256Lanes.Lanes)
            Finish();
    }

    /// <summary>Hashes what waits for others; after the last field.</summary>
    public void Finish()
    {
        if (_waiting == 0)
            return;
        Span<byte> digests = stackalloc byte[Sha256Lanes.Lanes * MerkleHash.SizeBytes];
        Sha256Lanes.Hash(_room, ((ReadOnlySpan<int>)_lengths)[.._waiting], digests);
        for (var i = 0; i < _waiting; i++)
            digests.Slice(i * MerkleHash.SizeBytes, MerkleHash.SizeBytes).CopyTo(_leaves[(_targets[i] * MerkleHash.SizeBytes)..]);
        _waiting = 0;
    }

    [System.Runtime.CompilerServices.InlineArray(Sha256Lanes.Lanes)]
    private struct LaneLengths
    {
        private int _first;
    }
}

/// <summary>Random bytes in small pieces: the generator's price is per call. What was handed out is overwritten here.</summary>
internal static class RandomPieces
{
    private const int PoolBytes = 4096;

    [ThreadStatic]
    private static byte[]? pool;

    [ThreadStatic]
    private static int left;

    /// <summary>Fills with fresh bytes of the operating system's generator.</summary>
    public static void Fill(Span<byte> target)
    {
        if (target.Length > PoolBytes)
        {
            RandomNumberGenerator.Fill(target);
            return;
        }
        pool ??= GC.AllocateArray<byte>(PoolBytes, pinned: true);
        if (left < target.Length)
        {
            RandomNumberGenerator.Fill(pool);
            left = PoolBytes;
        }
        var piece = pool.AsSpan(left - target.Length, target.Length);
        piece.CopyTo(target);
        piece.Clear();
        left -= target.Length;
    }
}
