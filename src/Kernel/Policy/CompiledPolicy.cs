using System.Collections.Frozen;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>
/// A policy in executable form: flat arrays of checks, made by <see cref="PolicyCompiler"/> once per contract version. Immutable and safe to share between threads.
/// </summary>
public sealed class CompiledPolicy
{
    internal CompiledPolicy(OdrlPolicy source, string version, string rulesHash, CompiledRule[] permissions, CompiledRule[] prohibitions)
        => (Source, Version, RulesHash, Permissions, Prohibitions) = (source, version, rulesHash, permissions, prohibitions);

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
    public IReadOnlyList<PermissionTerms> Terms => [.. Permissions.Select(p => p.Terms!)];

    internal CompiledRule[] Permissions { get; }

    internal CompiledRule[] Prohibitions { get; }
}

/// <summary>A permission's terms in the open, for plans and screens; the decision never reads them from here.</summary>
/// <param name="Rule">Rule name, as in decisions.</param>
/// <param name="Purposes">Allowed purposes; null when any.</param>
/// <param name="Recipients">Allowed recipients; null when any.</param>
/// <param name="Computations">Allowed kinds of computation.</param>
/// <param name="CoProviders">Accepted co-providers, <c>did#keyId</c>.</param>
/// <param name="IndependentCoProviders">How many co-providers must be independent of the consumer.</param>
/// <param name="NotBefore">First moment of use; null when open.</param>
/// <param name="NotAfter">Last moment of use; null when open.</param>
/// <param name="Obligations">Debits, minimum group, dominance, columns, rows, clamps, price.</param>
public sealed record PermissionTerms(
    string Rule, IReadOnlyList<string>? Purposes, IReadOnlyList<string>? Recipients, IReadOnlyList<string> Computations,
    IReadOnlyList<string> CoProviders, int IndependentCoProviders, DateTimeOffset? NotBefore, DateTimeOffset? NotAfter, UseObligations Obligations);

/// <summary>What a check compares.</summary>
internal enum CheckKind
{
    NotBefore,
    NotAfter,
    Recipient,
    Purpose,
    Computation,
    Column,
    GroupKey,
    CoProvider,
    IndependentCoProviders,
    MinimumGroupSize,
    DominancePercent,
    MaxRows,
    Count,
}

/// <summary>One comparison. In a permission it must hold; in a prohibition it says whether the rule applies.</summary>
/// <param name="Kind">What is compared. The order of kinds is the order in which reasons are reported.</param>
/// <param name="Set">Values, for set comparisons.</param>
/// <param name="Number">Bound, or UTC ticks.</param>
/// <param name="Strict">Whether the bound itself is excluded.</param>
internal sealed record Check(CheckKind Kind, FrozenSet<string> Set, long Number, bool Strict = false);

/// <summary>A rule in executable form.</summary>
/// <param name="Name">Name in decisions: <c>permission/&lt;8 hex&gt;</c>.</param>
/// <param name="Checks">Sorted by kind.</param>
/// <param name="Obligations">What it entails; null for a prohibition.</param>
/// <param name="Terms">The open form; null for a prohibition.</param>
internal sealed record CompiledRule(string Name, Check[] Checks, UseObligations? Obligations, PermissionTerms? Terms);
