using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Conversations;

namespace DataSpace.Privacy.Intersection.Many;

/// <summary>
/// A party that is asked whether it, too, has an item of the leader. All work on its own set is done before the conversation begins.
/// <para><b>It sends</b> an answer (the leader learns the number of its distinct items), the leader's points under its key (the leader makes of them the keyed function of its own items, and of no
/// other), then a table: at the place that the function gives for an item stands the item's share, hidden by the function's value. The leader reads there, of an item that both have, the
/// share, and of any other something random; shares are uniform to who lacks the others', so it sees no difference. Only what all have adds up to zero.</para>
/// <para><b>It learns</b> the number of the leader's distinct items, and nothing of the result or of the other parties.</para>
/// <para><b>Who works together</b>: a leader and some parties learn of each item that the leader asked about whether all <em>other</em> parties have it; with one other party, that is its set as far as the
/// leader asked. Parties without the leader learn its size. Where only the number is agreed, any party that tells the leader the order tells it which. Assumptions as at <see cref="IntersectionReceiver"/>.</para>
/// </summary>
public sealed class ManyParty : IConversation
{
    private readonly ManyRun _run;
    private readonly ItemSet _items;
    private readonly int _index;
    private readonly SignedTranscript _log;
    private readonly byte[] _nonce = RandomNumberGenerator.GetBytes(ManyMessage.NonceBytes);
    private readonly PrfKey _key;
    private readonly ZeroShares _shares;
    private readonly byte[]? _seed;
    private UInt128[] _table = [];
    private byte[] _evaluated = [];
    private int[]? _order;
    private ReadOnlyMemory<byte> _leaderCommitment;
    private int _leaderItems = -1;
    private bool _answered, _closed;
    private int _heard, _evaluatedSaid, _tableSaid;

    private ManyParty(ManyRun run, int index, ItemSet items, PublicKey leader, ZeroShares shares)
    {
        (_run, _index, _items, _shares) = (run, index, items, shares);
        var context = run.Context.DigestWith(index);
        _log = new SignedTranscript(new ConversationTerms(ManyMessage.Protocol, context, run.Own, leader));
        _key = new PrfKey(context.Span, _nonce);
        _seed = run.Context.Terms.Mode == IntersectionMode.Cardinality && index == 0 ? RandomNumberGenerator.GetBytes(CommonOrder.SeedBytes) : null;
    }

    /// <inheritdoc />
    public int Received => _log.Received;

    /// <inheritdoc />
    public bool IsComplete => _answered && _evaluatedSaid == LeaderChunks && _tableSaid == TableChunks;

    /// <inheritdoc />
    public bool EndsByHearing => false;

    /// <summary>32 random bytes that open the commitment to this party's set; kept by the caller, told to an auditor.</summary>
    public ReadOnlyMemory<byte> Opening { get; } = RandomNumberGenerator.GetBytes(32);

    private int LeaderChunks => ManyMessage.Chunks(Math.Max(0, _leaderItems));

    private int TableChunks => ManyMessage.Chunks(_table.Length);

    /// <summary>A new run; computes this party's table.</summary>
    /// <param name="run">What it is about.</param>
    /// <param name="index">Place among the others of the context.</param>
    /// <param name="items">This party's set.</param>
    /// <param name="leader">The leader's key as the signed job names it.</param>
    /// <param name="own">This party's key of round 0.</param>
    /// <param name="roundKeys">The public keys of round 0 of all others of the context, in their order.</param>
    /// <param name="cancellation">Ends the computation.</param>
    /// <returns>DS-PRV-167, 168 or 169 when terms and set do not go together, 310 or 311.</returns>
    public static Result<ManyParty> Create(ManyRun run, int index, ItemSet items, PublicKey leader, EphemeralKey own, IReadOnlyList<byte[]> roundKeys, CancellationToken cancellation)
    {
        if (run.Context.Problem is { } invalid)
            return invalid;
        if (run.Context.ProblemOf(items.Count, run.Context.Terms.MaxPartyItems[index]) is { } problem)
            return problem;
        if (!ZeroShares.Agree(own, index, roundKeys, run.Context).TryGet(out var shares, out var error))
            return error;
        var party = new ManyParty(run, index, items, leader, shares);
        if (party.Prepare(cancellation).Error is not { } failed)
            return party;
        party.Dispose();
        return failed;
    }

    /// <inheritdoc />
    public Result<ProtocolMessage?> Next()
    {
        if (_closed)
            return ConversationErrors.RunClosed.Of();
        if (_leaderItems < 0)
            return (ProtocolMessage?)null;
        if (!_answered)
        {
            _answered = true;
            return SayAnswer();
        }

        if (_heard < LeaderChunks)
            return (ProtocolMessage?)null;
        if (_evaluatedSaid < LeaderChunks)
            return SayEvaluated();
        return _tableSaid < TableChunks ? SayTable() : (ProtocolMessage?)null;
    }

    /// <inheritdoc />
    public Result<Unit> Receive(ReadOnlyMemory<byte> message)
    {
        if (_closed)
            return ConversationErrors.RunClosed.Of();
        var heard = _leaderItems < 0 ? HearOpen(message) : !_answered || _heard == LeaderChunks ? ConversationErrors.OutOfOrder.Of() : HearBlinded(message);
        if (!heard.IsOk)
            Dispose();
        return heard;
    }

