using DataSpace.Hosting;
using DataSpace.Hosting.Disclosing;
using DataSpace.Hosting.Secrets;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Witnessing;
using DataSpace.Regulator.Nodes;
using DataSpace.Regulator.Publication;

namespace DataSpace.Regulator;

/// <summary>A regulator's node.</summary>
public static class Program
{
    /// <summary>Runs a node as this process.</summary>
    /// <returns>Exit code.</returns>
    public static Task<int> Main(string[] args) => RunAsync(args, NodeSurroundings.OfThisProcess);

    /// <summary>Runs a node until it is asked to end.</summary>
    /// <returns>Exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, NodeSurroundings surroundings)
    {
        if (!NodeOptions.Parse(args).TryGet(out var options, out var error) || !RegulatorConfig.Load(options.ConfigFile).TryGet(out var config, out error)
            || !WitnessConfig.Create(config.Witnesses, config.WitnessPolicy, requireQuorum: false, Path.GetDirectoryName(options.ConfigFile)!, config.OperatorDids, config.WitnessAskMs).TryGet(out var witnesses, out error)
            || !LedgerConfig.Create(config.KeyStoreDirectory, config.MeteringRetentionDays, Path.GetDirectoryName(options.ConfigFile)!, config.Countersign, config.WitnessCountersign).TryGet(out var keeping, out error)
            || !Auditors.Create(config.Auditors, Path.GetDirectoryName(options.ConfigFile)!).TryGet(out var auditors, out error))
            return surroundings.Report(error, NodeApplication.ExitBadConfiguration);
        if (!NodeApplication.CreateBuilder(options, surroundings, "regulator", config.Did, config.DisplayName["en"], TimeProvider.System, witnesses, auditors, keeping).TryGet(out var builder, out error))
            return surroundings.Report(error, NodeApplication.ExitCannotStart);
        StampKeyStore stampKey;
        try
        {
            stampKey = StampKeyStore.Load(options.Directory);
        }
        catch (SecretAccessException e)
        {
            return surroundings.Report(e.Error, NodeApplication.ExitCannotStart);
        }

        builder.Services.AddStateStore<RegulatorStore>(options);
        builder.Services.AddSingleton(config).AddSingleton(stampKey).AddSingleton<ActLog>().AddSingleton<PublicationDesk>().AddSingleton<NodeBook>();
        builder.Services.AddSingleton<BundlePusher>().AddHostedService(services => services.GetRequiredService<BundlePusher>()).AddHostedService<StampClock>();

        await using var app = builder.Build();
        if (StateStore.Open<RegulatorStore>(app.Services) is { IsOk: false } failed)
            return surroundings.Report(failed.Error, NodeApplication.ExitCannotStart);
        app.UseNode();
        app.MapPublication();
        app.MapActs();
        app.MapNodes();
        app.MapStatus();
        await app.Services.GetRequiredService<PublicationDesk>().RestoreAsync(CancellationToken.None);
        await app.Services.GetRequiredService<NodeBook>().RestoreAsync(CancellationToken.None);
        return await app.RunNodeAsync();
    }
}
