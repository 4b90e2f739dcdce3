using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Policy;

/// <summary>
/// Reads a policy from JSON: the syntax stage. Strict on purpose: an unknown member could carry a condition that nobody enforces, so it refuses the policy by name.
/// </summary>
public static class PolicyReader
{
    /// <summary>Largest policy in bytes of its canonical form.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Most rules, duties included.</summary>
    public const int MaxRules = 1000;

    /// <summary>Deepest nesting of JSON.</summary>
    public const int MaxDepth = 16;

    /// <summary>Most values of one constraint.</summary>
    public const int MaxValues = 1000;

    /// <summary>Longest text.</summary>
    public const int MaxTextChars = 1024;

    private static readonly string[] PolicyMembers =
        ["@context", "@type", "@id", "profile", "target", "assigner", "assignee", "timestamp", "permission", "prohibition", "obligation"];

    private static readonly string[] RuleMembers = ["action", "constraint", "duty"];
    private static readonly string[] DutyMembers = ["action", "constraint"];
    private static readonly string[] ComparisonMembers = ["leftOperand", "operator", "rightOperand", "unit"];
    private static readonly string[] LogicalOperators = ["and", "or", "xone", "andSequence"];

    /// <summary>A policy from JSON text.</summary>
    public static Result<OdrlPolicy> Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            return PolicyErrors.TooLarge.Of("more than 1 MiB");
        return CanonicalJson.Parse(json, MaxBytes, MaxDepth).TryGet(out var element, out _)
            ? Read(element)
            : PolicyErrors.Malformed.Of("not well-formed JSON, duplicate names, or more than 16 levels");
    }

    /// <summary>A policy from a parsed value.</summary>
    public static Result<OdrlPolicy> Read(JsonElement json)
    {
        try
        {
            if (Depth(json, 1) > MaxDepth)
                return PolicyErrors.TooLarge.Of("more than 16 levels");
            // A circle is said to be one; whatever else a policy links together is an unknown member below.
            if (DutyReferences.FindCycle(json) is { } cycle)
                return PolicyErrors.CyclicDuty.Of(Show(cycle));
            return new Pass().Policy(json);
        }
        catch (RefusedException refused)
        {
            return refused.Error;
        }
        catch (InvalidOperationException)
        {
            return PolicyErrors.Malformed.Of("text is not well-formed Unicode");
        }
    }

    private static int Depth(JsonElement json, int level)
    {
        if (level > MaxDepth)
            return level;
        var deepest = level;
        if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in json.EnumerateObject())
                deepest = Math.Max(deepest, Depth(member.Value, level + 1));
        }
        else if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
                deepest = Math.Max(deepest, Depth(item, level + 1));
        }
        return deepest;
    }

    /// <summary>Carries a refusal out of the recursive descent; never leaves this file.</summary>
    private sealed class RefusedException(DsError error) : Exception
    {
        public DsError Error { get; } = error;
    }

    private sealed class Pass
    {
        private readonly Dictionary<string, OdrlComparison> _comparisons = new(StringComparer.Ordinal);
        private int _rules;

        public OdrlPolicy Policy(JsonElement json)
        {
            var members = Members(json, "policy", PolicyMembers);
            var kind = Strip(Text(members, "@type", "policy")) switch
            {
                "Offer" => PolicyKind.Offer,
                "Agreement" => PolicyKind.Agreement,
                _ => throw Refuse(PolicyErrors.Malformed, "@type must be Offer or Agreement"),
            };
            if (members.TryGetValue("profile", out var profile))
                throw Refuse(PolicyErrors.UnknownTerm, "profile " + Show(profile));
            return new OdrlPolicy(
                kind, OptionalText(members, "@id"), OptionalText(members, "target"), OptionalText(members, "assigner"),
                OptionalText(members, "assignee"), OptionalText(members, "timestamp"),
                Rules(members, "permission", RuleMembers), Rules(members, "prohibition", DutyMembers), Rules(members, "obligation", DutyMembers));
        }

        private List<OdrlRule> Rules(Dictionary<string, JsonElement> parent, string name, string[] allowed)
        {
            var rules = new List<OdrlRule>();
            if (!parent.TryGetValue(name, out var json))
                return rules;
            foreach (var item in Items(json, name))
            {
                if (++_rules > MaxRules)
                    throw Refuse(PolicyErrors.TooLarge, "more than 1,000 rules");
                var members = Members(item, name, allowed);
                var constraints = members.TryGetValue("constraint", out var list)
                    ? Items(list, "constraint").Select(Constraint).ToList()
                    : [];
                rules.Add(new OdrlRule(Strip(Text(members, "action", name)), constraints, Rules(members, "duty", DutyMembers)));
            }
            return rules;
        }

        private OdrlConstraint Constraint(JsonElement json)
        {
            if (json.ValueKind == JsonValueKind.Object && json.GetPropertyCount() == 1) // a combination has no other member
            {
                foreach (var logical in LogicalOperators)
                {
                    if (json.TryGetProperty(logical, out var operands))
                        return new OdrlLogical(logical, [.. Items(operands, logical).Select(Constraint)]);
                }
            }
            var members = Members(json, "constraint", ComparisonMembers);
            if (!members.TryGetValue("rightOperand", out var right))
                throw Refuse(PolicyErrors.Malformed, "constraint without rightOperand");
            var isList = right.ValueKind == JsonValueKind.Array;
            List<string> values = isList ? [.. Items(right, "rightOperand").Select(Value)] : [Value(right)];
            return Once(new OdrlComparison(
                Strip(Text(members, "leftOperand", "constraint")), Strip(Text(members, "operator", "constraint")), values, isList, OptionalText(members, "unit")));
        }

        /// <summary>Rules repeat each other's constraints; equal ones are one object, so that whoever works on them works once. Order and form of the values count.</summary>
        private OdrlComparison Once(OdrlComparison comparison)
        {
            // No text of a policy holds control characters.
            var key = string.Join('\u0001', [comparison.LeftOperand, comparison.Operator, comparison.IsList ? "list" : "one", comparison.Unit ?? "\u0002", .. comparison.RightOperand]);
            return _comparisons.TryGetValue(key, out var known) ? known : _comparisons[key] = comparison;
        }

        private static string Value(JsonElement json) => json.ValueKind == JsonValueKind.String
            ? Limited(json.GetString()!)
            : throw Refuse(PolicyErrors.InvalidValue, "rightOperand must be a text or an array of texts, not " + json.ValueKind);

        private static Dictionary<string, JsonElement> Members(JsonElement json, string where, string[] allowed)
        {
            if (json.ValueKind != JsonValueKind.Object)
                throw Refuse(PolicyErrors.Malformed, where + " must be an object");
            var members = new Dictionary<string, JsonElement>(allowed.Length, StringComparer.Ordinal);
            foreach (var member in json.EnumerateObject())
            {
                var name = Strip(member.Name);
                if (!allowed.AsSpan().Contains(name))
                    throw Refuse(PolicyErrors.UnknownMember, where + "." + Show(member.Name));
                if (!members.TryAdd(name, member.Value))
                    throw Refuse(PolicyErrors.Malformed, "duplicate " + Show(member.Name));
            }
            return members;
        }

        private static JsonElement.ArrayEnumerator Items(JsonElement json, string where)
        {
            if (json.ValueKind != JsonValueKind.Array)
                throw Refuse(PolicyErrors.Malformed, where + " must be an array");
            if (json.GetArrayLength() is 0 or > MaxValues)
                throw Refuse(json.GetArrayLength() == 0 ? PolicyErrors.Malformed : PolicyErrors.TooLarge, where + " must have 1 to 1,000 items");
            return json.EnumerateArray();
        }

        private static string Text(Dictionary<string, JsonElement> members, string name, string where)
            => OptionalText(members, name) ?? throw Refuse(PolicyErrors.Malformed, where + " without " + name);

        private static string? OptionalText(Dictionary<string, JsonElement> members, string name)
        {
            if (!members.TryGetValue(name, out var json))
                return null;
            return json.ValueKind == JsonValueKind.String ? Limited(json.GetString()!) : throw Refuse(PolicyErrors.Malformed, name + " must be a text");
        }

        private static string Limited(string text)
        {
            if (text.Length is 0 or > MaxTextChars)
                throw Refuse(PolicyErrors.TooLarge, "a text is empty or longer than 1,024 characters");
            if (!VisibleText.IsSafe(text))
                throw Refuse(PolicyErrors.InvalidValue, "a text has hidden or right-to-left characters: " + Show(text));
            return text.Contains(PolicyTemplate.Mark, StringComparison.Ordinal) ? throw Refuse(PolicyErrors.TemplateUnfilled, Show(text)) : text;
        }

        /// <summary>Eclipse connectors write <c>odrl:use</c> where the protocol writes <c>use</c>; both mean the ODRL term.</summary>
        private static string Strip(string term) => term.StartsWith("odrl:", StringComparison.Ordinal) ? term[5..] : term;

        private static RefusedException Refuse(ErrorKind kind, string detail) => new(kind.Of(detail));
    }

    /// <summary>A foreign text for an error's detail: short, printable, without tricks of direction.</summary>
    internal static string Show(object text)
    {
        var shown = text.ToString() ?? "";
        return new string([.. shown.Take(64).Select(c => c is >= ' ' and <= '~' || char.IsLetter(c) ? c : '?')]);
    }
}
