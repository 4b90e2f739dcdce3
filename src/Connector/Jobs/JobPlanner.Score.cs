using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Vertical.Scoring;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>The plan of a scoring: columns and kind are those of the model that the spec names by its job, bounds are the present contracts'.</summary>
internal sealed partial class JobPlanner
{
    private const int DefaultLevels = 512;
    private const int DefaultLevelsOfLogistic = 1024;
    private const string DefaultStepOfLogistic = "0.125"; // log odds of one part from -64 to 64
    private const int StepsOfRange = 256;

    /// <summary>Looks the model up that a spec names, before anything is bound; specs of other kinds stay as they are.</summary>
    private async Task<Result<JobSpec>> WithModelAsync(JobSpec spec, CancellationToken cancellation)
    {
        if (spec is not { Kind: JobKinds.Score, Score: { Model.Length: > 0 } asked })
            return spec;
        return (await models.FindOrderAsync(asked.Model, cancellation)).TryGet(out var found, out var error) ? spec with { Score = asked with { Trained = (found.Order, found.JobHash) } } : error;
    }

    private Result<ScoreQuery> Scores(JobSpec spec, IReadOnlyList<BoundInput> bound, IReadOnlyList<RosterEntry> roster)
    {
        if (spec is not { Score: { Trained: { } trained } asked, Sql: null, GroupBy: null, Measures: null, Where: null, EpsilonMicro: null } || roster.Count != 2 || spec.Inputs.Any(i => i.Features is not null))
            return JobErrors.BadSpec.Of("score: a model by its job, the same two owners as inputs without features, and nothing of other kinds");
        var (model, key) = (trained.Order.Plan.Regress!, trained.Order.Plan.Regress!.Key!);
        if (!trained.Order.Plan.Roster.Select(r => r.Participant).SequenceEqual(roster.Select(r => r.Participant), StringComparer.Ordinal) || roster.All(r => r.Participant != self.Did))
            return ConnectorErrors.ModelUnknown.Of("of other owners");
        var columns = roster.Select((r, i) => spec.Inputs.First(input => Resolve(input.Participant) == r.Participant).Key ?? model.KeyColumns![i]).ToList();
        if (columns.Any(c => c.Count != key.Count))
            return JobErrors.BadSpec.Of("inputs: one key column per part");
        var (features, least) = (new List<IReadOnlyList<RegressFeature>>(), 2);
        for (var i = 0; i < roster.Count; i++)
        {
            // One contract may be looked at alone; of the other owner's columns it has no say.
            if (bound.FirstOrDefault(b => b.Entry.Participant == roster[i].Participant) is not { } input)
            {
                features.Add(model.Features[i]);
                continue;
            }
            var terms = ModelTerms(spec, roster, input, model.Features[i].Select(f => new SpecFeature(f.Column, f.Codes)), [.. columns[i]]);
            least = Math.Max(least, terms.MinimumGroupSize);
            var own = new List<RegressFeature>();
            foreach (var feature in model.Features[i])
            {
                if (feature.Codes is not null)
                    own.Add(feature);
                else if (Bounds(feature.Column, input, terms).TryGet(out var clamp, out var error))
                    own.Add(Number(feature.Column, clamp));
                else
                    return error;
            }
            features.Add(own);
        }
        if (!Telling(asked, model).TryGet(out var telling, out var bad))
            return bad;
        var rows = asked.Rows ?? AlignedScores.MostPlaces / telling.Levels;
        if (AlignedScores.Problem(rows, Uses.ScoreCheck.RuleOf(telling)) is { } unfit)
            return unfit;
        return new ScoreQuery(
            new ScoredModel(trained.Order.JobId, trained.JobHash, trained.Order.PlanHash, model.Model), features, key, columns, rows, least,
            Math.Clamp(asked.MaxRows ?? DefaultMaxRows, least, Math.Max(least, Uses.VerticalCheck.MostRows(features))), telling);
    }

    /// <summary>A grid that nobody names is as wide as the label's public range on either side of it; of log odds 64.</summary>
    private Result<ScoreTelling> Telling(SpecScore asked, RegressQuery model)
    {
        var isLogistic = model.Model == RegressQuery.Logistic;
        if (asked.Scale is not (ScoreTelling.Score or ScoreTelling.Probability) || (asked.Scale == ScoreTelling.Probability && !isLogistic))
            return JobErrors.BadSpec.Of("score: scale is score, or probability of a logistic model");
        if (asked.Digits is null == asked.Thresholds is null)
            return JobErrors.BadSpec.Of("score: either digits or thresholds");
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        decimal? Parsed(string? text) => decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out var number) ? number : null;
        var (low, high) = (Parsed(model.Label.Min)!.Value, Parsed(model.Label.Max)!.Value);
        if (Parsed(asked.Grid?.Step ?? (isLogistic ? DefaultStepOfLogistic : ((high - low) / StepsOfRange).ToString(CultureInfo.InvariantCulture))) is not { } step || step < 0.000001m)
            return JobErrors.BadSpec.Of("score: the grid's step is a decimal number as text, 0.000001 or more");
        if (asked.Thresholds?.Any(t => Parsed(t) is null) == true)
            return JobErrors.BadSpec.Of("score: thresholds are decimal numbers as text");
        var levels = asked.Grid?.Levels ?? (isLogistic ? DefaultLevelsOfLogistic : DefaultLevels);
        // Parts have mean 0 but for the label's mean, which its owner's has.
        var middle = isLogistic || model.Label.Participant != self.Did ? 0 : (low + high) / 2;
        if (Math.Abs(middle) / step > 1 << 20 || Math.Abs(Parsed(asked.Grid?.From) ?? 0) / 1_000_000_000m > step)
            return JobErrors.BadSpec.Of("score: a step so small, or a grid so far from zero, has no number of levels");
        var first = Parsed(asked.Grid?.From) is { } from ? from / step : Math.Round(middle / step) - (levels / 2);
        if (first != decimal.Truncate(first) || Math.Abs(first) > 1 << 20 || (asked.Grid?.From is not null && Parsed(asked.Grid.From) is null))
            return JobErrors.BadSpec.Of("score: the grid begins at a whole number of steps, not too far from zero");
        return new ScoreTelling(asked.Scale, Plain(step), (int)first, levels, asked.Digits, asked.Thresholds is null ? null : [.. asked.Thresholds.Select(t => Plain(Parsed(t)!.Value))]);
    }

    /// <summary>Without trailing zeros, so that one number has one text.</summary>
    private static string Plain(decimal number) => (number / 1.000000000000000000000000000000000m).ToString(CultureInfo.InvariantCulture);
}
