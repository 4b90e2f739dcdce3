using DataSpace.Hosting.Http;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Classification.Detectors;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Datasets;

/// <summary>What the owner sees of its own datasets: declared, found, listed or not, and why.</summary>
internal static class DatasetEndpoints
{
    public static void MapDatasets(this WebApplication app)
    {
        app.MapGet("/admin/datasets", (ComplianceCheck check) => Answer(check.Known))
            .RequireAdmin().WithSummary("Last compliance check of every dataset.");
        app.MapPost("/admin/datasets/check", async (ComplianceCheck check, CancellationToken cancellation) => Answer(await check.CheckAllAsync(cancellation)))
            .RequireAdmin().WithSummary("Checks all datasets now.");
        app.MapPost("/admin/datasets/{id}/check", async (string id, DatasetRegistry datasets, ComplianceCheck check, CancellationToken cancellation)
            => datasets.All.TryGetValue(id, out var dataset) ? Answer([await check.CheckAsync(dataset, cancellation)]) : ConnectorErrors.DatasetUnknown.Of(id).ToProblem())
            .RequireAdmin().WithSummary("Checks one dataset now.");
    }

    /// <summary>A finding with its texts in both languages.</summary>
    public static object View(ListingFinding finding) => new
    {
        finding.Kind.Code,
        finding.Kind.Title,
        finding.Kind.TitleZh,
        finding.Detail,
        finding.Column,
        finding.Class,
        finding.SharePermille,
        finding.Kind.Advice,
        finding.Kind.AdviceZh,
    };

    private static IResult Answer(IReadOnlyList<Listing> listings) => Results.Json(new
    {
        datasets = listings.OrderBy(l => l.Dataset.Config.Id, StringComparer.Ordinal).Select(l => new
        {
            datasetId = l.Dataset.Config.Id,
            listed = l.IsListed,
            l.CheckedAt,
            l.Sampled,
            classification = l.Classification?.ToStatement(),
            gradeFound = l.GradeFound?.Name(),
            columns = l.Columns.Select(c => new { c.Name, c.Declared, c.Identifier, found = c.Found.Select(Found), c.Reviewed, c.Problems }),
            findings = l.Findings.Select(View),
        }),
    }, JobJson.Options);

    private static object Found(FoundClass found)
        => new { found.Class, classZh = PersonalData.Parse(found.Class) is { } type ? type.NameZh() : found.Class, found.SharePermille };
}
