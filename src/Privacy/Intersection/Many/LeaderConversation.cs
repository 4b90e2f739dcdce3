using System.Runtime.InteropServices;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;

namespace DataSpace.Privacy.Intersection.Many;

/// <summary>The leader's conversation with one party. Of the party's table no more is held than one message: what the leader's items need of it is known before. Everything under the leader's lock.</summary>
internal sealed class LeaderConversation : IConversation
{
    private readonly ManyLeader _leader;
    private readonly int _other;
    private readonly SignedTranscript _log;
    private readonly ulong[] _dense;
    private readonly int[] _places, _readers;
    private PrfBlinding? _blinding;
    private ReadOnlyMemory<byte> _partyCommitment;
    private TableShape _shape;
    private UInt128[] _denseEntries = [];
    private int _partyItems = -1;
    private bool _opened;
    private int _blindedSaid, _evaluatedHeard, _tableHeard, _read;

    public LeaderConversation(ManyLeader leader, int other, PublicKey party)
    {
        (_leader, _other) = (leader, other);
        _log = new SignedTranscript(new ConversationTerms(ManyMessage.Protocol, leader.Run.Context.DigestWith(other), leader.Run.Own, party));
        var items = leader.Items.Count;
        (Values, _dense, _places, _readers) = (new UInt128[items], new ulong[items], new int[3 * items], new int[3 * items]);
    }

    /// <inheritdoc />
    public int Received => _log.Received;

    /// <inheritdoc />
    public bool IsComplete => HasHeardAll;

    /// <inheritdoc />
    public bool EndsByHearing => true;

    /// <summary>What the party's table holds for each of the leader's items: a share, or something random.</summary>
    internal UInt128[] Values { get; }

    internal bool HasHeardAll => _partyItems >= 0 && _evaluatedHeard == OwnChunks && _tableHeard == TableChunks;

    private int Items => _leader.Items.Count;

    private int OwnChunks => ManyMessage.Chunks(Items);

    private int TableChunks => ManyMessage.Chunks(_shape.Entries);

    private bool IsNumberOnly => _leader.Run.Context.Terms.Mode == IntersectionMode.Cardinality;

    /// <inheritdoc />
    public Result<ProtocolMessage?> Next()
    {
        lock (_leader.Gate)
        {
            if (_leader.IsClosed)
                return ConversationErrors.RunClosed.Of();
            if (!_opened)
                return SayOpen();
            if (_partyItems < 0 || _blindedSaid == OwnChunks)
                return (ProtocolMessage?)null;
            var points = _blinding!.Blind(_leader.Items.Chunk(_blindedSaid));
            return _log.Write(_leader.Run.Grant, (byte)ManyStep.Blinded, "blinded", _blindedSaid++, points);
        }
    }

    /// <inheritdoc />
    public Result<Unit> Receive(ReadOnlyMemory<byte> message)
    {
        lock (_leader.Gate)
        {
            if (_leader.IsClosed)
                return ConversationErrors.RunClosed.Of();
            var heard = Hear(message);
            if (!heard.IsOk)
                _leader.Dispose();
            return heard;
        }
    }

    /// <inheritdoc />
    public Result<ProtocolMessage> Close()
    {
        lock (_leader.Gate)
            return HasHeardAll ? new ProtocolMessage(_leader.Run.Grant, ManyMessage.Protocol, "close", Closing()) : ConversationErrors.Incomplete.Of();
    }

    /// <summary>Ends the run with everybody: without one conversation the others are worth nothing.</summary>
    public void Dispose() => _leader.Dispose();

    internal byte[] Closing() => ManyClosing.OfPair(_log.Last, _leader.Commitment, _partyCommitment);

    internal void Wipe()
    {
        _blinding?.Dispose();
        Array.Clear(Values);
    }

    /// <summary>To the others the seed goes with the opening, so they hear nothing before the first party has answered.</summary>
    private ProtocolMessage? SayOpen()
    {
        var carriesSeed = IsNumberOnly && _other > 0;
        if (carriesSeed && _leader.SealedSeeds is null)
            return null;
        _opened = true;
        byte[] payload = [.. _leader.Commitment.Span, .. ManyMessage.Count(Items), .. carriesSeed ? _leader.SealedSeeds![_other - 1] : []];
        return _log.Write(_leader.Run.Grant, (byte)ManyStep.Open, "open", 0, payload);
    }

