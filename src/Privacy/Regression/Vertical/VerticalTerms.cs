using System.Numerics;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical;

/// <summary>
/// What both parties of a vertical logistic regression agree on beforehand; nothing of it depends on values. The first party holds the label and an intercept.
/// </summary>
/// <param name="Rows">n, the common rows; at least ten per column, intercept included.</param>
/// <param name="FirstFeatures">Columns of the first party without the intercept, at least 1.</param>
/// <param name="SecondFeatures">Columns of the second party, at least 1.</param>
/// <param name="Ridge">λ &gt; 0; multiplies half the sum of squared weights of standardised columns beside the summed loss.</param>
/// <param name="HalfPeriod">L, a multiple of 4: scores up to L-7 are within the sigmoid's range. K = L/4 waves.</param>
/// <param name="Iterations">Fixed; there is no stopping rule that would depend on data.</param>
public sealed record VerticalTerms(int Rows, int FirstFeatures, int SecondFeatures, double Ridge, int HalfPeriod, int Iterations)
{
    /// <summary>Most rows: 64 blocks of slots with room for the ridge.</summary>
    public const int MostRows = 500_000;

    /// <summary>Most columns of both parties.</summary>
    public const int MostFeatures = 256;

    /// <summary>Most products of one answer: what flooding leaves room for.</summary>
    internal const int MostProducts = 64;

    /// <summary>Slots of a text that limits are reckoned with.</summary>
    internal const int Slots = 8192;

    /// <summary>Most iterations.</summary>
    public const int MostIterations = 1024;

    /// <summary>Largest L.</summary>
    public const int MostHalfPeriod = 256;

    /// <summary>Fraction bits of whitened columns, X.</summary>
    internal const int ColumnBits = 10;

    /// <summary>Fraction bits of weights, v.</summary>
    internal const int WeightBits = 18;

    /// <summary>Fraction bits of scores.</summary>
    internal const int ScoreBits = ColumnBits + WeightBits;

    /// <summary>Bits of weights that are cut off before they are opened, so that carries of local truncation are not.</summary>
    internal const int HiddenBits = 6;

    /// <summary>All columns, the intercept included.</summary>
    public int Columns => FirstColumns + SecondFeatures;

    /// <summary>The first party's columns with the intercept.</summary>
    public int FirstColumns => FirstFeatures + 1;

    /// <summary>m = ⌈log₂ n⌉: the step of the descent is a shift by so many bits.</summary>
    internal int StepBits => BitOperations.Log2((uint)(Rows - 1)) + 1;

    /// <summary>
    /// Bound on the chance that one lift or truncation of the run goes wrong by |x|/T, as a power of two: scores below 2^(ScoreBits + log₂ 2L), gradients below 2^(ColumnBits + 20 + m).
    /// A wrong score moves one row by at most 1; a wrong gradient ends in a refusal by the certificate.
    /// </summary>
    public double FailureBits
    {
        get
        {
            var scores = Iterations * (double)Rows * Math.ScaleB(2.0 * HalfPeriod, ScoreBits - 80);
            var gradients = Iterations * (double)Columns * Math.ScaleB(1, ColumnBits + WavePair.Descent.Bits + StepBits - 80);
            return Math.Log2(scores + gradients);
        }
    }

    /// <summary>The first problem, or null.</summary>
    public DsError? Problem
        => FirstFeatures < 1 || SecondFeatures < 1 || FirstFeatures + SecondFeatures > MostFeatures ? VerticalErrors.TermsInvalid.Of("columns")
            : Rows is < 2 or > MostRows ? VerticalErrors.TermsInvalid.Of("rows")
            : Rows < 10 * Columns ? VerticalErrors.TooFewRows.Of()
            : !double.IsFinite(Ridge) || Ridge > 1e6 ? VerticalErrors.TermsInvalid.Of("ridge")
            : Ridge < 1e-3 ? VerticalErrors.RidgeMissing.Of()
            : HalfPeriod is < 16 or > MostHalfPeriod || HalfPeriod % 4 != 0 ? VerticalErrors.TermsInvalid.Of("half period")
            : new TileLayout(Slots, Rows, Columns) is var layout && layout.Groups(Math.Max(2 * HalfPeriod, Math.Max(FirstColumns, SecondFeatures))) > MostProducts
                ? VerticalErrors.TermsInvalid.Of("half period and columns: smaller ones where there are many rows")
            : Iterations is < 1 or > MostIterations ? VerticalErrors.TermsInvalid.Of("iterations")
            : null;

    /// <summary>β_k = k/(k+4) in units of 1/1024. Zero for k = 0, which no share may be multiplied by.</summary>
    internal static int Momentum(int iteration) => (int)Math.Round(1024.0 * iteration / (iteration + 4));
}

/// <summary>Fraction bits of the two parties' waves. The descent has 10 and 10; the certificate, whose loss is shown, more.</summary>
/// <param name="First">Of sines and cosines.</param>
/// <param name="Second">Of factors.</param>
internal readonly record struct WavePair(int First, int Second)
{
    public static WavePair Descent => new(10, 10);

    public static WavePair Certificate => new(14, 14);

    /// <summary>Of their product, of labels and of errors.</summary>
    public int Bits => First + Second;
}
