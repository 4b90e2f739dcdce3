using System.Buffers.Binary;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Tests.Seal;

/// <summary>A hostile sender's bytes: each is refused with the reason of the field it broke, and SEAL never sees them.</summary>
public sealed class CodecTests(SealFixture seal)
{
    private static readonly SealParameterSet Set = SealParameterSet.Aggregation1;

    private static readonly (int Start, int End, ErrorKind Kind)[] Fields =
    [
        (0, 2, PrivacyErrors.CtMagic),
        (2, 3, PrivacyErrors.CtHeaderSize),
        (3, 5, PrivacyErrors.CtVersion),
        (5, 6, PrivacyErrors.CtCompressed),
        (6, 8, PrivacyErrors.CtReserved),
        (8, 16, PrivacyErrors.CtDeclaredLength),
        (16, 48, PrivacyErrors.CtParameters),
        (48, 49, PrivacyErrors.CtNttForm),
        (49, 57, PrivacyErrors.CtPolynomialCount),
        (57, 65, PrivacyErrors.CtDegree),
        (65, 73, PrivacyErrors.CtModulusCount),
        (73, 81, PrivacyErrors.CtScale),
        (81, 89, PrivacyErrors.CtCorrectionFactor),
        (89, 105, PrivacyErrors.CtInnerHeader),
        (105, 113, PrivacyErrors.CtCoefficientCount),
    ];

