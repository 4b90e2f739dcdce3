using DataSpace.Connector.Agreements;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Duties;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Regulation;
using DataSpace.Connector.Uses;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Policy;
using DataSpace.Sandbox;
using DataSpace.Sandbox.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>The gate with its real parts, wired as the connector wires them; no regulator is pinned unless a test says so.</summary>
internal static class GateFactory
{
    public static ServiceProvider Create(GateWorld world, NodeIdentity self, string directory) => Create(world, self, directory, PinnedRegulators.None);

    public static ServiceProvider Create(GateWorld world, NodeIdentity self, string directory, PinnedRegulators regulators, INodeTransport? transport = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        var options = new NodeOptions { Directory = directory, ConfigFile = "none" };
        services.AddStateStore<ConnectorState>(options);
        services.AddSingleton<TimeProvider>(world.Clock).AddSingleton(world.Ledger).AddSingleton(self).AddSingleton(world.Peers).AddSingleton(world.Config)
            .AddSingleton(DatasetRegistry.Create(world.Config).Value).AddSingleton(new PolicyDecisionPoint())
            .AddSingleton(options).AddSingleton<INodeTransport>(world.Wire).AddSingleton<KeyPins>().AddSingleton<AgreementBook>().AddSingleton<Regrants>().AddSingleton<Settlement.Payments>()
            .AddSingleton(new UseFacts(world.Config, world.Peers, Path.Combine(WorkerFixture.WorkerDirectory, "sandbox-worker"))).AddSingleton<UseGate>();
        services.AddRegulation(regulators).AddSingleton<RegulationGate>().AddSingleton<DerivedData>().AddSingleton<KeptSamples>().AddSingleton<ComplianceCheck>().AddSingleton<DatasetVolumes>().AddSingleton<NoiseDesk>()
            .AddSingleton(_ => new SqlSandbox(new SandboxOptions { WorkerDirectory = WorkerFixture.WorkerDirectory }))
            .AddSingleton<RunningUses>().AddSingleton<AnalystConversations>().AddSingleton<ConversationDesk>();
        services.AddSingleton<RegulationMarks>();
        if (transport is not null)
            services.AddSingleton(transport);
        services.AddDuties();
        var provider = services.BuildServiceProvider();
        Assert.True(StateStore.Open<ConnectorState>(provider).IsOk);
        provider.GetRequiredService<RegulationMarks>().Attach(provider.GetRequiredService<RegulationRegister>());
        return provider;
    }
}
