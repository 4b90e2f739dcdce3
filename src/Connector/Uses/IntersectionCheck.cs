using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection;
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

    /// <summary>Columns that are not declared, do not exist, identify subjects or are of the wrong type, or null.</summary>
    public static DsError? SchemaProblem(UseRequest use, IntersectQuery query)
        => KeyProblem(use, query.Key, ColumnsOf(use.Order.Plan, use.Entry.Participant))
            ?? (query.Value is { } value && use.Entry.Participant != query.Receiver ? ValueProblem(use, value) : null);

    /// <summary>The protocol's terms of a plan, the same for both owners.</summary>
    public static IntersectionTerms TermsOf(JobPlan plan)
    {
        var query = plan.Intersect!;
        var sender = plan.Roster.First(r => r.Participant != query.Receiver).Participant;
        var mode = query switch { { Result: IntersectQuery.Ids } => IntersectionMode.Ids, { Value: not null } => IntersectionMode.Sum, _ => IntersectionMode.Cardinality };
        return new IntersectionTerms(mode, query.Minimum, MaxItemsOf(plan, query.Receiver), MaxItemsOf(plan, sender), BoundsOf(query.Value));
    }

    /// <summary>A column to add up: numbers, and nobody's name.</summary>
    private static DsError? ValueProblem(UseRequest use, ValueQuery value)
        => use.Dataset.Source.Columns.FirstOrDefault(c => c.Name == value.Column) is not { } column ? Sandbox.SandboxErrors.UnknownColumn.Of(value.Column)
            : column.IsIdentifier || column.Name == use.Dataset.Source.SubjectColumn ? Sandbox.SandboxErrors.ColumnNotAllowed.Of($"{value.Column} identifies subjects")
            : column.Type is not (Sandbox.ColumnType.Integer or Sandbox.ColumnType.Decimal or Sandbox.ColumnType.Double) ? ConnectorErrors.PlanExceedsContract.Of($"'{value.Column}' is {column.Type}: only numbers add up")
            : null;

    private static ValueBounds? BoundsOf(ValueQuery? value)
        => value is null ? null
            : AggregationShapes.Scaled(value.Min, value.Decimals) is { } least && AggregationShapes.Scaled(value.Max, value.Decimals) is { } most ? new ValueBounds(least, most)
            : new ValueBounds(1, 0); // no bounds at all: the terms say so

    /// <summary>The first reason why the decided terms do not cover the plan, or null.</summary>
    public static DsError? Problem(UseRequest use, UseObligations terms)
    {
        if (terms.Privacy is not null)
            return ConnectorErrors.IntersectionWithoutNoise.Of();
        if (use.Order.Plan.Intersect is not { } query)
            return null; // a question about a contract, without a plan
        if (query.Minimum < terms.MinimumGroupSize)
            return ConnectorErrors.PlanExceedsContract.Of($"minimum {query.Minimum}, contract {terms.MinimumGroupSize}");
        if (DominanceProblem(terms, query) is { } dominated)
            return dominated;
        if (TermsOf(use.Order.Plan).Problem is { } invalid)
            return invalid;
        // That its contract names the receiver, which chooses what is added up, the policy engine has made sure of: nobody unnamed takes part in a joint computation.
        if (query.Value is { } value && use.Entry.Participant != query.Receiver && ClampProblem(terms, value) is { } open)
            return open;
        var most = use.Dataset.Config.Intersection!.MaxPeerItems;
        return use.Order.Plan.Roster.Zip(query.MaxItems).Any(p => p.First.Participant != use.Entry.Participant && p.Second > most)
            ? ConnectorErrors.PlanExceedsContract.Of($"a set of more than {most} subjects") : null;
    }

    /// <summary>Fewest subjects of which none is more than the contract's share of their number.</summary>
    public static int FewestOf(UseObligations terms) => terms.DominancePercent is { } most ? Math.Max(terms.MinimumGroupSize, (99 + most) / most) : terms.MinimumGroupSize;

    /// <summary>Of a number of subjects everyone has the same share. Of a sum nobody knows whose value is how large: it is added up under encryption.</summary>
    private static DsError? DominanceProblem(UseObligations terms, IntersectQuery query)
        => terms.DominancePercent is not { } most ? null
            : query.Value is not null ? ConnectorErrors.PlanExceedsContract.Of($"a dominance rule of {most}%, which no sum over an intersection can keep")
            : query.Minimum < FewestOf(terms) ? ConnectorErrors.PlanExceedsContract.Of($"minimum {query.Minimum}, a dominance rule of {most}% needs {FewestOf(terms)}")
            : null;

    /// <summary>Bounds are the contract's own: whoever could choose them would read extremes off the clamping.</summary>
    private static DsError? ClampProblem(UseObligations terms, ValueQuery value)
        => terms.Clamps.FirstOrDefault(c => c.Column == value.Column) is not { } clamp ? ConnectorErrors.PlanExceedsContract.Of($"the contract has no value bounds for '{value.Column}'")
            : BoundsOf(value) is not { } bounds || clamp.Decimals != value.Decimals || bounds.Least != clamp.Min || bounds.Most != clamp.Max
                ? ConnectorErrors.PlanExceedsContract.Of($"bounds of '{value.Column}' are not the contract's") : null;
}
