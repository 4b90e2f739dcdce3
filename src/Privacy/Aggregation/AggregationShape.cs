using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Noise;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Aggregation;

/// <summary>One numeric column of an aggregation. Values are fixed-point integers: the real value times 10^<paramref name="Decimals"/>.</summary>
/// <param name="Name">Column name, 1-64 characters without quotes, backslashes or control characters.</param>
/// <param name="Decimals">Decimal places kept, 0-9.</param>
/// <param name="MinScaled">Smallest scaled value; the provider clamps to it before summing.</param>
/// <param name="MaxScaled">Largest scaled value.</param>
/// <param name="Squares">Whether the sum of squares is released too (needed for a standard deviation).</param>
public sealed record MeasureShape(string Name, int Decimals, long MinScaled, long MaxScaled, bool Squares)
{
    /// <summary>Largest magnitude of a scaled value.</summary>
    internal BigInteger LargestMagnitude => BigInteger.Max(BigInteger.Abs(MinScaled), BigInteger.Abs(MaxScaled));
}

/// <summary>What the dry run prints about one statistic: all of it follows from the contract, never from data.</summary>
/// <param name="Statistic">For example <c>count</c>, <c>sum(investment)</c>, <c>sumsq(investment)</c>.</param>
/// <param name="Decimals">Decimal places of the scaled integer.</param>
/// <param name="Bound">Largest magnitude that the joint statistic can reach, scaled.</param>
/// <param name="BitsNeeded">Bits of that bound, with sign.</param>
/// <param name="BitsAvailable">Bits that its plain modulus (or the product of both) offers, with sign.</param>
/// <param name="Moduli">1: its residue under the first plain modulus; 2: under both, put together by the Chinese remainder theorem.</param>
public sealed record SlotBits(string Statistic, int Decimals, BigInteger Bound, int BitsNeeded, int BitsAvailable, int Moduli);

/// <summary>
/// The public shape of a joint GROUP BY: everything that fixes message sizes, ranges and the cell rule. Made only by <see cref="Create"/>, so a
/// shape in hand cannot overflow. All parties learn it; it is part of the signed job through <see cref="Digest"/>.
/// </summary>
public sealed record AggregationShape
{
    /// <summary>Most providers in one job.</summary>
    public const int MostParties = 1024;

    /// <summary>Most ciphertexts in one contribution.</summary>
    public const int MostCiphertexts = 64;

    /// <summary>Most measures in one job.</summary>
    public const int MostMeasures = 64;

    /// <summary>Most decimal places of a measure.</summary>
    public const int MostDecimals = 9;

    /// <summary>Most measures between which products are released.</summary>
    public const int MostProductMeasures = 8;

    private const string Count = "count";
    private readonly IReadOnlyList<SlotBits> _statistics;

    private AggregationShape(
        int groups, IReadOnlyList<MeasureShape> measures, bool products, int minGroupSize, int parties, long maxRowsPerParty, NoisePlan? noise, IReadOnlyList<SlotBits> statistics)
    {
        (Groups, Measures, Products, MinGroupSize, Parties, MaxRowsPerParty, Noise) = (groups, measures, products, minGroupSize, parties, maxRowsPerParty, noise);
        _statistics = statistics;
        Layout = new SlotLayout(groups, IsWide(statistics));
        Bounds = [.. statistics.Select(statistic => statistic.Bound)];
        CanonicalJson = WriteCanonicalJson();
        Digest = SHA256.HashData(Encoding.UTF8.GetBytes("DataSpace secure-aggregation/1 shape\n" + CanonicalJson));
    }

    /// <summary>Number of cells: the length of the public group list.</summary>
    public int Groups { get; }

    /// <summary>Measures in slot order.</summary>
    public IReadOnlyList<MeasureShape> Measures { get; }

    /// <summary>Whether the sums of products of each pair of measures are released too (needed for a covariance).</summary>
    public bool Products { get; }

    /// <summary>Number of those pairs in a cell.</summary>
    internal int ProductCount => Products ? Measures.Count * (Measures.Count - 1) / 2 : 0;

    /// <summary>k: a provider contributes to a cell only with no subject or at least this many distinct subjects of its own.</summary>
    public int MinGroupSize { get; }

    /// <summary>Number of providers m.</summary>
    public int Parties { get; }

    /// <summary>Most rows that one provider may count.</summary>
    public long MaxRowsPerParty { get; }

