using System.Numerics;
using DataSpace.Kernel.Results;

namespace DataSpace.Metering.Rating;

/// <summary>A line of a rated month.</summary>
/// <param name="Kind"><c>subscription</c>, <c>charge</c> or <c>minimum</c>.</param>
/// <param name="Unit">Unit of a charge; empty otherwise.</param>
/// <param name="Quantity">Units used.</param>
/// <param name="Free">Units of them that cost nothing.</param>
/// <param name="AmountMinor">Minor units.</param>
public sealed record RatedLine(string Kind, string Unit, long Quantity, long Free, long AmountMinor);

/// <summary>A rated month.</summary>
/// <param name="Lines">In the plan's order.</param>
/// <param name="AmountMinor">Their sum.</param>
public sealed record RatedUsage(IReadOnlyList<RatedLine> Lines, long AmountMinor)
{
    /// <summary>Nothing used, nothing owed.</summary>
    public static readonly RatedUsage None = new([], 0);
}

/// <summary>
/// A plan and units give an amount. Pure and exact: steps add up as fractions, and each line is rounded once, to the nearest minor unit, halves up.
/// </summary>
internal static class Rater
{
    /// <summary>Rates a month of an active contract: subscription, charges, and what lacks to the minimum.</summary>
    public static Result<RatedUsage> Rate(PricePlan plan, IReadOnlyDictionary<string, long> usage)
    {
        var lines = new List<RatedLine>();
        BigInteger sum = 0;
        if (plan.SubscriptionMinor > 0)
        {
            lines.Add(new RatedLine("subscription", "", 1, 0, plan.SubscriptionMinor));
            sum = plan.SubscriptionMinor;
        }
        foreach (var charge in plan.Charges)
        {
            var quantity = usage.GetValueOrDefault(charge.Unit);
            if (quantity < 0)
                return MeteringErrors.AmountOutOfRange.Of(charge.Unit);
            var amount = Exact(charge, quantity).RoundHalfUp();
            if (amount > Bill.MaxAmountMinor)
                return MeteringErrors.AmountOutOfRange.Of(charge.Unit);
            lines.Add(new RatedLine("charge", charge.Unit, quantity, Math.Min(quantity, charge.Free), (long)amount));
            sum += amount;
        }
        if (sum < plan.MinimumMinor)
        {
            lines.Add(new RatedLine("minimum", "", 1, 0, (long)(plan.MinimumMinor - sum)));
            sum = plan.MinimumMinor;
        }
        return sum <= Bill.MaxAmountMinor ? new RatedUsage(lines, (long)sum) : MeteringErrors.AmountOutOfRange.Of("sum of a month");
    }

    /// <summary>What the charges alone come to, unrounded: the worth of units to a coalition.</summary>
    public static Fraction Exact(PricePlan plan, IReadOnlyDictionary<string, long> usage)
        => plan.Charges.Aggregate(Fraction.Zero, (sum, charge) => sum + Exact(charge, usage.GetValueOrDefault(charge.Unit)));

    /// <summary>Graduated: each unit costs what the step it falls in says.</summary>
    public static Fraction Exact(Charge charge, long quantity)
    {
        var (rest, below, sum) = (Math.Max(0, quantity - charge.Free), 0L, Fraction.Zero);
        foreach (var tier in charge.Tiers)
        {
            var width = Math.Min(rest, tier.UpTo is { } end ? end - below : long.MaxValue);
            sum += new Fraction((BigInteger)width * tier.Rate.Minor, tier.Rate.Per);
            rest -= width;
            below = tier.UpTo ?? below;
            if (rest == 0)
                break;
        }
        return sum;
    }
}
