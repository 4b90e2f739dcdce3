using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace DataSpace.Kernel.NegativeList;

/// <summary>
/// Rules filed under the member that leaves the fewest companions, so that a request meets only those that share a value with it. Every rule is
/// filed exactly under one member (under each of its values); rules without a member that can be looked up stand in <see cref="_always"/>.
/// Immutable after construction.
/// </summary>
internal sealed class RuleBuckets
{
    private static readonly RuleMembers[] Indexed =
    [
        RuleMembers.Participant, RuleMembers.Field, RuleMembers.Pattern, RuleMembers.Purpose, RuleMembers.Industry, RuleMembers.Scenario, RuleMembers.Destination,
    ];

    private readonly FrozenDictionary<(RuleMembers Member, string Value), int[]> _byValue;
    private readonly FrozenDictionary<(RuleMembers Member, string Value), int[]> _byWiderCode;
    private readonly FrozenDictionary<ulong, int[]> _byTrigram;
    private readonly FrozenDictionary<RuleMembers, int[]> _all;
    private readonly int[] _always;

    public RuleBuckets(IReadOnlyList<CompiledRule> rules)
    {
        var keys = rules.Select(KeysOf).ToArray();
        var count = new Dictionary<object, int>();
        foreach (var key in keys.SelectMany(k => k.Values).SelectMany(k => k))
            CollectionsMarshal.GetValueRefOrAddDefault(count, key, out _)++;

        var byValue = new Dictionary<(RuleMembers, string), List<int>>();
        var byWiderCode = new Dictionary<(RuleMembers, string), List<int>>();
        var byTrigram = new Dictionary<ulong, List<int>>();
        var all = new Dictionary<RuleMembers, List<int>>();
        var always = new List<int>();
        for (var i = 0; i < rules.Count; i++)
        {
            if (keys[i].Count == 0)
            {
                always.Add(i);
                continue;
            }
            // Ties go to the earlier member in the fixed order, so that equal rule sets file alike.
            var (member, chosen) = keys[i].MinBy(k => (k.Value.Sum(v => (long)count[v]), Array.IndexOf(Indexed, k.Key)));
            Add(all, member, i);
            foreach (var key in chosen)
            {
                if (key is ulong trigram)
                {
                    Add(byTrigram, trigram, i);
                    continue;
                }
                var value = ((RuleMembers Member, string Value))key;
                Add(byValue, value, i);
                if (member is RuleMembers.Industry or RuleMembers.Scenario or RuleMembers.Destination)
                {
                    foreach (var wider in CodeScope.Ancestors(value.Value).Skip(1))
                        Add(byWiderCode, (member, wider), i);
                }
            }
        }
        _byValue = Freeze(byValue);
        _byWiderCode = Freeze(byWiderCode);
        _byTrigram = Freeze(byTrigram);
        _all = Freeze(all);
        _always = [.. always];
    }

    /// <summary>
    /// Visits every rule that the request might meet, some more than once. <paramref name="unknown"/>: members for which the request has no value,
    /// or that are to be passed over, so that rules filed there are visited all.
    /// </summary>
    public void Visit<TVisitor>(PreparedRequest request, RuleMembers unknown, ref TVisitor visitor)
        where TVisitor : struct, IRuleVisitor
    {
        Visit(_always, ref visitor);
        foreach (var member in Indexed)
        {
            if ((unknown & member) == 0 || !_all.TryGetValue(member, out var rules))
                continue;
            Visit(rules, ref visitor);
        }
        if ((unknown & RuleMembers.Participant) == 0)
            VisitEach(RuleMembers.Participant, request.Parties, ref visitor);
        if ((unknown & RuleMembers.Purpose) == 0 && request.Purposes is { } purposes)
            VisitEach(RuleMembers.Purpose, purposes, ref visitor);
        if ((unknown & RuleMembers.Industry) == 0 && request.Industries is { } industries)
            VisitCodes(RuleMembers.Industry, industries, ref visitor);
        if ((unknown & RuleMembers.Scenario) == 0 && request.Scenarios is { } scenarios)
            VisitCodes(RuleMembers.Scenario, scenarios, ref visitor);
        if ((unknown & RuleMembers.Destination) == 0 && request.Destination is { } destination)
        {
            VisitCode(RuleMembers.Destination, destination, ref visitor);
            if (request.DestinationIsAbroad)
                VisitValue(RuleMembers.Destination, RegionScope.Abroad, ref visitor);
        }
        if ((unknown & RuleMembers.Pattern) == 0 && request.Classes is { } classes)
        {
            foreach (var ofColumn in classes)
                VisitEach(RuleMembers.Pattern, ofColumn, ref visitor);
        }
        if ((unknown & RuleMembers.Field) == 0 && request.Fields is { } fields)
            VisitFields(fields, ref visitor);
    }

