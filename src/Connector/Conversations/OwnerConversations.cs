using System.Collections.Concurrent;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;
using DataSpace.Privacy.Conversations;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Conversations;

/// <summary>
/// How a granted use talks: until all is said and heard, or the conversation ends for another reason. Messages leave through <see cref="ConversationSession"/>; what is a result waits there until the
/// use is reported. Thread-safe; one use of a job at a time.
/// </summary>
internal sealed class OwnerConversations(ConversationDesk desk, AuditLedger ledger, NodeOptions options)
{
    private const string SpoolPrefix = "conversation-";
    private readonly ConcurrentDictionary<string, Talk> _talks = new(StringComparer.Ordinal);

    /// <summary>What a killed process left of messages it had said: nobody can use them any more.</summary>
    public static void RemoveLeftovers(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory, SpoolPrefix + "*"))
            File.Delete(file);
    }

    /// <summary>Talks until the end, or until everything is heard and what is left to say is the result, and answers how many bytes this party says.</summary>
    /// <param name="jobHash">Job.</param>
    /// <param name="part">This owner's part. It belongs to the conversation until <see cref="Close"/>; when this has returned, nobody else works on it.</param>
    /// <param name="grant">The use's Grant, whose proof goes with every message.</param>
    /// <param name="mostBytesSaid">Most bytes that this party may have to say.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>DS-JOB-021 when the other party does not go on, else what the state machine refused.</returns>
    public Task<Result<long>> TalkAsync(string jobHash, IConversation part, GrantHandle grant, long mostBytesSaid, CancellationToken cancellation)
        => TalkAsync(jobHash, part, [new OwnerTalk(null, part, mostBytesSaid)], grant, cancellation);

    /// <summary>As above with several at once, parts of <paramref name="whole"/>; what ends one of the conversations ends all.</summary>
    public async Task<Result<long>> TalkAsync(string jobHash, IDisposable whole, IReadOnlyList<OwnerTalk> talks, GrantHandle grant, CancellationToken cancellation)
    {
        var said = _talks[jobHash] = new Talk(whole, talks);
        if (!ledger.ProveGrant(grant.UseId).TryGet(out var proof, out var error))
            return error;
        var shown = Convert.ToBase64String(proof.Encode());
        foreach (var (talk, i) in talks.Select((t, i) => (t, i)))
            said.Sessions.Add(new ConversationSession(talk.Part, new MessageSpool(Path.Combine(options.Directory, $"{SpoolPrefix}{grant.UseId}-{i}"), talk.MostBytesSaid), shown));
        foreach (var (talk, session) in talks.Zip(said.Sessions))
            desk.Open(jobHash, session, talk.With);
        return await said.WaitAsync(s => s.Said, cancellation) is { } ended ? ended : said.Sessions.Sum(s => s.BytesSaid);
    }

    /// <summary>The use's Report is durable: what waited for it leaves. Returns when the peer has it, or when it is too late; the use is what the ledger says either way.</summary>
    /// <param name="jobHash">Job.</param>
    /// <param name="limit">How long the peer may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task ReleaseAsync(string jobHash, TimeSpan limit, CancellationToken cancellation)
    {
        if (!_talks.TryGetValue(jobHash, out var talk))
            return;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(limit);
        talk.Sessions.ForEach(s => s.Release());
        await talk.WaitAsync(s => s.End, late.Token);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>
    /// What becomes of a use whose conversation ended early. Where something of a result has left it is reported, whoever ended it; else a run that was stopped from outside is no finding about data,
    /// and anything else is refused for its own reason.
    /// </summary>
    /// <param name="soFar">The part's <see cref="IConversation.BreakOff"/>.</param>
    /// <param name="why">Why it ended.</param>
    /// <param name="report">Makes the work that is reported.</param>
    /// <param name="cancellation">Cancelled where the run was stopped from outside.</param>
    /// <exception cref="OperationCanceledException">Stopped, and nothing had left.</exception>
    public static Result<UseWork> BrokenOff(ProtocolMessage? soFar, DsError why, Func<ProtocolMessage, Result<UseWork>> report, CancellationToken cancellation)
    {
        if (soFar is not null)
            return report(soFar);
        cancellation.ThrowIfCancellationRequested();
        return why;
    }

    /// <summary>Bytes said so far, also of a conversation that broke off.</summary>
    public long BytesSaid(string jobHash) => _talks.TryGetValue(jobHash, out var talk) ? talk.Sessions.Sum(s => s.BytesSaid) : 0;

    /// <summary>The use is over, whatever became of it: nothing more is said, keys and messages go.</summary>
    public void Close(string jobHash)
    {
        if (!_talks.TryRemove(jobHash, out var talk))
            return;
        foreach (var one in talk.Talks)
            desk.Close(jobHash, one.With);
        talk.Dispose();
    }

    private sealed class Talk(IDisposable whole, IReadOnlyList<OwnerTalk> talks) : IDisposable
    {
        public IReadOnlyList<OwnerTalk> Talks => talks;

        public List<ConversationSession> Sessions { get; } = [];

        /// <summary>Until all are as far, or one has ended for another reason; then all end for that reason.</summary>
        public async Task<DsError?> WaitAsync(Func<ConversationSession, Task<DsError?>> moment, CancellationToken cancellation)
        {
            void Stop(DsError why) => Sessions.ForEach(s => s.Stop(why));
            await using var late = cancellation.Register(() => Stop(JobErrors.PeerSilent.Of()));
            var ends = Sessions.Select(moment).ToList();
            while (ends.Count > 0)
            {
                var first = await Task.WhenAny(ends);
                if (await first is { } ended)
                {
                    Stop(ended);
                    return ended;
                }
                ends.Remove(first);
            }
            return null;
        }

        public void Dispose()
        {
            Sessions.ForEach(s => s.Dispose());
            whole.Dispose();
        }
    }
}

/// <summary>One of an owner's conversations.</summary>
/// <param name="With">With whom (DID), where it has several; else null.</param>
/// <param name="Part">Its part.</param>
/// <param name="MostBytesSaid">Most bytes that it may have to say there.</param>
internal sealed record OwnerTalk(string? With, IConversation Part, long MostBytesSaid);
