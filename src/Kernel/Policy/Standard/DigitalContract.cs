namespace DataSpace.Kernel.Policy.Standard;

/// <summary>
/// A digital contract (数字合约) as the trusted-data-space standard has it (TC609-6-2025-14, Annex C): contract information and policies. Values are in canonical
/// form: the standard's spelling of names, times as YYYYMMDDHHMMSS in UTC, extensions as canonical JSON text.
/// </summary>
/// <param name="Info">Contract information, table C.1.</param>
/// <param name="Policies">At least one; permissions first, then prohibitions, then obligations.</param>
public sealed record DigitalContract(ContractInfo Info, IReadOnlyList<ContractPolicy> Policies);

/// <summary>Table C.1, 合约基本信息. What signing brings is null in a draft (status 01 or 02).</summary>
/// <param name="ContractId">47 characters with check character.</param>
/// <param name="Name">At most 128 characters.</param>
/// <param name="Abstract">At most 1,024 characters.</param>
/// <param name="Status">A code of <see cref="StandardCodes.Statuses"/>.</param>
/// <param name="CreateTime">YYYYMMDDHHMMSS.</param>
/// <param name="SignMode">01 peer to peer, 02 with the platform.</param>
/// <param name="Signatories">Who signs.</param>
/// <param name="SignTime">When all had signed.</param>
/// <param name="ValidUntil"><c>indate</c>: the end of validity; it begins with signing.</param>
/// <param name="Expansion"><c>expansionItem</c> as canonical JSON text.</param>
public sealed record ContractInfo(
    string? ContractId, string Name, string? Abstract, string Status, string? CreateTime, string SignMode, IReadOnlyList<Signatory> Signatories,
    string? SignTime, string? ValidUntil, string? Expansion)
{
    /// <summary>A contract that is only being initiated.</summary>
    public static ContractInfo Draft(string name) => new(null, name, null, "01", null, "01", [], null, null, null);
}

/// <summary>A party that signs.</summary>
/// <param name="EntityId">Subject id, at most 18 characters.</param>
/// <param name="Name">At most 128 characters.</param>
/// <param name="Type">01 provider, 02 consumer, 03 service, 04 other.</param>
/// <param name="Signature">Base64; null before signing.</param>
public sealed record Signatory(string EntityId, string? Name, string Type, string? Signature);

/// <summary>Kind of a policy.</summary>
public enum ContractPolicyKind
{
    /// <summary>允许策略.</summary>
    Permission,

    /// <summary>禁止策略.</summary>
    Prohibition,

    /// <summary>义务策略.</summary>
    Obligation,
}

/// <summary>One policy: on which products, at which nodes, which actions under which constraints.</summary>
/// <param name="Kind">Permission, prohibition or obligation.</param>
/// <param name="Nodes">Execution nodes, table C.3.</param>
/// <param name="Subjects">Data products, table C.4, at least one.</param>
/// <param name="Actions">Table C.5, at least one, none twice, in the dictionary's order.</param>
/// <param name="Constraints">Table C.6; all must hold.</param>
/// <param name="Extension">Pre-duties, remedies, breach duties.</param>
public sealed record ContractPolicy(
    ContractPolicyKind Kind, ExecutionNodes Nodes, IReadOnlyList<DataProduct> Subjects, IReadOnlyList<ContractAction> Actions,
    IReadOnlyList<ContractConstraint> Constraints, PolicyExtension Extension);

/// <summary>Table C.3: where the policy is carried out.</summary>
/// <param name="AssignerId">Provider's node, at most 32 characters.</param>
/// <param name="AssignerName">At most 128 characters.</param>
/// <param name="AssigneeId">Consumer's node, at most 32 characters.</param>
/// <param name="AssigneeName">At most 128 characters.</param>
/// <param name="Expansion">Canonical JSON text; holds DIDs as <c>assignerDid</c> and <c>assigneeDid</c>.</param>
public sealed record ExecutionNodes(string? AssignerId, string? AssignerName, string? AssigneeId, string? AssigneeName, string? Expansion)
{
    /// <summary>No node named yet.</summary>
    public static readonly ExecutionNodes None = new(null, null, null, null, null);

    /// <summary>Whether nothing is said.</summary>
    public bool IsEmpty => this == None;
}

/// <summary>Table C.4: a data product.</summary>
/// <param name="Id">At most 65 characters.</param>
/// <param name="Name">At most 128 characters.</param>
/// <param name="Abstract">At most 1,024 characters.</param>
/// <param name="EntityId">Owner, at most 18 characters; null only in a draft.</param>
/// <param name="Expansion">Canonical JSON text.</param>
public sealed record DataProduct(string Id, string? Name, string? Abstract, string? EntityId, string? Expansion);

/// <summary>An action of the dictionary, or an extension.</summary>
/// <param name="Code">Code, or <c>expansionItem</c>.</param>
/// <param name="Expansion">Canonical JSON text of an extension.</param>
public sealed record ContractAction(string Code, string? Expansion);

/// <summary>A constraint.</summary>
/// <param name="Name">Name of table C.6, or <c>expansionItem</c>.</param>
/// <param name="Operator">Two-digit code.</param>
/// <param name="Value">Texts; one for an extension: its canonical JSON.</param>
/// <param name="IsList">Whether the value is a list.</param>
public sealed record ContractConstraint(string Name, string Operator, IReadOnlyList<string> Value, bool IsList)
{
    /// <summary>Whether both say the same.</summary>
    public bool SameAs(ContractConstraint other)
        => Name == other.Name && Operator == other.Operator && IsList == other.IsList && Value.SequenceEqual(other.Value, StringComparer.Ordinal);
}

/// <summary>Something to be done, inside an extension.</summary>
/// <param name="Action">What.</param>
/// <param name="Constraints">How, how much, by when.</param>
/// <param name="Consequences">Duties of this duty.</param>
public sealed record ContractDuty(ContractAction Action, IReadOnlyList<ContractConstraint> Constraints, IReadOnlyList<ContractDuty> Consequences);

/// <summary><c>policyExpansion</c>: what a policy carries beside its rule.</summary>
/// <param name="PreDuties">前置义务 of a permission: to be met first.</param>
/// <param name="Duties">Other duties of a rule: during or after, or without phase.</param>
/// <param name="Remedies">补救措施 of a prohibition.</param>
/// <param name="BreachDuties">违约责任 of an obligation.</param>
/// <param name="Text">The extension as free text, as some systems send it.</param>
public sealed record PolicyExtension(
    IReadOnlyList<ContractDuty> PreDuties, IReadOnlyList<ContractDuty> Duties, IReadOnlyList<ContractDuty> Remedies, IReadOnlyList<ContractDuty> BreachDuties,
    string? Text)
{
    /// <summary>Nothing.</summary>
    public static readonly PolicyExtension None = new([], [], [], [], null);

    /// <summary>Whether there are no duties of any kind.</summary>
    public bool HasNoDuties => PreDuties.Count + Duties.Count + Remedies.Count + BreachDuties.Count == 0;

    /// <summary>Whether there is nothing.</summary>
    public bool IsEmpty => HasNoDuties && Text is null;
}
