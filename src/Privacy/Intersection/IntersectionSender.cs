using System.Globalization;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection.Sums;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Intersection;

/// <summary>
/// The party whose set is asked about.
/// <para><b>It sends</b> a greeting (the receiver learns the number of its distinct items), tags of the receiver's items under both keys (in the order in which they came, or in a
/// secret one when only the number is agreed), then its own items under its key in a secret order (the receiver finds the common ones by adding its own key, and sees
/// points that it cannot tell from random ones of the others).</para>
/// <para><b>For a sum</b> it then sends a fresh public key and its values under it, in the order of its points (the receiver sees ciphertexts that it has no key for), and takes one ciphertext for each plain
/// modulus back.</para>
/// <para><b>It learns</b> the number of the receiver's distinct items, and nothing of the result; for a sum the exact total of its own values over the common items, 0 where too few are common. Assumptions as at <see cref="IntersectionReceiver"/>.</para>
/// </summary>
public sealed class IntersectionSender : IntersectionParty
{
    private int _receiverItems = -1;
    private bool _answered;
    private int _maskedHeard, _tagsSaid, _ownSaid;
    private readonly ValueHolder? _values;
    private int _keysSaid, _valuesSaid, _repliesHeard;
    private byte[] _tags = [];

    private IntersectionSender(IntersectionRun run, ItemSet items, ValueHolder? values)
        : base(run, items)
        => _values = values;

    /// <inheritdoc />
    public override bool IsComplete => HasSaidOwn && _repliesHeard == (_values?.Moduli ?? 0);

    private bool HasSaidOwn => _answered && _tagsSaid == PeerChunks && _ownSaid == IntersectionMessage.Chunks(Items.Count);

    private bool HasSaidValues => _values is not null && _keysSaid == _values.Moduli && _valuesSaid == _values.Messages;

    /// <summary>Without this party's own points the receiver learns nothing of what is common. For a sum they are no end: its receiver still has to answer.</summary>
    public override bool SaysResult => _values is null && HasSaidTags && !HasSaidOwn;

    /// <inheritdoc />
    public override ProtocolMessage? BreakOff()
        => _values is not null && HasSaidOwn ? new ProtocolMessage(Run.Grant, IntersectionMessage.Protocol, "brokenoff", Log.Last.ToArray()) : null;

    private bool HasSaidTags => _answered && _maskedHeard == PeerChunks && _tagsSaid == PeerChunks;

    private protected override bool IsReceiver => false;

    private int PeerChunks => IntersectionMessage.Chunks(Math.Max(0, _receiverItems));

    /// <summary>A new run.</summary>
    /// <returns>DS-PRV-167, 168 or 169 when terms and set do not go together.</returns>
    /// <param name="run">What the run is bound to.</param>
    /// <param name="items">This party's set; for a sum with values.</param>
    /// <param name="engine">For a sum: makes its keys.</param>
    public static Result<IntersectionSender> Create(IntersectionRun run, ItemSet items, ISealEngine? engine = null)
    {
        if ((Problem(run, items, run.Context.Terms.MaxSenderItems) ?? SumProblem(run, engine)) is { } problem)
            return problem;
        if (run.Context.Terms.Mode != IntersectionMode.Sum)
            return new IntersectionSender(run, items, null);
        if (!items.HasValues)
            return IntersectionErrors.TermsInvalid.Of("a sum needs values");
        return ValueHolder.Create(engine!, run.Context.Terms, items).TryGet(out var values, out var error) ? new IntersectionSender(run, items, values) : error;
    }

    /// <summary>True where this party learns a sum and tells it, with <see cref="TellSum"/>.</summary>
    public bool TellsSum => _values is not null;

    /// <summary>
    /// What a sum tells to somebody else: JSON with <c>sum</c>, a text in units of the last decimal, rounded down to a multiple of <see cref="SumGrainOf"/>. Whoever gets it learns that number alone; of two
    /// runs over sets that differ by one subject the numbers mostly are the same. The run is over afterwards.
    /// </summary>
    /// <returns>DS-PRV-171 when messages are missing, 172 when the run was closed, 225 when the receiver's reply is no sum of these values.</returns>
    public Result<ProtocolMessage> TellSum()
    {
        if (!SumUp().TryGet(out var sum, out var error))
            return error;
        var grain = SumGrainOf(Terms);
        var told = sum - (((sum % grain) + grain) % grain);
        return new ProtocolMessage(Run.Grant, IntersectionMessage.Protocol, "tell", System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"sum\":\"{told}\"}}")));
    }

    /// <summary>Sums are told in multiples of this: what as many subjects as the minimum can change them by.</summary>
    public static Int128 SumGrainOf(IntersectionTerms terms) => (Int128)IntersectionReceiver.GrainOf(terms) * terms.Values!.Magnitude;

    /// <summary>The exact sum; stays at this party.</summary>
    internal Result<Int128> SumUp()
    {
        if (IsClosed)
            return ConversationErrors.RunClosed.Of();
        if (!IsComplete || _values is null)
            return ConversationErrors.Incomplete.Of();
        Dispose();
        return _values.Sum();
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _values?.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected override Result<ProtocolMessage?> Speak()
    {
        if (_receiverItems < 0)
            return (ProtocolMessage?)null;
        if (!_answered)
        {
            _answered = true;
            return Log.Write(IntersectionStep.Answer, 0, Items.Count, Greeting());
        }

        if (_maskedHeard < PeerChunks)
            return (ProtocolMessage?)null;
        if (_tagsSaid < PeerChunks)
            return SayTags();
        if (HasSaidOwn)
            return SayValues();
        var points = Key!.Mask(Items.Chunk(_ownSaid));
        var message = Log.Write(IntersectionStep.Own, _ownSaid++, Items.Count, points);
        if (HasSaidOwn)
            Key.Dispose();
        return message;
    }

    private Result<ProtocolMessage?> SayValues()
    {
        if (_values is null || HasSaidValues)
            return (ProtocolMessage?)null;
        if (_keysSaid < _values.Moduli)
            return Log.Write(IntersectionStep.Key, _keysSaid, _values.Moduli, _values.PublicKey(_keysSaid++));
        return _values.Values(_valuesSaid).TryGet(out var ciphertext, out var error) ? Log.Write(IntersectionStep.Values, _valuesSaid++, Items.Count, ciphertext) : error;
    }

    private Result<Unit> HearReply(ReadOnlyMemory<byte> message)
    {
        if (!Log.Read(message, IntersectionStep.Reply, _repliesHeard, _values!.Moduli, int.MaxValue).TryGet(out var payload, out var error))
            return error;
        _repliesHeard++;
        return _values.Take(payload);
    }

    private protected override Result<Unit> Hear(ReadOnlyMemory<byte> message)
    {
        if (_receiverItems < 0)
            return HearOpen(message);
        if (HasSaidValues && !IsComplete)
            return HearReply(message);
        if (!_answered || _maskedHeard == PeerChunks)
            return ConversationErrors.OutOfOrder.Of();
        if (!Log.Read(message, IntersectionStep.Masked, _maskedHeard, _receiverItems, Terms.MaxReceiverItems).TryGet(out var payload, out var error))
            return error;
        if (!Key!.Tag(payload.Span).TryGet(out var tags, out error))
            return error;
        tags.CopyTo(_tags, _maskedHeard * IntersectionMessage.ChunkItems * IntersectionMessage.TagBytes);
        if (++_maskedHeard == PeerChunks && Terms.Mode != IntersectionMode.Ids)
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
