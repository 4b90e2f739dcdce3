using System.Text.Json;
using DataSpace.Connector.Conversations;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Hosting;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Intersection.Many;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Intersections;

/// <summary>An owner that leads talks with several at once: each exchange is of one conversation, and what ends one ends all.</summary>
public sealed class LeaderConversationsTests : IAsyncLifetime
{
    private const string First = "did:web:p0.example", Second = "did:web:p1.example", Carrier = "did:web:coordinator.example";

    private readonly GateWorld _world = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("dataspace-many-").FullName;
    private ManyLeader _leader = null!;
    private OwnerConversations _conversations = null!;
    private string _job = null!;

    private ConversationDesk Desk => _world.Services.GetRequiredService<ConversationDesk>();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _leader.Dispose();
        await _world.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact(Timeout = 60_000)]
    public async Task Every_exchange_is_of_one_conversation()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var talk = await BeginAsync(end.Token);
        var (first, second) = (await ExchangeAsync(First), await ExchangeAsync(Second));
        Assert.NotNull(Assert.Single(first.Messages));
        Assert.NotEqual(first.Messages, second.Messages);
        Assert.Equal(first.Messages, (await ExchangeAsync(First)).Messages); // the same bytes again
        Assert.Empty((await ExchangeAsync("did:web:stranger.example")).Messages);
        Assert.Empty((await ExchangeAsync(null)).Messages);
        Assert.False(talk.IsCompleted);
        await end.CancelAsync();
        Assert.Equal(JobErrors.PeerSilent, (await talk).Error?.Kind);
        _conversations.Close(_job);
        Assert.Empty(Directory.EnumerateFiles(_directory));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_ends_one_ends_all()
    {
        var talk = await BeginAsync(TestContext.Current.CancellationToken);
        await ExchangeAsync(First);
        Assert.Equal(RelayAnswer.Over, (await ExchangeAsync(Second, new byte[200])).State);
        Assert.StartsWith("DS-PRV-", (await talk).Error?.Code, StringComparison.Ordinal);
        Assert.Empty((await ExchangeAsync(First)).Messages);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_coordinator_that_says_that_the_job_is_over_ends_all()
    {
        var talk = await BeginAsync(TestContext.Current.CancellationToken);
        Assert.True((await Desk.ExchangeAsync(_job, new RelayRequest(0, [], Stop: true), Carrier, TestContext.Current.CancellationToken)).IsOk);
        Assert.Equal(JobErrors.PeerSilent, (await talk).Error?.Kind);
    }

    private async Task<RelayAnswer> ExchangeAsync(string? with, params byte[][] messages)
        => (await Desk.ExchangeAsync(_job, new RelayRequest(0, messages, 0, With: with), Carrier, TestContext.Current.CancellationToken)).Value;

    private async Task<Task<Result<long>>> BeginAsync(CancellationToken cancellation)
    {
        var use = _world.Use(GateWorld.Agreement(GateWorld.Terms()));
        _job = use.JobHash;
        var admitted = await _world.Gate.AdmitAsync(use, cancellation);
        var rule = KeyRule.Create([new KeyPart("firm", ["trim"])]).Value;
        var context = new ManyContext(new string('0', 64), "c", use.Order.PlanHash, GateWorld.Provider, [First, Second], "v1", ["v2", "v3"], rule.Digest, new ManyTerms(IntersectionMode.Ids, 2, 100, [100, 100]));
        _leader = ManyLeader.Create(
            new ManyRun(admitted.Value.Use.Handle, context, _world.Self.Signer), ItemSet.Read(rule, [["A"], ["B"], ["C"]], 100).Value, [Ed25519Signer.Generate().PublicKey, Ed25519Signer.Generate().PublicKey]).Value;
        var query = new IntersectQuery(IntersectQuery.Ids, GateWorld.Provider, [new KeyPartQuery("firm", ["trim"])], [["firm"], ["firm"], ["firm"]], 2, [100, 100, 100]);
        var plan = use.Order.Plan with { Kind = JobKinds.Intersect, Aggregate = null, Intersect = query, Roster = [.. use.Order.Plan.Roster, use.Order.Plan.Roster[0] with { Participant = Second }] };
        await using var db = await _world.Services.GetRequiredService<IDbContextFactory<ConnectorState>>().CreateDbContextAsync(cancellation);
        if (!await db.Agreements.AnyAsync(a => a.AgreementId == use.Agreement.Row.AgreementId, cancellation))
            db.Agreements.Add(use.Agreement.Row);
        db.Uses.Add(new UseRow
        {
            JobHash = use.JobHash,
            Consumer = GateWorld.Consumer,
            AgreementId = GateWorld.Contract,
            Order = Jws.Sign(_world.Self.Signer, "test+jws", JsonSerializer.SerializeToUtf8Bytes(new { body = use.Order with { Plan = plan } }, JobJson.Options)),
            RoundZero = "",
            State = UseStates.Running,
        });
        await db.SaveChangesAsync(cancellation);
        _conversations = new OwnerConversations(Desk, _world.Ledger, new NodeOptions { Directory = _directory, ConfigFile = "" });
        return _conversations.TalkAsync(_job, _leader, [new OwnerTalk(First, _leader.With(0), 1 << 20), new OwnerTalk(Second, _leader.With(1), 1 << 20)], admitted.Value.Use.Handle, cancellation);
    }
}
