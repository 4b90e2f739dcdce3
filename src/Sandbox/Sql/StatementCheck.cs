using System.Text.Json;
using DataSpace.Kernel.Results;

namespace DataSpace.Sandbox.Sql;

/// <summary>The allow-list over the engine's syntax tree. What is not named here is refused.</summary>
internal static class StatementCheck
{
    public const int MaxStatementChars = 20_000;
    private const int MaxTreeBytes = 4 << 20;
    private const int MaxTreeDepth = 96;
    private const int MaxOutputs = 64;
    private const int MaxKeys = 8;
    private const int MaxNameLength = 63;
    private const int MaxLimit = 1_000_000;

    /// <summary>Checks the tree of one statement.</summary>
    public static Result<CheckedStatement> Check(string astJson, DatasetSource dataset, OutputRules rules)
    {
        if (astJson.Length > MaxTreeBytes)
            return SandboxErrors.StatementTooLarge.Of();
        try
        {
            using var document = JsonDocument.Parse(astJson, new JsonDocumentOptions { MaxDepth = MaxTreeDepth });
            return Root(document.RootElement, new ColumnScope(dataset, rules));
        }
        catch (SqlRefusal refusal)
        {
            return refusal.Error;
        }
        catch (JsonException)
        {
            return SandboxErrors.StatementTooLarge.Of();
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            return SandboxErrors.NotParsed.Of(); // a tree of another shape than the pinned engine writes
        }
    }

