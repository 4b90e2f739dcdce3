using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>Plans of joint statistics: measures per group, bins, or a matrix of measures. Bounds, minimum group and dominance come from the contracts.</summary>
internal sealed partial class JobPlanner
{
    private const int MostCells = 4096;
    private static readonly string[] MeasureStatistics = ["count", "sum", "mean", "variance_pop", "stddev_pop"];
    private static readonly string[] MatrixStatistics = [AggregateQuery.Covariance, AggregateQuery.Correlation];

    private Result<AggregateQuery> Query(JobSpec spec, IReadOnlyList<BoundInput> bound, IReadOnlyList<RosterEntry> roster)
    {
        if (!Asked(spec).TryGet(out var asked, out var malformed))
            return malformed;
        var terms = bound.Select(b => TermsFor(spec, asked, b, roster)).ToList();
        var measures = new List<MeasureQuery>();
        foreach (var measure in asked.Measures)
        {
            var clamps = terms.Select(t => t.Clamps.FirstOrDefault(c => c.Column == measure.Column)).ToList();
            if (clamps.FindIndex(c => c is null) is >= 0 and var missing)
                return PolicyErrors.ColumnNotAllowed.Of($"{measure.Column}: contract with {bound[missing].Entry.Participant} has no value bounds for it");
            if (clamps.Distinct().Count() > 1)
                return JobErrors.ContractsDiffer.Of($"bounds of '{measure.Column}'");
            var clamp = clamps[0]!;
            measures.Add(new MeasureQuery(measure.Column, clamp.Decimals,
                AggregationShapes.Unscaled(clamp.Min, clamp.Decimals), AggregationShapes.Unscaled(clamp.Max, clamp.Decimals), measure.Statistics));
        }
        // A matrix needs larger groups than the contracts ask for otherwise.
        var k = terms.Max(t => asked.Matrix is null ? t.MinimumGroupSize : Math.Max(t.MinimumGroupSize, Uses.PlanCheck.MatrixMinimum(t)));
        var dominance = terms.Select(t => t.DominancePercent).Where(d => d is not null).Min();
        IReadOnlyList<PredicateQuery> where = [.. (spec.Where ?? []).Select(w => new PredicateQuery(w.Column, w.Operator, [w.Value]))];
        if (!Noise(spec, bound, terms, roster.Count).TryGet(out var noise, out var unbounded))
            return unbounded;
        if (spec.MinimumParties is { } fewest && !AggregateQuery.IsMinimumParties(fewest, roster.Count))
            return JobErrors.BadSpec.Of($"minimumParties: of at least {AggregateQuery.FewestForDropout} owners more than two thirds, and not all");
        if (spec.MinimumParties is not null && noise is not null)
            return JobErrors.BadSpec.Of("minimumParties: not with epsilonMicro; noise is made for the whole roster");
        var query = asked with { Measures = measures, Where = where, MinGroupSize = Math.Max(k, 1), DominancePercent = dominance, Noise = noise, MinimumParties = spec.MinimumParties };
        return AggregationShapes.Of(query, roster.Count).TryGet(out _, out var unfit)
            ? query with { MaxRowsPerParty = AggregationShapes.LargestRowBound(query, roster.Count) }
            : unfit;
    }

    /// <summary>What the spec asks for by itself: groups, columns and statistics, without any terms. Measures have no bounds yet.</summary>
    private static Result<AggregateQuery> Asked(JobSpec spec)
    {
        var groups = spec.GroupBy is null ? [] : spec.GroupBy.Groups();
        if (groups is null)
            return JobErrors.BadSpec.Of("groupBy needs 1 to 1,024 values, a range, or hidden groups");
        // Before their slots are counted.
        if (spec.GroupBy?.Hidden is { Maximum: < 1 or > HiddenGroupQuery.MostGroups })
            return Privacy.Aggregation.Hidden.HiddenGroupErrors.TermsInvalid.Of($"maximum: 1 to {HiddenGroupQuery.MostGroups}");
        var hidden = spec.GroupBy?.Hidden is { } unlisted ? new HiddenGroupQuery(unlisted.Maximum) : null;
        var nothing = new AggregateQuery(spec.GroupBy?.Column ?? "", groups, [], [], 1, 10, Hidden: hidden);
        var query = spec switch
        {
            { Measures: { } measures, Histogram: null, Quantiles: null, Covariance: null, GroupBy: not null } => Measured(nothing, measures),
            { Measures: null, Histogram: { } bins, Quantiles: null, Covariance: null } => Binned(nothing, new BinQuery(bins.Column, bins.Edges)),
            { Measures: null, Histogram: null, Quantiles: { } grid, Covariance: null } => Binned(nothing, new BinQuery(grid.Column, grid.Grid, grid.At ?? ["0.5"])),
            { Measures: null, Histogram: null, Quantiles: null, Covariance: { } matrix } => Crossed(nothing, matrix.Columns, matrix.Statistics ?? [AggregateQuery.Covariance]),
            _ => JobErrors.BadSpec.Of("an aggregate has groupBy with measures, or a histogram, or quantiles, or a covariance"),
        };
        return !query.TryGet(out var made, out var error) ? error
            : made.CellCount > MostCells ? JobErrors.BadSpec.Of($"at most {MostCells} groups, or bins of groups")
            : made;
    }

