using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Tests.Duties;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Secrets;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;
using DataSpace.Sandbox;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>One owner's use gate with its real ledger, a contract, and a use that the contract allows; tests change one thing.</summary>
internal sealed class GateWorld : IAsyncDisposable
{
    public const string Provider = "did:web:owner.example";
    public const string Consumer = "did:web:analyst.example";
    public const string Other = "did:web:other.example";
    public const string KeyId = "ed25519-00112233445566778899aabbccddeeff";
    public const string Contract = "urn:uuid:6d0f7b6e-6e0f-4a3c-8f46-0d9b8b0f3a11";

    /// <summary>Purpose of the use; <c>research</c> is above it.</summary>
    public const string Purpose = "research:steel";

    private readonly string _directory = Path.Combine(Path.GetTempPath(), "ds-gate-" + Path.GetRandomFileName());
    private readonly NodeIdentity _self;
    private readonly List<ServiceProvider> _regulated = [];
    private int _jobs;

    /// <param name="oneGroup">Consumers whom the owner counts as one.</param>
    public GateWorld(params string[] oneGroup)
    {
        Directory.CreateDirectory(_directory);
        File.WriteAllText(Path.Combine(_directory, "d.csv"), "firm,year,invest\nA,1935,1.0\n");
        _self = NodeIdentity.LoadOrCreate(Provider, "Owner", new FileSecretProvider(Path.Combine(_directory, "keys")), Clock);
        Ledger = AuditLedger.Open(new LedgerOptions { Directory = Path.Combine(_directory, "ledger"), Origin = Provider + "/log/1" }, _self.Signer, Clock).Value;
        Peers = new PeerDirectory(Clock);
        Analyst = new PartyNode(Consumer, Path.Combine(_directory, "analyst"), Provider, _self, Clock);
        Informed = new PartyNode(Other, Path.Combine(_directory, "other"), Provider, _self, Clock);
        foreach (var party in (PartyNode[])[Analyst, Informed])
        {
            Peers.Trust(party.Member);
            Wire.Attach(party.Identity.Did, party.AnswerAsync);
        }
        Config = new ConnectorConfig(Provider, new Bilingual("Owner", "数据方"), "space", [], Region: "CN-330100",
            Regions: new Dictionary<string, string> { [Consumer] = "CN-310115" },
            ConsumerGroups: oneGroup.Length > 0 ? [oneGroup] : null,
            Pins: new Dictionary<string, string> { [Other] = Informed.Identity.Signer.PublicKey.KeyId });
        Services = GateFactory.Create(this, _self, _directory);
        Gate = Services.GetRequiredService<UseGate>();
    }

    /// <summary>The same gate at a node that pins these regulators.</summary>
    public ServiceProvider Regulated(Hosting.Regulation.PinnedRegulators regulators, INodeTransport? transport = null)
    {
        var services = GateFactory.Create(this, _self, Directory.CreateDirectory(Path.Combine(_directory, "regulated")).FullName, regulators, transport);
        _regulated.Add(services);
        return services;
    }

    public WaitedClock Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public AuditLedger Ledger { get; }

    public PeerDirectory Peers { get; }

    public ConnectorConfig Config { get; }

    public UseGate Gate { get; private set; }

    /// <summary>The owner's parts, as the connector wires them.</summary>
    public ServiceProvider Services { get; private set; }

    /// <summary>The consumer's node.</summary>
    public PartyNode Analyst { get; }

    /// <summary>The node of <see cref="Other"/>, whose key the owner has confirmed.</summary>
    public PartyNode Informed { get; }

    public PartyTransport Wire { get; } = new();

    public NodeIdentity Self => _self;

    /// <summary>The owner's node again on the same files, with nothing left in memory but the ledger.</summary>
    public void Restart()
    {
        Services.Dispose();
        Services = GateFactory.Create(this, _self, _directory);
        Gate = Services.GetRequiredService<UseGate>();
    }

    public static JsonObject Constraint(string left, string op, params string[] right) => new()
    {
        ["leftOperand"] = left,
        ["operator"] = op,
        ["rightOperand"] = right.Length == 1 ? JsonValue.Create(right[0]) : new JsonArray([.. right.Select(r => (JsonNode)r)]),
    };

    /// <summary>What every permission here states, without <paramref name="without"/>.</summary>
    public static JsonArray Terms(string? without = null) => [.. ((JsonObject[])[
        Constraint("dataspace:computation", "isAnyOf", "aggregate", "sql"),
        Constraint("dataspace:column", "isAnyOf", "invest", "year"),
        Constraint("dataspace:groupKey", "eq", "year"),
        Constraint("dataspace:clamp", "isAnyOf", "invest:1:0:2000", "year:0:1900:2000"),
        Constraint("dataspace:minimumGroupSize", "gteq", "2"),
        Constraint("dataspace:dominancePercent", "lteq", "off"),
        Constraint("dataspace:coProvider", "isAnyOf", Other + "#" + KeyId)]).Where(c => (string?)c["leftOperand"] != without)];

    public static JsonObject Agreement(IEnumerable<JsonNode?> terms) => new()
    {
        ["@type"] = "Agreement",
        ["@id"] = Contract,
        ["target"] = "d",
        ["assigner"] = Provider,
        ["assignee"] = Consumer,
        ["timestamp"] = "2026-01-15T08:00:00Z",
        ["permission"] = new JsonArray(new JsonObject { ["action"] = "use", ["constraint"] = new JsonArray([.. terms.Select(t => t!.DeepClone())]) }),
    };