    private static CheckedStatement Root(JsonElement root, ColumnScope scope)
    {
        if (root.Child("error").ValueKind != JsonValueKind.False)
        {
            // The engine serializes SELECT only; everything else is "not implemented".
            throw AstNode.Refuse(root.Str("error_type") == "not implemented" ? SandboxErrors.StatementNotAllowed : SandboxErrors.NotParsed);
        }

        var statements = root.Items("statements");
        if (statements.Count != 1)
            throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "one statement");
        statements[0].Only("statement", "node");
        return Select(statements[0].Child("node"), scope);
    }

    private static CheckedStatement Select(JsonElement node, ColumnScope scope)
    {
        if (node.Str("type") != "SELECT_NODE")
            throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, node.Str("type"));
        node.Only("select", "modifiers", "select_list", "from_table", "where_clause", "group_expressions", "group_sets", "aggregate_handling", "having");
        if (node.Str("aggregate_handling") != "STANDARD_HANDLING")
            throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "GROUP BY ALL");
        From(node.Child("from_table"), scope);

        var select = node.Items("select_list");
        if (select.Count is 0 or > MaxOutputs)
            throw AstNode.Refuse(SandboxErrors.StatementTooLarge, "outputs");
        if (select.Any(s => s.Str("class") == "STAR"))
            throw AstNode.Refuse(SandboxErrors.SelectStar);

        var keys = Keys(node, select, scope);
        var where = node.Optional("where_clause") is { } condition
            ? new PredicateCheck(scope, c => SqlText.Name(c.Name)).Check(condition) : null;
        var output = new OutputCheck(scope, keys);
        var outputs = select.Select((s, i) => new OutputColumn(Name(s, i, scope), output.Output(s))).ToList();
        if (outputs.DistinctBy(o => o.Name, StringComparer.OrdinalIgnoreCase).Count() != outputs.Count)
            throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "two outputs have one name");
        if (keys.Count > 0 && output.Aggregates.Count == 0 && outputs.Count == 0)
            throw AstNode.Refuse(SandboxErrors.NotAnAggregate);
        if (output.Aggregates.Select(a => a.Column).OfType<ColumnSchema>().Distinct().Count() > SqlWriter.MaxMeasured)
            throw AstNode.Refuse(SandboxErrors.StatementTooLarge, "measured columns");
        var having = node.Optional("having") is { } h ? output.Having(h) : null;
        var (order, limit, offset) = Modifiers(node, outputs, output);
        return new CheckedStatement
        {
            Keys = keys,
            Aggregates = output.Aggregates,
            Outputs = outputs,
            Where = where,
            Having = having,
            OrderBy = order,
            Limit = limit,
            Offset = offset,
            Measured = [.. output.Aggregates.Select(a => a.Column).OfType<ColumnSchema>().Distinct()],
            Columns = scope.Used,
        };
    }

    private static void From(JsonElement from, ColumnScope scope)
    {
        switch (from.Str("type"))
        {
            case "BASE_TABLE":
                from.Only("table", "table_name", "schema_name", "catalog_name");
                if (from.Str("schema_name").Length > 0 || from.Str("catalog_name").Length > 0
                    || !string.Equals(from.Str("table_name"), scope.Dataset.Name, StringComparison.OrdinalIgnoreCase))
                    throw AstNode.Refuse(SandboxErrors.UnknownTable, from.Str("table_name"));
                if (from.Str("alias") is { Length: > 0 } alias)
                    scope.Rename(alias);
                return;
            case "TABLE_FUNCTION":
                throw AstNode.Refuse(SandboxErrors.FunctionNotAllowed, "table function");
            case "EMPTY":
                throw AstNode.Refuse(SandboxErrors.UnknownTable, "no table");
            default:
                throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "FROM " + from.Str("type"));
        }
    }

    private static List<ColumnSchema> Keys(JsonElement node, IReadOnlyList<JsonElement> select, ColumnScope scope)
    {
        var expressions = node.Items("group_expressions");
        var sets = node.Items("group_sets");
        // One grouping set that names every expression: ROLLUP and CUBE come as several.
        if (expressions.Count > MaxKeys || sets.Count > 1 || (sets.Count == 1 && sets[0].GetArrayLength() != expressions.Count) || (sets.Count == 0 && expressions.Count > 0))
            throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "grouping sets");
        var keys = new List<ColumnSchema>();
        foreach (var expression in expressions)
        {
            var target = expression.Str("class") == "CONSTANT" ? select[ConstantCheck.Whole(expression, 1, select.Count, "GROUP BY position") - 1]
                : expression.Str("class") == "COLUMN_REF" ? Aliased(expression, select, scope)
                : expression;
            if (target.Str("class") != "COLUMN_REF")
                throw AstNode.Refuse(SandboxErrors.GroupKeyNotDeclared, "an expression");
            var column = scope.Resolve(target);
            if (!scope.IsKey(column))
                throw AstNode.Refuse(SandboxErrors.GroupKeyNotDeclared, column.Name);
            if (keys.Contains(column))
                throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "a key occurs twice");
            keys.Add(column);
        }

        return keys;
    }

    /// <summary>GROUP BY may name an output's alias; a column of that name comes first, as in the engine.</summary>
    private static JsonElement Aliased(JsonElement reference, IReadOnlyList<JsonElement> select, ColumnScope scope)
    {
        var names = reference.Items("column_names");
        if (names.Count != 1 || scope.Dataset.Columns.Any(c => string.Equals(c.Name, names[0].GetString(), StringComparison.OrdinalIgnoreCase)))
            return reference;
        foreach (var item in select)
        {
            if (string.Equals(item.Str("alias"), names[0].GetString(), StringComparison.OrdinalIgnoreCase))
                return item;
        }

        return reference;
    }

    private static string Name(JsonElement item, int index, ColumnScope scope)
    {
        var alias = item.Str("alias");
        if (alias.Length > 0)
        {
            return alias.Length <= MaxNameLength && !alias.Any(char.IsControl) && SqlText.IsPlainText(alias)
                ? alias : throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "alias");
        }

        if (item.Str("class") == "COLUMN_REF")
            return scope.Resolve(item).Name;
        return "column" + (index + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private static (IReadOnlyList<string> Order, int? Limit, int Offset) Modifiers(JsonElement node, List<OutputColumn> outputs, OutputCheck output)
    {
        var order = new List<string>();
        int? limit = null;
        var offset = 0;
        foreach (var modifier in node.Items("modifiers"))
        {
            switch (modifier.Str("type"))
            {
                case "ORDER_MODIFIER":
                    modifier.Only("order", "orders");
                    order.AddRange(modifier.Items("orders").Select(o => OrderTerm(o, outputs, output)));
                    break;
                case "LIMIT_MODIFIER":
                    modifier.Only("limit", "limit", "offset");
                    limit = modifier.Optional("limit") is { } l ? ConstantCheck.Whole(l, 0, MaxLimit, "LIMIT") : null;
                    offset = modifier.Optional("offset") is { } o ? ConstantCheck.Whole(o, 0, MaxLimit, "OFFSET") : 0;
                    break;
                default:
                    throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, modifier.Str("type"));
            }
        }

        return order.Count <= MaxOutputs ? (order, limit, offset) : throw AstNode.Refuse(SandboxErrors.StatementTooLarge, "ORDER BY");
    }

    private static string OrderTerm(JsonElement term, List<OutputColumn> outputs, OutputCheck output)
    {
        term.Only("order", "null_order", "expression");
        var direction = PredicateCheck.Word(term, ("ASCENDING", " ASC"), ("DESCENDING", " DESC"), ("ORDER_DEFAULT", ""));
        var nulls = term.Str("null_order") switch
        {
            "ORDER_DEFAULT" => "",
            "NULLS FIRST" or "NULLS_FIRST" => " NULLS FIRST",
            "NULLS LAST" or "NULLS_LAST" => " NULLS LAST",
            _ => throw AstNode.Refuse(SandboxErrors.StatementNotAllowed, "null order"),
        };
        var expression = term.Child("expression");
        string? sql = null;
        if (expression.Str("class") == "CONSTANT")
            sql = outputs[ConstantCheck.Whole(expression, 1, outputs.Count, "ORDER BY position") - 1].Sql;
        else if (expression.Str("class") == "COLUMN_REF" && expression.Items("column_names") is [var only])
            sql = outputs.FirstOrDefault(o => string.Equals(o.Name, only.GetString(), StringComparison.OrdinalIgnoreCase))?.Sql;
        return (sql ?? output.Output(expression)) + direction + nulls;
    }
}
