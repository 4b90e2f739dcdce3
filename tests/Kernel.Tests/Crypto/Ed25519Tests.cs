using CsCheck;
using DataSpace.Kernel.Crypto;
using Xunit;

namespace DataSpace.Kernel.Tests.Crypto;

/// <summary>Two libraries sign; nobody may be able to tell which did.</summary>
public sealed class Ed25519Tests
{
    /// <summary>RFC 8032, section 7.1: seed, public key, message, signature.</summary>
    public static TheoryData<string, string, string, string> Vectors => new()
    {
        {
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Both_libraries_give_the_signatures_of_the_standard(string seed, string publicKey, string message, string signature)
    {
        foreach (var useSodium in new[] { false, true })
        {
            var signer = new Ed25519Signer(Convert.FromHexString(seed), useSodium);
            Assert.Equal(publicKey, Convert.ToHexStringLower(signer.PublicKey.Raw.Span));
            Assert.Equal(signature, Convert.ToHexStringLower(signer.Sign(Convert.FromHexString(message))));
            Assert.Equal(seed, Convert.ToHexStringLower(signer.ExportSeed()));
        }
    }

    [Fact]
    public void The_native_library_is_found_here() => Assert.True(SodiumEd25519.IsAvailable);

    [Fact]
    public void Both_libraries_sign_alike_whatever_the_key_and_the_message()
        => Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[0, 3000]).Sample((seed, message) =>
        {
            var (managed, native) = (new Ed25519Signer(seed, useSodium: false), new Ed25519Signer(seed, useSodium: true));
            var signature = native.Sign(message);
            return managed.PublicKey.SameAs(native.PublicKey) && signature.AsSpan().SequenceEqual(managed.Sign(message))
                   && native.PublicKey.Verify(message, signature);
        }, iter: 300);

    [Fact]
    public void A_changed_bit_of_signature_or_message_does_not_verify()
        => Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[1, 100], Gen.Int[0, 511]).Sample((seed, message, bit) =>
        {
            var signer = new Ed25519Signer(seed);
            var signature = signer.Sign(message);
            var (forged, other) = ((byte[])signature.Clone(), (byte[])message.Clone());
            forged[bit / 8] ^= (byte)(1 << (bit % 8));
            other[bit / 8 % other.Length] ^= (byte)(1 << (bit % 8));
            return !signer.PublicKey.Verify(message, forged) && !signer.PublicKey.Verify(other, signature);
        }, iter: 200);

    /// <summary>Points of small order, a scalar beyond the group's order, points that are none: the verdict with the native library is the managed one.</summary>
    [Fact]
    public void The_native_library_never_accepts_what_the_managed_one_refuses()
    {
        string[] points =
        [
            "0100000000000000000000000000000000000000000000000000000000000000", // neutral
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
            "0000000000000000000000000000000000000000000000000000000000000000", // order 4
            "0000000000000000000000000000000000000000000000000000000000000080",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // neutral, not in its shortest form
            "5866666666666666666666666666666666666666666666666666666666666666", // base point
            "0200000000000000000000000000000000000000000000000000000000000000", // no point
        ];
        string[] scalars =
        [
            "0000000000000000000000000000000000000000000000000000000000000000", "0100000000000000000000000000000000000000000000000000000000000000",
            "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        ];
        foreach (var (key, r, s) in points.SelectMany(key => points.SelectMany(r => scalars.Select(s => (key, r, s)))))
        {
            var publicKey = PublicKey.FromEd25519(Convert.FromHexString(key));
            for (byte message = 0; message < 8; message++)
            {
                var signature = Convert.FromHexString(r + s);
                Assert.True(publicKey.Verify([message], signature) == publicKey.VerifyManaged([message], signature), $"{key} {r} {s} {message}");
                Assert.False(SodiumEd25519.Accepts([message], signature, publicKey.Raw.Span) && !publicKey.VerifyManaged([message], signature));
            }
        }
    }

    [Fact]
    public async Task One_signer_serves_many_threads()
    {
        var signer = Ed25519Signer.Generate();
        await Parallel.ForAsync(0, 2_000, TestContext.Current.CancellationToken, (i, _) =>
        {
            var message = BitConverter.GetBytes(i);
            Assert.True(signer.PublicKey.Verify(message, signer.Sign(message)));
            return ValueTask.CompletedTask;
        });
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(0)]
    public void A_seed_of_another_length_is_refused(int length)
        => Assert.ThrowsAny<ArgumentException>(() => new Ed25519Signer(new byte[length]));
}
