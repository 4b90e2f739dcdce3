using System.Collections.Concurrent;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;

namespace DataSpace.Ledger.Witnessing;

/// <summary>What became of a checkpoint that was heard of.</summary>
public enum Sighting
{
    /// <summary>Nothing new.</summary>
    Known,

    /// <summary>The first of its log, or one that needs no proof: kept.</summary>
    Kept,

    /// <summary>Of another size than the one held: the log's tiles must show that one history contains both.</summary>
    NeedsProof,

    /// <summary>It contradicts the one held: the proof is kept.</summary>
    Forked,
}

/// <summary>
/// The newest verified checkpoint of every log this node hears of, and the proofs of two histories. Whoever wants to show two histories to two nodes must keep
/// them from ever speaking to each other. Safe for all threads.
/// </summary>
public sealed class CheckpointBook(WitnessStore store, TimeProvider clock)
{
    private const int MaxRemembered = 4096;
    private readonly ConcurrentDictionary<(string Origin, long Size, string Root), bool> _consistent = new();

    /// <summary>The newest checkpoint held of a log, or null.</summary>
    public Checkpoint? Newest(string origin) => store.Seen(origin);

    /// <summary>True when this head is known to be in the history held: no signature needs to be checked.</summary>
    public bool IsKnown(Checkpoint head)
        => _consistent.ContainsKey(KeyOf(head)) || store.Seen(head.Origin) is { } held && held.SameTree(head);

    /// <summary>Takes a checkpoint whose signature was verified with <paramref name="key"/>.</summary>
    public Sighting Observe(Checkpoint verified, VerifierKey key)
    {
        var held = store.Seen(verified.Origin);
        if (held is null)
            return store.Keep(null, verified) ? Sighting.Kept : store.Seen(verified.Origin) is null ? Sighting.Known : Observe(verified, key);
        if (held.SameTree(verified) || _consistent.ContainsKey(KeyOf(verified)))
            return Sighting.Known;
        if (held.Size == verified.Size)
        {
            KeepFork(new EquivocationProof(key.ToString(), held.Note, verified.Note), verified.Origin);
            return Sighting.Forked;
        }
        var (smaller, larger) = held.Size < verified.Size ? (held, verified) : (verified, held);
        if (smaller.Size > 0)
            return Sighting.NeedsProof;
        if (!smaller.RootHash.Span.SequenceEqual(MerkleHash.Empty.Span))
            return Sighting.Known; // no tree has this root at size 0, but nothing is proven by it either
        return larger == verified && store.Keep(held, verified) ? Sighting.Kept : Sighting.Known;
    }

    /// <summary>
    /// Settles <see cref="Sighting.NeedsProof"/> with what the log's tiles say: <paramref name="rootAtSmaller"/> is the root they give at the smaller size,
    /// <paramref name="proof"/> the way from there to the larger one. Null when the tiles fit neither: nothing is proven.
    /// </summary>
    public Sighting? Settle(Checkpoint verified, VerifierKey key, byte[] rootAtSmaller, IReadOnlyList<ReadOnlyMemory<byte>> proof)
    {
        if (store.Seen(verified.Origin) is not { } held || held.Size == verified.Size)
            return Observe(verified, key);
        var (smaller, larger) = held.Size < verified.Size ? (held, verified) : (verified, held);
        if (!ProofVerifier.Consistency(smaller.Size, larger.Size, rootAtSmaller, larger.RootHash.Span, proof))
            return null;
        if (!smaller.RootHash.Span.SequenceEqual(rootAtSmaller))
        {
            KeepFork(new EquivocationProof(key.ToString(), smaller.Note, larger.Note, Convert.ToBase64String(rootAtSmaller), [.. proof.Select(h => Convert.ToBase64String(h.Span))]), verified.Origin);
            return Sighting.Forked;
        }
        if (_consistent.Count >= MaxRemembered)
            _consistent.Clear();
        _consistent[KeyOf(smaller)] = true;
        return larger == verified && store.Keep(held, verified) ? Sighting.Kept : Sighting.Known;
    }

    /// <summary>Takes somebody else's proof, when it holds. True when it is new.</summary>
    public Result<bool> Accept(EquivocationProof proof, VerifierKey key)
        => proof.Verify(key).TryGet(out var pair, out var error) ? KeepFork(proof, pair.First.Origin) : error;

    /// <summary>Every proof kept.</summary>
    public IReadOnlyList<KeptFork> Forks => store.Forks();

    /// <summary>The refusal of everything that a log with two histories claims, or null.</summary>
    public DsError? Problem(string origin) => store.Fork(origin) is null ? null : WitnessErrors.Equivocation.Of(origin);

    private bool KeepFork(EquivocationProof proof, string origin) => store.KeepFork(origin, proof.ToJson(), clock.GetUtcNow().ToUnixTimeMilliseconds());

    private static (string, long, string) KeyOf(Checkpoint head) => (head.Origin, head.Size, Convert.ToBase64String(head.RootHash.Span));
}
