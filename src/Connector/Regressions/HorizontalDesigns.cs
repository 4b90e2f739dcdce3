using System.Globalization;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Horizontal;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regressions;

/// <summary>The public design of a horizontal model, derived from the plan by owners and analyst alike. Pure.</summary>
internal static class HorizontalDesigns
{
    public static Result<HorizontalDesign> Of(JobPlan plan)
    {
        var query = plan.Regress!;
        if (Column(query.Label.Column, query.Label.Decimals, query.Label.Min, query.Label.Max, null) is not { } label)
            return JobErrors.BadOrder.Of($"bounds of '{query.Label.Column}'");
        var features = new List<BoundedColumn>();
        foreach (var feature in query.Features[0])
        {
            if (Column(feature.Column, feature.Decimals, feature.Min, feature.Max, feature.Codes) is not { } column)
                return JobErrors.BadOrder.Of($"bounds of '{feature.Column}'");
            features.Add(column);
        }
        var model = query.Model switch
        {
            RegressQuery.Logistic => HorizontalModel.Logistic,
            RegressQuery.Poisson => HorizontalModel.Poisson,
            _ => HorizontalModel.Linear,
        };
        return HorizontalDesign.Create(
            model, label, features, query.Intercept, double.Parse(query.L2, CultureInfo.InvariantCulture), query.Iterations, plan.Roster.Count, query.MinimumSubjects, query.MaxRowsPerParty);
    }

    private static BoundedColumn? Column(string name, int decimals, string min, string max, IReadOnlyList<string>? codes)
        => AggregationShapes.Scaled(min, decimals) is { } low && AggregationShapes.Scaled(max, decimals) is { } high ? new BoundedColumn(name, decimals, low, high, codes) : null;
}
