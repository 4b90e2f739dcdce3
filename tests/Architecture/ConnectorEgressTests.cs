using DataSpace.Connector;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Regression.Horizontal;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;
using Xunit;

namespace DataSpace.Architecture;

/// <summary>Every way out of a connector, enumerated (law 3), read from its compiled types.</summary>
internal static class ConnectorEgressRules
{
    private const string Connector = "DataSpace.Connector.";

    /// <summary>Guarded type → the only types of the connector that may touch it. Exact: a name that no longer does is a finding too.</summary>
    public static IReadOnlyDictionary<Type, string[]> MayTouch { get; } = new Dictionary<Type, string[]>
    {
        // True counts and sums of the owner's rows, before masks.
        [typeof(CellTable)] = ["HiddenGroups.HiddenCells", "HiddenGroups.HiddenGroupRunner", "History.ControlledSandbox", "Jobs.CellPlans", "Jobs.UseComputation"],
        // Who stands behind them, while it is read: turned into keyed ids at once.
        [typeof(ISubjectSink)] = ["History.ControlledSandbox", "History.QueryHistory", "History.SubjectCollector"],
        [typeof(LocalCell)] = ["HiddenGroups.HiddenCells", "HiddenGroups.HiddenGroupRunner", "Jobs.CellPlans", "Jobs.UseComputation"],
        // Keys of the owner's rows, as written and as they are compared.
        [typeof(IKeySink)] = ["HiddenGroups.HiddenGroupRunner", "History.ControlledSandbox", "Intersections.IntersectionRunner"],
        [typeof(ItemSet)] = ["Intersections.IntersectionRunner", "Regressions.VerticalRows", "Regressions.VerticalRunner", "Scores.ScoreRunner"],
        // An owner's rows with their values, as they are read, and as a horizontal model uses them.
        [typeof(IRowSink)] = ["History.ControlledSandbox", "Intersections.IntersectionRunner", "Lookups.LookupRunner", "Regressions.HorizontalRunner", "Regressions.VerticalRows", "Regressions.VerticalRunner", "Scores.ScoreRunner"],
        [typeof(OwnerRows)] = ["Regressions.HorizontalRunner"],
        // What may leave, each proving a Grant: made in Privacy and Sandbox, handed over by the computation, packed by the door.
        [typeof(ProtocolMessage)] = ["Conversations.ConversationSession", "Conversations.OwnerConversations", "Dropouts.DropoutDesk", "Intersections.IntersectionRunner", "Jobs.Egress", "Jobs.UseComputation", "Lookups.LookupRunner", "Regressions.HorizontalRunner", "Regressions.VerticalRunner", "Scores.ScoreRunner"],
        [typeof(ReleasedOutput)] = ["Jobs.Egress", "Jobs.UseComputation"],
        // Whoever opens a connection to another node. None of them touches anything above: see Senders_see_no_data.
        [typeof(INodeTransport)] =
        [
            "Catalog.CatalogReader", "Duties.DeletionSender", "Duties.InformDesk", "Jobs.AdminJobEndpoints", "Jobs.AnalystRunner", "Jobs.ReceiptClerk", "Jobs.ReceiptDesk", "Membership.MembershipService", "Negotiation.NegotiationDesk",
            "Regulation.RegulationMail",
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
        // Bytes of protocol messages that are committed, read back from the spool; the desk's have none.
        [typeof(RelayAnswer)] = ["Conversations.AnalystConversations", "Conversations.ConversationDesk", "Conversations.ConversationSession"],
        // Shares that unmask a sum, sealed to the analyst.
        [typeof(ToldShare)] = ["Jobs.Egress"],
        [typeof(ToldStatement)] = ["Jobs.Egress"],
        [typeof(SealedReply)] = ["Jobs.CellPlans", "Jobs.Egress"],
    };

    /// <summary>The connector's types, shortened, that touch <paramref name="guarded"/>.</summary>
    public static IReadOnlyList<string> Touching(IEnumerable<Type> types, Type guarded) => Names(types.Where(t => CompiledCode.TouchedBy(t).Contains(guarded)));

    /// <summary>The connector's types, shortened, that call a constructor of <paramref name="guarded"/>.</summary>
    public static IReadOnlyList<string> Constructing(IEnumerable<Type> types, Type guarded) => Names(types.Where(t => CompiledCode.ConstructedBy(t).Contains(guarded)));

    private static IReadOnlyList<string> Names(IEnumerable<Type> types)
        => [.. types.Select(t => t.FullName!.Replace(Connector, "", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}

public class ConnectorEgressTests
{
    private static readonly IReadOnlyList<Type> Connector = [.. typeof(ConnectorErrors).Assembly.GetTypes().Where(t => !t.IsNested)];

    private static readonly IReadOnlyList<Type> Fixture = [typeof(ConnectorEgressTests)];

    public static TheoryData<Type> Touched => [.. ConnectorEgressRules.MayTouch.Keys];

    public static TheoryData<Type> Constructed => [.. ConnectorEgressRules.MayConstruct.Keys];

    [Theory]
    [MemberData(nameof(Touched))]
    public void Data_and_doors_are_touched_by_named_types_alone(Type guarded)
        => Assert.Equal(ConnectorEgressRules.MayTouch[guarded], ConnectorEgressRules.Touching(Connector, guarded));

    [Theory]
    [MemberData(nameof(Constructed))]
    public void What_leaves_is_constructed_by_named_types_alone(Type guarded)
        => Assert.Equal(ConnectorEgressRules.MayConstruct[guarded], ConnectorEgressRules.Constructing(Connector, guarded));

    [Fact]
    public void Senders_see_no_data()
    {
        var senders = ConnectorEgressRules.MayTouch[typeof(INodeTransport)];
        foreach (var data in (Type[])[typeof(CellTable), typeof(LocalCell), typeof(ProtocolMessage), typeof(ReleasedOutput), typeof(ISubjectSink), typeof(IKeySink), typeof(IRowSink), typeof(ItemSet), typeof(SqlSandbox)])
            Assert.Empty(senders.Intersect(ConnectorEgressRules.Touching(Connector, data)));
    }

    [Theory]
    [InlineData(typeof(CellTable))]
    [InlineData(typeof(LocalCell))]
    [InlineData(typeof(ProtocolMessage))]
    [InlineData(typeof(ReleasedOutput))]
    [InlineData(typeof(INodeTransport))]
    public void A_second_door_is_found(Type guarded)
        => Assert.Single(ConnectorEgressRules.Touching(Fixture, guarded));

    [Fact]
    public void A_second_packer_is_found()
        => Assert.Single(ConnectorEgressRules.Constructing(Fixture, typeof(Contribution)));

    /// <summary>What the rules must find: hidden in an async method behind <c>var</c> and type arguments, as a real leak would be. Never called.</summary>
    private static class SecondDoor
    {
        public static async Task<int> LeakAsync(SqlSandbox sandbox, GrantHandle grant, Sandbox.DatasetSource source, CellPlan plan)
        {
            var ran = await sandbox.RunCellsAsync(grant, source, plan, new SandboxLimits(), null, CancellationToken.None);
            return ran.TryGet(out var table, out _) ? table.Cells.Count : 0;
        }

        public static byte[] Pass(Result<ProtocolMessage> message, Result<ReleasedOutput> output, IReadOnlyList<LocalCell> cells)
            => message.IsOk && output.IsOk && cells.Count > 0 ? message.Value.Payload.ToArray() : [];

        public static async Task<bool> SendAsync(INodeTransport transport, Peer peer)
        {
            var contribution = new Contribution("", [], []);
            return (await transport.SendAsync(peer, HttpMethod.Post, contribution.Statement, default, CancellationToken.None)).IsOk;
        }
    }
}
