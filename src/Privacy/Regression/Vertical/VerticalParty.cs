using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>One party's part in one run.</summary>
/// <param name="Grant">Proof that this party's use is in its ledger.</param>
/// <param name="Terms">What the run is bound to, and who signs.</param>
public sealed record VerticalRun(GrantHandle Grant, ConversationTerms Terms)
{
    /// <summary>Name and version of the protocol of logistic models.</summary>
    public const string Protocol = "vertical-regression/1";

    /// <summary>Name and version of the protocol of linear ones.</summary>
    public const string LeastSquares = "vertical-least-squares/1";
}

/// <summary>
/// One party of a vertical model, or of scores by one, as a conversation of signed messages: between two owners whose rows stand in the same order. Who learns what from which message stands in the folder's README.
/// Any error closes the run and wipes its keys. Owned by one caller at a time.
/// </summary>
internal sealed class VerticalParty : IConversation
{
    private readonly VerticalRun _run;
    private readonly VerticalSide _core;
    private readonly SignedTranscript _log;

    public VerticalParty(VerticalRun run, VerticalSide core)
        => (_run, _core, _log) = (run, core, new SignedTranscript(run.Terms));

    /// <inheritdoc />
    public int Received => _log.Received;

    /// <inheritdoc />
    public bool IsComplete => _core.Script.IsOver;

    /// <inheritdoc />
    public bool EndsByHearing => _core.IsFirst;

    /// <summary>This party's side, for its outcome.</summary>
    public VerticalSide Side => _core;

    /// <inheritdoc />
    public Result<ProtocolMessage?> Next()
    {
        if (!_core.Script.Next().TryGet(out var part, out var error))
            return error;
#pragma warning disable CA1308 // names of steps are lower case
        return part is null ? (ProtocolMessage?)null : _log.Write(_run.Grant, (byte)part.Step, part.Step.ToString().ToLowerInvariant(), part.Part, part.Payload.Span);
#pragma warning restore CA1308
    }

    /// <inheritdoc />
    public Result<Unit> Receive(ReadOnlyMemory<byte> message)
    {
        if (_core.Script.Start().Error is { } closed)
            return closed;
        if (_core.Script.Due is not { } due)
            return Refuse(VerticalErrors.OutOfOrder.Of());
        return _log.Read(message, (byte)due.Step, due.Part, due.Bytes).TryGet(out var payload, out var error) ? _core.Script.Take(payload) : Refuse(error);
    }

    /// <summary>The last step opens the weights of the label's owner, or the scores. Weights of the other were opened to it the step before, and the certificate with them.</summary>
    public bool SaysResult => _core.Script.Saying == _core.ResultStep;

    /// <inheritdoc />
    public Result<ProtocolMessage> Close() => IsComplete ? _log.Close(_run.Grant) : VerticalErrors.Incomplete.Of();

    /// <inheritdoc />
    public void Dispose() => _core.Dispose();

    private DsError Refuse(DsError error)
    {
        _core.Dispose();
        return error;
    }
}