    /// <summary>Noise that every provider adds its share of; null when the figures are exact.</summary>
    public NoisePlan? Noise { get; }

    /// <summary>Ciphertexts under the plain modulus that needs more of them (the first).</summary>
    public int CiphertextsPerModulus => Layout.First.Ciphertexts;

    /// <summary>Ciphertexts in one contribution, both moduli together.</summary>
    public int TotalCiphertexts => Layout.First.Ciphertexts + Layout.Second.Ciphertexts;

    /// <summary>Exact size of every contribution and of the sum, whatever the data: bytes.</summary>
    public int MessageBytes => AggregationMessage.HeaderBytes + (TotalCiphertexts * SealParameterSet.Aggregation1.Ciphertext.TotalBytes);

    /// <summary>Canonical JSON (sorted members, no white space, 64-bit integers as strings): the input of <see cref="Digest"/>.</summary>
    public string CanonicalJson { get; }

    /// <summary>SHA-256 over a domain tag and <see cref="CanonicalJson"/>, 32 bytes.</summary>
    public ReadOnlyMemory<byte> Digest { get; }

    internal SlotLayout Layout { get; }

    /// <summary>Largest magnitude of each statistic of a cell, noise included, in slot order.</summary>
    internal IReadOnlyList<BigInteger> Bounds { get; }

    /// <summary>Whether a count or sum does not fit the first modulus and is recovered under both.</summary>
    public bool HasWideSums => _statistics.Any(statistic => statistic.Moduli > 1 && !IsSecondPower(statistic.Statistic));

    /// <summary>
    /// Validates everything in advance from declared bounds: parties 2..1,024, k ≥ released moments + 1, no statistic can reach half of
    /// the product of both moduli, noise included, at most <see cref="MostCiphertexts"/> ciphertexts.
    /// <para>Moments are counted per measure: its sum, its sum of squares, and its products with the others. Whoever knows every other measure of all subjects in a
    /// cell has that many equations about this one, all but the squares linear.</para>
    /// </summary>
    public static Result<AggregationShape> Create(
        int groups, IReadOnlyList<MeasureShape> measures, int minGroupSize, int parties, long maxRowsPerParty, NoiseTerms? noise = null, bool products = false)
    {
        if (parties is < 2 or > MostParties)
            return PrivacyErrors.ShapeParties.Of();
        if ((InvalidReason(groups, measures, maxRowsPerParty) ?? (products ? ProductsReason(measures) : null)) is { } reason)
            return PrivacyErrors.ShapeInvalid.Of(reason);
        var moments = MomentsOf(measures, products);
        if (minGroupSize < moments + 1)
            return PrivacyErrors.ShapeGroupSize.Of(Invariant($"{moments} moments are released, so the minimum is {moments + 1}"));
        NoisePlan? noisePlan = null;
        if (noise is not null && !NoisePlan.Create(noise, groups, measures, parties, products).TryGet(out noisePlan, out var unbounded))
            return unbounded;
        IReadOnlyList<SlotBits> statistics = [.. Statistics(measures, products, parties, maxRowsPerParty, noisePlan)];
        if (OverflowReason(statistics) is { } overflow)
            return PrivacyErrors.ShapeOverflow.Of(overflow);
        var ciphertexts = SlotLayout.CiphertextCount(groups, IsWide(statistics));
        if (ciphertexts > MostCiphertexts)
            return PrivacyErrors.ShapeTooLarge.Of(Invariant($"{ciphertexts} ciphertexts, at most {MostCiphertexts}"));
        return new AggregationShape(groups, [.. measures], products, minGroupSize, parties, maxRowsPerParty, noisePlan, statistics);
    }

    /// <summary>How many equations the figures of a cell give about one measure's values: fewer than the smallest group has subjects.</summary>
    public static int MomentsOf(IReadOnlyList<MeasureShape> measures, bool products)
        => measures.Count == 0 ? 0 : products ? measures.Count + 1 : measures.Any(measure => measure.Squares) ? 2 : 1;

    /// <summary>Scale, bound and bits of every statistic, in slot order.</summary>
    public IReadOnlyList<SlotBits> Describe() => _statistics;

    /// <summary>Two shapes are the same when their canonical forms are.</summary>
    public bool Equals(AggregationShape? other) => other is not null && CanonicalJson == other.CanonicalJson;

