using DataSpace.Connector.Conversations;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Tests.Conversations;

/// <summary>What is a result waits in the session until the use is reported; whoever breaks off before has nothing of it. Real parts of an intersection, the carrier played by hand.</summary>
public sealed class HeldResultTests : IAsyncLifetime
{
    private const string Peer = "did:web:peer.example";
    private readonly string _directory = Directory.CreateTempSubdirectory("dataspace-held-").FullName;
    private readonly GateWorld _world = new();
    private IntersectionReceiver _receiver = null!;
    private IntersectionSender _sender = null!;
    private ConversationSession _session = null!;

    public async ValueTask InitializeAsync()
    {
        var grant = (await _world.Gate.AdmitAsync(_world.Use(GateWorld.Agreement(GateWorld.Terms())), TestContext.Current.CancellationToken)).Value.Use.Handle;
        var (own, peer, rule) = (Ed25519Signer.Generate(), Ed25519Signer.Generate(), KeyRule.Create([new KeyPart("firm", ["trim"])]).Value);
        var context = new IntersectionContext(new string('0', 64), "c", "p", Peer, GateWorld.Provider, "v1", "v2", rule.Digest, new IntersectionTerms(IntersectionMode.Ids, 2, 100, 100));
        ItemSet Set(params string[] items) => ItemSet.Read(rule, items.Select(i => (IReadOnlyList<string?>)[i]), 100).Value;
        _sender = IntersectionSender.Create(new IntersectionRun(grant, context, own, peer.PublicKey), Set("A", "B", "C")).Value;
        _receiver = IntersectionReceiver.Create(new IntersectionRun(grant, context, peer, own.PublicKey), Set("B", "C", "D")).Value;
        _session = new ConversationSession(_sender, new MessageSpool(Path.Combine(_directory, "spool"), 1 << 20), "proof");
    }

    public async ValueTask DisposeAsync()
    {
        _session.Dispose();
        _sender.Dispose();
        _receiver.Dispose();
        await _world.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_result_leaves_when_it_is_released_and_the_conversation_ends_when_it_has_arrived()
    {
        await AskedAsync();
        Assert.False(_receiver.IsComplete);
        Assert.False(_session.End.IsCompleted);
        Assert.Empty((await ExchangeAsync(new RelayRequest(_sender.Received, [], 2))).Messages);
        _session.Release();
        var points = (await ExchangeAsync(new RelayRequest(_sender.Received, [], 2))).Messages;
        Assert.True(_receiver.Receive(Assert.Single(points)).IsOk);
        Assert.Equal(2, _receiver.Finish().Value.Rows!.Count);
        Assert.False(_session.End.IsCompleted);
        Assert.Equal(RelayAnswer.Over, (await ExchangeAsync(new RelayRequest(_sender.Received, [], 3))).State);
        Assert.Null(await _session.End);
    }

    [Theory]
    [InlineData(3)] // as if it had arrived
    [InlineData(int.MaxValue)] // the peer's part is over
    public async Task A_peer_that_has_gone_gets_nothing(int after)
    {
        await AskedAsync();
        Assert.Empty((await ExchangeAsync(new RelayRequest(_sender.Received, [], after))).Messages);
        Assert.Equal(JobErrors.PeerSilent, (await _session.End)?.Kind);
        _session.Release();
        Assert.Empty((await ExchangeAsync(new RelayRequest(_sender.Received, [], 2))).Messages);
    }

    [Fact]
    public async Task A_message_after_the_last_one_ends_the_conversation()
    {
        await AskedAsync();
        Assert.Empty((await ExchangeAsync(new RelayRequest(_sender.Received, ["more"u8.ToArray()], 2))).Messages);
        Assert.Equal(ConversationErrors.OutOfOrder, (await _session.End)?.Kind);
    }

    /// <summary>The part is the caller's when everything is said: it closes it, wipes it, and what waits is on the disk.</summary>
    [Fact]
    public async Task What_waits_does_not_need_the_part()
    {
        await AskedAsync();
        Assert.True(_sender.Close().IsOk);
        _sender.Dispose();
        _session.Release();
        Assert.True(_receiver.Receive(Assert.Single((await ExchangeAsync(new RelayRequest(2, [], 2))).Messages)).IsOk);
        Assert.True(_receiver.IsComplete);
    }

    /// <summary>A run that a regulator's rule stops: what has left is reported, and where nothing has there is nothing to report.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task A_conversation_that_ends_early_is_reported_where_something_had_left_whoever_ended_it(bool left, bool stopped)
    {
        await AskedAsync();
        var soFar = left ? _sender.Close().Value : null;
        var work = new UseWork([1], 1, null, TimeSpan.Zero);
        Result<UseWork> End() => OwnerConversations.BrokenOff(soFar, JobErrors.PeerSilent.Of(), _ => work, new CancellationToken(stopped));
        if (left)
            Assert.Same(work, End().Value);
        else if (stopped)
            Assert.Throws<OperationCanceledException>(() => End());
        else
            Assert.Equal(JobErrors.PeerSilent, End().Error?.Kind);
    }

    /// <summary>Until the sender has heard everything: what is left to say is a result.</summary>
    private async Task AskedAsync()
    {
        await ExchangeAsync(new RelayRequest(0, [Said()], 0));
        var answer = Assert.Single((await ExchangeAsync(new RelayRequest(1, [], 0))).Messages);
        Assert.True(_receiver.Receive(answer).IsOk);
        Assert.False(_session.Said.IsCompleted);
        var masked = new RelayRequest(1, [Said()], 1);
        var tags = Assert.Single((await ExchangeAsync(masked)).Messages);
        Assert.Equal(4, tags[5]); // tags; own points are the step after
        Assert.Equal(tags, Assert.Single((await ExchangeAsync(masked)).Messages)); // delivered twice: the same again, and no more
        Assert.True(_receiver.Receive(tags).IsOk);
        Assert.Null(await _session.Said);
    }

    private byte[] Said() => _receiver.Next().Value!.Payload.ToArray();

    private Task<RelayAnswer> ExchangeAsync(RelayRequest request) => _session.ExchangeAsync(request, TestContext.Current.CancellationToken);
}
