using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Conversations;

/// <summary>
/// One conversation of one job, between the state machine and the network: takes what the coordinator brings, commits what this node says before it leaves, and gives the same bytes again when
/// asked. One caller at a time works on it; whoever waits for the end holds the grant.
/// </summary>
internal sealed class ConversationSession : IDisposable
{
    private readonly IConversationPart _part;
    private readonly MessageSpool _spool;
    private readonly Func<Result<bool>> _sayNext;
    private readonly Func<bool> _saysResult = () => false;
    private readonly string? _grantProof;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly TaskCompletionSource<DsError?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously), _said = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _closed, _released;
    private int _received;
    private int? _resultFrom;

    /// <summary>An owner's part, under the Grant that <paramref name="grantProof"/> proves.</summary>
    public ConversationSession(IConversation part, MessageSpool spool, string grantProof)
        : this((IConversationPart)part, spool)
        => (_saysResult, _sayNext, _grantProof) = (() => part.SaysResult, () => part.Next().TryGet(out var message, out var error) ? message is null ? false : Commit(spool.Append(message), message.Payload.Length) : error, grantProof);

    /// <summary>The analyst's part.</summary>
    public ConversationSession(IAnalystConversation part, MessageSpool spool)
        : this((IConversationPart)part, spool)
        => _sayNext = () => part.Next().TryGet(out var message, out var error) ? message is not { } said ? false : Commit(spool.Append(said), said.Length) : error;

    private ConversationSession(IConversationPart part, MessageSpool spool) => (_part, _spool, _sayNext) = (part, spool, () => false);

    /// <summary>Null when everything was said and heard, else why the run ended.</summary>
    public Task<DsError?> End => _end.Task;

    /// <summary>
    /// As <see cref="End"/>, but where the last messages are a result already when they are on the disk: they wait for <see cref="Release"/>. From then on the state machine is the caller's.
    /// </summary>
    public Task<DsError?> Said => _said.Task;

    /// <summary>Bytes that this party has said.</summary>
    public long BytesSaid { get; private set; }

    /// <summary>Takes messages, says what is due, answers with what was asked for. Anything that is not the message that is due ends the run.</summary>
    public async Task<RelayAnswer> ExchangeAsync(RelayRequest request, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (request.Stop)
                Stop(JobErrors.PeerSilent.Of());
            if (_closed || _end.Task.IsCompleted)
                return new RelayAnswer(RelayAnswer.Over, _received, []);
            if ((Gone(request) ?? Work(request)) is { } refused)
            {
                Stop(refused);
                return new RelayAnswer(RelayAnswer.Over, _received, []);
            }
            var messages = Batch(request.After);
            return new RelayAnswer(_end.Task.IsCompleted ? RelayAnswer.Over : RelayAnswer.Talking, _received, messages, messages.Count > 0 ? _grantProof : null);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The use's Report is durable: what waited for it leaves.</summary>
    public void Release() => _released = true;

    /// <summary>Hears and says what there is, and notices the end.</summary>
    private DsError? Work(RelayRequest request)
    {
        _spool.Release(request.After ?? 0);
        if (!_said.Task.IsCompleted)
        {
            if ((Hear(request) ?? Speak()) is { } refused)
                return refused;
            _received = _part.Received;
            // Whoever works on the part now is who waits for this.
            if (_part.IsComplete && _resultFrom is not null)
                _said.TrySetResult(null);
        }
        else if (request.Messages.Count > 0 && request.From + request.Messages.Count > _received)
        {
            return ConversationErrors.OutOfOrder.Of();
        }
        // Who only receives is done when it has heard everything; who still speaks, when all of it has arrived.
        if (_said.Task.IsCompleted ? _released && request.After >= _spool.Count : _part.IsComplete && (_part.EndsByHearing || request.After >= _spool.Count))
        {
            _end.TrySetResult(null);
            _said.TrySetResult(null);
        }
        return null;
    }

    /// <summary>Nobody has what has not left: a peer that is past it has gone without it.</summary>
    private DsError? Gone(RelayRequest request) => !_released && request.After > _resultFrom ? JobErrors.PeerSilent.Of() : null;

    /// <summary>Ends the run, whoever works on it.</summary>
    public void Stop(DsError why)
    {
        _end.TrySetResult(why);
        _said.TrySetResult(why);
    }

    /// <summary>Waits for whoever works on it, so that the state machine is nobody's any more.</summary>
    public void Dispose()
    {
        _turn.Wait();
        _closed = true;
        _turn.Release();
        _spool.Dispose();
    }

    private List<byte[]> Batch(int? after)
    {
        var (messages, bytes, count) = (new List<byte[]>(), 0, _released ? _spool.Count : _resultFrom ?? _spool.Count);
        for (var i = after is { } from && from >= _spool.First ? from : count; i < count && messages.Count < RelayRequest.MaxMessages && bytes < RelayRequest.MaxBatchBytes; i++)
        {
            messages.Add(_spool.Read(i));
            bytes += messages[^1].Length;
        }
        return messages;
    }

    private DsError? Hear(RelayRequest request)
    {
        if (request.Messages.Count > RelayRequest.MaxMessages)
            return ConversationErrors.MessageLength.Of();
        for (var i = 0; i < request.Messages.Count; i++)
        {
            if (request.From + i < _part.Received)
                continue; // a delivery that was repeated
            if (request.From + i > _part.Received)
                return ConversationErrors.OutOfOrder.Of();
            if (request.Messages[i] is not { Length: <= IConversationPart.MostMessageBytes } message)
                return ConversationErrors.MessageLength.Of();
            if (_part.Receive(message).Error is { } refused)
                return refused;
        }
        return null;
    }

    /// <summary>A message leaves only when it is on the disk: nothing is computed twice under one key.</summary>
    private DsError? Speak()
    {
        for (var said = 0; said < RelayRequest.MaxMessages; said++)
        {
            var (isResult, from) = (_saysResult(), _spool.Count);
            if (!_sayNext().TryGet(out var more, out var error))
                return error;
            if (!more)
                return null;
            if (isResult)
                _resultFrom ??= from;
        }
        return null;
    }

    private Result<bool> Commit(Result<Unit> appended, int bytes)
    {
        if (appended.Error is { } full)
            return full;
        BytesSaid += bytes;
        return true;
    }
}
