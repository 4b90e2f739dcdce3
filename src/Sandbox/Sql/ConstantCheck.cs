using System.Globalization;
using System.Text.Json;

namespace DataSpace.Sandbox.Sql;

/// <summary>Constants of a statement, written anew as literals of the type they are compared with.</summary>
internal static class ConstantCheck
{
    /// <summary>A constant as a literal of <paramref name="type"/>. <c>DATE '…'</c>, <c>true</c> and simple casts of a constant arrive as CAST nodes.</summary>
    public static string Typed(JsonElement node, ColumnType type)
    {
        var text = Plain(node);
        var literal = SqlText.Literal(type, text);
        if (literal is null && type is (ColumnType.Integer or ColumnType.Decimal))
            literal = SqlText.Literal(ColumnType.Decimal, text) ?? SqlText.Literal(ColumnType.Double, text); // age > 17.5, income < 1e6
        return literal?.Sql ?? throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "a constant of another type than its column");
    }

    public static bool IsConstant(JsonElement node)
        => node.Str("class") == "CONSTANT" || (node.Str("class") == "CAST" && node.Optional("child") is { } child && child.Str("class") == "CONSTANT");

    /// <summary>A number for arithmetic over aggregates.</summary>
    public static string Number(JsonElement node)
    {
        var text = node.Str("class") == "CONSTANT" ? Plain(node) : throw AstNode.Refuse(SandboxErrors.NotAnAggregate);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole < 0 ? $"({whole.ToString(CultureInfo.InvariantCulture)})" : whole.ToString(CultureInfo.InvariantCulture);
        if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var exact))
            return SqlText.Number(exact);
        return SqlText.Literal(ColumnType.Double, text)?.Sql ?? throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "constant");
    }

    /// <summary>A small whole number: ordinals, LIMIT, OFFSET, digits of round.</summary>
    public static int Whole(JsonElement node, int min, int max, string what)
        => node.Str("class") == "CONSTANT" && int.TryParse(Plain(node), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            && value >= min && value <= max
                ? value : throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, what);

    private static string Plain(JsonElement node)
    {
        if (node.Str("class") == "CAST")
        {
            node.Only("cast", "child", "cast_type");
            var target = node.Child("cast_type").Str("id");
            if (target is not ("DATE" or "BOOLEAN" or "INTEGER" or "BIGINT" or "DOUBLE" or "VARCHAR") || node.Child("child").Str("class") != "CONSTANT")
                throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "cast");
            var inner = Plain(node.Child("child"));
            return target != "BOOLEAN" ? inner : inner switch
            {
                "t" or "true" => "true",
                "f" or "false" => "false",
                _ => throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "boolean"),
            };
        }

        if (node.Str("class") != "CONSTANT")
            throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "a column is compared with constants only");
        node.Only("constant", "value");
        var value = node.Child("value");
        var type = value.Child("type");
        if (value.Child("is_null").ValueKind != JsonValueKind.False)
            throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "NULL as a constant; use IS NULL");
        var content = value.Child("value");
        switch (type.Str("id"))
        {
            case "INTEGER" or "BIGINT" or "DOUBLE" when content.ValueKind == JsonValueKind.Number:
                return content.GetRawText();
            case "VARCHAR" when content.ValueKind == JsonValueKind.String:
                return content.GetString()!;
            case "BOOLEAN" when content.ValueKind is JsonValueKind.True or JsonValueKind.False:
                return content.GetRawText();
            case "DECIMAL" when content.ValueKind == JsonValueKind.Number && content.TryGetInt64(out var unscaled):
                var scale = type.Child("type_info").Child("scale").GetByte();
                var negative = unscaled < 0;
                return new decimal((int)(Magnitude(unscaled) & 0xFFFF_FFFF), (int)(Magnitude(unscaled) >> 32), 0, negative, scale).ToString(CultureInfo.InvariantCulture);
            default:
                throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "constant of type " + type.Str("id"));
        }
    }

    private static ulong Magnitude(long value) => value < 0 ? (ulong)-(value + 1) + 1 : (ulong)value;
}
