using System.Text;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Fsck;

/// <summary>
/// Whether entries are signed by one of a few keys. For long logs the keys are prepared (<see cref="RepeatedKey"/>); whatever is not accepted so is asked of
/// <see cref="LedgerEntry.IsSignedBy"/>, whose word counts. Immutable.
/// </summary>
internal sealed class EntrySignatures
{
    private const long WorthPreparing = 1024;
    private const int MaxPrepared = 4;
    private readonly PublicKey[] _keys;
    private readonly (RepeatedKey Key, byte[] KeyId)[] _prepared;

    /// <param name="keys">Any of these may have signed; the likeliest first.</param>
    /// <param name="entries">Entries of the log.</param>
    public EntrySignatures(IEnumerable<PublicKey> keys, long entries)
    {
        _keys = [.. keys];
        _prepared = entries < WorthPreparing
            ? []
            : [.. _keys.Take(MaxPrepared).Select(RepeatedKey.TryPrepare).OfType<RepeatedKey>().Select(key => (key, Encoding.ASCII.GetBytes(key.Key.KeyId)))];
    }

    /// <summary>A checker for one thread.</summary>
    public Checker NewChecker(int capacity) => new(this, capacity);

    /// <summary>Checks entries together. For one thread at a time.</summary>
    public sealed class Checker(EntrySignatures owner, int capacity)
    {
        private readonly RepeatedKey.Group[] _groups = [.. owner._prepared.Select(p => p.Key.NewGroup(capacity))];

        /// <summary>Sets <c>IsSigned</c> of each entry that is well-formed.</summary>
        public void Check(ReadOnlySpan<EntryCheck> checks)
        {
            Span<byte> signed = stackalloc byte[LedgerEntry.MaxBytes + LedgerEntry.Domain.Length];
            for (var i = 0; i < checks.Length; i++)
            {
                for (var key = 0; key < _groups.Length && checks[i].Entry is { } entry; key++)
                {
                    var signature = entry.SignatureOf(owner._prepared[key].KeyId);
                    if (signature.IsEmpty)
                        continue;
                    entry.CopySigned(signed);
                    _groups[key].Add(i, signed[..entry.SignedLength], signature);
                    break;
                }
            }
            foreach (var group in _groups)
            {
                foreach (var number in group.Finish())
                    checks[number].IsSigned = true;
            }
            foreach (var check in checks)
            {
                if (check is { IsSigned: false, Entry: { } entry })
                    check.IsSigned = Array.Exists(owner._keys, entry.ToEntry().IsSignedBy);
            }
        }
    }
}
