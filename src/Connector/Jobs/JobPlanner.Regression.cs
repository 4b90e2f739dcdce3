using System.Globalization;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>The plan of a model: bounds and decimals of every number are the contracts', as in a joint statistic.</summary>
internal sealed partial class JobPlanner
{
    private const int DefaultRounds = 8;

    private Result<RegressQuery> Regression(JobSpec spec, IReadOnlyList<BoundInput> bound, IReadOnlyList<RosterEntry> roster)
    {
        if (spec is not { Regress: { Label.Column.Length: > 0 } asked, Sql: null, GroupBy: null, Measures: null, Where: null, EpsilonMicro: null } || roster.Count < 2)
            return JobErrors.BadSpec.Of("regress: a model with a label, two or more inputs, and nothing of other kinds");
        if (asked.Model is not (RegressQuery.Linear or RegressQuery.Logistic or RegressQuery.Poisson or RegressQuery.LinearProbability))
            return JobErrors.BadSpec.Of("regress: model is linear, logistic, poisson or linear-probability");
        if (!decimal.TryParse(asked.L2, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var l2))
            return JobErrors.BadSpec.Of("regress: l2 is a decimal number as text, 0 or more");
        var l2Text = (l2 / 1.000000000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);
        return asked.Mode switch
        {
            RegressQuery.Horizontal => HorizontalModel(spec, asked, l2Text, bound, roster),
            RegressQuery.Vertical => VerticalModel(spec, asked, l2Text, bound, roster),
            _ => JobErrors.BadSpec.Of("regress: mode is horizontal or vertical"),
        };
    }

    private Result<RegressQuery> HorizontalModel(JobSpec spec, SpecRegress asked, string l2, IReadOnlyList<BoundInput> bound, IReadOnlyList<RosterEntry> roster)
    {
        if (asked is not { Features: { Count: > 0 } features, Key: null, HalfPeriod: null, MaxRows: null, Label.Participant: null } || features.Any(f => f?.Column is null) || spec.Inputs.Any(i => i.Key is not null || i.Features is not null))
            return JobErrors.BadSpec.Of("regress horizontally: the same features and label of everybody, no key");
        var terms = bound.Select(b => ModelTerms(spec, roster, b, features, asked.Label.Column)).ToList();
        if (!Common(asked.Label.Column, bound, terms).TryGet(out var clamp, out var error))
            return error;
        var columns = new List<RegressFeature>();
        foreach (var feature in features)
        {
            if (feature.Codes is { } codes)
            {
                columns.Add(new RegressFeature(feature.Column, 0, "0", "1", codes));
                continue;
            }
            if (!Common(feature.Column, bound, terms).TryGet(out var bounds, out error))
                return error;
            columns.Add(Number(feature.Column, bounds));
        }
        var rounds = Uses.RegressCheck.RoundsOf(asked.Model, asked.Iterations ?? DefaultRounds);
        return new RegressQuery(
            RegressQuery.Horizontal, asked.Model, Label(asked.Label.Column, clamp, null), [.. roster.Select(_ => columns)], asked.Intercept, l2, rounds,
            Math.Max(2, terms.Max(t => t.MinimumGroupSize)), Uses.RegressCheck.MaxRowsOf(RegressQuery.WidthOf(columns)));
    }

    /// <summary>Which bounds every contract has for this column.</summary>
    private static Result<ClampBound> Common(string column, IReadOnlyList<BoundInput> bound, IReadOnlyList<UseObligations> terms)
    {
        var clamps = terms.Select(t => t.Clamps.FirstOrDefault(c => c.Column == column)).ToList();
        if (clamps.FindIndex(c => c is null) is >= 0 and var missing)
            return PolicyErrors.ColumnNotAllowed.Of($"{column}: contract with {bound[missing].Entry.Participant} has no value bounds for it");
        return clamps.Distinct().Count() > 1 ? JobErrors.ContractsDiffer.Of($"bounds of '{column}'") : clamps[0]!;
    }

    private UseObligations ModelTerms(JobSpec spec, IReadOnlyList<RosterEntry> roster, BoundInput bound, IEnumerable<SpecFeature> features, params string[] others)
        => TermsOf(Question(Skeleton(spec, roster), bound, [.. features.Select(f => f.Column).Concat(others).Distinct(StringComparer.Ordinal)],
            [.. features.Where(f => f.Codes is not null).Select(f => f.Column)]));

    private static RegressFeature Number(string column, ClampBound bounds)
        => new(column, bounds.Decimals, AggregationShapes.Unscaled(bounds.Min, bounds.Decimals), AggregationShapes.Unscaled(bounds.Max, bounds.Decimals));

    private static RegressLabel Label(string column, ClampBound bounds, string? participant)
        => new(column, bounds.Decimals, AggregationShapes.Unscaled(bounds.Min, bounds.Decimals), AggregationShapes.Unscaled(bounds.Max, bounds.Decimals), participant);
}