    private void VisitFields<TVisitor>(string[] fields, ref TVisitor visitor)
        where TVisitor : struct, IRuleVisitor
    {
        foreach (var field in fields)
        {
            VisitValue(RuleMembers.Field, field, ref visitor);
            if (_byTrigram.Count == 0)
                continue;
            for (var i = 0; i + 3 <= field.Length; i++)
            {
                if (_byTrigram.TryGetValue(Glob.Key(field, i), out var rules))
                    Visit(rules, ref visitor);
            }
        }
    }

    private void VisitEach<TVisitor>(RuleMembers member, string[] values, ref TVisitor visitor)
        where TVisitor : struct, IRuleVisitor
    {
        foreach (var value in values)
            VisitValue(member, value, ref visitor);
    }

    private void VisitCodes<TVisitor>(RuleMembers member, ScopedValue[] values, ref TVisitor visitor)
        where TVisitor : struct, IRuleVisitor
    {
        foreach (var value in values)
            VisitCode(member, value, ref visitor);
    }

    private void VisitCode<TVisitor>(RuleMembers member, ScopedValue value, ref TVisitor visitor)
        where TVisitor : struct, IRuleVisitor
    {
        foreach (var code in value.Ancestors)
            VisitValue(member, code, ref visitor);
        if (_byWiderCode.TryGetValue((member, value.Value), out var rules))
            Visit(rules, ref visitor);
    }

    private void VisitValue<TVisitor>(RuleMembers member, string value, ref TVisitor visitor)
        where TVisitor : struct, IRuleVisitor
    {
        if (_byValue.TryGetValue((member, value), out var rules))
            Visit(rules, ref visitor);
    }

    private static void Visit<TVisitor>(int[] rules, ref TVisitor visitor)
        where TVisitor : struct, IRuleVisitor
    {
        foreach (var rule in rules)
            visitor.Visit(rule);
    }

    /// <summary>Per member that could be looked up: the keys under which the rule would be filed. A glob without three literal characters in a row cannot.</summary>
    private static Dictionary<RuleMembers, List<object>> KeysOf(CompiledRule rule)
    {
        var match = rule.Rule.Match;
        var keys = new Dictionary<RuleMembers, List<object>>();
        AddValues(RuleMembers.Participant, match.Participant, v => v);
        AddValues(RuleMembers.Pattern, match.Pattern, RuleText.Fold);
        AddValues(RuleMembers.Purpose, match.Purpose, RuleText.Fold);
        AddValues(RuleMembers.Industry, match.Industry, v => CodeScope.Shorten(RuleText.Fold(v)));
        AddValues(RuleMembers.Scenario, match.Scenario, v => CodeScope.Shorten(RuleText.Fold(v)));
        AddValues(RuleMembers.Destination, match.DestinationRegion, v => CodeScope.Shorten(RuleText.Fold(v)));
        if (match.Field?.Select(RuleText.Fold).ToArray() is { } fields && Array.TrueForAll(fields, f => !Glob.IsPattern(f) || Glob.Trigrams(f).Count > 0))
        {
            // One key suffices for a pattern; the last one, because names end more differently than they begin.
            keys[RuleMembers.Field] = [.. fields.Select(f => Glob.IsPattern(f) ? (object)Glob.Trigrams(f)[^1] : (RuleMembers.Field, f)).Distinct()];
        }
        return keys;

        void AddValues(RuleMembers member, IReadOnlyList<string>? values, Func<string, string> spell)
        {
            if (values is not null)
                keys[member] = [.. values.Select(v => (object)(member, spell(v))).Distinct()];
        }
    }

    private static void Add<TKey>(Dictionary<TKey, List<int>> buckets, TKey key, int rule)
        where TKey : notnull
    {
        if (!buckets.TryGetValue(key, out var rules))
            buckets[key] = rules = [];
        if (rules.Count == 0 || rules[^1] != rule)
            rules.Add(rule);
    }

    private static FrozenDictionary<TKey, int[]> Freeze<TKey>(Dictionary<TKey, List<int>> buckets)
        where TKey : notnull
        => buckets.ToFrozenDictionary(b => b.Key, b => b.Value.ToArray());
}

/// <summary>What is done with a visited rule; a struct, so that the visit costs no call through an interface.</summary>
internal interface IRuleVisitor
{
    /// <param name="rule">Number of the rule in the compiled list.</param>
    void Visit(int rule);
}
