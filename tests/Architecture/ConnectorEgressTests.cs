using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Dependencies;
using ArchUnitNET.Loader;
using DataSpace.Connector;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;
using Xunit;

namespace DataSpace.Architecture;

/// <summary>
/// Every way out of a connector, enumerated (law 3). Read from the compiled assemblies: what matters is who touches a type, whatever the source calls it.
/// </summary>
internal static class ConnectorEgressRules
{
    private const string Connector = "DataSpace.Connector.";

    /// <summary>Guarded type → the only types of the connector that may touch it. Exact: a name that no longer does is a finding too.</summary>
    public static IReadOnlyDictionary<Type, string[]> MayTouch { get; } = new Dictionary<Type, string[]>
    {
        // True counts and sums of the owner's rows, before masks.
        [typeof(CellTable)] = ["Jobs.CellPlans", "Jobs.UseRunner"],
        [typeof(LocalCell)] = ["Jobs.CellPlans", "Jobs.UseRunner"],
        // What may leave, each proving a Grant: made in Privacy and Sandbox, handed over by the runner, packed by the door.
        [typeof(ProtocolMessage)] = ["Jobs.Egress", "Jobs.UseRunner"],
        [typeof(ReleasedOutput)] = ["Jobs.Egress", "Jobs.UseRunner"],
        // Whoever opens a connection to another node. None of them touches anything above: see Senders_see_no_data.
        [typeof(INodeTransport)] =
        [
            "Catalog.CatalogReader", "Jobs.AdminJobEndpoints", "Jobs.AnalystRunner", "Jobs.ReceiptDesk", "Membership.MembershipService", "Negotiation.NegotiationDesk",
        ],
    };

    /// <summary>Messages with parts computed from data → the only types that may construct them.</summary>
    public static IReadOnlyDictionary<Type, string[]> MayConstruct { get; } = new Dictionary<Type, string[]>
    {
        [typeof(Contribution)] = ["Jobs.Egress"],
        [typeof(ContributionStatement)] = ["Jobs.Egress"],
        // Wraps the committed bytes, read back from the ledger's file.
        [typeof(ContributionEnvelope)] = ["Jobs.ProviderDesk"],
        [typeof(ContributionAnswer)] = ["Jobs.ProviderDesk"],
        [typeof(SealedReply)] = ["Jobs.CellPlans", "Jobs.Egress"],
    };

    /// <summary>Types in <paramref name="house"/> under <paramref name="prefix"/> that depend on <paramref name="guarded"/>, nested ones counted to their outermost type.</summary>
    public static IReadOnlyList<string> Touching(ArchUnitNET.Domain.Architecture house, Type guarded, string prefix = Connector)
        => Under(house, prefix, d => d.Target.FullName == guarded.FullName || d.TargetGenericArguments.Any(a => Mentions(a, guarded)));

    /// <summary>Types that call a constructor of <paramref name="guarded"/>.</summary>
    public static IReadOnlyList<string> Constructing(ArchUnitNET.Domain.Architecture house, Type guarded, string prefix = Connector)
        => Under(house, prefix, d => d is MethodCallDependency { TargetMember: MethodMember { MethodForm: MethodForm.Constructor } } && d.Target.FullName == guarded.FullName);

    private static IReadOnlyList<string> Under(ArchUnitNET.Domain.Architecture house, string prefix, Func<ITypeDependency, bool> holds)
        => [.. house.Types.Where(t => t.FullName.StartsWith(prefix, StringComparison.Ordinal) && t.Dependencies.Any(holds))
            .Select(t => t.FullName[prefix.Length..].Split('+', '/')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static bool Mentions(GenericArgument argument, Type guarded)
        => argument.Type.FullName == guarded.FullName || argument.GenericArguments.Any(a => Mentions(a, guarded));
}

public class ConnectorEgressTests
{
    private static readonly ArchUnitNET.Domain.Architecture House = new ArchLoader().LoadAssemblies(
        typeof(ConnectorErrors).Assembly, typeof(INodeTransport).Assembly, typeof(Contribution).Assembly, typeof(CellTable).Assembly,
        typeof(LocalCell).Assembly, typeof(ReleasedOutput).Assembly, typeof(ConnectorEgressTests).Assembly).Build();

    public static TheoryData<Type> Touched => [.. ConnectorEgressRules.MayTouch.Keys];

    public static TheoryData<Type> Constructed => [.. ConnectorEgressRules.MayConstruct.Keys];

    [Theory]
    [MemberData(nameof(Touched))]
    public void Data_and_doors_are_touched_by_named_types_alone(Type guarded)
        => Assert.Equal(ConnectorEgressRules.MayTouch[guarded], ConnectorEgressRules.Touching(House, guarded));

    [Theory]
    [MemberData(nameof(Constructed))]
    public void What_leaves_is_constructed_by_named_types_alone(Type guarded)
        => Assert.Equal(ConnectorEgressRules.MayConstruct[guarded], ConnectorEgressRules.Constructing(House, guarded));

    [Fact]
    public void Senders_see_no_data()
    {
        var senders = ConnectorEgressRules.MayTouch[typeof(INodeTransport)];
        foreach (var data in (Type[])[typeof(CellTable), typeof(LocalCell), typeof(ProtocolMessage), typeof(ReleasedOutput), typeof(SqlSandbox)])
            Assert.Empty(senders.Intersect(ConnectorEgressRules.Touching(House, data)));
    }

    [Theory]
    [InlineData(typeof(CellTable))]
    [InlineData(typeof(LocalCell))]
    [InlineData(typeof(ProtocolMessage))]
    [InlineData(typeof(ReleasedOutput))]
    [InlineData(typeof(INodeTransport))]
    public void A_second_door_is_found(Type guarded)
        => Assert.Contains(nameof(ConnectorEgressTests), ConnectorEgressRules.Touching(House, guarded, "DataSpace.Architecture."));

    [Fact]
    public void A_second_packer_is_found()
        => Assert.Equal([nameof(ConnectorEgressTests)], ConnectorEgressRules.Constructing(House, typeof(Contribution), "DataSpace.Architecture."));

    /// <summary>What the rules must find: hidden in an async method behind <c>var</c> and type arguments, as a real leak would be. Never called.</summary>
    private static class SecondDoor
    {
        public static async Task<int> LeakAsync(SqlSandbox sandbox, GrantHandle grant, Sandbox.DatasetSource source, CellPlan plan)
        {
            var ran = await sandbox.RunCellsAsync(grant, source, plan, new SandboxLimits(), CancellationToken.None);
            return ran.TryGet(out var table, out _) ? table.Cells.Count : 0;
        }

        public static byte[] Pass(Result<ProtocolMessage> message, Result<ReleasedOutput> output, IReadOnlyList<LocalCell> cells)
            => message.IsOk && output.IsOk && cells.Count > 0 ? message.Value.Payload.ToArray() : [];

        public static async Task<bool> SendAsync(INodeTransport transport, Peer peer)
        {
            var contribution = new Contribution("", "", "");
            return (await transport.SendAsync(peer, HttpMethod.Post, contribution.Payload, default, CancellationToken.None)).IsOk;
        }
    }
}
