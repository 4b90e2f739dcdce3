using System.Formats.Cbor;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Receipts;

/// <summary>What a Grant commits to. All hashes are lower-case hex of 32 bytes.</summary>
public sealed record GrantPayload : IEntryPayload
{
    /// <summary>Pseudonym of the person or system that acts.</summary>
    public required string Actor { get; init; }

    /// <summary>Role of the actor, for example <c>analyst</c>.</summary>
    public required string Role { get; init; }

    /// <summary>Participant id of the consumer.</summary>
    public required string Participant { get; init; }

    /// <summary>Logical data space; several share one node.</summary>
    public required string SpaceId { get; init; }

    /// <summary>Participant id of whoever operates the service in between.</summary>
    public required string ServiceParty { get; init; }

    /// <summary>Case this use belongs to, as the parties number their cases.</summary>
    public required string CaseId { get; init; }

    /// <summary>Contract (agreement) id.</summary>
    public required string ContractId { get; init; }

    /// <summary>Contract version.</summary>
    public required string ContractVersion { get; init; }

    /// <summary>Decision of the policy decision point.</summary>
    public required string PolicyDecisionId { get; init; }

    /// <summary>Version of the policy that decided.</summary>
    public required string PolicyVersion { get; init; }

    /// <summary>Hash of the plan that the analyst signed.</summary>
    public required string PlanHash { get; init; }

    /// <summary>Hash of the signed job.</summary>
    public required string JobHash { get; init; }

    /// <summary>Job id.</summary>
    public required string JobId { get; init; }

    /// <summary>Step of the job.</summary>
    public required string Step { get; init; }

    /// <summary><see cref="ComputeUseId"/> of job, contract and step.</summary>
    public required string UseId { get; init; }

    /// <summary>Nonce of the job.</summary>
    public required string Nonce { get; init; }

    /// <summary>Dataset id.</summary>
    public required string DatasetId { get; init; }

    /// <summary>Dataset version.</summary>
    public required string DatasetVersion { get; init; }

    /// <summary>Declared purpose.</summary>
    public required string Purpose { get; init; }

    /// <summary>Limits in force, for example <c>minGroupSize</c>; names of letters, digits and <c>/ . - _</c>.</summary>
    public required IReadOnlyDictionary<string, long> Limits { get; init; }

    /// <summary>Price of this use in minor units of <see cref="Currency"/>.</summary>
    public required long PricePerUseMinor { get; init; }

    /// <summary>ISO 4217 code.</summary>
    public required string Currency { get; init; }

    /// <summary>Hash of the price plan that the contract pins.</summary>
    public required string PricePlanHash { get; init; }

    /// <inheritdoc />
    public EntryKind Kind => EntryKind.Grant;

    /// <summary>The one id of a use: SHA-256 over the deterministic CBOR array of a domain name, job hash, contract id and step, in hex.</summary>
    public static string ComputeUseId(string jobHash, string contractId, string step)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(4);
        writer.WriteTextString("dataspace/use/v1");
        writer.WriteTextString(jobHash);
        writer.WriteTextString(contractId);
        writer.WriteTextString(step);
        writer.WriteEndArray();
        return Convert.ToHexStringLower(SHA256.HashData(writer.Encode()));
    }

    /// <inheritdoc />
    public IReadOnlyList<PayloadField> ToFields() => new FieldWriter()
        .Text("actor", Actor).Text("role", Role).Text("participant", Participant).Text("spaceId", SpaceId)
        .Text("serviceParty", ServiceParty).Text("caseId", CaseId)
        .Text("contractId", ContractId).Text("contractVersion", ContractVersion)
        .Text("policyDecisionId", PolicyDecisionId).Text("policyVersion", PolicyVersion)
        .Digest("planHash", PlanHash).Digest("jobHash", JobHash).Text("jobId", JobId).Text("step", Step)
        .Digest("useId", UseId).Text("nonce", Nonce)
        .Text("datasetId", DatasetId).Text("datasetVersion", DatasetVersion).Text("purpose", Purpose)
        .NumberMap("limits", Limits)
        .Number("pricePerUseMinor", PricePerUseMinor).Text("currency", Currency).Digest("pricePlanHash", PricePlanHash)
        .Fields;

    /// <summary>Reads the fields strictly.</summary>
    public static Result<GrantPayload> FromFields(IEnumerable<PayloadField> fields) => Read(new FieldReader(fields));

    /// <summary>Reads the metering part alone, as strictly: what was erased must be absent and reads as empty.</summary>
    public static Result<GrantPayload> FromMeteringPart(IEnumerable<PayloadField> fields) => Read(new FieldReader(fields, MeteringFields.GrantContent));

    private static Result<GrantPayload> Read(FieldReader reader)
    {
        return reader.Finish(new GrantPayload
        {
            Actor = reader.Text("actor"),
            Role = reader.Text("role"),
            Participant = reader.Text("participant"),
            SpaceId = reader.Text("spaceId"),
            ServiceParty = reader.Text("serviceParty"),
            CaseId = reader.Text("caseId"),
            ContractId = reader.Text("contractId"),
            ContractVersion = reader.Text("contractVersion"),
            PolicyDecisionId = reader.Text("policyDecisionId"),
            PolicyVersion = reader.Text("policyVersion"),
            PlanHash = reader.Digest("planHash"),
            JobHash = reader.Digest("jobHash"),
            JobId = reader.Text("jobId"),
            Step = reader.Text("step"),
            UseId = reader.Digest("useId"),
            Nonce = reader.Text("nonce"),
            DatasetId = reader.Text("datasetId"),
            DatasetVersion = reader.Text("datasetVersion"),
            Purpose = reader.Text("purpose"),
            Limits = reader.NumberMap("limits"),
            PricePerUseMinor = reader.Number("pricePerUseMinor"),
            Currency = reader.Text("currency"),
            PricePlanHash = reader.Digest("pricePlanHash"),
        });
    }
}
