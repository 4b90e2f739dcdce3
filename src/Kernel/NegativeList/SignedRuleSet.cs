using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.NegativeList;

/// <summary>A rule set on its way from desk to desk: every holder of a root key adds an approval, then it is published.</summary>
/// <param name="RuleSet">The rule set as JSON.</param>
/// <param name="Approvals">Compact JWS by root keys.</param>
public sealed record SignedRuleSet(JsonElement RuleSet, IReadOnlyList<string> Approvals)
{
    /// <summary>Largest file and request, in bytes of JSON.</summary>
    public const int MaxBytes = RuleSetReader.MaxBytes + (256 * 1024);

    /// <summary>Reads a file: a rule set with approvals, or a bare rule set as the import writes it.</summary>
    public static Result<SignedRuleSet> Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            return NegativeListErrors.TooLarge.Of("rule set");
        if (!CanonicalJson.Parse(json, MaxBytes, RuleSetReader.MaxDepth + 1).TryGet(out var element, out var error))
            return NegativeListErrors.Malformed.Of(error.Detail);
        if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty("rules", out _))
            return new SignedRuleSet(element, []);
        try
        {
            var signed = element.Deserialize<SignedRuleSet>(KernelJson.Options);
            return signed is null || signed.RuleSet.ValueKind != JsonValueKind.Object || signed.Approvals.Any(a => a is null)
                ? NegativeListErrors.Malformed.Of("rule set with approvals")
                : signed.Approvals.Count > RegulatorPin.MaxRootKeys * 2 ? NegativeListErrors.TooLarge.Of("approvals") : signed;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return NegativeListErrors.Malformed.Of("rule set with approvals");
        }
    }
}
