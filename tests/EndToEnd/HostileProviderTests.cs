using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Coordinator;
using DataSpace.Coordinator.Jobs;
using DataSpace.Coordinator.Regulation;
using DataSpace.EndToEnd.Support;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Regulation;
using DataSpace.Hosting.Secrets;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Witnessing;
using DataSpace.Protocol.Jobs;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataSpace.EndToEnd;

/// <summary>
/// An owner against the coordinator: contributions and messages of real jobs, beside proofs of the owner's choice. Law 1 seen from outside: what comes without a proof of its own Grant goes no
/// further. The coordinator's code in process, with the members' real cards; the jobs were carried out by real nodes.
/// </summary>
public sealed class HostileProviderTests(SharedSpace shared, IntersectionTemplate template) : IClassFixture<IntersectionTemplate>
{
    private const string NoGrantProof = "DS-COO-004", BadContribution = "DS-COO-005";

    private Space Space => shared.Space;

    [Fact]
    public void A_contribution_goes_no_further_without_the_proof_of_its_own_grant()
    {
        using var side = new CoordinatorSide(Space);
        var hash = HashOf(shared.First.JobId);
        var (job, party) = (JobOf(hash), PartyOf(hash, Space.SupplierA));
        var real = EnvelopeOf(hash, Space.SupplierA);
        var inbox = new ContributionInbox(side.Peers, side.Logs, TimeProvider.System);
        Assert.True(inbox.Check(job, party, real).IsOk);

        void Refused(string code, ContributionEnvelope envelope) => Assert.Equal(code, inbox.Check(job, party, envelope).Error?.Code);
        Refused(NoGrantProof, real with { GrantProof = "" });
        Refused(NoGrantProof, real with { GrantProof = "none" });
        Refused(NoGrantProof, real with { GrantProof = Convert.ToBase64String(new byte[2000]) });
        Refused(NoGrantProof, real with { GrantProof = real.ReportProof }); // in its own log, and no Grant
        Refused(NoGrantProof, real with { GrantProof = EnvelopeOf(hash, Space.SupplierB).GrantProof });
        Refused(NoGrantProof, real with { GrantProof = EnvelopeOf(HashOf(template.JobId), Space.SupplierA).GrantProof }); // its own, for another job
        Refused(BadContribution, real with { ReportProof = real.GrantProof });
        Refused(BadContribution, real with { Contribution = real.Contribution with { Payload = Flip(real.Contribution.Payload) } });
        Refused(BadContribution, real with { Contribution = real.Contribution with { Sealed = Flip(real.Contribution.Sealed) } });
        Refused(BadContribution, EnvelopeOf(hash, Space.SupplierB)); // another owner's in its name
        // Well signed by its owner, and no ciphertext of the job's form.
        var payload = real.Contribution.Payload[..^16];
        Refused(BadContribution, real with
        {
            Contribution = real.Contribution with
            {
                Payload = payload,
                Statement = Collusion.Resign<ContributionStatement>(real.Contribution.Statement, ContributionStatement.Typ, Space.SupplierA.Persona.Signer, s => s with { PayloadDigest = Digest.Sha256Hex(payload) }),
            },
        });
    }

    [Fact]
    public async Task A_message_of_an_intersection_is_carried_beside_the_proof_of_its_own_grant_alone()
    {
        var hash = HashOf(template.JobId);
        var (own, others) = (EnvelopeOf(hash, Space.SupplierA), EnvelopeOf(hash, Space.SupplierB));
        foreach (var proof in (string?[])[null, "", "none", own.ReportProof, others.GrantProof, EnvelopeOf(HashOf(shared.First.JobId), Space.SupplierA).GrantProof])
            Assert.Equal((NoGrantProof, 0), await PassAsync(hash, proof));
        foreach (var other in (string[])["\"not base64!\"", "null", "7"])
            Assert.Equal((BadContribution, 0), await PassAsync(hash, own.GrantProof, message: other));
        Assert.Equal(((string?)null, 1), await PassAsync(hash, own.GrantProof));
    }

