using System.Collections;
using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection.Sums;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Intersection;

/// <summary>What the receiver learned.</summary>
/// <param name="Count">Common items.</param>
/// <param name="Rows">Numbers of its own rows that hold them, ascending; null when only their number was agreed.</param>
public sealed record IntersectionResult(int Count, IReadOnlyList<int>? Rows);

/// <summary>
/// The party that is entitled to the result.
/// <para><b>It sends</b> a greeting (the sender learns the number of its distinct items), then its items under its key (the sender, who lacks that key, sees points
/// that it cannot tell from random ones).</para>
/// <para><b>It learns</b> the number of the sender's distinct items, and from tags and points which of its own rows the sender has; in the mode
/// <see cref="IntersectionMode.Cardinality"/> how many. Below the minimum it is told neither. Of the sender's other items it sees points that it cannot tell from random ones.
/// The coordinator that relays sees sizes.</para>
/// <para><b>For a sum</b> (<see cref="IntersectionMode.Sum"/>) it takes the sender's values, encrypted under the sender's key in the order of the sender's points, and returns one ciphertext for each plain
/// modulus: the sender learns the sum of its own values over the common items, and nothing of which they are; below the minimum the sum of none. Of the values the receiver learns nothing. A
/// receiver that does not follow the protocol could choose other items than the common ones, one alone among them: the contract must name whom it trusts not to.</para>
/// <para><b>Assumptions</b>: both parties follow the protocol (semi-honest), decisional Diffie-Hellman on curve25519, hashes as random oracles. A party can still lie about its set: that is what
/// commitments, caps, the minimum and the ledger are for. The minimum is kept by this node, not by mathematics.</para>
/// </summary>
public sealed class IntersectionReceiver : IntersectionParty
{
    private bool _greeted;
    private int _senderItems = -1;
    private int _maskedSaid, _tagsHeard, _ownHeard;
    private readonly ISealEngine? _engine;
    private int _keysHeard, _valuesHeard, _repliesSaid;
    private TagTable? _tags;
    private BitArray? _matched;
    private BitArray? _chosen;
    private ValueSelector? _selector;

    private IntersectionReceiver(IntersectionRun run, ItemSet items, ISealEngine? engine)
        : base(run, items)
        => _engine = engine;

    /// <inheritdoc />
    public override bool IsComplete => IsMatched && _repliesSaid == (_selector?.Moduli ?? 0);

    private bool IsMatched => _senderItems >= 0 && _maskedSaid == OwnChunks && _tagsHeard == OwnChunks && _ownHeard == IntersectionMessage.Chunks(_senderItems);

    private bool HasValues => _selector is null || (_keysHeard == _selector.Moduli && _valuesHeard == _selector.Messages);

    private protected override bool IsReceiver => true;

    private int OwnChunks => IntersectionMessage.Chunks(Items.Count);

    /// <summary>A new run.</summary>
    /// <returns>DS-PRV-167, 168 or 169 when terms and set do not go together.</returns>
    /// <param name="run">What the run is bound to.</param>
    /// <param name="items">This party's set.</param>
    /// <param name="engine">For a sum: makes an encryption of zero.</param>
    public static Result<IntersectionReceiver> Create(IntersectionRun run, ItemSet items, ISealEngine? engine = null)
        => (Problem(run, items, run.Context.Terms.MaxReceiverItems) ?? SumProblem(run, engine)) is { } problem ? problem : new IntersectionReceiver(run, items, engine);

    /// <summary>The result of a complete run; the run is over afterwards.</summary>
    /// <returns>DS-PRV-171 when messages are missing, 170 when too few items are common, 172 when the run was closed.</returns>
    public Result<IntersectionResult> Finish()
    {
        if (IsClosed)
            return ConversationErrors.RunClosed.Of();
        if (!IsComplete)
            return ConversationErrors.Incomplete.Of();
        Dispose();
        var rows = MatchedRows();
        if (rows.Count < Terms.MinimumIntersection)
            return IntersectionErrors.TooFewInCommon.Of();
        return new IntersectionResult(rows.Count, Terms.Mode == IntersectionMode.Ids ? rows : null);
    }

