using DataSpace.Kernel.Results;
using DataSpace.Metering.Rating;
using DataSpace.Metering.Reconciliation;

namespace DataSpace.Metering.Settlement;

/// <summary>A month of a group of contracts in one state of the logs: rated, and divided among the payees.</summary>
/// <param name="Rated">Lines and amount.</param>
/// <param name="Shares">Parts in the plan's order; they sum to the amount.</param>
/// <param name="Contribution">Shapley values of the providers, where the plan divides by them.</param>
internal sealed record Revenue(RatedUsage Rated, IReadOnlyList<PartyAmount> Shares, IReadOnlyList<ContributionValue>? Contribution)
{
    private static readonly Revenue None = new(RatedUsage.None, [], null);

    /// <summary>Rates and divides. A contract whose state is null counts for nothing.</summary>
    public static Result<Revenue> Of(IReadOnlyList<ContractBook> group, string month, Func<ContractBook, Coverage?> stateOf)
    {
        var plan = group[0].Plan;
        var units = new Dictionary<ContractBook, Dictionary<string, long>>();
        foreach (var contract in group)
        {
            if (stateOf(contract) is { } at && contract.UnitsAt(month, at) is { } used)
                units[contract] = used;
        }
        if (units.Count == 0)
            return None;
        if (!Sum(units.Values).TryGet(out var all, out var error) || !Rater.Rate(plan, all).TryGet(out var rated, out error))
            return error;
        if (!Split.Of(rated.AmountMinor, [.. plan.Payees.Select(p => (Fraction)p.Weight)]).TryGet(out var parts, out error))
            return error;
        IReadOnlyList<(string Provider, Fraction Value)>? values = null;
        if (plan.IsPool && !Values(plan, units).TryGet(out values, out error))
            return error;
        var shares = new List<PartyAmount>();
        foreach (var (payee, part) in plan.Payees.Zip(parts))
        {
            if (payee.Party == PricePlan.ProviderParty && values is not null)
            {
                // Where nobody's units were worth anything (a subscription alone), all count the same.
                IReadOnlyList<Fraction> weights = values.All(v => v.Value.Numerator.IsZero) ? [.. values.Select(_ => (Fraction)1L)] : [.. values.Select(v => v.Value)];
                if (!Split.Of(part, weights).TryGet(out var among, out error))
                    return error;
                shares.AddRange(values.Zip(among, (v, amount) => new PartyAmount("provider/" + v.Provider, amount)));
            }
            else
            {
                shares.Add(new PartyAmount(Account(payee.Party, group[0]), part));
            }
        }
        return new Revenue(rated, shares, values?.Select(v => new ContributionValue(v.Provider, v.Value.Numerator.ToString(Invariant), v.Value.Denominator.ToString(Invariant))).ToList());
    }

    /// <summary>What is charged or given back after <paramref name="earlier"/>: party by party, so that the parts of all statements of a month sum to its last rating.</summary>
    public IReadOnlyList<PartyAmount> SharesAfter(Revenue earlier)
    {
        var before = earlier.Shares.ToDictionary(s => s.Party, s => s.AmountMinor, StringComparer.Ordinal);
        var shares = Shares.Select(s => s with { AmountMinor = s.AmountMinor - (before.Remove(s.Party, out var paid) ? paid : 0) }).ToList();
        shares.AddRange(earlier.Shares.Where(s => before.ContainsKey(s.Party)).Select(s => s with { AmountMinor = -s.AmountMinor }));
        return shares;
    }

    /// <summary>Worth of a coalition: what its units alone would come to, before rounding, without subscription and minimum.</summary>
    private static Result<IReadOnlyList<(string Provider, Fraction Value)>> Values(PricePlan plan, Dictionary<ContractBook, Dictionary<string, long>> units)
    {
        var players = new List<(string Provider, Dictionary<string, long> Units)>();
        foreach (var provider in units.GroupBy(u => u.Key.Provider.Party.Did).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            if (!Sum(provider.Select(p => p.Value)).TryGet(out var own, out var overflow))
                return overflow;
            players.Add((provider.Key, own));
        }
        var values = Shapley.Of(players.Count, coalition
            => Sum(players.Where((_, i) => (coalition >> i & 1) == 1).Select(p => p.Units)).TryGet(out var together, out _) ? Rater.Exact(plan, together) : Fraction.Zero);
        return values.TryGet(out var exact, out var error) ? players.Zip(exact, (p, v) => (p.Provider, v)).ToList() : error;
    }

    private static Result<Dictionary<string, long>> Sum(IEnumerable<Dictionary<string, long>> all)
    {
        var sum = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (unit, value) in all.SelectMany(units => units))
        {
            var total = sum.GetValueOrDefault(unit) + value; // both at most 2^53
            if (total > Bill.MaxAmountMinor)
                return MeteringErrors.AmountOutOfRange.Of(unit);
            sum[unit] = total;
        }
        return sum;
    }

    private static string Account(string party, ContractBook contract) => party switch
    {
        PricePlan.ProviderParty => "provider/" + contract.Provider.Party.Did,
        PricePlan.CoordinatorParty => "coordinator/" + contract.ServiceParty,
        _ => "party/" + party,
    };

    private static IFormatProvider Invariant => System.Globalization.CultureInfo.InvariantCulture;
}
