using System.Runtime.InteropServices;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Evaluation;
using DataSpace.Privacy.Seal.Native;
using DataSpace.Privacy.Tests.Seal.Evaluation;

namespace DataSpace.Privacy.Tests.Seal;

/// <summary>What every <see cref="ISealEngine"/> promises, whichever made the keys and whichever opens: bytes of one are bytes of the other.</summary>
public sealed class EngineContractTests(SealFixture seal)
{
    public static TheoryData<string, string, string> Pairs()
    {
        var pairs = new TheoryData<string, string, string>();
        foreach (var set in (string[])["bfv4k-t1", "bfv8k-t1", "bfv8k-t2", "bfv8k-t3"])
        {
            pairs.Add(set, "wasm", "vector");
            pairs.Add(set, "vector", "wasm");
            pairs.Add(set, "native", "wasm");
            pairs.Add(set, "wasm", "native");
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void What_one_engine_encrypts_the_other_opens(string name, string by, string with)
    {
        var (set, encrypts, opens) = (ParameterTests.Named(name), Engine(by), Engine(with));
        var keys = opens.GenerateKeys(set).Value;
        ulong[] extremes = [.. Enumerable.Range(0, set.Degree).Select(i => (i % 4) switch { 0 => 0UL, 1 => 1UL, 2 => set.PlainModulus - 1, _ => set.PlainModulus / 2 })];
        ulong[][] vectors = [new ulong[set.Degree], extremes, EngineTests.Uniform(set)];
        var open = encrypts.Encrypt(set, keys.PublicKey, vectors).Value;
        Assert.All(open, ciphertext => Assert.True(CiphertextCodec.Check(set, ciphertext).IsOk));
        Assert.Equal(vectors, opens.Decrypt(set, keys.SecretKey, open).Value);
        var seeded = encrypts.EncryptSymmetric(set, keys, vectors).Value;
        Assert.All(seeded, ciphertext => Assert.True(SeededCiphertext.Check(set, ciphertext).IsOk));
        Assert.Equal(vectors, opens.Decrypt(set, keys.SecretKey, [.. seeded.Select(one => SeededCiphertext.Expand(set, one).Value)]).Value);
        Assert.NotEqual(encrypts.Encrypt(set, keys.PublicKey, [extremes]).Value[0], encrypts.Encrypt(set, keys.PublicKey, [extremes]).Value[0]);
        Assert.NotEqual(encrypts.EncryptSymmetric(set, keys, [extremes]).Value[0], encrypts.EncryptSymmetric(set, keys, [extremes]).Value[0]);
    }

    [Theory]
    [InlineData("wasm")]
    [InlineData("vector")]
    [InlineData("native")]
    public void What_is_not_a_key_a_vector_or_a_ciphertext_is_refused(string name)
    {
        var (engine, set) = (Engine(name), SealParameterSet.Products1);
        var keys = seal.Engine.GenerateKeys(set).Value;
        ulong[][] wrong = [[.. Enumerable.Repeat(set.PlainModulus, set.Degree)], new ulong[set.Degree - 1]];
        foreach (var vector in wrong)
        {
            Assert.Equal(PrivacyErrors.SlotRange, engine.Encrypt(set, keys.PublicKey, [vector]).Error?.Kind);
            Assert.Equal(PrivacyErrors.SlotRange, engine.EncryptSymmetric(set, keys, [vector]).Error?.Kind);
        }

        var good = engine.Encrypt(set, keys.PublicKey, [new ulong[set.Degree]]).Value[0];
        Assert.Equal(PrivacyErrors.CtLength, engine.Encrypt(set, keys.PublicKey[1..], [new ulong[set.Degree]]).Error?.Kind);
        Assert.Equal(PrivacyErrors.CtLength, engine.Decrypt(set, keys.SecretKey, [good[1..]]).Error?.Kind);
        Assert.Equal(PrivacyErrors.CtLength, engine.Decrypt(set, keys.SecretKey, [good], switchedDown: 1).Error?.Kind);
        var otherKey = seal.Engine.GenerateKeys(SealParameterSet.Products2).Value;
        Assert.Equal(PrivacyErrors.SealRefused, engine.Decrypt(set, otherKey.SecretKey, [good]).Error?.Kind);
        Assert.Equal(PrivacyErrors.CtParameters, engine.EncryptSymmetric(set, otherKey, [new ulong[set.Degree]]).Error?.Kind);
    }

    /// <summary>As much noise budget as SEAL's own leave: the symmetric ones within a bit, those under a public key within six, which the key modulus would have taken away.</summary>
    [Fact]
    public void Noise_is_as_large_as_SEALs_own()
    {
        var (set, vector) = (SealParameterSet.Products1, Engine("vector"));
        var keys = seal.Engine.GenerateKeys(set).Value;
        var slots = EngineTests.Uniform(set);
        var (ours, theirs) = (Budget(vector.EncryptSymmetric(set, keys, [slots]).Value[0]), Budget(seal.Engine.EncryptSymmetric(set, keys, [slots]).Value[0]));
        Assert.InRange(ours, theirs - 1, theirs + 1);
        (ours, theirs) = (Budget(vector.Encrypt(set, keys.PublicKey, [slots]).Value[0]), Budget(seal.Engine.Encrypt(set, keys.PublicKey, [slots]).Value[0]));
        Assert.InRange(ours, theirs - 6, theirs);

        int Budget(byte[] ciphertext)
        {
            var full = ciphertext.Length == SeededCiphertext.TotalBytes(set) ? SeededCiphertext.Expand(set, ciphertext).Value : ciphertext;
            return seal.Engine.Secrets.Run(instance => instance.NoiseBudget(set, keys.SecretKey, full)).Value;
        }
    }

    /// <summary>
    /// Errors are the difference of two sums of 21 bits, seen through the key: what an encryption without or with too small errors would show is that c0 + c1·s, or the key's secret itself, follows from a ciphertext.
    /// </summary>
    [Fact]
    public void Errors_of_a_seeded_ciphertext_are_centred_binomial_and_secrets_are_ternary()
    {
        var set = SealParameterSet.Products1;
        var keys = seal.Engine.GenerateKeys(set).Value;
        var errors = Engine("vector").EncryptSymmetric(set, keys, [new ulong[set.Degree], new ulong[set.Degree]]).Value
            .SelectMany(one => ReplyNoise.Of(set, keys.SecretKey, SeededCiphertext.Expand(set, one).Value)).Select(noise => (int)noise).ToArray();
        Assert.All(errors, error => Assert.InRange(error, -KeyNoise.MostError, KeyNoise.MostError));
        // Of 42 fair bits: mean 0 and variance 10.5; six standard deviations of each for 16,384 draws.
        Assert.InRange(errors.Average(), -0.16, 0.16);
        Assert.InRange(errors.Average(error => error * error), 9.8, 11.2);
        Assert.InRange(errors.Count(error => error == 0) / (double)errors.Length, 0.122 - 0.016, 0.122 + 0.016);

        var ternary = new double[60_000];
        KeyNoise.Ternary(ternary);
        foreach (var value in (double[])[-1, 0, 1])
            Assert.InRange(ternary.Count(one => one == value), 20_000 - 700, 20_000 + 700);
    }

    /// <summary>
    /// Whoever sees ciphertext and public key divides one by the other. Without errors the quotient is the encryption's secret, all of -1, 0, 1; without that secret the second polynomial is small. Neither may be.
    /// </summary>
    [Fact]
    public void Nothing_of_a_public_key_ciphertext_follows_from_the_key()
    {
        var set = SealParameterSet.Products1;
        var keys = seal.Engine.GenerateKeys(set).Value;
        var ciphertext = Engine("vector").Encrypt(set, keys.PublicKey, [new ulong[set.Degree]]).Value[0];
        var (prime, primes) = (set.Ring.Primes[0], set.Ring.Primes.Length);
        for (var polynomial = 0; polynomial < CiphertextLayout.Polynomials; polynomial++)
        {
            var values = new double[set.Degree];
            var words = MemoryMarshal.Cast<byte, ulong>(CiphertextCodec.Residue(set.PublicKey, keys.PublicKey, polynomial * (primes + 1)));
            prime.Read(CiphertextCodec.Residue(set.Ciphertext, ciphertext, polynomial * primes), values);
            Assert.InRange(values.Count(value => value < set.Ciphertext.ModulusAt(0) / 4.0), 1748, 2348); // 2,048 of 8,192, seven standard deviations
            prime.Forward(values);
            prime.Canonical(values);
            for (var i = 0; i < values.Length; i++)
                values[i] = prime.Modulus.Centred(prime.Modulus.Multiply((ulong)values[i], prime.Modulus.Invert(words[i])));
            prime.Inverse(values);
            prime.Centre(values);
            Assert.InRange(values.Count(value => Math.Abs(value) > 1e6), set.Degree - 10, set.Degree);
        }
    }

    /// <summary>Every instruction path opens what another encrypted, at every level.</summary>
    [Fact]
    public void Paths_agree()
    {
        var set = SealParameterSet.Products2;
        var keys = seal.Engine.GenerateKeys(set).Value;
        var (slots, mask) = (EngineTests.Uniform(set), EngineTests.Uniform(set));
        foreach (var path in NttPaths.Supported)
        {
            var ring = new RnsRing(set, path);
            using var secret = SecretOperand.Parse(set, keys.SecretKey, ring).Value;
            var zero = PublicOperand.Parse(set, keys.PublicKey, ring).Value.Encrypt(new ulong[set.Degree]);
            for (var level = 0; level < set.Levels.Count; level++)
            {
                var sum = new ProductSum(set);
                if (level < 3)
                    sum.Add(EvaluatedCiphertext.Parse(set, secret.Encrypt(slots)).Value, PlainOperand.Encode(set, [.. Enumerable.Repeat(1UL, set.Degree)]).Value);
                if (sum.Finish(zero, mask, level < 3 ? 40 : 0, level).TryGet(out var reply, out _))
                    Assert.Equal(seal.Engine.Decrypt(set, keys.SecretKey, [reply], level).Value[0], secret.Decrypt(reply, level));
                else
                    Assert.Equal(3, level);
            }
        }
    }

    private ISealEngine Engine(string name) => name switch
    {
        "vector" => new VectorSealEngine(seal.Engine),
        "native" => Native.Value ?? throw Xunit.Sdk.SkipException.ForSkip("DATASPACE_SEALC names no libsealc: SEAL's native library is an operator's to supply"),
        _ => seal.Engine,
    };

    /// <summary>The operator's library; one that is named and refused fails the test.</summary>
    private static readonly Lazy<NativeSealEngine?> Native = new(
        () => Environment.GetEnvironmentVariable("DATASPACE_SEALC") is { Length: > 0 } path ? NativeSealEngine.Load(path).Value : null);
}
