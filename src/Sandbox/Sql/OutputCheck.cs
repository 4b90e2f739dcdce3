using System.Globalization;
using System.Text.Json;

namespace DataSpace.Sandbox.Sql;

/// <summary>An aggregate of a plain column; <see cref="Column"/> is null for <c>count(*)</c>.</summary>
internal sealed record AggregateCall(string Function, ColumnSchema? Column);

/// <summary>
/// Output expressions: group keys, allowed aggregates of plain columns, and arithmetic over aggregates. Written anew over the names
/// <c>k0…</c> (keys) and <c>a0…</c> (aggregates) of the grouped query.
/// </summary>
internal sealed class OutputCheck(ColumnScope scope, IReadOnlyList<ColumnSchema> keys)
{
    private const int MaxAggregates = 64;

    private static readonly HashSet<string> NumericAggregates =
        new(StringComparer.Ordinal) { "sum", "avg", "stddev_pop", "stddev_samp", "var_pop", "var_samp" };

    /// <summary>Aggregates met so far, in order of their names.</summary>
    public List<AggregateCall> Aggregates { get; } = [];

    /// <summary>The expression as SQL; it must contain an aggregate or be a key.</summary>
    public string Output(JsonElement node)
    {
        if (node.Str("class") == "COLUMN_REF")
            return Key(node);
        var before = Aggregates.Count;
        var used = false;
        var sql = Expression(node, ref used);
        if (!used && Aggregates.Count == before)
            throw AstNode.Refuse(SandboxErrors.NotAnAggregate);
        return sql;
    }

    /// <summary>HAVING: AND, OR, NOT over comparisons of output expressions with numbers, and of keys with constants.</summary>
    public string Having(JsonElement node)
    {
        switch (node.Str("class"))
        {
            case "CONJUNCTION":
                node.Only("condition", "children");
                var word = PredicateCheck.Word(node, ("CONJUNCTION_AND", " AND "), ("CONJUNCTION_OR", " OR "));
                return "(" + string.Join(word, node.Items("children").Select(Having)) + ")";
            case "OPERATOR" when node.Str("type") == "OPERATOR_NOT" && node.Items("children").Count == 1:
                node.Only("operator", "children");
                return $"(NOT {Having(node.Items("children")[0])})";
            case "COMPARISON":
                node.Only("comparison", "left", "right");
                var symbol = PredicateCheck.Word(
                    node, ("COMPARE_EQUAL", "="), ("COMPARE_NOTEQUAL", "<>"), ("COMPARE_LESSTHAN", "<"), ("COMPARE_LESSTHANOREQUALTO", "<="),
                    ("COMPARE_GREATERTHAN", ">"), ("COMPARE_GREATERTHANOREQUALTO", ">="));
                return $"({Output(node.Child("left"))} {symbol} {ConstantCheck.Number(node.Child("right"))})";
            default:
                throw node.Str("class") == "FUNCTION"
                    ? AstNode.Refuse(SandboxErrors.FunctionNotAllowed, node.Str("function_name"))
                    : AstNode.Refuse(SandboxErrors.StatementNotAllowed, "having: " + node.Str("class"));
        }
    }

    private string Key(JsonElement node)
    {
        var column = scope.Resolve(node);
        for (var i = 0; i < keys.Count; i++)
        {
            if (keys[i].Name == column.Name)
                return "k" + i.ToString(CultureInfo.InvariantCulture);
        }

        throw AstNode.Refuse(SandboxErrors.RowLevelOutput, column.Name);
    }

    private string Expression(JsonElement node, ref bool used)
    {
        switch (node.Str("class"))
        {
            case "FUNCTION":
                return Function(node, ref used);
            case "CONSTANT":
                return ConstantCheck.Number(node);
            case "COLUMN_REF":
                throw AstNode.Refuse(SandboxErrors.RowLevelOutput, scope.Resolve(node).Name);
            case "STAR":
                throw AstNode.Refuse(SandboxErrors.SelectStar);
            default:
                throw AstNode.Refuse(SandboxErrors.NotAnAggregate, node.Str("class"));
        }
    }

    private string Function(JsonElement node, ref bool used)
    {
        var name = node.Str("function_name");
        if (node.Str("schema").Length > 0 || node.Str("catalog").Length > 0)
            throw AstNode.Refuse(SandboxErrors.FunctionNotAllowed, "qualified name");
        node.Only("function " + name, "function_name", "children", "is_operator");
        var children = node.Items("children");
        if (IsAggregate(name))
        {
            used = true;
            return Aggregate(name, children);
        }

        switch (name)
        {
            case "+" or "-" or "*" or "/" when children.Count == 2:
                return $"({Expression(children[0], ref used)} {name} {Expression(children[1], ref used)})";
            case "-" when children.Count == 1:
                return $"(- {Expression(children[0], ref used)})";
            case "abs" when children.Count == 1:
                return $"abs({Expression(children[0], ref used)})";
            case "round" when children.Count is 1 or 2:
                var digits = children.Count == 1 ? 0 : ConstantCheck.Whole(children[1], 0, 15, "digits of round");
                return string.Create(CultureInfo.InvariantCulture, $"round({Expression(children[0], ref used)}, {digits})");
            default:
                throw AstNode.Refuse(SandboxErrors.FunctionNotAllowed, name);
        }
    }

    private static bool IsAggregate(string name) => name is "count_star" or "count" || NumericAggregates.Contains(name);

    private string Aggregate(string name, IReadOnlyList<JsonElement> children)
    {
        ColumnSchema? column = null;
        if (name != "count_star" && (name != "count" || children.Count > 0))
        {
            if (children.Count != 1 || children[0].Str("class") != "COLUMN_REF")
            {
                throw children.Count == 1 && children[0].Str("class") == "STAR"
                    ? AstNode.Refuse(SandboxErrors.SelectStar)
                    : AstNode.Refuse(SandboxErrors.StatementNotAllowed, "an aggregate takes one plain column");
            }

            column = scope.Measured(children[0]);
            if (NumericAggregates.Contains(name) && column.Type is not (ColumnType.Integer or ColumnType.Decimal or ColumnType.Double))
                throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, name + " of a column that is no number");
        }
        else if (children.Count != 0)
        {
            throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "count(*)");
        }

        var call = new AggregateCall(name == "count_star" ? "count" : name, column);
        var index = Aggregates.IndexOf(call);
        if (index < 0)
        {
            index = Aggregates.Count;
            Aggregates.Add(call);
            if (Aggregates.Count > MaxAggregates)
                throw AstNode.Refuse(SandboxErrors.StatementTooLarge, "aggregates");
        }

        return "a" + index.ToString(CultureInfo.InvariantCulture);
    }
}
