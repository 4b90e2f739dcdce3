using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Aggregation;

/// <summary>
/// The coordinator's part of secure aggregation, in plain C#: no SEAL, no WebAssembly, no key.
/// <para><b>What the coordinator learns</b> from each contribution: the job's public shape, the roster hash and round, which provider sent it, its
/// size (the same for every outcome). The slots are encrypted under the analyst's key and masked besides, so its view is a function of the sum even
/// together with the analyst, as long as two providers are honest. From the sum it learns nothing more.</para>
/// <para><b>What the analyst learns</b> when it receives contributions and sum: the sum, see <see cref="AnalystDecoder"/>.</para>
/// </summary>
public static class ContributionAdder
{
    /// <summary>Checks one contribution by itself: header, length, and every ciphertext through the strict codec.</summary>
    public static Result<Unit> Check(AggregationShape shape, byte[] contribution)
        => AggregationMessage.Check(shape, AggregationMessageKind.Contribution, contribution);

    /// <summary>As above, and that it is this provider's message for this roster and round.</summary>
    public static Result<Unit> Check(AggregationShape shape, byte[] contribution, ReadOnlyMemory<byte> rosterHash, int round, int index)
    {
        if (Check(shape, contribution).Error is { } error)
            return error;
        if (!AggregationMessage.RosterHash(contribution).SequenceEqual(rosterHash.Span) || AggregationMessage.Round(contribution) != round)
            return PrivacyErrors.MessageRoster.Of();
        return AggregationMessage.Index(contribution) == index ? Unit.Value : PrivacyErrors.MessageIndex.Of();
    }

    /// <summary>
    /// The sum of exactly one contribution of every provider. Refuses a missing, doubled or foreign one. The result does not depend on their order.
    /// </summary>
    public static Result<byte[]> Sum(AggregationShape shape, IReadOnlyList<byte[]> contributions) => SumOf(shape, contributions, shape.Parties);

    /// <summary>The same of that many providers, where the job goes on without the others.</summary>
    public static Result<byte[]> SumOf(AggregationShape shape, IReadOnlyList<byte[]> contributions, int parties)
    {
        if (contributions.Count > parties)
            return PrivacyErrors.ContributionDuplicate.Of();
        if (contributions.Count < parties || parties < 1)
            return PrivacyErrors.ContributionMissing.Of();
        var seen = new HashSet<int>();
        var bodies = new HashSet<string>(StringComparer.Ordinal);
        foreach (var contribution in contributions)
        {
            if (Check(shape, contribution).Error is { } error)
                return error;
            // Two equal bodies are one message under two names: encryption never repeats itself.
            if (!seen.Add(AggregationMessage.Index(contribution)) || !bodies.Add(Convert.ToHexString(SHA256.HashData(AggregationMessage.Body(contribution)))))
                return PrivacyErrors.ContributionDuplicate.Of();
            if (!AggregationMessage.RosterHash(contribution).SequenceEqual(AggregationMessage.RosterHash(contributions[0]))
                || AggregationMessage.Round(contribution) != AggregationMessage.Round(contributions[0]))
                return PrivacyErrors.MessageRoster.Of();
        }

        return Add(shape, contributions);
    }

    private static Result<byte[]> Add(AggregationShape shape, IReadOnlyList<byte[]> contributions)
    {
        var sums = new byte[shape.TotalCiphertexts][];
        for (var i = 0; i < sums.Length; i++)
        {
            var set = AggregationMessage.SetOf(shape, i);
            sums[i] = AggregationMessage.Ciphertext(shape, contributions[0], i).ToArray();
            foreach (var contribution in contributions.Skip(1))
                CiphertextSum.AddInPlace(set, sums[i], AggregationMessage.Ciphertext(shape, contribution, i));
            if (CiphertextCodec.Check(set, sums[i]).Error is { } error)
                return error; // a party who knows the others' messages can make the sum transparent
        }

        return AggregationMessage.Write(
            shape,
            AggregationMessageKind.Sum,
            AggregationMessage.SumIndex,
            AggregationMessage.RosterHash(contributions[0]),
            AggregationMessage.Round(contributions[0]),
            sums);
    }
}
