using System.Globalization;
using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Sequencing;

public sealed partial class AuditLedger
{
    internal const string MarkPrefix = "mark/";
    private Lazy<long?>? _continued;
    private readonly Dictionary<string, LedgerMark> _marks = new(StringComparer.Ordinal);

    /// <summary>Time of the newest entry, milliseconds since 1970: no clock of this node was ever earlier and right.</summary>
    public long LastTimeMs => Volatile.Read(ref _lastTimeMs);

    /// <summary>
    /// A number in the ledger's own file that only rises: the highest version of something that was once accepted, the latest time that was once seen. Whoever
    /// restores another store of the node does not bring it down. Null when it was never raised.
    /// </summary>
    public LedgerMark? GetMark(string name)
    {
        lock (_writeGate)
            return Mark(name);
    }

    /// <summary>When this log began as the continuation of another one, milliseconds since 1970; null for a first log. Never changes while the log is open.</summary>
    public long? ContinuedAtMs => (_continued ??= new Lazy<long?>(() => GetMark(LogSuccession.ContinuedMark)?.Value)).Value;

    /// <summary>Raises a mark, durably; a value that is not higher changes nothing. <paramref name="note"/>: one line of at most 512 characters, such as a hash.</summary>
    public Result<Unit> RaiseMark(string name, long value, string note = "")
    {
        if (!IsId(name) || note.Length > 512)
            return LedgerErrors.InvalidField.Of("mark");
        lock (_writeGate)
        {
            if (Volatile.Read(ref _disposed) != 0)
                return LedgerErrors.Closed.Of();
            if (Refusal is { } refusal)
                return refusal;
            try
            {
                if (Mark(name) is { } known && known.Value >= value)
                    return Unit.Value;
                _store.SetMeta(MarkPrefix + name, string.Create(CultureInfo.InvariantCulture, $"{value} {note}"));
                _marks[name] = new LedgerMark(value, note);
                return Unit.Value;
            }
            catch (Exception e) when (IoFailure.IsStorage(e))
            {
                return Stop(e);
            }
        }
    }

    private LedgerMark? Mark(string name)
    {
        if (_marks.TryGetValue(name, out var known))
            return known;
        if (_store.Meta(MarkPrefix + name) is not { } text)
            return null;
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return _marks[name] = new LedgerMark(long.Parse(text.AsSpan(0, space), CultureInfo.InvariantCulture), text[(space + 1)..]);
    }
}

/// <summary>A number that only rises, with what it belongs to.</summary>
/// <param name="Value">The number.</param>
/// <param name="Note">Said when it was last raised.</param>
public sealed record LedgerMark(long Value, string Note);
