using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Vault;

/// <summary>What is stored of one payload.</summary>
/// <param name="Key">Key from the key store; empty when there is none.</param>
/// <param name="Sealed">The whole payload, or null once its content was erased.</param>
/// <param name="Rest">Its metering part, once the content was erased.</param>
internal readonly record struct StoredPayload(byte[] Key, byte[]? Sealed, byte[]? Rest)
{
    /// <summary>Nothing can be opened any more, and nothing should.</summary>
    public bool IsGone => Sealed is null && Rest is null;

    /// <summary>Whether the key that belongs to the present state alone is left: the one that opened what was erased must not be there.</summary>
    public bool KeyIsErased(ReadOnlySpan<byte> root)
        => IsGone ? KeyStore.IsErased(Key) : Sealed is null && SealedPayload.OpenRest(Key, Rest!, root).IsOk;

    /// <summary>All leaves, checked against the commitment.</summary>
    public Result<IReadOnlyList<PayloadLeaf>> Open(ReadOnlySpan<byte> root)
    {
        if (Rest is not null)
            return OpenRest(root);
        if (Sealed is null)
            return LedgerErrors.PayloadErased.Of();
        if (!SealedPayload.Open(Key, Sealed, root).TryGet(out var fields, out var error))
            return error;
        return fields.Select(field => new PayloadLeaf(field, field.LeafHash())).ToList();
    }

    /// <summary>Whether <see cref="Open"/> would succeed.</summary>
    public bool Opens(ReadOnlySpan<byte> root) => Rest is null && Sealed is not null ? SealedPayload.Matches(Key, Sealed, root) : Open(root).IsOk;

    /// <summary>The shown fields, decrypted without a look at the commitment where the ciphertext allows it; null when everything was erased.</summary>
    public Result<FieldList?> Decrypt(ReadOnlySpan<byte> root)
    {
        if (IsGone)
            return (FieldList?)null;
        if (Rest is null)
            return SealedPayload.Decrypt(Key, Sealed!, root).TryGet(out var all, out var unreadable) ? all : unreadable;
        return OpenRest(root).TryGet(out var leaves, out var error)
            ? FieldList.Read(FieldList.Encode(PayloadLeaf.Shown(leaves).ToList()))
            : error;
    }

    // While an erasure is under way the key of the whole may still be there; that of the rest follows from it.
    private Result<IReadOnlyList<PayloadLeaf>> OpenRest(ReadOnlySpan<byte> root)
    {
        var opened = SealedPayload.OpenRest(Key, Rest!, root);
        return opened.IsOk || Key.Length != KeyStore.KeyBytes ? opened : SealedPayload.OpenRest(SealedPayload.RestKey(Key), Rest!, root);
    }
}
