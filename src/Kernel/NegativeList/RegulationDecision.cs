using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.NegativeList;

/// <summary>The list's answer, to be kept with the ledger entry.</summary>
/// <param name="Allowed">True when the list does not stand against it; the contract's policy is asked next.</param>
/// <param name="Route">Strictest route among the rules that match; null when none matches or the list could not be asked.</param>
/// <param name="RuleId">The rule that decided: of equally strict ones the first by id; null when none did.</param>
/// <param name="Error">The refusal: code and detail; null when allowed.</param>
/// <param name="Regulator">DID of the regulator.</param>
/// <param name="RuleSetVersion">Version asked.</param>
/// <param name="RuleSetHash">Its hash.</param>
/// <param name="OrdersSequence">Number of the standing orders asked.</param>
/// <param name="Degraded">Allowed under a stamp older than 15 minutes by the contract's extension: to be logged.</param>
/// <param name="TitleEn">Title of the rule.</param>
/// <param name="TitleZh">The same in Chinese.</param>
/// <param name="Basis">What the rule rests on.</param>
/// <param name="CaseId">Case id of the freeze that decided.</param>
/// <param name="Missing">What the request did not say and was therefore taken against it.</param>
public sealed record RegulationDecision(
    bool Allowed, RuleRoute? Route, string? RuleId, DsError? Error, string Regulator, int RuleSetVersion, string RuleSetHash, long OrdersSequence,
    bool Degraded = false, string? TitleEn = null, string? TitleZh = null, string? Basis = null, string? CaseId = null, IReadOnlyList<string>? Missing = null)
{
    /// <summary>A refusal because there is nothing that could be asked.</summary>
    public static RegulationDecision Unavailable(string regulator, DsError error) => new(false, null, null, error, regulator, 0, "", 0);

    /// <summary>Of several regulators' answers the one that counts: a refusal before an allowance, a stricter route before a milder one, a degraded before a sound one.</summary>
    public static RegulationDecision Strictest(IReadOnlyList<RegulationDecision> decisions)
    {
        if (decisions.Count == 0)
            throw new ArgumentException("At least one regulator's decision is needed.", nameof(decisions));
        return decisions.OrderBy(d => d.Allowed).ThenByDescending(d => d.Route ?? RuleRoute.Allowed).ThenByDescending(d => d.Degraded)
            .ThenBy(d => d.Regulator, StringComparer.Ordinal).First();
    }
}
