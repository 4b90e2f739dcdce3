using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>Does the plan of a model stay inside what this owner declared and agreed to? Pure.</summary>
internal static class RegressCheck
{
    /// <summary>Most numbers of one party's scaled columns held at once: rows times columns, 256 MiB.</summary>
    private const int MaxNumbers = 1 << 25;

    private const int MostRows = 1_000_000;
    private const int FewestRounds = 3;
    private const int MostRounds = 16;

    /// <summary>Public bound on rows of one party, from the number of columns alone: nobody chooses it, for "too many rows" would count them.</summary>
    public static int MaxRowsOf(int width) => Math.Min(MostRows, MaxNumbers / (width + 1));

    /// <summary>Rounds of a horizontal model: least squares need one.</summary>
    public static int RoundsOf(string model, int asked)
        => model is RegressQuery.Linear or RegressQuery.LinearProbability ? 1 : Math.Clamp(asked, FewestRounds, MostRounds);

    /// <summary>Rows of the result.</summary>
    public static int FiguresOf(RegressQuery query)
        => (query.Mode == RegressQuery.Horizontal ? RegressQuery.WidthOf(query.Features[0]) : query.Features.Sum(RegressQuery.WidthOf)) + (query.Intercept ? 1 : 0);

    /// <summary>What the model reads at one party.</summary>
    public static IReadOnlyList<string> ColumnsOf(JobPlan plan, RegressQuery query, string participant)
        => [.. plan.Roster.Zip(query.Features).Where(p => p.First.Participant == participant).SelectMany(p => p.Second.Select(f => f.Column))
            .Concat(query.Label.Participant is null || query.Label.Participant == participant ? [query.Label.Column] : [])
            .Concat(plan.Roster.Zip(query.KeyColumns ?? []).Where(p => p.First.Participant == participant).SelectMany(p => p.Second))
            .Distinct(StringComparer.Ordinal)];

    /// <summary>Its categorical columns: sums per code leave, as per group.</summary>
    public static IReadOnlyList<string> GroupKeysOf(JobPlan plan, RegressQuery query, string participant)
        => [.. plan.Roster.Zip(query.Features).Where(p => p.First.Participant == participant).SelectMany(p => p.Second).Where(f => f.Codes is not null).Select(f => f.Column)];

    /// <summary>Columns that do not exist, name subjects or are of the wrong type, or null.</summary>
    public static DsError? SchemaProblem(UseRequest use, RegressQuery query)
    {
        if (query.Mode == RegressQuery.Vertical && VerticalCheck.KeyProblem(use, query) is { } unkeyed)
            return unkeyed;
        var own = use.Entry.Participant;
        var features = use.Order.Plan.Roster.Zip(query.Features).Where(p => p.First.Participant == own).SelectMany(p => p.Second).ToList();
        if (query.Label.Participant is null || query.Label.Participant == own)
            features.Add(new RegressFeature(query.Label.Column, query.Label.Decimals, query.Label.Min, query.Label.Max));
        return ColumnProblem(use, features);
    }

    /// <summary>Of these columns the first problem, or null.</summary>
    public static DsError? ColumnProblem(UseRequest use, IEnumerable<RegressFeature> features)
    {
        var schema = use.Dataset.Source.Columns.ToDictionary(c => c.Name, StringComparer.Ordinal);
        foreach (var feature in features)
        {
            if (!schema.TryGetValue(feature.Column, out var column))
                return Sandbox.SandboxErrors.UnknownColumn.Of(feature.Column);
            if (column.IsIdentifier || column.Name == use.Dataset.Source.SubjectColumn)
                return Sandbox.SandboxErrors.ColumnNotAllowed.Of($"{feature.Column} identifies subjects");
            // Codes of a number with fractions would ask who has exactly this value.
            if (feature.Codes is null ? column.Type is Sandbox.ColumnType.Text or Sandbox.ColumnType.Date : column.Type is Sandbox.ColumnType.Decimal or Sandbox.ColumnType.Double)
                return ConnectorErrors.PlanExceedsContract.Of($"'{feature.Column}' is {column.Type}: numbers are numbers, codes are text, whole numbers, days or booleans");
        }
        return null;
    }

    /// <summary>The first reason why the decided terms do not cover the plan, or null.</summary>
    public static DsError? Problem(UseRequest use, UseObligations terms)
    {
        if (terms.Privacy is not null)
            return JobErrors.RegressionWithoutNoise.Of();
        if (use.Order.Plan.Regress is not { } query)
            return null; // a question about a contract, without a plan
        if (query.MinimumSubjects < terms.MinimumGroupSize)
            return ConnectorErrors.PlanExceedsContract.Of($"minimum {query.MinimumSubjects}, contract {terms.MinimumGroupSize}");
        if (query.Mode != RegressQuery.Horizontal)
            return VerticalCheck.Problem(use, terms, query);
        if (query.MaxRowsPerParty != MaxRowsOf(RegressQuery.WidthOf(query.Features[0])) || query.Iterations != RoundsOf(query.Model, query.Iterations))
            return ConnectorErrors.PlanExceedsContract.Of("rows or rounds are not the public ones");
        return BoundsProblem(terms, new RegressFeature(query.Label.Column, query.Label.Decimals, query.Label.Min, query.Label.Max))
            ?? query.Features[0].Where(f => f.Codes is null).Select(f => BoundsProblem(terms, f)).FirstOrDefault(e => e is not null);
    }

    /// <summary>Bounds are the contract's own: whoever could choose them would read extremes off the clamping.</summary>
    public static DsError? BoundsProblem(UseObligations terms, RegressFeature feature)
        => terms.Clamps.FirstOrDefault(c => c.Column == feature.Column) is not { } clamp
            ? ConnectorErrors.PlanExceedsContract.Of($"the contract has no value bounds for '{feature.Column}'")
            : clamp.Decimals != feature.Decimals || AggregationShapes.Scaled(feature.Min, feature.Decimals) != clamp.Min || AggregationShapes.Scaled(feature.Max, feature.Decimals) != clamp.Max
                ? ConnectorErrors.PlanExceedsContract.Of($"bounds of '{feature.Column}' are not the contract's") : null;
}
