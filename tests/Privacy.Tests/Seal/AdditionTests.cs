using System.Buffers.Binary;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Tests.Seal;

/// <summary>Our addition against SEAL's own, byte for byte, on every instruction path.</summary>
public sealed class AdditionTests(SealFixture seal)
{
    private static readonly AdditionPath[] Paths = [AdditionPath.Scalar, AdditionPath.Vector256, AdditionPath.Vector512];

    [Theory]
    [InlineData("bfv4k-t1", 60)]
    [InlineData("bfv4k-t2", 60)]
    [InlineData("bfv8k", 30)]
    public void Sums_are_bit_identical_to_SEAL(string name, int pairs)
    {
        var set = ParameterTests.Named(name);
        var keys = seal.Engine.GenerateKeys(set).Value;
        for (var i = 0; i < pairs; i++)
        {
            var two = seal.Engine.Encrypt(set, keys.PublicKey, [EngineTests.Uniform(set), EngineTests.Uniform(set)]).Value;
            AssertSameAsSeal(set, two[0], two[1]);
        }
    }

    [Theory]
    [MemberData(nameof(ParameterTests.Sets), MemberType = typeof(ParameterTests))]
    public void Extreme_and_arbitrary_coefficients_are_bit_identical_to_SEAL(string name)
    {
        var set = ParameterTests.Named(name);
        Func<ulong, int, ulong>[] patterns =
        [
            (q, _) => q - 1,
            (q, i) => i % 2 == 0 ? 0 : q - 1,
            (_, i) => (ulong)(i % 3),
            (q, i) => (q / 2) + (ulong)(i % 2),
        ];
        foreach (var left in patterns)
        {
            foreach (var right in patterns)
                AssertSameAsSeal(set, Crafted(set, left), Crafted(set, right));
        }

        for (var i = 0; i < 20; i++)
            AssertSameAsSeal(set, UniformCoefficients(set), UniformCoefficients(set));
    }

    [Fact]
    public void Many_summands_decrypt_to_the_sum_of_slots()
    {
        var set = SealParameterSet.Aggregation1;
        var keys = seal.Engine.GenerateKeys(set).Value;
        var vectors = Enumerable.Range(0, 16).Select(_ => EngineTests.Uniform(set)).ToArray();
        var sum = CiphertextSum.AddMany(set, seal.Engine.Encrypt(set, keys.PublicKey, vectors).Value).Value;
        var expected = Enumerable.Range(0, set.Degree).Select(slot => vectors.Aggregate(0UL, (total, vector) => (total + vector[slot]) % set.PlainModulus));
        Assert.Equal(expected, seal.Engine.Decrypt(set, keys.SecretKey, [sum]).Value[0]);
    }

    [Fact]
    public void A_sum_that_became_transparent_is_refused()
    {
        var set = SealParameterSet.Aggregation1;
        var one = UniformCoefficients(set);
        var minus = one.ToArray();
        for (var i = 0; i < set.Ciphertext.ResidueCount; i++)
        {
            var q = set.Ciphertext.ModulusAt(i);
            for (var j = 0; j < set.Degree; j++)
            {
                var at = CiphertextLayout.DataOffset + (8 * ((i * set.Degree) + j));
                BinaryPrimitives.WriteUInt64LittleEndian(minus.AsSpan(at), (q - BinaryPrimitives.ReadUInt64LittleEndian(one.AsSpan(at))) % q);
            }
        }

        Assert.Equal(PrivacyErrors.CtTransparent, CiphertextSum.AddMany(set, [one, minus]).Error!.Kind);
    }

    [Theory]
    [InlineData(68_719_403_009UL)]
    [InlineData((1UL << 61) + 7)]
    [InlineData(3UL)]
    public void Range_check_agrees_on_all_paths_for_every_position(ulong modulus)
    {
        ulong[] outside = [modulus, modulus + 1, 1UL << 63, ulong.MaxValue, (1UL << 63) + modulus - 1];
        foreach (var path in Paths)
        {
            var words = new byte[64 * 4];
            for (var at = 0; at < words.Length; at += 8)
                BinaryPrimitives.WriteUInt64LittleEndian(words.AsSpan(at), modulus - 1);
            Assert.True(ModularAddition.AllBelow(words, modulus, path));
            for (var at = 0; at < words.Length; at += 8)
            {
                foreach (var bad in outside)
                {
                    BinaryPrimitives.WriteUInt64LittleEndian(words.AsSpan(at), bad);
                    Assert.False(ModularAddition.AllBelow(words, modulus, path));
                }

                BinaryPrimitives.WriteUInt64LittleEndian(words.AsSpan(at), 0);
            }
        }
    }

    internal static byte[] UniformCoefficients(SealParameterSet set)
    {
        using var stream = MaskStream.Fresh();
        var row = new ulong[1];
        return Crafted(set, (q, _) =>
        {
            stream.Fill(row, q);
            return row[0];
        });
    }

    internal static byte[] Crafted(SealParameterSet set, Func<ulong, int, ulong> coefficient)
    {
        var bytes = new byte[set.Ciphertext.TotalBytes];
        set.Ciphertext.Prefix.CopyTo(bytes);
        for (var i = 0; i < set.Ciphertext.ResidueCount * set.Degree; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(CiphertextLayout.DataOffset + (8 * i)), coefficient(set.Ciphertext.ModulusAt(i / set.Degree), i));
        return bytes;
    }

    private void AssertSameAsSeal(SealParameterSet set, byte[] left, byte[] right)
    {
        var expected = seal.Engine.Encryption.Run(instance => instance.Add(set, left, right)).Value;
        foreach (var path in Paths)
        {
            var sum = left.ToArray();
            CiphertextSum.AddInPlace(set, sum, right, path);
            Assert.True(expected.AsSpan().SequenceEqual(sum), $"{path} differs from SEAL");
        }
    }
}
