using System.Security.Cryptography;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Evaluation;

namespace DataSpace.Privacy.Tests.Seal.Evaluation;

/// <summary>Seeded ciphertexts: half the bytes, expanded to what SEAL makes of them, every other form refused.</summary>
public sealed class SeededTests(SealFixture seal)
{
    [Fact]
    public void The_generator_gives_the_bytes_of_another_implementation()
    {
        // Published known answers have other messages; this one is from an implementation in Python that agrees with hashlib.blake2b where that has the parameters.
        var output = new byte[100];
        Blake2xb.Fill([.. Enumerable.Range(0, Blake2xb.KeyBytes).Select(i => (byte)i)], 7, output);
        Assert.Equal(
            "a903914b92260e5f7aad34dfb5b0730989bc615aad5b88a5103c007eca58cd1d1d07252e2540e9918ffaaaa853146e8159f9" +
            "cdf53d8da3aa7a44d2281d0caafc05ce1ad9189ccd995f35aa48dcd183de76ab16d5a36602a8485ae1e065f2703f97be9cc3",
            Convert.ToHexStringLower(output));
    }

    [Theory]
    [InlineData("bfv8k-t1")]
    [InlineData("bfv8k-t2")]
    [InlineData("bfv4k-t1")]
    public void A_seed_expands_to_what_SEAL_makes_of_it(string name)
    {
        var set = ParameterTests.Named(name);
        var keys = seal.Engine.GenerateKeys(set).Value;
        var slots = EngineTests.Uniform(set);
        var seeded = seal.Engine.EncryptSymmetric(set, keys, [slots, slots, new ulong[set.Degree]]).Value;
        Assert.NotEqual(seeded[0], seeded[1]);
        foreach (var one in seeded)
        {
            Assert.Equal(SeededCiphertext.TotalBytes(set), one.Length);
            Assert.Equal(seal.Engine.Encryption.Run(instance => instance.Reserialize(set, one)).Value, SeededCiphertext.Expand(set, one).Value);
        }

        Assert.Equal(slots, seal.Engine.Decrypt(set, keys.SecretKey, [SeededCiphertext.Expand(set, seeded[0]).Value]).Value[0]);
    }

    [Fact]
    public void Every_seed_of_many_expands_as_SEAL_expands_it()
    {
        // Words that are drawn again are rare (one in 2^20): many seeds, of which SEAL needs no key.
        var set = SealParameterSet.Products1;
        var keys = seal.Engine.GenerateKeys(set).Value;
        var seeded = seal.Engine.EncryptSymmetric(set, keys, [new ulong[set.Degree]]).Value[0];
        for (var i = 0; i < 60; i++)
        {
            RandomNumberGenerator.Fill(seeded.AsSpan(seeded.Length - 64));
            Assert.Equal(seal.Engine.Encryption.Run(instance => instance.Reserialize(set, seeded)).Value, SeededCiphertext.Expand(set, seeded).Value);
        }
    }

    [Fact]
    public void Every_flipped_header_bit_a_residue_out_of_range_and_other_lengths_are_refused()
    {
        var set = SealParameterSet.Products1;
        var keys = seal.Engine.GenerateKeys(set).Value;
        var good = seal.Engine.EncryptSymmetric(set, keys, [new ulong[set.Degree]]).Value[0];
        Assert.True(SeededCiphertext.Check(set, good).IsOk);
        foreach (var at in Enumerable.Range(0, CiphertextLayout.DataOffset).Concat(Enumerable.Range(good.Length - 81, 17)))
        {
            var bad = good.ToArray();
            bad[at] ^= 1;
            Assert.False(SeededCiphertext.Check(set, bad).IsOk, $"byte {at}");
        }

        var shake = good.ToArray();
        shake[^65] = 2;
        Assert.Equal(EvaluationErrors.SeedForm, SeededCiphertext.Expand(set, shake).Error?.Kind);
        foreach (var at in Enumerable.Range(0, 4))
        {
            var bad = good.ToArray();
            bad.AsSpan(CiphertextLayout.DataOffset + (at * 8 * set.Degree), 8).Fill(0xff);
            Assert.Equal(PrivacyErrors.CtCoefficientRange, SeededCiphertext.Check(set, bad).Error?.Kind);
        }

        Assert.Equal(PrivacyErrors.CtLength, SeededCiphertext.Check(set, good.AsSpan(1)).Error?.Kind);
        Assert.Equal(PrivacyErrors.CtLength, SeededCiphertext.Check(set, [.. good, 0]).Error?.Kind);
        // Where a full ciphertext is due, a seeded one is refused as before, and the other way round.
        Assert.Equal(PrivacyErrors.CtSeeded, CiphertextCodec.Check(set, good).Error?.Kind);
        Assert.Equal(PrivacyErrors.CtLength, SeededCiphertext.Check(set, SeededCiphertext.Expand(set, good).Value).Error?.Kind);
    }
}
