using DataSpace.Kernel.Crypto;

namespace DataSpace.Hosting.Http;

/// <summary>
/// Replay store of a node: exact in memory, and across restarts by refusing every token that was issued before this process started
/// (tokens live at most 60 s, so nothing older can be valid for long). No disk write per request.
/// </summary>
public sealed class ReplayGuard(TimeProvider clock) : IReplayStore
{
    private readonly InMemoryReplayStore _memory = new(clock);

    /// <summary>Tokens issued before this are refused, for a former process may have consumed them. Tokens are dated in whole seconds: those of the second that it falls into count as before.</summary>
    public DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

    /// <inheritdoc />
    public ValueTask<bool> TryConsumeAsync(string issuer, string tokenId, DateTimeOffset expiry, CancellationToken cancellationToken = default)
        => expiry - SignedMessage.MaxRequestLifetime < StartedAt
            ? ValueTask.FromResult(false)
            : _memory.TryConsumeAsync(issuer, tokenId, expiry, cancellationToken);
}
