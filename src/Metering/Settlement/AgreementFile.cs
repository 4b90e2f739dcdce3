using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;

namespace DataSpace.Metering.Settlement;

/// <summary>
/// A contract as both of its nodes keep it: terms and both keys. Every Grant carries the hash of these as the version of its contract, and the consumer's receipt signs
/// over that Grant: so a file that hashes to what both signed says which price plan was agreed.
/// </summary>
/// <param name="ContractId">Contract (agreement) id.</param>
/// <param name="Hash">SHA-256 over the canonical file, lower-case hex.</param>
/// <param name="PlanHashes">Price plans of its permissions.</param>
/// <param name="ProviderKey">The provider's key, base64url.</param>
/// <param name="ConsumerKey">The consumer's key, base64url.</param>
public sealed record AgreementFile(string ContractId, string Hash, IReadOnlyList<string> PlanHashes, string ProviderKey, string ConsumerKey)
{
    /// <summary>Reads a file: an object of <c>agreement</c> (ODRL), <c>providerKey</c> and <c>consumerKey</c>, and nothing else.</summary>
    public static Result<AgreementFile> Read(ReadOnlyMemory<byte> json)
    {
        if (!CanonicalJson.Parse(json).TryGet(out var file, out _))
            return SettlementErrors.AgreementMalformed.Of();
        if (file.ValueKind != JsonValueKind.Object || file.EnumerateObject().Count() != 3 || !file.TryGetProperty("agreement", out var agreement)
            || agreement.ValueKind != JsonValueKind.Object || Text(agreement, "@id") is not { } id || Text(file, "providerKey") is not { } provider || Text(file, "consumerKey") is not { } consumer)
            return SettlementErrors.AgreementMalformed.Of();
        if (!PolicyCompiler.Compile(agreement).TryGet(out var policy, out var error))
            return SettlementErrors.AgreementMalformed.Of(error.Code);
        if (!CanonicalJson.FromElement(file).TryGet(out var canonical, out _))
            return SettlementErrors.AgreementMalformed.Of();
        // As at the gate of a use: where a permission pins no plan, its rules are the plan.
        var plans = policy.Terms.Select(t => t.Obligations.PricePlan ?? policy.RulesHash).Distinct(StringComparer.Ordinal).ToList();
        return new AgreementFile(id, Digest.Sha256Hex(canonical), plans, provider, consumer);
    }

    private static string? Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
