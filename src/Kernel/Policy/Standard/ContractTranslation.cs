using System.Text.Json;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>
/// Translation between the trusted-data-space contract standard and ODRL in the Dataspace Protocol's profile, both ways without loss. Each translation is written
/// down, read back and translated back before it is handed out; if anything differed it is refused (DS-POL-088), so silence never hides a loss.
/// </summary>
public static class ContractTranslation
{
    /// <summary>The contract as ODRL policy with what stands beside it. Terms that only the standard has are <c>std:…</c>; the engine refuses them by name.</summary>
    public static Result<TranslatedContract> ToOdrl(DigitalContract contract)
    {
        var translated = StandardToOdrl.Translate(contract);
        if (!Reread(translated.Policy).TryGet(out var read, out var error))
            return StandardErrors.NotTranslatable.Of(error.ToString());
        if (!OdrlToStandard.Translate(translated with { Policy = read }).TryGet(out var back, out error))
            return StandardErrors.NotTranslatable.Of(error.ToString());
        return DigitalContractWriter.Canonical(back).AsSpan().SequenceEqual(DigitalContractWriter.Canonical(ContractForm.Canonical(contract)))
            ? translated
            : StandardErrors.NotTranslatable.Of(Difference(contract, back));
    }

    /// <summary>
    /// The policy as contract of the standard: a draft (status 01) unless contract information says more. <paramref name="productId"/> names the product where
    /// the policy has no target.
    /// </summary>
    public static Result<DigitalContract> ToStandard(TranslatedContract policy, string? productId = null)
    {
        var source = policy.Policy.Target is null && productId is not null ? policy with { Policy = policy.Policy with { Target = productId } } : policy;
        if (!OdrlToStandard.Translate(source).TryGet(out var contract, out var error))
            return error;
        if (!DigitalContractReader.Read(DigitalContractWriter.Canonical(contract)).TryGet(out var read, out error))
            return error.Kind == StandardErrors.MissingField ? error : StandardErrors.NotTranslatable.Of(error.ToString());
        return SameRules(StandardToOdrl.Translate(read).Policy, policy.Policy) ? read : StandardErrors.NotTranslatable.Of("a rule would not come back the same");
    }

    /// <summary>Whether both policies have the same rules, whatever their order: the rules hash of the engine is equal.</summary>
    public static bool SameRules(OdrlPolicy a, OdrlPolicy b)
        => Digests(a.Permissions).SequenceEqual(Digests(b.Permissions)) && Digests(a.Prohibitions).SequenceEqual(Digests(b.Prohibitions))
            && Digests(a.Obligations).SequenceEqual(Digests(b.Obligations));

    private static IEnumerable<string> Digests(IEnumerable<OdrlRule> rules) => rules.Select(PolicyCompiler.RuleDigest).Order(StringComparer.Ordinal);

    private static Result<OdrlPolicy> Reread(OdrlPolicy policy) => PolicyReader.Read(JsonSerializer.SerializeToElement(PolicyWriter.Write(policy)));

    private static string Difference(DigitalContract contract, DigitalContract back)
        => DigitalContractWriter.Canonical(contract with { Policies = [] }).AsSpan().SequenceEqual(DigitalContractWriter.Canonical(back with { Policies = [] }))
            ? "a policy would not come back the same" : "contract information would not come back the same";
}
