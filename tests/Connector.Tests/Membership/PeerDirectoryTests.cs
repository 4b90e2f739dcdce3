using System.Buffers.Text;
using System.Security.Cryptography;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Protocol.Membership;
using Xunit;

namespace DataSpace.Connector.Tests.Membership;

/// <summary>A participant with several keys: any valid one counts, retired ones and strangers' do not, and only the participant itself announces a new one.</summary>
public sealed class PeerDirectoryTests
{
    private const string Did = "did:web:member.example";
    private const string Here = "did:web:here.example";
    private readonly SetClock _clock = new();
    private readonly PeerDirectory _peers;
    private readonly Ed25519Signer _old = Fresh(), _next = Fresh(), _stranger = Fresh();

    public PeerDirectoryTests() => _peers = new PeerDirectory(_clock);

    [Fact]
    public async Task A_second_key_is_accepted_and_a_strangers_is_not()
    {
        Assert.True(_peers.Learn(Document(_old, Open(_old), Open(_next))).IsOk);
        Assert.True(await IsAcceptedAsync(_old));
        Assert.True(await IsAcceptedAsync(_next));
        Assert.False(await IsAcceptedAsync(_stranger));
    }

    [Fact]
    public async Task A_key_counts_from_its_beginning_to_its_end()
    {
        var now = _clock.GetUtcNow();
        Assert.True(_peers.Learn(Document(_old, Key(_old, now.AddDays(-1), now.AddMinutes(10)), Key(_next, now.AddMinutes(5), null))).IsOk);
        Assert.Equal((true, false), (await IsAcceptedAsync(_old), await IsAcceptedAsync(_next)));
        _clock.Now = now.AddMinutes(7);
        Assert.Equal((true, true), (await IsAcceptedAsync(_old), await IsAcceptedAsync(_next)));
        _clock.Now = now.AddMinutes(10);
        Assert.Equal((false, true), (await IsAcceptedAsync(_old), await IsAcceptedAsync(_next)));
        // Neither does the retired key speak for its participant any more.
        Assert.False(_peers.Learn(Document(_old)).IsOk);
        Assert.False(_peers.Learn(Document(_old, Key(_old, now.AddDays(-1), now.AddMinutes(10)), Open(_stranger))).IsOk);
    }

    [Fact]
    public async Task A_key_that_was_announced_signs_the_next_document_and_no_other_does()
    {
        Assert.True(_peers.Learn(Document(_old)).IsOk);
        Assert.Equal("DS-SIG-003", _peers.Learn(Document(_next, Open(_next), Open(_old))).Error!.Code); // naming the known key beside one's own proves nothing
        var before = Document(_old);
        _clock.Now = _clock.Now.AddSeconds(2);
        Assert.True(_peers.Learn(Document(_old, Open(_old), Open(_next))).IsOk);
        Assert.True(_peers.Learn(before).IsOk); // an older document brings nothing back
        Assert.True(await IsAcceptedAsync(_next));
        _clock.Now = _clock.Now.AddSeconds(2);
        Assert.True(_peers.Learn(Document(_next)).IsOk);
        Assert.Equal((false, true), (await IsAcceptedAsync(_old), await IsAcceptedAsync(_next)));
        Assert.False(_peers.Learn(Document(_old, Open(_old), Open(_stranger))).IsOk);
    }

    [Fact]
    public void What_the_owner_pinned_is_held_against_the_first_key()
    {
        bool Pinned(MemberDocument member) => member.KeyId == _old.PublicKey.KeyId;
        Assert.False(_peers.Learn(Document(_stranger), Pinned).IsOk);
        Assert.True(_peers.Learn(Document(_old, Open(_old), Open(_next)), Pinned).IsOk);
        _clock.Now = _clock.Now.AddSeconds(2);
        Assert.True(_peers.Learn(Document(_next), Pinned).IsOk); // the pinned key vouched for it
    }

    [Fact]
    public void A_document_whose_keys_contradict_themselves_is_refused()
    {
        var now = _clock.GetUtcNow();
        Assert.False(_peers.Learn(Document(_old, Open(_next))).IsOk); // its own key is missing
        Assert.False(_peers.Learn(Document(_old, Open(_old), Open(_old))).IsOk);
        Assert.False(_peers.Learn(Document(_old, Key(_old, now, now))).IsOk);
        Assert.False(_peers.Learn(Document(_old, Key(_old, now.AddDays(-2), now.AddDays(-1)))).IsOk);
        Assert.False(_peers.Learn(Document(_old, Open(_old), Open(_next) with { KeyId = _stranger.PublicKey.KeyId })).IsOk);
        Assert.Null(_peers.Find(Did));
    }

    private async Task<bool> IsAcceptedAsync(Ed25519Signer signer)
    {
        var token = RequestToken.Create(signer, Did, Here, "GET", "/", [], _clock);
        return (await RequestToken.VerifyAsync(token, RequestExpectation.For(Here, "GET", "/", []), _peers.Key, new ReplayGuard(_clock), _clock)).IsOk;
    }

    private string Document(Ed25519Signer signer, params MemberKey[] keys) => MemberDocuments.Sign(
        new MemberDocument(Did, "Member", "connector", "https://member.example", Base64Url.EncodeToString(signer.PublicKey.Raw.Span), signer.PublicKey.KeyId, "pin", "vkey")
        { Keys = keys.Length == 0 ? null : keys }, signer, _clock);

    private static MemberKey Open(Ed25519Signer signer) => Key(signer, DateTimeOffset.UnixEpoch, null);

    private static MemberKey Key(Ed25519Signer signer, DateTimeOffset from, DateTimeOffset? until)
        => new(Base64Url.EncodeToString(signer.PublicKey.Raw.Span), signer.PublicKey.KeyId, from, until);

    private static Ed25519Signer Fresh() => new(RandomNumberGenerator.GetBytes(32));

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
