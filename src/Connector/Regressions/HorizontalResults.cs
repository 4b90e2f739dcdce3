using System.Globalization;
using System.Text.Json;
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
internal static class HorizontalResults
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
        return Table(plan, plan.Regress, horizontal.Design, model);
    }

    private static ResultTable Table(JobPlan plan, RegressQuery query, HorizontalDesign design, FittedModel model)
        => new(
            [new ResultColumn("term", "term"), new ResultColumn("coefficient", "coefficient"), new ResultColumn("standard_error", "standard error")],
            [.. model.Weights.Select(w => (IReadOnlyList<string?>)[w.Name, Number(w.Value), Number(w.StandardError)])], [], false)
        {
            Card = JsonSerializer.SerializeToElement(HorizontalCard.Of(plan, query, design, model), JobJson.Options),
        };

    /// <summary>Twelve digits: fixed point and the last step leave no more that would mean anything.</summary>
    internal static string Number(double value) => value.ToString("G12", CultureInfo.InvariantCulture);
}

/// <summary>A model's card: what stands beside its weights.</summary>
/// <param name="Mode">horizontal.</param>
/// <param name="Model">Kind of model.</param>
/// <param name="Label">What it explains, with its public bounds.</param>
/// <param name="Parties">Owners with their datasets and number of columns.</param>
/// <param name="Contracts">Agreements.</param>
/// <param name="Rows">Rows of all owners.</param>
/// <param name="Rounds">Rounds taken.</param>
/// <param name="Converged">Whether the last step was negligible (10^-6 in scaled units).</param>
/// <param name="LastStep">Largest change of the last step; null when it was shortened.</param>
/// <param name="Deviance">Of the model; sum of squared residuals for least squares.</param>
/// <param name="NullDeviance">Of the constant alone.</param>
/// <param name="Explained">1 − deviance / null deviance.</param>
/// <param name="Ridge">λ, on scaled columns.</param>
/// <param name="MinimumSubjects">The contracts' minimum.</param>
/// <param name="LeastSubjects">Fewest subjects that every owner had to have.</param>
/// <param name="EpsilonMicro">Privacy budget spent: none, the figures are exact.</param>
/// <param name="Opened">What was put together of what was masked.</param>
internal sealed record HorizontalCard(
    string Mode, string Model, RegressLabel Label, IReadOnlyList<VerticalCardParty> Parties, IReadOnlyList<string> Contracts, long Rows, int Rounds, bool Converged, string? LastStep, string Deviance,
    string NullDeviance, string? Explained, string Ridge, int MinimumSubjects, int LeastSubjects, long EpsilonMicro, IReadOnlyList<Bilingual> Opened)
{
    public static HorizontalCard Of(JobPlan plan, RegressQuery query, HorizontalDesign design, FittedModel model)
    {
        var figures = design.Width + (design.Width * (design.Width + 1) / 2) + 2;
        return new HorizontalCard(
            query.Mode, query.Model, query.Label, [.. plan.Roster.Zip(query.Features, (r, f) => new VerticalCardParty(r.Participant, r.DatasetId, RegressQuery.WidthOf(f)))], [.. plan.Roster.Select(r => r.AgreementId)],
            model.Rows, model.RoundsTaken, model.HasConverged, double.IsFinite(model.LastStep) ? HorizontalResults.Number(model.LastStep) : null, HorizontalResults.Number(model.Deviance),
            HorizontalResults.Number(model.NullDeviance), model.NullDeviance > 0 ? HorizontalResults.Number(1 - (model.Deviance / model.NullDeviance)) : null, query.L2, query.MinimumSubjects, design.LeastSubjects, EpsilonMicro: 0,
            [
                new(
                    string.Create(CultureInfo.InvariantCulture, $"to the analyst, in each of {model.RoundsTaken} rounds: the sum over all owners of rows, half deviance, gradient and Hessian, {figures} numbers, exact"),
                    string.Create(CultureInfo.InvariantCulture, $"分析方在 {model.RoundsTaken} 轮中每轮得知：全部数据方的行数、半偏差、梯度与黑塞矩阵之和，共 {figures} 个精确数值")),
                new("to every owner: the weights of each round", "各数据方得知：每轮的权重"),
                new("to nobody: rows, and the sums of one owner", "任何人均不得知：数据行以及单个数据方的汇总"),
            ]);
    }
}
