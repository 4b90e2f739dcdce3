using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.NegativeList;

/// <summary>
/// All that a node needs of one regulator, in one JSON document that any node can hand on. Nothing in it is believed before
/// <see cref="RegulationState.Accept(RegulatorPin, RegulationMark?, RegulationBundle, DateTimeOffset)"/>.
/// </summary>
/// <param name="RuleSet">The rule set as JSON; kept as it came, because its hash covers the JSON.</param>
/// <param name="Approvals">Compact JWS by root keys, <see cref="RegulationSignatures.ApprovalType"/>.</param>
/// <param name="Orders">Compact JWS by the online key, <see cref="RegulationSignatures.OrdersType"/>.</param>
/// <param name="Stamp">Compact JWS by the online key, <see cref="RegulationSignatures.StampType"/>.</param>
public sealed record RegulationBundle(JsonElement RuleSet, IReadOnlyList<string> Approvals, string Orders, string Stamp)
{
    /// <summary>Largest bundle, in bytes of JSON.</summary>
    public const int MaxBytes = RuleSetReader.MaxBytes + RegulationSignatures.MaxOrdersChars + (64 * 1024);

    /// <summary>Reads a bundle; judges shape and size only.</summary>
    public static Result<RegulationBundle> Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            return NegativeListErrors.TooLarge.Of("bundle");
        if (!CanonicalJson.Parse(json, MaxBytes, RuleSetReader.MaxDepth + 1).TryGet(out var element, out var error))
            return NegativeListErrors.Malformed.Of(error.Detail);
        try
        {
            var bundle = element.Deserialize<RegulationBundle>(KernelJson.Options);
            return bundle is null || bundle.RuleSet.ValueKind != JsonValueKind.Object || bundle.Approvals.Any(a => a is null)
                ? NegativeListErrors.Malformed.Of("bundle")
                : bundle.Approvals.Count > RegulatorPin.MaxRootKeys * 2 ? NegativeListErrors.TooLarge.Of("approvals") : bundle;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return NegativeListErrors.Malformed.Of(e is JsonException { Path: { Length: <= 80 } path } ? $"at {path}" : "bundle");
        }
    }

    /// <summary>UTF-8 JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, KernelJson.Options);

    /// <summary>DID that the rule set claims, unverified: to find the pin by.</summary>
    public string? ClaimedRegulator
        => RuleSet.ValueKind == JsonValueKind.Object && RuleSet.TryGetProperty("regulator", out var did) && did.ValueKind == JsonValueKind.String ? did.GetString() : null;
}

/// <summary>How far a node has come with a regulator. Kept durably (it is what makes a rollback visible after a restart); only rises.</summary>
/// <param name="Regulator">DID of the regulator.</param>
/// <param name="Version">Highest version accepted.</param>
/// <param name="RuleSetHash">Its hash.</param>
/// <param name="OrdersSequence">Highest number of standing orders accepted.</param>
/// <param name="OrdersHash">Their hash.</param>
/// <param name="StampTime">Newest stamp accepted.</param>
public sealed record RegulationMark(string Regulator, int Version, string RuleSetHash, long OrdersSequence, string OrdersHash, DateTimeOffset StampTime);
