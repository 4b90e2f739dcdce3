using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DataSpace.Privacy.Aggregation.Dropout;

/// <summary>
/// The second mask of a contribution: from a seed that its owner alone has, and that is told when its contribution counts. Without it, the mask key of an owner that is said to be gone would open
/// the contribution that it sent all the same.
/// </summary>
internal static class SelfMask
{
    private static readonly byte[] MaskTag = Encoding.ASCII.GetBytes("DataSpace secure-aggregation/1 self-mask\n");
    private static readonly byte[] CommitmentTag = Encoding.ASCII.GetBytes("DataSpace secure-aggregation/1 self-mask commitment\n");

    /// <summary>Binds an owner to its seed without telling it: the seed is uniform, 256 bits.</summary>
    public static byte[] Commit(ReadOnlySpan<byte> seed, ReadOnlySpan<byte> rosterHash) => SHA256.HashData([.. CommitmentTag, .. rosterHash, .. seed]);

    /// <summary>The mask of all slots of one modulus.</summary>
    public static void Write(ReadOnlySpan<byte> seed, MaskContext context, int owner, ulong modulus, Span<ulong> target)
    {
        var info = new byte[MaskTag.Length + 32 + 32 + 4 + 2 + 8];
        var rest = info.AsSpan();
        MaskTag.CopyTo(rest);
        rest = rest[MaskTag.Length..];
        context.RosterHash.Span.CopyTo(rest);
        context.ShapeDigest.Span.CopyTo(rest[32..]);
        BinaryPrimitives.WriteUInt32BigEndian(rest[64..], (uint)context.Round);
        BinaryPrimitives.WriteUInt16BigEndian(rest[68..], (ushort)owner);
        BinaryPrimitives.WriteUInt64BigEndian(rest[70..], modulus);
        Span<byte> key = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, seed, key, salt: [], info);
        using var stream = new MaskStream(key);
        CryptographicOperations.ZeroMemory(key);
        stream.Fill(target, modulus);
    }
}
