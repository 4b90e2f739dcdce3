using System.Globalization;
using DataSpace.Ledger.Notes;

namespace DataSpace.Ledger.Faults;

/// <summary>Something that the ledger acknowledged: from then on it may never be lost or move.</summary>
/// <param name="What"><c>grant 7</c>, <c>report 7</c>, <c>receipt 7</c>.</param>
/// <param name="Index">Index that was said.</param>
/// <param name="LeafHash">Leaf hash that was said, lower-case hex.</param>
public sealed record Acknowledged(string What, long Index, string LeafHash);

/// <summary>
/// What the outside knows of a log: acknowledgements and checkpoints, in the order in which they were heard. A writer sends one line for each through
/// a pipe, so that the end of a process takes nothing of it back; a line that was cut does not count.
/// </summary>
public sealed class Journal
{
    private readonly Lock _gate = new();
    private readonly List<Acknowledged> _acknowledged = [];
    private readonly Dictionary<long, Checkpoint> _checkpoints = [];

    /// <summary>Everything acknowledged so far.</summary>
    public IReadOnlyList<Acknowledged> Acknowledgements
    {
        get
        {
            lock (_gate)
                return [.. _acknowledged];
        }
    }

    /// <summary>Every checkpoint that was ever shown to somebody, one per size.</summary>
    public IReadOnlyList<Checkpoint> Checkpoints
    {
        get
        {
            lock (_gate)
                return [.. _checkpoints.Values.OrderBy(c => c.Size)];
        }
    }

    /// <summary>Two checkpoints of one size with different roots: a fork.</summary>
    public string? Fork { get; private set; }

    /// <summary>The code with which the writer was refused, when it was.</summary>
    public string? Refused { get; private set; }

    /// <summary>One past the highest use that can have been begun: beyond the last acknowledged one at most one per caller.</summary>
    /// <param name="first">First use of the load.</param>
    /// <param name="callers">Uses under way at a time.</param>
    public int Begun(int first, int callers)
        => Acknowledgements.Select(a => int.Parse(a.What.AsSpan(a.What.IndexOf(' ') + 1), CultureInfo.InvariantCulture)).Append(first - 1).Max() + 1 + callers;

    /// <summary>The line for an acknowledgement.</summary>
    public static string Line(Acknowledged entry, Checkpoint checkpoint)
        => string.Create(CultureInfo.InvariantCulture, $"A {entry.What} {entry.Index} {entry.LeafHash} {Encoded(checkpoint)}.");

    /// <summary>The line for a published checkpoint.</summary>
    public static string Line(Checkpoint published) => $"P {Encoded(published)}.";

    /// <summary>The line for a refusal.</summary>
    public static string Line(string code) => $"E {code}.";

    /// <summary>Takes in a line; an incomplete one is ignored.</summary>
    public void Add(string line)
    {
        if (!line.EndsWith('.'))
            return;
        var parts = line[..^1].Split(' ');
        lock (_gate)
        {
            switch (parts)
            {
                case ["A", var kind, var number, var index, var leaf, var note]:
                    _acknowledged.Add(new Acknowledged($"{kind} {number}", long.Parse(index, CultureInfo.InvariantCulture), leaf));
                    Add(note, parts);
                    break;
                case ["P", var note]:
                    Add(note, parts);
                    break;
                case ["E", var code]:
                    Refused = code;
                    break;
                default:
                    throw new InvalidDataException("not a line of a journal: " + line);
            }
        }
    }

    private void Add(string encoded, string[] parts)
    {
        var note = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
        if (!Checkpoint.Open(note, Load.Key).TryGet(out var checkpoint, out var error))
            throw new InvalidDataException($"a checkpoint does not verify: {error} ({parts[0]})");
        if (_checkpoints.TryGetValue(checkpoint.Size, out var known) && !known.SameTree(checkpoint))
            Fork = string.Create(CultureInfo.InvariantCulture, $"two checkpoints of size {checkpoint.Size} with different roots");
        _checkpoints[checkpoint.Size] = checkpoint;
    }

    private static string Encoded(Checkpoint checkpoint) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(checkpoint.Note));
}
