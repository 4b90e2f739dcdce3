using System.Text;
using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Duties;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Membership;
using DataSpace.Connector.Tests.Duties;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Witnessing;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataSpace.Connector.Tests.Jobs;

/// <summary>Receipts of which one side is silent: in the own ledger once, with the coordinator until it has it, and nobody waits behind others.</summary>
public sealed class ReceiptClerkTests : IAsyncLifetime
{
    private const string Coordinator = "did:web:coordinator.example";
    private readonly GateWorld _world = new();
    private readonly List<EntryProof> _filed = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_provider_that_does_not_countersign_is_a_dispute_of_the_consumer()
    {
        var directory = Path.Combine(Path.GetTempPath(), "ds-clerk-" + Path.GetRandomFileName());
        await using (var ledger = AuditLedger.Open(new LedgerOptions { Directory = directory, Origin = GateWorld.Consumer }, _world.Analyst.Identity.Signer, _world.Clock).Value)
        {
            var peers = new PeerDirectory(_world.Clock);
            peers.Trust(PartyNode.MemberOf(GateWorld.Provider, _world.Self));
            var desk = Desk(ledger, peers, null!, _world.Analyst.Identity, directory);
            var clerk = Clerk(_world.Analyst.Store, desk, ledger);
            var (job, use) = (Hash("a job"), GrantPayload.ComputeUseId(Hash("a job"), GateWorld.Contract, JobOrders.ContributeStep));
            await using (var db = await _world.Analyst.Store.CreateDbContextAsync(Stop))
            {
                db.Jobs.Add(new JobRow
                {
                    JobId = "job-1",
                    JobHash = job,
                    Title = "t",
                    Kind = "aggregate",
                    Order = "",
                    OrderJson = "{}",
                    Secrets = [],
                    State = AnalystStates.Completed,
                    Stage = AnalystStages.Done,
                    CreatedAt = _world.Clock.GetUtcNow(),
                    StageStartedAt = _world.Clock.GetUtcNow(),
                    NotAfter = _world.Clock.GetUtcNow().AddHours(1),
                    PendingReceipts = JsonSerializer.Serialize<List<PendingReceipt>>(
                        [new(GateWorld.Provider, GateWorld.Contract, use, Hash("grant"), Hash("report"), Hash("result"))], JobJson.Options),
                });
                await db.SaveChangesAsync(Stop);
            }
            await clerk.LookAsync(Stop);
            Assert.Equal((1, 0), (_world.Wire.Received[GateWorld.Provider], (int)ledger.Latest.Size)); // asked again, and its time is not over
            _world.Clock.Advance(TimeSpan.FromHours(2));
            await clerk.LookAsync(Stop);
            await clerk.LookAsync(Stop);
            var said = OneSidedPayload.FromFields(Assert.Single(ledger.Read(0, 9)).PayloadFields).Value;
            Assert.Equal((OneSidedPayload.NoCountersignature, GateWorld.Provider, use, job), (said.Reason, said.Silent, said.UseId, said.JobHash));
            Assert.Equal(EntryKind.OneSided, LedgerEntry.Decode(Assert.Single(_filed).Entry).Value.Kind);
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_countersignature_counts_only_with_the_proof_that_it_stands_in_the_providers_log()
    {
        var directory = Directory.CreateTempSubdirectory("ds-clerk-").FullName;
        var (use, grant, report) = await ReportedAsync();
        await using (var ledger = AuditLedger.Open(new LedgerOptions { Directory = Path.Combine(directory, "ledger"), Origin = GateWorld.Consumer + "/log/1" }, _world.Analyst.Identity.Signer, _world.Clock).Value)
        using (var pins = WitnessStore.Open(directory))
        {
            await using (var db = await _world.Analyst.Store.CreateDbContextAsync(Stop))
            {
                var row = use.Agreement.Row;
                db.Agreements.Add(new AgreementRow
                {
                    AgreementId = row.AgreementId,
                    AgreementHash = row.AgreementHash,
                    Role = AgreementBook.Consumer,
                    Provider = row.Provider,
                    Consumer = row.Consumer,
                    DatasetId = row.DatasetId,
                    Policy = row.Policy,
                    PolicyVersion = row.PolicyVersion,
                    ProviderKey = row.ProviderKey,
                    ProviderKeyId = _world.Self.Signer.PublicKey.KeyId,
                    ConsumerKey = row.ConsumerKey,
                    ConsumerKeyId = row.ConsumerKeyId,
                    SignedAt = row.SignedAt,
                });
                await db.SaveChangesAsync(Stop);
            }
            var peers = new PeerDirectory(_world.Clock);
            peers.Trust(PartyNode.MemberOf(GateWorld.Provider, _world.Self) with { LedgerVkey = _world.Ledger.VerifierKey });
            var consumer = Desk(ledger, peers, new LogKeys(peers, pins, _world.Analyst.Identity), _world.Analyst.Identity, directory, _world.Analyst.Store);
            var provider = Desk(_world.Ledger, _world.Peers, null!, _world.Self, directory);
            await using var aside = AuditLedger.Open(new LedgerOptions { Directory = Path.Combine(directory, "aside"), Origin = GateWorld.Provider + "/log/2" }, _world.Self.Signer, _world.Clock).Value;
            Func<ReceiptCountersigned, Task<ReceiptCountersigned>> attack = Task.FromResult;
            _world.Wire.Attach(GateWorld.Provider, async (_, body) =>
            {
                var answer = (await provider.CountersignAsync(JsonSerializer.Deserialize<ReceiptOffer>(body.Span, JobJson.Options)!, GateWorld.Consumer, Stop)).Value;
                return new PeerAnswer(200, JsonSerializer.SerializeToUtf8Bytes(await attack(answer), JobJson.Options));
            });
            var job = new JobRow
            {
                JobId = "job-1",
                JobHash = use.JobHash,
                Title = "t",
                Kind = "aggregate",
                Order = "",
                OrderJson = "{}",
                Secrets = [],
                State = AnalystStates.Completed,
                Stage = AnalystStages.Done,
            };
            PendingReceipt[] pending = [new(GateWorld.Provider, GateWorld.Contract, grant.Handle.UseId, grant.Entry.LeafHashHex, report.LeafHashHex, Hash("result"))];
            foreach (var how in (Func<ReceiptCountersigned, Task<ReceiptCountersigned>>[])[
                a => Task.FromResult(a with { Proof = "" }),
                a => Task.FromResult(a with { Proof = null! }),
                a => Task.FromResult(a with { LedgerIndex = a.LedgerIndex - 1 }),
                a => Task.FromResult(a with { LedgerIndex = 0, Proof = Convert.ToBase64String(_world.Ledger.ProveEntry(0).Value.Encode()) }),
                async a =>
                {
                    // Another receipt, in the log that everybody knows.
                    var kept = ReceiptPayload.FromFields(_world.Ledger.Read(a.LedgerIndex, a.LedgerIndex + 1).Single().PayloadFields).Value;
                    var entry = (await _world.Ledger.AppendAsync(new EntryDraft(kept with { ResultDigest = Hash("another") }, GateWorld.Contract), Stop)).Value;
                    return a with { LedgerIndex = entry.Index, Proof = Convert.ToBase64String(_world.Ledger.ProveEntry(entry.Index).Value.Encode()) };
                },
                async a =>
                {
                    // The same receipt, rightly signed, in a log that nobody knows.
                    var kept = ReceiptPayload.FromFields(_world.Ledger.Read(a.LedgerIndex, a.LedgerIndex + 1).Single().PayloadFields).Value;
                    var entry = (await aside.AppendAsync(new EntryDraft(kept, GateWorld.Contract), Stop)).Value;
                    return a with { LedgerIndex = entry.Index, Proof = Convert.ToBase64String(aside.ProveEntry(entry.Index).Value.Encode()) };
                }])
            {
                attack = how;
                Assert.Equal(pending, await consumer.ExchangeAsync(job, pending, Stop));
            }
            Assert.Equal(0, ledger.Latest.Size);
            attack = Task.FromResult;
            Assert.Empty(await consumer.ExchangeAsync(job, pending, Stop));
            Assert.Equal(EntryKind.Receipt, ledger.Read(0, 9).Single().Entry.Kind);
            var proof = TlogProof.Parse(await File.ReadAllTextAsync(Path.Combine(directory, ReceiptDesk.ProofFolder, grant.Handle.UseId + ".tlog-proof"), Stop)).Value;
            Assert.True(proof.Verify(MerkleHash.Leaf(proof.Extra!.Value.Span), VerifierKey.Parse(_world.Ledger.VerifierKey).Value).IsOk);
        }
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_silent_consumer_is_noticed_however_many_uses_came_after()
    {
        var (use, _, _) = await ReportedAsync();
        var store = _world.Services.GetRequiredService<IDbContextFactory<ConnectorState>>();
        await using (var db = await store.CreateDbContextAsync(Stop))
        {
            db.Uses.Add(Released(use.JobHash, 0));
            // Of these the ledger has nothing to say.
            for (var i = 1; i <= 450; i++)
                db.Uses.Add(Released(Hash("later " + i), i));
            await db.SaveChangesAsync(Stop);
        }
        _world.Clock.Advance(TimeSpan.FromHours(3));
        var clerk = Clerk(store, null!, _world.Ledger);
        _world.Wire.Detach(Coordinator);
        await clerk.LookAsync(Stop);
        Assert.Equal(1, Open());
        Assert.Equal(EntryKind.OneSided, _world.Ledger.Read(2, 9).Single().Entry.Kind);
        AttachCoordinator();
        await clerk.LookAsync(Stop);
        Assert.Equal(0, Open()); // it has it: nothing is left to look after
        Assert.Equal(3, _world.Ledger.Latest.Size);

        UseRow Released(string jobHash, int minute) => new()
        {
            JobHash = jobHash,
            Consumer = GateWorld.Consumer,
            AgreementId = GateWorld.Contract,
            Order = "",
            RoundZero = "",
            State = UseStates.Committed,
            ReceivedAt = _world.Clock.GetUtcNow(),
            NotAfter = _world.Clock.GetUtcNow(),
            ReleasedAt = _world.Clock.GetUtcNow().AddSeconds(minute),
        };

        int Open()
        {
            using var db = store.CreateDbContext();
            return db.Uses.Count(u => !u.ReceiptSettled);
        }
    }

    private async Task<(DataSpace.Connector.Uses.UseRequest Use, GrantedUse Grant, AppendedEntry Report)> ReportedAsync()
    {
        var use = _world.Use(GateWorld.Agreement(GateWorld.Terms()));
        var grant = (await _world.Gate.AdmitAsync(use, Stop)).Value.Use;
        byte[] output = [1];
        var report = new ReportPayload
        {
            GrantHash = grant.Entry.LeafHashHex,
            Units = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["uses"] = 1 },
            ImageDigest = "none",
            OutputDigest = Digest.Sha256Hex(output),
            Outcome = "released",
            CpuMs = 0,
            RowsScanned = 0,
            WallMs = 0,
        };
        return (use, grant, (await _world.Ledger.ReportAsync(grant.Handle, report, output, Stop)).Value);
    }

    private ReceiptDesk Desk(AuditLedger ledger, PeerDirectory peers, LogKeys logs, NodeIdentity self, string directory, IDbContextFactory<ConnectorState>? store = null)
        => new(store is null ? _world.Services.GetRequiredService<AgreementBook>() : new AgreementBook(store, peers, self, _world.Services.GetRequiredService<KeyPins>(), ledger),
            _world.Services.GetRequiredService<DutyBook>(), ledger, _world.Wire, peers, logs, self, new NodeOptions { Directory = directory, ConfigFile = "none" }, new CrashPoints(NodeSurroundings.OfThisProcess));

    private static string Hash(string text) => Digest.Sha256Hex(Encoding.UTF8.GetBytes(text));

    private ReceiptClerk Clerk(IDbContextFactory<ConnectorState> store, ReceiptDesk desk, AuditLedger ledger)
    {
        AttachCoordinator();
        var card = Path.GetTempFileName();
        File.WriteAllText(card, JsonSerializer.Serialize(PartyNode.MemberOf(Coordinator, _world.Informed.Identity) with { Role = "coordinator" }, JobJson.Options));
        var link = CoordinatorLink.Load(card).Value;
        File.Delete(card);
        return new ReceiptClerk(store, desk, ledger, _world.Config, link, _world.Wire, _world.Clock, NullLogger<ReceiptClerk>.Instance);
    }

    private void AttachCoordinator() => _world.Wire.Attach(Coordinator, (path, body) =>
    {
        Assert.Equal(FiledEntry.DisputePath, path);
        _filed.Add(EntryProof.Decode(Convert.FromBase64String(JsonSerializer.Deserialize<FiledEntry>(body.Span, JobJson.Options)!.Proof)).Value);
        return Task.FromResult<Result<PeerAnswer>>(new PeerAnswer(200, default));
    });
}
