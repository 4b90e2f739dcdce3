using DataSpace.Coordinator.Catalog;
using DataSpace.Coordinator.Jobs;
using DataSpace.Coordinator.Membership;
using DataSpace.Coordinator.Regulation;
using DataSpace.Coordinator.Witness;
using DataSpace.Hosting;
using DataSpace.Hosting.Disclosing;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Messaging;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Witnessing;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Coordinator;

/// <summary>The coordinator of a space.</summary>
public static class Program
{
    /// <summary>Runs a node as this process.</summary>
    /// <returns>Exit code.</returns>
    public static Task<int> Main(string[] args) => RunAsync(args, NodeSurroundings.OfThisProcess);

    /// <summary>Runs a node until it is asked to end.</summary>
    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, NodeSurroundings surroundings)
    {
        if (!NodeOptions.Parse(args).TryGet(out var options, out var error) || !CoordinatorConfig.Load(options.ConfigFile).TryGet(out var config, out error)
            || !WitnessConfig.Create(config.Witnesses, config.WitnessPolicy, requireQuorum: false, Path.GetDirectoryName(options.ConfigFile)!, config.OperatorDids, config.WitnessAskMs).TryGet(out var witnesses, out error)
            || !LedgerConfig.Create(config.KeyStoreDirectory, config.MeteringRetentionDays, Path.GetDirectoryName(options.ConfigFile)!, config.Countersign, config.WitnessCountersign).TryGet(out var keeping, out error)
            || !Auditors.Create(config.Auditors, Path.GetDirectoryName(options.ConfigFile)!).TryGet(out var auditors, out error)
            || !PinnedRegulators.Create(config.Regulators, config.RegulationPollMs, Path.GetDirectoryName(options.ConfigFile)!).TryGet(out var regulators, out error))
            return surroundings.Report(error, NodeApplication.ExitBadConfiguration);
        if (!NodeApplication.CreateBuilder(options, surroundings, "coordinator", config.Did, config.DisplayName["en"], NodeClock.Create(surroundings), witnesses, auditors, keeping).TryGet(out var builder, out error))
            return surroundings.Report(error, NodeApplication.ExitCannotStart);

        builder.Services.AddStateStore<CoordinatorState>(options);
        builder.Services.AddSingleton<FederatedCatalog>().AddSingleton<DispatchLog>().AddSingleton<ContributionInbox>().AddSingleton<SurvivorInbox>().AddSingleton<ConversationRelay>();
        builder.Services.AddRegulation(regulators).AddSingleton<DispatchRules>().AddSingleton<IRegulationPreview, CatalogPreview>()
            .AddSingleton<AcknowledgementSender>().AddHostedService(s => s.GetRequiredService<AcknowledgementSender>())
            .AddSingleton<IRegulationListener>(s => s.GetRequiredService<FederatedCatalog>()).AddSingleton<IRegulationReport>(s => s.GetRequiredService<DispatchRules>())
            .AddSingleton<IRegulationListener>(s => s.GetRequiredService<AcknowledgementSender>());
        builder.Services.AddSingleton<FindingsDesk>().AddHostedService(s => s.GetRequiredService<FindingsDesk>())
            .AddSingleton<MirrorService>().AddHostedService(s => s.GetRequiredService<MirrorService>());
        // Most of them wait for owners (JobNews): as many at once as do not keep each other waiting.
        builder.Services.AddInMemoryBus(bus => bus.AddConsumer<JobRunner>(), concurrency: 64);

        await using var app = builder.Build();
        if (StateStore.Open<CoordinatorState>(app.Services) is { IsOk: false } failed)
            return surroundings.Report(failed.Error, NodeApplication.ExitCannotStart);
        app.UseNode();
        app.MapMembership();
        app.MapCatalog();
        app.MapJobs();
        app.MapRegulation();
        app.MapPreview();
        app.MapFindings();
        app.MapMirrors();
        app.MapGet("/admin/status", async (NodeIdentity self, AuditLedger ledger, RegulationRegister regulation, IDbContextFactory<CoordinatorState> store, IServiceProvider services, CancellationToken c) =>
        {
            await using var db = await store.CreateDbContextAsync(c);
            return Results.Json(new
            {
                self.Did,
                self.Name,
                role = "coordinator",
                members = await db.Members.CountAsync(c),
                jobs = await db.Jobs.CountAsync(c),
                regulation = regulation.Summary(),
                ledger = new { ledger.Origin, ledger.Latest.Size, rootHash = Convert.ToBase64String(ledger.Latest.RootHash.Span), refusal = ledger.Refusal?.Code },
                witnessing = Witnessing.Summary(services),
            }, JobJson.Options);
        }).RequireAdmin().WithSummary("Identity, members, jobs, ledger.");
        await MembershipEndpoints.RestoreAsync(app.Services);
        app.Lifetime.ApplicationStarted.Register(() => _ = Task.Run(() => JobRunner.ResumeAsync(app.Services)));
        return await app.RunNodeAsync();
    }
}
