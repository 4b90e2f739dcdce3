using System.Buffers.Binary;

namespace DataSpace.Privacy.Seal;

/// <summary>
/// Shape of a serialized secret key, checked before SEAL parses one from disk: outer header, key-level <c>parms_id</c> at 16, coefficient count at 48,
/// scale at 56, inner header at 64, count at 80, coefficients from 88.
/// </summary>
internal static class SecretKeyCodec
{
    private const int DataOffset = 88;

    public static int TotalBytes(SealParameterSet set) => DataOffset + Words(set) * 8;

    public static bool IsWellFormed(SealParameterSet set, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != TotalBytes(set) || !bytes[..DataOffset].SequenceEqual(Prefix(set)))
            return false;
        for (var i = 0; i < set.PublicKey.Moduli.Count; i++)
        {
            if (!ModularAddition.AllBelow(Residue(set, bytes, i), set.PublicKey.Moduli[i]))
                return false;
        }

        return true;
    }

    /// <summary>The key modulo the prime of that number, transformed.</summary>
    public static ReadOnlySpan<byte> Residue(SealParameterSet set, ReadOnlySpan<byte> bytes, int index)
        => bytes.Slice(DataOffset + (index * set.PublicKey.PolynomialBytes), set.PublicKey.PolynomialBytes);

    private static int Words(SealParameterSet set) => set.Degree * set.PublicKey.Moduli.Count;

    private static byte[] Prefix(SealParameterSet set)
    {
        var prefix = new byte[DataOffset];
        var model = set.PublicKey.Prefix;
        var count = (ulong)Words(set);
        model[..48].CopyTo(prefix);
        BinaryPrimitives.WriteUInt64LittleEndian(prefix.AsSpan(8), (ulong)TotalBytes(set));
        BinaryPrimitives.WriteUInt64LittleEndian(prefix.AsSpan(48), count);
        BinaryPrimitives.WriteDoubleLittleEndian(prefix.AsSpan(56), 1.0);
        model[..8].CopyTo(prefix.AsSpan(64));
        BinaryPrimitives.WriteUInt64LittleEndian(prefix.AsSpan(72), 24 + (8 * count));
        BinaryPrimitives.WriteUInt64LittleEndian(prefix.AsSpan(80), count);
        return prefix;
    }
}
