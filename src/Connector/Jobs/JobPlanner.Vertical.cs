using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>The plan of a model over two owners with different columns of the same subjects.</summary>
internal sealed partial class JobPlanner
{
    private const int DefaultHalfPeriod = 64;
    private const int DefaultIterations = 128;
    private const int DefaultMaxRows = 10_000; // what the defaults above are made for

    private Result<RegressQuery> VerticalModel(JobSpec spec, SpecRegress asked, string l2, IReadOnlyList<BoundInput> bound, IReadOnlyList<RosterEntry> roster)
    {
        var inputs = roster.Select(r => spec.Inputs.First(i => Resolve(i.Participant) == r.Participant)).ToList();
        if (asked is not { Features: null, Key: { Count: > 0 } parts, Label.Participant: { } named } || roster.Count != 2 || parts.Any(k => k?.Name is null)
            || inputs.Any(i => i.Features is not { Count: > 0 } own || own.Any(f => f?.Column is null)))
            return JobErrors.BadSpec.Of("regress vertically: a key, a label with its participant, and features at each of two inputs");
        var isLogistic = asked.Model == RegressQuery.Logistic;
        if (asked.Model == RegressQuery.Poisson || !asked.Intercept)
            return JobErrors.BadSpec.Of("regress vertically: linear, logistic or linear-probability, with a constant");
        if (!isLogistic && (asked.HalfPeriod ?? asked.Iterations) is not null)
            return JobErrors.BadSpec.Of("regress vertically: range of scores and iterations belong to logistic models");
        if (roster.All(r => r.Participant != self.Did))
            return JobErrors.BadSpec.Of("regress vertically: the analyst is one of the two owners, of whom each gets its own weights");
        if (l2 == "0")
            return VerticalErrors.RidgeMissing.Of();
        var key = parts.Select(k => new KeyPartQuery(k.Name, k.Steps ?? [])).ToList();
        var columns = inputs.Select(i => i.Key ?? [.. key.Select(k => k.Name)]).ToList();
        if (Uses.IntersectionCheck.RuleOf(key) is { IsOk: false } bad)
            return bad.Error;
        if (columns.Any(c => c.Count != key.Count))
            return JobErrors.BadSpec.Of("inputs: one key column per part");
        var owner = Resolve(named);
        RegressLabel? label = null;
        var (features, least) = (new List<IReadOnlyList<RegressFeature>>(), 2);
        for (var i = 0; i < roster.Count; i++)
        {
            var isOwner = roster[i].Participant == owner;
            var terms = ModelTerms(spec, roster, bound[i], inputs[i].Features!, isOwner ? [.. columns[i], asked.Label.Column] : [.. columns[i]]);
            least = Math.Max(least, terms.MinimumGroupSize);
            var own = new List<RegressFeature>();
            foreach (var feature in inputs[i].Features!)
            {
                if (feature.Codes is { } codes)
                    own.Add(new RegressFeature(feature.Column, 0, "0", "1", codes));
                else if (Bounds(feature.Column, bound[i], terms).TryGet(out var clamp, out var error))
                    own.Add(Number(feature.Column, clamp));
                else
                    return error;
            }
            features.Add(own);
            if (!isOwner)
                continue;
            if (!Bounds(asked.Label.Column, bound[i], terms).TryGet(out var bounds, out var unbounded))
                return unbounded;
            label = Label(asked.Label.Column, bounds, owner);
        }
        if (label is null)
            return JobErrors.BadSpec.Of("regress vertically: the label is one of the two owners'");
        least = Math.Max(least, Uses.VerticalCheck.FewestRows(features));
        var most = Uses.VerticalCheck.MostRows(features);
        // Where nobody names a number of rows it is one that the ridge carries; whoever names one is told what ridge it needs.
        if (!isLogistic && asked.MaxRows is null)
            most = Math.Min(most, Uses.VerticalCheck.MostRowsByRidge(features, l2));
        var query = new RegressQuery(
            RegressQuery.Vertical, asked.Model, label, features, asked.Intercept, l2, isLogistic ? asked.Iterations ?? DefaultIterations : 1, least,
            Math.Clamp(asked.MaxRows ?? DefaultMaxRows, least, Math.Max(least, most)), key, columns, isLogistic ? asked.HalfPeriod ?? DefaultHalfPeriod : null);
        // As large as the plan allows it to be: what the owners would refuse on the day is refused here, and nobody learns a number of rows from it.
        return !isLogistic && Uses.VerticalCheck.LeastSquares(roster, query, query.MaxRowsPerParty).Problem is { } unsolvable ? unsolvable : query;
    }

    /// <summary>Bounds that one owner's contract has for a column of its own.</summary>
    private static Result<ClampBound> Bounds(string column, BoundInput bound, UseObligations terms)
        => terms.Clamps.FirstOrDefault(c => c.Column == column) is { } clamp ? clamp : PolicyErrors.ColumnNotAllowed.Of($"{column}: contract with {bound.Entry.Participant} has no value bounds for it");
}
