using DataSpace.Connector;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Catalog;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Membership;
using DataSpace.Connector.Negotiation;
using DataSpace.Connector.Uses;
using DataSpace.Hosting;
using DataSpace.Hosting.Messaging;
using DataSpace.Hosting.Storage;
using DataSpace.Kernel.Policy;
using DataSpace.Privacy.Seal;
using DataSpace.Sandbox;
using MassTransit;

if (!NodeOptions.Parse(args).TryGet(out var options, out var error)
    || !ConnectorConfig.Load(options.ConfigFile).TryGet(out var config, out error)
    || !DatasetRegistry.Create(config).TryGet(out var datasets, out error)
    || !CoordinatorLink.Load(options.CoordinatorFile).TryGet(out var link, out error))
    return NodeApplication.Report(error, NodeApplication.ExitBadConfiguration);
if (!NodeApplication.CreateBuilder(options, "connector", config.Did, config.DisplayName.En, TimeProvider.System).TryGet(out var builder, out error))
    return NodeApplication.Report(error, NodeApplication.ExitCannotStart);

var services = builder.Services;
services.AddStateStore<ConnectorState>(options);
services.AddSingleton(config).AddSingleton(datasets).AddSingleton(link).AddSingleton(new PolicyDecisionPoint())
    .AddSingleton<KeyPins>().AddSingleton<AgreementBook>().AddSingleton<NegotiationDesk>().AddSingleton<CatalogReader>()
    .AddSingleton<UseGate>().AddSingleton<Egress>().AddSingleton<CrashPoints>().AddSingleton<RunningUses>().AddSingleton<MaskKeys>().AddSingleton<UseComputation>().AddSingleton<ProviderDesk>()
    .AddSingleton<JobPlanner>().AddSingleton<PlanView>().AddSingleton<AnalystDesk>().AddSingleton<ResultDesk>().AddSingleton<ReceiptDesk>()
    .AddSingleton(provider => new SqlSandbox(new SandboxOptions
    {
        WorkerDirectory = HostLayout.WorkerDirectory,
        SlotUidBase = HostLayout.SlotUidBase(config.Did),
        OnIncident = incident => SandboxLog.Incident(provider.GetRequiredService<ILogger<SqlSandbox>>(), incident.Code, incident.Dataset, incident.Detail),
    }))
    .AddSingleton<ISealEngine>(provider => new IdleSealEngine(
        new WasmSealEngine(new WasmSealOptions { CacheDirectory = HostLayout.SealCacheDirectory }), provider.GetRequiredService<TimeProvider>()))
    .AddHostedService<MembershipService>();
services.AddInMemoryBus(bus =>
{
    bus.AddConsumer<NegotiationConsumer>();
    bus.AddConsumer<UseRunner>();
    bus.AddConsumer<AnalystRunner>();
}, concurrency: 16);

await using var app = builder.Build();
if (StateStore.Open<ConnectorState>(app.Services) is { IsOk: false } failed)
    return NodeApplication.Report(failed.Error, NodeApplication.ExitCannotStart);
app.UseNode();
app.MapStatus();
app.MapCatalog();
app.MapNegotiation();
app.MapPeer();
app.MapAdminJobs();
app.Lifetime.ApplicationStarted.Register(() => _ = Task.Run(async () =>
{
    await app.Services.GetRequiredService<NegotiationDesk>().ResumeAsync();
    await UseRunner.ResumeAsync(app.Services);
    await app.Services.GetRequiredService<AnalystDesk>().ResumeAsync();
}));
return await app.RunNodeAsync();
