using System.Security.Cryptography;
using DataSpace.Hosting.Http;
using DataSpace.Kernel.Crypto;
using Xunit;

namespace DataSpace.Connector.Tests.Http;

/// <summary>A node that was started again remembers no token: what was issued before its start is refused unread, what was issued after is accepted once.</summary>
public sealed class ReplayGuardTests
{
    private const string Caller = "did:web:caller.example";
    private const string Here = "did:web:here.example";
    private static readonly DateTimeOffset Start = new(2026, 6, 1, 12, 0, 0, 400, TimeSpan.Zero);
    private readonly Ed25519Signer _signer = new(RandomNumberGenerator.GetBytes(32));
    private readonly SetClock _clock = new() { Now = Start };

    [Fact]
    public async Task A_token_that_a_former_process_consumed_is_refused_after_a_restart()
    {
        var former = new ReplayGuard(_clock);
        _clock.Now = Start.AddSeconds(5);
        var token = Token();
        Assert.True(await IsAcceptedAsync(former, token));
        _clock.Now = Start.AddSeconds(6);
        Assert.False(await IsAcceptedAsync(new ReplayGuard(_clock), token));
    }

    [Theory]
    [InlineData(-30_000, false)]
    [InlineData(-1, false)]
    [InlineData(0, false)] // dated to the second that had begun before the start
    [InlineData(599, false)]
    [InlineData(600, true)]
    [InlineData(30_000, true)]
    public async Task What_counts_is_whether_it_was_issued_after_the_start(int issuedAfterStartMs, bool isAccepted)
    {
        var guard = new ReplayGuard(_clock);
        _clock.Now = Start.AddMilliseconds(issuedAfterStartMs);
        var token = Token();
        // It arrives after the start, and is still valid by its own times.
        _clock.Now = Start.AddMilliseconds(Math.Max(issuedAfterStartMs, 0) + 10);
        Assert.Equal(isAccepted, await IsAcceptedAsync(guard, token));
        Assert.False(await IsAcceptedAsync(guard, token)); // never twice
    }

    private string Token() => RequestToken.Create(_signer, Caller, Here, "GET", "/", [], _clock);

    private async Task<bool> IsAcceptedAsync(ReplayGuard guard, string token)
        => (await RequestToken.VerifyAsync(token, RequestExpectation.For(Here, "GET", "/", []), (did, keyId) => did == Caller && keyId == _signer.PublicKey.KeyId ? _signer.PublicKey : null, guard, _clock)).IsOk;

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
