using System.Globalization;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Horizontal;

/// <summary>What a label is to a model.</summary>
public enum HorizontalModel
{
    /// <summary>Least squares; one round.</summary>
    Linear = 1,

    /// <summary>Log odds of a label 0 or 1.</summary>
    Logistic = 2,

    /// <summary>Logarithm of the expected count.</summary>
    Poisson = 3,
}

/// <summary>A column with public bounds, scaled by them: whole numbers at <paramref name="Decimals"/>.</summary>
/// <param name="Name">Column name.</param>
/// <param name="Decimals">0 to 9.</param>
/// <param name="Low">Lower bound times 10^Decimals.</param>
/// <param name="High">Upper bound times 10^Decimals, above the lower one.</param>
/// <param name="Codes">Public code list of a categorical column, whose bounds are 0 and 1; null for a number.</param>
public sealed record BoundedColumn(string Name, int Decimals, long Low, long High, IReadOnlyList<string>? Codes = null)
{
    /// <summary>Columns that it becomes.</summary>
    public int Width => Codes?.Count ?? 1;

    /// <summary>Two values alone: what it says of a subject is a category.</summary>
    internal bool IsBinary => Codes is null && High - Low == 1;
}

/// <summary>
/// Everything about a horizontal model that is public before a row is read, the same for all parties: from it follow scales, fixed point, number of slots and rounds, and its digest is in every mask.
/// <para><b>Scale.</b> With an intercept a number x in [lo, hi] becomes (2x−lo−hi)/(hi−lo), in [−1, 1]; without one x/max(|lo|,|hi|). Codes become 0 or 1. The label of least squares is scaled alike.</para>
/// <para><b>Fixed point.</b> Every row's term is rounded to 2^−<see cref="FractionBits"/>, chosen so that no term exceeds 2^52 units whatever the data and the weights within
/// <see cref="WeightBox"/>: a double holds it exactly, 512 terms fit 64 bits, and 2^24 rows of 64 owners stay below 2^82 of the ring's 2^127. Sums are therefore exact and do not depend on who holds which row.</para>
/// </summary>
public sealed record HorizontalDesign
{
    /// <summary>Most columns with codes counted, the constant not.</summary>
    public const int MostColumns = 128;

    /// <summary>Most rows of one owner.</summary>
    public const int MostRows = 1 << 24;

    /// <summary>Most owners.</summary>
    public const int MostOwners = 64;

    /// <summary>Most rounds.</summary>
    public const int MostRounds = 16;

    private const long MostCount = 1_000_000;
    private const double MostLogit = 30;
    private const double CountHeadroom = 4;
    private const int TermBits = 52;

    /// <summary>Slots before gradient and Hessian: refusal, check, rows, half deviance.</summary>
    internal const int Head = 4;

    private HorizontalDesign()
    {
    }

    /// <summary>What the label is.</summary>
    public required HorizontalModel Model { get; init; }

    /// <summary>The label's column.</summary>
    public required BoundedColumn Label { get; init; }

    /// <summary>What explains it.</summary>
    public required IReadOnlyList<BoundedColumn> Features { get; init; }

    /// <summary>Whether there is a constant, first among the weights and never shrunk.</summary>
    public required bool Intercept { get; init; }

    /// <summary>Half of it times the squared weights is added to half the deviance.</summary>
    public required double Ridge { get; init; }

    /// <summary>Rounds, each with one answer of every owner; 1 for least squares.</summary>
    public required int Rounds { get; init; }

    /// <summary>Owners, 2 or more.</summary>
    public required int Owners { get; init; }

    /// <summary>Fewest subjects of one owner, of a category that it has at all, and of what counts in any round.</summary>
    public required int Minimum { get; init; }

    /// <summary>Most rows of one owner.</summary>
    public required int MaxRows { get; init; }

    /// <summary>Weights: columns and constant.</summary>
    public int Width => Features.Sum(f => f.Width) + (Intercept ? 1 : 0);

    /// <summary>Fewest subjects of one owner: the minimum, and ten for each weight.</summary>
    public int LeastSubjects => Math.Max(Minimum, 10 * Width);

    /// <summary>Numbers of one answer: gradient and upper triangle of the Hessian after the head.</summary>
    internal int Slots => Head + Width + (Width * (Width + 1) / 2);

    /// <summary>Bytes of one owner's answer, sealed.</summary>
    public int AnswerBytes => (Slots * 16) + Hpke.OverheadBytes;

    /// <summary>Bytes of weights, sealed.</summary>
    public int WeightBytes => (Width * sizeof(double)) + Hpke.OverheadBytes;

    /// <summary>Binary digits after the point of every sum.</summary>
    public int FractionBits { get; private init; }

    /// <summary>Least and largest value that weights may give any row within the bounds.</summary>
    public (double Low, double High) WeightBox => Model switch
    {
        HorizontalModel.Poisson => (-MostLogit, Math.Log(Math.Max(1, Label.High)) + CountHeadroom),
        _ => (-MostLogit, MostLogit),
    };

