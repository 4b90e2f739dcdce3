using DataSpace.Connector.Datasets;
using DataSpace.Connector.Meters;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Witnessing;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector;

/// <summary>One look at this node for its owner.</summary>
internal static class StatusEndpoint
{
    public static void MapStatus(this WebApplication app) => app.MapGet("/admin/status", async (
        NodeIdentity self, ConnectorConfig config, CoordinatorLink link, AuditLedger ledger, DatasetRegistry datasets, ComplianceCheck compliance, SqlSandbox sandbox, RegulationRegister regulation,
        MeterWorker meters, IDbContextFactory<ConnectorState> store, IServiceProvider services, CancellationToken cancellation) =>
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var probe = await sandbox.ProbeAsync(cancellation);
        return Results.Json(new
        {
            self.Did,
            self.Name,
            role = "connector",
            config.SpaceId,
            coordinator = link.Coordinator is { } coordinator ? new { coordinator.Did, coordinator.Url, link.Membership, link.Reachable } : null,
            ledger = new { ledger.Origin, ledger.Latest.Size, rootHash = Convert.ToBase64String(ledger.Latest.RootHash.Span), refusal = ledger.Refusal?.Code },
            meters = meters.Summary(),
            regulation = regulation.Summary(),
            witnessing = Witnessing.Summary(services),
            datasets = datasets.All.Count,
            withheld = compliance.Known.Where(l => !l.IsListed).Select(l => new { datasetId = l.Dataset.Config.Id, codes = l.Findings.Select(f => f.Kind.Code).Distinct() }),
            agreements = await db.Agreements.CountAsync(cancellation),
            jobs = await db.Jobs.CountAsync(cancellation),
            sandbox = new { available = probe.IsOk, profile = probe.IsOk ? probe.Value.Name : null, code = probe.Error?.Code },
        }, JobJson.Options);
    }).RequireAdmin().WithSummary("Identity, membership, ledger, meters, datasets, sandbox.");
}
