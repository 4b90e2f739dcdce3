using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Aggregation;

/// <summary>Writes the mask that a party shares with <paramref name="peer"/>: integers uniform modulo the plain modulus.</summary>
internal delegate void WriteMask(int peer, Span<ulong> target);

/// <summary>
/// The masks that hide a contribution even from a coordinator and an analyst who collude, as long as two providers are honest. Each pair shares one
/// mask; the party that stands earlier in the roster adds it, the later one subtracts it, so the masks of a full roster sum to zero.
/// </summary>
internal static class PairwiseMasks
{
    private static readonly byte[] InfoTag = Encoding.ASCII.GetBytes("DataSpace secure-aggregation/1 mask\n");

    /// <summary>
    /// Masks <paramref name="values"/> (reduced modulo <paramref name="modulus"/>) in place. Works for every modulus below 2^63, so that the
    /// exhaustive view test over Z_7 runs this very function.
    /// </summary>
    public static void Apply(Span<ulong> values, ulong modulus, int ownIndex, int parties, WriteMask writeMask)
    {
        var mask = new ulong[values.Length];
        for (var peer = 0; peer < parties; peer++)
        {
            if (peer == ownIndex)
                continue;
            writeMask(peer, mask);
            if (ownIndex > peer)
                Negate(mask, modulus);
            Add(values, mask, modulus);
        }

        Array.Clear(mask);
    }

    /// <summary>
    /// HKDF-SHA256 over the X25519 secret. The info binds roster, round, shape, both places, both keys and the modulus, so that no two uses of one
    /// pair of keys share a mask.
    /// </summary>
    public static byte[] DeriveKey(ReadOnlySpan<byte> sharedSecret, MaskContext context, int indexA, int indexB, ulong modulus)
    {
        var (low, high) = (Math.Min(indexA, indexB), Math.Max(indexA, indexB));
        var info = new byte[InfoTag.Length + 32 + 32 + 4 + 2 + 2 + 32 + 32 + 8];
        var rest = info.AsSpan();
        Append(ref rest, InfoTag);
        Append(ref rest, context.RosterHash.Span);
        Append(ref rest, context.ShapeDigest.Span);
        BinaryPrimitives.WriteUInt32BigEndian(rest, (uint)context.Round);
        BinaryPrimitives.WriteUInt16BigEndian(rest[4..], (ushort)low);
        BinaryPrimitives.WriteUInt16BigEndian(rest[6..], (ushort)high);
        rest = rest[8..];
        Append(ref rest, context.Roster[low]);
        Append(ref rest, context.Roster[high]);
        BinaryPrimitives.WriteUInt64BigEndian(rest, modulus);
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, sharedSecret, key, salt: [], info);
        return key;
    }

    /// <summary>The mask of a pair from their shared secret.</summary>
    public static void WriteShared(ReadOnlySpan<byte> sharedSecret, MaskContext context, int indexA, int indexB, ulong modulus, Span<ulong> target)
    {
        var key = DeriveKey(sharedSecret, context, indexA, indexB, modulus);
        using var stream = new MaskStream(key);
        CryptographicOperations.ZeroMemory(key);
        stream.Fill(target, modulus);
    }

    /// <summary>Adds modulo <paramref name="modulus"/>; both are reduced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(Span<ulong> values, ReadOnlySpan<ulong> mask, ulong modulus)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var reduced = values[i] + mask[i] - modulus;
            values[i] = reduced + (modulus & (ulong)((long)reduced >> 63));
        }
    }

    /// <summary>Subtracts modulo <paramref name="modulus"/>; the mask is negated in place.</summary>
    public static void Subtract(Span<ulong> values, Span<ulong> mask, ulong modulus)
    {
        Negate(mask, modulus);
        Add(values, mask, modulus);
    }

    private static void Append(ref Span<byte> rest, ReadOnlySpan<byte> part)
    {
        part.CopyTo(rest);
        rest = rest[part.Length..];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Negate(Span<ulong> mask, ulong modulus)
    {
        for (var i = 0; i < mask.Length; i++)
        {
            var difference = modulus - mask[i]; // equals the modulus for 0
            mask[i] = difference & (ulong)((long)(difference - modulus) >> 63);
        }
    }
}

/// <summary>What every mask of a job and round is bound to.</summary>
/// <param name="RosterHash">H(jobHash, sorted roster), 32 bytes.</param>
/// <param name="ShapeDigest">Digest of the shape, 32 bytes.</param>
/// <param name="Round">Round number.</param>
/// <param name="Roster">Ephemeral public keys in roster order, 32 bytes each.</param>
internal sealed record MaskContext(ReadOnlyMemory<byte> RosterHash, ReadOnlyMemory<byte> ShapeDigest, int Round, IReadOnlyList<byte[]> Roster)
{
    /// <summary>Lengths, range and distinctness; says what is wrong.</summary>
    public static Result<MaskContext> Create(AggregationShape shape, IReadOnlyList<byte[]> roster, ReadOnlyMemory<byte> rosterHash, int round)
        => Create(shape.Parties, shape.Digest, roster, rosterHash, round);

    /// <summary>The same for another protocol, whose digest says what the masked values mean.</summary>
    public static Result<MaskContext> Create(int parties, ReadOnlyMemory<byte> shapeDigest, IReadOnlyList<byte[]> roster, ReadOnlyMemory<byte> rosterHash, int round)
    {
        if (roster.Count != parties)
            return PrivacyErrors.RosterInvalid.Of("number of keys differs from the number of parties");
        if (rosterHash.Length != 32)
            return PrivacyErrors.RosterInvalid.Of("roster hash is not 32 bytes");
        if (round < 0)
            return PrivacyErrors.RosterInvalid.Of("negative round");
        if (roster.Any(key => key.Length != 32))
            return PrivacyErrors.RosterInvalid.Of("a key is not 32 bytes");
        if (roster.Select(Convert.ToHexString).Distinct(StringComparer.Ordinal).Count() != roster.Count)
            return PrivacyErrors.RosterInvalid.Of("two providers share one key");
        return new MaskContext(rosterHash, shapeDigest, round, roster);
    }
}
