using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DataSpace.Hosting.Jobs;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>A constraint, and what the use that it is asked about has different from the usual one.</summary>
internal sealed record GateSide(JsonObject Constraint, Func<JobPlan, JobPlan>? Plan = null);

/// <summary>A term with an operator: true of one use, false of one, and what a permission states beside it.</summary>
internal sealed record GateCase(GateSide True, GateSide False, JsonArray Beside);

/// <summary>The coverage list's conditions: what is true and what is false of the use of <see cref="GateWorld"/>.</summary>
internal static class GateCases
{
    private const string OneOf = "eq neq isAnyOf isNoneOf isPartOf", Hierarchy = OneOf + " isA", Named = "eq neq isAnyOf isNoneOf isAllOf hasPart", AtMost = "lteq lt", AtLeast = "gteq gt";

    /// <summary>Operators of every term, written out once more: what the vocabulary has beyond this, or lacks, fails.</summary>
    public static readonly IReadOnlyDictionary<string, string> Operators = new Dictionary<string, string>
    {
        ["purpose"] = Hierarchy,
        ["dataspace:role"] = OneOf,
        ["recipient"] = OneOf,
        ["dataspace:consumerRegion"] = Hierarchy,
        ["dataspace:networkAddress"] = OneOf,
        ["dateTime"] = "gteq gt lteq lt",
        ["elapsedTime"] = AtMost,
        ["count"] = AtMost,
        ["dataspace:frequency"] = "lteq",
        ["dataspace:computation"] = OneOf,
        ["dataspace:algorithm"] = Named,
        ["dataspace:executionEnv"] = OneOf,
        ["dataspace:executionRegion"] = Hierarchy,
        ["dataspace:encryptMode"] = "eq isAnyOf isPartOf",
        ["dataspace:deliveryMethod"] = "eq isAnyOf isPartOf",
        ["dataspace:column"] = OneOf,
        ["dataspace:groupKey"] = OneOf,
        ["dataspace:rowFilter"] = "isAllOf eq",
        ["dataspace:clamp"] = "isAnyOf isAllOf",
        ["dataspace:coProvider"] = OneOf,
        ["dataspace:independentCoProviders"] = AtLeast,
        ["dataspace:minimumGroupSize"] = AtLeast,
        ["dataspace:dominancePercent"] = AtMost,
        ["dataspace:maxRows"] = AtMost,
        ["dataspace:outputBytes"] = AtMost,
        ["dataspace:privacyBudget"] = "lteq",
        ["dataspace:epsilonPerUse"] = AtMost,
        ["dataspace:contributionBound"] = "lteq",
        ["dataspace:retention"] = "lteq",
        ["dataspace:stampExtension"] = "lteq",
    };

    /// <summary>Terms that a use can be tested against, and so may stand in a prohibition.</summary>
    public static readonly IReadOnlyList<string> Prohibitable =
    [
        "purpose", "dataspace:role", "recipient", "dataspace:consumerRegion", "dataspace:networkAddress", "dateTime", "dataspace:computation", "dataspace:algorithm",
        "dataspace:executionEnv", "dataspace:executionRegion", "dataspace:column", "dataspace:groupKey", "dataspace:coProvider",
    ];

    /// <summary>Results travel in one way, so these have one value. False of a use they are only where a contract says "exactly one of", beside something that is true.</summary>
    public static readonly IReadOnlyDictionary<string, string> OneValue = new Dictionary<string, string> { ["dataspace:encryptMode"] = "ciphertext", ["dataspace:deliveryMethod"] = "api" };

    private sealed record Values(string Match, string Other, string? Above = null);

