using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;

namespace DataSpace.Privacy.Intersection;

/// <summary>
/// The one conversation of a run as one party sees it: every message names the digest of the one before, whoever sent it, so that both parties can only
/// go on when they have seen the same bytes in the same order. Owned by one state machine.
/// </summary>
internal sealed class Transcript(IntersectionRun run)
{
    private readonly ReadOnlyMemory<byte> _context = run.Context.Digest;
    private byte[] _last = run.Context.Digest.ToArray();

    /// <summary>Messages of the peer that were accepted; what a peer whose connection broke resends from.</summary>
    public int Received { get; private set; }

    /// <summary>Digest of the newest message, of either party.</summary>
    public ReadOnlyMemory<byte> Last => _last;

    /// <summary>Signs the next message of this party.</summary>
    public ProtocolMessage Write(IntersectionStep step, int chunk, int total, ReadOnlySpan<byte> payload)
    {
        var message = IntersectionMessage.Write(step, chunk, total, _context.Span, _last, payload);
        run.Own.Sign(IntersectionMessage.SignedBytes(message)).CopyTo(message, message.Length - IntersectionMessage.SignatureBytes);
        _last = SHA256.HashData(message);
#pragma warning disable CA1308 // names of steps are lower case
        return new ProtocolMessage(run.Grant, IntersectionMessage.Protocol, step.ToString().ToLowerInvariant(), message);
#pragma warning restore CA1308
    }

    /// <summary>The payload of the message that is due from the peer; nothing of it is looked at before the signature holds.</summary>
    /// <param name="message">As received.</param>
    /// <param name="step">Step that is due.</param>
    /// <param name="chunk">Chunk that is due.</param>
    /// <param name="total">Items of the set in question; null while only the peer knows.</param>
    /// <param name="mostItems">Most that the terms allow.</param>
    public Result<ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> message, IntersectionStep step, int chunk, int? total, int mostItems)
    {
        if (IntersectionMessage.Check(message.Span, step, chunk, total, mostItems, _context.Span, _last).Error is { } error)
            return error;
        if (!run.Peer.Verify(IntersectionMessage.SignedBytes(message.Span), IntersectionMessage.Signature(message.Span)))
            return ConversationErrors.SignatureInvalid.Of();
        _last = SHA256.HashData(message.Span);
        Received++;
        return IntersectionMessage.Payload(message);
    }
}
