using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Intersections;

/// <summary>
/// One run of one use, between the state machine and the network: takes what the coordinator brings, commits what this node says before it leaves, and gives the same bytes again when asked.
/// One caller at a time works on it; whoever waits for the end holds the grant.
/// </summary>
internal sealed class IntersectionSession(IntersectionParty party, MessageSpool spool, string grantProof) : IDisposable
{
    private const int MaxBase64 = ((IntersectionParty.MostMessageBytes + 2) / 3) * 4;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly TaskCompletionSource<DsError?> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _closed;

    /// <summary>Null when everything was said and heard, else why the run ended.</summary>
    public Task<DsError?> End => _end.Task;

    /// <summary>Bytes that this party has said.</summary>
    public long BytesSaid { get; private set; }

    /// <summary>Takes messages, says what is due, answers with what was asked for. Anything that is not the message that is due ends the run.</summary>
    public async Task<RelayAnswer> ExchangeAsync(RelayRequest request, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (request.Stop)
                _end.TrySetResult(JobErrors.PeerSilent.Of());
            if (_closed || _end.Task.IsCompleted)
                return new RelayAnswer(RelayAnswer.Over, party.Received, []);
            if ((Hear(request) ?? Speak()) is { } refused)
            {
                _end.TrySetResult(refused);
                return new RelayAnswer(RelayAnswer.Over, party.Received, []);
            }
            var messages = request.After is { } after && after >= 0 && after < spool.Count
                ? Enumerable.Range(after, Math.Min(RelayRequest.MaxMessages, spool.Count - after)).Select(i => Convert.ToBase64String(spool.Read(i))).ToList() : [];
            // Who only receives is done when it has heard everything; who still speaks, when all of it has arrived.
            if (party.IsComplete && (party is IntersectionReceiver || request.After >= spool.Count))
                _end.TrySetResult(null);
            return new RelayAnswer(_end.Task.IsCompleted ? RelayAnswer.Over : RelayAnswer.Talking, party.Received, messages, messages.Count > 0 ? grantProof : null);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the run, whoever works on it.</summary>
    public void Stop(DsError why) => _end.TrySetResult(why);

    /// <summary>Waits for whoever works on it, so that the state machine is nobody's any more.</summary>
    public void Dispose()
    {
        _turn.Wait();
        _closed = true;
        _turn.Release();
        spool.Dispose();
    }

    private DsError? Hear(RelayRequest request)
    {
        if (request.Messages.Count > RelayRequest.MaxMessages)
            return IntersectionErrors.MessageLength.Of();
        for (var i = 0; i < request.Messages.Count; i++)
        {
            if (request.From + i < party.Received)
                continue; // a delivery that was repeated
            var message = new byte[IntersectionParty.MostMessageBytes + 3];
            if (request.From + i > party.Received)
                return IntersectionErrors.OutOfOrder.Of();
            if (request.Messages[i] is not { Length: <= MaxBase64 } text || !Convert.TryFromBase64String(text, message, out var length))
                return IntersectionErrors.MessageLength.Of();
            if (party.Receive(message.AsMemory(0, length)).Error is { } refused)
                return refused;
        }
        return null;
    }

    /// <summary>A message leaves only when it is on the disk: nothing is computed twice under one key.</summary>
    private DsError? Speak()
    {
        for (var said = 0; said < RelayRequest.MaxMessages; said++)
        {
            if (!party.Next().TryGet(out var message, out var error))
                return error;
            if (message is null)
                return null;
            if (spool.Append(message).Error is { } full)
                return full;
            BytesSaid += message.Payload.Length;
        }
        return null;
    }
}
