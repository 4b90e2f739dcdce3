using System.Buffers.Binary;

namespace DataSpace.Privacy.Seal;

/// <summary>
/// The one accepted serialized form of a two-polynomial SEAL 4.1 ciphertext without compression. Little-endian: outer header at 0 (magic A15E,
/// header size, version 4.1, compression, reserved, total length at 8), <c>parms_id</c> at 16, NTT flag at 48, polynomial count at 49, degree at 57,
/// modulus count at 65, scale at 73, correction factor at 81, inner header at 89, coefficient count at 105, coefficients from 113 as 64-bit
/// words ordered [polynomial][modulus][coefficient]. All of the first 113 bytes are determined by the parameters.
/// </summary>
public sealed class CiphertextLayout
{
    /// <summary>Offset of the first coefficient.</summary>
    public const int DataOffset = 113;

    /// <summary>Polynomials per ciphertext; fresh and added ciphertexts have two.</summary>
    public const int Polynomials = 2;

    /// <summary>SEAL's version that every accepted object carries: major 4, minor 1.</summary>
    internal const ushort SealVersion = 0x0104;

    private const ushort Magic = 0xA15E;
    private const byte HeaderBytes = 16;
    private readonly ulong[] _moduli;
    private readonly byte[] _prefix = new byte[DataOffset];

    internal CiphertextLayout(int degree, ulong[] moduli, byte[] parmsId, bool isNtt)
    {
        (Degree, _moduli) = (degree, moduli);
        var count = (ulong)Polynomials * (ulong)moduli.Length * (ulong)degree;
        TotalBytes = checked(DataOffset + (int)(8 * count));
        WriteHeader(_prefix, (ulong)TotalBytes);
        parmsId.CopyTo(_prefix.AsSpan(16));
        _prefix[48] = isNtt ? (byte)1 : (byte)0;
        Write(49, Polynomials);
        Write(57, (ulong)degree);
        Write(65, (ulong)moduli.Length);
        BinaryPrimitives.WriteDoubleLittleEndian(_prefix.AsSpan(73), 1.0); // scale: CKKS only
        Write(81, 1); // correction factor: BGV only
        WriteHeader(_prefix.AsSpan(89), HeaderBytes + 8 + (8 * count));
        Write(105, count);
    }

    /// <summary>Ring degree N.</summary>
    public int Degree { get; }

    /// <summary>Exact length of a serialized object in bytes.</summary>
    public int TotalBytes { get; }

    /// <summary>Coefficient moduli in SEAL's order.</summary>
    public IReadOnlyList<ulong> Moduli => _moduli;

    /// <summary>The first 113 bytes of every accepted object.</summary>
    internal ReadOnlySpan<byte> Prefix => _prefix;

    /// <summary>Whether SEAL's digest of parameters, as four words, is that of this form.</summary>
    internal bool HasParmsId(ReadOnlySpan<ulong> words) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(words).SequenceEqual(_prefix.AsSpan(16, 32));

    /// <summary>Bytes of one residue polynomial.</summary>
    internal int PolynomialBytes => 8 * Degree;

    /// <summary>Modulus of the residue polynomial at <paramref name="index"/> in serialized order.</summary>
    internal ulong ModulusAt(int index) => _moduli[index % _moduli.Length];

    /// <summary>Residue polynomials in an object.</summary>
    internal int ResidueCount => Polynomials * _moduli.Length;

    /// <summary>SEAL's 16-byte header of an uncompressed object of this length.</summary>
    internal static void WriteHeader(Span<byte> target, ulong length)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, Magic);
        target[2] = HeaderBytes;
        BinaryPrimitives.WriteUInt16LittleEndian(target[3..], SealVersion);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], length);
    }

    private void Write(int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(_prefix.AsSpan(offset), value);
}
