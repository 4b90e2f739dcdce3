using System.Text.Json.Nodes;

namespace DataSpace.Kernel.Policy;

/// <summary>
/// Writes a policy as JSON in the profile's spelling. Rules and constraints keep their order; <c>odrl:</c> prefixes and <c>@context</c> are gone, so keep
/// the received JSON where its hash matters.
/// </summary>
public static class PolicyWriter
{
    /// <summary>The policy as a JSON object.</summary>
    public static JsonObject Write(OdrlPolicy policy)
    {
        var json = new JsonObject { ["@type"] = policy.Kind.ToString() };
        Add(json, "@id", policy.Id);
        Add(json, "target", policy.Target);
        Add(json, "assigner", policy.Assigner);
        Add(json, "assignee", policy.Assignee);
        Add(json, "timestamp", policy.Timestamp);
        Add(json, "permission", policy.Permissions);
        Add(json, "prohibition", policy.Prohibitions);
        Add(json, "obligation", policy.Obligations);
        return json;
    }

    private static void Add(JsonObject json, string name, string? value)
    {
        if (value is not null)
            json[name] = value;
    }

    private static void Add(JsonObject json, string name, IReadOnlyList<OdrlRule> rules)
    {
        if (rules.Count > 0)
            json[name] = new JsonArray([.. rules.Select(Rule)]);
    }

    private static JsonObject Rule(OdrlRule rule)
    {
        var json = new JsonObject { ["action"] = rule.Action };
        if (rule.Constraints.Count > 0)
            json["constraint"] = new JsonArray([.. rule.Constraints.Select(Constraint)]);
        Add(json, "duty", rule.Duties);
        return json;
    }

    private static JsonObject Constraint(OdrlConstraint constraint)
    {
        if (constraint is OdrlLogical logical)
            return new JsonObject { [logical.Operator] = new JsonArray([.. logical.Operands.Select(Constraint)]) };
        var comparison = (OdrlComparison)constraint;
        var json = new JsonObject
        {
            ["leftOperand"] = comparison.LeftOperand,
            ["operator"] = comparison.Operator,
            ["rightOperand"] = comparison.IsList
                ? new JsonArray([.. comparison.RightOperand.Select(v => (JsonNode)v)])
                : JsonValue.Create(comparison.RightOperand[0]),
        };
        Add(json, "unit", comparison.Unit);
        return json;
    }
}
