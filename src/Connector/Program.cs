using DataSpace.Connector.Agreements;
using DataSpace.Connector.Catalog;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Dropouts;
using DataSpace.Connector.Duties;
using DataSpace.Connector.History;
using DataSpace.Connector.Intersections;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Membership;
using DataSpace.Connector.Meters;
using DataSpace.Connector.Negotiation;
using DataSpace.Connector.Regulation;
using DataSpace.Connector.Settlement;
using DataSpace.Connector.Uses;
using DataSpace.Hosting;
using DataSpace.Hosting.Disclosing;
using DataSpace.Hosting.Messaging;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Policy;
using DataSpace.Privacy.Seal;
using DataSpace.Sandbox;
using MassTransit;

namespace DataSpace.Connector;

/// <summary>The connector: a participant's own node.</summary>
public static class Program
{
    /// <summary>Runs a node as this process.</summary>
    /// <returns>Exit code.</returns>
    public static Task<int> Main(string[] args) => RunAsync(args, NodeSurroundings.OfThisProcess);

    /// <summary>Runs a node until it is asked to end.</summary>
    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, NodeSurroundings surroundings)
    {
        if (!NodeOptions.Parse(args).TryGet(out var options, out var error)
            || !ConnectorConfig.Load(options.ConfigFile).TryGet(out var config, out error)
            || !DatasetRegistry.Create(config).TryGet(out var datasets, out error)
            || !CoordinatorLink.Load(options.CoordinatorFile).TryGet(out var link, out error)
            || !WitnessConfig.Create(config.Witnesses, config.WitnessPolicy, config.RequireWitnesses, Path.GetDirectoryName(options.ConfigFile)!, config.OperatorDids, config.WitnessAskMs).TryGet(out var witnesses, out error)
            || !LedgerConfig.Create(config.KeyStoreDirectory, config.MeteringRetentionDays, Path.GetDirectoryName(options.ConfigFile)!, config.Countersign, config.WitnessCountersign).TryGet(out var keeping, out error)
            || !Auditors.Create(config.Auditors, Path.GetDirectoryName(options.ConfigFile)!).TryGet(out var auditors, out error)
            || !HostLayout.Seal(surroundings).TryGet(out var seal, out error)
            || !PinnedRegulators.Create(config.Regulators, config.RegulationPollMs, Path.GetDirectoryName(options.ConfigFile)!).TryGet(out var regulators, out error))
            return surroundings.Report(error, NodeApplication.ExitBadConfiguration);
        if (!NodeApplication.CreateBuilder(options, surroundings, "connector", config.Did, config.DisplayName.En, NodeClock.Create(surroundings), witnesses, auditors, keeping).TryGet(out var builder, out error))
            return surroundings.Report(error, NodeApplication.ExitCannotStart);

        var services = builder.Services;
        services.AddStateStore<ConnectorState>(options);
        services.AddSingleton(config).AddSingleton(datasets).AddSingleton(link).AddSingleton(new PolicyDecisionPoint())
            .AddSingleton<KeyPins>().AddSingleton<AgreementBook>().AddSingleton<Regrants>().AddSingleton<Settlement.Payments>().AddSingleton<NegotiationDesk>().AddSingleton<CatalogReader>()
            .AddSingleton(provider => new UseFacts(config, provider.GetRequiredService<PeerDirectory>(), HostLayout.WorkerDirectory(surroundings) is { } directory ? Path.Combine(directory, "sandbox-worker") : null))
            .AddSingleton<NoiseDesk>().AddSingleton<UseGate>().AddSingleton<PolicyExplainer>().AddSingleton<Egress>().AddSingleton<RunningUses>().AddSingleton<MaskKeys>().AddSingleton<RosterRule>()
            .AddSingleton<DropoutParts>().AddSingleton<DropoutDesk>().AddSingleton<ReplyBucket>().AddSingleton<UseComputation>().AddSingleton<UseKinds>().AddSingleton<HiddenGroups.HiddenGroupRunner>()
            .AddSingleton<AnalystConversations>().AddSingleton<ConversationDesk>().AddSingleton<OwnerConversations>().AddSingleton<LocalMatches>().AddSingleton<OwnerPairs>().AddSingleton<IntersectionRunner>()
            .AddSingleton<Regressions.LocalModels>().AddSingleton<Regressions.ModelShelf>().AddSingleton<Regressions.VerticalRunner>()
            .AddSingleton<Scores.ScoredModels>().AddSingleton<Scores.LocalScores>().AddSingleton<Scores.ScoreRunner>().AddSingleton<ProviderDesk>().AddSingleton<Refusals>().AddSingleton<ActorBook>()
            .AddSingleton<Lookups.LookupShelf>().AddSingleton<Lookups.LookupRunner>().AddSingleton<Lookups.HintShelf>().AddSingleton<IAnalystPartFactory, Lookups.LookupPartFactory>()
            .AddSingleton<Regressions.HorizontalRunner>().AddSingleton<IAnalystPartFactory, Regressions.HorizontalParts>()
            .AddSingleton<KnownUses>().AddSingleton<JobPlanner>().AddSingleton<PlanView>().AddSingleton<AnalystDesk>().AddSingleton<ResultDesk>().AddSingleton<ReceiptDesk>()
            .AddSingleton(provider => new SqlSandbox(new SandboxOptions
            {
                WorkerDirectory = HostLayout.WorkerDirectory(surroundings),
                BubblewrapPath = HostLayout.BubblewrapPath(surroundings),
                SlotUidBase = HostLayout.SlotUidBase(config.Did),
                OnIncident = incident => SandboxLog.Incident(provider.GetRequiredService<ILogger<SqlSandbox>>(), incident.Code, incident.Dataset, incident.Detail),
            }))
            .AddSingleton<ISealEngine>(provider => new IdleSealEngine(
                new VectorSealEngine(seal), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<DerivedData>().AddSingleton<ResultExport>().AddSingleton<KeptSamples>().AddSingleton<ComplianceCheck>().AddSingleton<CataloguePreview>()
            .AddHostedService<MembershipService>().AddHostedService<ReceiptClerk>()
            .AddSingleton<MeterWorker>().AddHostedService(s => s.GetRequiredService<MeterWorker>());
        services.AddRegulation(regulators).AddSingleton<RegulationGate>().AddSingleton<SuspensionBook>().AddSingleton<NoticeBook>().AddSingleton<RegulationOutlook>().AddSingleton<IRegulationPreview, RegulationPreview>()
            .AddSingleton<IRegulationListener>(s => s.GetRequiredService<SuspensionBook>()).AddSingleton<IRegulationReport>(s => s.GetRequiredService<SuspensionBook>())
            .AddSingleton<DatasetVolumes>()
            .AddSingleton<RegulationMail>().AddHostedService(s => s.GetRequiredService<RegulationMail>());
        services.AddQueryHistory();
        services.AddDuties();
        services.AddInMemoryBus(bus =>
        {
            bus.AddConsumer<NegotiationConsumer>();
            bus.AddConsumer<UseRunner>(use => use.UseConcurrentMessageLimit(16));
            bus.AddConsumer<AnalystRunner>(); // of which most wait for the coordinator (JobNews)
        }, concurrency: 64);

        await using var app = builder.Build();
        if (StateStore.Open<ConnectorState>(app.Services) is { IsOk: false } failed)
            return surroundings.Report(failed.Error, NodeApplication.ExitCannotStart);
        app.UseNode();
        app.MapStatus();
        app.MapCatalog();
        app.MapDatasets();
        app.MapHistory();
        app.MapRegrants();
        app.MapNegotiation();
        app.MapPeer();
        app.MapConversations();
        app.MapDropouts();
        app.MapAdminJobs();
        app.MapActors();
        app.MapPolicyExplain();
        app.MapSettlement();
        app.MapRegulation();
        app.MapNotices();
        app.MapPreview();
        app.MapDuties();
        MembershipService.Remember(app.Services);
        // Before the first request: nothing is listed that was not looked at.
        await app.Services.GetRequiredService<ComplianceCheck>().CheckAllAsync(CancellationToken.None);
        app.Lifetime.ApplicationStarted.Register(() => _ = Task.Run(async () =>
        {
            await app.Services.GetRequiredService<NegotiationDesk>().ResumeAsync();
            OwnerConversations.RemoveLeftovers(options.Directory);
            await UseRunner.ResumeAsync(app.Services);
            await app.Services.GetRequiredService<AnalystDesk>().ResumeAsync();
        }));
        return await app.RunNodeAsync();
    }
}
