using System.Numerics;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Evaluation;

namespace DataSpace.Privacy.Tests.Seal.Evaluation;

/// <summary>What is left of the noise budget, and what a key's owner can see in the noise of a reply.</summary>
public sealed class FloodTests(SealFixture seal)
{
    private static readonly SealParameterSet Set = SealParameterSet.Products1;

    [Theory]
    [InlineData(64, 60, 0)]
    [InlineData(64, 60, 2)]
    [InlineData(1, 60, 2)]
    [InlineData(128, 40, 2)]
    public void Replies_keep_ten_bits_of_budget_and_decrypt_right(int products, int floodBits, int switchDown)
    {
        var keys = seal.Engine.GenerateKeys(Set).Value;
        ulong[][] slots = [EngineTests.Uniform(Set), EngineTests.Uniform(Set)];
        var ciphertexts = seal.Engine.EncryptSymmetric(Set, keys, slots).Value.Select(bytes => EvaluatedCiphertext.Parse(Set, bytes).Value).ToArray();
        ulong[][] factors = [EngineTests.Uniform(Set), EngineTests.Uniform(Set)];
        var operands = factors.Select(factor => PlainOperand.Encode(Set, factor).Value).ToArray();
        var (sum, mask) = (new ProductSum(Set), EngineTests.Uniform(Set));
        for (var i = 0; i < products; i++)
            sum.Add(ciphertexts[i % 2], operands[i / 2 % 2]);
        var reply = sum.Finish(seal.Engine.Encrypt(Set, keys.PublicKey, [new ulong[Set.Degree]]).Value[0], mask, floodBits, switchDown).Value;

        Assert.Equal(Set.Levels[switchDown].TotalBytes, reply.Length);
        var promised = ProductSum.RemainingBits(Set, products, ProductSum.FloodAmplitude(Set, products, floodBits), switchDown);
        var budget = seal.Engine.Secrets.Run(instance => instance.NoiseBudget(Set, keys.SecretKey, reply)).Value;
        Assert.True(promised >= ProductSum.SpareBudgetBits && budget >= promised, $"promised {promised}, left {budget}");
        var t = (UInt128)Set.PlainModulus;
        var expected = Enumerable.Range(0, Set.Degree).Select(slot =>
            (ulong)(Enumerable.Range(0, products).Aggregate((UInt128)mask[slot], (total, i) => (total + ((UInt128)slots[i % 2][slot] * factors[i / 2 % 2][slot] % t)) % t)));
        Assert.Equal(expected, seal.Engine.Decrypt(Set, keys.SecretKey, [reply], switchDown).Value[0]);
    }

    [Fact]
    public void More_products_than_their_noise_leaves_room_for_are_refused()
    {
        var zero = AdditionTests.UniformCoefficients(Set);
        var sum = new ProductSum(Set);
        var (ciphertext, operand) = (EvaluatedCiphertext.Parse(Set, AdditionTests.UniformCoefficients(Set)).Value, PlainOperand.Encode(Set, [1]).Value);
        for (var i = 0; i < 100; i++)
            sum.Add(ciphertext, operand);
        Assert.Equal(EvaluationErrors.NoiseExhausted, sum.Finish(zero, new ulong[Set.Degree], 60, 2).Error?.Kind);
        Assert.Equal(PrivacyErrors.SlotRange, sum.Finish(zero, new ulong[Set.Degree - 1], 40, 2).Error?.Kind);
        Assert.Equal(PrivacyErrors.CtLength, sum.Finish(zero.AsSpan(1), new ulong[Set.Degree], 40, 2).Error?.Kind);
    }

    /// <summary>
    /// The key's owner subtracts the plaintext of a reply and looks at the noise. With flooding it cannot tell a plaintext of zeros from one of ones, nor from a uniform one: both are uniform.
    /// Without (2^0), it can; the test would see it.
    /// </summary>
    [Fact]
    public void Noise_of_replies_does_not_depend_on_what_was_multiplied()
    {
        var keys = seal.Engine.GenerateKeys(Set).Value;
        var ciphertext = EvaluatedCiphertext.Parse(Set, seal.Engine.EncryptSymmetric(Set, keys, [EngineTests.Uniform(Set)]).Value[0]).Value;
        var zero = seal.Engine.Encrypt(Set, keys.PublicKey, [new ulong[Set.Degree]]).Value[0];
        ulong[][] inputs = [[], [.. Enumerable.Repeat(1UL, Set.Degree)], EngineTests.Uniform(Set)];
        foreach (var input in inputs)
        {
            var (flooded, amplitude) = Noise(input, 40);
            Assert.All(flooded, noise => Assert.True(BigInteger.Abs(noise) <= amplitude + (amplitude >> 30)));
            // 32 bins, 31 degrees of freedom: beyond 80 with a probability of about 3 in a million.
            Assert.True(ChiSquare(flooded, amplitude) < 80, "noise of a reply is not uniform");
        }

        var visible = inputs.Select(input => Noise(input, 0)).ToArray();
        Assert.True(ChiSquare(visible[0].Noise, visible[0].Amplitude) > 1000, "the test does not see noise that is not flooded");
        Assert.NotEqual(visible[1].Noise.Max(BigInteger.Abs).GetBitLength(), visible[2].Noise.Max(BigInteger.Abs).GetBitLength());

        (BigInteger[] Noise, BigInteger Amplitude) Noise(ulong[] slots, int floodBits)
        {
            var (sum, mask) = (new ProductSum(Set), EngineTests.Uniform(Set));
            sum.Add(ciphertext, PlainOperand.Encode(Set, slots).Value);
            var reply = floodBits > 0 ? sum.Finish(zero, mask, floodBits, 0).Value : sum.ToCiphertext();
            return (ReplyNoise.Of(Set, keys.SecretKey, reply), ProductSum.FloodAmplitude(Set, 1, floodBits));
        }
    }

    private static double ChiSquare(BigInteger[] noise, BigInteger amplitude)
    {
        const int bins = 32;
        var counts = new int[bins];
        foreach (var one in noise)
            counts[(int)BigInteger.Min(bins - 1, BigInteger.Max(0, (one + amplitude) * bins / (2 * amplitude)))]++;
        var expected = (double)noise.Length / bins;
        return counts.Sum(count => (count - expected) * (count - expected) / expected);
    }
}
