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
    public async Task<Result<long>> TalkAsync(string jobHash, IConversation part, GrantHandle grant, long mostBytesSaid, CancellationToken cancellation)
    {
        if (!ledger.ProveGrant(grant.UseId).TryGet(out var proof, out var error))
            return error;
        var spool = new MessageSpool(Path.Combine(options.Directory, SpoolPrefix + grant.UseId), mostBytesSaid);
        using var session = new ConversationSession(part, spool, Convert.ToBase64String(proof.Encode()));
        desk.Open(jobHash, session);
        try
        {
            await using var late = cancellation.Register(() => session.Stop(JobErrors.PeerSilent.Of()));
            return await session.End is { } ended ? ended : session.BytesSaid;
        }
        finally
        {
            desk.Close(jobHash);
        }
    }
}
