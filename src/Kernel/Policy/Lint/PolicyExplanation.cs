using System.Globalization;

namespace DataSpace.Kernel.Policy.Lint;

/// <summary>One condition of a rule and what a request gives for it.</summary>
/// <param name="Rule">Rule name, as in decisions.</param>
/// <param name="IsProhibition">Whether the rule forbids.</param>
/// <param name="Term">Term.</param>
/// <param name="Given">Value of the request; null when it gives none.</param>
/// <param name="Bound">What the rule asks.</param>
/// <param name="Holds">Permission: the condition holds. Prohibition: it matches.</param>
/// <param name="Code">Code of the refusal when it decides against the request; null otherwise.</param>
public sealed record ExplainedCheck(string Rule, bool IsProhibition, string Term, string? Given, string Bound, bool Holds, string? Code);

/// <summary>Every condition of every rule against one request; the decision itself stays the decision point's.</summary>
public static class PolicyExplanation
{
    /// <summary>Rows in the order of the rules' names, conditions in the order in which reasons are reported.</summary>
    public static IReadOnlyList<ExplainedCheck> Of(CompiledPolicy policy, PolicyRequest request)
    {
        var rows = new List<ExplainedCheck>();
        foreach (var rule in policy.Prohibitions)
        {
            if (rule.Checks.Length == 0)
                rows.Add(new(rule.Name, true, "action", null, rule.Actions.ToString(), rule.Actions != ActionSet.None, rule.Actions == ActionSet.None ? null : PolicyErrors.Prohibited.Code));
            var applies = rule.Actions != ActionSet.None && Array.TrueForAll(rule.Checks, c => PolicyChecks.Matches(c, request));
            rows.AddRange(rule.Checks.Select(c => new ExplainedCheck(
                rule.Name, true, PolicyChecks.TermOf(c.Kind), Given(c.Kind, request), Bound(c), PolicyChecks.Matches(c, request), applies ? PolicyErrors.Prohibited.Code : null)));
        }
        foreach (var rule in policy.Permissions)
        {
            for (var i = 0; i < rule.Checks.Length; i++)
            {
                var holds = PolicyChecks.Holds(rule.Checks[i], request);
                rows.Add(new(rule.Name, false, PolicyChecks.TermOf(rule.Checks[i].Kind), Given(rule.Checks[i].Kind, request), Bound(rule.Checks[i]), holds, holds ? null : rule.Failures[i].Code));
            }
            foreach (var debit in rule.Debits)
                rows.Add(Counter(rule, debit, request));
        }
        return rows;
    }

    private static ExplainedCheck Counter(CompiledRule rule, DebitRule debit, PolicyRequest request)
    {
        var asked = debit.For(request);
        var spent = request.SpentOf?.Invoke(asked);
        var left = spent is not { } s || s + asked.Amount <= asked.Limit;
        var bound = debit.WindowTicks == 0 ? Text(debit.Limit) : Text(debit.Limit) + "/" + System.Xml.XmlConvert.ToString(TimeSpan.FromTicks(debit.WindowTicks));
        return new(rule.Name, false, debit.Exhausted.Term, spent is null ? null : $"{Text(spent.Value)} + {Text(asked.Amount)}", "≤ " + bound, left, left ? null : debit.Exhausted.Code);
    }

    private static string? Given(CheckKind kind, PolicyRequest request) => kind switch
    {
        CheckKind.NotBefore or CheckKind.NotAfter or CheckKind.Elapsed => Moment(request.Now.UtcTicks),
        CheckKind.Recipient => request.Consumer,
        CheckKind.Role => request.Role,
        CheckKind.ConsumerRegion => request.ConsumerRegion,
        CheckKind.NetworkAddress => request.ConsumerAddress,
        CheckKind.Purpose => request.Purpose,
        CheckKind.Computation => request.Computation,
        CheckKind.Algorithm => List(request.Algorithms),
        CheckKind.ExecutionEnv => request.ExecutionEnv,
        CheckKind.ExecutionRegion => request.ExecutionRegion,
        CheckKind.EncryptMode => request.EncryptMode,
        CheckKind.DeliveryMethod => request.DeliveryMethod,
        CheckKind.Column => List(request.Columns.Concat(request.GroupKeys).Distinct(StringComparer.Ordinal)),
        CheckKind.GroupKey => List(request.GroupKeys),
        CheckKind.CoProvider => List(request.CoProviders.Select(p => p.ToString())),
        CheckKind.IndependentCoProviders => Text(Rosters.Independent(request)),
        CheckKind.MinimumGroupSize => Text(request.MinimumGroupSize),
        CheckKind.DominancePercent => Text(request.DominancePercent),
        CheckKind.MaxRows => Text(request.MaxRows),
        CheckKind.OutputBytes => Text(request.OutputBytes),
        CheckKind.EpsilonPerUse => Text(request.EpsilonMicro),
        _ => null,
    };

    private static string Bound(Check check)
    {
        var values = List(check.Set.Order(StringComparer.Ordinal)) ?? "–";
        return check.Kind switch
        {
            CheckKind.NotBefore => (check.Strict ? "> " : "≥ ") + Moment(check.Number),
            CheckKind.NotAfter or CheckKind.Elapsed => (check.Strict ? "< " : "≤ ") + Moment(check.Number),
            CheckKind.MinimumGroupSize when check.Number == PolicyValues.MinimumOff => PolicyTerms.Off,
            CheckKind.IndependentCoProviders or CheckKind.MinimumGroupSize => "≥ " + Text(check.Number),
            CheckKind.DominancePercent => check.Number == PolicyValues.DominanceOff ? PolicyTerms.Off : "≤ " + Text(check.Number),
            CheckKind.MaxRows or CheckKind.OutputBytes or CheckKind.EpsilonPerUse => "≤ " + Text(check.Number),
            _ => check.Mode switch
            {
                CheckMode.In => "= " + values,
                CheckMode.NotIn => "≠ " + values,
                CheckMode.Within => "within " + values,
                CheckMode.NotWithin => "outside " + values,
                CheckMode.ContainsAll => "all of " + values,
                _ => "not all of " + values,
            },
        };
    }

    private static string? List(IEnumerable<string> values)
    {
        var text = string.Join(", ", values);
        return text.Length == 0 ? null : text;
    }

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private static string Moment(long ticks) => new DateTime(ticks, DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
