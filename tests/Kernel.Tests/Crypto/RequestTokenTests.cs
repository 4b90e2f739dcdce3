using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using Xunit;

namespace DataSpace.Kernel.Tests.Crypto;

public class RequestTokenTests
{
    private const string Alice = "did:web:alice.example";
    private const string Bob = "did:web:bob.example";

    private readonly FakeClock _clock = new();
    private readonly Ed25519Signer _alice = Ed25519Signer.Generate();
    private readonly InMemoryReplayStore _replay;

    public RequestTokenTests() => _replay = new InMemoryReplayStore(_clock);

    private static RequestExpectation Expected(string body = "{}", string method = "POST", string path = "/jobs?full=1", string audience = Bob)
        => RequestExpectation.For(audience, method, path, Encoding.UTF8.GetBytes(body));

    private PublicKey? Keys(string did, string keyId) => did == Alice && keyId == _alice.PublicKey.KeyId ? _alice.PublicKey : null;

    private string Token(string issuer = Alice, ISigner? signer = null)
        => RequestToken.Create(signer ?? _alice, issuer, Bob, "POST", "/jobs?full=1", "{}"u8, _clock);

    private ValueTask<Result<VerifiedCaller>> Verify(string? token, RequestExpectation? expected = null)
        => RequestToken.VerifyAsync(token, expected ?? Expected(), Keys, _replay, _clock, TestContext.Current.CancellationToken);

    private async Task Refused(ErrorKind kind, string? token, RequestExpectation? expected = null)
        => Assert.Equal(kind, (await Verify(token, expected)).Error?.Kind);

    [Fact]
    public async Task An_honest_request_names_its_caller_once()
    {
        var token = Token();
        Assert.Equal(new VerifiedCaller(Alice, _alice.PublicKey.KeyId), (await Verify(token)).Value);
        await Refused(CryptoErrors.Replayed, token);
    }

    [Fact]
    public async Task Replays_in_parallel_succeed_once()
    {
        var token = Token();
        var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => Verify(token).AsTask())));
        Assert.Equal(1, results.Count(r => r.IsOk));
    }

    [Fact]
    public async Task Another_body_path_method_or_audience_is_refused_each_with_its_code()
    {
        await Refused(CryptoErrors.BodyDigestMismatch, Token(), Expected(body: "{ }"));
        await Refused(CryptoErrors.WrongRequest, Token(), Expected(path: "/jobs?full=2"));
        await Refused(CryptoErrors.WrongRequest, Token(), Expected(method: "PUT"));
        await Refused(CryptoErrors.WrongAudience, Token(), Expected(audience: "did:web:carol.example"));
    }

    [Fact]
    public async Task A_token_that_fails_otherwise_is_not_spent()
    {
        var token = Token();
        await Refused(CryptoErrors.BodyDigestMismatch, token, Expected(body: "x"));
        Assert.True((await Verify(token)).IsOk);
    }

    [Fact]
    public async Task Validity_is_sixty_seconds_with_five_of_skew()
    {
        var token = Token();
        _clock.Advance(TimeSpan.FromSeconds(-5));
        var early = Token();
        _clock.Advance(TimeSpan.FromSeconds(-1));
        await Refused(CryptoErrors.NotYetValid, token);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await Verify(token)).IsOk);
        _clock.Advance(TimeSpan.FromSeconds(60));
        await Refused(CryptoErrors.Expired, early);
    }

    [Fact]
    public async Task Unknown_issuers_unknown_keys_and_swapped_keys_are_refused()
    {
        var mallory = Ed25519Signer.Generate();
        await Refused(CryptoErrors.UnknownKey, Token(issuer: "did:web:mallory.example"));
        await Refused(CryptoErrors.UnknownKey, Token(signer: mallory));
        // A registry that hands out another key than the one named in the header.
        var swapped = await RequestToken.VerifyAsync(Token(), Expected(), (_, _) => mallory.PublicKey, _replay, _clock, TestContext.Current.CancellationToken);
        Assert.Equal(CryptoErrors.BadSignature, swapped.Error?.Kind);
    }

    [Fact]
    public async Task Any_changed_character_is_refused()
    {
        var token = Token();
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Assert.False((await Verify(new string(changed))).IsOk, $"character {i}");
        }
        Assert.True((await Verify(token)).IsOk);
    }

    [Theory]
    [InlineData("""{"alg":"none","kid":"$kid","typ":"dataspace-request+jwt"}""")]
    [InlineData("""{"alg":"HS256","kid":"$kid","typ":"dataspace-request+jwt"}""")]
    [InlineData("""{"alg":"EdDSA","crit":[],"kid":"$kid","typ":"dataspace-request+jwt"}""")]
    [InlineData("""{"alg":"EdDSA","jwk":{},"kid":"$kid","typ":"dataspace-request+jwt"}""")]
    [InlineData("""{"alg":"EdDSA","alg":"EdDSA","kid":"$kid","typ":"dataspace-request+jwt"}""")]
    [InlineData("""{"alg":"EdDSA","kid":"$kid"}""")]
    [InlineData("""{"alg":"EdDSA","kid":7,"typ":"dataspace-request+jwt"}""")]
    [InlineData("[]")]
    public async Task Headers_of_another_form_are_refused_even_when_signed(string header)
        => await Refused(CryptoErrors.Malformed, Forge(header.Replace("$kid", _alice.PublicKey.KeyId, StringComparison.Ordinal), Claims()));

    [Fact]
    public async Task A_document_is_no_request()
        => await Refused(CryptoErrors.WrongType, Forge($$"""{"alg":"EdDSA","kid":"{{_alice.PublicKey.KeyId}}","typ":"dataspace-job+jwt"}""", Claims()));

    [Theory]
    [InlineData("exp", 999999999999L, "DS-SIG-001")]
    [InlineData("iat", -1L, "DS-SIG-001")]
    [InlineData("unknown", 1L, "DS-SIG-001")]
    public async Task Claims_of_another_form_are_refused_even_when_signed(string name, long value, string code)
    {
        var claims = JsonNode.Parse(Claims())!.AsObject();
        claims[name] = value;
        Assert.Equal(code, (await Verify(Forge(Header(), Encoding.UTF8.GetString(CanonicalJson.FromNode(claims).Value)))).Error?.Code);
    }

    [Fact]
    public async Task A_longer_lifetime_than_sixty_seconds_is_refused_even_when_signed()
    {
        var claims = JsonNode.Parse(Claims())!.AsObject();
        claims["exp"] = FakeClock.Start.ToUnixTimeSeconds() + 61;
        await Refused(CryptoErrors.LifetimeTooLong, Forge(Header(), Encoding.UTF8.GetString(CanonicalJson.FromNode(claims).Value)));
    }

    [Fact]
    public async Task A_payload_that_is_not_canonical_is_refused_even_when_signed()
        => await Refused(CryptoErrors.Malformed, Forge(Header(), Claims().Replace(":", ": ", StringComparison.Ordinal)));

    [Fact]
    public async Task Hostile_text_is_refused_in_bounded_time()
    {
        foreach (var text in (string?[])[null, "", ".", "..", "a.b.c", new string('.', 8000), new string('A', 100_000), "é.é.é"])
            await Refused(CryptoErrors.Malformed, text);
    }

    private string Header() => $$"""{"alg":"EdDSA","kid":"{{_alice.PublicKey.KeyId}}","typ":"dataspace-request+jwt"}""";

    private string Claims()
    {
        var parts = Token().Split('.');
        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1]));
    }

    /// <summary>What an insider with a valid key can sign by other software.</summary>
    private string Forge(string header, string payload)
    {
        var input = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header)) + "." + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload));
        return input + "." + Base64Url.EncodeToString(_alice.Sign(Encoding.ASCII.GetBytes(input)));
    }
}

