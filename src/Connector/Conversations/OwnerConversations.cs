using DataSpace.Connector.Jobs;
using DataSpace.Hosting;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;
using DataSpace.Privacy.Conversations;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Conversations;

/// <summary>How a granted use talks: until all is said and heard, or the conversation ends for another reason. Messages leave through <see cref="ConversationSession"/>.</summary>
internal sealed class OwnerConversations(ConversationDesk desk, AuditLedger ledger, NodeOptions options)
{
    private const string SpoolPrefix = "conversation-";

    /// <summary>What a killed process left of messages it had said: nobody can use them any more.</summary>
    public static void RemoveLeftovers(string directory)
    {
        foreach (var file in Directory.EnumerateFiles(directory, SpoolPrefix + "*"))
            File.Delete(file);
    }

    /// <summary>Talks until the end and answers how many bytes this party has said.</summary>
    /// <param name="jobHash">Job.</param>
    /// <param name="part">This owner's part; still the caller's to dispose.</param>
    /// <param name="grant">The use's Grant, whose proof goes with every message.</param>
    /// <param name="mostBytesSaid">Most bytes that this party may have to say.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>DS-JOB-021 when the other party does not go on, else what the state machine refused.</returns>
    public Task<Result<long>> TalkAsync(string jobHash, IConversation part, GrantHandle grant, long mostBytesSaid, CancellationToken cancellation)
        => TalkAsync(jobHash, [new OwnerTalk(null, part, mostBytesSaid)], grant, cancellation);

    /// <summary>As above with several at once; what ends one of the conversations ends all.</summary>
    public async Task<Result<long>> TalkAsync(string jobHash, IReadOnlyList<OwnerTalk> talks, GrantHandle grant, CancellationToken cancellation)
    {
        if (!ledger.ProveGrant(grant.UseId).TryGet(out var proof, out var error))
            return error;
        var shown = Convert.ToBase64String(proof.Encode());
        var sessions = new List<ConversationSession>();
        void Stop(DsError why) => sessions.ForEach(s => s.Stop(why));
        try
        {
            foreach (var (talk, i) in talks.Select((t, i) => (t, i)))
                sessions.Add(new ConversationSession(talk.Part, new MessageSpool(Path.Combine(options.Directory, $"{SpoolPrefix}{grant.UseId}-{i}"), talk.MostBytesSaid), shown));
            foreach (var (talk, session) in talks.Zip(sessions))
                desk.Open(jobHash, session, talk.With);
            await using var late = cancellation.Register(() => Stop(JobErrors.PeerSilent.Of()));
            var ends = sessions.Select(s => s.End).ToList();
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
            return sessions.Sum(s => s.BytesSaid);
        }
        finally
        {
            foreach (var talk in talks)
                desk.Close(jobHash, talk.With);
            sessions.ForEach(s => s.Dispose());
        }
    }
}

/// <summary>One of an owner's conversations.</summary>
/// <param name="With">With whom (DID), where it has several; else null.</param>
/// <param name="Part">Its part; still the caller's to dispose.</param>
/// <param name="MostBytesSaid">Most bytes that it may have to say there.</param>
internal sealed record OwnerTalk(string? With, IConversation Part, long MostBytesSaid);