    /// <summary>
    /// As <see cref="Finish"/>, for somebody else who is entitled to the number: JSON with <c>count</c>, rounded down to a multiple of <see cref="GrainOf"/>. Whoever gets it learns that number alone;
    /// of two runs over sets that differ by one subject the numbers mostly are the same, and differ by the grain where they are not.
    /// </summary>
    public Result<ProtocolMessage> Tell()
    {
        if (!Finish().TryGet(out var result, out var error))
            return error;
        ToldRows = result.Rows;
        var told = result.Count - (result.Count % GrainOf(Terms));
        return new ProtocolMessage(Run.Grant, IntersectionMessage.Protocol, "tell", System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"count\":{told}}}")));
    }

    /// <summary>Numbers of this party's own rows that are common, once <see cref="Tell"/> has told how many; null where only the number was agreed.</summary>
    public IReadOnlyList<int>? ToldRows { get; private set; }

    /// <summary>Numbers are told in multiples of this: the minimum.</summary>
    public static int GrainOf(IntersectionTerms terms) => Math.Max(1, terms.MinimumIntersection);

    /// <summary>What the tags say to a curious receiver. Where the sender shuffled them, only the number is true.</summary>
    internal List<int> MatchedRows() => [.. Enumerable.Range(0, Items.Count).Where(i => _matched![i]).Select(Items.RowOf).Order()];

    private protected override Result<ProtocolMessage?> Speak()
    {
        if (!_greeted)
        {
            _greeted = true;
            return Log.Write(IntersectionStep.Open, 0, Items.Count, Greeting());
        }

        if (_senderItems < 0)
            return (ProtocolMessage?)null;
        if (_maskedSaid < OwnChunks)
            return Log.Write(IntersectionStep.Masked, _maskedSaid, Items.Count, Key!.Mask(Items.Chunk(_maskedSaid++)));
        if (!IsMatched || !HasValues || _selector is null || _repliesSaid == _selector.Moduli)
            return (ProtocolMessage?)null;
        return _selector.Reply(_repliesSaid).TryGet(out var reply, out var error) ? Log.Write(IntersectionStep.Reply, _repliesSaid++, _selector.Moduli, reply) : error;
    }

    private protected override Result<Unit> Hear(ReadOnlyMemory<byte> message)
    {
        if (!_greeted || (_senderItems >= 0 && _maskedSaid < OwnChunks) || (IsMatched && HasValues))
            return ConversationErrors.OutOfOrder.Of();
        return _senderItems < 0 ? HearAnswer(message) : _tagsHeard < OwnChunks ? HearTags(message) : !IsMatched ? HearOwn(message)
            : _keysHeard < _selector!.Moduli ? HearKey(message) : HearValues(message);
    }

    private Result<Unit> HearKey(ReadOnlyMemory<byte> message)
    {
        if (!Log.Read(message, IntersectionStep.Key, _keysHeard, _selector!.Moduli, int.MaxValue).TryGet(out var payload, out var error))
            return error;
        _keysHeard++;
        return _selector.TakeKey(payload);
    }

    private Result<Unit> HearValues(ReadOnlyMemory<byte> message)
    {
        if (!Log.Read(message, IntersectionStep.Values, _valuesHeard, _senderItems, Terms.MaxSenderItems).TryGet(out var payload, out var error))
            return error;
        // Too few are none: what the sender learns then is that nothing was added up.
        if (_valuesHeard++ == 0 && MatchedRows().Count < Terms.MinimumIntersection)
            _chosen!.SetAll(false);
        return _selector!.Take(payload, _chosen!);
    }

    private Result<Unit> HearAnswer(ReadOnlyMemory<byte> message)
    {
        if (!Log.Read(message, IntersectionStep.Answer, 0, total: null, Terms.MaxSenderItems).TryGet(out var payload, out var error))
            return error;
        var count = IntersectionMessage.Total(message.Span);
        if (count < Terms.MinimumIntersection)
            return IntersectionErrors.SetTooSmall.Of();
        PeerCommitment = payload[IntersectionMessage.NonceBytes..].ToArray();
        Key = MaskingKey.Create(Run.Context.Digest.Span, Nonce, payload.Span[..IntersectionMessage.NonceBytes]);
        _tags = new TagTable(Items.Count);
        _matched = new BitArray(Items.Count);
        _senderItems = count;
        if (Terms.Mode == IntersectionMode.Sum)
            (_chosen, _selector) = (new BitArray(count), new ValueSelector(_engine!, Terms, count));
        return Unit.Value;
    }

    private Result<Unit> HearTags(ReadOnlyMemory<byte> message)
    {
        if (!Log.Read(message, IntersectionStep.Tags, _tagsHeard, Items.Count, Terms.MaxReceiverItems).TryGet(out var payload, out var error))
            return error;
        var place = _tagsHeard * IntersectionMessage.ChunkItems;
        for (var at = 0; at < payload.Length; at += IntersectionMessage.TagBytes)
        {
            // Different items have different tags; equal ones would count one common item twice.
            if (!_tags!.Add(payload.Span.Slice(at, IntersectionMessage.TagBytes), place++))
                return IntersectionErrors.Repeated.Of();
        }

        _tagsHeard++;
        return Unit.Value;
    }

    private Result<Unit> HearOwn(ReadOnlyMemory<byte> message)
    {
        if (!Log.Read(message, IntersectionStep.Own, _ownHeard, _senderItems, Terms.MaxSenderItems).TryGet(out var payload, out var error))
            return error;
        if (!Key!.Tag(payload.Span).TryGet(out var tags, out error))
            return error;
        var item = _ownHeard * IntersectionMessage.ChunkItems;
        for (var at = 0; at < tags.Length; at += IntersectionMessage.TagBytes, item++)
        {
            var place = _tags!.Find(tags.AsSpan(at, IntersectionMessage.TagBytes));
            if (place < 0)
                continue;
            if (_matched![place])
                return IntersectionErrors.Repeated.Of();
            _matched[place] = true;
            _chosen?.Set(item, true);
        }

        _ownHeard++;
        return Unit.Value;
    }
}
