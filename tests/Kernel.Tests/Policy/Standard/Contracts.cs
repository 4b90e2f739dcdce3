using System.Text;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Standard;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Tests.Policy.Standard;

/// <summary>A contract of the standard; tests change one thing at a time.</summary>
internal static class Contracts
{
    public const string Id = "C491000000MA0DEMA0051101202511221530000000000AM";
    public const string ProviderNode = "591000000MA0DEMA005110100000002C";
    public const string Product = "691000000MA0DEMA005110100000003P";

    public static JsonObject Draft(JsonObject? policies = null) => new()
    {
        ["contractName"] = "联合统计试用合约",
        ["contractStatus"] = "01",
        ["signMode"] = "01",
        ["contractPolicies"] = policies ?? new JsonObject { ["permissionPolicies"] = new JsonArray(Policy(["compute", "delivery"])) },
    };

    public static JsonObject Policy(string[] actions, params JsonObject[] constraints) => new()
    {
        ["executionNodes"] = new JsonObject { ["assignerId"] = ProviderNode },
        ["subjects"] = new JsonArray(new JsonObject { ["dataProductId"] = Product }),
        ["actions"] = new JsonArray([.. actions.Select(a => (JsonNode)a)]),
        ["constraints"] = constraints.Length == 0 ? new JsonArray(Constraint("count", "11", "5")) : new JsonArray([.. constraints]),
    };

    public static JsonObject Constraint(string name, string op, JsonNode value)
        => new() { ["constraintName"] = name, ["constraintOperator"] = op, ["constraintValue"] = value };

    public static JsonObject Permitting(params JsonObject[] constraints)
        => Draft(new JsonObject { ["permissionPolicies"] = new JsonArray(Policy(["compute"], constraints)) });

    public static Result<DigitalContract> Read(JsonObject json) => DigitalContractReader.Read(Encoding.UTF8.GetBytes(json.ToJsonString()));

    public static string Text(DigitalContract contract) => Encoding.UTF8.GetString(DigitalContractWriter.Canonical(contract));

    /// <summary>Through ODRL and back, over JSON on both sides.</summary>
    public static DigitalContract RoundTrip(DigitalContract contract)
    {
        var odrl = ContractTranslation.ToOdrl(contract).Value;
        var read = TranslatedContract.Read(Encoding.UTF8.GetBytes(odrl.Write().ToJsonString())).Value;
        return ContractTranslation.ToStandard(read).Value;
    }

    /// <summary>The one constraint of a translated permission.</summary>
    public static OdrlConstraint Translated(JsonObject constraint)
    {
        var contract = Read(Permitting(constraint)).Value;
        if (Text(RoundTrip(contract)) != Text(contract))
            throw new InvalidOperationException("does not come back");
        return ContractTranslation.ToOdrl(contract).Value.Policy.Permissions[0].Constraints[0];
    }
}
