using System.Buffers.Text;
using System.Text;
using DataSpace.Connector;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Duties;
using DataSpace.Connector.History;
using DataSpace.Connector.Regulation;
using DataSpace.Connector.Uses;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Secrets;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataSpace.EndToEnd.Support;

/// <summary>One owner's gate with everything real (ledger file, policy engine, noise, sandbox), asked without network: for thousands of uses.</summary>
internal sealed class PrivateOwner : IAsyncDisposable
{
    public const string Consumer = "did:web:analyst.example";
    public const string Sister = "did:web:analyst-sister.example";
    public const string Stranger = "did:web:stranger.example";
    public const string Partner = "did:web:partner.example";
    private const string Did = "did:web:owner.example";
    private readonly string _root = Directory.CreateTempSubdirectory("dataspace-privacy-").FullName;
    private readonly NodeIdentity _self;
    private readonly AgreementBook _book;
    private readonly UseFacts _facts;
    private readonly PublishedDataset _dataset;
    private readonly NoiseDesk _noise;
    private readonly SqlSandbox _sandbox = new(new SandboxOptions { WorkerDirectory = Layout.Worker });
    private int _uses;

    private PrivateOwner()
    {
        _self = NodeIdentity.LoadOrCreate(Did, "owner", new FileSecretProvider(Path.Combine(_root, "keys")), TimeProvider.System);
        Ledger = AuditLedger.Open(new LedgerOptions { Directory = Path.Combine(_root, "ledger"), Origin = "owner.example/log" }, _self.Signer, TimeProvider.System).Value;
        var dataset = new DatasetConfig("d", new Bilingual("d", "d"), Path.Combine(_root, "d.csv"), "csv",
            [new ColumnConfig("year", "integer"), new ColumnConfig("firm", "text", Identifier: true), new ColumnConfig("x", "decimal"), new ColumnConfig("y", "integer")], [], "firm");
        _dataset = new PublishedDataset(dataset, dataset.ToSource(), []);
        var config = new ConnectorConfig(Did, new Bilingual("o", "o"), "s", [dataset], ConsumerGroups: [[Consumer, Sister]]);
        _facts = new UseFacts(config, new PeerDirectory(TimeProvider.System), null);
        _noise = new NoiseDesk(_sandbox, _facts, _self);
        var datasets = DatasetRegistry.Create(config with { Datasets = [] }).Value;
        var register = new RegulationRegister(PinnedRegulators.None, new NodeOptions { Directory = _root, ConfigFile = "none" }, Ledger, new RegulationQueue(), TimeProvider.System);
        var check = new ComplianceCheck(datasets, new PolicyDecisionPoint(), _sandbox, null!, new DerivedData(Ledger, _self, null!, null!), _self, config, Ledger, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<ComplianceCheck>.Instance);
        var regulation = new RegulationGate(register, datasets, config, new DatasetVolumes(register), check, Ledger, _self);
        Regrants = new Regrants(Ledger, config, _self);
        _book = new AgreementBook(null!, null!, null!, null!, Ledger);
        // These contracts have no duties: nothing about them is ever asked.
        var owed = new DutyBook(null!, Ledger, TimeProvider.System);
        Gate = new UseGate(
            regulation, new PolicyDecisionPoint(), Ledger, _facts, _noise, new DutyGuard(null!, null!, null!), new DutyDesk(owed, null!, TimeProvider.System), owed, _self, TimeProvider.System);
        History = new QueryHistory(Ledger.Directory, _self.DatasetVersionKey, new LedgerAnchor(Ledger), TimeProvider.System, NullLogger<QueryHistory>.Instance);
        Controlled = new ControlledSandbox(_sandbox, History, datasets, _self, config);
        Version = () => datasets.VersionOf(_dataset, _self.DatasetVersionKey).Value;
    }

    public UseGate Gate { get; }

    public AuditLedger Ledger { get; }

    public QueryHistory History { get; }

    /// <summary>The owner's decision to grant again.</summary>
    public Regrants Regrants { get; }

    /// <summary>The sandbox as a use reaches it.</summary>
    public ControlledSandbox Controlled { get; }

    /// <summary>Version of the data as it lies there now.</summary>
    public Func<string> Version { get; }

    /// <summary>Replaces the data file.</summary>
    public void Write(string csv)
    {
        // Sandbox users must be able to pass to the file.
        File.SetUnixFileMode(_root, (UnixFileMode)0b111_101_101);
        var file = _dataset.Config.Path;
        File.WriteAllText(file + ".new", csv);
        File.Move(file + ".new", file, overwrite: true);
    }

    public static async Task<PrivateOwner> StartAsync()
    {
        Layout.RequireWorker();
        var owner = new PrivateOwner();
        Assert.True((await owner._sandbox.ProbeAsync(CancellationToken.None)).IsOk);
        return owner;
    }

    public static AggregateQuery Query(Func<AggregateQuery, AggregateQuery>? change = null, long epsilon = 100_000, int honest = 1)
    {
        var query = new AggregateQuery("year", ["1", "2", "3"], [new MeasureQuery("x", 2, "0", "100", ["sum"]), new MeasureQuery("y", 0, "0", "9", ["sum"])],
            [new PredicateQuery("y", "gt", ["1"]), new PredicateQuery("x", "lt", ["90.5"])], 3, 10, null, new NoiseQuery(epsilon, 1, honest));
        query = change?.Invoke(query) ?? query;
        return AggregationShapes.LargestRowBound(query, 2) is > 0 and var rows ? query with { MaxRowsPerParty = rows } : query;
    }

