using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Tests.Lookup;

/// <summary>RFC 9496 and RFC 9497 (ristretto255-SHA512), by <c>contracts/vectors/privacy/ristretto255.json</c>.</summary>
public sealed class GroupTests
{
    private static readonly JsonElement All = Load();

    private static JsonElement Rfc9496 => All.GetProperty("rfc9496");

    private static JsonElement Rfc9497 => All.GetProperty("rfc9497");

    [Fact]
    public void Multiples_of_the_generator_are_those_of_the_RFC()
    {
        var expected = Hexes(Rfc9496.GetProperty("multiples"));
        var sum = new byte[Ristretto255.ElementBytes];
        for (var i = 0; i < expected.Length; i++)
        {
            var (scalar, product) = (new byte[Ristretto255.ScalarBytes], new byte[Ristretto255.ElementBytes]);
            scalar[0] = (byte)i;
            Assert.Equal(i > 0, Ristretto255.TryMultiplyGenerator(scalar, product));
            Assert.Equal(i > 0, Ristretto255.IsElement(product)); // the identity is canonical, and no element of a peer
            Assert.Equal(expected[i], i > 0 ? product : new byte[Ristretto255.ElementBytes]);
            Assert.Equal(expected[i], sum);
            Assert.True(Ristretto255.TryAdd(sum, expected[1], sum));
        }
    }

    [Fact]
    public void Encodings_that_are_none_are_refused_by_every_operation()
    {
        var (scalar, element) = (new byte[Ristretto255.ScalarBytes], new byte[Ristretto255.ElementBytes]);
        Ristretto255.Draw(scalar);
        var generator = Hexes(Rfc9496.GetProperty("multiples"))[1];
        using var key = OprfKey.Create();
        var invalid = Hexes(Rfc9496.GetProperty("invalid"));
        Assert.Equal(29, invalid.Length);
        foreach (var bad in invalid)
        {
            Assert.False(Ristretto255.IsElement(bad));
            Assert.False(Ristretto255.TryMultiply(scalar, bad, element));
            Assert.False(Ristretto255.TryAdd(generator, bad, element));
            Assert.False(Voprf.TryEvaluate(key, [.. generator, .. bad], new byte[64]));
            Assert.False(Voprf.Verifiable.Verify(bad, generator, generator, new byte[Voprf.ProofBytes]));
        }
    }

    [Fact]
    public void Elements_of_hashes_are_those_of_the_RFC()
    {
        foreach (var derived in Rfc9496.GetProperty("derived").EnumerateArray())
        {
            var element = new byte[Ristretto255.ElementBytes];
            Ristretto255.FromUniform(SHA512.HashData(Encoding.ASCII.GetBytes(derived.GetProperty("text").GetString()!)), element);
            Assert.Equal(derived.GetProperty("element").GetString(), Convert.ToHexStringLower(element));
        }
    }

    [Theory]
    [InlineData("oprf")]
    [InlineData("voprf")]
    public void Both_modes_are_those_of_the_RFC(string mode)
    {
        var (suite, section) = (mode == "oprf" ? Voprf.Base : Voprf.Verifiable, Rfc9497.GetProperty(mode));
        using var key = suite.DeriveKey(Hex(Rfc9497, "seed"), Hex(Rfc9497, "keyInfo"));
        Assert.Equal(Hex(section, "secret"), key.Secret.ToArray());
        if (mode == "voprf")
            Assert.Equal(Hex(section, "public"), key.PublicKey.ToArray());
        foreach (var vector in section.GetProperty("vectors").EnumerateArray())
        {
            var (inputs, blinds, outputs) = (Hexes(vector.GetProperty("inputs")), Hexes(vector.GetProperty("blinds")), Hexes(vector.GetProperty("outputs")));
            var (blinded, evaluated) = (new byte[32 * inputs.Length], new byte[32 * inputs.Length]);
            for (var i = 0; i < inputs.Length; i++)
                suite.Blind(inputs[i], blinds[i], blinded.AsSpan(32 * i, 32));
            Assert.Equal(Joined(vector, "blinded"), blinded);
            Assert.True(Voprf.TryEvaluate(key, blinded, evaluated));
            Assert.Equal(Joined(vector, "evaluated"), evaluated);
            for (var i = 0; i < inputs.Length; i++)
            {
                var (output, direct) = (new byte[Voprf.OutputBytes], new byte[Voprf.OutputBytes]);
                Voprf.Finalize(inputs[i], blinds[i], evaluated.AsSpan(32 * i, 32), output);
                Assert.Equal(outputs[i], output);
                suite.Evaluate(key, inputs[i], direct);
                Assert.Equal(outputs[i], direct);
            }

            if (mode == "voprf")
                ProofIs(suite, key, vector, blinded, evaluated);
        }
    }