    /// <summary>SHA-256 of all of it.</summary>
    public ReadOnlyMemory<byte> Digest => Kernel.Crypto.Digest.Sha256(CanonicalJson.OfTexts(
    [
        "DataSpace secure-newton/1", Model.ToString(), Text(Intercept ? 1 : 0), Ridge.ToString("R", CultureInfo.InvariantCulture), Text(Rounds), Text(Owners), Text(Minimum), Text(MaxRows),
        .. Features.Prepend(Label).SelectMany(c => (string[])[c.Name, Text(c.Decimals), Text(c.Low), Text(c.High), Text(c.Codes?.Count ?? -1), .. c.Codes ?? []]),
    ]));

    /// <summary>Checks all limits. Errors: design invalid, with what is wrong.</summary>
    public static Result<HorizontalDesign> Create(
        HorizontalModel model, BoundedColumn label, IReadOnlyList<BoundedColumn> features, bool intercept, double ridge, int rounds, int owners, int minimum, int maxRows)
    {
        if (!Enum.IsDefined(model) || features.Count == 0 || features.Sum(f => f.Width) is 0 or > MostColumns)
            return HorizontalErrors.DesignInvalid.Of("model and 1 to 128 columns");
        if (features.Append(label).Any(c => c.Decimals is < 0 or > 9 || c.Low >= c.High || Math.Max(Math.Abs((decimal)c.Low), Math.Abs((decimal)c.High)) > 1_000_000_000_000_000))
            return HorizontalErrors.DesignInvalid.Of("bounds of a column: at most 10^15 when scaled, the lower one below the upper one");
        if (features.Any(f => f.Codes is { } codes && (codes.Count == 0 || f.Low != 0 || f.High != 1 || codes.Distinct(StringComparer.Ordinal).Count() != codes.Count)) || label.Codes is not null)
            return HorizontalErrors.DesignInvalid.Of("codes of a column: distinct, bounds 0 and 1");
        if (model == HorizontalModel.Logistic && (label.Low != 0 || label.High != 1 || label.Decimals != 0))
            return HorizontalErrors.DesignInvalid.Of("a logistic label is 0 or 1");
        if (model == HorizontalModel.Poisson && (label.Low != 0 || label.High > MostCount || label.Decimals != 0))
            return HorizontalErrors.DesignInvalid.Of("a count is 0 to at most 1000000");
        if (!double.IsFinite(ridge) || ridge is < 0 or > 1e12 || rounds is < 1 or > MostRounds || (model == HorizontalModel.Linear) != (rounds == 1))
            return HorizontalErrors.DesignInvalid.Of("ridge 0 to 10^12; rounds 1 for least squares, else 2 to 16");
        if (owners is < 2 or > MostOwners || minimum is < 2 or > 1_000_000 || maxRows < minimum || maxRows > MostRows)
            return HorizontalErrors.DesignInvalid.Of("2 to 64 owners, minimum 2 to 1000000, at most 2^24 rows");
        var design = new HorizontalDesign
        {
            Model = model,
            Label = label,
            Features = features,
            Intercept = intercept,
            Ridge = ridge,
            Rounds = rounds,
            Owners = owners,
            Minimum = minimum,
            MaxRows = maxRows,
        };
        return design with { FractionBits = TermBits - (int)Math.Ceiling(Math.Log2(design.LargestTerm())) };
    }

    /// <summary>No row's term of any slot is larger, whatever the data and the weights within the box.</summary>
    internal double LargestTerm()
    {
        var (low, high) = WeightBox;
        return Model switch
        {
            HorizontalModel.Linear => 2, // at weights 0 alone: labels and columns are within [-1, 1]
            HorizontalModel.Logistic => Math.Max(-low, high) + 1,
            _ => (Label.High * Math.Log(Math.Max(1, Label.High))) + (Label.High * Math.Max(-low, high)) + Math.Exp(high) + Label.High,
        };
    }

    /// <summary>Least and largest value that these weights give any row within the bounds: a property of the weights and the design alone.</summary>
    internal (double Low, double High) Range(ReadOnlySpan<double> weights)
    {
        var at = 0;
        double low = 0, high = 0;
        if (Intercept)
            low = high = weights[at++];
        foreach (var feature in Features)
        {
            if (feature.Codes is null)
            {
                var (least, most) = (Scale(feature, feature.Low), Scale(feature, feature.High));
                low += Math.Min(weights[at] * least, weights[at] * most);
                high += Math.Max(weights[at] * least, weights[at] * most);
                at++;
                continue;
            }
            // A row has one code, or none of the list.
            double least1 = 0, most1 = 0;
            for (var i = 0; i < feature.Codes.Count; i++, at++)
                (least1, most1) = (Math.Min(least1, weights[at]), Math.Max(most1, weights[at]));
            (low, high) = (low + least1, high + most1);
        }
        return (low, high);
    }

    /// <summary>Centre and half width of a number: it is used as (x − centre) / half, in units of 10^−Decimals.</summary>
    internal (double Centre, double Half) ScaleOf(BoundedColumn column)
        => column.Codes is not null ? (0, 1) : Intercept ? ((column.Low + column.High) / 2.0, (column.High - column.Low) / 2.0) : (0, Math.Max(Math.Abs(column.Low), Math.Abs(column.High)));

    /// <summary>A whole number within the bounds, scaled. Exact integers and one division: the same at every owner.</summary>
    internal double Scale(BoundedColumn column, long value)
        => Intercept ? ((2 * value) - column.Low - column.High) / (double)(column.High - column.Low) : value / (double)Math.Max(Math.Abs(column.Low), Math.Abs(column.High));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