    /// <summary>A contract about models or scores of common rows, with the consumer as the other owner.</summary>
    public static JsonObject AlignedPolicy(string[] computations, string[]? columns = null, string dominance = "off") => Agreement(
    [
        Constraint("dataspace:computation", "isAnyOf", computations), Constraint("dataspace:column", "isAnyOf", columns ?? ["firm", "invest"]), Constraint("dataspace:clamp", "isAnyOf", "invest:3:0:2000"),
        Constraint("dataspace:minimumGroupSize", "gteq", "5"), Constraint("dataspace:dominancePercent", "lteq", dominance), Constraint("dataspace:coProvider", "isAnyOf", Consumer + "#" + KeyId),
    ]);

    /// <summary>A fresh use under a contract with this policy; its budgets are opened as when a negotiation ends.</summary>
    public UseRequest Use(JsonObject policy, Func<JobPlan, JobPlan>? change = null)
    {
        var compiled = PolicyCompiler.Compile(JsonSerializer.SerializeToElement(policy)).Value;
        static string KeyOf(NodeIdentity identity) => System.Buffers.Text.Base64Url.EncodeToString(identity.Signer.PublicKey.Raw.Span);
        var row = new AgreementRow
        {
            AgreementId = Contract,
            AgreementHash = new string('a', 64),
            Role = AgreementBook.Provider,
            Provider = Provider,
            Consumer = Consumer,
            DatasetId = "d",
            Policy = policy.ToJsonString(),
            PolicyVersion = compiled.Version,
            ProviderKey = KeyOf(_self),
            ProviderKeyId = KeyId,
            ConsumerKey = KeyOf(Analyst.Identity),
            ConsumerKeyId = Analyst.Identity.Signer.PublicKey.KeyId,
            SignedAt = DateTimeOffset.Parse((string)policy["timestamp"]!, System.Globalization.CultureInfo.InvariantCulture),
        };
        var agreement = new BoundAgreement(row, compiled);
        using (var db = Services.GetRequiredService<IDbContextFactory<ConnectorState>>().CreateDbContext())
        {
            if (db.Agreements.Find(Contract, AgreementBook.Provider) is { } known)
                db.Remove(known);
            db.SaveChanges();
            db.Agreements.Add(row);
            db.SaveChanges();
        }
        Services.GetRequiredService<AgreementBook>().OpenBudgets(row, compiled);
        return Use(agreement, change);
    }

    /// <summary>One more use under the same contract.</summary>
    public UseRequest Use(BoundAgreement agreement, Func<JobPlan, JobPlan>? change = null)
    {
        var number = Interlocked.Increment(ref _jobs);
        var query = new AggregateQuery("year", ["1935", "1936"], [new MeasureQuery("invest", 1, "0", "2000", ["sum", "mean"])], [], 3, 10, 70);
        query = query with { MaxRowsPerParty = AggregationShapes.LargestRowBound(query, 2) };
        RosterEntry[] roster = [new(Other, KeyId, "d", "x", new string('b', 64)), new(Provider, KeyId, "d", Contract, agreement.Row.AgreementHash)];
        var plan = new JobPlan(1, JobKinds.Aggregate, "t", Purpose, "space", roster, 10_000, Aggregate: query);
        plan = change?.Invoke(plan) ?? plan;
        var order = new JobOrder($"job-{number}", plan, JobOrders.HashOf(plan), Consumer, "u-17", "analyst", "did:web:coordinator.example", $"n-{number}", "", new string('A', 43));
        var config = new DatasetConfig("d", new Bilingual("d", "d"), Path.Combine(_directory, "d.csv"), "csv",
            [new("firm", "text"), new("year", "integer"), new("invest", "decimal")], [], "firm", new ClassificationConfig("C31", "general-2", false));
        var dataset = new PublishedDataset(config, config.ToSource(), []);
        var classification = new DataClassification(IndustryCategory.Parse("C31").Value, Grade.General2, "CN", new Dictionary<string, PersonalInformation>(), DataScale.Empty);
        return new UseRequest(order, Kernel.Crypto.Digest.Sha256Hex(System.Text.Encoding.ASCII.GetBytes($"job {number}")), roster[1], agreement, dataset, "v1")
        {
            Listing = new Listing(dataset, "v1", default, classification, 1, [], [], null, Clock.GetUtcNow()),
        };
    }

    /// <summary>Asks the gate as a job does, to the Grant.</summary>
    public async Task<(DsError? Error, PolicyDecision? Decision)> AdmitAsync(UseRequest use)
    {
        var before = Ledger.Latest.Size;
        var admitted = await Gate.AdmitAsync(use, TestContext.Current.CancellationToken);
        // Law 1 and law 2 in one: a Grant for every use that was allowed, none for one that was not.
        Assert.Equal(admitted.IsOk ? 1 : 0, Ledger.Read(before, Ledger.Latest.Size).Count(r => r.Entry.Kind == EntryKind.Grant));
        return admitted.IsOk ? (null, admitted.Value.Decision) : (admitted.Error, null);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var services in _regulated.Append(Services))
            await services.DisposeAsync();
        await Analyst.DisposeAsync();
        await Informed.DisposeAsync();
        await Ledger.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
