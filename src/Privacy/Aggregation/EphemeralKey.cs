using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace DataSpace.Privacy.Aggregation;

/// <summary>
/// A provider's X25519 key pair (RFC 7748) for one job. Others learn the public half in round 0. In memory it masks one contribution per roster
/// and round; across restarts the committed contribution in the host's store is what guards that rule. Thread-safe.
/// </summary>
public sealed class EphemeralKey : IDisposable
{
    /// <summary>Length of both halves in bytes.</summary>
    public const int KeyBytes = 32;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly byte[] _privateKey;
    private readonly byte[] _publicKey = new byte[KeyBytes];

    private EphemeralKey(byte[] privateKey)
    {
        _privateKey = privateKey;
        X25519.ScalarMultBase(_privateKey, 0, _publicKey, 0);
    }

    /// <summary>Public key, 32 bytes.</summary>
    public byte[] PublicKey => [.. _publicKey];

    /// <summary>A fresh key for one job.</summary>
    public static EphemeralKey Generate() => new(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The key of a job that is resumed; null when the length is wrong.</summary>
    public static EphemeralKey? Import(ReadOnlySpan<byte> privateKey) => privateKey.Length == KeyBytes ? new EphemeralKey(privateKey.ToArray()) : null;

    /// <summary>Private key for the host's durable job state (mode 0600 or encrypted); the caller wipes the copy.</summary>
    public byte[] ExportPrivate() => [.. _privateKey];

    /// <inheritdoc />
    public void Dispose() => CryptographicOperations.ZeroMemory(_privateKey);

    /// <summary>Shared secret with a peer; a low-order point gives all zero, which is refused (RFC 7748 §6.1).</summary>
    internal Result<byte[]> Agree(ReadOnlySpan<byte> peerPublicKey)
    {
        var shared = new byte[KeyBytes];
        return X25519.CalculateAgreement(_privateKey, 0, peerPublicKey.ToArray(), 0, shared, 0) ? shared : PrivacyErrors.WeakKey.Of();
    }

    /// <summary>Claims the one contribution of this roster and round. False when it was claimed before.</summary>
    internal bool TryClaim(ReadOnlySpan<byte> rosterHash, int round)
    {
        lock (_gate)
            return _used.Add(FormattableString.Invariant($"{Convert.ToHexString(rosterHash)}/{round}"));
    }
}