    private static readonly string Worker = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(WorkerFixture.WorkerDirectory, "sandbox-worker"))));

    private static readonly Dictionary<string, Values[]> Sets = new()
    {
        ["purpose"] = [new(GateWorld.Purpose, "finance", "research")],
        ["dataspace:role"] = [new("analyst", "auditor")],
        ["recipient"] = [new(GateWorld.Consumer, GateWorld.Other)],
        ["dataspace:consumerRegion"] = [new("CN-310115", "CN-440300", "CN-310000")],
        ["dataspace:executionRegion"] = [new("CN-330100", "CN-440300", "CN-330000")],
        ["dataspace:networkAddress"] = [new("10.1.2.3", "192.168.0.0/16"), new("10.1.0.0/16", "10.1.2.4")],
        ["dataspace:computation"] = [new("aggregate", "sql")],
        ["dataspace:algorithm"] = [new("secure-aggregation/1", "sql-release/1"), new(Worker, "sha256:" + new string('a', 64))],
        ["dataspace:executionEnv"] = [new("mpc", "sandbox")],
        ["dataspace:groupKey"] = [new("year", "invest")],
        ["dataspace:coProvider"] = [new(GateWorld.Other + "#" + GateWorld.KeyId, "did:web:third.example#" + GateWorld.KeyId)],
    };

    /// <summary>Term and operator: a bound that the use keeps, and one that it breaks by the least there is.</summary>
    private static readonly Dictionary<(string, string), (string Kept, string Broken)> Bounds = new()
    {
        [("dateTime", "gteq")] = ("2026-03-01T12:00:00Z", "2026-03-01T12:00:01Z"),
        [("dateTime", "gt")] = ("2026-03-01T11:59:59Z", "2026-03-01T12:00:00Z"),
        [("dateTime", "lteq")] = ("2026-03-01T12:00:00Z", "2026-03-01T11:59:59Z"),
        [("dateTime", "lt")] = ("2026-03-01T12:00:01Z", "2026-03-01T12:00:00Z"),
        [("elapsedTime", "lteq")] = ("P45DT4H", "P45DT3H59M59S"),
        [("elapsedTime", "lt")] = ("P45DT4H1S", "P45DT4H"),
        [("dataspace:independentCoProviders", "gteq")] = ("1", "2"),
        [("dataspace:independentCoProviders", "gt")] = ("0", "1"),
        [("dataspace:minimumGroupSize", "gteq")] = ("3", "4"),
        [("dataspace:minimumGroupSize", "gt")] = ("2", "3"),
        [("dataspace:dominancePercent", "lteq")] = ("70", "69"),
        [("dataspace:dominancePercent", "lt")] = ("71", "70"),
        [("dataspace:maxRows", "lteq")] = ("2", "1"),
        [("dataspace:maxRows", "lt")] = ("3", "2"),
        [("dataspace:outputBytes", "lteq")] = ("32", "31"),
        [("dataspace:outputBytes", "lt")] = ("33", "32"),
    };

    /// <summary>Cases of a condition; none when the term is no condition, or the operator not one that this list knows.</summary>
    public static IReadOnlyList<GateCase> Of(string term, string op, bool inProhibition)
    {
        if (term == "dataspace:column")
            return (inProhibition ? ColumnProhibited(op) : ColumnPermitted(op)) is { } column ? [column] : [];
        var beside = GateWorld.Terms(op is "neq" or "isNoneOf" ? null : term); // an exclusion stands beside what it excludes from
        GateSide Side(params string[] values) => new(GateWorld.Constraint(term, op, values));
        if (Bounds.TryGetValue((term, op), out var bound))
            return [new GateCase(Side(bound.Kept), Side(bound.Broken), beside)];
        if (OneValue.TryGetValue(term, out var only))
            return op is "eq" or "isAnyOf" or "isPartOf" ? [new GateCase(Side(only), OneOfTwo(Side(only).Constraint), beside)] : [];
        if (!Sets.TryGetValue(term, out var sets))
            return [];
        var cases = sets.Select(v => op switch
        {
            "eq" or "isAnyOf" or "isPartOf" or "isAllOf" or "hasPart" => new GateCase(Side(v.Match), Side(v.Other), beside),
            "neq" or "isNoneOf" => new GateCase(Side(v.Other), Side(v.Match), beside),
            "isA" when v.Above is { } above => new GateCase(Side(above), Side(v.Other), beside),
            _ => null,
        }).OfType<GateCase>().ToList();
        if (term == "dataspace:algorithm" && op is "isAllOf" or "hasPart")
            cases.Add(new GateCase(Side(sets[0].Match, sets[1].Match), Side(sets[0].Match, sets[1].Other), beside));
        return cases;
    }

    private static GateSide OneOfTwo(JsonObject constraint)
        => new(new JsonObject { ["xone"] = new JsonArray(constraint, GateWorld.Constraint("dataspace:role", "eq", "analyst")) });

    /// <summary>A permission holds when all columns of a use are covered: the same contract, a use of year alone and one with a filter on invest.</summary>
    private static GateCase? ColumnPermitted(string op)
    {
        const string Column = "dataspace:column";
        var constraint = op switch
        {
            "eq" => GateWorld.Constraint(Column, op, "year"),
            "isAnyOf" or "isPartOf" => GateWorld.Constraint(Column, op, "year", "wage"),
            "neq" => GateWorld.Constraint(Column, op, "invest"),
            "isNoneOf" => GateWorld.Constraint(Column, op, "invest", "wage"),
            _ => null,
        };
        if (constraint is null)
            return null;
        JsonArray beside = [.. GateWorld.Terms(Column).Where(c => (string?)c!["leftOperand"] != "dataspace:clamp").Select(c => c!.DeepClone()), GateWorld.Constraint("dataspace:clamp", "isAnyOf", "year:0:1900:2000")];
        if (op is "neq" or "isNoneOf")
            beside.Add((JsonNode)GateWorld.Constraint(Column, "isAnyOf", "invest", "year"));
        return new GateCase(new GateSide(constraint, OfYears()), new GateSide(constraint, OfYears(new PredicateQuery("invest", "gt", ["1"]))), beside);
    }

    /// <summary>A prohibition speaks of any of the columns: a use of invest and year, or of year alone where every use of two would be hit.</summary>
    private static GateCase? ColumnProhibited(string op)
    {
        GateSide Side(Func<JobPlan, JobPlan>? plan, params string[] columns) => new(GateWorld.Constraint("dataspace:column", op, columns), plan);
        return op switch
        {
            "eq" => new GateCase(Side(null, "invest"), Side(null, "wage"), []),
            "isAnyOf" or "isPartOf" => new GateCase(Side(null, "invest", "wage"), Side(null, "wage", "bonus"), []),
            "isNoneOf" => new GateCase(Side(null, "invest"), Side(null, "invest", "year"), []),
            "neq" => new GateCase(Side(OfYears(), "invest"), Side(OfYears(), "year"), []),
            _ => null,
        };
    }

    /// <summary>The use that measures the years themselves, with a filter or none.</summary>
    private static Func<JobPlan, JobPlan> OfYears(params PredicateQuery[] where) => plan =>
    {
        var query = plan.Aggregate! with { Measures = [new MeasureQuery("year", 0, "1900", "2000", ["sum", "mean"])], Where = where };
        return plan with { Aggregate = query with { MaxRowsPerParty = AggregationShapes.LargestRowBound(query, plan.Roster.Count) } };
    };
}