    /// <summary>A contract of this owner with a consumer.</summary>
    public BoundAgreement Contract(string consumer = Consumer, long budget = 1_000_000, string purpose = "statistics", int contributions = 1, long perUse = 1_000_000, bool isPrivate = true)
    {
        var privacy = isPrivate
            ? $$"""
              { "leftOperand": "dataspace:privacyBudget", "operator": "lteq", "rightOperand": "{{budget}}" },
              { "leftOperand": "dataspace:epsilonPerUse", "operator": "lteq", "rightOperand": "{{Math.Min(budget, perUse)}}" },
              { "leftOperand": "dataspace:contributionBound", "operator": "lteq", "rightOperand": "{{contributions}}" },
              """
            : "";
        var id = "urn:uuid:" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        var json = $$"""
            { "@type": "Agreement", "@id": "{{id}}", "target": "d", "assigner": "{{Did}}", "assignee": "{{consumer}}", "timestamp": "2026-01-15T08:00:00Z",
              "permission": [{ "action": "use", "constraint": [
                {{privacy}}
                { "leftOperand": "purpose", "operator": "eq", "rightOperand": "{{purpose}}" },
                { "leftOperand": "count", "operator": "lteq", "rightOperand": "100000" },
                { "leftOperand": "dataspace:computation", "operator": "isAnyOf", "rightOperand": ["aggregate", "sql"] },
                { "leftOperand": "dataspace:column", "operator": "isAnyOf", "rightOperand": ["year", "x", "y"] },
                { "leftOperand": "dataspace:groupKey", "operator": "isAnyOf", "rightOperand": ["year", "y"] },
                { "leftOperand": "dataspace:minimumGroupSize", "operator": "gteq", "rightOperand": "3" },
                { "leftOperand": "dataspace:dominancePercent", "operator": "lteq", "rightOperand": "off" },
                { "leftOperand": "dataspace:coProvider", "operator": "isAnyOf", "rightOperand": ["{{Partner}}#k"] },
                { "leftOperand": "dataspace:independentCoProviders", "operator": "gteq", "rightOperand": "1" },
                { "leftOperand": "dataspace:clamp", "operator": "isAnyOf", "rightOperand": ["x:2:0:100", "y:0:0:9"] }
              ] }] }
            """;
        var policy = PolicyCompiler.Compile(Encoding.UTF8.GetBytes(json));
        Assert.True(policy.IsOk, policy.IsOk ? "" : policy.Error.ToString());
        var key = Base64Url.EncodeToString(_self.Signer.PublicKey.Raw.Span);
        var row = new AgreementRow
        {
            AgreementId = id,
            AgreementHash = Digest.Sha256Hex(Encoding.UTF8.GetBytes(json)),
            Role = AgreementBook.Provider,
            Provider = Did,
            Consumer = consumer,
            DatasetId = "d",
            Policy = json,
            PolicyVersion = policy.Value.Version,
            ProviderKey = key,
            ProviderKeyId = "k",
            ConsumerKey = key,
            ConsumerKeyId = "k",
        };
        _book.OpenBudgets(row, policy.Value);
        return new BoundAgreement(row, policy.Value);
    }

    /// <summary>A verified use, as round 1 leaves it; without a roster as round 0 sees it.</summary>
    public async Task<UseRequest> UseAsync(
        BoundAgreement agreement, AggregateQuery query, string version = "v1", string partnerVersion = "p1", string partnerNoise = "00000000000000000000000000000000")
    {
        var hash = Digest.Sha256Hex(Encoding.UTF8.GetBytes($"job {Interlocked.Increment(ref _uses)}"));
        RosterEntry[] roster = [new(Did, "k", "d", agreement.Row.AgreementId, agreement.Row.AgreementHash), new(Partner, "k", "p", "urn:uuid:p", new string('0', 64))];
        var plan = new JobPlan(1, JobKinds.Aggregate, "t", "statistics", "s", roster, 1000, null, query);
        var order = new JobOrder("job-" + hash[..16], plan, JobOrders.HashOf(plan), agreement.Row.Consumer, "actor", "analyst", "did:web:coordinator.example", hash[..26], "", "");
        var own = query.Noise is null ? null : (await _noise.KeyIdAsync(CancellationToken.None)).Value;
        var classification = new DataClassification(
            IndustryCategory.Parse("A").Value, Grade.General1, "CN", new Dictionary<string, PersonalInformation>(), DataScale.Empty);
        return new UseRequest(order, hash, roster[0], agreement, _dataset, version)
        {
            Listing = new Listing(_dataset, version, default, classification, 1, [], [], null, TimeProvider.System.GetUtcNow()),
            Roster =
            [
                new RoundZeroStatement(hash, Did, "k", "", version, NoiseKeyId: own),
                new RoundZeroStatement(hash, Partner, "k", "", partnerVersion, NoiseKeyId: query.Noise is null ? null : partnerNoise),
            ],
        };
    }

    public async Task<Result<AdmittedUse>> AdmitAsync(BoundAgreement agreement, AggregateQuery query)
        => await Gate.AdmitAsync(await UseAsync(agreement, query), CancellationToken.None);

    /// <summary>Micro-epsilon that the consumer's group has spent.</summary>
    public long Spent(BoundAgreement agreement)
        => Ledger.GetBudget(Budgets.IdOf(agreement, new Kernel.Policy.BudgetDebit(Kernel.Policy.BudgetDebit.Epsilon, 0, 0, BudgetScope.DatasetAndConsumerGroup), _facts.GroupOf(agreement.Row.Consumer)))?.Spent ?? 0;

    public async ValueTask DisposeAsync()
    {
        History.Dispose();
        _sandbox.Dispose();
        await Ledger.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }
}
