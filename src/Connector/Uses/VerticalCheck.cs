using System.Globalization;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Regression.Vertical.Linear;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>Does the plan of a model over two owners' columns stay inside what this owner declared and agreed to? Pure.</summary>
internal static class VerticalCheck
{
    /// <summary>Ten common subjects for each column, the constant included.</summary>
    public static int FewestRows(IReadOnlyList<IReadOnlyList<RegressFeature>> features) => 10 * (features.Sum(RegressQuery.WidthOf) + 1);

    /// <summary>Most rows of one party that a plan may name: of how many there are, both owners learn from the intersection anyway.</summary>
    public static int MostRows(IReadOnlyList<IReadOnlyList<RegressFeature>> features) => Math.Min(VerticalTerms.MostRows, RegressCheck.MaxRowsOf(features.Sum(RegressQuery.WidthOf)));

    /// <summary>Most rows for which least squares with this ridge can be solved on fractions of 42 bits, whatever the data are.</summary>
    public static int MostRowsByRidge(IReadOnlyList<IReadOnlyList<RegressFeature>> features, string ridge)
        => (int)Math.Min(VerticalTerms.MostRows, (LinearTerms.MostCondition - 1) * double.Parse(ridge, CultureInfo.InvariantCulture) / features.Max(RegressQuery.WidthOf));

    /// <summary>Terms of least squares over so many common rows.</summary>
    public static LinearTerms LeastSquares(IReadOnlyList<RosterEntry> roster, RegressQuery query, int rows)
    {
        var widths = roster.Zip(query.Features).OrderByDescending(p => p.First.Participant == query.Label.Participant).Select(p => RegressQuery.WidthOf(p.Second)).ToList();
        double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
        return new LinearTerms(rows, widths[0], widths[1], Number(query.L2), Number(query.Label.Min), Number(query.Label.Max));
    }

    /// <summary>Key columns of one party.</summary>
    public static IReadOnlyList<string> KeysOf(JobPlan plan, RegressQuery query, string participant)
        => plan.Roster.Zip(query.KeyColumns!).First(p => p.First.Participant == participant).Second;

    /// <summary>Rows meet by keys that this owner declared, as it writes them.</summary>
    public static DsError? KeyProblem(UseRequest use, RegressQuery query)
        => IntersectionCheck.KeyProblem(use, query.Key!, KeysOf(use.Order.Plan, query, use.Entry.Participant));

    /// <summary>Both owners learn which of their rows are common: a contract permits that by its name, beside the model or the scores.</summary>
    public static DsError? AlignmentProblem(JobPlan plan, string participant, PolicyRequest question, PolicyDecisionPoint decisions)
    {
        if (!plan.IsAligned)
            return null;
        var aligned = decisions.Decide(question with
        {
            Computation = PolicyComputations.IntersectIds,
            Columns = plan.Regress is { } query ? KeysOf(plan, query, participant) : ScoreCheck.KeysOf(plan, participant),
            GroupKeys = [],
            MaxRows = plan.Regress?.MaxRowsPerParty ?? plan.Score!.MaxRowsPerParty,
        });
        return aligned.Outcome == PolicyOutcome.Deny ? aligned.ToError() : null;
    }

    /// <summary>The first reason why the decided terms do not cover the plan, or null.</summary>
    public static DsError? Problem(UseRequest use, UseObligations terms, RegressQuery query)
    {
        var plan = use.Order.Plan;
        if (query is not ({ Model: RegressQuery.Logistic, HalfPeriod: not null } or { Model: RegressQuery.Linear or RegressQuery.LinearProbability, HalfPeriod: null, Iterations: 1 }) || !query.Intercept || query.L2 == "0")
            return ConnectorErrors.PlanExceedsContract.Of("vertical models are linear, logistic or linear-probability, with a constant and a ridge");
        if (plan.Roster.All(r => r.Participant != use.Order.Consumer))
            return ConnectorErrors.PlanExceedsContract.Of("the analyst of a vertical model is one of its owners");
        if (terms.DominancePercent is { } most)
            return ConnectorErrors.PlanExceedsContract.Of($"a dominance rule of {most}%, which no model over shared rows can keep: nobody sees its sums");
        if (query.MinimumSubjects < FewestRows(query.Features) || query.MaxRowsPerParty > MostRows(query.Features))
            return ConnectorErrors.PlanExceedsContract.Of("fewer rows than ten for each column, or more than can be held");
        if (query.MaxRowsPerParty > use.Dataset.Config.Intersection!.MaxPeerItems)
            return ConnectorErrors.PlanExceedsContract.Of($"a set of more than {use.Dataset.Config.Intersection.MaxPeerItems} subjects");
        if (query.Model != RegressQuery.Logistic && LeastSquares(plan.Roster, query, query.MaxRowsPerParty).Problem is { } unsolvable)
            return unsolvable;
        var own = plan.Roster.Zip(query.Features).First(p => p.First.Participant == use.Entry.Participant).Second.Where(f => f.Codes is null);
        if (query.Label.Participant == use.Entry.Participant)
            own = own.Append(new RegressFeature(query.Label.Column, query.Label.Decimals, query.Label.Min, query.Label.Max));
        return own.Select(f => RegressCheck.BoundsProblem(terms, f)).FirstOrDefault(e => e is not null);
    }
}
