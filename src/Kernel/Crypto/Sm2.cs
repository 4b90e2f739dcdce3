using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Math.EC.Multiplier;
using Org.BouncyCastle.Security;

namespace DataSpace.Kernel.Crypto;

/// <summary>
/// An SM2 signing key in memory: GB/T 32918.2 over the curve of GB/T 32918.5, hashed with SM3 (GB/T 32905), with the user id that GB/T 35276 prescribes. A signature
/// is <c>r‖s</c>, 32 bytes each. Signs checkpoints in addition to Ed25519, where national algorithms are required; nothing else.
/// </summary>
public sealed class Sm2Signer : ISigner
{
    /// <summary>Length of the private number.</summary>
    public const int PrivateKeyBytes = 32;

    /// <summary>Length of a raw public key: <c>04‖x‖y</c>.</summary>
    public const int PublicKeyBytes = 65;

    /// <summary>Length of a signature.</summary>
    public const int SignatureBytes = 64;

    private const byte Uncompressed = 0x04;
    private static readonly byte[] UserId = Encoding.ASCII.GetBytes("1234567812345678");
    private static readonly ECDomainParameters Domain = new(CustomNamedCurves.GetByName("sm2p256v1"));
    private readonly ECPrivateKeyParameters _key;

    /// <param name="privateKey">The private number, big-endian, from 1 to the group's order minus 2.</param>
    public Sm2Signer(ReadOnlySpan<byte> privateKey)
    {
        if (!IsPrivateKey(privateKey))
            throw new ArgumentException("Not an SM2 private key.", nameof(privateKey));
        _key = new ECPrivateKeyParameters(new BigInteger(1, privateKey), Domain);
        var point = new FixedPointCombMultiplier().Multiply(Domain.G, _key.D).Normalize();
        PublicKey = PublicKey.TryCreate(PublicKey.Sm2, point.GetEncoded(compressed: false))!;
    }

    /// <summary>A fresh key.</summary>
    public static Sm2Signer Generate() => new(GeneratePrivateKey());

    /// <summary>A fresh private number from the operating system's generator.</summary>
    public static byte[] GeneratePrivateKey()
    {
        while (true)
        {
            var candidate = RandomNumberGenerator.GetBytes(PrivateKeyBytes);
            if (IsPrivateKey(candidate)) // all but one in 2^32 are
                return candidate;
        }
    }

    /// <inheritdoc />
    public PublicKey PublicKey { get; }

    /// <inheritdoc />
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signer = new SM2Signer(PlainDsaEncoding.Instance, new SM3Digest());
        signer.Init(forSigning: true, new ParametersWithID(new ParametersWithRandom(_key, new SecureRandom()), UserId));
        signer.BlockUpdate(message);
        return signer.GenerateSignature();
    }

    /// <summary>Never throws on bad input.</summary>
    internal static bool Accepts(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> key)
    {
        if (signature.Length != SignatureBytes || Point(key) is not { } point)
            return false;
        try
        {
            var verifier = new SM2Signer(PlainDsaEncoding.Instance, new SM3Digest());
            verifier.Init(forSigning: false, new ParametersWithID(new ECPublicKeyParameters(point, Domain), UserId));
            verifier.BlockUpdate(message);
            return verifier.VerifySignature(signature.ToArray()); // r and s out of range included
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>True for an uncompressed point of the curve other than infinity.</summary>
    internal static bool IsPoint(ReadOnlySpan<byte> raw) => Point(raw) is not null;

    private static Org.BouncyCastle.Math.EC.ECPoint? Point(ReadOnlySpan<byte> raw)
    {
        if (raw.Length != PublicKeyBytes || raw[0] != Uncompressed)
            return null;
        try
        {
            return Domain.Curve.DecodePoint(raw.ToArray()); // the group's order is prime: every point of the curve will do
        }
        catch (ArgumentException)
        {
            return null; // a coordinate out of range, or not on the curve
        }
    }

    private static bool IsPrivateKey(ReadOnlySpan<byte> number)
    {
        if (number.Length != PrivateKeyBytes)
            return false;
        var d = new BigInteger(1, number);
        return d.SignValue > 0 && d.CompareTo(Domain.N.Subtract(BigInteger.Two)) <= 0;
    }
}
