using System.Buffers.Binary;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Seal;

/// <summary>
/// The strict gate in front of every ciphertext and public key that came from elsewhere, in plain C#: SEAL itself only ever parses bytes that are
/// equal to its own form in every header byte and whose coefficients are reduced. Each reason has its own code; nothing is repaired.
/// </summary>
public static class CiphertextCodec
{
    private static readonly (int End, ErrorKind Kind)[] Fields =
    [
        (2, PrivacyErrors.CtMagic),
        (3, PrivacyErrors.CtHeaderSize),
        (5, PrivacyErrors.CtVersion),
        (6, PrivacyErrors.CtCompressed),
        (8, PrivacyErrors.CtReserved),
        (16, PrivacyErrors.CtDeclaredLength),
        (48, PrivacyErrors.CtParameters),
        (49, PrivacyErrors.CtNttForm),
        (57, PrivacyErrors.CtPolynomialCount),
        (65, PrivacyErrors.CtDegree),
        (73, PrivacyErrors.CtModulusCount),
        (81, PrivacyErrors.CtScale),
        (89, PrivacyErrors.CtCorrectionFactor),
        (105, PrivacyErrors.CtInnerHeader),
        (CiphertextLayout.DataOffset, PrivacyErrors.CtCoefficientCount),
    ];

    /// <summary>Accepts exactly one BFV ciphertext of <paramref name="set"/>, or says which rule it broke.</summary>
    public static Result<Unit> Check(SealParameterSet set, ReadOnlySpan<byte> ciphertext) => Check(set.Ciphertext, ciphertext, "ciphertext");

    /// <summary>Accepts exactly one ciphertext of <paramref name="set"/> from which <paramref name="switchedDown"/> primes were switched away.</summary>
    public static Result<Unit> Check(SealParameterSet set, ReadOnlySpan<byte> ciphertext, int switchedDown) => Check(set.Levels[switchedDown], ciphertext, "ciphertext");

    /// <summary>Accepts exactly one public key of <paramref name="set"/>.</summary>
    public static Result<Unit> CheckPublicKey(SealParameterSet set, ReadOnlySpan<byte> publicKey) => Check(set.PublicKey, publicKey, "public key");

    private static Result<Unit> Check(CiphertextLayout layout, ReadOnlySpan<byte> bytes, string what)
    {
        if (CheckHeader(layout, bytes) is { } kind)
            return kind.Of(what);
        for (var i = 0; i < layout.ResidueCount; i++)
        {
            if (!ModularAddition.AllBelow(Residue(layout, bytes, i), layout.ModulusAt(i)))
                return PrivacyErrors.CtCoefficientRange.Of(what);
        }

        // Second polynomial zero: the plaintext stands in the open and SEAL would refuse to go on with it.
        return bytes[(CiphertextLayout.DataOffset + (bytes.Length - CiphertextLayout.DataOffset) / 2)..].ContainsAnyExcept((byte)0)
            ? Unit.Value
            : PrivacyErrors.CtTransparent.Of(what);
    }

    /// <summary>One residue polynomial inside a serialized object.</summary>
    internal static ReadOnlySpan<byte> Residue(CiphertextLayout layout, ReadOnlySpan<byte> bytes, int index)
        => bytes.Slice(CiphertextLayout.DataOffset + (index * layout.PolynomialBytes), layout.PolynomialBytes);

    /// <summary>The same, to be written.</summary>
    internal static Span<byte> ResidueOf(CiphertextLayout layout, Span<byte> bytes, int index)
        => bytes.Slice(CiphertextLayout.DataOffset + (index * layout.PolynomialBytes), layout.PolynomialBytes);

    private static ErrorKind? CheckHeader(CiphertextLayout layout, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < CiphertextLayout.DataOffset)
            return PrivacyErrors.CtLength;
        // The compression byte and the seed form change everything behind them, so they are named first.
        if (bytes[..2].SequenceEqual(layout.Prefix[..2]) && bytes[5] != 0)
            return PrivacyErrors.CtCompressed;
        var halfCount = BinaryPrimitives.ReadUInt64LittleEndian(layout.Prefix[105..]) / CiphertextLayout.Polynomials;
        if (bytes[49..57].SequenceEqual(layout.Prefix[49..57]) && BinaryPrimitives.ReadUInt64LittleEndian(bytes[105..]) == halfCount)
            return PrivacyErrors.CtSeeded;
        if (bytes.Length != layout.TotalBytes)
            return PrivacyErrors.CtLength;
        return CheckPrefix(bytes, layout.Prefix);
    }

    /// <summary>The reason of the first field in which the first 113 bytes differ from <paramref name="due"/>, or null.</summary>
    internal static ErrorKind? CheckPrefix(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> due)
    {
        var same = bytes[..CiphertextLayout.DataOffset].CommonPrefixLength(due);
        if (same == CiphertextLayout.DataOffset)
            return null;
        foreach (var (end, kind) in Fields)
        {
            if (same < end)
                return kind;
        }

        return null;
    }
}
