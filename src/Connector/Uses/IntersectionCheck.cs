using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>Does the plan of an intersection stay inside what this owner declared and agreed to? Pure.</summary>
internal static class IntersectionCheck
{
    /// <summary>How both parties write keys alike, from the signed plan.</summary>
    public static Result<KeyRule> RuleOf(IReadOnlyList<KeyPartQuery> key) => KeyRule.Create([.. key.Select(k => new KeyPart(k.Name, k.Steps))]);

    /// <summary>Key columns of one party.</summary>
    public static IReadOnlyList<string> ColumnsOf(JobPlan plan, string participant)
        => plan.Roster.Zip(plan.Intersect!.Columns).First(p => p.First.Participant == participant).Second;

    /// <summary>Most subjects of one party.</summary>
    public static int MaxItemsOf(JobPlan plan, string participant)
        => plan.Roster.Zip(plan.Intersect!.MaxItems).First(p => p.First.Participant == participant).Second;

    /// <summary>
    /// A column is compared only where its owner declared it, and only as its owner writes it: whoever could choose the steps could ask in which rows a value is valid.
    /// </summary>
    public static DsError? KeyProblem(UseRequest use, IReadOnlyList<KeyPartQuery> key, IReadOnlyList<string> columns)
    {
        if (use.Dataset.Config.Intersection is not { } declared)
            return ConnectorErrors.KeyNotDeclared.Of(use.Entry.DatasetId);
        foreach (var (part, column) in key.Zip(columns))
        {
            if (!declared.Keys.TryGetValue(column, out var steps))
                return ConnectorErrors.KeyNotDeclared.Of(column);
            if (!steps.SequenceEqual(part.Steps, StringComparer.Ordinal))
                return ConnectorErrors.KeyNotDeclared.Of($"{column} is compared by: {string.Join(", ", steps)}");
        }
        return RuleOf(key).Error;
    }

    /// <summary>The first reason why the decided terms do not cover the plan, or null.</summary>
    public static DsError? Problem(UseRequest use, UseObligations terms)
    {
        if (terms.Privacy is not null)
            return ConnectorErrors.IntersectionWithoutNoise.Of();
        if (use.Order.Plan.Intersect is not { } query)
            return null; // a question about a contract, without a plan
        if (query.Minimum < terms.MinimumGroupSize)
            return ConnectorErrors.PlanExceedsContract.Of($"minimum {query.Minimum}, contract {terms.MinimumGroupSize}");
        var most = use.Dataset.Config.Intersection!.MaxPeerItems;
        return use.Order.Plan.Roster.Zip(query.MaxItems).Any(p => p.First.Participant != use.Entry.Participant && p.Second > most)
            ? ConnectorErrors.PlanExceedsContract.Of($"a set of more than {most} subjects") : null;
    }
}
