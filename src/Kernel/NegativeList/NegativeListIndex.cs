namespace DataSpace.Kernel.NegativeList;

/// <summary>
/// A compiled rule set. Immutable, thread-safe, pure: the same question has the same answer, whatever the order of rules. Compiling costs some
/// milliseconds for thousands of rules, a decision some microseconds.
/// </summary>
public sealed class NegativeListIndex
{
    private readonly CompiledRule[] _restricting;
    private readonly CompiledRule[] _allowing;
    private readonly RuleBuckets _restrictingBuckets;
    private readonly RuleBuckets _allowingBuckets;
    private readonly string[]? _whitelistIndustries;
    private readonly RuleSet _set;
    private readonly string _hash;

    private NegativeListIndex(RuleSetDocument document)
    {
        (_set, _hash) = (document.Content, document.Hash);
        _restricting = [.. _set.Rules.Where(r => r.Route != RuleRoute.Allowed).Select(r => new CompiledRule(r))];
        _allowing = [.. _set.Rules.Where(r => r.Route == RuleRoute.Allowed).Select(r => new CompiledRule(r))];
        _restrictingBuckets = new RuleBuckets(_restricting);
        _allowingBuckets = new RuleBuckets(_allowing);
        _whitelistIndustries = _set.WhitelistIndustries?.Select(i => CodeScope.Shorten(RuleText.Fold(i))).ToArray();
    }

    /// <summary>Number of rules.</summary>
    public int Count => _restricting.Length + _allowing.Length;

    /// <summary>Compiles a rule set that <see cref="RuleSetReader"/> found sound.</summary>
    public static NegativeListIndex Compile(RuleSetDocument document) => new(document);

    /// <summary>Asks without freezes and clearances; nodes ask through <see cref="RegulationState.Decide"/>.</summary>
    public RegulationDecision Evaluate(RegulationRequest request) => Evaluate(request, OrdersIndex.None);

    internal RegulationDecision Evaluate(RegulationRequest request, OrdersIndex orders)
    {
        var prepared = new PreparedRequest(request);
        var unknown = prepared.Unknown;
        var search = new RestrictionSearch(_restricting, prepared, request, orders);
        _restrictingBuckets.Visit(prepared, unknown, ref search);
        if (search.Against is { } against)
        {
            var error = against.Rule.Route == RuleRoute.Prohibited ? NegativeListErrors.Prohibited : NegativeListErrors.ClearanceNeeded;
            var missing = MissingNames(against.Members & unknown);
            var detail = $"rule {against.Rule.Id} ({RouteName(against.Rule.Route)}), list version {_set.Version}" + (missing.Count == 0 ? "" : "; not declared: " + string.Join(", ", missing));
            return Answer(false, against.Rule, error.Of(detail)) with { Missing = missing.Count == 0 ? null : missing };
        }
        if (!NeedsWhiteList(prepared))
            return Answer(true, search.Strictest?.Rule, null);
        // A member that is judged later is no reason against listing; one that is unknown is.
        var grant = new AllowanceSearch(_allowing, prepared);
        _allowingBuckets.Visit(prepared, ~prepared.Judged, ref grant);
        return grant.First is { } allowing
            ? Answer(true, search.Strictest?.Rule ?? allowing.Rule, null)
            : Answer(false, null, NegativeListErrors.NotOnWhiteList.Of($"list version {_set.Version}"));
    }

    /// <summary>Every restricting rule that the request meets, cleared or not, strictest first, then by id: for previews and explanations.</summary>
    public IReadOnlyList<Rule> Matches(RegulationRequest request)
    {
        var prepared = new PreparedRequest(request);
        return [.. _restricting.Where(r => r.Restricts(prepared)).Select(r => r.Rule).OrderByDescending(r => r.Route).ThenBy(r => r.Id, StringComparer.Ordinal)];
    }

    private bool NeedsWhiteList(PreparedRequest request)
    {
        if (_set.Mode != RuleSetMode.Whitelist)
            return false;
        if (_whitelistIndustries is null || request.Industries is not { } industries)
            return true;
        return Array.Exists(industries, i => Array.Exists(i.Ancestors, a => Array.IndexOf(_whitelistIndustries, a) >= 0)
            || Array.Exists(_whitelistIndustries, w => Array.IndexOf(CodeScope.Ancestors(w), i.Value) >= 0));
    }

    private RegulationDecision Answer(bool allowed, Rule? rule, Results.DsError? error)
        => new(allowed, rule?.Route, rule?.Id, error, _set.Regulator, _set.Version, _hash, 0, TitleEn: rule?.TitleEn, TitleZh: rule?.TitleZh, Basis: rule?.Basis);

    private static string RouteName(RuleRoute route) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(route.ToString());

    private static List<string> MissingNames(RuleMembers members)
        => [.. Enum.GetValues<RuleMembers>().Where(m => m != RuleMembers.None && members.HasFlag(m)).Select(m => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(m.ToString()))];

    /// <summary>Finds the strictest rule that stands against the request, and the strictest one that matches at all.</summary>
    private struct RestrictionSearch(CompiledRule[] rules, PreparedRequest prepared, RegulationRequest request, OrdersIndex orders) : IRuleVisitor
    {
        /// <summary>Strictest matching rule that is prohibited or not cleared.</summary>
        public CompiledRule? Against { get; private set; }

        /// <summary>Strictest matching rule.</summary>
        public CompiledRule? Strictest { get; private set; }

        public void Visit(int rule)
        {
            var candidate = rules[rule];
            if (!ComesBefore(candidate, Against) || !candidate.Restricts(prepared))
                return;
            if (ComesBefore(candidate, Strictest))
                Strictest = candidate;
            if (candidate.Rule.Route == RuleRoute.Prohibited || !orders.Clears(candidate.Rule.Id, request))
                Against = candidate;
        }

        private static bool ComesBefore(CompiledRule candidate, CompiledRule? best)
            => best is null || candidate.Rule.Route > best.Rule.Route
                || (candidate.Rule.Route == best.Rule.Route && string.CompareOrdinal(candidate.Rule.Id, best.Rule.Id) < 0);
    }

    /// <summary>Finds the allowing rule that comes first by id.</summary>
    private struct AllowanceSearch(CompiledRule[] rules, PreparedRequest prepared) : IRuleVisitor
    {
        public CompiledRule? First { get; private set; }

        public void Visit(int rule)
        {
            var candidate = rules[rule];
            if ((First is null || string.CompareOrdinal(candidate.Rule.Id, First.Rule.Id) < 0) && candidate.Allows(prepared))
                First = candidate;
        }
    }
}