    private Result<Unit> Hear(ReadOnlyMemory<byte> message)
    {
        if (!_opened || (_partyItems >= 0 && _blindedSaid < OwnChunks) || HasHeardAll)
            return ConversationErrors.OutOfOrder.Of();
        return _partyItems < 0 ? HearAnswer(message) : _evaluatedHeard < OwnChunks ? HearEvaluated(message) : HearTable(message);
    }

    private Result<Unit> HearAnswer(ReadOnlyMemory<byte> message)
    {
        var context = _leader.Run.Context;
        if (!_log.Read(message, (byte)ManyStep.Answer, 0, ManyMessage.AnswerBytes(context, _other)).TryGet(out var payload, out var error))
            return error;
        var (nonce, commitment, rest) = (payload[..ManyMessage.NonceBytes], payload.Slice(ManyMessage.NonceBytes, ManyMessage.CommitmentBytes), payload[(ManyMessage.NonceBytes + ManyMessage.CommitmentBytes)..]);
        var count = ManyMessage.Count(rest.Span);
        if (context.ProblemOf(count, context.Terms.MaxPartyItems[_other]) is { } problem)
            return problem;
        if (IsNumberOnly && _other == 0)
            _leader.SealedSeeds = [.. rest[ManyMessage.CountBytes..].ToArray().Chunk(CommonOrder.SealedBytes)];
        _partyCommitment = commitment.ToArray();
        _blinding = new PrfBlinding(context.DigestWith(_other).Span, nonce.Span);
        _shape = TableShape.Of(count);
        _denseEntries = new UInt128[TableShape.DenseEntries];
        _partyItems = count;
        if (OwnChunks == 0)
            SortPlaces();
        return Unit.Value;
    }

    private Result<Unit> HearEvaluated(ReadOnlyMemory<byte> message)
    {
        var outputs = new PrfOutput[ManyMessage.ItemsIn(_evaluatedHeard, Items)];
        if (!_log.Read(message, (byte)ManyStep.Evaluated, _evaluatedHeard, outputs.Length * ManyMessage.PointBytes).TryGet(out var payload, out var error))
            return error;
        if (_blinding!.Outputs(payload.Span, outputs).Error is { } hostile)
            return hostile;
        var from = _evaluatedHeard++ * ManyMessage.ChunkItems;
        for (var i = 0; i < outputs.Length; i++)
        {
            (Values[from + i], _dense[from + i]) = (outputs[i].Mask, outputs[i].Dense);
            var at = 3 * (from + i);
            (_places[at], _places[at + 1], _places[at + 2]) = (_shape.A(outputs[i]), _shape.B(outputs[i]), _shape.C(outputs[i]));
            (_readers[at], _readers[at + 1], _readers[at + 2]) = (from + i, from + i, from + i);
        }

        if (_evaluatedHeard == OwnChunks)
            SortPlaces();
        return Unit.Value;
    }

    /// <summary>In the order in which entries come, so that nobody needs to keep them.</summary>
    private void SortPlaces()
    {
        _blinding!.Dispose();
        Array.Sort(_places, _readers);
    }

    private Result<Unit> HearTable(ReadOnlyMemory<byte> message)
    {
        var count = ManyMessage.ItemsIn(_tableHeard, _shape.Entries);
        if (!_log.Read(message, (byte)ManyStep.Table, _tableHeard, count * TableShape.EntryBytes).TryGet(out var payload, out var error))
            return error;
        var entries = MemoryMarshal.Cast<byte, UInt128>(payload.Span);
        var from = _tableHeard++ * ManyMessage.ChunkItems;
        for (; _read < _places.Length && _places[_read] < from + count; _read++)
            Values[_readers[_read]] ^= entries[_places[_read] - from];
        var denseFrom = 3 * _shape.Third;
        for (var place = Math.Max(from, denseFrom); place < from + count; place++)
            _denseEntries[place - denseFrom] = entries[place - from];
        if (HasHeardAll)
        {
            for (var i = 0; i < Values.Length; i++)
                Values[i] ^= KeyValueTable.Dense(_dense[i], _denseEntries);
        }

        return Unit.Value;
    }
}
