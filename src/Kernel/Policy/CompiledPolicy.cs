using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>
/// A policy in executable form: flat arrays of checks, made by <see cref="PolicyCompiler"/> once per contract version. Immutable and safe to share between threads.
/// </summary>
public sealed class CompiledPolicy
{
    internal CompiledPolicy(OdrlPolicy source, string version, string rulesHash, CompiledRule[] permissions, CompiledRule[] prohibitions)
        => (Source, Version, RulesHash, Permissions, Prohibitions, Conditions) = (source, version, rulesHash, permissions, prohibitions, Shared(permissions));

    /// <summary>SHA-256 of the policy's canonical JSON (RFC 8785), lower-case hex: the policy version in every decision and grant.</summary>
    public string Version { get; }

    /// <summary>
    /// SHA-256 over the rules alone (permission, prohibition, obligation): equal for an offer and the agreement concluded from it.
    /// </summary>
    public string RulesHash { get; }

    /// <summary>The policy as written.</summary>
    public OdrlPolicy Source { get; }

    /// <summary>
    /// What a use will entail if it is allowed under one permission, for each permission: what a plan shows before anything is spent.
    /// </summary>
    public IReadOnlyList<PermissionTerms> Terms => [.. Permissions.Where(p => !p.Obligations!.DeliveryOnly).Select(p => p.Terms!)];

    internal CompiledRule[] Permissions { get; }

    /// <summary>Conditions of permissions, each once: rules of one contract repeat each other, and what was tested for one rule holds for all.</summary>
    internal Check[] Conditions { get; }

    internal CompiledRule[] Prohibitions { get; }

    private static Check[] Shared(CompiledRule[] permissions)
    {
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var seen = new Dictionary<Check, int>(ReferenceEqualityComparer.Instance); // equal constraints mostly share one check
        var conditions = new List<Check>();
        foreach (var permission in permissions)
        {
            permission.Conditions = Array.ConvertAll(permission.Checks, check =>
            {
                if (seen.TryGetValue(check, out var number))
                    return number;
                if (!numbers.TryGetValue(check.Identity, out number))
                {
                    numbers[check.Identity] = number = conditions.Count;
                    conditions.Add(check);
                }
                return seen[check] = number;
            });
            // What differs from rule to rule is tested first; the order of reasons is another matter.
            permission.Quick = [.. Enumerable.Range(0, permission.Checks.Length).OrderBy(i => permission.Checks[i].Kind is CheckKind.Purpose or CheckKind.Role ? 0 : 1).Select(i => permission.Conditions[i])];
        }
        return [.. conditions];
    }
}

/// <summary>A permission's terms in the open, for plans and screens; the decision never reads them from here.</summary>
/// <param name="Rule">Rule name, as in decisions.</param>
/// <param name="Purposes">Allowed purposes; null when any that no other term excludes.</param>
/// <param name="Recipients">Allowed recipients; null when any.</param>
/// <param name="Computations">Allowed kinds of computation.</param>
/// <param name="CoProviders">Accepted co-providers, <c>did#keyId</c>.</param>
/// <param name="IndependentCoProviders">How many co-providers must be independent of the consumer.</param>
/// <param name="NotBefore">First moment of use; null when open.</param>
/// <param name="NotAfter">Last moment of use; null when open.</param>
/// <param name="Obligations">Debits, minimum group, dominance, columns, rows, clamps, noise, duties, price.</param>
public sealed record PermissionTerms(
    string Rule, IReadOnlyList<string>? Purposes, IReadOnlyList<string>? Recipients, IReadOnlyList<string> Computations,
    IReadOnlyList<string> CoProviders, int IndependentCoProviders, DateTimeOffset? NotBefore, DateTimeOffset? NotAfter, UseObligations Obligations);

/// <summary>What of a use a rule speaks about.</summary>
[Flags]
internal enum ActionSet
{
    None = 0,
    Compute = 1,
    Delivery = 2,
    Use = Compute | Delivery,
}

/// <summary>A rule in executable form. One rule of the policy with <c>or</c> or <c>xone</c> in it becomes several of these: alternatives.</summary>
/// <param name="Name">Name in decisions: <c>permission/&lt;8 hex&gt;</c>, with <c>.n</c> for an alternative.</param>
/// <param name="Actions">What it speaks about.</param>
/// <param name="Checks">Sorted by kind.</param>
/// <param name="Failures">What each check says when it fails, or, in a prohibition, the one reason that it gives when it applies.</param>
/// <param name="Debits">Counters to debit, as far as they can be known before the request.</param>
/// <param name="Obligations">What it entails; null for a prohibition.</param>
/// <param name="Terms">The open form; null for a prohibition.</param>
internal sealed record CompiledRule(
    string Name, ActionSet Actions, Check[] Checks, FailedRule[] Failures, DebitRule[] Debits, UseObligations? Obligations, PermissionTerms? Terms)
{
    /// <summary>Numbers of the checks among the policy's conditions, in the order of <see cref="Checks"/>.</summary>
    public int[] Conditions { get; set; } = [];

    /// <summary>The same, in the order in which they are tested.</summary>
    public int[] Quick { get; set; } = [];
}

/// <summary>A counter of a permission.</summary>
/// <param name="Key">Key, or its beginning where a window is added.</param>
/// <param name="Limit">Most that may be spent.</param>
/// <param name="WindowTicks">Length of a window of UTC time; 0 when the counter never starts again.</param>
/// <param name="IsEpsilon">True for the privacy budget, which spends what the job asks.</param>
/// <param name="Exhausted">The reason when nothing is left.</param>
internal sealed record DebitRule(string Key, long Limit, long WindowTicks, bool IsEpsilon, FailedRule Exhausted, long Amount = 1)
{
    private readonly BudgetDebit _constant = new(Key, Limit, Amount);

    public bool IsCredit => _constant.IsCredit;

    /// <summary>The debit of one use.</summary>
    public BudgetDebit For(PolicyRequest request)
        => IsEpsilon ? new BudgetDebit(Key, Limit, request.EpsilonMicro ?? 0, BudgetScope.DatasetAndConsumerGroup)
            : WindowTicks > 0 ? new BudgetDebit(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Key}/{request.Now.UtcTicks / WindowTicks}"), Limit, 1)
            : _constant;

    public bool IsConstant => !IsEpsilon && WindowTicks == 0;
}
