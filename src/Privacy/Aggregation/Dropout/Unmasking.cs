using System.Security.Cryptography;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Aggregation.Dropout;

/// <summary>What one owner told, as the analyst opened it; the caller has verified who signed it.</summary>
/// <param name="Index">Place of the owner in the roster.</param>
/// <param name="Message">The message.</param>
public sealed record ToldShares(int Index, ReadOnlyMemory<byte> Message);

/// <summary>
/// The analyst's way from what the survivors told to the masks that are left in the sum of their contributions: the self-masks of survivors, and what they share with owners that are gone. It learns those
/// masks and no others. A secret that does not fit its commitment (a seed) or its public half (a key) is refused.
/// </summary>
public sealed class Unmasking : IDisposable
{
    private readonly IReadOnlyList<byte[]> _maskKeys;
    private readonly IReadOnlyList<(int Index, byte[] Seed)> _seeds;
    private readonly IReadOnlyList<(int Index, EphemeralKey Key)> _gone;

    private Unmasking(SurvivorSet set, IReadOnlyList<byte[]> maskKeys, IReadOnlyList<(int Index, byte[] Seed)> seeds, IReadOnlyList<(int Index, EphemeralKey Key)> gone)
        => (Set, _maskKeys, _seeds, _gone) = (set, maskKeys, seeds, gone);

    /// <summary>Whose contributions are unmasked.</summary>
    public SurvivorSet Set { get; }

    /// <summary>Opens the secrets.</summary>
    /// <param name="terms">As signed in the plan.</param>
    /// <param name="set">The set that more than two thirds of the owners signed; the caller has verified that.</param>
    /// <param name="rosterHash">Roster hash of round 0.</param>
    /// <param name="maskKeys">All owners' mask keys in roster order.</param>
    /// <param name="shares">All owners' messages of shares in roster order, as they signed them.</param>
    /// <param name="told">What survivors told.</param>
    /// <returns>DS-PRV-347 when these do not give the secrets.</returns>
    public static Result<Unmasking> Create(
        DropoutTerms terms, SurvivorSet set, ReadOnlyMemory<byte> rosterHash, IReadOnlyList<byte[]> maskKeys, IReadOnlyList<byte[]> shares, IReadOnlyList<ToldShares> told)
    {
        if (maskKeys.Count != terms.Parties || shares.Count != terms.Parties)
            return DropoutErrors.UnmaskingFailed.Of("roster");
        for (var sender = 0; sender < shares.Count; sender++)
        {
            if (DropoutMessages.SharesProblem(shares[sender], terms.Parties, sender, rosterHash.Span) is { } problem)
                return problem;
        }

        foreach (var one in told)
        {
            if (DropoutMessages.ToldProblem(one.Message.Span, terms.Parties, one.Index, rosterHash.Span, set.Digest.Span) is { } problem)
                return problem;
        }

        var tellers = told.Where(t => set.Contains(t.Index)).DistinctBy(t => t.Index).Take(terms.Threshold).Select(t => (t.Index, Message: t.Message.ToArray())).ToList();
        return tellers.Count < terms.Threshold ? DropoutErrors.UnmaskingFailed.Of($"{tellers.Count} of {terms.Threshold} owners told their shares") : Open(terms, set, rosterHash, maskKeys, shares, tellers);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var (_, seed) in _seeds)
            CryptographicOperations.ZeroMemory(seed);
        foreach (var (_, key) in _gone)
            key.Dispose();
    }

    /// <summary>Takes the masks off the decrypted sum of one modulus.</summary>
    internal Result<Unit> Remove(Span<ulong> row, ulong modulus, ReadOnlyMemory<byte> shapeDigest, ReadOnlyMemory<byte> rosterHash, int round)
    {
        if (!MaskContext.Create(_maskKeys.Count, shapeDigest, _maskKeys, rosterHash, round).TryGet(out var context, out var error))
            return error;
        var mask = new ulong[row.Length];
        foreach (var (index, seed) in _seeds)
        {
            SelfMask.Write(seed, context, index, modulus, mask);
            PairwiseMasks.Subtract(row, mask, modulus);
        }

        foreach (var (gone, key) in _gone)
        {
            foreach (var (survivor, _) in _seeds)
            {
                if (!key.Agree(_maskKeys[survivor]).TryGet(out var secret, out error))
                    return error;
                PairwiseMasks.WriteShared(secret, context, survivor, gone, modulus, mask);
                CryptographicOperations.ZeroMemory(secret);
                if (survivor < gone)
                    PairwiseMasks.Subtract(row, mask, modulus);
                else
                    PairwiseMasks.Add(row, mask, modulus);
            }
        }

        return Unit.Value;
    }

    private static Result<Unmasking> Open(
        DropoutTerms terms, SurvivorSet set, ReadOnlyMemory<byte> rosterHash, IReadOnlyList<byte[]> maskKeys, IReadOnlyList<byte[]> shares, List<(int Index, byte[] Message)> tellers)
    {
        var (seeds, gone) = (new List<(int, byte[])>(), new List<(int, EphemeralKey)>());
        for (var of = 0; of < terms.Parties; of++)
        {
            var secret = ByteShares.Combine([.. tellers.Select(t => (t.Index, DropoutMessages.Share(t.Message, of).ToArray()))]);
            if (set.Contains(of))
            {
                if (!CryptographicOperations.FixedTimeEquals(SelfMask.Commit(secret, rosterHash.Span), DropoutMessages.Commitment(shares[of])))
                    return DropoutErrors.UnmaskingFailed.Of($"seed of owner {of}");
                seeds.Add((of, secret));
                continue;
            }

            var key = EphemeralKey.Import(secret)!;
            CryptographicOperations.ZeroMemory(secret);
            if (!key.PublicKey.AsSpan().SequenceEqual(maskKeys[of]))
                return DropoutErrors.UnmaskingFailed.Of($"mask key of owner {of}");
            gone.Add((of, key));
        }

        return new Unmasking(set, maskKeys, seeds, gone);
    }
}
