using System.Text.Json;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Scores;

/// <summary>What stands beside scores.</summary>
/// <param name="ScoredBy">The model.</param>
/// <param name="Telling">What was told of a score.</param>
/// <param name="CommonRows">Subjects that both owners have.</param>
/// <param name="ScoredRows">How many of them were scored.</param>
/// <param name="OffGrid">Of these, how many have no answer, because this owner's own part lies off the grid.</param>
/// <param name="Within">How far the told score may be from the exact one.</param>
internal sealed record ScoreCard(ScoredModel ScoredBy, ScoreTelling Telling, int CommonRows, int ScoredRows, int OffGrid, Bilingual Within);

/// <summary>The analyst's side: both owners must have closed the same conversation; the answers are what this node's own part found. Pure.</summary>
internal static class ScoreResults
{
    /// <summary>Names of the column that holds answers.</summary>
    public const string Class = "class", Score = "score", Probability = "probability";

    public static Result<object?> Read(ScoreQuery query, IReadOnlyList<VerifiedContribution> contributions, OwnScores? own)
    {
        // Each owner signed its own: whoever altered a message on the way would have made them differ.
        if (contributions.Any(c => c.Payload.Length != AlignedConversation.ClosingBytes || !c.Payload.AsSpan().SequenceEqual(contributions[0].Payload)))
            return JobErrors.ContributionInvalid.Of("the owners did not close the same conversation");
        return own is null ? JobErrors.Abandoned.Of("restarted before the result was read") : TableOf(query, own);
    }

    /// <summary>A row per scored subject, by key.</summary>
    public static ResultTable TableOf(ScoreQuery query, OwnScores own)
    {
        var rule = ScoreCheck.RuleOf(query.Telling);
        var name = query.Telling.Thresholds is not null ? Class : rule.IsProbability ? Probability : Score;
        return new ResultTable(
            [.. query.Key.Select(k => new ResultColumn(k.Name, k.Name)), new ResultColumn(name, name)],
            [.. own.Rows.OrderBy(r => string.Join('\n', r.Key), StringComparer.Ordinal).Select(r => (IReadOnlyList<string?>)[.. r.Key, r.Answer is { } answer ? rule.TextOf(answer) : null])], [], false)
        {
            Card = JsonSerializer.SerializeToElement(new ScoreCard(query.Model, query.Telling, own.CommonRows, own.Rows.Count, own.Rows.Count(r => r.Answer is null), WithinOf(query.Telling)), JobJson.Options),
        };
    }

    /// <summary>Both parts count in whole steps.</summary>
    public static Bilingual WithinOf(ScoreTelling telling) => new(
        $"answers are those of a score at most {telling.Step} from the exact one", $"答复对应的得分与精确得分相差不超过 {telling.Step}");
}
