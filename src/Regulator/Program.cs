using DataSpace.Hosting;
using DataSpace.Hosting.Disclosing;
using DataSpace.Hosting.Secrets;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Witnessing;
using DataSpace.Regulator;
using DataSpace.Regulator.Nodes;
using DataSpace.Regulator.Publication;

if (!NodeOptions.Parse(args).TryGet(out var options, out var error) || !RegulatorConfig.Load(options.ConfigFile).TryGet(out var config, out error)
    || !WitnessConfig.Create(config.Witnesses, config.WitnessPolicy, requireQuorum: false, Path.GetDirectoryName(options.ConfigFile)!).TryGet(out var witnesses, out error)
    || !Auditors.Create(config.Auditors, Path.GetDirectoryName(options.ConfigFile)!).TryGet(out var auditors, out error))
    return NodeApplication.Report(error, NodeApplication.ExitBadConfiguration);
if (!NodeApplication.CreateBuilder(options, "regulator", config.Did, config.DisplayName["en"], TimeProvider.System, witnesses, auditors).TryGet(out var builder, out error))
    return NodeApplication.Report(error, NodeApplication.ExitCannotStart);
StampKeyStore stampKey;
try
{
    stampKey = StampKeyStore.Load(options.Directory);
}
catch (SecretAccessException e)
{
    return NodeApplication.Report(e.Error, NodeApplication.ExitCannotStart);
}

builder.Services.AddStateStore<RegulatorStore>(options);
builder.Services.AddSingleton(config).AddSingleton(stampKey).AddSingleton<ActLog>().AddSingleton<PublicationDesk>().AddSingleton<NodeBook>();
builder.Services.AddSingleton<BundlePusher>().AddHostedService(services => services.GetRequiredService<BundlePusher>()).AddHostedService<StampClock>();

await using var app = builder.Build();
if (StateStore.Open<RegulatorStore>(app.Services) is { IsOk: false } failed)
    return NodeApplication.Report(failed.Error, NodeApplication.ExitCannotStart);
app.UseNode();
app.MapPublication();
app.MapActs();
app.MapNodes();
app.MapStatus();
await app.Services.GetRequiredService<PublicationDesk>().RestoreAsync(CancellationToken.None);
await app.Services.GetRequiredService<NodeBook>().RestoreAsync(CancellationToken.None);
return await app.RunNodeAsync();
