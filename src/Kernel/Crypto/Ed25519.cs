using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;

namespace DataSpace.Kernel.Crypto;

/// <summary>Signs bytes with one key. The seam for SM2 and ML-DSA.</summary>
public interface ISigner
{
    /// <summary>The verifying half, with its id and algorithm.</summary>
    PublicKey PublicKey { get; }

    /// <summary>Signature over <paramref name="message"/> as given (no pre-hash).</summary>
    byte[] Sign(ReadOnlySpan<byte> message);
}

/// <summary>A verifying key. Immutable; compare with <see cref="SameAs"/>.</summary>
/// <param name="KeyId">Stable id: <c>ed25519-</c> and the first 32 hex digits (128 bits: pins bind the key itself) of SHA-256 over the raw key.</param>
/// <param name="Algorithm">Signature algorithm; <c>Ed25519</c> is the only one so far (RFC 8032).</param>
/// <param name="Raw">Raw public key, 32 bytes for Ed25519.</param>
public sealed record PublicKey(string KeyId, string Algorithm, ReadOnlyMemory<byte> Raw)
{
    /// <summary>Name of the one algorithm in use.</summary>
    public const string Ed25519 = "Ed25519";

    /// <summary>A key from its raw bytes, or null when the length or algorithm is wrong.</summary>
    public static PublicKey? TryCreate(string algorithm, ReadOnlyMemory<byte> raw)
        => algorithm == Ed25519 && raw.Length == 32 ? FromEd25519(raw) : null;

    /// <summary>An Ed25519 key from its 32 raw bytes.</summary>
    public static PublicKey FromEd25519(ReadOnlyMemory<byte> raw)
        => new("ed25519-" + Convert.ToHexStringLower(SHA256.HashData(raw.Span)[..16]), Ed25519, raw);

    /// <summary>True when <paramref name="signature"/> is valid over <paramref name="message"/>. Never throws on bad input.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
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
