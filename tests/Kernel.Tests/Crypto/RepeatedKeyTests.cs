using System.Numerics;
using System.Security.Cryptography;
using CsCheck;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Crypto.Edwards;
using Xunit;

namespace DataSpace.Kernel.Tests.Crypto;

/// <summary>Many signatures by one key at once: nothing may be accepted that the judge of single signatures refuses.</summary>
public sealed class RepeatedKeyTests
{
    private static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    private static readonly BigInteger L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);
    private static readonly BigInteger[] Edges = [0, 1, 2, 18, 19, P - 1, P, P + 1, P + 18, BigInteger.Pow(2, 255) - 1, L - 1, L, L + 1, BigInteger.Pow(2, 252), BigInteger.Pow(2, 252) - 1];
    private static readonly Gen<BigInteger> Numbers = Gen.OneOf(Gen.Int[0, Edges.Length - 1].Select(i => Edges[i]), Gen.Byte.Array[32].Select(b => new BigInteger(b, isUnsigned: true) & (BigInteger.Pow(2, 255) - 1)));

    /// <summary>A point of order 8.</summary>
    private static readonly EdwardsPoint Eighth = EdwardsPoint.TryDecode(Convert.FromHexString("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))!.Value;

    [Fact]
    public void Signatures_are_accepted_and_changed_ones_are_not_whatever_stands_beside_them()
        => Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[1, 300].Array[1, 20], Gen.Int[0, 511]).Sample((seed, messages, bit) =>
        {
            var signer = new Ed25519Signer(seed);
            var group = RepeatedKey.TryPrepare(signer.PublicKey)!.NewGroup(3 * messages.Length);
            for (var i = 0; i < messages.Length; i++)
            {
                var signature = signer.Sign(messages[i]);
                var (forged, other) = ((byte[])signature.Clone(), (byte[])messages[i].Clone());
                forged[bit / 8] ^= (byte)(1 << (bit % 8));
                other[bit / 8 % other.Length] ^= (byte)(1 << (bit % 8));
                group.Add(i, messages[i], signature);
                group.Add(-1, messages[i], forged);
                group.Add(-2, other, signature);
            }
            return group.Finish().ToArray().SequenceEqual(Enumerable.Range(0, messages.Length));
        }, iter: 20);

    /// <summary>
    /// The signer chooses a key, or a commitment R, that is off by a point of order 8. Then S·B = R + h·A may hold up to such a point: whoever multiplies by the cofactor, or adds up random
    /// multiples of several equations, accepts what others refuse. Here it must hold to the byte.
    /// </summary>
    [Fact]
    public void What_holds_only_up_to_a_point_of_small_order_is_not_accepted()
    {
        var (exact, nearly) = (0, 0);
        for (var i = 0; i < 64; i++)
        {
            var (secret, nonce) = (Scalar(), Scalar());
            var (shiftsKey, shiftsR) = (i % 4 < 2, i % 2 == 0);
            var key = Encode(Shifted(Multiple(secret), shiftsKey ? 1 : 0));
            var commitment = Encode(Shifted(Multiple(nonce), shiftsR ? i / 4 % 8 : 0));
            byte[] message = [(byte)i];
            var h = new BigInteger(SHA512.HashData([.. commitment, .. key, .. message]), isUnsigned: true) % L;
            byte[] signature = [.. commitment, .. Bytes((nonce + h * secret) % L)];
            var publicKey = PublicKey.FromEd25519(key);
            // S·B − h·A − R is −h of the key's shift less that of R.
            var isExact = ((shiftsKey ? (int)(h % 8) : 0) + (shiftsR ? i / 4 % 8 : 0)) % 8 == 0;
            Assert.Equal(isExact, Accepts(publicKey, message, signature));
            Assert.True(!isExact || publicKey.VerifyManaged(message, signature));
            (exact, nearly) = isExact ? (exact + 1, nearly) : (exact, nearly + 1);
        }
        Assert.True(exact > 8 && nearly > 24, $"{exact} {nearly}");
    }

    [Fact]
    public void Keys_of_small_order_or_in_another_encoding_are_not_prepared()
    {
        string[] keys =
        [
            "0100000000000000000000000000000000000000000000000000000000000000", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000000", "0000000000000000000000000000000000000000000000000000000000000080",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "0100000000000000000000000000000000000000000000000000000000000080",
            "0200000000000000000000000000000000000000000000000000000000000000", "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ];
        Assert.All(keys, key => Assert.Null(RepeatedKey.TryPrepare(PublicKey.FromEd25519(Convert.FromHexString(key)))));
        Assert.Null(RepeatedKey.TryPrepare(new Sm2Signer(RandomNumberGenerator.GetBytes(32)).PublicKey));
    }

    [Fact]
    public void A_second_form_of_the_same_signature_is_not_accepted()
    {
        var signer = Ed25519Signer.Generate();
        var signature = signer.Sign([1]);
        var second = (byte[])signature.Clone();
        Bytes(new BigInteger(signature.AsSpan(32), isUnsigned: true) + L).CopyTo(second, 32);
        Assert.True(Accepts(signer.PublicKey, [1], signature));
        Assert.False(Accepts(signer.PublicKey, [1], second));
        Assert.False(Accepts(signer.PublicKey, [1], signature[..63]));
        Assert.False(Accepts(signer.PublicKey, [1], [.. signature, 0]));
        Assert.False(Accepts(signer.PublicKey, [1], []));
    }

    [Fact]
    public void Field_arithmetic_is_that_of_numbers_modulo_p()
        => Gen.Select(Numbers, Numbers, Numbers).Sample((a, b, c) =>
        {
            var (x, y, z) = (Element(a), Element(b), Element(c));
            return Number((x - y) * (y + z)) == Modulo((a - b) * (b + c), P) && Number(x) == a % P && Number(x * y) == a * b % P && Number(x - y) == Modulo(a - b, P)
                   && Number(x.Invert()) == BigInteger.ModPow(a, P - 2, P) && Number(x.PowerForRoot()) == BigInteger.ModPow(a, (P - 5) / 8, P) && x.IsZero == (a % P).IsZero && x.IsOdd == !(a % P).IsEven;
        }, iter: 500);

    [Fact]
    public void A_hash_is_reduced_modulo_the_order()
        => Gen.Select(Numbers, Numbers, Gen.Int[-2, 2]).Sample((a, b, near) =>
        {
            var wide = BigInteger.Max(0, a * (b / L * L + near)) & (BigInteger.Pow(2, 512) - 1);
            Span<byte> reduced = stackalloc byte[32];
            OrderScalar.Reduce(Bytes(wide, 64), reduced);
            Span<byte> most = stackalloc byte[64];
            most.Fill(0xff);
            var ok = new BigInteger(reduced, isUnsigned: true) == wide % L;
            OrderScalar.Reduce(most, reduced);
            return ok && new BigInteger(reduced, isUnsigned: true) == (BigInteger.Pow(2, 512) - 1) % L && OrderScalar.IsReduced(Bytes(a)) == a < L;
        }, iter: 1000);

    private static bool Accepts(PublicKey key, byte[] message, byte[] signature)
    {
        var group = RepeatedKey.TryPrepare(key)!.NewGroup(1);
        group.Add(7, message, signature);
        return group.Finish() is [7];
    }

    private static EdwardsPoint Multiple(BigInteger scalar)
    {
        Span<short> digits = stackalloc short[32];
        OrderScalar.Digits(Bytes(scalar), digits);
        return PointMultiples.OfBase.AddMultiple(EdwardsPoint.Neutral, digits);
    }

    private static EdwardsPoint Shifted(EdwardsPoint point, int eighths)
    {
        for (; eighths > 0; eighths--)
            point = point.Add(Eighth);
        return point;
    }

    private static byte[] Encode(EdwardsPoint point)
    {
        var inverse = point.Z.Invert();
        var encoded = new byte[32];
        (point.Y * inverse).Store(encoded);
        encoded[31] |= (byte)((point.X * inverse).IsOdd ? 0x80 : 0);
        return encoded;
    }

    private static BigInteger Scalar() => new BigInteger(RandomNumberGenerator.GetBytes(64), isUnsigned: true) % L;

    private static BigInteger Modulo(BigInteger a, BigInteger n) => (a % n + n) % n;

    private static FieldElement Element(BigInteger number) => FieldElement.Load(Bytes(number));

    private static BigInteger Number(FieldElement element)
    {
        Span<byte> bytes = stackalloc byte[32];
        element.Store(bytes);
        return new BigInteger(bytes, isUnsigned: true);
    }

    private static byte[] Bytes(BigInteger number, int length = 32)
    {
        var bytes = new byte[length];
        number.ToByteArray(isUnsigned: true).CopyTo(bytes, 0);
        return bytes;
    }
}
