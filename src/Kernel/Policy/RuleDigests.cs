using DataSpace.Kernel.Crypto;

namespace DataSpace.Kernel.Policy;

/// <summary>
/// Digests of what rules say, whatever the order of their constraints and values: SHA-256 over canonical JSON, lower-case hex. One instance serves one compilation;
/// rules of one policy repeat each other's constraints, so each is digested once.
/// </summary>
internal sealed class RuleDigests
{
    private readonly Dictionary<OdrlRule, string> _rules = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<OdrlComparison, string> _comparisons = new(ReferenceEqualityComparer.Instance);

    /// <summary>Digest of a rule with its duties.</summary>
    public string Of(OdrlRule rule)
    {
        if (_rules.TryGetValue(rule, out var known))
            return known;
        var parts = new List<string[]>(1 + rule.Constraints.Count + rule.Duties.Count) { new[] { rule.Action } };
        foreach (var digest in Sorted(rule.Constraints, Of))
            parts.Add(["constraint", digest]);
        foreach (var digest in Sorted(rule.Duties, Of))
            parts.Add(["duty", digest]);
        return _rules[rule] = Digest.Sha256Hex(CanonicalJson.OfTexts(parts));
    }

    /// <summary>Digest of a constraint.</summary>
    public string Of(OdrlConstraint constraint) => constraint switch
    {
        OdrlComparison c => Of(c),
        OdrlLogical l => Digest.Sha256Hex(CanonicalJson.OfTexts((string[])[l.Operator, .. Sorted(l.Operands, Of)])),
        _ => throw new InvalidOperationException("A constraint of unknown type."),
    };

    /// <summary>Digest of a policy's rules alone: equal for an offer and the agreement concluded from it.</summary>
    public string Of(OdrlPolicy policy)
        => Digest.Sha256Hex(CanonicalJson.OfTexts((string[][])[Sorted(policy.Permissions, Of), Sorted(policy.Prohibitions, Of), Sorted(policy.Obligations, Of)]));

    private static string[] Sorted<T>(IReadOnlyList<T> items, Func<T, string> digestOf)
    {
        var digests = new string[items.Count];
        for (var i = 0; i < digests.Length; i++)
            digests[i] = digestOf(items[i]);
        Array.Sort(digests, StringComparer.Ordinal);
        return digests;
    }

    private string Of(OdrlComparison c)
    {
        if (_comparisons.TryGetValue(c, out var known)) // equal ones of one document are one object, see PolicyReader
            return known;
        string[] parts = [c.LeftOperand, c.Operator, c.Unit ?? "", .. c.RightOperand.Order(StringComparer.Ordinal)];
        return _comparisons[c] = Digest.Sha256Hex(CanonicalJson.OfTexts(parts));
    }
}
