using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Receipts;

/// <summary>
/// The two-sided receipt of a use: the consumer signs what it got, the provider countersigns, and both append it.
/// The salted commitments of the two logs differ; <see cref="Commitment"/> is the same in both and joins them.
/// All hashes are lower-case hex of 32 bytes.
/// </summary>
public sealed record ReceiptPayload : IEntryPayload
{
    private static readonly byte[] ConsumerDomain = Encoding.ASCII.GetBytes("dataspace/receipt/v1\n");
    private static readonly byte[] ProviderDomain = Encoding.ASCII.GetBytes("dataspace/receipt-countersignature/v1\n");
    private static readonly byte[] CommitmentDomain = Encoding.ASCII.GetBytes("dataspace/receipt-commitment/v1\n");

    /// <summary>Leaf hash of the Grant in the provider's log.</summary>
    public required string GrantHash { get; init; }

    /// <summary>Leaf hash of the Report in the provider's log.</summary>
    public required string ReportHash { get; init; }

    /// <summary>Digest of the result the consumer computed with this contribution.</summary>
    public required string ResultDigest { get; init; }

    /// <summary>Hash of the job.</summary>
    public required string JobHash { get; init; }

    /// <summary>Participant id (DID) of the consumer.</summary>
    public required string Consumer { get; init; }

    /// <summary>Key that signed for the consumer.</summary>
    public required string ConsumerKeyId { get; init; }

    /// <summary>Consumer's signature over grant hash, report hash, result digest and job hash.</summary>
    public required ReadOnlyMemory<byte> ConsumerSignature { get; init; }

    /// <summary>Key that countersigned for the provider; empty before.</summary>
    public string ProviderKeyId { get; init; } = "";

    /// <summary>Provider's countersignature over everything above; empty before.</summary>
    public ReadOnlyMemory<byte> ProviderSignature { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.Receipt;

    /// <summary>SHA-256 over the countersigned receipt, in hex: the same in both parties' logs.</summary>
    public string Commitment => Convert.ToHexStringLower(SHA256.HashData(
        [.. CommitmentDomain, .. Countersigned(), .. Encoding.UTF8.GetBytes(ProviderKeyId), 0, .. ProviderSignature.Span]));

    /// <summary>The consumer's half.</summary>
    public static ReceiptPayload SignAsConsumer(
        string grantHash, string reportHash, string resultDigest, string jobHash, string consumer, ISigner signer) => new()
        {
            GrantHash = grantHash,
            ReportHash = reportHash,
            ResultDigest = resultDigest,
            JobHash = jobHash,
            Consumer = consumer,
            ConsumerKeyId = signer.PublicKey.KeyId,
            ConsumerSignature = signer.Sign([.. ConsumerDomain, .. Body(grantHash, reportHash, resultDigest, jobHash)]),
        };

    /// <summary>The provider's half; refuses a receipt that the consumer's pinned key did not sign.</summary>
    public Result<ReceiptPayload> Countersign(PublicKey consumerKey, ISigner provider)
    {
        if (VerifyConsumer(consumerKey) is { } error)
            return error;
        var named = this with { ProviderKeyId = provider.PublicKey.KeyId };
        return named with { ProviderSignature = provider.Sign([.. ProviderDomain, .. named.Countersigned()]) };
    }

    /// <summary>The error when the consumer's signature fails, else null.</summary>
    public DsError? VerifyConsumer(PublicKey consumerKey)
        => ConsumerKeyId == consumerKey.KeyId
           && consumerKey.Verify([.. ConsumerDomain, .. Body(GrantHash, ReportHash, ResultDigest, JobHash)], ConsumerSignature.Span)
            ? null
            : LedgerErrors.ReceiptSignature.Of("consumer");

    /// <summary>The error when either signature fails, else null.</summary>
    public DsError? Verify(PublicKey consumerKey, PublicKey providerKey) => VerifyConsumer(consumerKey) ?? VerifyProvider(providerKey);

    /// <summary>The error when the provider's countersignature fails, else null.</summary>
    public DsError? VerifyProvider(PublicKey providerKey)
        => ProviderKeyId == providerKey.KeyId
           && providerKey.Verify([.. ProviderDomain, .. Countersigned()], ProviderSignature.Span)
            ? null
            : LedgerErrors.ReceiptSignature.Of("provider");

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Digest("grantHash", GrantHash).Digest("reportHash", ReportHash)
        .Digest("resultDigest", ResultDigest).Digest("jobHash", JobHash)
        .Text("consumer", Consumer).Text("consumerKeyId", ConsumerKeyId).Bytes("consumerSignature", ConsumerSignature)
        .Text("providerKeyId", ProviderKeyId).Bytes("providerSignature", ProviderSignature)
        .Fields;

    /// <summary>Reads the fields strictly. Verifies no signature.</summary>
    public static Result<ReceiptPayload> FromFields(IEnumerable<PayloadField> fields)
    {
        var reader = new FieldReader(fields);
        return reader.Finish(new ReceiptPayload
        {
            GrantHash = reader.Digest("grantHash"),
            ReportHash = reader.Digest("reportHash"),
            ResultDigest = reader.Digest("resultDigest"),
            JobHash = reader.Digest("jobHash"),
            Consumer = reader.Text("consumer"),
            ConsumerKeyId = reader.Text("consumerKeyId"),
            ConsumerSignature = reader.Bytes("consumerSignature"),
            ProviderKeyId = reader.Text("providerKeyId"),
            ProviderSignature = reader.Bytes("providerSignature"),
        });
    }

    // Deterministic CBOR map {1: grant, 2: report, 3: result, 4: job}.
    private static byte[] Body(params string[] digests)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartMap(digests.Length);
        for (var i = 0; i < digests.Length; i++)
        {
            writer.WriteInt32(i + 1);
            writer.WriteByteString(FieldRules.IsDigest(digests[i])
                ? Convert.FromHexString(digests[i])
                : throw new ArgumentException("Not a digest.", nameof(digests)));
        }
        writer.WriteEndMap();
        return writer.Encode();
    }

    private byte[] Countersigned()
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(5);
        writer.WriteByteString(Body(GrantHash, ReportHash, ResultDigest, JobHash));
        writer.WriteTextString(Consumer);
        writer.WriteTextString(ConsumerKeyId);
        writer.WriteByteString(ConsumerSignature.Span);
        writer.WriteTextString(ProviderKeyId);
        writer.WriteEndArray();
        return writer.Encode();
    }
}
