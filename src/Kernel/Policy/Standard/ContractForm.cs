using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>
/// The canonical form of a contract, and what must agree within it. Policies that differ in their actions only say the same as one policy with all these actions,
/// so they are one; nothing else is merged and no order is changed but that of actions inside a policy.
/// </summary>
internal static class ContractForm
{
    public static DigitalContract Canonical(DigitalContract contract)
    {
        var merged = new List<(string Key, ContractPolicy Policy)>();
        foreach (var policy in contract.Policies.OrderBy(p => p.Kind)) // stable
        {
            foreach (var unit in Units(policy.Actions))
            {
                var single = policy with { Actions = unit };
                var key = unit.Count > 1 ? "" : DigitalContractWriter.KeyOf(single);
                var at = key.Length == 0 ? -1 : merged.FindIndex(m => m.Key == key && !m.Policy.Actions.Contains(unit[0]));
                if (at < 0)
                    merged.Add((key, single));
                else
                    merged[at] = (key, merged[at].Policy with { Actions = Sorted([.. merged[at].Policy.Actions, unit[0]]) });
            }
        }
        return contract with { Policies = [.. merged.Select(m => m.Policy)] };
    }

    /// <summary>The profile's <c>use</c> is computing and delivering: it takes these two with it and is never split.</summary>
    private static List<IReadOnlyList<ContractAction>> Units(IReadOnlyList<ContractAction> actions)
    {
        if (!actions.Contains(ActionTranslation.Use))
            return [.. actions.Select(a => (IReadOnlyList<ContractAction>)[a])];
        return [ActionTranslation.UseActions, .. actions.Except(ActionTranslation.UseActions).Select(a => (IReadOnlyList<ContractAction>)[a])];
    }

    private static List<ContractAction> Sorted(List<ContractAction> actions)
        => [.. actions.OrderBy(a => StandardCodes.ActionRank(a.Code)).ThenBy(a => a.Expansion, StringComparer.Ordinal)];

    /// <summary>What contradicts itself or is missing after signing, or null.</summary>
    public static DsError? Problem(DigitalContract contract)
    {
        if (contract.Policies.Count > DigitalContractReader.MaxPolicies)
            return StandardErrors.TooLarge.Of("more than 1,000 policies");
        var products = new Dictionary<string, DataProduct>(StringComparer.Ordinal);
        var nodes = new Dictionary<(string?, string?), ExecutionNodes>();
        var draft = StandardCodes.DraftStatuses.Contains(contract.Info.Status, StringComparer.Ordinal);
        foreach (var policy in contract.Policies)
        {
            foreach (var product in policy.Subjects)
            {
                if (!products.TryAdd(product.Id, product) && products[product.Id] != product)
                    return StandardErrors.Inconsistent.Of("dataProductId " + PolicyReader.Show(product.Id));
                if (!draft && product.EntityId is null)
                    return StandardErrors.MissingField.Of("dataProductEntityId");
            }
            if (policy.Subjects.DistinctBy(p => p.Id).Count() != policy.Subjects.Count)
                return StandardErrors.Malformed.Of("a product twice in one policy");
            var at = policy.Nodes;
            if (!nodes.TryAdd((at.AssignerId, at.AssigneeId), at) && nodes[(at.AssignerId, at.AssigneeId)] != at)
                return StandardErrors.Inconsistent.Of("execution nodes " + PolicyReader.Show(at.AssignerId ?? "") + " " + PolicyReader.Show(at.AssigneeId ?? ""));
            // The interfaces leave the consumer's node open, the dictionary does not; from signing on somebody must be named on both sides.
            if (!draft && (at.AssignerId is null || at.AssigneeId is null))
                return StandardErrors.MissingField.Of(at.AssignerId is null ? "assignerId" : "assigneeId");
        }
        return null;
    }
}
