using System.Globalization;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Horizontal;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regressions;

/// <summary>
/// The analyst's side: the model that this node's own part found, if every owner closed the very conversation that this node had with it, under the roster that all signed. Pure.
/// </summary>
internal static class RegressionResults
{
    /// <summary>True where the protocol went as it should and the data give no model: uses are spent and receipted, and the reason is told.</summary>
    public static bool IsAboutData(DsError error)
        => error.Kind == JobErrors.RegressionWithheld || error.Kind == HorizontalErrors.Singular || error.Kind == HorizontalErrors.LabelConstant;

    public static Result<object?> Read(JobPlan plan, IReadOnlyList<VerifiedContribution> contributions, string rosterHash, IAnalystPart? part)
    {
        if (plan.Regress!.Mode != RegressQuery.Horizontal)
            return JobErrors.BadOrder.Of("vertical models cannot be read by this version");
        if (part is not HorizontalPart { Analyst: { } analyst } horizontal)
            return JobErrors.Abandoned.Of("restarted before the result was read");
        foreach (var (entry, contribution) in plan.Roster.Zip(contributions))
        {
            // Each owner signed its own: whoever altered a message on the way would have made them differ.
            if (!analyst.With(entry.Participant).Close().TryGet(out var heard, out var error))
                return error;
            if (!contribution.Payload.AsSpan().SequenceEqual(heard.Span))
                return JobErrors.ContributionInvalid.Of($"{entry.Participant} did not close the same conversation");
        }
        if (analyst.RosterHash != rosterHash)
            return JobErrors.RosterBroken.Of("masks of another roster");
        if (!analyst.Result().TryGet(out var model, out var failure))
            return failure.Kind == HorizontalErrors.Withheld ? JobErrors.RegressionWithheld.Of() : failure;
        return Table(plan.Regress, horizontal.Design, model);
    }

    private static ResultTable Table(RegressQuery query, HorizontalDesign design, FittedModel model)
        => new(
            [new ResultColumn("term", "term"), new ResultColumn("coefficient", "coefficient"), new ResultColumn("standard_error", "standard error")],
            [.. model.Weights.Select(w => (IReadOnlyList<string?>)[w.Name, Number(w.Value), Number(w.StandardError)])], [], false)
        {
            Model = new ModelFigures(
                query.Mode, query.Model, query.Label.Column, model.Rows, model.RoundsTaken, model.HasConverged, double.IsFinite(model.LastStep) ? Number(model.LastStep) : null, Number(model.Deviance),
                Number(model.NullDeviance), model.NullDeviance > 0 ? Number(1 - (model.Deviance / model.NullDeviance)) : null, query.L2, query.MinimumSubjects, design.LeastSubjects, EpsilonMicro: 0),
        };

    /// <summary>Twelve digits: fixed point and the last step leave no more that would mean anything.</summary>
    private static string Number(double value) => value.ToString("G12", CultureInfo.InvariantCulture);
}

/// <summary>What a model card says beside its weights.</summary>
/// <param name="Mode">horizontal or vertical.</param>
/// <param name="Model">Kind of model.</param>
/// <param name="Label">What it explains.</param>
/// <param name="Rows">Rows of all owners, or those that met.</param>
/// <param name="Rounds">Rounds taken.</param>
/// <param name="HasConverged">Whether the last step was negligible.</param>
/// <param name="LastStep">Largest change of the last step, scaled units; null when it was shortened.</param>
/// <param name="Deviance">Of the model; squared residuals of least squares.</param>
/// <param name="NullDeviance">Of the constant alone.</param>
/// <param name="Explained">1 − deviance / null deviance.</param>
/// <param name="L2">Ridge.</param>
/// <param name="MinimumSubjects">The contracts' minimum.</param>
/// <param name="LeastSubjects">Fewest subjects that every owner had to have.</param>
/// <param name="EpsilonMicro">Privacy budget spent: none, the figures are exact.</param>
internal sealed record ModelFigures(
    string Mode, string Model, string Label, long Rows, int Rounds, bool HasConverged, string? LastStep, string Deviance, string NullDeviance, string? Explained, string L2, int MinimumSubjects,
    int LeastSubjects, long EpsilonMicro);