    private static Result<AggregateQuery> Measured(AggregateQuery query, IReadOnlyList<SpecMeasure> measures)
    {
        if (measures.Count is 0 or > 16)
            return JobErrors.BadSpec.Of("measures: 1 to 16 columns");
        return measures.FirstOrDefault(m => m.Statistics.Count == 0 || m.Statistics.Except(MeasureStatistics, StringComparer.Ordinal).Any()) is { } unknown
            ? JobErrors.BadSpec.Of($"measures: statistics of '{unknown.Column}'")
            : query with { Measures = [.. measures.Select(m => new MeasureQuery(m.Column, 0, "0", "0", m.Statistics))] };
    }

    private static Result<AggregateQuery> Binned(AggregateQuery query, BinQuery bins)
        => query.Hidden is not null ? Privacy.Aggregation.Hidden.HiddenGroupErrors.Unsupported.Of("histogram or quantiles")
            : bins.Edges.Concat(bins.Quantiles ?? []).Any(e => e is null) ? JobErrors.BadSpec.Of("bins: edges and levels are text")
            : bins.Problem() is { } problem ? JobErrors.BadSpec.Of(problem)
            : query with { Bins = bins };

    private static Result<AggregateQuery> Crossed(AggregateQuery query, IReadOnlyList<string> columns, IReadOnlyList<string> statistics)
    {
        if (columns.Count is < 2 or > AggregationShape.MostProductMeasures || columns.Distinct(StringComparer.Ordinal).Count() != columns.Count || columns.Contains(query.GroupColumn))
            return JobErrors.BadSpec.Of($"covariance: 2 to {AggregationShape.MostProductMeasures} columns, none twice, none of them the group's");
        if (statistics.Count == 0 || statistics.Distinct(StringComparer.Ordinal).Count() != statistics.Count || statistics.Except(MatrixStatistics, StringComparer.Ordinal).Any())
            return JobErrors.BadSpec.Of("covariance: statistics are covariance and correlation");
        return query with { Matrix = statistics, Measures = [.. columns.Select(c => new MeasureQuery(c, 0, "0", "0", [AggregateQuery.Covariance]))] };
    }

    /// <summary>
    /// The least that all contracts with a privacy budget allow. Without an epsilon in the spec there is none, and the contracts that demand it say so as refusals; with one,
    /// the contracts without a budget do.
    /// </summary>
    private static Result<NoiseQuery?> Noise(JobSpec spec, IReadOnlyList<BoundInput> bound, List<UseObligations> terms, int parties)
    {
        if (spec.EpsilonMicro is not { } epsilon)
            return (NoiseQuery?)null;
        var demanding = bound.Zip(terms).Where(p => p.Second.Privacy is not null).ToList();
        if (demanding.Count == 0)
            return JobErrors.BadSpec.Of("epsilonMicro: no contract has a privacy budget");
        return new NoiseQuery(
            epsilon, demanding.Min(p => p.Second.Privacy!.ContributionBound),
            Math.Min(parties, demanding.Min(p => Uses.PlanCheck.HonestParties(p.First.Agreement))));
    }

    /// <summary>
    /// The terms that would bind this use: of all permissions that allow it the strictest. Where none does, the first one's, so that the plan can say what is wrong.
    /// </summary>
    private UseObligations TermsFor(JobSpec spec, AggregateQuery asked, BoundInput bound, IReadOnlyList<RosterEntry> roster)
    {
        var filtered = asked with { Where = [.. (spec.Where ?? []).Select(w => new PredicateQuery(w.Column, w.Operator, [w.Value]))] };
        var columns = Uses.PlanCheck.ColumnsOf(Skeleton(spec, roster) with { Aggregate = filtered }, bound.Entry.Participant);
        return TermsOf(Question(Skeleton(spec, roster), bound, columns, asked.GroupKeys) with { EpsilonMicro = spec.EpsilonMicro });
    }
}
