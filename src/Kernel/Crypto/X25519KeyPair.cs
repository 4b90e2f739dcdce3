using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace DataSpace.Kernel.Crypto;

/// <summary>An X25519 key pair (RFC 7748 §5). Ephemeral mask keys are made, used for one job and disposed.</summary>
public sealed class X25519KeyPair : IDisposable
{
    /// <summary>Length of private key, public key and shared secret, in bytes.</summary>
    public const int KeyBytes = 32;

    private readonly byte[] _privateKey;

    private X25519KeyPair(byte[] privateKey)
    {
        _privateKey = privateKey;
        var publicKey = new byte[KeyBytes];
        X25519.GeneratePublicKey(privateKey, 0, publicKey, 0);
        PublicKey = publicKey;
    }

    /// <summary>Raw public key, 32 bytes.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>A fresh pair from the operating system's generator.</summary>
    public static X25519KeyPair Generate() => new(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>A pair from 32 raw private bytes; clamping happens when the key is used.</summary>
    public static X25519KeyPair Import(ReadOnlySpan<byte> privateKey)
        => privateKey.Length == KeyBytes
            ? new X25519KeyPair(privateKey.ToArray())
            : throw new ArgumentException("An X25519 private key has 32 bytes.", nameof(privateKey));

    /// <summary>The 32 raw private bytes, for the host that seals the key file.</summary>
    public byte[] ExportPrivateKey() => [.. _privateKey];

    /// <summary>
    /// The shared secret, 32 bytes, to be fed to a KDF. Refuses a public key of wrong length or low order, which would give an all-zero
    /// secret that everyone knows (RFC 7748 §6.1).
    /// </summary>
    public Result<byte[]> Agree(ReadOnlySpan<byte> peerPublicKey)
    {
        if (peerPublicKey.Length != KeyBytes)
            return CryptoErrors.WeakKey.Of("wrong length");
        var secret = new byte[KeyBytes];
        return X25519.CalculateAgreement(_privateKey, 0, peerPublicKey.ToArray(), 0, secret, 0)
            ? secret
            : CryptoErrors.WeakKey.Of("low order");
    }

    /// <summary>Overwrites the private key.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);
}
