using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Policy;

namespace DataSpace.Kernel.Tests.Policy;

/// <summary>A complete agreement and a request that it allows; tests change one thing at a time.</summary>
internal static class Policies
{
    public const string Provider = "did:web:supplier.example";
    public const string Consumer = "did:web:leader.example";
    public const string Other = "did:web:other.example";
    public const string Key = "ed25519-0011223344556677";
    public const string Contract = "urn:uuid:6d0f7b6e-6e0f-4a3c-8f46-0d9b8b0f3a11";
    public const string Dataset = "investments";

    public static JsonObject Constraint(string left, string op, params string[] right) => new()
    {
        ["leftOperand"] = left,
        ["operator"] = op,
        ["rightOperand"] = right.Length == 1 ? JsonValue.Create(right[0]) : new JsonArray([.. right.Select(r => (JsonNode)r)]),
    };

    public static JsonObject List(string left, string op, params string[] right)
    {
        var constraint = Constraint(left, op, "x");
        constraint["rightOperand"] = new JsonArray([.. right.Select(r => (JsonNode)r)]);
        return constraint;
    }

    public static JsonArray Constraints() =>
    [
        List("purpose", "isAnyOf", "industry-statistics", "credit-risk"),
        Constraint("dateTime", "gteq", "2026-01-01T00:00:00Z"),
        Constraint("dateTime", "lt", "2027-01-01T00:00:00+08:00"),
        Constraint("count", "lteq", "20"),
        Constraint("recipient", "eq", Consumer),
        List("dataspace:computation", "isAnyOf", "sql", "aggregate"),
        List("dataspace:column", "isAnyOf", "year", "invest", "value"),
        List("dataspace:groupKey", "isAnyOf", "year"),
        List("dataspace:clamp", "isAnyOf", "invest:3:0:2000.5", "value:1:-1.5:9"),
        Constraint("dataspace:minimumGroupSize", "gteq", "3"),
        Constraint("dataspace:dominancePercent", "lteq", "off"),
        Constraint("dataspace:maxRows", "lteq", "100"),
        List("dataspace:coProvider", "isAnyOf", Other + "#" + Key, Consumer + "#" + Key),
        Constraint("dataspace:independentCoProviders", "gteq", "1"),
    ];

    public static JsonObject Agreement(JsonArray? constraints = null) => new()
    {
        ["@type"] = "Agreement",
        ["@id"] = Contract,
        ["target"] = Dataset,
        ["assigner"] = Provider,
        ["assignee"] = Consumer,
        ["timestamp"] = "2026-01-15T08:00:00Z",
        ["permission"] = new JsonArray(new JsonObject { ["action"] = "use", ["constraint"] = constraints ?? Constraints() }),
        ["obligation"] = new JsonArray(new JsonObject { ["action"] = "compensate", ["constraint"] = new JsonArray(Pay("2.00", "CNY")) }),
    };

    public static JsonObject Pay(string amount, string unit)
    {
        var pay = Constraint("payAmount", "eq", amount);
        pay["unit"] = unit;
        return pay;
    }

    /// <summary>The agreement with the constraint on <paramref name="left"/> (all of them) replaced, or removed when null.</summary>
    public static JsonObject With(string left, JsonObject? constraint)
    {
        var constraints = Constraints();
        foreach (var old in constraints.Where(c => (string?)c!["leftOperand"] == left).ToList())
            constraints.Remove(old);
        if (constraint is not null)
            constraints.Add((JsonNode)constraint);
        return Agreement(constraints);
    }

    public static JsonObject Prohibiting(JsonObject agreement, params JsonObject[] constraints)
    {
        var rule = new JsonObject { ["action"] = "use" };
        if (constraints.Length > 0)
            rule["constraint"] = new JsonArray([.. constraints]);
        if (agreement["prohibition"] is JsonArray rules)
            rules.Add((JsonNode)rule);
        else
            agreement["prohibition"] = new JsonArray(rule);
        return agreement;
    }

    public static JsonElement Element(JsonNode json) => JsonSerializer.SerializeToElement(json);

    public static CompiledPolicy Compile(JsonNode json) => PolicyCompiler.Compile(Element(json)).Value;

    public static PolicyRequest Request(CompiledPolicy? policy) => new()
    {
        Policy = policy,
        Action = PolicyActions.Use,
        Actor = "u-17",
        Consumer = Consumer,
        Provider = Provider,
        DatasetId = Dataset,
        ContractId = Contract,
        Now = FakeClock.Start,
        Purpose = "industry-statistics",
        Computation = "aggregate",
        Columns = ["invest", "year"],
        GroupKeys = ["year"],
        CoProviders = [new CoProvider(Other, Key), new CoProvider(Consumer, Key)],
    };
}
