using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;

namespace DataSpace.Privacy.Intersection;

/// <summary>
/// The party whose set is asked about.
/// <para><b>It sends</b> a greeting (the receiver learns the number of its distinct items), tags of the receiver's items under both keys (in the order in which they came, or in a
/// secret one when only the number is agreed), then its own items under its key in a secret order (the receiver finds the common ones by adding its own key, and sees
/// points that it cannot tell from random ones of the others).</para>
/// <para><b>It learns</b> the number of the receiver's distinct items, and nothing of the result. Assumptions as at <see cref="IntersectionReceiver"/>.</para>
/// </summary>
public sealed class IntersectionSender : IntersectionParty
{
    private int _receiverItems = -1;
    private bool _answered;
    private int _maskedHeard, _tagsSaid, _ownSaid;
    private byte[] _tags = [];

    private IntersectionSender(IntersectionRun run, ItemSet items)
        : base(run, items)
    {
    }

    /// <inheritdoc />
    public override bool IsComplete => _answered && _tagsSaid == PeerChunks && _ownSaid == IntersectionMessage.Chunks(Items.Count);

    private protected override bool IsReceiver => false;

    private int PeerChunks => IntersectionMessage.Chunks(Math.Max(0, _receiverItems));

    /// <summary>A new run.</summary>
    /// <returns>DS-PRV-167, 168 or 169 when terms and set do not go together.</returns>
    public static Result<IntersectionSender> Create(IntersectionRun run, ItemSet items)
        => Problem(run, items, run.Context.Terms.MaxSenderItems) is { } problem ? problem : new IntersectionSender(run, items);

    private protected override ProtocolMessage? Speak()
    {
        if (_receiverItems < 0)
            return null;
        if (!_answered)
        {
            _answered = true;
            return Log.Write(IntersectionStep.Answer, 0, Items.Count, Greeting());
        }

        if (_maskedHeard < PeerChunks)
            return null;
        if (_tagsSaid < PeerChunks)
            return SayTags();
        if (_ownSaid == IntersectionMessage.Chunks(Items.Count))
            return null;
        var points = Key!.Mask(Items.Chunk(_ownSaid));
        var message = Log.Write(IntersectionStep.Own, _ownSaid++, Items.Count, points);
        if (IsComplete)
            Key.Dispose();
        return message;
    }

    private protected override Result<Unit> Hear(ReadOnlyMemory<byte> message)
    {
        if (_receiverItems < 0)
            return HearOpen(message);
        if (!_answered || _maskedHeard == PeerChunks)
            return ConversationErrors.OutOfOrder.Of();
        if (!Log.Read(message, IntersectionStep.Masked, _maskedHeard, _receiverItems, Terms.MaxReceiverItems).TryGet(out var payload, out var error))
            return error;
        if (!Key!.Tag(payload.Span).TryGet(out var tags, out error))
            return error;
        tags.CopyTo(_tags, _maskedHeard * IntersectionMessage.ChunkItems * IntersectionMessage.TagBytes);
        if (++_maskedHeard == PeerChunks && Terms.Mode == IntersectionMode.Cardinality)
            Shuffle(_tags);
        return Unit.Value;
    }

    private Result<Unit> HearOpen(ReadOnlyMemory<byte> message)
    {
        if (!Log.Read(message, IntersectionStep.Open, 0, total: null, Terms.MaxReceiverItems).TryGet(out var payload, out var error))
            return error;
        var count = IntersectionMessage.Total(message.Span);
        if (count < Terms.MinimumIntersection)
            return IntersectionErrors.SetTooSmall.Of();
        PeerCommitment = payload[IntersectionMessage.NonceBytes..].ToArray();
        Key = MaskingKey.Create(Run.Context.Digest.Span, payload.Span[..IntersectionMessage.NonceBytes], Nonce);
        _tags = new byte[count * IntersectionMessage.TagBytes];
        _receiverItems = count;
        return Unit.Value;
    }

    private ProtocolMessage SayTags()
    {
        var from = _tagsSaid * IntersectionMessage.ChunkItems * IntersectionMessage.TagBytes;
        var length = IntersectionMessage.ItemsIn(_tagsSaid, _receiverItems) * IntersectionMessage.TagBytes;
        return Log.Write(IntersectionStep.Tags, _tagsSaid++, _receiverItems, _tags.AsSpan(from, length));
    }

    private static void Shuffle(Span<byte> tags)
    {
        Span<byte> kept = stackalloc byte[IntersectionMessage.TagBytes];
        for (var i = (tags.Length / IntersectionMessage.TagBytes) - 1; i > 0; i--)
        {
            var j = RandomNumberGenerator.GetInt32(i + 1);
            var a = tags.Slice(i * IntersectionMessage.TagBytes, IntersectionMessage.TagBytes);
            var b = tags.Slice(j * IntersectionMessage.TagBytes, IntersectionMessage.TagBytes);
            a.CopyTo(kept);
            b.CopyTo(a);
            kept.CopyTo(b);
        }
    }
}
