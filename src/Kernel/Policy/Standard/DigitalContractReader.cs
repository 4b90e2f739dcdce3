using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>
/// Reads a digital contract of the trusted-data-space standard from JSON, strictly: lengths, codes, check characters, required members. What it returns is canonical,
/// so two spellings of one contract give equal values.
/// </summary>
public static class DigitalContractReader
{
    /// <summary>Largest contract in bytes.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Deepest nesting of JSON.</summary>
    public const int MaxDepth = 32;

    /// <summary>Most policies, after those that differ in their actions only are counted once.</summary>
    public const int MaxPolicies = 1000;

    /// <summary>Most constraints of a policy.</summary>
    public const int MaxConstraints = 1000;

    /// <summary>Most values of a constraint.</summary>
    public const int MaxValues = 1000;

    private const int MaxSignatories = 100;
    private const int MaxSignatureChars = 16 * 1024;
    private const int MaxExpansionChars = 16 * 1024;

    /// <summary>Longest extension that can stand in one ODRL text.</summary>
    internal const int MaxInlineChars = PolicyReader.MaxTextChars;

    /// <summary>A contract from JSON text.</summary>
    public static Result<DigitalContract> Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            return StandardErrors.TooLarge.Of("more than 1 MiB");
        return CanonicalJson.Parse(json, MaxBytes, MaxDepth).TryGet(out var element, out _)
            ? Read(element)
            : StandardErrors.Malformed.Of("not well-formed JSON, duplicate names, or more than 32 levels");
    }

    /// <summary>A contract from a parsed value.</summary>
    public static Result<DigitalContract> Read(JsonElement json)
    {
        try
        {
            return Contract(json);
        }
        catch (ContractRefusedException refused)
        {
            return refused.Error;
        }
        catch (InvalidOperationException)
        {
            return StandardErrors.Malformed.Of("text is not well-formed Unicode");
        }
    }

    private static DigitalContract Contract(JsonElement json)
    {
        var members = new ContractJson(json, "");
        var info = Info(members);
        var groups = new ContractJson(members.Take("contractPolicies") ?? throw ContractRefusedException.Of(StandardErrors.MissingField, "contractPolicies"), "contractPolicies");
        var policies = new List<ContractPolicy>();
        Policies(groups, "permissionPolicies", ContractPolicyKind.Permission, policies);
        Policies(groups, "prohibitionPolicies", ContractPolicyKind.Prohibition, policies);
        Policies(groups, "obligationPolicies", ContractPolicyKind.Obligation, policies);
        groups.End();
        members.End();
        if (policies.Count == 0)
            throw ContractRefusedException.Of(StandardErrors.MissingField, "contractPolicies");
        var contract = ContractForm.Canonical(new DigitalContract(info, policies));
        if (ContractForm.Problem(contract) is { } problem)
            throw new ContractRefusedException(problem);
        return contract;
    }

    internal static ContractInfo Info(ContractJson members)
    {
        var status = members.Code(StandardCodes.Statuses, "contractStatus");
        var info = new ContractInfo(
            members.Text(ContractId.Chars, "contractId"), members.Required(128, "contractName"), members.Text(1024, "contractAbstract"), status,
            members.Time("createTime", "issueTime"), members.Code(StandardCodes.SignModes, "signMode"),
            [.. members.Items(MaxSignatories, "signatories", "signatoryEntities").Select((s, i) => Signs(s, $"signatories[{i}]"))],
            members.Time("signTime", "signatoryTime"), members.Time("indate"), members.Expansion(MaxExpansionChars, StandardCodes.Expansion, "contractExpansionItem"));
        if (info.ContractId is { } id && ContractId.Parse(id) is { IsOk: false } bad)
            throw new ContractRefusedException(bad.Error);
        if (StandardCodes.DraftStatuses.Contains(status, StringComparer.Ordinal))
            return info;
        var missing = info.ContractId is null ? "contractId" : info.SignTime is null ? "signTime" : info.ValidUntil is null ? "indate"
            : info.Signatories.Count == 0 ? "signatories" : info.Signatories.Any(s => s.Signature is null) && status is not ("03" or "0302") ? "signature" : null;
        if (missing is not null)
            throw ContractRefusedException.Of(StandardErrors.MissingField, missing);
        return string.CompareOrdinal(info.SignTime, info.ValidUntil) >= 0 ? throw ContractRefusedException.Of(StandardErrors.BadField, "indate before signTime") : info;
    }

    private static Signatory Signs(JsonElement json, string where)
    {
        var members = new ContractJson(json, where);
        var signatory = new Signatory(
            members.Required(18, "signatoryEntityId", "entityId"), members.Text(128, "signatoryEntityName"),
            members.Code(StandardCodes.SignatoryTypes, "signatorytype", "signatoryType"), members.Text(MaxSignatureChars, "signature"));
        members.End();
        return signatory;
    }

    private static void Policies(ContractJson groups, string name, ContractPolicyKind kind, List<ContractPolicy> policies)
    {
        foreach (var json in groups.Items(MaxPolicies, name))
        {
            if (policies.Count >= MaxPolicies)
                throw ContractRefusedException.Of(StandardErrors.TooLarge, "more than 1,000 policies");
            policies.Add(Policy(json, kind, groups.Place($"{name}[{policies.Count(p => p.Kind == kind)}]")));
        }
    }

    private static ContractPolicy Policy(JsonElement json, ContractPolicyKind kind, string where)
    {
        var members = new ContractJson(json, where);
        var nodes = members.Take("executionNodes", "executionNodeInfo") is { } at ? Nodes(at, where + ".executionNodes") : ExecutionNodes.None;
        var subjects = members.Take("subjects", "subjectInfo") is not { } on ? [] : on.ValueKind == JsonValueKind.Array
            ? on.EnumerateArray().Take(MaxPolicies + 1).Select((s, i) => Product(s, $"{where}.subjects[{i}]")).ToList()
            : [Product(on, where + ".subjects")];
        if (subjects.Count is 0 or > MaxPolicies)
            throw ContractRefusedException.Of(subjects.Count == 0 ? StandardErrors.MissingField : StandardErrors.TooLarge, where + ".subjects");
        var actions = members.Items(MaxPolicies, "actions").Select((a, i) => ContractParts.Action(a, $"{where}.actions[{i}]")).ToList();
        if (actions.Count == 0)
            throw ContractRefusedException.Of(StandardErrors.MissingField, where + ".actions");
        if (actions.Distinct().Count() != actions.Count)
            throw ContractRefusedException.Of(StandardErrors.Malformed, where + ": an action twice");
        var constraints = members.Items(MaxConstraints, "constraints").Select((c, i) => ContractParts.Constraint(c, $"{where}.constraints[{i}]")).ToList();
        var extension = members.Take("policyExpansion") is { } more ? ContractParts.Extension(more, kind, where + ".policyExpansion") : PolicyExtension.None;
        members.End();
        return new ContractPolicy(kind, nodes, subjects, actions, constraints, extension);
    }

    internal static ExecutionNodes Nodes(JsonElement json, string where)
    {
        var members = new ContractJson(json, where);
        var nodes = new ExecutionNodes(
            members.Text(32, "assignerId", "providerNodeId"), members.Text(128, "assignerName", "providerNodeName"),
            members.Text(32, "assigneeId", "consumerNodeId"), members.Text(128, "assigneeName", "consumerNodeName"),
            members.Expansion(MaxExpansionChars, StandardCodes.Expansion));
        members.End();
        Checked(nodes.AssignerId, where + ".assignerId");
        Checked(nodes.AssigneeId, where + ".assigneeId");
        return nodes;
    }

    internal static DataProduct Product(JsonElement json, string where)
    {
        var members = new ContractJson(json, where);
        var product = new DataProduct(
            members.Required(65, "dataProductId"), members.Text(128, "dataProductName"), members.Text(1024, "dataProductAbstract"),
            members.Text(18, "dataProductEntityId"), members.Expansion(MaxExpansionChars, StandardCodes.Expansion));
        members.End();
        Checked(product.Id, where + ".dataProductId");
        return product;
    }

    private static void Checked(string? id, string where)
    {
        if (id is not null && StandardIdentifier.LooksLikeOne(id) && !StandardIdentifier.IsValid(id))
            throw ContractRefusedException.Of(StandardErrors.BadIdentifier, where);
    }
}
