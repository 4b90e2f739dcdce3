using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// One owner's part in a vertical model or in scores by one, from its keys to what it gets, as one conversation: the first party receives an intersection, then the other does, so that both know which of their rows are
/// common (both contracts permit that by name); both order them by the digest of the key; then the model is trained, or rows are scored. Where too few are common nothing more is said: both know, and the conversation
/// ends there.
/// </summary>
public abstract class AlignedConversation : IConversation
{
    private readonly VerticalRun _run;
    private readonly AlignedTerms _terms;
    private readonly ItemSet _items;
    private readonly Func<IReadOnlyList<int>, Result<AlignedRows>> _rowsOf;
    private readonly Func<int, Result<RingSlots>> _slots;
    private readonly bool _isFirst;
    private readonly List<ProtocolMessage> _closings = [];
    private IConversation _part;
    private int _received, _phase;
    private bool _ended, _disposed;
    private int[]? _common;

    private protected AlignedConversation(VerticalRun run, AlignedTerms terms, bool isFirst, ItemSet items, Func<IReadOnlyList<int>, Result<AlignedRows>> rowsOf, Func<int, Result<RingSlots>> slots, IConversation part)
        => (_run, _terms, _isFirst, _items, _rowsOf, _slots, _part) = (run, terms, isFirst, items, rowsOf, slots, part);

    /// <inheritdoc />
    public int Received => _received + _part.Received;

    /// <inheritdoc />
    public bool IsComplete => _ended || (_phase == 2 && _part.IsComplete);

    /// <inheritdoc />
    public bool EndsByHearing => _ended != _isFirst; // the last message is the other owner's, or where nothing was trained that of the label's owner

    /// <summary>Common rows; known when both intersections are over.</summary>
    public int CommonRows { get; private set; }

    /// <inheritdoc />
    public Result<ProtocolMessage?> Next()
    {
        if (GoOn().Error is { } error)
            return error;
        return _ended ? (ProtocolMessage?)null : _part.Next();
    }

    /// <inheritdoc />
    public Result<Unit> Receive(ReadOnlyMemory<byte> message)
    {
        if (GoOn().Error is { } error)
            return error;
        if (_ended)
            return Refuse(VerticalErrors.OutOfOrder.Of());
        var heard = _part.Receive(message);
        return heard.IsOk ? GoOn() : Refuse(heard.Error);
    }

    /// <summary>Digest over the closings of all parts; 32 bytes, the same from both.</summary>
    public Result<ProtocolMessage> Close()
    {
        if (!IsComplete)
            return VerticalErrors.Incomplete.Of();
        if (!_ended && !Keep().TryGet(out _, out var error))
            return error;
        return new ProtocolMessage(_run.Grant, _terms.Protocol, "close", Digest.Sha256([.. _closings.SelectMany(closing => closing.Payload.ToArray())]));
    }

    /// <inheritdoc />
    public bool SaysResult => _phase == 2 && !_ended && _part.SaysResult;

    /// <summary>With the first intersection one of the owners knows which rows are common.</summary>
    public ProtocolMessage? BreakOff()
        => _phase == 0 ? null : new ProtocolMessage(_run.Grant, _terms.Protocol, "brokenoff", Digest.Sha256([.. _closings.SelectMany(closing => closing.Payload.ToArray())]));

    /// <summary>Most bytes that a party may have said and the other not have heard: one step's ciphertexts of the largest run.</summary>
    public const long MostBytesUnheard = 1L << 30;

    /// <summary>Bytes of what <see cref="Close"/> says.</summary>
    public const int ClosingBytes = 32;

    /// <inheritdoc />
    public void Dispose()
    {
        _disposed = true;
        _part.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static Result<IConversation> Intersect(VerticalRun run, IntersectionContext context, bool receives, ItemSet items)
    {
        var own = new IntersectionRun(run.Grant, context, run.Terms.Own, run.Terms.Peer);
        if (receives)
            return IntersectionReceiver.Create(own, items).TryGet(out var receiver, out var error) ? receiver : error;
        return IntersectionSender.Create(own, items).TryGet(out var sender, out var refused) ? sender : refused;
    }

    /// <summary>Common rows that are used, by number, in the order that both owners have.</summary>
    private protected IReadOnlyList<int> RowsUsed => _common ?? [];

    /// <summary>All is said and heard.</summary>
    private protected abstract void Conclude(VerticalSide side);

    /// <summary>The intersections are over, and nothing follows.</summary>
    private protected abstract void Withhold(DsError why);

    private void End(DsError why)
    {
        _ended = true;
        Withhold(why);
    }

    private Result<Unit> GoOn()
    {
        if (_disposed)
            return VerticalErrors.RunClosed.Of();
        while (!_ended && _phase < 2 && _part.IsComplete)
        {
            if (Keep().Error is { } unclosed)
                return unclosed;
            if (_part is IntersectionReceiver receiver && !Found(receiver))
                return Refuse(ConversationErrors.Incomplete.Of());
            _received += _part.Received;
            if (++_phase == 1)
            {
                if (!Intersect(_run, _terms.Exchanged, !_isFirst, _items).TryGet(out var second, out var error))
                    return Refuse(error);
                Turn(second);
            }
            else if (Begin().Error is { } wrong)
            {
                return Refuse(wrong);
            }
        }

        if (_phase == 2 && !_ended && _part is VerticalParty { IsComplete: true } party)
            Conclude(party.Side);
        return Unit.Value;
    }

    /// <summary>Common rows in the order of their keys' digests, which both owners have alike; null where too few.</summary>
    private bool Found(IntersectionReceiver receiver)
    {
        var found = receiver.Finish();
        if (found.TryGet(out var result, out var error))
            _common = _items.InOrderOfKeys(result.Rows!);
        return found.IsOk || error!.Kind == IntersectionErrors.TooFewInCommon;
    }

    private Result<Unit> Begin()
    {
        if (_common is null)
        {
            // Both find the same number; nobody says it.
            End(IntersectionErrors.TooFewInCommon.Of());
            return Unit.Value;
        }

        CommonRows = _common.Length;
        _common = _common[..Math.Min(CommonRows, _terms.MostRowsUsed)];
        if (_terms.ProblemOf(CommonRows) is { } problem)
        {
            End(problem);
            return Unit.Value;
        }

        // Bound to what both intersections said: scores have no nonce of their own, and none of what follows fits another meeting of the same owners.
        var context = Digest.Sha256([.. _terms.ContextOf(_common.Length), .. _closings.SelectMany(closing => closing.Payload.ToArray())]);
        if (!_rowsOf(_common).TryGet(out var rows, out var error) || !_slots(_terms.Moduli).TryGet(out var slots, out error))
            return error;
        if (!_terms.SideOf(_isFirst, _common.Length, rows, slots, context).TryGet(out var made, out error))
        {
            slots.Dispose();
            return error;
        }

        Turn(new VerticalParty(_run with { Terms = _run.Terms with { Protocol = _terms.Protocol, Context = context } }, made));
        return Unit.Value;
    }

    private void Turn(IConversation next)
    {
        _part.Dispose();
        _part = next;
    }

    private Result<Unit> Keep()
    {
        if (!_part.Close().TryGet(out var closing, out var error))
            return error;
        _closings.Add(closing);
        return Unit.Value;
    }

    private DsError Refuse(DsError error)
    {
        Dispose();
        return error;
    }
}
