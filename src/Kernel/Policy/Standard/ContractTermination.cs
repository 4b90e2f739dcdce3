using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>
/// The notice that a contract ends (table B.7, <c>/contractTerminate</c>). The table spells the kind <c>erminateType</c>; both spellings are read, the table's is
/// written. The interface has no room for a reason and a certificate, so they stand in <c>expansionItem</c>.
/// </summary>
/// <param name="ContractName">At most 128 characters.</param>
/// <param name="ContractId">47 characters.</param>
/// <param name="DecidedAt"><c>issueTime</c>: when both sides agreed, 14 digits.</param>
/// <param name="Type">01 early, 02 on expiry.</param>
/// <param name="ActivationTime">When the contract began.</param>
/// <param name="ScheduledEndTime">When it was to end.</param>
/// <param name="AgreedEndTime">When it ends instead; required when early.</param>
/// <param name="IssuerId">Node that gives notice, at most 32 characters.</param>
/// <param name="IssuerEntityId">Its subject, at most 18 characters.</param>
/// <param name="Signature">Base64.</param>
/// <param name="Expansion">Canonical JSON text.</param>
public sealed record ContractTermination(
    string ContractName, string ContractId, string DecidedAt, string Type, string ActivationTime, string ScheduledEndTime, string? AgreedEndTime, string IssuerId,
    string IssuerEntityId, string Signature, string? Expansion)
{
    /// <summary>Ended before its time.</summary>
    public const string Early = "01";

    /// <summary>Ended on its day.</summary>
    public const string Expired = "02";

    private const int MaxBytes = 64 * 1024;

    /// <summary>Reads strictly.</summary>
    public static Result<ContractTermination> Read(ReadOnlyMemory<byte> json)
    {
        if (!CanonicalJson.Parse(json, MaxBytes, DigitalContractReader.MaxDepth).TryGet(out var element, out var error))
            return StandardErrors.Malformed.Of(error.Detail);
        try
        {
            var members = new ContractJson(element, "");
            var notice = new ContractTermination(
                members.Required(128, "contractName"), members.Required(Standard.ContractId.Chars, "contractId"), Time(members, "issueTime"),
                members.Code([Early, Expired], "erminateType", "terminateType"), Time(members, "activationTime"), Time(members, "scheduledEndTime"),
                members.Time("agreedEndTime"), members.Required(32, "issuerId"), members.Required(18, "issuerEntityId"),
                members.Required(16 * 1024, "signature"), members.Expansion(16 * 1024, StandardCodes.Expansion));
            members.End();
            if (Standard.ContractId.Parse(notice.ContractId) is { IsOk: false } bad)
                return bad.Error;
            return notice is { Type: Early, AgreedEndTime: null } ? StandardErrors.MissingField.Of("agreedEndTime") : notice;
        }
        catch (ContractRefusedException refused)
        {
            return refused.Error;
        }
    }

    /// <summary>In the table's spelling.</summary>
    public JsonObject Write()
    {
        var json = new JsonObject
        {
            ["contractName"] = ContractName,
            ["contractId"] = ContractId,
            ["issueTime"] = StandardTime.ToIso(DecidedAt),
            ["erminateType"] = Type,
            ["activationTime"] = StandardTime.ToIso(ActivationTime),
            ["scheduledEndTime"] = StandardTime.ToIso(ScheduledEndTime),
        };
        if (AgreedEndTime is not null)
            json["agreedEndTime"] = StandardTime.ToIso(AgreedEndTime);
        json["issuerId"] = IssuerId;
        json["issuerEntityId"] = IssuerEntityId;
        json["signature"] = Signature;
        if (Expansion is not null)
            json[StandardCodes.Expansion] = JsonNode.Parse(Expansion);
        return json;
    }

    private static string Time(ContractJson members, string name)
        => members.Time(name) ?? throw ContractRefusedException.Of(StandardErrors.MissingField, name);
}
