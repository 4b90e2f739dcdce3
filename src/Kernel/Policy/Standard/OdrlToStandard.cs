using System.Text.Json.Nodes;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>From ODRL to the standard: one policy per rule, then merged to canonical form.</summary>
internal static class OdrlToStandard
{
    public static Result<DigitalContract> Translate(TranslatedContract source)
    {
        var policy = source.Policy;
        var products = source.Products.DistinctBy(p => p.Id, StringComparer.Ordinal).ToDictionary(p => p.Id, StringComparer.Ordinal);
        DataProduct Product(string id) => products.GetValueOrDefault(id) ?? new DataProduct(id, null, null, null, null);
        var nodes = WithDids(source.Nodes.Count > 0 ? source.Nodes[0] : ExecutionNodes.None, policy.Assigner, policy.Assignee);
        var policies = new List<ContractPolicy>();
        foreach (var (kind, rules) in new[]
        {
            (ContractPolicyKind.Permission, policy.Permissions), (ContractPolicyKind.Prohibition, policy.Prohibitions), (ContractPolicyKind.Obligation, policy.Obligations),
        })
        {
            foreach (var rule in rules)
            {
                if (Policy(rule, kind, nodes, source.Nodes, policy.Target is { } target ? [Product(target)] : [], Product) is not { } translated)
                    return StandardErrors.NotTranslatable.Of("a std: term is not in its form");
                policies.Add(translated);
            }
        }
        if (policies.Count == 0)
            return StandardErrors.MissingField.Of("contractPolicies");
        if (policies.Any(p => p.Subjects.Count == 0))
            return StandardErrors.MissingField.Of("dataProductId: the policy has no target");
        return ContractForm.Canonical(new DigitalContract(Info(source, nodes), policies));
    }

    private static ContractInfo Info(TranslatedContract source, ExecutionNodes nodes)
    {
        var policy = source.Policy;
        var info = source.Info ?? ContractInfo.Draft(policy.Id is { Length: > 0 and <= 128 } id && ContractText.IsPlain(id) ? id : "ODRL policy");
        var (assigner, assignee) = StandardToOdrl.Dids(nodes);
        return StandardToOdrl.Head(info, policy.Target, assigner, assignee) == (policy.Kind, policy.Id, policy.Timestamp)
            ? info : info with { Expansion = new OdrlHead(policy.Kind, policy.Id, policy.Timestamp).In(info.Expansion) };
    }

    /// <summary>The nodes with the policy's parties in their extension.</summary>
    private static ExecutionNodes WithDids(ExecutionNodes nodes, string? assigner, string? assignee)
    {
        if (StandardToOdrl.Dids(nodes) == (assigner, assignee))
            return nodes;
        var json = nodes.Expansion is null ? [] : JsonNode.Parse(nodes.Expansion)!.AsObject();
        foreach (var (name, did) in new[] { ("assignerDid", assigner), ("assigneeDid", assignee) })
        {
            json.Remove(name);
            if (did is not null)
                json[name] = did;
        }
        return nodes with { Expansion = json.Count == 0 ? null : CanonicalText.Of(json) };
    }

    private static ContractPolicy? Policy(
        OdrlRule rule, ContractPolicyKind kind, ExecutionNodes nodes, IReadOnlyList<ExecutionNodes> known, IReadOnlyList<DataProduct> subjects, Func<string, DataProduct> product)
    {
        var constraints = new List<ContractConstraint>();
        var extension = PolicyExtension.None;
        foreach (var constraint in rule.Constraints)
        {
            if (!RuleTerms.IsReserved(constraint))
            {
                constraints.Add(ConstraintTranslation.ToStandard(constraint));
                continue;
            }
            if (constraint is not OdrlComparison term)
                return null;
            switch (term.LeftOperand)
            {
                case RuleTerms.Products:
                    subjects = [.. term.RightOperand.Select(product)];
                    break;
                case RuleTerms.Nodes when RuleTerms.NodesOf(term, known) is { } at:
                    nodes = at;
                    break;
                case RuleTerms.Remedy when kind == ContractPolicyKind.Prohibition && RuleTerms.DutiesOf(term) is { } remedies:
                    extension = extension with { Remedies = remedies };
                    break;
                case RuleTerms.BreachDuty when kind == ContractPolicyKind.Obligation && RuleTerms.DutiesOf(term) is { } breach:
                    extension = extension with { BreachDuties = breach };
                    break;
                case RuleTerms.Extension:
                    extension = extension with { Text = term.RightOperand[0] };
                    break;
                default:
                    return null;
            }
        }
        foreach (var duty in rule.Duties)
        {
            var before = IsBefore(duty);
            if (Duty(before ? duty with { Constraints = [.. duty.Constraints.Where(c => !IsPhase(c))] } : duty) is not { } translated)
                return null;
            extension = before ? extension with { PreDuties = [.. extension.PreDuties, translated] } : extension with { Duties = [.. extension.Duties, translated] };
        }
        var action = ActionTranslation.ToStandard(rule.Action);
        return new ContractPolicy(kind, nodes, subjects, action == ActionTranslation.Use ? ActionTranslation.UseActions : [action], constraints, extension);
    }

    private static bool IsPhase(OdrlConstraint constraint) => constraint is OdrlComparison { LeftOperand: RuleTerms.Phase };

    /// <summary>True for exactly one phase, and that is <c>before</c>: the standard's pre-duty needs no word for it.</summary>
    private static bool IsBefore(OdrlRule duty)
        => duty.Constraints.Where(IsPhase).ToList() is [var phase] && ConstraintTranslation.Same(phase, RuleTerms.Before);

    private static ContractDuty? Duty(OdrlRule duty)
    {
        var constraints = new List<ContractConstraint>();
        var consequences = new List<ContractDuty>();
        foreach (var constraint in duty.Constraints)
        {
            if (!RuleTerms.IsReserved(constraint))
                constraints.Add(ConstraintTranslation.ToStandard(constraint));
            else if (constraint is OdrlComparison { LeftOperand: RuleTerms.BreachDuty } term && RuleTerms.DutiesOf(term) is { } breach && consequences.Count == 0)
                consequences = breach;
            else
                return null;
        }
        return duty.Duties.Count > 0 ? null : new ContractDuty(ActionTranslation.ToStandard(duty.Action), constraints, consequences);
    }
}