    /// <summary>Without the table the leader learns nothing of what is common.</summary>
    public bool SaysResult => _answered && _heard == LeaderChunks && _evaluatedSaid == LeaderChunks && _tableSaid < TableChunks;

    /// <inheritdoc />
    public Result<ProtocolMessage> Close()
        => IsComplete ? new ProtocolMessage(_run.Grant, ManyMessage.Protocol, "close", ManyClosing.OfPair(_log.Last, _leaderCommitment, _items.Commit(Opening.Span))) : ConversationErrors.Incomplete.Of();

    /// <summary>Closes the run and wipes its keys.</summary>
    public void Dispose()
    {
        _closed = true;
        WipeKeys();
    }

    private Result<Unit> Prepare(CancellationToken cancellation)
    {
        var outputs = new PrfOutput[_items.Count];
        var values = new UInt128[_items.Count];
        for (var chunk = 0; chunk < ManyMessage.Chunks(_items.Count); chunk++)
        {
            cancellation.ThrowIfCancellationRequested();
            var items = _items.Chunk(chunk);
            var from = chunk * ManyMessage.ChunkItems;
            _key.Outputs(items, outputs.AsSpan(from, items.Length));
            _shares.AddTo(items, values.AsSpan(from, items.Length));
        }

        for (var i = 0; i < values.Length; i++)
            values[i] ^= outputs[i].Mask;
        if (!KeyValueTable.Encode(TableShape.Of(_items.Count), outputs, values).TryGet(out var table, out var error))
            return error;
        _table = table;
        return Unit.Value;
    }

    private Result<Unit> HearOpen(ReadOnlyMemory<byte> message)
    {
        var context = _run.Context;
        if (!_log.Read(message, (byte)ManyStep.Open, 0, ManyMessage.OpenBytes(context, _index)).TryGet(out var payload, out var error))
            return error;
        var count = ManyMessage.Count(payload.Span[ManyMessage.CommitmentBytes..]);
        if (context.ProblemOf(count, context.Terms.MaxLeaderItems) is { } problem)
            return problem;
        if (context.Terms.Mode == IntersectionMode.Cardinality)
        {
            var seed = _seed;
            if (seed is null && !CommonOrder.Open(_shares.OrderKey(0), payload.Span[(ManyMessage.CommitmentBytes + ManyMessage.CountBytes)..]).TryGet(out seed, out error))
                return error;
            _order = CommonOrder.Of(seed!, count);
        }

        _leaderCommitment = payload[..ManyMessage.CommitmentBytes].ToArray();
        _evaluated = new byte[count * ManyMessage.PointBytes];
        _leaderItems = count;
        return Unit.Value;
    }

    private Result<Unit> HearBlinded(ReadOnlyMemory<byte> message)
    {
        var bytes = ManyMessage.ItemsIn(_heard, _leaderItems) * ManyMessage.PointBytes;
        if (!_log.Read(message, (byte)ManyStep.Blinded, _heard, bytes).TryGet(out var payload, out var error) || !_key.Evaluate(payload.Span).TryGet(out var points, out error))
            return error;
        points.CopyTo(_evaluated, _heard++ * ManyMessage.ChunkItems * ManyMessage.PointBytes);
        return Unit.Value;
    }

    private ProtocolMessage SayAnswer()
    {
        List<byte> payload = [.. _nonce, .. _items.Commit(Opening.Span), .. ManyMessage.Count(_items.Count)];
        for (var peer = 1; _seed is not null && peer < _run.Context.Others.Count; peer++)
            payload.AddRange(CommonOrder.Seal(_shares.OrderKey(peer), _seed));
        return _log.Write(_run.Grant, (byte)ManyStep.Answer, "answer", 0, payload.ToArray());
    }

    private ProtocolMessage SayEvaluated()
    {
        var points = new byte[ManyMessage.ItemsIn(_evaluatedSaid, _leaderItems) * ManyMessage.PointBytes];
        for (var at = 0; at < points.Length; at += ManyMessage.PointBytes)
        {
            var place = (_evaluatedSaid * ManyMessage.ChunkItems) + (at / ManyMessage.PointBytes);
            _evaluated.AsSpan((_order is null ? place : _order[place]) * ManyMessage.PointBytes, ManyMessage.PointBytes).CopyTo(points.AsSpan(at));
        }

        var message = _log.Write(_run.Grant, (byte)ManyStep.Evaluated, "evaluated", _evaluatedSaid++, points);
        if (_evaluatedSaid == LeaderChunks)
            WipeKeys();
        return message;
    }

    private ProtocolMessage SayTable()
    {
        var from = _tableSaid * ManyMessage.ChunkItems;
        var part = _table.AsSpan(from, ManyMessage.ItemsIn(_tableSaid, _table.Length));
        return _log.Write(_run.Grant, (byte)ManyStep.Table, "table", _tableSaid++, System.Runtime.InteropServices.MemoryMarshal.AsBytes(part));
    }

    private void WipeKeys()
    {
        _key.Dispose();
        _shares.Dispose();
        CryptographicOperations.ZeroMemory(_seed);
    }
}
