using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Aggregation;

/// <summary>
/// The analyst's BFV keys for one job and shape. Providers and coordinator learn the public blob; the secret half stays in the analyst's own
/// connector and dies with the job.
/// </summary>
public sealed class AnalystKeys : IDisposable
{
    private const int DigestBytes = 32;
    private const int PublicHeaderBytes = 8 + DigestBytes;

    private readonly byte[] _publicKeys;
    private readonly byte[] _digest;

    private AnalystKeys(ReadOnlyMemory<byte> shapeDigest, byte[] publicKeys, byte[] firstSecret, byte[] secondSecret)
    {
        (ShapeDigest, _publicKeys, FirstSecret, SecondSecret) = (shapeDigest, publicKeys, firstSecret, secondSecret);
        _digest = SHA256.HashData(publicKeys);
    }

    /// <summary>Blob for the signed job: 8-byte tag <c>DSAKEY01</c>, shape digest, the public keys of both moduli. Its length is fixed.</summary>
    public byte[] PublicKeys => [.. _publicKeys];

    /// <summary>SHA-256 of <see cref="PublicKeys"/>; the analyst signs it in the job, providers compare.</summary>
    public ReadOnlyMemory<byte> Digest => _digest;

    /// <summary>Length of <see cref="PublicKeys"/> in bytes.</summary>
    public static int PublicKeysBytes { get; } =
        PublicHeaderBytes + SealParameterSet.Aggregation1.PublicKey.TotalBytes + SealParameterSet.Aggregation2.PublicKey.TotalBytes;

    internal ReadOnlyMemory<byte> ShapeDigest { get; }

    internal byte[] FirstSecret { get; }

    internal byte[] SecondSecret { get; }

    private static ReadOnlySpan<byte> PublicTag => "DSAKEY01"u8;

    private static ReadOnlySpan<byte> SecretTag => "DSASEC01"u8;

    private static int SecretBytes => SecretKeyCodec.TotalBytes(SealParameterSet.Aggregation1);

    /// <summary>Fresh keys for one job.</summary>
    public static Result<AnalystKeys> Generate(ISealEngine engine, AggregationShape shape)
    {
        if (!engine.GenerateKeys(SealParameterSet.Aggregation1).TryGet(out var first, out var error))
            return error;
        if (!engine.GenerateKeys(SealParameterSet.Aggregation2).TryGet(out var second, out error))
            return error;
        byte[] blob = [.. PublicTag, .. shape.Digest.Span, .. first.PublicKey, .. second.PublicKey];
        return ParsePublic(shape, blob, SHA256.HashData(blob)).Error is { } malformed
            ? malformed
            : new AnalystKeys(shape.Digest, blob, first.SecretKey, second.SecretKey);
    }

    /// <summary>
    /// Checks a key blob as a provider does: tag and length, the digest that the analyst signed, the shape, and both keys through the strict codec.
    /// </summary>
    public static Result<Unit> CheckPublic(AggregationShape shape, byte[] publicKeys, ReadOnlyMemory<byte> signedDigest)
        => ParsePublic(shape, publicKeys, signedDigest).Error is { } error ? error : Unit.Value;

    /// <summary>Everything needed to decode later. Secret: the host stores it with mode 0600 or encrypted, and wipes the copy.</summary>
    public byte[] ExportSecret()
    {
        byte[] body = [.. SecretTag, .. _publicKeys, .. FirstSecret, .. SecondSecret];
        byte[] export = [.. body, .. SHA256.HashData(body)];
        CryptographicOperations.ZeroMemory(body);
        return export;
    }

    /// <summary>Reads an export back; refuses damage and keys of another shape.</summary>
    public static Result<AnalystKeys> Import(AggregationShape shape, ReadOnlySpan<byte> export)
    {
        var bodyBytes = SecretTag.Length + PublicKeysBytes + (2 * SecretBytes);
        if (export.Length != bodyBytes + DigestBytes
            || !export.StartsWith(SecretTag)
            || !CryptographicOperations.FixedTimeEquals(SHA256.HashData(export[..bodyBytes]), export[bodyBytes..]))
            return PrivacyErrors.SecretInvalid.Of();
        var blob = export.Slice(SecretTag.Length, PublicKeysBytes).ToArray();
        var secrets = export[(SecretTag.Length + PublicKeysBytes)..bodyBytes];
        if (ParsePublic(shape, blob, SHA256.HashData(blob)).Error is { } error)
            return error;
        if (!SecretKeyCodec.IsWellFormed(SealParameterSet.Aggregation1, secrets[..SecretBytes])
            || !SecretKeyCodec.IsWellFormed(SealParameterSet.Aggregation2, secrets[SecretBytes..]))
            return PrivacyErrors.SecretInvalid.Of();
        return new AnalystKeys(shape.Digest, blob, secrets[..SecretBytes].ToArray(), secrets[SecretBytes..].ToArray());
    }

    /// <inheritdoc />
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(FirstSecret);
        CryptographicOperations.ZeroMemory(SecondSecret);
    }

    internal static Result<(byte[] First, byte[] Second)> ParsePublic(AggregationShape shape, byte[] publicKeys, ReadOnlyMemory<byte> signedDigest)
    {
        if (publicKeys.Length != PublicKeysBytes || !publicKeys.AsSpan().StartsWith(PublicTag))
            return PrivacyErrors.AnalystKeysInvalid.Of();
        if (!SHA256.HashData(publicKeys).AsSpan().SequenceEqual(signedDigest.Span))
            return PrivacyErrors.AnalystKeysSwapped.Of();
        if (!publicKeys.AsSpan(PublicTag.Length, DigestBytes).SequenceEqual(shape.Digest.Span))
            return PrivacyErrors.AnalystKeysOtherShape.Of();
        var first = publicKeys[PublicHeaderBytes..(PublicHeaderBytes + SealParameterSet.Aggregation1.PublicKey.TotalBytes)];
        var second = publicKeys[(PublicHeaderBytes + first.Length)..];
        if (CiphertextCodec.CheckPublicKey(SealParameterSet.Aggregation1, first).Error is { } firstError)
            return firstError;
        if (CiphertextCodec.CheckPublicKey(SealParameterSet.Aggregation2, second).Error is { } secondError)
            return secondError;
        return (first, second);
    }
}
