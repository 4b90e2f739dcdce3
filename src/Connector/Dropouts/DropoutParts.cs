using System.Collections.Concurrent;
using DataSpace.Connector.Jobs;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Aggregation.Dropout;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Dropouts;

/// <summary>What this node holds of one job that may go on without some owners.</summary>
internal sealed class DropoutPart(EphemeralKey shareKey, DateTimeOffset keptAt, DateTimeOffset notAfter) : IDisposable
{
    /// <summary>One request at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1);

    /// <summary>True once everybody's shares are here: from then on the use, which may be granted, bounds how many of these there are.</summary>
    public bool Taken { get; set; }

    /// <summary>True when nothing will come of it: its order has ended, or nobody brought the roster in time.</summary>
    public bool IsOver(DateTimeOffset now) => notAfter < now || (!Taken && now - keptAt > ProviderDesk.RosterWait);

    public EphemeralKey ShareKey => shareKey;

    /// <summary>Null until the roster is known; the first roster stands.</summary>
    public DropoutParty? Party { get; set; }

    /// <summary>Roster under which <see cref="Party"/> was made.</summary>
    public string? RosterHash { get; set; }

    /// <summary>This owner's statement of shares, once signed.</summary>
    public string? Shares { get; set; }

    /// <summary>True once this owner signed the set that it agreed to. Whoever did not sign tells nothing, whatever others signed.</summary>
    public bool Signed { get; set; }

    /// <summary>What was told, once it was: the same bytes again.</summary>
    public ToldShare? Told { get; set; }

    public void Dispose()
    {
        Party?.Dispose();
        shareKey.Dispose();
    }
}

/// <summary>
/// Parts of running jobs. In memory only, on purpose: shares that no disk and no backup holds cannot be told over a second set of survivors after a restart. A node that lost them contributes no share; as long as more than two
/// thirds of the owners have theirs, the job goes on. Thread-safe.
/// </summary>
internal sealed class DropoutParts(TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<string, DropoutPart> _parts = new(StringComparer.Ordinal);

    /// <summary>Keeps a job's share key; parts whose order has ended go.</summary>
    public void Keep(string jobHash, EphemeralKey shareKey, DateTimeOffset notAfter)
    {
        foreach (var old in _parts.Where(p => p.Value.IsOver(clock.GetUtcNow())).Select(p => p.Key))
            Forget(old);
        _parts[jobHash] = new DropoutPart(shareKey, clock.GetUtcNow(), notAfter);
    }

    /// <summary>The job's part, or null.</summary>
    public DropoutPart? Find(string jobHash) => _parts.GetValueOrDefault(jobHash);

    /// <summary>Every owner's shares arrive with the roster: only then may the use be granted. The same ones again change nothing.</summary>
    public Result<Unit> Take(DropoutDocuments documents, IReadOnlyList<string>? shares)
    {
        if (Find(documents.JobHash) is not { Party: { } party } part)
            return JobErrors.Abandoned.Of("restarted after round 0; nothing was spent");
        if (part.RosterHash != documents.RosterHash)
            return JobErrors.TwoRosters.Of();
        if (!documents.Shares(shares).TryGet(out var messages, out var error) || !party.Take(messages).TryGet(out _, out error))
            return error;
        part.Taken = true;
        return Unit.Value;
    }

    /// <summary>True when the plan asks for no part, or there is one that may contribute.</summary>
    public bool IsReady(JobPlan plan, string jobHash) => !plan.HasDropout || Find(jobHash)?.Party is not null;

    /// <summary>Destroys the job's secrets.</summary>
    public void Forget(string jobHash)
    {
        if (_parts.TryRemove(jobHash, out var part))
            part.Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var job in _parts.Keys)
            Forget(job);
    }
}
