using System.Text.Json;
using DataSpace.Connector;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Secrets;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Witnessing;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.EndToEnd.Support;

/// <summary>The analyst's verification with everything real (agreements from its own store, members' cards, keys) except the coordinator that hands over the bundle.</summary>
internal sealed class AnalystSide
{
    private readonly ResultDesk _desk;

    public AnalystSide(Space space, TestAnalyst analyst)
    {
        var leader = space.Leader;
        var self = NodeIdentity.LoadOrCreate(leader.Did, leader.Name, new FileSecretProvider(Path.Combine(leader.Directory, "keys")), TimeProvider.System);
        var peers = CardsOf(space);
        // Only reading: pins and ledger, which the book needs to conclude agreements, are not touched.
        var agreements = new AgreementBook(new StoreOf(leader), peers, self, null!, null!);
        _desk = new ResultDesk(agreements, peers, new LogKeys(peers, WitnessStore.Open(Path.Combine(space.Root, "analyst-side")), self), self, analyst.Engine, TimeProvider.System);
    }

    /// <summary>The owners by their real cards.</summary>
    public static PeerDirectory CardsOf(Space space)
    {
        var peers = new PeerDirectory(TimeProvider.System);
        foreach (var owner in space.Owners)
        {
            var card = owner.Card;
            string Text(string name) => card[name]!.GetValue<string>();
            peers.Trust(new MemberDocument(Text("did"), Text("name"), Text("role"), Text("url"), Text("publicKey"), Text("keyId"), Text("tlsSpki"), Text("ledgerVkey")));
        }
        return peers;
    }

    /// <summary>Verifies and decodes as the analyst's connector does.</summary>
    public Task<Result<DecodedJob>> DecodeAsync(TestJob job, JobBundle bundle) => _desk.DecodeAsync(
        new JobRow
        {
            JobId = job.Order.JobId,
            JobHash = job.Hash,
            Title = job.Order.Plan.Title,
            Kind = job.Order.Plan.Kind,
            Order = job.Token,
            OrderJson = JsonSerializer.Serialize(job.Order, JobJson.Options),
            Secrets = JsonSerializer.SerializeToUtf8Bytes(new JobSecrets(Convert.ToBase64String(job.ReplyKey)), JobJson.Options),
            State = AnalystStates.Running,
            Stage = AnalystStages.Decode,
        },
        bundle, job.Secret, CancellationToken.None);

    private sealed class StoreOf(Party party) : IDbContextFactory<ConnectorState>
    {
        public ConnectorState CreateDbContext() => new(new DbContextOptionsBuilder<ConnectorState>()
            .UseSqlite($"Data Source={Path.Combine(party.Directory, "state.db")};Mode=ReadOnly;Pooling=False").Options);
    }
}
