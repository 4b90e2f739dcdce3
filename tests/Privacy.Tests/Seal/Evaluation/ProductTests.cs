using System.Buffers.Binary;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Evaluation;

namespace DataSpace.Privacy.Tests.Seal.Evaluation;

/// <summary>Our transforms, products, sums, roundings and divisions against SEAL's own, byte for byte, on every instruction path.</summary>
public sealed class ProductTests(SealFixture seal)
{
    private const int MonomialInUpperHalf = 1;

    private static readonly SealParameterSet Set = SealParameterSet.Products1;

    public static TheoryData<string> Sets => ["bfv8k-t1", "bfv8k-t2"];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Transforms_are_bit_identical_to_SEAL_there_and_back(string name)
    {
        var set = ParameterTests.Named(name);
        foreach (var ciphertext in new[] { AdditionTests.UniformCoefficients(set), AdditionTests.Crafted(set, (q, _) => q - 1), AdditionTests.Crafted(set, (q, i) => i % 2 == 0 ? q - 1 : q / 2) })
        {
            var expected = seal.Engine.Encryption.Run(instance => instance.Transform(set, ciphertext, forward: true)).Value;
            foreach (var path in NttPaths.Supported)
            {
                for (var i = 0; i < set.Ciphertext.ResidueCount; i++)
                {
                    var transform = NegacyclicTransform.Create(set.Ciphertext.ModulusAt(i), set.Degree, path);
                    var residue = CiphertextCodec.Residue(set.Ciphertext, ciphertext, i);
                    var (values, bytes) = (new double[set.Degree], new byte[residue.Length]);
                    transform.Read(residue, values);
                    transform.Forward(values);
                    transform.Write(values, bytes);
                    Assert.True(CiphertextCodec.Residue(set.Ciphertext, expected, i).SequenceEqual(bytes), $"{path} differs from SEAL at residue {i}");
                    transform.Inverse(values);
                    transform.Write(values, bytes);
                    Assert.True(residue.SequenceEqual(bytes), $"{path} does not come back at residue {i}");
                    if (i == 1)
                        break; // two primes of two sets, forward and back; the others follow from the products below
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Products_are_bit_identical_to_SEAL(string name)
    {
        var set = ParameterTests.Named(name);
        var ciphertext = AdditionTests.UniformCoefficients(set);
        foreach (var (number, slots) in Plaintexts(set).Index())
        {
            var expected = seal.Engine.Encryption.Run(instance => instance.MultiplyPlainTransformed(set, ciphertext, slots)).Value;
            // A single coefficient in the upper half SEAL multiplies as the large number that it is, not as the negative one: the same slots with t times the noise. Only there its two ways differ.
            if (number != MonomialInUpperHalf)
                Assert.Equal(expected, seal.Engine.Encryption.Run(instance => instance.MultiplyPlain(set, ciphertext, slots)).Value);
            foreach (var ring in Rings(set))
            {
                var sum = new ProductSum(set, ring);
                sum.Add(EvaluatedCiphertext.Parse(set, ciphertext, ring).Value, PlainOperand.Encode(set, slots, ring).Value);
                Assert.True(expected.AsSpan().SequenceEqual(sum.ToCiphertext()), $"{ring.Path} differs from SEAL for plaintext {number}");
            }
        }
    }

    [Fact]
    public void Sums_of_more_products_than_are_added_lazily_are_bit_identical_to_SEAL()
    {
        const int products = NegacyclicTransform.LazySums + 6;
        var ciphertext = AdditionTests.Crafted(Set, (q, _) => q - 1);
        var slots = EngineTests.Uniform(Set);
        var one = seal.Engine.Encryption.Run(instance => instance.MultiplyPlain(Set, ciphertext, slots)).Value;
        var expected = CiphertextSum.AddMany(Set, [.. Enumerable.Repeat(one, products)]).Value;
        foreach (var ring in Rings(Set))
        {
            var (sum, evaluated, operand) = (new ProductSum(Set, ring), EvaluatedCiphertext.Parse(Set, ciphertext, ring).Value, PlainOperand.Encode(Set, slots, ring).Value);
            for (var i = 0; i < products; i++)
                sum.Add(evaluated, operand);
            Assert.True(expected.AsSpan().SequenceEqual(sum.ToCiphertext()), $"{ring.Path} differs from SEAL");
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Adding_a_plaintext_is_bit_identical_to_SEAL(string name)
    {
        var set = ParameterTests.Named(name);
        foreach (var (ciphertext, slots) in Plaintexts(set).Select(slots => (AdditionTests.UniformCoefficients(set), slots)))
        {
            var expected = seal.Engine.Encryption.Run(instance => instance.AddPlain(set, ciphertext, slots)).Value;
            foreach (var ring in Rings(set))
            {
                var polynomials = Read(set, ring, ciphertext);
                var coefficients = new double[set.Degree];
                ring.Encode(slots, coefficients);
                ring.AddPlain(polynomials, coefficients);
                Assert.True(expected.AsSpan().SequenceEqual(Write(set, ring, polynomials, 0)), $"{ring.Path} differs from SEAL");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Switching_down_is_bit_identical_to_SEAL_at_every_level(string name)
    {
        var set = ParameterTests.Named(name);
        // One coefficient apart, since a polynomial of −1 alone would be divided to nothing.
        Func<ulong, int, ulong>[] patterns = [(q, i) => i % Set.Degree == 0 ? q / 3 : q - 1, (q, i) => (q / 2) + (ulong)(i % 3) - 1, (q, i) => i % Set.Degree == 0 ? q / 3 : (ulong)(i % 2)];
        foreach (var start in patterns.Select(pattern => AdditionTests.Crafted(set, pattern)).Append(AdditionTests.UniformCoefficients(set)))
        {
            var expected = start;
            var rings = Rings(set).Select(ring => (ring, Read(set, ring, start))).ToList();
            for (var level = 1; level < set.Levels.Count; level++)
            {
                expected = seal.Engine.Encryption.Run(instance => instance.SwitchDown(set, expected)).Value;
                foreach (var (ring, polynomials) in rings)
                {
                    ring.DropLast(polynomials, 0, ring.Primes.Length - level + 1);
                    ring.DropLast(polynomials, ring.Primes.Length, ring.Primes.Length - level + 1);
                    Assert.True(expected.AsSpan().SequenceEqual(Write(set, ring, polynomials, level)), $"{ring.Path} differs from SEAL at level {level}");
                }
            }
        }
    }

    [Fact]
    public void A_plaintext_of_zeros_gives_a_product_of_zeros_where_SEAL_throws()
    {
        var keys = seal.Engine.GenerateKeys(Set).Value;
        var ciphertext = seal.Engine.EncryptSymmetric(Set, keys, [EngineTests.Uniform(Set)]).Value[0];
        var zeros = new ulong[Set.Degree];
        Assert.Equal(PrivacyErrors.SealRefused, seal.Engine.Encryption.Run(instance => instance.MultiplyPlain(Set, SeededCiphertext.Expand(Set, ciphertext).Value, zeros)).Error!.Kind);
        var sum = new ProductSum(Set);
        sum.Add(EvaluatedCiphertext.Parse(Set, ciphertext).Value, PlainOperand.Encode(Set, []).Value);
        var mask = EngineTests.Uniform(Set);
        var zero = seal.Engine.Encrypt(Set, keys.PublicKey, [zeros]).Value[0];
        var reply = sum.Finish(zero, mask, 40, 2).Value;
        Assert.Equal(mask, seal.Engine.Decrypt(Set, keys.SecretKey, [reply], 2).Value[0]);
    }

    [Fact]
    public void Operands_out_of_range_are_refused()
    {
        Assert.Equal(PrivacyErrors.SlotRange, PlainOperand.Encode(Set, [Set.PlainModulus]).Error?.Kind);
        Assert.Equal(PrivacyErrors.SlotRange, PlainOperand.Encode(Set, new ulong[Set.Degree + 1]).Error?.Kind);
        var other = EvaluatedCiphertext.Parse(SealParameterSet.Products2, AdditionTests.UniformCoefficients(SealParameterSet.Products2)).Value;
        Assert.Throws<ArgumentException>(() => new ProductSum(Set).Add(other, PlainOperand.Encode(Set, [1]).Value));
        Assert.Equal(PrivacyErrors.CtParameters, EvaluatedCiphertext.Parse(Set, AdditionTests.UniformCoefficients(SealParameterSet.Products2)).Error?.Kind);
    }

    private static IEnumerable<RnsRing> Rings(SealParameterSet set) => NttPaths.Supported.Select(path => path == NttPaths.Best ? set.Ring : new RnsRing(set, path));

    /// <summary>Values at both ends of the range, one coefficient alone (SEAL multiplies those another way), ties of the rounding, arbitrary ones.</summary>
    private static IEnumerable<ulong[]> Plaintexts(SealParameterSet set)
    {
        yield return [.. Enumerable.Repeat(1UL, set.Degree)];
        yield return [.. Enumerable.Repeat(set.PlainModulus - 1, set.Degree)];
        yield return [.. Enumerable.Range(0, set.Degree).Select(i => i == 5 ? set.PlainModulus / 2 : 0)];
        yield return [.. Enumerable.Range(0, set.Degree).Select(i => (ulong)(i % 2))];
        yield return EngineTests.Uniform(set);
    }

    private static double[] Read(SealParameterSet set, RnsRing ring, byte[] ciphertext)
    {
        var polynomials = new double[CiphertextLayout.Polynomials * ring.PolynomialLength];
        for (var i = 0; i < set.Ciphertext.ResidueCount; i++)
            ring.Primes[i % ring.Primes.Length].Read(CiphertextCodec.Residue(set.Ciphertext, ciphertext, i), ring.Part(polynomials, i));
        return polynomials;
    }

    private static byte[] Write(SealParameterSet set, RnsRing ring, double[] polynomials, int level)
    {
        var layout = set.Levels[level];
        var bytes = new byte[layout.TotalBytes];
        layout.Prefix.CopyTo(bytes);
        for (var i = 0; i < layout.ResidueCount; i++)
        {
            var (polynomial, prime) = (i / layout.Moduli.Count, i % layout.Moduli.Count);
            ring.Primes[prime].Write(ring.Part(polynomials, (polynomial * ring.Primes.Length) + prime), bytes.AsSpan(CiphertextLayout.DataOffset + (i * layout.PolynomialBytes), layout.PolynomialBytes));
        }

        return bytes;
    }
}
