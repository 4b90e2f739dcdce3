using System.Buffers.Binary;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Lookup.Lwe;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Lookup;

/// <summary>
/// What everybody may know about one version of a database, 160 bytes: shape, salt of the spread, seed of the matrix, the owner's public key, digest of the hint,
/// digest of the dataset's version. The client learns from
/// it the number of records (rounded) and the size of a record.
/// </summary>
public sealed class LookupParameters
{
    /// <summary>Bytes of the encoding.</summary>
    public const int Bytes = VersionAt + SHA256.HashSizeInBytes;

    internal const int SaltBytes = 16;

    private const int SaltAt = 16, SeedAt = SaltAt + SaltBytes, PublicKeyAt = SeedAt + LweMatrix.SeedBytes, HintDigestAt = PublicKeyAt + Ristretto255.ElementBytes,
        VersionAt = HintDigestAt + SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Tag => "DataSpace lookup 1 database\n"u8;

    private readonly byte[] _encoded;

    private LookupParameters(byte[] encoded, LookupShape shape) => (_encoded, Shape) = (encoded, shape);

    /// <summary>The layout.</summary>
    public LookupShape Shape { get; }

    /// <summary>SHA-256 of a tag and the encoding: names this version of the database, hint and key included. Consumers who compare it notice an owner that treats them differently.</summary>
    public ReadOnlyMemory<byte> Digest => SHA256.HashData([.. Tag, .. _encoded]);

    /// <summary>SHA-256 of the hint.</summary>
    public ReadOnlyMemory<byte> HintDigest => _encoded.AsMemory(HintDigestAt, SHA256.HashSizeInBytes);

    /// <summary>Made of this version of the dataset, as the owner says it here; what it signed in round 0 says it too.</summary>
    public bool IsOf(string datasetVersion) => VersionDigest(datasetVersion).AsSpan().SequenceEqual(_encoded.AsSpan(VersionAt));

    internal ReadOnlyMemory<byte> Encoded => _encoded;

    internal ReadOnlySpan<byte> Salt => _encoded.AsSpan(SaltAt, SaltBytes);

    internal ReadOnlyMemory<byte> Seed => _encoded.AsMemory(SeedAt, LweMatrix.SeedBytes);

    internal ReadOnlySpan<byte> PublicKey => _encoded.AsSpan(PublicKeyAt, Ristretto255.ElementBytes);

    internal static LookupParameters Create(LookupShape shape, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> seed, OprfKey key, ReadOnlySpan<byte> hintDigest, string datasetVersion)
    {
        byte[] encoded = [.. new byte[SaltAt], .. salt, .. seed, .. key.PublicKey.Span, .. hintDigest, .. VersionDigest(datasetVersion)];
        BinaryPrimitives.WriteInt32LittleEndian(encoded, shape.Columns);
        BinaryPrimitives.WriteInt32LittleEndian(encoded.AsSpan(4), shape.Slots);
        BinaryPrimitives.WriteInt32LittleEndian(encoded.AsSpan(8), shape.RecordBytes);
        return new LookupParameters(encoded, shape);
    }

    /// <summary>What an owner sent.</summary>
    /// <param name="encoded">160 bytes.</param>
    /// <param name="recordBytes">The size of a record that the terms name.</param>
    /// <returns>DS-PRV-202 for a shape outside the limits or of another record size, 200 for a public key that is none.</returns>
    internal static Result<LookupParameters> Decode(ReadOnlySpan<byte> encoded, int recordBytes)
    {
        if (encoded.Length != Bytes)
            return LookupErrors.OfferInvalid.Of("length");
        var shape = new LookupShape(BinaryPrimitives.ReadInt32LittleEndian(encoded), BinaryPrimitives.ReadInt32LittleEndian(encoded[4..]), BinaryPrimitives.ReadInt32LittleEndian(encoded[8..]));
        if (!shape.IsValid || shape.RecordBytes != recordBytes || BinaryPrimitives.ReadInt32LittleEndian(encoded[12..]) != 0)
            return LookupErrors.OfferInvalid.Of("shape");
        return Ristretto255.IsElement(encoded.Slice(PublicKeyAt, Ristretto255.ElementBytes)) ? new LookupParameters(encoded.ToArray(), shape) : LookupErrors.ElementInvalid.Of();
    }

    private static byte[] VersionDigest(string datasetVersion) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(datasetVersion));
}
