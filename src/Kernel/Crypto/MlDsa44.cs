using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace DataSpace.Kernel.Crypto;

/// <summary>An ML-DSA-44 signing key in memory (FIPS 204, pure, empty context, hedged). Signs checkpoints in addition to Ed25519, nothing else.</summary>
public sealed class MlDsa44Signer : ISigner
{
    /// <summary>Length of the seed from which the key follows (FIPS 204, algorithm 1).</summary>
    public const int SeedBytes = 32;

    /// <summary>Length of a raw public key.</summary>
    public const int PublicKeyBytes = 1312;

    /// <summary>Length of a signature.</summary>
    public const int SignatureBytes = 2420;

    private readonly MLDsaPrivateKeyParameters _key;

    /// <param name="seed">The 32-byte seed.</param>
    public MlDsa44Signer(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedBytes)
            throw new ArgumentException("An ML-DSA seed has 32 bytes.", nameof(seed));
        _key = MLDsaPrivateKeyParameters.FromSeed(MLDsaParameters.ml_dsa_44, seed.ToArray());
        PublicKey = PublicKey.TryCreate(PublicKey.MlDsa44, _key.GetPublicKeyEncoded())!;
    }

    /// <summary>A fresh key from the operating system's generator.</summary>
    public static MlDsa44Signer Generate() => new(RandomNumberGenerator.GetBytes(SeedBytes));

    /// <inheritdoc />
    public PublicKey PublicKey { get; }

    /// <inheritdoc />
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signer = new MLDsaSigner(MLDsaParameters.ml_dsa_44, deterministic: false);
        signer.Init(forSigning: true, _key);
        signer.BlockUpdate(message);
        return signer.GenerateSignature();
    }

    /// <summary>Never throws on bad input.</summary>
    internal static bool Accepts(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> key)
    {
        if (key.Length != PublicKeyBytes || signature.Length != SignatureBytes)
            return false;
        try
        {
            var verifier = new MLDsaSigner(MLDsaParameters.ml_dsa_44, deterministic: false);
            verifier.Init(forSigning: false, MLDsaPublicKeyParameters.FromEncoding(MLDsaParameters.ml_dsa_44, key.ToArray()));
            verifier.BlockUpdate(message);
            return verifier.VerifySignature(signature.ToArray());
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
