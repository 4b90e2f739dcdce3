using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using Xunit;

namespace DataSpace.Kernel.Tests.Crypto;

public class HpkeTests
{
    private static byte[] Hex(string hex) => Convert.FromHexString(hex);

    [Fact]
    public void Key_agreement_matches_RFC_7748_section_6_1()
    {
        using var alice = X25519KeyPair.Import(Hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
        using var bob = X25519KeyPair.Import(Hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
        Assert.Equal("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", Convert.ToHexStringLower(alice.PublicKey.Span));
        Assert.Equal("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", Convert.ToHexStringLower(bob.PublicKey.Span));
        const string shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
        Assert.Equal(shared, Convert.ToHexStringLower(alice.Agree(bob.PublicKey.Span).Value));
        Assert.Equal(shared, Convert.ToHexStringLower(bob.Agree(alice.PublicKey.Span).Value));
    }

    [Theory] // points of low order, RFC 7748 §6.1 and §7
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("00")]
    public void Public_keys_with_a_predictable_secret_are_refused(string hex)
    {
        using var pair = X25519KeyPair.Generate();
        Assert.Equal(CryptoErrors.WeakKey, pair.Agree(Hex(hex)).Error?.Kind);
        Assert.Equal(CryptoErrors.WeakKey, Hpke.Seal(Hex(hex), [], [], "x"u8).Error?.Kind);
        if (hex.Length == 64)
            Assert.Equal(CryptoErrors.CannotOpen, Hpke.Open(pair, [], [], [.. Hex(hex), .. new byte[32]]).Error?.Kind);
    }

    [Fact]
    public void Sealing_matches_RFC_9180_appendix_A_1_1()
    {
        using var ephemeral = X25519KeyPair.Import(Hex("52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736"));
        var box = Hpke.Seal(
            Hpke.Aead.Aes128, ephemeral, Hex("3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d"),
            Hex("4f6465206f6e2061204772656369616e2055726e"), Hex("436f756e742d30"), Hex("4265617574792069732074727574682c20747275746820626561757479")).Value;
        Assert.Equal(
            "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431"
            + "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
            Convert.ToHexStringLower(box));
    }

    [Fact]
    public void What_is_sealed_opens_for_the_recipient_alone_and_in_context_alone()
    {
        using var recipient = X25519KeyPair.Generate();
        using var other = X25519KeyPair.Generate();
        var text = Encoding.UTF8.GetBytes("refused: group below minimum");
        var box = Hpke.Seal(recipient.PublicKey.Span, "job"u8, "step 1"u8, text).Value;
        Assert.Equal(text.Length + Hpke.OverheadBytes, box.Length);
        Assert.Equal(text, Hpke.Open(recipient, "job"u8, "step 1"u8, box).Value);
        Assert.False(Hpke.Open(other, "job"u8, "step 1"u8, box).IsOk);
        Assert.False(Hpke.Open(recipient, "another job"u8, "step 1"u8, box).IsOk);
        Assert.False(Hpke.Open(recipient, "job"u8, "step 2"u8, box).IsOk);
    }

    [Fact]
    public void No_bit_of_a_box_can_change()
    {
        using var recipient = X25519KeyPair.Generate();
        var box = Hpke.Seal(recipient.PublicKey.Span, [], [], "secret"u8).Value;
        for (var bit = 0; bit < box.Length * 8; bit++)
        {
            if (bit == 255)
                continue; // RFC 7748 §5: the top bit of a u-coordinate is ignored, but the KEM context binds it; asserted below
            var changed = (byte[])box.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Hpke.Open(recipient, [], [], changed).IsOk, $"bit {bit}");
        }
        box[31] ^= 0x80;
        Assert.False(Hpke.Open(recipient, [], [], box).IsOk);
        Assert.False(Hpke.Open(recipient, [], [], box.AsSpan(0, Hpke.OverheadBytes - 1)).IsOk);
    }

    [Fact]
    public void Two_boxes_of_one_text_differ()
    {
        using var recipient = X25519KeyPair.Generate();
        Assert.NotEqual(Hpke.Seal(recipient.PublicKey.Span, [], [], "x"u8).Value, Hpke.Seal(recipient.PublicKey.Span, [], [], "x"u8).Value);
    }

    [Fact]
    public void The_KDF_matches_RFC_5869_case_1()
        => Assert.Equal(
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
            Convert.ToHexStringLower(HKDF.DeriveKey(
                HashAlgorithmName.SHA256, Hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"), 42,
                Hex("000102030405060708090a0b0c"), Hex("f0f1f2f3f4f5f6f7f8f9"))));

    [Fact]
    public void A_private_key_survives_export()
    {
        using var pair = X25519KeyPair.Generate();
        using var again = X25519KeyPair.Import(pair.ExportPrivateKey());
        Assert.True(pair.PublicKey.Span.SequenceEqual(again.PublicKey.Span));
    }
}