    [Fact]
    public void The_mode_with_public_information_is_that_of_the_RFC()
    {
        var section = Rfc9497.GetProperty("poprf");
        var function = new Poprf(Hex(section, "info"));
        using var key = Voprf.Partial.DeriveKey(Hex(Rfc9497, "seed"), Hex(Rfc9497, "keyInfo"));
        Assert.Equal(Hex(section, "secret"), key.Secret.ToArray());
        Assert.Equal(Hex(section, "public"), key.PublicKey.ToArray());
        using var tweaked = function.Tweak(key)!;
        foreach (var vector in section.GetProperty("vectors").EnumerateArray())
        {
            var (inputs, blinds, outputs) = (Hexes(vector.GetProperty("inputs")), Hexes(vector.GetProperty("blinds")), Hexes(vector.GetProperty("outputs")));
            var (blinded, evaluated, proof) = (new byte[32 * inputs.Length], new byte[32 * inputs.Length], new byte[Voprf.ProofBytes]);
            for (var i = 0; i < inputs.Length; i++)
                Poprf.Blind(inputs[i], blinds[i], blinded.AsSpan(32 * i, 32));
            Assert.Equal(Joined(vector, "blinded"), blinded);
            Assert.True(Poprf.TryEvaluate(tweaked, blinded, evaluated));
            Assert.Equal(Joined(vector, "evaluated"), evaluated);
            for (var i = 0; i < inputs.Length; i++)
            {
                var (output, direct) = (new byte[Voprf.OutputBytes], new byte[Voprf.OutputBytes]);
                function.Finalize(inputs[i], blinds[i], evaluated.AsSpan(32 * i, 32), output);
                function.Evaluate(tweaked, inputs[i], direct);
                Assert.Equal(outputs[i], output);
                Assert.Equal(outputs[i], direct);
            }

            Poprf.Prove(tweaked, blinded, evaluated, Hex(vector, "nonce"), proof);
            Assert.Equal(Hex(vector, "proof"), proof);
            Assert.True(function.Verify(key.PublicKey.Span, blinded, evaluated, proof));
            Assert.False(new Poprf("other info"u8).Verify(key.PublicKey.Span, blinded, evaluated, proof));
            Assert.False(function.Verify(tweaked.PublicKey.Span, blinded, evaluated, proof));
        }
    }

    [Fact]
    public void A_proof_holds_for_nothing_but_what_was_proved()
    {
        var suite = Voprf.Verifiable;
        using var key = OprfKey.Create();
        using var other = OprfKey.Create();
        var (elements, evaluated, nonce, proof) = (new byte[96], new byte[96], new byte[32], new byte[Voprf.ProofBytes]);
        for (var i = 0; i < 3; i++)
        {
            Ristretto255.Draw(nonce);
            suite.Blind([(byte)i], nonce, elements.AsSpan(32 * i, 32));
        }

        Assert.True(Voprf.TryEvaluate(key, elements, evaluated));
        Ristretto255.Draw(nonce);
        suite.Prove(key, elements, evaluated, nonce, proof);
        Assert.True(suite.Verify(key.PublicKey.Span, elements, evaluated, proof));
        Assert.False(suite.Verify(other.PublicKey.Span, elements, evaluated, proof));
        Assert.False(suite.Verify(key.PublicKey.Span, elements, [.. evaluated[32..], .. evaluated[..32]], proof));
        Assert.False(suite.Verify(key.PublicKey.Span, elements.AsSpan(0, 64), evaluated.AsSpan(0, 64), proof));
        Assert.False(suite.Verify(key.PublicKey.Span, elements, evaluated, proof.AsSpan(0, 63)));
        for (var at = 0; at < proof.Length; at += 31)
        {
            var bad = (byte[])[.. proof];
            bad[at] ^= 1;
            Assert.False(suite.Verify(key.PublicKey.Span, elements, evaluated, bad));
        }

        // One of three under another key: the rest is honest, and the proof is made with the honest key.
        var mixed = (byte[])[.. evaluated];
        Assert.True(Voprf.TryEvaluate(other, elements.AsSpan(32, 32), mixed.AsSpan(32, 32)));
        suite.Prove(key, elements, mixed, nonce, proof);
        Assert.False(suite.Verify(key.PublicKey.Span, elements, mixed, proof));
    }

    [Fact]
    public void Scalars_at_or_above_the_order_are_none()
    {
        var order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        Assert.False(Ristretto255.IsScalar(order));
        Assert.False(Ristretto255.IsScalar([.. Enumerable.Repeat((byte)0xff, 32)]));
        order[0]--;
        Assert.True(Ristretto255.IsScalar(order));
        Assert.Null(OprfKey.Import(new byte[32]));
    }

    private static void ProofIs(Voprf suite, OprfKey key, JsonElement vector, byte[] blinded, byte[] evaluated)
    {
        var proof = new byte[Voprf.ProofBytes];
        suite.Prove(key, blinded, evaluated, Hex(vector, "nonce"), proof);
        Assert.Equal(Hex(vector, "proof"), proof);
        Assert.True(suite.Verify(key.PublicKey.Span, blinded, evaluated, proof));
    }

    private static byte[] Hex(JsonElement element, string member) => Convert.FromHexString(element.GetProperty(member).GetString()!);

    private static byte[][] Hexes(JsonElement list) => [.. list.EnumerateArray().Select(e => Convert.FromHexString(e.GetString()!))];

    private static byte[] Joined(JsonElement vector, string member) => [.. Hexes(vector.GetProperty(member)).SelectMany(static b => b)];

    private static JsonElement Load()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "ristretto255.json")));
        return document.RootElement.Clone();
    }
}
