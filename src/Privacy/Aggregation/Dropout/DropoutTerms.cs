using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Aggregation.Dropout;

/// <summary>
/// With how few owners a joint statistic may go on, as everybody signed it: Bonawitz et al., Practical Secure Aggregation for Privacy-Preserving Machine Learning (CCS 2017), with the consistency
/// round. More than two thirds of all owners must sign one set of survivors, and as many shares open a secret: then no coordinator can have two sets signed, nor gather both secrets of one owner,
/// while fewer than a third of the owners are on its side.
/// </summary>
public sealed record DropoutTerms
{
    /// <summary>Fewest owners: with four, two thirds are all but one, and a third is one owner.</summary>
    public const int FewestParties = 5;

    private DropoutTerms(int parties, int minimum) => (Parties, Minimum) = (parties, minimum);

    /// <summary>Owners of the roster.</summary>
    public int Parties { get; }

    /// <summary>Fewest survivors over which there is a result.</summary>
    public int Minimum { get; }

    /// <summary>Signatures over one set, and shares of one secret, that are needed.</summary>
    public int Threshold => ThresholdOf(Parties);

    /// <summary>The smallest number above two thirds of <paramref name="parties"/>.</summary>
    public static int ThresholdOf(int parties) => (2 * parties / 3) + 1;

    /// <summary>Terms of a plan; refused where they could not hold.</summary>
    public static Result<DropoutTerms> Create(int parties, int minimum)
        => parties is < FewestParties or > ByteShares.MostParties || minimum < ThresholdOf(parties) || minimum >= parties
            ? DropoutErrors.TermsInvalid.Of($"{minimum} of {parties}")
            : new DropoutTerms(parties, minimum);
}
