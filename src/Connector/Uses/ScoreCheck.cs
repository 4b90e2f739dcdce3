using System.Globalization;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Vertical.Scoring;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>Does the plan of a scoring stay inside what this owner declared and agreed to? Pure.</summary>
internal static class ScoreCheck
{
    /// <summary>How scores are told, from the signed plan.</summary>
    public static ScoreRule RuleOf(ScoreTelling telling)
    {
        decimal Number(string text) => decimal.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        return new ScoreRule(telling.Scale == ScoreTelling.Probability, Number(telling.Step), telling.First, telling.Levels, telling.Digits, telling.Thresholds is null ? null : [.. telling.Thresholds.Select(Number)]);
    }

    /// <summary>Key columns of one party.</summary>
    public static IReadOnlyList<string> KeysOf(JobPlan plan, string participant) => plan.Roster.Zip(plan.Score!.KeyColumns).First(p => p.First.Participant == participant).Second;

    /// <summary>The model's columns at one party.</summary>
    public static IReadOnlyList<RegressFeature> FeaturesOf(JobPlan plan, string participant) => [.. plan.Roster.Zip(plan.Score!.Features).Where(p => p.First.Participant == participant).SelectMany(p => p.Second)];

    /// <summary>What a scoring reads at one party.</summary>
    public static IReadOnlyList<string> ColumnsOf(JobPlan plan, string participant)
        => [.. FeaturesOf(plan, participant).Select(f => f.Column).Concat(KeysOf(plan, participant)).Distinct(StringComparer.Ordinal)];

    /// <summary>Its categorical columns: answers tell their codes apart.</summary>
    public static IReadOnlyList<string> GroupKeysOf(JobPlan plan, string participant) => [.. FeaturesOf(plan, participant).Where(f => f.Codes is not null).Select(f => f.Column)];

    /// <summary>Whether this owner is the one that answers. The other one asks about its own rows, and nobody is told anything of its part.</summary>
    public static bool Answers(UseRequest use) => use.Entry.Participant != use.Order.Consumer;

    /// <summary>Rows meet by keys that this owner declared; columns exist, are of the right type and identify nobody.</summary>
    public static DsError? SchemaProblem(UseRequest use, ScoreQuery query)
        => IntersectionCheck.KeyProblem(use, query.Key, KeysOf(use.Order.Plan, use.Entry.Participant)) ?? RegressCheck.ColumnProblem(use, FeaturesOf(use.Order.Plan, use.Entry.Participant));

    /// <summary>The first reason why the decided terms do not cover the plan, or null.</summary>
    public static DsError? Problem(UseRequest use, UseObligations terms)
    {
        if (terms.Privacy is not null)
            return ConnectorErrors.ScoreWithoutNoise.Of();
        if (use.Order.Plan.Score is not { } query)
            return null; // a question about a contract, without a plan
        if (query.MinimumSubjects < terms.MinimumGroupSize)
            return ConnectorErrors.PlanExceedsContract.Of($"minimum {query.MinimumSubjects}, contract {terms.MinimumGroupSize}");
        if (terms.DominancePercent is { } most)
            return ConnectorErrors.PlanExceedsContract.Of($"a dominance rule of {most}%, which no score of single rows can keep");
        if (query.MaxRowsPerParty > Math.Min(VerticalCheck.MostRows(query.Features), use.Dataset.Config.Intersection!.MaxPeerItems))
            return ConnectorErrors.PlanExceedsContract.Of("a set of more subjects than this owner compares with, or than can be held");
        if (AlignedScores.Problem(query.Rows, RuleOf(query.Telling)) is { } unfit)
            return unfit;
        if (Answers(use) && (use.Dataset.Config.Scoring is not { } declared || RuleOf(query.Telling).Answers > declared.MaxAnswers))
            return ConnectorErrors.ScoresNotDeclared.Of(use.Dataset.Config.Scoring is { } some ? $"at most {some.MaxAnswers} different answers" : use.Entry.DatasetId);
        return FeaturesOf(use.Order.Plan, use.Entry.Participant).Where(f => f.Codes is null).Select(f => RegressCheck.BoundsProblem(terms, f)).FirstOrDefault(e => e is not null);
    }
}
