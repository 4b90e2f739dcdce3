using System.Numerics;
using DataSpace.Kernel.Results;

namespace DataSpace.Metering.Rating;

/// <summary>
/// Splits an amount by weights without losing or making a unit: every part is rounded down, and the units left over go one by one to the
/// largest remainders, equal ones in the order in which the parties stand. A negative amount is split as its opposite.
/// </summary>
internal static class Split
{
    /// <summary>Parts in the order of the weights; they sum to the amount. Refused when a weight is negative or all are zero.</summary>
    public static Result<IReadOnlyList<long>> Of(long amountMinor, IReadOnlyList<Fraction> weights)
    {
        if (amountMinor < 0)
        {
            if (amountMinor == long.MinValue || !Of(-amountMinor, weights).TryGet(out var opposite, out var error))
                return SettlementErrors.BadWeights.Of();
            return opposite.Select(part => -part).ToArray();
        }
        if (weights.Any(w => w.Numerator.Sign < 0))
            return SettlementErrors.BadWeights.Of("negative");
        var total = weights.Aggregate(Fraction.Zero, (sum, w) => sum + w);
        if (total.Numerator.IsZero)
            return SettlementErrors.BadWeights.Of("all zero");
        var parts = new long[weights.Count];
        var remainders = new Fraction[weights.Count];
        var left = amountMinor;
        for (var i = 0; i < parts.Length; i++)
        {
            var exact = new Fraction(amountMinor * weights[i].Numerator * total.Denominator, weights[i].Denominator * total.Numerator);
            var whole = Fraction.Floor(exact);
            (parts[i], remainders[i]) = ((long)whole, exact - whole);
            left -= parts[i];
        }
        // Fewer units are left than there are parties; LINQ's sort keeps equal ones in order.
        foreach (var i in Enumerable.Range(0, parts.Length).OrderByDescending(i => remainders[i], Comparer<Fraction>.Create((a, b) => (a - b).Numerator.Sign)).Take((int)left))
            parts[i]++;
        return parts;
    }
}