public class ReplayStoreTests
{
    private readonly FakeClock _clock = new();

    private DateTimeOffset In(int seconds) => _clock.GetUtcNow().AddSeconds(seconds);

    [Fact]
    public async Task Ids_are_per_issuer_and_forgotten_after_expiry()
    {
        var store = new InMemoryReplayStore(_clock);
        var ct = TestContext.Current.CancellationToken;
        Assert.True(await store.TryConsumeAsync("a", "1", In(60), ct));
        Assert.True(await store.TryConsumeAsync("b", "1", In(60), ct));
        Assert.False(await store.TryConsumeAsync("a", "1", In(60), ct));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.True(await store.TryConsumeAsync("a", "2", In(60), ct));
        Assert.Equal(1, store.Count);
    }

    [Fact]
    public async Task A_clock_that_steps_back_does_not_revive_a_forgotten_id()
    {
        var store = new InMemoryReplayStore(_clock);
        var ct = TestContext.Current.CancellationToken;
        var expiry = In(60);
        Assert.True(await store.TryConsumeAsync("a", "1", expiry, ct));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.True(await store.TryConsumeAsync("a", "2", In(60), ct));
        _clock.Advance(TimeSpan.FromSeconds(-50));
        Assert.False(await store.TryConsumeAsync("a", "1", expiry, ct));
    }

    [Fact]
    public async Task A_full_store_refuses_and_one_issuer_cannot_fill_it()
    {
        var store = new InMemoryReplayStore(_clock, maxEntries: 5, maxEntriesPerIssuer: 3);
        var ct = TestContext.Current.CancellationToken;
        for (var i = 0; i < 3; i++)
            Assert.True(await store.TryConsumeAsync("noisy", $"{i}", In(60), ct));
        Assert.False(await store.TryConsumeAsync("noisy", "3", In(60), ct));
        Assert.True(await store.TryConsumeAsync("other", "0", In(60), ct));
        Assert.True(await store.TryConsumeAsync("other", "1", In(60), ct));
        Assert.False(await store.TryConsumeAsync("third", "0", In(60), ct));
    }
}
