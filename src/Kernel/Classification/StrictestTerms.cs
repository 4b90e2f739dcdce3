using DataSpace.Kernel.Policy;

namespace DataSpace.Kernel.Classification;

/// <summary>
/// What binds the result of a use over several contracts: of every term the strictest. With several permissions in one contract, the strictest of them
/// all: a result does not say under which one it was made.
/// </summary>
/// <param name="Retention">Longest time it may be kept; null when no contract says so.</param>
/// <param name="Recipients">Who may have it; null when anybody, empty when the contracts have nobody in common.</param>
/// <param name="Purposes">What it may be used for; null when anything, empty when nothing.</param>
public sealed record StrictestTerms(TimeSpan? Retention, IReadOnlyList<string>? Recipients, IReadOnlyList<string>? Purposes)
{
    /// <summary>The strictest of all <paramref name="policies"/>; their order does not matter.</summary>
    public static StrictestTerms Of(IEnumerable<CompiledPolicy> policies)
    {
        var terms = policies.SelectMany(p => p.Terms).ToList();
        return new StrictestTerms(
            terms.Min(t => t.Obligations.Retention), Common(terms.Select(t => t.Recipients)), Common(terms.Select(t => t.Purposes)));
    }

    private static List<string>? Common(IEnumerable<IReadOnlyList<string>?> sets)
    {
        List<string>? common = null;
        foreach (var set in sets.OfType<IReadOnlyList<string>>())
            common = common is null ? [.. set.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : [.. common.Where(v => set.Contains(v, StringComparer.Ordinal))];
        return common;
    }
}
