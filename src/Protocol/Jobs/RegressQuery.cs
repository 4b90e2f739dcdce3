using System.Text.Json.Serialization;

namespace DataSpace.Protocol.Jobs;

/// <summary>
/// A model fitted over rows that several owners keep at home: <see cref="Horizontal"/>, everybody has the same columns of other subjects; <see cref="Vertical"/>, two owners have other columns of
/// the same subjects. Bounds and decimals are the contracts', never data's: from them follow the scale of every column and the fixed point.
/// </summary>
/// <param name="Mode"><see cref="Horizontal"/> or <see cref="Vertical"/>.</param>
/// <param name="Model">One of the models below.</param>
/// <param name="Label">What is explained.</param>
/// <param name="Features">What explains it, one list per party in the order of the roster; horizontally all lists are equal.</param>
/// <param name="Intercept">Whether the model has a constant, which is not shrunk.</param>
/// <param name="L2">
/// Ridge: half of this times the sum of squared coefficients is added to the summed loss. Decimal text, 0 for none. Coefficients are those of the scaled columns (horizontally by the bounds,
/// vertically standardised), as everywhere where columns have different units.
/// </param>
/// <param name="Iterations">Rounds of the protocol, fixed beforehand: nothing about when it stops depends on data.</param>
/// <param name="MinimumSubjects">Fewest subjects of every party: the largest minimum of all contracts. More are demanded where there are many features.</param>
/// <param name="MaxRowsPerParty">Public bound on each party's rows: fixed point and memory follow from it.</param>
/// <param name="Key">Vertically: parts of the key by which rows meet; null horizontally.</param>
/// <param name="KeyColumns">Vertically: columns that hold the parts, one list per party; null horizontally.</param>
/// <param name="HalfPeriod">Vertically, logistic: the range L of scores that the sigmoid covers (to L-7), a multiple of 4; null otherwise.</param>
public sealed record RegressQuery(
    string Mode, string Model, RegressLabel Label, IReadOnlyList<IReadOnlyList<RegressFeature>> Features, bool Intercept, string L2, int Iterations, int MinimumSubjects, int MaxRowsPerParty,
    IReadOnlyList<KeyPartQuery>? Key = null, IReadOnlyList<IReadOnlyList<string>>? KeyColumns = null, int? HalfPeriod = null)
{
    /// <summary>The same columns of different subjects.</summary>
    public const string Horizontal = "horizontal";

    /// <summary>Different columns of the same subjects.</summary>
    public const string Vertical = "vertical";

    /// <summary>Least squares.</summary>
    public const string Linear = "linear";

    /// <summary>Log odds of a label that is 0 or 1.</summary>
    public const string Logistic = "logistic";

    /// <summary>Logarithm of the expected count.</summary>
    public const string Poisson = "poisson";

    /// <summary>Least squares on a label that is 0 or 1: what a sigmoid of degree one would be, under its own name.</summary>
    public const string LinearProbability = "linear-probability";

    /// <summary>Most columns of a model, over all parties, codes of categorical ones each counted.</summary>
    public const int MaxWidth = 128;

    /// <summary>Columns that this party's features become.</summary>
    public static int WidthOf(IReadOnlyList<RegressFeature> features) => features.Sum(f => f.Codes?.Count ?? 1);
}

/// <summary>What a model explains.</summary>
/// <param name="Column">Integer, decimal, double or boolean column.</param>
/// <param name="Decimals">Values count with so many decimals.</param>
/// <param name="Min">Lower bound, decimal text; 0 where the label is 0 or 1, and for counts.</param>
/// <param name="Max">Upper bound, decimal text; values outside are moved to the bound.</param>
/// <param name="Participant">Vertically: the party (DID) that has it; null horizontally, where everybody has.</param>
public sealed record RegressLabel(string Column, int Decimals, string Min, string Max, string? Participant = null);

/// <summary>One column that explains: a number within public bounds, or a code of a public list.</summary>
/// <param name="Column">Column name.</param>
/// <param name="Decimals">Values count with so many decimals; 0 with codes.</param>
/// <param name="Min">Lower bound, decimal text; 0 with codes.</param>
/// <param name="Max">Upper bound, decimal text; 1 with codes.</param>
/// <param name="Codes">Public code list, invariant text of the column's type: each becomes a column of 0 and 1; every other value is the one they are compared with. Null for a number.</param>
public sealed record RegressFeature(string Column, int Decimals, string Min, string Max, IReadOnlyList<string>? Codes = null)
{
    /// <summary>Names of the columns that it becomes.</summary>
    [JsonIgnore]
    public IEnumerable<string> Names => Codes is null ? [Column] : Codes.Select(c => Column + "=" + c);
}
