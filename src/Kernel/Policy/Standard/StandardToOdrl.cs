using System.Text.Json;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>From the standard to ODRL: one rule per action; products and nodes of the first policy are the contract's.</summary>
internal static class StandardToOdrl
{
    public static TranslatedContract Translate(DigitalContract contract)
    {
        var first = contract.Policies[0];
        var target = first.Subjects is [var only] ? only.Id : null;
        var nodes = contract.Policies.Select(p => p.Nodes).Distinct().ToList();
        var (assigner, assignee) = Dids(first.Nodes);
        var (kind, id, timestamp) = Head(contract.Info, target, assigner, assignee);
        List<OdrlRule> Rules(ContractPolicyKind of)
            => [.. contract.Policies.Where(p => p.Kind == of).SelectMany(p => RulesOf(p, target, first.Nodes))];
        var policy = new OdrlPolicy(
            kind, id, target, assigner, assignee, timestamp,
            Rules(ContractPolicyKind.Permission), Rules(ContractPolicyKind.Prohibition), Rules(ContractPolicyKind.Obligation));
        return new TranslatedContract(policy, contract.Info, [.. contract.Policies.SelectMany(p => p.Subjects).Distinct()], nodes is [{ IsEmpty: true }] ? [] : nodes);
    }

    /// <summary>What the contract information says about the ODRL document: its own words if it came from ODRL, else an agreement once it is signed between known parties.</summary>
    public static (PolicyKind Kind, string? Id, string? Timestamp) Head(ContractInfo info, string? target, string? assigner, string? assignee)
    {
        if (OdrlHead.Of(info.Expansion) is { } own)
            return (own.Kind, own.Id, own.Timestamp);
        return info is { ContractId: { } id, SignTime: { } signed, Status: "0301" or "05" } && target is not null && assigner is not null && assignee is not null
            ? (PolicyKind.Agreement, id, StandardTime.ToIso(signed))
            : (PolicyKind.Offer, info.ContractId, null);
    }

    /// <summary>The DIDs in the nodes' extension.</summary>
    public static (string? Assigner, string? Assignee) Dids(ExecutionNodes nodes)
    {
        if (nodes.Expansion is null || CanonicalText.Parse(nodes.Expansion) is not { ValueKind: JsonValueKind.Object } json)
            return (null, null);
        return (Text(json, "assignerDid"), Text(json, "assigneeDid"));
    }

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= PolicyReader.MaxTextChars } text ? text : null;

    private static IEnumerable<OdrlRule> RulesOf(ContractPolicy policy, string? target, ExecutionNodes nodes)
    {
        var constraints = policy.Constraints.Select(ConstraintTranslation.ToOdrl).ToList();
        if (policy.Subjects is not [var only] || only.Id != target)
            constraints.Add(RuleTerms.OfProducts(policy.Subjects));
        if (policy.Nodes != nodes)
            constraints.Add(RuleTerms.OfNodes(policy.Nodes));
        if (policy.Extension.Remedies.Count > 0)
            constraints.Add(RuleTerms.OfDuties(RuleTerms.Remedy, policy.Extension.Remedies));
        if (policy.Extension.BreachDuties.Count > 0)
            constraints.Add(RuleTerms.OfDuties(RuleTerms.BreachDuty, policy.Extension.BreachDuties));
        if (policy.Extension.Text is { } text)
            constraints.Add(RuleTerms.OfText(text));
        var duties = policy.Extension.PreDuties.Select(d => Duty(d, RuleTerms.Before)).Concat(policy.Extension.Duties.Select(d => Duty(d, null))).ToList();
        var actions = policy.Actions.Contains(ActionTranslation.Use) ? [ActionTranslation.Use] : policy.Actions;
        return actions.Select(a => new OdrlRule(ActionTranslation.ToOdrl(a), constraints, duties));
    }

    private static OdrlRule Duty(ContractDuty duty, OdrlComparison? phase)
    {
        var constraints = duty.Constraints.Select(ConstraintTranslation.ToOdrl).ToList();
        if (phase is not null)
            constraints.Add(phase);
        if (duty.Consequences.Count > 0)
            constraints.Add(RuleTerms.OfDuties(RuleTerms.BreachDuty, duty.Consequences));
        return new OdrlRule(ActionTranslation.ToOdrl(duty.Action), constraints, []);
    }
}

/// <summary>Kind, id and time of the ODRL document a contract came from: <c>expansionItem.odrl</c>.</summary>
internal sealed record OdrlHead(PolicyKind Kind, string? Id, string? Timestamp)
{
    private const string Member = "odrl";

    public static OdrlHead? Of(string? expansion)
    {
        if (expansion is null || CanonicalText.Parse(expansion) is not { ValueKind: JsonValueKind.Object } json || !json.TryGetProperty(Member, out var odrl)
            || odrl.ValueKind != JsonValueKind.Object || odrl.EnumerateObject().Any(m => m.Value.ValueKind != JsonValueKind.String || m.Value.GetString()!.Length > PolicyReader.MaxTextChars))
            return null;
        var kind = odrl.TryGetProperty("@type", out var type) ? type.GetString() : null;
        return kind is not (nameof(PolicyKind.Offer) or nameof(PolicyKind.Agreement)) ? null : new OdrlHead(
            kind == nameof(PolicyKind.Offer) ? PolicyKind.Offer : PolicyKind.Agreement,
            odrl.TryGetProperty("@id", out var id) && id.GetString()!.Length > 0 ? id.GetString() : null,
            odrl.TryGetProperty("timestamp", out var time) && time.GetString()!.Length > 0 ? time.GetString() : null);
    }

    /// <summary>The extension with this head in it, in place of another.</summary>
    public string In(string? expansion)
    {
        var json = expansion is null ? [] : System.Text.Json.Nodes.JsonNode.Parse(expansion)!.AsObject();
        var odrl = new System.Text.Json.Nodes.JsonObject { ["@type"] = Kind.ToString() };
        if (Id is not null)
            odrl["@id"] = Id;
        if (Timestamp is not null)
            odrl["timestamp"] = Timestamp;
        json[Member] = odrl;
        return CanonicalText.Of(json);
    }
}
