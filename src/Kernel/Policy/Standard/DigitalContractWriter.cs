using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>Writes a digital contract in the standard's own spelling; what is absent is left out.</summary>
public static class DigitalContractWriter
{
    /// <summary>The contract as a JSON object.</summary>
    public static JsonObject Write(DigitalContract contract)
    {
        var json = Info(contract.Info, out var expansion);
        var policies = new JsonObject();
        Add(policies, "permissionPolicies", contract, ContractPolicyKind.Permission);
        Add(policies, "prohibitionPolicies", contract, ContractPolicyKind.Prohibition);
        Add(policies, "obligationPolicies", contract, ContractPolicyKind.Obligation);
        json["contractPolicies"] = policies;
        AddJson(json, StandardCodes.Expansion, expansion);
        return json;
    }

    /// <summary>Canonical bytes (RFC 8785): equal for equal contracts.</summary>
    public static byte[] Canonical(DigitalContract contract) => CanonicalJson.FromElement(JsonSerializer.SerializeToElement(Write(contract))).Value;

    /// <summary>SHA-256 of the canonical bytes, 64 lower-case hex digits: fits the standard's <c>contractHash</c>.</summary>
    public static string HashOf(DigitalContract contract) => Digest.Sha256Hex(Canonical(contract));

    /// <summary>Contract information alone.</summary>
    public static JsonObject Write(ContractInfo info)
    {
        var json = Info(info, out var expansion);
        AddJson(json, StandardCodes.Expansion, expansion);
        return json;
    }

    /// <summary>Everything a policy says but its actions.</summary>
    internal static string KeyOf(ContractPolicy policy)
        => policy.Kind + Encoding.UTF8.GetString(CanonicalJson.FromElement(JsonSerializer.SerializeToElement(Policy(policy with { Actions = [] }))).Value);

    internal static JsonNode Action(ContractAction action) => action.Expansion is { } expansion
        ? new JsonObject { [StandardCodes.Expansion] = JsonNode.Parse(expansion) }
        : JsonValue.Create(action.Code);

    internal static JsonObject Constraint(ContractConstraint constraint) => new()
    {
        ["constraintName"] = constraint.Name,
        ["constraintOperator"] = constraint.Operator,
        ["constraintValue"] = constraint.Name == StandardCodes.Expansion ? JsonNode.Parse(constraint.Value[0])
            : constraint.IsList || constraint.Name == "dataField" && constraint.Operator == "01" ? new JsonArray([.. constraint.Value.Select(v => (JsonNode)v)])
            : JsonValue.Create(constraint.Value[0]),
    };

    internal static JsonObject Duty(ContractDuty duty)
    {
        var json = new JsonObject { ["action"] = Action(duty.Action) };
        if (duty.Constraints.Count > 0)
            json["constraints"] = new JsonArray([.. duty.Constraints.Select(Constraint)]);
        Add(json, "consequences", duty.Consequences);
        return json;
    }

    internal static JsonObject Product(DataProduct product)
    {
        var json = new JsonObject { ["dataProductId"] = product.Id };
        Add(json, "dataProductName", product.Name);
        Add(json, "dataProductAbstract", product.Abstract);
        Add(json, "dataProductEntityId", product.EntityId);
        AddJson(json, StandardCodes.Expansion, product.Expansion);
        return json;
    }

    internal static JsonObject Nodes(ExecutionNodes nodes)
    {
        var json = new JsonObject();
        Add(json, "assignerId", nodes.AssignerId);
        Add(json, "assignerName", nodes.AssignerName);
        Add(json, "assigneeId", nodes.AssigneeId);
        Add(json, "assigneeName", nodes.AssigneeName);
        AddJson(json, StandardCodes.Expansion, nodes.Expansion);
        return json;
    }

    private static JsonObject Info(ContractInfo info, out string? expansion)
    {
        var json = new JsonObject();
        Add(json, "contractId", info.ContractId);
        Add(json, "contractName", info.Name);
        Add(json, "contractAbstract", info.Abstract);
        Add(json, "contractStatus", info.Status);
        Add(json, "createTime", info.CreateTime);
        Add(json, "signMode", info.SignMode);
        if (info.Signatories.Count > 0)
            json["signatories"] = new JsonArray([.. info.Signatories.Select(Signs)]);
        Add(json, "signTime", info.SignTime);
        Add(json, "indate", info.ValidUntil);
        expansion = info.Expansion;
        return json;
    }

    private static JsonObject Signs(Signatory signatory)
    {
        var json = new JsonObject { ["signatoryEntityId"] = signatory.EntityId };
        Add(json, "signatoryEntityName", signatory.Name);
        Add(json, "signatorytype", signatory.Type);
        Add(json, "signature", signatory.Signature);
        return json;
    }

    private static void Add(JsonObject json, string name, DigitalContract contract, ContractPolicyKind kind)
    {
        var policies = contract.Policies.Where(p => p.Kind == kind).Select(p => (JsonNode)Policy(p)).ToArray();
        if (policies.Length > 0)
            json[name] = new JsonArray(policies);
    }

    private static JsonObject Policy(ContractPolicy policy)
    {
        var json = new JsonObject();
        if (!policy.Nodes.IsEmpty)
            json["executionNodes"] = Nodes(policy.Nodes);
        json["subjects"] = new JsonArray([.. policy.Subjects.Select(Product)]);
        json["actions"] = new JsonArray([.. policy.Actions.Select(Action)]);
        if (policy.Constraints.Count > 0)
            json["constraints"] = new JsonArray([.. policy.Constraints.Select(Constraint)]);
        if (policy.Extension.IsEmpty)
            return json;
        if (policy.Extension.HasNoDuties)
        {
            json["policyExpansion"] = policy.Extension.Text;
            return json;
        }
        var more = new JsonObject();
        Add(more, "preDuties", policy.Extension.PreDuties);
        Add(more, "duties", policy.Extension.Duties);
        Add(more, "remedies", policy.Extension.Remedies);
        Add(more, "breachDuties", policy.Extension.BreachDuties);
        Add(more, "text", policy.Extension.Text);
        json["policyExpansion"] = more;
        return json;
    }

    private static void Add(JsonObject json, string name, IReadOnlyList<ContractDuty> duties)
    {
        if (duties.Count > 0)
            json[name] = new JsonArray([.. duties.Select(Duty)]);
    }

    private static void Add(JsonObject json, string name, string? value)
    {
        if (value is not null)
            json[name] = value;
    }

    private static void AddJson(JsonObject json, string name, string? canonical)
    {
        if (canonical is not null)
            json[name] = JsonNode.Parse(canonical);
    }
}