    [Fact]
    public void Every_flipped_header_bit_is_refused_with_its_fields_reason()
    {
        var (keys, good) = Fresh();
        foreach (var (start, end, kind) in Fields)
        {
            for (var bit = start * 8; bit < end * 8; bit++)
            {
                var ciphertext = good.ToArray();
                ciphertext[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Equal(kind, CiphertextCodec.Check(Set, ciphertext).Error?.Kind);
                var key = keys.PublicKey.ToArray();
                key[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.Equal(kind, CiphertextCodec.CheckPublicKey(Set, key).Error?.Kind);
            }
        }

        Assert.Equal(Fields.Length, Fields.Select(field => field.Kind.Code).Distinct().Count());
    }

    [Fact]
    public void A_coefficient_at_its_modulus_is_refused_in_every_residue()
    {
        var (keys, good) = Fresh();
        foreach (var layout in new[] { Set.Ciphertext, Set.PublicKey })
        {
            for (var i = 0; i < layout.ResidueCount; i++)
            {
                foreach (var position in new[] { 0, 1, 7, 8, layout.Degree - 1 })
                {
                    foreach (var value in new[] { layout.ModulusAt(i), ulong.MaxValue })
                    {
                        var bytes = (layout == Set.Ciphertext ? good : keys.PublicKey).ToArray();
                        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(CiphertextLayout.DataOffset + (8 * ((i * layout.Degree) + position))), value);
                        var result = layout == Set.Ciphertext ? CiphertextCodec.Check(Set, bytes) : CiphertextCodec.CheckPublicKey(Set, bytes);
                        Assert.Equal(PrivacyErrors.CtCoefficientRange, result.Error?.Kind);
                    }
                }
            }
        }
    }

    [Fact]
    public void Wrong_lengths_are_refused()
    {
        var (_, good) = Fresh();
        foreach (var length in new[] { 0, 1, 112, 113, good.Length - 8, good.Length - 1 })
            Assert.Equal(PrivacyErrors.CtLength, CiphertextCodec.Check(Set, good.AsSpan(0, length)).Error?.Kind);
        Assert.Equal(PrivacyErrors.CtLength, CiphertextCodec.Check(Set, [.. good, 0]).Error?.Kind);
    }

    [Fact]
    public void A_transparent_ciphertext_and_a_public_key_without_its_random_half_are_refused()
    {
        var (keys, good) = Fresh();
        Assert.Equal(PrivacyErrors.CtTransparent, CiphertextCodec.Check(Set, SecondHalfZero(good)).Error?.Kind);
        Assert.Equal(PrivacyErrors.CtTransparent, CiphertextCodec.CheckPublicKey(Set, SecondHalfZero(keys.PublicKey)).Error?.Kind);

        static byte[] SecondHalfZero(byte[] source)
        {
            var copy = source.ToArray();
            copy.AsSpan(CiphertextLayout.DataOffset + ((copy.Length - CiphertextLayout.DataOffset) / 2)).Clear();
            return copy;
        }
    }

    [Fact]
    public void Compressed_and_seeded_objects_of_SEAL_itself_are_refused()
    {
        var (keys, good) = Fresh();
        foreach (var mode in new[] { "zlib", "zstd" })
        {
            var compressed = seal.Engine.Encryption.Run(instance => instance.Reserialize(Set, good, mode)).Value;
            Assert.Equal(PrivacyErrors.CtCompressed, CiphertextCodec.Check(Set, compressed).Error?.Kind);
        }

        var seeded = seal.Engine.Secrets.Run(instance => instance.EncryptSeeded(Set, keys, [new ulong[Set.Degree]])).Value[0];
        Assert.Equal(PrivacyErrors.CtSeeded, CiphertextCodec.Check(Set, seeded).Error?.Kind);
    }

    [Fact]
    public void Objects_of_other_parameters_are_refused()
    {
        var other = SealParameterSet.Aggregation2;
        var keys = seal.Engine.GenerateKeys(other).Value;
        var foreign = seal.Engine.Encrypt(other, keys.PublicKey, [new ulong[other.Degree]]).Value[0];
        Assert.True(CiphertextCodec.Check(other, foreign).IsOk);
        Assert.Equal(PrivacyErrors.CtParameters, CiphertextCodec.Check(Set, foreign).Error?.Kind);
        Assert.Equal(PrivacyErrors.CtParameters, CiphertextCodec.CheckPublicKey(Set, keys.PublicKey).Error?.Kind);
    }

    [Fact]
    public void The_engine_checks_before_it_loads()
    {
        var (keys, good) = Fresh();
        var badKey = keys.PublicKey.ToArray();
        badKey[20] ^= 1;
        Assert.Equal(PrivacyErrors.CtParameters, seal.Engine.Encrypt(Set, badKey, [new ulong[Set.Degree]]).Error?.Kind);
        var bad = good.ToArray();
        bad[49] = 3;
        Assert.Equal(PrivacyErrors.CtPolynomialCount, seal.Engine.Decrypt(Set, keys.SecretKey, [bad]).Error?.Kind);
    }

    [Fact]
    public void Plain_moduli_outside_the_pinned_ones_are_not_assumed_to_work()
    {
        // 36- and 37-bit batching primes divide the ciphertext modulus at degree 4,096; SEAL calls such parameters not set.
        foreach (var modulus in new ulong[] { 68_719_403_009, 68_719_230_977, 137_438_822_401 })
            Assert.Null(Describe(4096, modulus));
        Assert.NotNull(Describe(4096, SealParameterSet.Aggregation1.PlainModulus));
        Assert.NotNull(Describe(4096, SealParameterSet.Aggregation2.PlainModulus));

        // The same at degree 8,192 with 43 and 44 bits: those batching primes are ciphertext moduli.
        foreach (var modulus in SealParameterSet.Products1.PublicKey.Moduli)
            Assert.Null(Describe(8192, modulus));
        Assert.NotNull(Describe(8192, SealParameterSet.Products1.PlainModulus));
        Assert.NotNull(Describe(8192, SealParameterSet.Products2.PlainModulus));
        Assert.NotNull(Describe(8192, SealParameterSet.Products3.PlainModulus));

        var known = SealParameterSet.All;
        Assert.NotEqual(SealParameterSet.Aggregation1.PlainModulus, SealParameterSet.Aggregation2.PlainModulus);
        Assert.NotEqual(SealParameterSet.Products1.PlainModulus, SealParameterSet.Products2.PlainModulus);
        Assert.All(known, set => Assert.DoesNotContain(set.PlainModulus, set.PublicKey.Moduli));
        Assert.All(known, set => Assert.Equal(1UL, set.PlainModulus % (2 * (ulong)set.Degree)));

        DataSpace.Privacy.Seal.Wasm.SealParameterFacts? Describe(int degree, ulong modulus)
            => seal.Engine.Secrets.Run(instance => instance.Describe(degree, modulus)).Value;
    }

    private (SealKeyPair Keys, byte[] Ciphertext) Fresh()
    {
        var keys = seal.Engine.GenerateKeys(Set).Value;
        return (keys, seal.Engine.Encrypt(Set, keys.PublicKey, [new ulong[Set.Degree]]).Value[0]);
    }
}
