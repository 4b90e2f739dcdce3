using System.Collections.Concurrent;

namespace DataSpace.Hosting.Transport;

/// <summary>
/// Bytes per peer, counted below TLS at the socket, both for connections this node opened and for those it accepted.
/// Thread-safe; counters only grow while the process lives.
/// </summary>
public sealed class EgressMeter(TimeProvider clock)
{
    /// <summary>Peer label of connections whose caller never proved who it is.</summary>
    public const string Unidentified = "unidentified";

    /// <summary>Peer label of the management API.</summary>
    public const string Management = "management";

    private readonly ConcurrentDictionary<ConnectionCount, byte> _connections = new();
    private readonly ConcurrentDictionary<string, (long Out, long In)> _closed = new();

    /// <summary>Start of counting.</summary>
    public DateTimeOffset Since { get; } = clock.GetUtcNow();

    internal ConnectionCount Open(string peer)
    {
        var count = new ConnectionCount { Peer = peer };
        _connections[count] = 0;
        return count;
    }

    internal void Close(ConnectionCount count)
    {
        if (_connections.TryRemove(count, out _))
            _closed.AddOrUpdate(count.Peer, (count.Out, count.In), (_, sum) => (sum.Out + count.Out, sum.In + count.In));
    }

    /// <summary>Totals by peer at this moment.</summary>
    public IReadOnlyDictionary<string, (long Out, long In)> Read()
    {
        var totals = new Dictionary<string, (long Out, long In)>(_closed);
        foreach (var open in _connections.Keys)
        {
            var (o, i) = totals.GetValueOrDefault(open.Peer);
            totals[open.Peer] = (o + open.Out, i + open.In);
        }
        return totals;
    }
}

/// <summary>Byte counters of one connection. Written by its reader and writer, read by anyone.</summary>
internal sealed class ConnectionCount
{
    private long _out;
    private long _in;

    public string Peer { get; set; } = EgressMeter.Unidentified;

    public long Out => Interlocked.Read(ref _out);

    public long In => Interlocked.Read(ref _in);

    public void Sent(long bytes) => Interlocked.Add(ref _out, bytes);

    public void Received(long bytes) => Interlocked.Add(ref _in, bytes);
}
