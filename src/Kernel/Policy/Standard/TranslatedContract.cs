using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>
/// An ODRL policy and what a contract of the standard holds beside it: nothing of this is a rule, so an engine needs the policy alone.
/// </summary>
/// <param name="Policy">The rules.</param>
/// <param name="Info">Contract information; null for a policy that never was a contract of the standard.</param>
/// <param name="Products">Products by id; the target's is looked up here.</param>
/// <param name="Nodes">Execution nodes, those of the contract first.</param>
public sealed record TranslatedContract(OdrlPolicy Policy, ContractInfo? Info, IReadOnlyList<DataProduct> Products, IReadOnlyList<ExecutionNodes> Nodes)
{
    /// <summary>A policy alone.</summary>
    public static TranslatedContract Of(OdrlPolicy policy) => new(policy, null, [], []);

    /// <summary>As JSON: <c>{policy, info, products, nodes}</c>.</summary>
    public JsonObject Write()
    {
        var json = new JsonObject { ["policy"] = PolicyWriter.Write(Policy) };
        if (Info is not null)
            json["info"] = DigitalContractWriter.Write(Info);
        if (Products.Count > 0)
            json["products"] = new JsonArray([.. Products.Select(DigitalContractWriter.Product)]);
        if (Nodes.Count > 0)
            json["nodes"] = new JsonArray([.. Nodes.Select(DigitalContractWriter.Nodes)]);
        return json;
    }

    /// <summary>Reads <c>{policy, info, products, nodes}</c> or a policy alone.</summary>
    public static Result<TranslatedContract> Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > DigitalContractReader.MaxBytes)
            return StandardErrors.TooLarge.Of("more than 1 MiB");
        if (!CanonicalJson.Parse(json, DigitalContractReader.MaxBytes, DigitalContractReader.MaxDepth).TryGet(out var element, out _))
            return StandardErrors.Malformed.Of("not well-formed JSON, duplicate names, or more than 32 levels");
        if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty("policy", out var policy))
            return PolicyReader.Read(element).TryGet(out var alone, out var error) ? Of(alone) : error;
        return PolicyReader.Read(policy).TryGet(out var odrl, out var refused) ? Read(element, odrl) : refused;
    }

    private static Result<TranslatedContract> Read(JsonElement element, OdrlPolicy policy)
    {
        try
        {
            var members = new ContractJson(element, "");
            members.Take("policy");
            var info = members.Take("info") is { } json ? new ContractJson(json, "info") : null;
            var read = info is null ? null : DigitalContractReader.Info(info);
            info?.End();
            var products = members.Items(DigitalContractReader.MaxPolicies, "products").Select((p, i) => DigitalContractReader.Product(p, $"products[{i}]")).ToList();
            var nodes = members.Items(DigitalContractReader.MaxPolicies, "nodes").Select((n, i) => DigitalContractReader.Nodes(n, $"nodes[{i}]")).ToList();
            members.End();
            return new TranslatedContract(policy, read, products, nodes);
        }
        catch (ContractRefusedException refused)
        {
            return refused.Error;
        }
    }
}