    /// <inheritdoc />
    public override int GetHashCode() => CanonicalJson.GetHashCode(StringComparison.Ordinal);

    private static string? InvalidReason(int groups, IReadOnlyList<MeasureShape> measures, long maxRowsPerParty)
    {
        if (groups < 1)
            return "at least one group is needed";
        if (measures.Count > MostMeasures)
            return Invariant($"at most {MostMeasures} measures");
        if (maxRowsPerParty < 1)
            return "rows per party must be positive";
        if (measures.Select(measure => measure.Name).Distinct(StringComparer.Ordinal).Count() != measures.Count)
            return "two measures have one name";
        foreach (var measure in measures)
        {
            if (measure.Name.Length is < 1 or > 64 || measure.Name.Any(character => char.IsControl(character) || char.IsSurrogate(character) || character is '"' or '\\'))
                return "a measure's name is empty, too long or holds a forbidden character";
            if (measure.Decimals is < 0 or > MostDecimals)
                return Invariant($"decimals of {measure.Name} must be 0 to {MostDecimals}");
            if (measure.MinScaled > measure.MaxScaled)
                return $"bounds of {measure.Name} are reversed";
        }

        return null;
    }

    private static string? ProductsReason(IReadOnlyList<MeasureShape> measures)
        => measures.Count is < 2 or > MostProductMeasures ? Invariant($"products are of 2 to {MostProductMeasures} measures")
            : measures.Any(measure => !measure.Squares) ? "products need the sums of squares too"
            : null;

    private static string? OverflowReason(IReadOnlyList<SlotBits> statistics)
    {
        var worst = statistics.FirstOrDefault(statistic => 2 * statistic.Bound >= SlotLayout.BothModuli || (statistic.Statistic == Count && statistic.Bound > long.MaxValue));
        return worst is null ? null : Invariant($"{worst.Statistic} needs {worst.BitsNeeded} bits of {(worst.Statistic == Count ? 64 : worst.BitsAvailable)}");
    }

    private static bool IsSecondPower(string statistic) => statistic != Count && !statistic.StartsWith("sum(", StringComparison.Ordinal);

    private static IReadOnlyList<bool> IsWide(IReadOnlyList<SlotBits> statistics) => [.. statistics.Select(statistic => statistic.Moduli > 1)];

    private static IEnumerable<SlotBits> Statistics(IReadOnlyList<MeasureShape> measures, bool products, int parties, long maxRowsPerParty, NoisePlan? noise)
    {
        var rows = (BigInteger)parties * maxRowsPerParty;
        var figure = 0;
        foreach (var statistic in CellStatistic.Of(measures, products))
        {
            var bound = (rows * statistic.Largest) + (noise is null ? 0 : parties * noise.Figures[figure++].Scale.Range);
            var isWide = statistic.IsSecondPower || 2 * bound >= SlotLayout.FirstModulus;
            var modulus = isWide ? SlotLayout.BothModuli : SlotLayout.FirstModulus;
            yield return new(statistic.Name, statistic.Decimals, bound, (int)bound.GetBitLength() + 1, (int)modulus.GetBitLength(), isWide ? 2 : 1);
        }
    }

    private string WriteCanonicalJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("groups", Groups);
            json.WriteString("maxRowsPerParty", MaxRowsPerParty.ToString(CultureInfo.InvariantCulture));
            json.WriteStartArray("measures");
            foreach (var measure in Measures)
            {
                json.WriteStartObject();
                json.WriteNumber("decimals", measure.Decimals);
                json.WriteString("maxScaled", measure.MaxScaled.ToString(CultureInfo.InvariantCulture));
                json.WriteString("minScaled", measure.MinScaled.ToString(CultureInfo.InvariantCulture));
                json.WriteString("name", measure.Name);
                json.WriteBoolean("squares", measure.Squares);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteNumber("minGroupSize", MinGroupSize);
            if (Noise is { Terms: var terms })
            {
                json.WriteStartObject("noise");
                json.WriteNumber("contributionBound", terms.ContributionBound);
                json.WriteString("epsilonMicro", terms.EpsilonMicro.ToString(CultureInfo.InvariantCulture));
                json.WriteNumber("honestParties", terms.HonestParties);
                json.WriteEndObject();
            }

            json.WriteNumber("parties", Parties);
            if (Products)
                json.WriteBoolean("products", Products);
            json.WriteString("protocol", AggregationMessage.Protocol);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
