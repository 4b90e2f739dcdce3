using System.Globalization;
using System.Text.Json;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regressions;

/// <summary>What stands beside a model's weights.</summary>
/// <param name="Model">Kind of model.</param>
/// <param name="Label">What is explained, and whose it is.</param>
/// <param name="Parties">Owners with the number of their columns.</param>
/// <param name="Contracts">Agreements.</param>
/// <param name="CommonRows">Subjects that both owners have; both know which.</param>
/// <param name="LogLoss">Mean log-loss on them, to three digits.</param>
/// <param name="Ridge">λ.</param>
/// <param name="Iterations">Fixed beforehand.</param>
/// <param name="HalfPeriod">Range of the sigmoid.</param>
/// <param name="Certificate">What was certified.</param>
/// <param name="Opened">What was put together of what was shared.</param>
internal sealed record VerticalCard(
    string Model, RegressLabel Label, IReadOnlyList<VerticalCardParty> Parties, IReadOnlyList<string> Contracts, int CommonRows, decimal LogLoss, string Ridge, int Iterations, int HalfPeriod, Bilingual Certificate,
    IReadOnlyList<Bilingual> Opened)
{
    public static VerticalCard Of(JobPlan plan, RegressQuery query, OwnModel own) => new(
        query.Model, query.Label, [.. plan.Roster.Zip(query.Features, (r, f) => new VerticalCardParty(r.Participant, r.DatasetId, RegressQuery.WidthOf(f)))], [.. plan.Roster.Select(r => r.AgreementId)], own.CommonRows,
        (decimal)own.Model.LogLoss, query.L2, query.Iterations, query.HalfPeriod!.Value,
        new("accepted: the gradient's norm over 2^m is below about 2^-11 with a sigmoid of four times the range; a rule of thumb, no theorem", "已通过：以四倍范围的 S 型函数计算，梯度范数除以 2^m 低于约 2^-11；属经验判据，并非定理"),
        [
            new("to both owners: which of their rows are common; the certificate's number, one of -1, 0, 1; the mean loss", "双方得知：哪些行为共有；证明数（-1、0、1 之一）；平均损失"),
            new("to each owner alone: the weights of its own columns, to 12 fraction bits of whitened coordinates", "各方仅得知自身列的权重（白化坐标 12 位小数）"),
            new("to nobody: scores, errors, gradients, and weights of any iteration before the last", "任何人均不得知：得分、误差、梯度及最后一次迭代之前的权重"),
        ]);
}

/// <summary>An owner on a model's card.</summary>
internal sealed record VerticalCardParty(string Participant, string Dataset, int Columns);

/// <summary>The analyst's side: both owners must have closed the same conversation; the weights are what this node's own part found. Pure.</summary>
internal static class VerticalResults
{
    /// <summary>Name of the row that holds this part's constant.</summary>
    public const string Constant = "(constant)";

    public static Result<object?> Read(JobPlan plan, RegressQuery query, IReadOnlyList<VerifiedContribution> contributions, OwnModel? own)
    {
        // Each owner signed its own: whoever altered a message on the way would have made them differ.
        if (contributions.Any(c => c.Payload.Length != AlignedRegression.ClosingBytes || !c.Payload.AsSpan().SequenceEqual(contributions[0].Payload)))
            return JobErrors.ContributionInvalid.Of("the owners did not close the same conversation");
        return own is null ? JobErrors.Abandoned.Of("restarted before the result was read") : TableOf(own) with { Card = JsonSerializer.SerializeToElement(VerticalCard.Of(plan, query, own), JobJson.Options) };
    }

    /// <summary>Weights of columns as they are, and of standardised ones; the constant last.</summary>
    public static ResultTable TableOf(OwnModel own)
    {
        var weights = own.Model.Own;
        return new ResultTable(
            [new ResultColumn("column", "column"), new ResultColumn("weight", "weight"), new ResultColumn("standardised", "standardised")],
            [
                .. own.Columns.Select((name, j) => (IReadOnlyList<string?>)[name, Text(weights.Weights[j]), Text(weights.StandardWeights[j])]),
                [Constant, Text(weights.Offset), Text(weights.StandardIntercept)],
            ], [], false);
    }

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
