using System.Globalization;
using System.Text.Json;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Regression.Vertical.Linear;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regressions;

/// <summary>What stands beside a model's weights.</summary>
/// <param name="Model">Kind of model.</param>
/// <param name="Label">What is explained, and whose it is.</param>
/// <param name="Parties">Owners with the number of their columns.</param>
/// <param name="Contracts">Agreements.</param>
/// <param name="CommonRows">Subjects that both owners have; both know which.</param>
/// <param name="LogLoss">Of a logistic model the mean log-loss on them, to three digits.</param>
/// <param name="SquaredError">Of a linear model their mean squared error with the ridge's penalty, to a ten-thousandth of the square of half the label's range.</param>
/// <param name="Ridge">λ.</param>
/// <param name="Iterations">Of a logistic model, fixed beforehand.</param>
/// <param name="HalfPeriod">Range of its sigmoid.</param>
/// <param name="Certificate">What was certified.</param>
/// <param name="Opened">What was put together of what was shared.</param>
internal sealed record VerticalCard(
    string Model, RegressLabel Label, IReadOnlyList<VerticalCardParty> Parties, IReadOnlyList<string> Contracts, int CommonRows, decimal? LogLoss, double? SquaredError, string Ridge, int? Iterations, int? HalfPeriod, Bilingual Certificate,
    IReadOnlyList<Bilingual> Opened)
{
    public static VerticalCard Of(JobPlan plan, RegressQuery query, OwnModel own)
    {
        var isLogistic = query.Model == RegressQuery.Logistic;
        return new(
            query.Model, query.Label, [.. plan.Roster.Zip(query.Features, (r, f) => new VerticalCardParty(r.Participant, r.DatasetId, RegressQuery.WidthOf(f)))], [.. plan.Roster.Select(r => r.AgreementId)],
            own.CommonRows, isLogistic ? (decimal)own.Model.Loss : null, isLogistic ? null : own.Model.Loss * Math.Pow(VerticalCheck.LeastSquares(plan.Roster, query, own.CommonRows).HalfRange, 2), query.L2,
            isLogistic ? query.Iterations : null, query.HalfPeriod, isLogistic ? Logistic : Linear(VerticalCheck.LeastSquares(plan.Roster, query, own.CommonRows)),
            [
                isLogistic
                    ? new("to both owners: which of their rows are common; the certificate's number, one of -1, 0, 1; the mean loss", "双方得知：哪些行为共有；证明数（-1、0、1 之一）；平均损失")
                    : new("to both owners: which of their rows are common; the certificate's number, one of -1, 0, 1; the mean squared error", "双方得知：哪些行为共有；证明数（-1、0、1 之一）；均方误差"),
                isLogistic
                    ? new("to each owner alone: the weights of its own columns, to 12 fraction bits of whitened coordinates", "各方仅得知自身列的权重（白化坐标 12 位小数）")
                    : new("to each owner alone: the weights of its own columns, to 36 fraction bits of whitened coordinates", "各方仅得知自身列的权重（白化坐标 36 位小数）"),
                isLogistic
                    ? new("to nobody: scores, errors, gradients, and weights of any iteration before the last", "任何人均不得知：得分、误差、梯度及最后一次迭代之前的权重")
                    : new("to nobody: products of the owners' columns with each other or with the label, residuals, and solutions before the last", "任何人均不得知：双方列之间及与标签的乘积、残差及最终之前的解"),
            ]);
    }

    private static Bilingual Logistic => new(
        "accepted: the gradient's norm over 2^m is below about 2^-11 with a sigmoid of four times the range; a rule of thumb, no theorem", "已通过：以四倍范围的 S 型函数计算，梯度范数除以 2^m 低于约 2^-11；属经验判据，并非定理");

    private static Bilingual Linear(LinearTerms terms)
    {
        var bits = Math.Ceiling(terms.ErrorBits);
        return new(
            string.Create(CultureInfo.InvariantCulture, $"accepted: the residual of the normal equations is below 2^-35; whatever the data are, both solutions are then within 2^{bits} of the exact ones, in whitened coordinates and as a fraction of half the label's range or of the solution where that is larger"),
            string.Create(CultureInfo.InvariantCulture, $"已通过：正规方程残差低于 2^-35；无论数据如何，双方的解（白化坐标，以标签半幅或解的范数中较大者为单位）与精确解相差不超过 2^{bits}"));
    }
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
        return own is null ? JobErrors.Abandoned.Of("restarted before the result was read") : TableOf(own, query) with { Card = JsonSerializer.SerializeToElement(VerticalCard.Of(plan, query, own), JobJson.Options) };
    }

    /// <summary>Weights of columns as they are, and of standardised ones; the constant last.</summary>
    public static ResultTable TableOf(OwnModel own, RegressQuery query)
    {
        var weights = own.Model.Own;
        string Text(double value) => value.ToString(query.Model == RegressQuery.Logistic ? "G6" : "G10", CultureInfo.InvariantCulture); // what the digits behind it would hide is not known
        return new ResultTable(
            [new ResultColumn("column", "column"), new ResultColumn("weight", "weight"), new ResultColumn("standardised", "standardised")],
            [
                .. own.Columns.Select((name, j) => (IReadOnlyList<string?>)[name, Text(weights.Weights[j]), Text(weights.StandardWeights[j])]),
                [Constant, Text(weights.Offset), Text(weights.StandardIntercept)],
            ], [], false);
    }
}
