using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical.Linear;

/// <summary>
/// What both parties of vertical least squares agree on beforehand; nothing of it depends on values. The first party holds the label and an intercept, which the ridge leaves alone.
/// </summary>
/// <param name="Rows">n, the common rows; at least ten per column, intercept included.</param>
/// <param name="FirstFeatures">Columns of the first party without the intercept, at least 1.</param>
/// <param name="SecondFeatures">Columns of the second party, at least 1.</param>
/// <param name="Ridge">λ &gt; 0; multiplies half the sum of squared weights of standardised columns beside half the summed squares.</param>
/// <param name="LabelMin">Lower bound of the label, public; it is moved to it.</param>
/// <param name="LabelMax">Upper bound. Fractions are of this range: a label that uses a thousandth of it has a thousandth of the precision.</param>
public sealed record LinearTerms(int Rows, int FirstFeatures, int SecondFeatures, double Ridge, double LabelMin, double LabelMax)
{
    /// <summary>Most columns of the party that has fewer: a square of so many values stands twice in one text.</summary>
    public const int MostOfSmaller = 64;

    /// <summary>Largest <see cref="Condition"/>.</summary>
    public const double MostCondition = 1 << 16;

    /// <summary>Most that an owner says in one step: what a conversation keeps for a peer that has not heard it.</summary>
    internal const double MostMegabytes = 900;

    /// <summary>Fraction bits of whitened columns, of Z and of solutions.</summary>
    internal const int Bits = 42;

    /// <summary>Fraction bits of M = ZᵀZ and its powers, of which no answer's precision depends.</summary>
    internal const int PowerBits = 36;

    /// <summary>Fraction bits of the approximate inverse.</summary>
    internal const int InverseBits = 24;

    /// <summary>Solutions by it: the first, and refinements with the residual of the true system.</summary>
    internal const int Corrections = 4;

    /// <summary>Bits of q that are cut off: its unit is 2^-72, and where it is one of -1, 0, 1 the residual's norm is below 2^-35.5.</summary>
    internal const int NormBits = 12;

    /// <summary>Bits of a solution that are cut off before it is opened, so that carries of local truncation are not.</summary>
    internal const int HiddenBits = 6;

    /// <summary>Fraction bits in which the loss is told.</summary>
    internal const int LossBits = 14;

    /// <summary>All columns, the intercept included.</summary>
    public int Columns => FirstFeatures + SecondFeatures + 1;

    /// <summary>Half the label's range.</summary>
    public double HalfRange => (LabelMax - LabelMin) / 2;

    /// <summary>Whether the first party is the one with more columns, or as many: its block is eliminated.</summary>
    internal bool FirstIsLarger => FirstFeatures >= SecondFeatures;

    internal int Smaller => Math.Min(FirstFeatures, SecondFeatures);

    internal int Larger => Math.Max(FirstFeatures, SecondFeatures);

    /// <summary>
    /// Public bound κ on the condition: each block of the Gram matrix has eigenvalues from λ to λ + n·columns, so the whitened system's smallest is at least 1/κ, whatever the data are.
    /// </summary>
    public double Condition => (Ridge + ((double)Rows * Larger)) / Ridge;

    /// <summary>J: the inverse is summed up to the power 2^J - 1, of which at most e^-16 is left.</summary>
    public int Doublings => (int)Math.Ceiling(Math.Log2(16 * Condition));

    /// <summary>About how much one owner says in a doubling: three moduli, two matrices, texts of four primes in seeded form.</summary>
    public double MegabytesPerDoubling => 3 * 2 * 0.262 * new PairLayout(VerticalTerms.Slots, Smaller).Texts(Smaller);

    /// <summary>About how much the second owner says of its columns, at this number of rows.</summary>
    public double MegabytesOfColumns => 3 * 0.262 * Data.Groups(SecondFeatures) * Data.Blocks;

    /// <summary>About how much the first owner says of products of columns, at this number of rows.</summary>
    public double MegabytesOfProducts => 3 * 0.262 * (FirstFeatures + 1) * Data.Groups(SecondFeatures);

    private TileLayout Data => new(VerticalTerms.Slots, Rows, 0);

    /// <summary>
    /// Bound on the error of both owners' solutions once the certificate holds, in whitened coordinates, as a fraction of half the label's range or of the solution's norm where that is larger, as a power of two: κ times the
    /// residual that passes and the rounding of K. Roundings of the columns are taken to be independent. Runs that were tried were a hundred times closer.
    /// </summary>
    public double ErrorBits => Math.Log2(Condition * (Math.Pow(2, -35.5) + (Math.Sqrt(FirstFeatures * SecondFeatures) * Math.ScaleB(1, 1 - Bits))));

    /// <summary>Bound on the chance that one truncation of the run goes wrong by |x|/T, as a power of two; the certificate refuses what comes of it.</summary>
    public double FailureBits
    {
        get
        {
            double Chance(double values, double bits) => values * Math.ScaleB(1, -119) * Math.Pow(2, bits);
            var (square, solution) = ((double)Smaller * Smaller, Math.Log2(Condition) / 2);
            return Math.Log2(
                Chance(((double)Smaller * Larger) + Smaller + square + Smaller, 2 * Bits)
                + Chance(Doublings * square, 1 + (2 * PowerBits))
                + Chance(Doublings * square, 1 + PowerBits + InverseBits + Math.Log2(Condition))
                + Chance(Corrections * (double)(Smaller + Larger + Smaller), (2 * Bits) + solution));
        }
    }

    /// <summary>The first problem, or null.</summary>
    public DsError? Problem
        => FirstFeatures < 1 || SecondFeatures < 1 || FirstFeatures + SecondFeatures > VerticalTerms.MostFeatures || Smaller > MostOfSmaller || 2 * new PairLayout(VerticalTerms.Slots, Smaller).Texts(Larger) > VerticalTerms.MostProducts
                ? VerticalErrors.TermsInvalid.Of("columns")
            : Rows is < 2 or > VerticalTerms.MostRows ? VerticalErrors.TermsInvalid.Of("rows")
            : Math.Max(MegabytesOfProducts, MegabytesOfColumns) > MostMegabytes ? VerticalErrors.TermsInvalid.Of("columns: fewer of them where there are many rows")
            : Rows < 10 * Columns ? VerticalErrors.TooFewRows.Of()
            : !double.IsFinite(LabelMin) || !double.IsFinite(LabelMax) || !(LabelMin < LabelMax) || !double.IsFinite(HalfRange) ? VerticalErrors.TermsInvalid.Of("bounds of the label")
            : !double.IsFinite(Ridge) || Ridge > 1e9 ? VerticalErrors.TermsInvalid.Of("ridge")
            : Ridge < 1e-3 ? VerticalErrors.RidgeMissing.Of()
            : Condition > MostCondition ? VerticalErrors.RidgeTooSmall.Of(FormattableString.Invariant($"at least {Math.Ceiling(1000 * (double)Rows * Larger / (MostCondition - 1)) / 1000}"))
            : null;
}
