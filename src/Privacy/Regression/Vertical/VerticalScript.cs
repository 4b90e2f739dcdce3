using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>Steps of the conversation, in the order of an iteration; the folder's README says who learns what from each.</summary>
internal enum VerticalStep : byte
{
    Open = 1,
    Answer,
    Scores,
    ScoresAnswer,
    Waves,
    WavesAnswer,
    Gradient,
    GradientAnswer,
    Square,
    Norm,
    Opening,
    OpeningAnswer,

    /// <summary>The steps of least squares; who learns what from each stands in <c>Linear/README.md</c>.</summary>
    Columns,
    Products,
    Blocks,
    Schur,
    Power,
    PowerAnswer,
    Correct,
    Corrected,
    Rest,
    RestAnswer,
    Residual,
    ResidualAnswer,
    Quadratic,
    QuadraticAnswer,

    /// <summary>The steps of scoring; who learns what from each stands in <c>Scoring/README.md</c>.</summary>
    Levels,
    Answers,
}

/// <summary>One turn of a script: this party says something in parts, or hears something of exactly known lengths.</summary>
/// <param name="Step">Which.</param>
/// <param name="Said">What is said; null where the peer speaks.</param>
/// <param name="Lengths">Exact lengths of what is said or heard.</param>
internal sealed record Turn(VerticalStep Step, IReadOnlyList<ReadOnlyMemory<byte>>? Said, IReadOnlyList<int> Lengths)
{
    public static Turn Say(VerticalStep step, IEnumerable<ReadOnlyMemory<byte>> said)
    {
        IReadOnlyList<ReadOnlyMemory<byte>> all = [.. said];
        return new Turn(step, all, [.. all.Select(blob => blob.Length)]);
    }

    public static Turn Hear(VerticalStep step, params IEnumerable<int>[] lengths) => new(step, null, [.. lengths.SelectMany(all => all)]);
}

/// <summary>A part of a turn, as it goes into one message.</summary>
/// <param name="Step">Step.</param>
/// <param name="Part">Number of the part within the turn, from 0.</param>
/// <param name="Payload">Bytes.</param>
internal sealed record TurnPart(VerticalStep Step, int Part, ReadOnlyMemory<byte> Payload);

/// <summary>
/// Runs a script of turns, part by part. What is due is known exactly at every moment: step, part and length; anything else is refused, and after a refusal nothing more is said.
/// </summary>
internal sealed class VerticalScript(Func<IEnumerator<Result<Turn>>> script) : IDisposable
{
    /// <summary>Most bytes of a part; texts are never cut.</summary>
    public const int MostPartBytes = 7 << 20;

    private IEnumerator<Result<Turn>>? _turns;
    private Turn? _turn;
    private List<int> _parts = []; // number of blobs of each part of the turn
    private List<ReadOnlyMemory<byte>> _heard = [];
    private int _part;
    private bool _closed;

    /// <summary>True when the script is over.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The step whose parts this party is saying; null while it listens.</summary>
    public VerticalStep? Saying => _turn is { Said: not null } ? _turn.Step : null;

    /// <summary>What the last turn heard, blob by blob.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Heard => _heard;

    /// <summary>Step, part and length of what is due from the peer; null when it is not the peer's turn.</summary>
    public (VerticalStep Step, int Part, int Bytes)? Due
        => !_closed && _turn is { Said: null } ? (_turn.Step, _part, Blobs().Sum()) : null;

    /// <summary>Begins, so that it is known what is due.</summary>
    public Result<Unit> Start() => _closed ? VerticalErrors.RunClosed.Of() : _turns is null ? Advance() : Unit.Value;

    /// <summary>The next part that this party says, or null while the peer's is awaited and when all is said.</summary>
    public Result<TurnPart?> Next()
    {
        if (Start().Error is { } error)
            return error;
        if (_turn?.Said is not { } said)
            return (TurnPart?)null;
        var from = _parts.Take(_part).Sum();
        var payload = Join(said.Skip(from).Take(_parts[_part]));
        var part = new TurnPart(_turn.Step, _part++, payload);
        return _part == _parts.Count && Advance().Error is { } refused ? refused : part;
    }

    /// <summary>Takes the part that is due. Any error closes the run.</summary>
    public Result<Unit> Take(ReadOnlyMemory<byte> payload)
    {
        if (Start().Error is { } error)
            return error;
        if (Due is not { } due)
            return Refuse(VerticalErrors.OutOfOrder.Of());
        if (payload.Length != due.Bytes)
            return Refuse(VerticalErrors.MessageLength.Of());
        foreach (var length in Blobs())
        {
            _heard.Add(payload[..length].ToArray());
            payload = payload[length..];
        }

        return ++_part == _parts.Count ? Advance() : Unit.Value;
    }

    public void Dispose()
    {
        _closed = true;
        _turn = null;
        _heard = [];
        _turns?.Dispose();
    }

    private IEnumerable<int> Blobs() => _turn!.Lengths.Skip(_parts.Take(_part).Sum()).Take(_parts[_part]);

    private Result<Unit> Advance()
    {
        _turns ??= script();
        if (!_turns.MoveNext())
        {
            (IsOver, _turn, _heard) = (true, null, []);
            return Unit.Value;
        }

        if (!_turns.Current.TryGet(out var turn, out var error))
            return Refuse(error);
        (_turn, _part, _parts) = (turn, 0, Split(turn.Lengths));
        if (turn.Said is null)
            _heard = [];
        return Unit.Value;
    }

    private DsError Refuse(DsError error)
    {
        Dispose();
        return error;
    }

    private static List<int> Split(IReadOnlyList<int> lengths)
    {
        var parts = new List<int>();
        var bytes = int.MaxValue;
        foreach (var length in lengths)
        {
            if (bytes > MostPartBytes - length)
            {
                parts.Add(0);
                bytes = 0;
            }

            parts[^1]++;
            bytes += length;
        }

        return parts;
    }

    private static byte[] Join(IEnumerable<ReadOnlyMemory<byte>> blobs)
    {
        var all = blobs.ToList();
        var joined = new byte[all.Sum(blob => blob.Length)];
        var at = 0;
        foreach (var blob in all)
        {
            blob.CopyTo(joined.AsMemory(at));
            at += blob.Length;
        }

        return joined;
    }
}
