using System.Buffers.Binary;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal.Evaluation;

namespace DataSpace.Privacy.Seal;

/// <summary>
/// The one accepted form of a ciphertext whose second polynomial is a seed: half the bytes, made by whoever holds the secret key. Headers and first polynomial as in
/// <see cref="CiphertextLayout"/>, then a SEAL header, the generator's number (1: BLAKE2Xb) and a 64-byte seed. Expanded here, in C#, to exactly what SEAL makes of it: SEAL itself
/// never parses one.
/// </summary>
public static class SeededCiphertext
{
    private const int SealHeaderBytes = 16;
    private const int SeedBytes = 64;
    private const int TrailerBytes = SealHeaderBytes + 1 + SeedBytes;
    private const byte Blake2xbGenerator = 1;
    private const int BufferBytes = 4096;

    /// <summary>Exact length in bytes.</summary>
    public static int TotalBytes(SealParameterSet set) => CiphertextLayout.DataOffset + (set.Ciphertext.Moduli.Count * set.Ciphertext.PolynomialBytes) + TrailerBytes;

    /// <summary>Accepts exactly one seeded ciphertext of <paramref name="set"/> at full modulus, or says which rule it broke.</summary>
    public static Result<Unit> Check(SealParameterSet set, ReadOnlySpan<byte> ciphertext)
    {
        if (ciphertext.Length != TotalBytes(set))
            return PrivacyErrors.CtLength.Of("seeded ciphertext");
        Span<byte> due = stackalloc byte[CiphertextLayout.DataOffset];
        WritePrefix(set, due);
        if (CiphertextCodec.CheckPrefix(ciphertext, due) is { } kind)
            return kind.Of("seeded ciphertext");
        for (var i = 0; i < set.Ciphertext.Moduli.Count; i++)
        {
            if (!ModularAddition.AllBelow(CiphertextCodec.Residue(set.Ciphertext, ciphertext, i), set.Ciphertext.ModulusAt(i)))
                return PrivacyErrors.CtCoefficientRange.Of("seeded ciphertext");
        }

        Span<byte> header = stackalloc byte[SealHeaderBytes + 1];
        CiphertextLayout.WriteHeader(header, TrailerBytes);
        header[^1] = Blake2xbGenerator;
        return ciphertext[^TrailerBytes..].StartsWith(header) ? Unit.Value : EvaluationErrors.SeedForm.Of();
    }

    /// <summary>The same ciphertext with both polynomials, as <see cref="CiphertextCodec.Check"/> accepts it.</summary>
    public static Result<byte[]> Expand(SealParameterSet set, ReadOnlySpan<byte> ciphertext)
    {
        if (Check(set, ciphertext).Error is { } error)
            return error;
        var layout = set.Ciphertext;
        var full = new byte[layout.TotalBytes];
        layout.Prefix.CopyTo(full);
        var half = layout.Moduli.Count * layout.PolynomialBytes;
        ciphertext.Slice(CiphertextLayout.DataOffset, half).CopyTo(full.AsSpan(CiphertextLayout.DataOffset));
        Sample(layout, ciphertext[^SeedBytes..], full.AsSpan(CiphertextLayout.DataOffset + half));
        // A seed whose expansion is not a ciphertext does not exist; the check keeps the promise of this method all the same.
        return CiphertextCodec.Check(set, full).Error is { } refused ? refused : full;
    }

    /// <summary>SEAL's uniform polynomial of a seed: words of the generator's stream, those drawn again that would favour small residues.</summary>
    private static void Sample(CiphertextLayout layout, ReadOnlySpan<byte> seed, Span<byte> polynomial)
    {
        var buffer = new byte[BufferBytes];
        var (counter, used) = (0UL, 0);
        for (; used < polynomial.Length; used += BufferBytes)
            Blake2xb.Fill(seed, counter++, polynomial.Slice(used, BufferBytes));
        used = BufferBytes;
        for (var i = 0; i < layout.Moduli.Count; i++)
        {
            var modulus = layout.Moduli[i];
            var limit = ulong.MaxValue - (ulong.MaxValue % modulus) - 1;
            for (var (at, end) = (i * layout.PolynomialBytes, (i + 1) * layout.PolynomialBytes); at < end; at += sizeof(ulong))
            {
                var word = BinaryPrimitives.ReadUInt64LittleEndian(polynomial[at..]);
                while (word >= limit)
                {
                    if (used == BufferBytes)
                    {
                        Blake2xb.Fill(seed, counter++, buffer);
                        used = 0;
                    }

                    word = BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(used));
                    used += sizeof(ulong);
                }

                BinaryPrimitives.WriteUInt64LittleEndian(polynomial[at..], word % modulus);
            }
        }
    }

    private static void WritePrefix(SealParameterSet set, Span<byte> prefix)
    {
        var layout = set.Ciphertext;
        var count = (ulong)layout.Moduli.Count * (ulong)layout.Degree;
        layout.Prefix.CopyTo(prefix);
        CiphertextLayout.WriteHeader(prefix, (ulong)TotalBytes(set));
        CiphertextLayout.WriteHeader(prefix[89..], SealHeaderBytes + 8 + (8 * count));
        BinaryPrimitives.WriteUInt64LittleEndian(prefix[105..], count);
    }
}
