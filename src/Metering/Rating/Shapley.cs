using System.Numerics;
using DataSpace.Kernel.Results;

namespace DataSpace.Metering.Rating;

/// <summary>
/// Shapley values, exact: what each player adds, averaged over every order in which the players could have come (L. S. Shapley, "A Value for n-Person Games",
/// 1953). All 2^n coalitions are looked at, hence the limit.
/// </summary>
internal static class Shapley
{
    /// <summary>Most players.</summary>
    public const int MaxPlayers = 8;

    /// <summary>Values in the order of the players; they sum to what all together are worth, less what nobody is worth.</summary>
    /// <param name="players">Number of players.</param>
    /// <param name="worth">Worth of a coalition, one bit per player.</param>
    public static Result<IReadOnlyList<Fraction>> Of(int players, Func<int, Fraction> worth)
    {
        if (players is < 1 or > MaxPlayers)
            return SettlementErrors.TooManyProviders.Of();
        var worths = new Fraction[1 << players];
        for (var coalition = 0; coalition < worths.Length; coalition++)
            worths[coalition] = worth(coalition);
        var values = new Fraction[players];
        var orders = Factorial(players);
        for (var player = 0; player < players; player++)
        {
            for (var coalition = 0; coalition < worths.Length; coalition++)
            {
                if ((coalition >> player & 1) == 1)
                    continue;
                var before = BitOperations.PopCount((uint)coalition);
                var share = new Fraction(Factorial(before) * Factorial(players - before - 1), orders);
                values[player] += share * (worths[coalition | 1 << player] - worths[coalition]);
            }
        }
        return values;
    }

    private static BigInteger Factorial(int n) => n <= 1 ? BigInteger.One : n * Factorial(n - 1);
}
