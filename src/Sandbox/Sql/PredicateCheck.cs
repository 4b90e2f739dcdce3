using System.Text.Json;

namespace DataSpace.Sandbox.Sql;

/// <summary>
/// WHERE: AND, OR, NOT over comparisons of one column with constants. No column against column, no function on a column, no LIKE:
/// the less a condition can say, the less it can single out.
/// </summary>
internal sealed class PredicateCheck(ColumnScope scope, Func<ColumnSchema, string> sqlName)
{
    private const int MaxListItems = 1000;

    public string Check(JsonElement node)
    {
        switch (node.Str("class"))
        {
            case "CONJUNCTION":
                node.Only("condition", "children");
                var word = Word(node, ("CONJUNCTION_AND", " AND "), ("CONJUNCTION_OR", " OR "));
                return "(" + string.Join(word, node.Items("children").Select(Check)) + ")";
            case "COMPARISON":
                return Comparison(node);
            case "BETWEEN":
                node.Only("condition", "input", "lower", "upper");
                var between = Column(node.Child("input"));
                Word(node, ("COMPARE_BETWEEN", ""));
                return $"({sqlName(between)} BETWEEN {ConstantCheck.Typed(node.Child("lower"), between.Type)} AND {ConstantCheck.Typed(node.Child("upper"), between.Type)})";
            case "OPERATOR":
                return Operator(node);
            default:
                throw Refusal(node);
        }
    }

    private string Comparison(JsonElement node)
    {
        node.Only("comparison", "left", "right");
        JsonElement left = node.Child("left"), right = node.Child("right");
        var mirrored = ConstantCheck.IsConstant(left) && !ConstantCheck.IsConstant(right);
        var column = Column(mirrored ? right : left);
        var literal = ConstantCheck.Typed(mirrored ? left : right, column.Type);
        var symbol = Word(
            node, ("COMPARE_EQUAL", "="), ("COMPARE_NOTEQUAL", "<>"), ("COMPARE_LESSTHAN", "<"), ("COMPARE_LESSTHANOREQUALTO", "<="),
            ("COMPARE_GREATERTHAN", ">"), ("COMPARE_GREATERTHANOREQUALTO", ">="));
        return mirrored ? $"({literal} {symbol} {sqlName(column)})" : $"({sqlName(column)} {symbol} {literal})";
    }

    private string Operator(JsonElement node)
    {
        node.Only("operator", "children");
        var children = node.Items("children");
        switch (node.Str("type"))
        {
            case "OPERATOR_NOT" when children.Count == 1:
                return $"(NOT {Check(children[0])})";
            case "OPERATOR_IS_NULL" when children.Count == 1:
                return $"({sqlName(Column(children[0]))} IS NULL)";
            case "OPERATOR_IS_NOT_NULL" when children.Count == 1:
                return $"({sqlName(Column(children[0]))} IS NOT NULL)";
            case "COMPARE_IN" or "COMPARE_NOT_IN" when children.Count is > 1 and <= MaxListItems + 1:
                var column = Column(children[0]);
                var list = string.Join(", ", children.Skip(1).Select(c => ConstantCheck.Typed(c, column.Type)));
                return $"({sqlName(column)} {(node.Str("type") == "COMPARE_IN" ? "IN" : "NOT IN")} ({list}))";
            default:
                throw Refusal(node);
        }
    }

    private ColumnSchema Column(JsonElement node)
        => node.Str("class") == "COLUMN_REF" ? scope.Compared(node) : throw Refusal(node);

    internal static string Word(JsonElement node, params ReadOnlySpan<(string Type, string Word)> words)
    {
        foreach (var (type, word) in words)
        {
            if (node.Str("type") == type)
                return word;
        }

        throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, node.Str("type"));
    }

    private static SqlRefusal Refusal(JsonElement node) => node.Str("class") == "FUNCTION"
        ? AstNode.Refuse(SandboxErrors.FunctionNotAllowed, node.Str("function_name"))
        : AstNode.Refuse(SandboxErrors.StatementNotAllowed, "condition: " + node.Str("class"));
}
