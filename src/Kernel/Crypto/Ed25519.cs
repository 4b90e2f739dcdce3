using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace DataSpace.Kernel.Crypto;

/// <summary>
/// Signs bytes with one key. Everything that binds a participant (requests, documents, entries, receipts, agreements) is Ed25519; <see cref="MlDsa44Signer"/> and
/// <see cref="Sm2Signer"/> only sign checkpoints in addition.
/// </summary>
public interface ISigner
{
    /// <summary>The verifying half, with its id and algorithm.</summary>
    PublicKey PublicKey { get; }

    /// <summary>Signature over <paramref name="message"/> as given (no pre-hash).</summary>
    byte[] Sign(ReadOnlySpan<byte> message);
}

/// <summary>A verifying key. Immutable; compare with <see cref="SameAs"/>.</summary>
/// <param name="KeyId">Stable id: <c>ed25519-</c>, <c>mldsa44-</c> or <c>sm2-</c>, and the first 32 hex digits (128 bits: pins bind the key itself) of SHA-256 over the raw key.</param>
/// <param name="Algorithm">Signature algorithm: <c>Ed25519</c> (RFC 8032), <c>ML-DSA-44</c> (FIPS 204) or <c>SM2</c> (GB/T 32918.2 with SM3).</param>
/// <param name="Raw">Raw public key: 32 bytes for Ed25519, 1312 for ML-DSA-44, 65 (an uncompressed point) for SM2.</param>
public sealed record PublicKey(string KeyId, string Algorithm, ReadOnlyMemory<byte> Raw)
{
    /// <summary>Name of the algorithm of every participant's key.</summary>
    public const string Ed25519 = "Ed25519";

    /// <summary>Name of the post-quantum algorithm of additional signatures over checkpoints.</summary>
    public const string MlDsa44 = "ML-DSA-44";

    /// <summary>Name of the Chinese national algorithm of additional signatures over checkpoints.</summary>
    public const string Sm2 = "SM2";

    /// <summary>True for the one algorithm whose signatures bind a participant.</summary>
    public bool IsEd25519 => Algorithm == Ed25519;

    /// <summary>
    /// A key from its raw bytes, or null when the length or algorithm is wrong, or an SM2 point is not on the curve. Whoever takes keys from others names the
    /// algorithm itself: what is accepted where is never the sender's choice.
    /// </summary>
    public static PublicKey? TryCreate(string algorithm, ReadOnlyMemory<byte> raw) => algorithm switch
    {
        Ed25519 when raw.Length == 32 => FromEd25519(raw),
        MlDsa44 when raw.Length == MlDsa44Signer.PublicKeyBytes => new PublicKey(Id("mldsa44-", raw), MlDsa44, raw),
        Sm2 when Sm2Signer.IsPoint(raw.Span) => new PublicKey(Id("sm2-", raw), Sm2, raw),
        _ => null,
    };

    /// <summary>An Ed25519 key from its 32 raw bytes.</summary>
    public static PublicKey FromEd25519(ReadOnlyMemory<byte> raw) => new(Id("ed25519-", raw), Ed25519, raw);

    /// <summary>True when <paramref name="signature"/> is valid over <paramref name="message"/>. Never throws on bad input.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (Algorithm == MlDsa44)
            return MlDsa44Signer.Accepts(message, signature, Raw.Span);
        if (Algorithm == Sm2)
            return Sm2Signer.Accepts(message, signature, Raw.Span);
        if (Algorithm != Ed25519 || Raw.Length != 32 || signature.Length != 64)
            return false;
        // What libsodium accepts the managed library accepts too, more slowly; what it refuses is for the managed library alone to judge.
        return SodiumEd25519.IsAvailable && SodiumEd25519.Accepts(message, signature, Raw.Span) || VerifyManaged(message, signature);
    }

    /// <summary>The verdict that counts everywhere, with or without the native library.</summary>
    internal bool VerifyManaged(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        try
        {
            return new Ed25519PublicKeyParameters(Raw.Span)
                .Verify(Org.BouncyCastle.Math.EC.Rfc8032.Ed25519.Algorithm.Ed25519, null, message.ToArray(), 0, message.Length, signature.ToArray(), 0);
        }
        catch (ArgumentException)
        {
            return false; // not a point on the curve
        }
    }

    /// <summary>Equality of algorithm and key bytes.</summary>
    public bool SameAs(PublicKey? other)
        => other is not null && Algorithm == other.Algorithm && Raw.Span.SequenceEqual(other.Raw.Span);

    private static string Id(string prefix, ReadOnlyMemory<byte> raw) => prefix + Convert.ToHexStringLower(SHA256.HashData(raw.Span)[..16]);
}

/// <summary>
/// An Ed25519 signing key in memory. Key files are read and written by the hosts (mode 0600), never here. Signs through libsodium where
/// the host ships it, otherwise through BouncyCastle; the signatures are the same.
/// </summary>
public sealed class Ed25519Signer : ISigner
{
    private readonly Ed25519PrivateKeyParameters _key;
    private readonly byte[]? _sodiumKey;

    /// <param name="seed">32-byte seed (RFC 8032 §5.1.5).</param>
    public Ed25519Signer(ReadOnlySpan<byte> seed)
        : this(seed, SodiumEd25519.IsAvailable)
    {
    }

    internal Ed25519Signer(ReadOnlySpan<byte> seed, bool useSodium)
    {
        _key = new Ed25519PrivateKeyParameters(seed);
        PublicKey = PublicKey.FromEd25519(_key.GeneratePublicKey().GetEncoded());
        _sodiumKey = useSodium ? SodiumEd25519.ExpandSeed(seed) : null;
    }

    /// <summary>A fresh key from the operating system's generator.</summary>
    public static Ed25519Signer Generate() => new(RandomNumberGenerator.GetBytes(32));

    /// <inheritdoc />
    public PublicKey PublicKey { get; }

    /// <inheritdoc />
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        if (_sodiumKey is not null)
            return SodiumEd25519.Sign(message, _sodiumKey);
        var signer = new Org.BouncyCastle.Crypto.Signers.Ed25519Signer();
        signer.Init(forSigning: true, _key);
        signer.BlockUpdate(message);
        return signer.GenerateSignature();
    }

    /// <summary>The 32-byte seed, for the host that stores the key file.</summary>
    public byte[] ExportSeed() => _key.GetEncoded();
}
