using DataSpace.Kernel.Results;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Witnessing;

namespace DataSpace.Hosting.Witnessing;

/// <summary>How one witness stands.</summary>
/// <param name="Did">The witness.</param>
/// <param name="Size">Size it cosigned last.</param>
/// <param name="At">When.</param>
/// <param name="Code">Why its last answer was none, or null.</param>
public sealed record WitnessStanding(string Did, long Size, DateTimeOffset? At, string? Code);

/// <summary>The newest checkpoint of this node's log with the cosignatures it got, published as <c>ledger/cosigned</c>. Written by the collector, read by all.</summary>
public sealed class CosignedLog(AuditLedger ledger, WitnessConfig config, TimeProvider clock)
{
    private static readonly TimeSpan QuorumLimit = TimeSpan.FromSeconds(15);
    private readonly Lock _gate = new();
    private State _state = new(0, false, null, []);
    private TaskCompletionSource _changed = New();
    private TaskCompletionSource _wanted = New();

    /// <summary>Size, quorum and witnesses as of the last round.</summary>
    /// <param name="Size">Size of the published cosigned checkpoint; 0 for none.</param>
    /// <param name="QuorumMet">Its quorum is there.</param>
    /// <param name="Policy">The policy it was judged by; null when nobody can witness.</param>
    /// <param name="Witnesses">Everyone who is asked.</param>
    public sealed record State(long Size, bool QuorumMet, WitnessPolicy? Policy, IReadOnlyList<WitnessStanding> Witnesses);

    /// <summary>The present state.</summary>
    public State Now => Volatile.Read(ref _state);

    /// <summary>Completes when somebody waits for a quorum: the collector need not wait for its next round.</summary>
    internal Task Wanted => Volatile.Read(ref _wanted).Task;

    internal void Rest() => Volatile.Write(ref _wanted, New());

    /// <summary>The error of a use whose Grant the quorum has not cosigned in time, or null; null at once where no quorum is required.</summary>
    public async Task<DsError?> WaitAsync(long size, CancellationToken cancellation)
    {
        if (!config.RequireQuorum)
            return null;
        var deadline = clock.GetUtcNow() + QuorumLimit;
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (Now is { QuorumMet: true } state && state.Size >= size)
                return null;
            Volatile.Read(ref _wanted).TrySetResult();
            var left = deadline - clock.GetUtcNow();
            if (left <= TimeSpan.Zero)
                return WitnessErrors.QuorumMissing.Of();
            try
            {
                await changed.WaitAsync(left, clock, cancellation);
            }
            catch (TimeoutException)
            {
                return WitnessErrors.QuorumMissing.Of();
            }
        }
    }

    /// <summary>A checkpoint with new cosignatures. What met the quorum is never replaced by what does not.</summary>
    internal void Publish(Checkpoint checkpoint, string note, WitnessPolicy? policy, bool quorumMet, IReadOnlyList<WitnessStanding> witnesses, bool anyCosigned)
    {
        lock (_gate)
        {
            var now = _state;
            var better = anyCosigned && checkpoint.Size >= now.Size && (quorumMet || !now.QuorumMet);
            if (better)
                PublicFiles.WriteText(ledger.Directory, PublicFiles.Cosigned, note);
            Volatile.Write(ref _state, new State(better ? checkpoint.Size : now.Size, better ? quorumMet : now.QuorumMet, policy, witnesses));
        }
        Interlocked.Exchange(ref _changed, New()).TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
