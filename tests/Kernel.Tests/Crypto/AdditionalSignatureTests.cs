using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using Org.BouncyCastle.Crypto.EC;
using Xunit;

namespace DataSpace.Kernel.Tests.Crypto;

/// <summary>ML-DSA-44 and SM2: others' signatures verify here, changed ones do not, and nothing that is no key or no signature throws.</summary>
public sealed class AdditionalSignatureTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(Schemas.Folder, "..", "vectors", "crypto", "signatures.json"))).RootElement;
    private static readonly byte[] Message = "checkpoint"u8.ToArray();

    [Fact]
    public void Signatures_by_another_implementation_of_ML_DSA_verify_and_the_keys_agree()
    {
        foreach (var vector in Vectors.GetProperty("mlDsa44").EnumerateArray())
        {
            var signer = new MlDsa44Signer(Hex(vector, "seed"));
            Assert.Equal(Hex(vector, "publicKey"), signer.PublicKey.Raw.ToArray());
            Assert.True(signer.PublicKey.Verify(Hex(vector, "message"), Hex(vector, "signature")));
            Assert.True(signer.PublicKey.Verify(Hex(vector, "message"), Hex(vector, "deterministicSignature")));
            Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Hex(vector, "publicKey"))[..16]), signer.PublicKey.KeyId["mldsa44-".Length..]);
        }
    }

    [Fact]
    public void The_standard_s_sample_and_signatures_by_another_implementation_of_SM2_verify_and_the_keys_agree()
    {
        foreach (var vector in Vectors.GetProperty("sm2").EnumerateArray())
        {
            var signer = new Sm2Signer(Hex(vector, "privateKey"));
            Assert.Equal(Hex(vector, "publicKey"), signer.PublicKey.Raw.ToArray());
            Assert.True(signer.PublicKey.Verify(Hex(vector, "message"), Hex(vector, "signature")), vector.GetProperty("source").GetString());
            Assert.StartsWith("sm2-", signer.PublicKey.KeyId, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(PublicKey.MlDsa44)]
    [InlineData(PublicKey.Sm2)]
    public void A_changed_bit_of_signature_or_message_another_length_and_another_key_do_not_verify(string algorithm)
    {
        ISigner signer = algorithm == PublicKey.Sm2 ? Sm2Signer.Generate() : MlDsa44Signer.Generate();
        ISigner other = algorithm == PublicKey.Sm2 ? Sm2Signer.Generate() : MlDsa44Signer.Generate();
        var signature = signer.Sign(Message);
        Assert.Equal(algorithm == PublicKey.Sm2 ? Sm2Signer.SignatureBytes : MlDsa44Signer.SignatureBytes, signature.Length);
        Assert.True(signer.PublicKey.Verify(Message, signature));
        Assert.False(other.PublicKey.Verify(Message, signature));
        for (var bit = 0; bit < signature.Length * 8; bit += Math.Max(1, signature.Length / 64) * 7)
        {
            var forged = (byte[])signature.Clone();
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(signer.PublicKey.Verify(Message, forged), $"bit {bit}");
        }
        Assert.False(signer.PublicKey.Verify([.. Message, 0], signature));
        Assert.False(signer.PublicKey.Verify([], signature));
        foreach (var length in new[] { 0, 1, 63, 65, signature.Length - 1, signature.Length + 1 })
            Assert.False(signer.PublicKey.Verify(Message, [.. signature.Take(length), .. new byte[Math.Max(0, length - signature.Length)]]), $"{length} bytes");
    }

    [Fact]
    public void A_number_of_an_SM2_signature_that_is_zero_or_beyond_the_order_does_not_verify()
    {
        var signer = Sm2Signer.Generate();
        var signature = signer.Sign(Message);
        var order = CustomNamedCurves.GetByName("sm2p256v1").N;
        byte[][] numbers = [new byte[32], order.ToByteArrayUnsigned(), order.Add(Org.BouncyCastle.Math.BigInteger.One).ToByteArrayUnsigned(), [.. Enumerable.Repeat((byte)0xff, 32)]];
        foreach (var number in numbers)
        {
            Assert.False(signer.PublicKey.Verify(Message, [.. number, .. signature[32..]]));
            Assert.False(signer.PublicKey.Verify(Message, [.. signature[..32], .. number]));
            Assert.False(signer.PublicKey.Verify(Message, [.. number, .. number]));
        }
        // r + s = n: the t of the standard is zero.
        var s = order.Subtract(new Org.BouncyCastle.Math.BigInteger(1, signature[..32])).ToByteArrayUnsigned();
        Assert.False(signer.PublicKey.Verify(Message, [.. signature[..32], .. new byte[32 - s.Length], .. s]));
    }

    [Fact]
    public void What_is_no_point_of_the_curve_is_no_SM2_key_and_verifies_nothing()
    {
        var good = Sm2Signer.Generate().PublicKey.Raw.ToArray();
        byte[][] bad = [[], good[..64], [.. good, 0], [0x00, .. good[1..]], [0x02, .. good[1..]], [0x06, .. good[1..]], [.. good[..64], (byte)(good[64] ^ 1)], [4, .. new byte[64]],
            [4, .. Enumerable.Repeat((byte)0xff, 64)], good[..33], [0]];
        foreach (var raw in bad)
        {
            Assert.Null(PublicKey.TryCreate(PublicKey.Sm2, raw));
            Assert.False(new PublicKey("sm2-0", PublicKey.Sm2, raw).Verify(Message, new byte[64])); // also where a key was made otherwise
        }
        Assert.NotNull(PublicKey.TryCreate(PublicKey.Sm2, good));
    }

    [Fact]
    public void Keys_of_another_length_and_unknown_algorithms_are_refused()
    {
        Assert.Null(PublicKey.TryCreate(PublicKey.MlDsa44, new byte[1311]));
        Assert.Null(PublicKey.TryCreate(PublicKey.MlDsa44, new byte[1313]));
        Assert.Null(PublicKey.TryCreate(PublicKey.MlDsa44, new byte[32]));
        Assert.Null(PublicKey.TryCreate(PublicKey.Ed25519, new byte[65]));
        Assert.Null(PublicKey.TryCreate("ECDSA", new byte[65]));
        Assert.False(new PublicKey("x", PublicKey.MlDsa44, new byte[5]).Verify(Message, new byte[2420]));
        Assert.False(PublicKey.TryCreate(PublicKey.MlDsa44, new byte[1312])!.Verify(Message, new byte[2420]));
        Assert.ThrowsAny<ArgumentException>(() => new MlDsa44Signer(new byte[31]));
        Assert.ThrowsAny<ArgumentException>(() => new Sm2Signer(new byte[32])); // zero
        Assert.ThrowsAny<ArgumentException>(() => new Sm2Signer([.. Enumerable.Repeat((byte)0xff, 32)])); // beyond the order
        Assert.ThrowsAny<ArgumentException>(() => new Sm2Signer(CustomNamedCurves.GetByName("sm2p256v1").N.Subtract(Org.BouncyCastle.Math.BigInteger.One).ToByteArrayUnsigned()));
    }

    /// <summary>What binds a participant is Ed25519, whatever else can sign.</summary>
    [Fact]
    public void No_participant_key_and_no_token_is_of_another_algorithm()
    {
        foreach (var signer in (ISigner[])[Sm2Signer.Generate(), MlDsa44Signer.Generate()])
        {
            Assert.False(KeySet.Create([new KeyValidity(signer.PublicKey, DateTimeOffset.UnixEpoch)]).IsOk);
            Assert.ThrowsAny<ArgumentException>(() => KeySet.Single(signer.PublicKey, DateTimeOffset.UnixEpoch));
            Assert.ThrowsAny<ArgumentException>(() => Jws.Sign(signer, "type", Message));
        }
    }

    [Fact]
    public async Task One_signer_serves_many_threads()
    {
        ISigner[] signers = [Sm2Signer.Generate(), MlDsa44Signer.Generate()];
        await Parallel.ForAsync(0, 64, TestContext.Current.CancellationToken, (i, _) =>
        {
            var message = BitConverter.GetBytes(i);
            Assert.True(signers[i % 2].PublicKey.Verify(message, signers[i % 2].Sign(message)));
            return ValueTask.CompletedTask;
        });
    }

    private static byte[] Hex(JsonElement vector, string name) => Convert.FromHexString(vector.GetProperty(name).GetString()!);
}
