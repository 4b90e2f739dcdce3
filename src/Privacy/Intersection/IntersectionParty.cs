using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection.Sums;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Intersection;

/// <summary>
/// What both parties of a run have in common: they say the next message when it is their turn and take the peer's when it is due. One run, one key: whatever is refused closes the
/// run and wipes the key, and a run that is closed or over says nothing more. A caller commits a message before it sends it and resends those bytes when a connection breaks;
/// a party that lost its process starts a new run under a new Grant. Owned by one thread.
/// </summary>
public abstract class IntersectionParty : IConversation
{
    private bool _closed;

    private protected IntersectionParty(IntersectionRun run, ItemSet items)
        => (Run, Items, Log) = (run, items, new Transcript(run));

    /// <summary>Messages of the peer that were accepted so far; after a broken connection the peer resends from here.</summary>
    public int Received => Log.Received;

    /// <summary>True when this party has said and heard everything.</summary>
    public abstract bool IsComplete { get; }

    /// <inheritdoc />
    public bool EndsByHearing => IsReceiver != (Terms.Mode == IntersectionMode.Sum);

    /// <summary>32 random bytes that open the commitment to this party's set; kept by the caller, told to an auditor.</summary>
    public ReadOnlyMemory<byte> Opening { get; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>The peer's commitment to its set, 32 bytes, once it was received.</summary>
    public ReadOnlyMemory<byte> PeerCommitment { get; private protected set; }

    private protected IntersectionRun Run { get; }

    private protected ItemSet Items { get; }

    private protected Transcript Log { get; }

    private protected IntersectionTerms Terms => Run.Context.Terms;

    private protected byte[] Nonce { get; } = RandomNumberGenerator.GetBytes(IntersectionMessage.NonceBytes);

    private protected MaskingKey? Key { get; set; }

    /// <summary>The next message of this party, or null while the peer's is awaited and when all is said.</summary>
    /// <returns>DS-PRV-172 when the run is closed.</returns>
    public Result<ProtocolMessage?> Next() => _closed ? ConversationErrors.RunClosed.Of() : Speak();

    /// <summary>Takes the message that is due. Any error closes the run.</summary>
    public Result<Unit> Receive(ReadOnlyMemory<byte> message)
    {
        if (_closed)
            return ConversationErrors.RunClosed.Of();
        var heard = Hear(message);
        if (!heard.IsOk)
            Dispose();
        return heard;
    }

    /// <summary>
    /// What this party says to everybody when all is said: digest of the last message, and with it of the whole conversation; commitments of receiver and sender. 96 bytes, the same from both
    /// parties, of which nobody learns more than that both saw the same.
    /// </summary>
    /// <returns>DS-PRV-171 when messages are missing.</returns>
    public Result<ProtocolMessage> Close()
    {
        if (!IsComplete)
            return ConversationErrors.Incomplete.Of();
        var own = Items.Commit(Opening.Span);
        byte[] payload = IsReceiver ? [.. Log.Last.Span, .. own, .. PeerCommitment.Span] : [.. Log.Last.Span, .. PeerCommitment.Span, .. own];
        return new ProtocolMessage(Run.Grant, IntersectionMessage.Protocol, "close", payload);
    }

    /// <inheritdoc />
    public virtual bool SaysResult => false;

    /// <inheritdoc />
    public virtual ProtocolMessage? BreakOff() => null;

    /// <summary>Bytes of what <see cref="Close"/> says.</summary>
    public const int ClosingBytes = 32 + (2 * IntersectionMessage.CommitmentBytes);

    /// <summary>Bytes of a message beside its payload.</summary>
    public const int MessageOverheadBytes = IntersectionMessage.OverheadBytes;

    /// <summary>Most bytes that this party says in a run with a set of at most this size.</summary>
    public long MostBytesSaid(int mostPeerItems)
        => ((long)(Items.Count + mostPeerItems) * IntersectionMessage.PointBytes)
            + ((IntersectionMessage.Chunks(Items.Count) + IntersectionMessage.Chunks(mostPeerItems) + 2L) * (IntersectionMessage.OverheadBytes + IntersectionMessage.NonceBytes + IntersectionMessage.CommitmentBytes))
            + (Terms.Mode == IntersectionMode.Sum ? SumPlan.MostBytesSaid(Terms, IsReceiver ? 0 : Items.Count) : 0);

    private protected abstract bool IsReceiver { get; }

    /// <summary>Closes the run and wipes its key.</summary>
    public virtual void Dispose()
    {
        _closed = true;
        Key?.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract Result<ProtocolMessage?> Speak();

    private protected abstract Result<Unit> Hear(ReadOnlyMemory<byte> message);

    private protected bool IsClosed => _closed;

    private protected static DsError? SumProblem(IntersectionRun run, ISealEngine? engine)
        => run.Context.Terms.Mode == IntersectionMode.Sum && engine is null ? IntersectionErrors.TermsInvalid.Of("a sum needs homomorphic encryption") : null;

    private protected byte[] Greeting() => [.. Nonce, .. Items.Commit(Opening.Span)];

    private protected static DsError? Problem(IntersectionRun run, ItemSet items, int mostItems)
        => run.Context.Terms.Problem
            ?? (items.Count > mostItems ? IntersectionErrors.SetTooLarge.Of() : null)
            ?? (items.Count < run.Context.Terms.MinimumIntersection ? IntersectionErrors.SetTooSmall.Of() : null);
}
