using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
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
    /// <summary>Bytes of a seed.</summary>
    internal const int SeedBytes = 64;

    private const int SealHeaderBytes = 16;
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

    /// <summary>A ciphertext of this seed whose first polynomial is still zero.</summary>
    internal static byte[] Begin(SealParameterSet set, ReadOnlySpan<byte> seed)
    {
        var ciphertext = new byte[TotalBytes(set)];
        WritePrefix(set, ciphertext.AsSpan(0, CiphertextLayout.DataOffset));
        var trailer = ciphertext.AsSpan(ciphertext.Length - TrailerBytes);
        CiphertextLayout.WriteHeader(trailer, TrailerBytes);
        trailer[SealHeaderBytes] = Blake2xbGenerator;
        seed.CopyTo(trailer[(SealHeaderBytes + 1)..]);
        return ciphertext;
    }

    /// <summary>The seed in a seeded ciphertext.</summary>
    internal static ReadOnlySpan<byte> SeedOf(ReadOnlySpan<byte> ciphertext) => ciphertext[^SeedBytes..];

    /// <summary>The polynomial that a seed stands for, as numbers from 0 to n−1, into the parts of <paramref name="polynomials"/> from number <paramref name="start"/> on.</summary>
    internal static void Sample(CiphertextLayout layout, RnsRing ring, ReadOnlySpan<byte> seed, double[] polynomials, int start)
    {
        var words = ArrayPool<byte>.Shared.Rent(layout.Moduli.Count * layout.PolynomialBytes);
        Words(layout, seed, words);
        for (var i = 0; i < ring.Primes.Length; i++)
            ring.Primes[i].ReadAny(words.AsSpan(i * layout.PolynomialBytes, layout.PolynomialBytes), ring.Part(polynomials, start + i));
        ArrayPool<byte>.Shared.Return(words); // public
    }

    private static void Sample(CiphertextLayout layout, ReadOnlySpan<byte> seed, Span<byte> polynomial)
    {
        Words(layout, seed, polynomial);
        for (var i = 0; i < layout.Moduli.Count; i++)
        {
            foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(polynomial.Slice(i * layout.PolynomialBytes, layout.PolynomialBytes)))
                word %= layout.Moduli[i];
        }
    }

    /// <summary>SEAL's uniform words of a seed, before they are reduced: words of the generator's stream, those drawn again that would favour small residues.</summary>
    private static void Words(CiphertextLayout layout, ReadOnlySpan<byte> seed, Span<byte> words)
    {
        var counter = 0UL;
        for (var at = 0; at < layout.Moduli.Count * layout.PolynomialBytes; at += BufferBytes)
            Blake2xb.Fill(seed, counter++, words.Slice(at, BufferBytes));
        var (buffer, used) = (new byte[BufferBytes], BufferBytes);
        for (var i = 0; i < layout.Moduli.Count; i++)
        {
            var part = MemoryMarshal.Cast<byte, ulong>(words.Slice(i * layout.PolynomialBytes, layout.PolynomialBytes));
            var limit = ulong.MaxValue - (ulong.MaxValue % layout.Moduli[i]) - 1;
            for (var at = part.IndexOfAnyInRange(limit, ulong.MaxValue); at >= 0;)
            {
                if (used == BufferBytes)
                {
                    Blake2xb.Fill(seed, counter++, buffer);
                    used = 0;
                }

                part[at] = BinaryPrimitives.ReadUInt64LittleEndian(buffer.AsSpan(used));
                used += sizeof(ulong);
                var next = part[at..].IndexOfAnyInRange(limit, ulong.MaxValue);
                at = next < 0 ? -1 : at + next;
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
