using System.Collections.Concurrent;
using DataSpace.Privacy.Aggregation;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// The ephemeral mask keys of running jobs. In memory only, on purpose: a key that no disk and no backup holds cannot mask a second value after a restore.
/// A use whose key died with the process is refused before anything is spent. Thread-safe.
/// </summary>
internal sealed class MaskKeys : IDisposable
{
    private readonly ConcurrentDictionary<string, EphemeralKey> _keys = new(StringComparer.Ordinal);

    /// <summary>Keeps the key of a job.</summary>
    public void Keep(string jobHash, EphemeralKey key) => _keys[jobHash] = key;

    /// <summary>The job's key, or null.</summary>
    public EphemeralKey? Find(string jobHash) => _keys.GetValueOrDefault(jobHash);

    /// <summary>True while the job can be answered.</summary>
    public bool Holds(string jobHash) => _keys.ContainsKey(jobHash);

    /// <summary>Destroys the job's key.</summary>
    public void Forget(string jobHash)
    {
        if (_keys.TryRemove(jobHash, out var key))
            key.Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var job in _keys.Keys)
            Forget(job);
    }
}