    /// <summary>Supplier A answers once with a message (JSON) beside this proof: the fault, and how many messages reached supplier B.</summary>
    private async Task<(string? Code, int Carried)> PassAsync(string hash, string? proof, string message = "\"AAAA\"")
    {
        using var side = new CoordinatorSide(Space);
        var (first, second) = (PartyOf(hash, Space.SupplierA), PartyOf(hash, Space.SupplierB));
        var wire = new ScriptedWire(Space.SupplierA.Did, new RelayAnswer(RelayAnswer.Talking, 0, [], proof), message);
        var relay = new ConversationRelay(side.Peers, side.Logs, wire, TimeProvider.System, NullLogger<ConversationRelay>.Instance);
        await using var db = new CoordinatorState(new DbContextOptionsBuilder<CoordinatorState>().UseSqlite("Data Source=:memory:").Options);
        var fault = await relay.PassAsync(db, JobOf(hash), [first, second], TestContext.Current.CancellationToken);
        Assert.True(fault is null || fault.Party == first);
        return (fault?.Error.Code, wire.Carried);
    }

    /// <summary>Honest owners refuse by themselves; one that gives its contribution all the same, while the coordinator waits for it, has given nothing.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_comes_after_a_freeze_has_arrived_is_not_kept(bool freezes)
    {
        await using var regulation = new CoordinatorsList(Space);
        var hash = HashOf(shared.First.JobId);
        var store = await RunningAsync(regulation, hash, JobStages.Contribute, _ => { });
        await StepAsync(store, regulation, hash, (did, path) =>
        {
            Assert.EndsWith("/contribution?wait=true", path, StringComparison.Ordinal);
            if (freezes)
                regulation.Freeze(Space.SupplierA.Did);
            return new PeerAnswer(200, JsonSerializer.SerializeToUtf8Bytes(new ContributionAnswer(ContributionAnswer.Ready, EnvelopeOf(hash, Space.Owners.First(o => o.Did == did))), JobJson.Options));
        });

        await using var after = store.CreateDbContext();
        var (kept, stage) = (await after.Set<BlobRow>().CountAsync(TestContext.Current.CancellationToken), (await after.Jobs.SingleAsync(TestContext.Current.CancellationToken)).Stage);
        Assert.Equal(freezes ? (0, JobStages.Contribute) : (Space.Owners.Count, JobStages.Sum), (kept, stage));
        Assert.All(await after.Parties.ToListAsync(TestContext.Current.CancellationToken), p => Assert.Equal(freezes, p is { Header: null, State: PartyStates.Computing }));
        Assert.Equal(!freezes, await after.Sights.AnyAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A node that failed unexpectedly has said nothing about the job: its owner is asked again, and what it was in stands beside it. What it says by a code of its own is a refusal.</summary>
    [Theory]
    [InlineData(JobStages.Roster, "")]
    [InlineData(JobStages.Shares, "/shares")]
    [InlineData(JobStages.Contribute, "/roster")]
    [InlineData(JobStages.Contribute, "/contribution?wait=true")]
    public async Task An_owner_whose_node_failed_unexpectedly_is_asked_again(string stage, string path)
    {
        await using var regulation = new CoordinatorsList(Space);
        var hash = HashOf(shared.First.JobId);
        Assert.Equal((JobStates.Running, "DS-HST-011"), await AnsweredAsync(HostErrors.Internal));
        Assert.Equal((JobStates.Failed, "DS-HST-007"), await AnsweredAsync(HostErrors.MalformedRequest));

        async Task<(string Job, string? Code)> AnsweredAsync(ErrorKind kind)
        {
            var store = await RunningAsync(regulation, hash, stage, party =>
            {
                party.RoundOneAccepted = path.StartsWith("/contribution", StringComparison.Ordinal);
                party.RoundZero = stage == JobStages.Roster ? null : "";
            });
            await StepAsync(store, regulation, hash, (did, asked) =>
            {
                Assert.Equal(path.Length == 0 ? "/peer/jobs" : $"/peer/jobs/{hash}{path}", asked);
                return new PeerAnswer(kind.Status, JsonSerializer.SerializeToUtf8Bytes(new { code = kind.Code, title = kind.Title }));
            });
            await using var after = store.CreateDbContext();
            var parties = await after.Parties.ToListAsync(TestContext.Current.CancellationToken);
            return ((await after.Jobs.SingleAsync(TestContext.Current.CancellationToken)).State, Assert.Single(parties.Select(p => p.Code).Distinct()));
        }
    }

    /// <summary>A store of the coordinator in which this job runs.</summary>
    private async Task<StoreAt> RunningAsync(CoordinatorsList regulation, string hash, string stage, Action<PartyRow> change)
    {
        var store = new StoreAt(Path.Combine(regulation.Directory, "state.db"));
        await using var db = store.CreateDbContext();
        await db.Database.EnsureDeletedAsync(TestContext.Current.CancellationToken);
        await db.Database.EnsureCreatedAsync(TestContext.Current.CancellationToken);
        var job = JobOf(hash);
        (job.State, job.Stage, job.Deadline) = (JobStates.Running, stage, DateTimeOffset.MaxValue);
        db.Add(job);
        foreach (var (owner, position) in Space.Owners.Select((o, i) => (o, i)))
        {
            var party = new PartyRow { JobHash = hash, Participant = owner.Did, Position = position, State = PartyStates.Computing, RoundZero = "", RoundOneAccepted = true };
            change(party);
            db.Add(party);
        }
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return store;
    }

    /// <summary>One step of the job, in which owners answer as they are told.</summary>
    private async Task StepAsync(StoreAt store, CoordinatorsList regulation, string hash, Func<string, string, PeerAnswer> answer)
    {
        using var side = new CoordinatorSide(Space);
        var wire = new AnsweringWire(answer);
        var runner = new JobRunner(
            store, wire, side.Peers, side.Self, dispatchLog: null!, new ContributionInbox(side.Peers, side.Logs, TimeProvider.System), survivors: null!,
            new ConversationRelay(side.Peers, side.Logs, wire, TimeProvider.System, NullLogger<ConversationRelay>.Instance), new JobNews(), new DispatchRules(regulation.Register, TimeProvider.System), crashPoints: null!,
            TimeProvider.System, NullLogger<JobRunner>.Instance);
        await runner.Consume(OneStep.Of(new AdvanceJob(hash)));
    }

    private string HashOf(string jobId) => (string)TestAnalyst.Query(Space.Coordinator, "SELECT JobHash FROM Jobs WHERE JobId = $id", ("$id", jobId))!;

    private ContributionEnvelope EnvelopeOf(string hash, Party owner) => TestAnalyst.EnvelopeOf(Space, hash, owner);

    private JobRow JobOf(string hash) => new()
    {
        JobHash = hash,
        JobId = "",
        Consumer = Space.Leader.Did,
        Title = "",
        Order = (string)TestAnalyst.Query(Space.Coordinator, "SELECT \"Order\" FROM Jobs WHERE JobHash = $hash", ("$hash", hash))!,
        State = "",
        Stage = "",
    };

    private static PartyRow PartyOf(string hash, Party owner) => new() { JobHash = hash, Participant = owner.Did, State = "" };

    private static byte[] Flip(byte[] bytes)
    {
        var altered = bytes.ToArray();
        altered[bytes.Length / 2] ^= 1;
        return altered;
    }

    /// <summary>The hostile owner's node answers with its message until it was heard; the other one accepts what arrives and says nothing.</summary>
    private sealed class ScriptedWire(string hostile, RelayAnswer answer, string message) : INodeTransport
    {
        public int Carried { get; private set; }

        public Task<Result<PeerAnswer>> SendAsync(Peer peer, HttpMethod method, string pathAndQuery, ReadOnlyMemory<byte> body, CancellationToken cancellation)
        {
            var request = JsonSerializer.Deserialize<RelayRequest>(body.Span, JobJson.Options)!;
            if (peer.Did != hostile)
                Carried += request.Messages.Count;
            var said = JsonSerializer.SerializeToNode(peer.Did == hostile ? answer : new RelayAnswer(RelayAnswer.Talking, Carried, []), JobJson.Options)!;
            if (peer.Did == hostile && Carried == 0)
                said["messages"] = new JsonArray(JsonNode.Parse(message));
            return Task.FromResult<Result<PeerAnswer>>(new PeerAnswer(200, JsonSerializer.SerializeToUtf8Bytes(said, JobJson.Options)));
        }
    }

    /// <summary>Every owner's node answers as it is told.</summary>
    private sealed class AnsweringWire(Func<string, string, PeerAnswer> answer) : INodeTransport
    {
        public Task<Result<PeerAnswer>> SendAsync(Peer peer, HttpMethod method, string pathAndQuery, ReadOnlyMemory<byte> body, CancellationToken cancellation)
            => Task.FromResult<Result<PeerAnswer>>(answer(peer.Did, pathAndQuery));
    }

    private sealed class StoreAt(string file) : IDbContextFactory<CoordinatorState>
    {
        public CoordinatorState CreateDbContext() => new(new DbContextOptionsBuilder<CoordinatorState>().UseSqlite($"Data Source={file};Pooling=False").Options);
    }

    /// <summary>The regulators' list at a coordinator: nothing is frozen until somebody is.</summary>
    private sealed class CoordinatorsList : IAsyncDisposable
    {
        private readonly TestRegulator _regulator = new("waiting");
        private readonly AuditLedger _ledger;

        public CoordinatorsList(Space space)
        {
            Directory = System.IO.Directory.CreateTempSubdirectory("coordinators-list-").FullName;
            _ledger = AuditLedger.Open(new LedgerOptions { Directory = Path.Combine(Directory, "ledger"), Origin = "coordinator.example/log" }, space.Coordinator.Persona.Signer, TimeProvider.System).Value;
            var pinned = PinnedRegulators.Create([new RegulatorConfig(_regulator.Did, "Regulator", [.. _regulator.Roots.Select(r => RegulatorPin.Spell(r.PublicKey))], Threshold: 2)], 1000, Directory).Value;
            Register = new RegulationRegister(pinned, new NodeOptions { Directory = Directory, ConfigFile = "none" }, _ledger, new RegulationQueue(), TimeProvider.System);
            Assert.True(Register.Accept(_regulator.Publish(), "test").IsOk);
        }

        public string Directory { get; }

        public RegulationRegister Register { get; }

        public void Freeze(string participant) => Assert.True(Register.Accept(_regulator.Freeze(TestRegulator.FreezeOf(FreezeTarget.Participant, participant)), "test").IsOk);

        public async ValueTask DisposeAsync()
        {
            await _ledger.DisposeAsync();
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    /// <summary>A message as the bus hands it over; the one that follows is not delivered.</summary>
    public class OneStep : DispatchProxy
    {
        private AdvanceJob _message = null!;

        internal static ConsumeContext<AdvanceJob> Of(AdvanceJob message)
        {
            var context = Create<ConsumeContext<AdvanceJob>, OneStep>();
            ((OneStep)(object)context)._message = message;
            return context;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            "get_Message" => _message,
            "get_CancellationToken" => TestContext.Current.CancellationToken,
            "Publish" => Task.CompletedTask,
            var other => throw new NotSupportedException(other),
        };
    }

    /// <summary>Whom the coordinator knows, and by which logs.</summary>
    private sealed class CoordinatorSide : IDisposable
    {
        private readonly WitnessStore _store;

        public CoordinatorSide(Space space)
        {
            var coordinator = space.Coordinator;
            Self = NodeIdentity.LoadOrCreate(coordinator.Did, coordinator.Name, new FileSecretProvider(Path.Combine(coordinator.Directory, "keys")), TimeProvider.System);
            Peers = AnalystSide.CardsOf(space);
            _store = WitnessStore.Open(Path.Combine(space.Root, "coordinator-side"));
            Logs = new LogKeys(Peers, _store, Self);
        }

        public NodeIdentity Self { get; }

        public PeerDirectory Peers { get; }

        public LogKeys Logs { get; }

        public void Dispose() => _store.Dispose();
    }
}
