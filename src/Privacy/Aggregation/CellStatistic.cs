using System.Numerics;

namespace DataSpace.Privacy.Aggregation;

/// <summary>One figure of every cell, as far as it follows from the measures alone.</summary>
/// <param name="Name">For people: <c>count</c>, <c>sum(x)</c>, <c>sumsq(x)</c>, <c>sumprod(x,y)</c>.</param>
/// <param name="Label">For keys of noise; of a product the same whichever factor is named first.</param>
/// <param name="Decimals">Decimal places of the scaled integer.</param>
/// <param name="Largest">Largest magnitude that one row brings, scaled.</param>
/// <param name="IsSecondPower">A sum of squares or products: always recovered under both moduli.</param>
internal sealed record CellStatistic(string Name, string Label, int Decimals, BigInteger Largest, bool IsSecondPower)
{
    /// <summary>All of a cell in slot order: the count, per measure the sum and (if released) the sum of squares, then the products of each pair i &lt; j.</summary>
    public static IReadOnlyList<CellStatistic> Of(IReadOnlyList<MeasureShape> measures, bool products)
    {
        var all = new List<CellStatistic> { new("count", "count", 0, BigInteger.One, IsSecondPower: false) };
        foreach (var measure in measures)
        {
            var most = measure.LargestMagnitude;
            all.Add(new($"sum({measure.Name})", "sum\n" + measure.Name, measure.Decimals, most, IsSecondPower: false));
            if (measure.Squares)
                all.Add(new($"sumsq({measure.Name})", "sumsq\n" + measure.Name, 2 * measure.Decimals, most * most, IsSecondPower: true));
        }

        foreach (var (x, y) in products ? Pairs(measures) : [])
        {
            var (first, second) = string.CompareOrdinal(x.Name, y.Name) < 0 ? (x, y) : (y, x);
            all.Add(new($"sumprod({x.Name},{y.Name})", $"sumprod\n{first.Name}\n{second.Name}", x.Decimals + y.Decimals, x.LargestMagnitude * y.LargestMagnitude, IsSecondPower: true));
        }

        return all;
    }

    /// <summary>Every pair, in slot order.</summary>
    public static IEnumerable<(T First, T Second)> Pairs<T>(IReadOnlyList<T> items)
    {
        for (var i = 0; i < items.Count; i++)
        {
            for (var j = i + 1; j < items.Count; j++)
                yield return (items[i], items[j]);
        }
    }
}
