using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using DataSpace.Kernel.Results;

namespace DataSpace.Protocol.Codec;

/// <summary>
/// The protocol's shape of ODRL offers and agreements (DSP 2025-1, contract negotiation schemas). It says nothing about what
/// a rule means: compiling and enforcing belong to the policy engine, which reads the preserved JSON.
/// </summary>
internal static class PolicyShape
{
    private static readonly string[] RuleLists = ["permission", "prohibition", "obligation"];
    private static readonly string[] LogicalOperands = ["and", "or", "xone", "andSequence"];

    /// <summary>
    /// Properties that identify a policy or its parties; all others are its rules. The same rules stand in a catalogue offer
    /// (no target), a message offer and the agreement.
    /// </summary>
    public static readonly IReadOnlySet<string> Envelope =
        new HashSet<string>(StringComparer.Ordinal) { "@context", "@id", "@type", "target", "assigner", "assignee", "timestamp" };

    /// <summary>Null, or what is wrong with the rules of <paramref name="policy"/>.</summary>
    public static DsError? CheckRules(JsonElement policy)
    {
        if (JsonGate.Check(policy, DspLimits.MaxPolicyDepth) is { } problem)
            return problem;
        var granting = false;
        foreach (var list in RuleLists)
        {
            if (!policy.TryGetProperty(list, out var rules))
                continue;
            if (rules.ValueKind != JsonValueKind.Array)
                return ProtocolErrors.PolicyShape.Of($"{list} must be a list");
            granting |= list != "obligation" && rules.GetArrayLength() > 0;
            foreach (var rule in rules.EnumerateArray())
            {
                if (CheckRule(rule, list) is { } wrong)
                    return wrong;
            }
        }

        return granting ? null : ProtocolErrors.PolicyShape.Of("a permission or a prohibition is needed");
    }

    private static DsError? CheckRule(JsonElement rule, string path)
    {
        if (rule.ValueKind != JsonValueKind.Object)
            return ProtocolErrors.PolicyShape.Of($"{path} must hold objects");
        if (rule.TryGetProperty("target", out _))
            return ProtocolErrors.PolicyShape.Of($"{path} must not carry a target of its own");
        if (!rule.TryGetProperty("action", out var action) || !IsText(action))
            return ProtocolErrors.PolicyShape.Of($"{path} needs an action as text");
        if (CheckConstraints(rule, "constraint", path) is { } wrong)
            return wrong;
        foreach (var nested in (string[])["duty", "remedy", "consequence"])
        {
            if (!rule.TryGetProperty(nested, out var duties))
                continue;
            if (duties.ValueKind != JsonValueKind.Array)
                return ProtocolErrors.PolicyShape.Of($"{path}.{nested} must be a list");
            foreach (var duty in duties.EnumerateArray())
            {
                if (CheckRule(duty, nested) is { } inner)
                    return inner;
            }
        }

        return null;
    }

    private static DsError? CheckConstraints(JsonElement owner, string name, string path)
    {
        if (!owner.TryGetProperty(name, out var constraints))
            return null;
        if (constraints.ValueKind != JsonValueKind.Array || constraints.GetArrayLength() == 0)
            return ProtocolErrors.PolicyShape.Of($"{path}.{name} must be a list with at least one constraint");
        foreach (var constraint in constraints.EnumerateArray())
        {
            if (CheckConstraint(constraint, path) is { } wrong)
                return wrong;
        }

        return null;
    }

    private static DsError? CheckConstraint(JsonElement constraint, string path)
    {
        if (constraint.ValueKind != JsonValueKind.Object)
            return ProtocolErrors.PolicyShape.Of($"{path}: a constraint must be an object");
        var logical = LogicalOperands.Count(name => constraint.TryGetProperty(name, out _));
        var atomic = constraint.TryGetProperty("leftOperand", out var left);
        if (logical + (atomic ? 1 : 0) != 1)
            return ProtocolErrors.PolicyShape.Of($"{path}: a constraint is either leftOperand, operator, rightOperand or one of and, or, xone, andSequence");
        if (!atomic)
            return LogicalOperands.Select(name => CheckConstraints(constraint, name, path)).FirstOrDefault(wrong => wrong is not null);

        if (!IsText(left) || !constraint.TryGetProperty("operator", out var op) || !IsText(op))
            return ProtocolErrors.PolicyShape.Of($"{path}: leftOperand and operator must be text");
        if (!constraint.TryGetProperty("rightOperand", out var right))
            return ProtocolErrors.PolicyShape.Of($"{path}: rightOperand is missing");
        var items = right.ValueKind == JsonValueKind.Array ? right.EnumerateArray().ToArray() : [right];
        var allowed = items.All(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Object);
        return allowed ? null : ProtocolErrors.RightOperandNotText.Of(path);
    }

    private static bool IsText(JsonElement element) => element.ValueKind == JsonValueKind.String && element.GetString() is { Length: > 0 };

    /// <summary>True when both policies hold equal rules; empty rule lists count as absent, order within a list matters.</summary>
    public static bool SameRules(JsonElement one, JsonElement other)
        => JsonElement.DeepEquals(Rewrite(one, keep: IsRule, []), Rewrite(other, keep: IsRule, []));

    /// <summary>A copy with the given envelope first and the rules of <paramref name="policy"/>, in their order, behind it.</summary>
    public static JsonElement WithEnvelope(JsonElement policy, params (string Name, string Value)[] envelope)
        => Rewrite(policy, keep: property => !Envelope.Contains(property.Name), envelope);

    private static bool IsRule(JsonProperty property)
        => !Envelope.Contains(property.Name)
           && !(RuleLists.Contains(property.Name) && property.Value.ValueKind == JsonValueKind.Array && property.Value.GetArrayLength() == 0);

    private static JsonElement Rewrite(JsonElement policy, Func<JsonProperty, bool> keep, (string Name, string Value)[] envelope)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in envelope)
                writer.WriteString(name, value);
            foreach (var property in policy.EnumerateObject().Where(keep))
                property.WriteTo(writer);
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
