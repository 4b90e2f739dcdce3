using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Identity;

/// <summary>One verifying key and the time in which signatures under it count.</summary>
/// <param name="Key">The key.</param>
/// <param name="ValidFrom">First moment, inclusive.</param>
/// <param name="ValidUntil">Last moment, exclusive; null while open.</param>
public sealed record KeyValidity(PublicKey Key, DateTimeOffset ValidFrom, DateTimeOffset? ValidUntil = null)
{
    /// <summary>True when signatures made at <paramref name="moment"/> count.</summary>
    public bool IsValidAt(DateTimeOffset moment) => moment >= ValidFrom && (ValidUntil is not { } until || moment < until);
}

/// <summary>
/// A participant's keys: several may be valid at once, so that a new key can be published before the old one ends. Immutable.
/// The current key, with which to sign, is the valid one that began last; equal ones by order of id.
/// </summary>
public sealed class KeySet
{
    /// <summary>Most keys in a set.</summary>
    public const int MaxKeys = 32;

    private readonly KeyValidity[] _keys;

    private KeySet(KeyValidity[] keys) => _keys = keys;

    /// <summary>All keys, oldest first.</summary>
    public IReadOnlyList<KeyValidity> Keys => _keys;

    /// <summary>A set from its keys.</summary>
    public static Result<KeySet> Create(IEnumerable<KeyValidity> keys)
    {
        var sorted = keys.Take(MaxKeys + 1).OrderBy(k => k.ValidFrom).ThenBy(k => k.Key.KeyId, StringComparer.Ordinal).ToArray();
        if (sorted.Length is 0 or > MaxKeys)
            return IdentityErrors.InvalidKeySet.Of("1 to 32 keys");
        if (Array.Exists(sorted, k => !k.Key.IsEd25519))
            return IdentityErrors.InvalidKeySet.Of("a participant's keys are Ed25519");
        if (sorted.DistinctBy(k => k.Key.KeyId, StringComparer.Ordinal).Count() != sorted.Length)
            return IdentityErrors.InvalidKeySet.Of("duplicate key id");
        if (Array.Exists(sorted, k => k.ValidUntil is { } until && until <= k.ValidFrom))
            return IdentityErrors.InvalidKeySet.Of("a validity ends before it begins");
        return new KeySet(sorted);
    }

    /// <summary>A set of one key without end.</summary>
    public static KeySet Single(PublicKey key, DateTimeOffset validFrom)
        => key.IsEd25519 ? new([new KeyValidity(key, validFrom)]) : throw new ArgumentException("A participant's keys are Ed25519.", nameof(key));

    /// <summary>A set of keys without bounds, for whoever knows keys and not their times; repeated ones count once.</summary>
    public static Result<KeySet> Unbounded(IEnumerable<PublicKey> keys)
        => Create(keys.DistinctBy(k => k.KeyId, StringComparer.Ordinal).Select(k => new KeyValidity(k, DateTimeOffset.UnixEpoch)));

    /// <summary>Keys that were valid at some moment from <paramref name="first"/> to <paramref name="last"/>: for signatures that carry no time of their own, but are known to lie between two that do.</summary>
    public IEnumerable<PublicKey> ValidWithin(DateTimeOffset first, DateTimeOffset last)
        => _keys.Where(k => k.ValidFrom <= last && (k.ValidUntil is not { } until || first < until)).Select(k => k.Key);

    /// <summary>The key with this id if it is valid at <paramref name="moment"/>, else null.</summary>
    public PublicKey? Find(string keyId, DateTimeOffset moment)
        => Array.Find(_keys, k => k.Key.KeyId == keyId && k.IsValidAt(moment))?.Key;

    /// <summary>The key to sign with at <paramref name="moment"/>.</summary>
    public Result<PublicKey> Current(DateTimeOffset moment)
        => Array.FindLast(_keys, k => k.IsValidAt(moment)) is { } current ? current.Key : IdentityErrors.NoCurrentKey.Of();

    /// <summary>
    /// A set in which <paramref name="next"/> begins at <paramref name="from"/> and the keys that are open now end after <paramref name="overlap"/>,
    /// long enough for signatures in flight.
    /// </summary>
    public Result<KeySet> Rotate(PublicKey next, DateTimeOffset from, TimeSpan overlap)
        => Create(_keys.Select(k => k.ValidUntil is null ? k with { ValidUntil = from + overlap } : k).Append(new KeyValidity(next, from)));
}

/// <summary>A member of the data space.</summary>
/// <param name="Id">Its did:web.</param>
/// <param name="DisplayName">What people call it; never used to decide anything.</param>
/// <param name="Keys">Its verifying keys.</param>
public sealed record Participant(ParticipantId Id, string DisplayName, KeySet Keys);
