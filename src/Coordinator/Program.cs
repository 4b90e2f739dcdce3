using DataSpace.Coordinator;
using DataSpace.Coordinator.Catalog;
using DataSpace.Coordinator.Jobs;
using DataSpace.Coordinator.Membership;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Messaging;
using DataSpace.Hosting.Storage;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using MassTransit;
using Microsoft.EntityFrameworkCore;

if (!NodeOptions.Parse(args).TryGet(out var options, out var error) || !CoordinatorConfig.Load(options.ConfigFile).TryGet(out var config, out error))
    return NodeApplication.Report(error, NodeApplication.ExitBadConfiguration);
if (!NodeApplication.CreateBuilder(options, "coordinator", config.Did, config.DisplayName["en"], TimeProvider.System).TryGet(out var builder, out error))
    return NodeApplication.Report(error, NodeApplication.ExitCannotStart);

builder.Services.AddStateStore<CoordinatorState>(options);
builder.Services.AddSingleton<FederatedCatalog>().AddSingleton<DispatchLog>().AddSingleton<ContributionInbox>();
builder.Services.AddInMemoryBus(bus => bus.AddConsumer<JobRunner>(), concurrency: 16);

await using var app = builder.Build();
if (StateStore.Open<CoordinatorState>(app.Services) is { IsOk: false } failed)
    return NodeApplication.Report(failed.Error, NodeApplication.ExitCannotStart);
app.UseNode();
app.MapMembership();
app.MapCatalog();
app.MapJobs();
app.MapGet("/admin/status", async (NodeIdentity self, AuditLedger ledger, IDbContextFactory<CoordinatorState> store, CancellationToken c) =>
{
    await using var db = await store.CreateDbContextAsync(c);
    return Results.Json(new
    {
        self.Did,
        self.Name,
        role = "coordinator",
        members = await db.Members.CountAsync(c),
        jobs = await db.Jobs.CountAsync(c),
        ledger = new { ledger.Origin, ledger.Latest.Size, rootHash = Convert.ToBase64String(ledger.Latest.RootHash.Span), refusal = ledger.Refusal?.Code },
    }, JobJson.Options);
}).RequireAdmin().WithSummary("Identity, members, jobs, ledger.");
await MembershipEndpoints.RestoreAsync(app.Services);
app.Lifetime.ApplicationStarted.Register(() => _ = Task.Run(() => JobRunner.ResumeAsync(app.Services)));
return await app.RunNodeAsync();
