using System.Text;
using System.Text.Json;
using DataSpace.Kernel.Crypto;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>
/// What a policy of the standard says beside actions and constraints, as <c>std:</c> constraints of an ODRL rule: other products than the policy's target, other
/// nodes than the contract's, remedies, breach duties, and an extension in words.
/// </summary>
internal static class RuleTerms
{
    public const string Products = "std:dataProduct";
    public const string Nodes = "std:executionNodes";
    public const string Remedy = "std:remedy";
    public const string BreachDuty = "std:breachDuty";
    public const string Extension = "std:policyExpansion";

    /// <summary>Phase of a duty in the profile; what stands before the permission takes effect is the standard's pre-duty.</summary>
    public const string Phase = "dataspace:phase";

    public static bool IsReserved(OdrlConstraint constraint) => constraint switch
    {
        OdrlComparison c => c.LeftOperand is Products or Nodes or Remedy or BreachDuty or Extension,
        OdrlLogical l => l.Operands.Any(IsReserved),
        _ => false,
    };

    public static OdrlComparison OfProducts(IEnumerable<DataProduct> products) => new(Products, "isAnyOf", [.. products.Select(p => p.Id)], true, null);

    public static OdrlComparison OfNodes(ExecutionNodes nodes)
        => new(Nodes, "eq", [CanonicalText.Of(new { assignerId = nodes.AssignerId, assigneeId = nodes.AssigneeId })], false, null);

    public static OdrlComparison OfDuties(string term, IEnumerable<ContractDuty> duties)
        => new(term, "isAllOf", [.. duties.Select(d => Encoding.UTF8.GetString(CanonicalJson.FromElement(JsonSerializer.SerializeToElement(DigitalContractWriter.Duty(d))).Value))], true, null);

    public static OdrlComparison OfText(string text) => new(Extension, "eq", [text], false, null);

    public static OdrlComparison Before { get; } = new(Phase, "eq", ["before"], false, null);

    /// <summary>The duties in a <c>std:remedy</c> or <c>std:breachDuty</c> constraint; null when it is not in that form.</summary>
    public static List<ContractDuty>? DutiesOf(OdrlComparison constraint)
    {
        var duties = new List<ContractDuty>();
        foreach (var text in constraint.RightOperand)
        {
            if (CanonicalText.Parse(text) is not { } json || !ContractParts.Duty(json).TryGet(out var duty, out _))
                return null;
            duties.Add(duty);
        }
        return duties;
    }

    /// <summary>The nodes of a <c>std:executionNodes</c> constraint among those known.</summary>
    public static ExecutionNodes? NodesOf(OdrlComparison constraint, IReadOnlyList<ExecutionNodes> known)
    {
        if (CanonicalText.Parse(constraint.RightOperand[0]) is not { ValueKind: JsonValueKind.Object } json)
            return null;
        var (from, to) = (Text(json, "assignerId"), Text(json, "assigneeId"));
        return known.FirstOrDefault(n => n.AssignerId == from && n.AssigneeId == to) ?? new ExecutionNodes(from, null, to, null, null);
    }

    private static string? Text(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
