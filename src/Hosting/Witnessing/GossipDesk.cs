using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using DataSpace.Hosting.Identity;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Witnessing;

namespace DataSpace.Hosting.Witnessing;

/// <summary>Something heard that needs a look: a checkpoint, a log that needs its owner's statement, or a proof to pass on.</summary>
internal sealed record Rumour(string Origin, Checkpoint? Checkpoint, string From);

/// <summary>
/// Checkpoints on every message between nodes: the sender's newest, the newest it holds of the receiver, and two of others in turn. Requests and answers carry
/// them in one header of bounded size. About this node's own log what arrives is judged at once, before the request is served; everything else later, by
/// <see cref="GossipWorker"/>. Thread-safe.
/// </summary>
public sealed class GossipDesk
{
    /// <summary>The header: base64 notes, separated by commas.</summary>
    public const string Header = "DataSpace-Checkpoints";

    /// <summary>Most checkpoints in one message.</summary>
    public const int MaxCheckpoints = 4;

    /// <summary>Longest header that is read or written, in characters.</summary>
    public const int MaxChars = 6 * 1024;

    private const int MaxNoteChars = 1200;
    private const int MaxQueued = 512;
    private readonly AuditLedger _ledger;
    private readonly LogKeys _keys;
    private readonly NodeIdentity _self;
    private readonly ConcurrentDictionary<string, Checkpoint> _newest = new(StringComparer.Ordinal);
    private readonly Channel<Rumour> _rumours = Channel.CreateBounded<Rumour>(new BoundedChannelOptions(MaxQueued) { FullMode = BoundedChannelFullMode.DropWrite });
    private string[] _origins = [];
    private string? _ownChecked;
    private uint _turn;

    /// <summary>Starts from what was known before.</summary>
    public GossipDesk(AuditLedger ledger, LogKeys keys, NodeIdentity self, WitnessStore store)
    {
        (_ledger, _keys, _self) = (ledger, keys, self);
        foreach (var checkpoint in store.AllSeen(WitnessStore.MaxLogs))
            Remember(checkpoint);
    }

    internal ChannelReader<Rumour> Rumours => _rumours.Reader;

    /// <summary>What to say to a participant with the next message.</summary>
    public string Compose(string receiver)
    {
        var said = new List<string>(MaxCheckpoints) { _ledger.Published.Note };
        var theirs = PinOf(receiver);
        if (theirs is not null && _newest.TryGetValue(theirs, out var held))
            said.Add(held.Note);
        var origins = Volatile.Read(ref _origins);
        for (var i = 0; i < Math.Min(2, origins.Length); i++)
        {
            var origin = origins[Interlocked.Increment(ref _turn) % origins.Length];
            if (origin != theirs && _newest.TryGetValue(origin, out var other))
                said.Add(other.Note);
        }
        var header = new StringBuilder();
        foreach (var note in said.Distinct(StringComparer.Ordinal).Where(n => n.Length <= MaxNoteChars))
        {
            var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(note));
            if (header.Length + text.Length < MaxChars)
                header.Append(header.Length == 0 ? "" : ",").Append(text);
        }
        return header.ToString();
    }

    /// <summary>
    /// Takes what a message carried. Anything malformed or unsigned is ignored: gossip comes on top of messages and never refuses one. After this, the ledger
    /// knows whether somebody holds a later state of it.
    /// </summary>
    public void Take(string? header, string from)
    {
        if (string.IsNullOrEmpty(header) || header.Length > MaxChars)
            return;
        foreach (var text in header.Split(',', MaxCheckpoints + 1).Take(MaxCheckpoints))
        {
            if (Read(text.Trim()) is not { } head)
                continue;
            if (LogKeys.Split(head.Origin) is not { } log)
                continue;
            if (log.Did == _self.Did)
                TakeOwn(head);
            else if (PinOf(log.Did) is null)
                continue;
            else if (_keys.NeedsStatement(head.Origin))
                _rumours.Writer.TryWrite(new Rumour(head.Origin, null, from));
            else if (!(_newest.TryGetValue(head.Origin, out var known) && known.SameTree(head)))
                _rumours.Writer.TryWrite(new Rumour(head.Origin, head, from));
        }
    }

    /// <summary>A checkpoint from elsewhere than a header, for example one that a witness refused.</summary>
    internal void Hear(Rumour rumour) => _rumours.Writer.TryWrite(rumour);

    /// <summary>What is said about this log from now on.</summary>
    internal void Remember(Checkpoint newest)
    {
        var isNew = !_newest.ContainsKey(newest.Origin);
        _newest[newest.Origin] = newest;
        if (isNew)
            Volatile.Write(ref _origins, [.. _newest.Keys]);
    }

    /// <summary>A log that ended is spoken of no more.</summary>
    internal void Drop(string origin)
    {
        if (_newest.TryRemove(origin, out _))
            Volatile.Write(ref _origins, [.. _newest.Keys]);
    }

    // Gossip comes on top: a store that cannot be written is somebody else's refusal.
    private string? PinOf(string did)
    {
        try
        {
            return _keys.PinOf(did);
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            return null;
        }
    }

    // On the message's own thread: a restored node must know before it serves the request that brought the news.
    private void TakeOwn(Checkpoint head)
    {
        if (head.Origin != _ledger.Origin || _ledger.Latest.SameTree(head) || Volatile.Read(ref _ownChecked) == head.Note)
            return;
        if (_ledger.CheckNotRolledBack(head.Note).IsOk)
            Volatile.Write(ref _ownChecked, head.Note);
    }

    private static Checkpoint? Read(string base64)
    {
        var bytes = new byte[base64.Length];
        return base64.Length <= MaxNoteChars * 2 && Convert.TryFromBase64String(base64, bytes, out var length)
            && SignedNote.Parse(bytes.AsSpan(0, length)).TryGet(out var note, out _) && Checkpoint.ParseText(note.Text).TryGet(out var head, out _)
            ? head with { Note = Encoding.UTF8.GetString(bytes, 0, length) }
            : null;
    }
}
