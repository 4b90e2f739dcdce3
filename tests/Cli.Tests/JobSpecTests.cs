using System.Text.Json.Nodes;
using CsCheck;
using DataSpace.Cli.Job;
using Xunit;

namespace DataSpace.Cli.Tests;

public sealed class JobSpecTests
{
    private const string Good = """
        version: 1
        kind: aggregate
        title: By year
        purpose: planning
        inputs:
          - { participant: a, dataset: d }
        groupBy: { column: year, range: { from: 1, to: 2 } }
        measures:
          - { column: v, statistics: [sum] }
        """;

    [Fact]
    public async Task Every_problem_is_named_with_its_path()
    {
        using var folder = new TempFolder();
        var file = folder.File("bad.yaml", """
            version: 2
            kind: aggregate
            title: x
            purpose: Not A Code
            surprise: 1
            inputs: []
            groupBy: { column: year, range: { from: 1935 } }
            measures:
              - { column: "a b", statistics: [sum, median] }
            limits: { wallLimitMs: 5 }
            """);
        var run = (await CliProcess.RunAsync("job", "plan", file, "--json")).Exits(2);
        var error = run.Json.GetProperty("error");
        Assert.Equal("DS-CLI-010", error.GetProperty("code").GetString());
        var problems = string.Join('\n', error.GetProperty("problems").EnumerateArray().Select(p => p.GetString()));
        foreach (var path in new[] { "version: ", "purpose: ", "surprise: ", "inputs: ", "groupBy.range.to: ", "measures[0].column: ", "measures[0].statistics[1]: ", "limits.wallLimitMs: " })
            Assert.Contains(path, problems, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Problems_are_named_in_Chinese()
    {
        using var folder = new TempFolder();
        var file = folder.File("bad.json", """{ "version": 1, "kind": "aggregate" }""");
        var run = (await CliProcess.RunAsync("job", "submit", file, "--lang", "zh")).Exits(2);
        Assert.Contains("title: 为必填项", run.Errors, StringComparison.Ordinal);
        Assert.Contains("下一步：", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: &x 1\nb: *x\n", "anchors")]
    [InlineData("a: !!python/object x\n", "anchors, aliases and tags")]
    [InlineData("a: 1\na: 2\n", "appears twice")]
    [InlineData("a: 1\n---\nb: 2\n", "only one document")]
    [InlineData("[1, 2", "column 1")]
    [InlineData("- 1\n", "mapping of keys")]
    [InlineData("", "mapping of keys")]
    [InlineData("? [a]\n: 1\n", "a key must be a plain text")]
    public async Task YAML_that_hides_something_is_refused(string yaml, string said)
    {
        using var folder = new TempFolder();
        var run = (await CliProcess.RunAsync("job", "plan", folder.File("job.yaml", yaml))).Exits(2);
        Assert.Contains("DS-CLI-010", run.Errors, StringComparison.Ordinal);
        Assert.Contains(said, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_over_the_limit_and_endless_ones_are_refused_unread()
    {
        using var folder = new TempFolder();
        var large = folder.File("large.yaml", Good + "\n# " + new string('x', JobSpecFile.MaxBytes));
        foreach (var file in new[] { large, "/dev/zero" })
        {
            var run = (await CliProcess.RunAsync("job", "plan", file)).Exits(2);
            Assert.Contains("262144 B", run.Errors, StringComparison.Ordinal);
        }
    }

    private const string GoodIntersection = """
        version: 1
        kind: intersect
        title: Common customers
        purpose: planning
        inputs:
          - { participant: bank, dataset: customers, key: [phone] }
          - { participant: merchant, dataset: orders, key: [mobile] }
        intersect:
          key:
            - { name: phone, steps: [width, "phone:86"] }
          result: cardinality
          receiver: bank
          maxItems: 100000
        """;

    private const string GoodLookup = """
        version: 1
        kind: lookup
        title: Ratings by phone
        purpose: planning
        inputs:
          - { participant: bank, dataset: ratings, key: [mobile] }
        lookup:
          key:
            - { name: phone, steps: [width, "phone:86"] }
          columns: [rating, credit]
          keywords: ["138 0000 0001", "13800000002"]
          questions: 4
          recordBytes: 64
        """;

    [Theory]
    [InlineData(Good)]
    [InlineData(GoodIntersection)]
    [InlineData(GoodLookup)]
    public async Task A_good_spec_gets_as_far_as_the_node(string spec)
    {
        using var folder = new TempFolder();
        var run = (await CliProcess.RunAsync("job", "plan", folder.File("job.yaml", spec), "--node", folder.Path)).Exits(2);
        Assert.Contains("DS-CLI-003", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("steps: [width, \"phone:86\"]", "steps: [guess]", "intersect.key[0].steps[0]")]
    [InlineData("result: cardinality", "result: everything", "intersect.result")]
    [InlineData("maxItems: 100000", "maxItems: 1", "intersect.maxItems")]
    [InlineData("  - { participant: merchant, dataset: orders, key: [mobile] }\n", "", "inputs")]
    public async Task An_intersection_that_cannot_be_asked_for_is_named(string find, string replace, string path)
    {
        using var folder = new TempFolder();
        Assert.Contains(find, GoodIntersection, StringComparison.Ordinal);
        var run = (await CliProcess.RunAsync("job", "plan", folder.File("job.yaml", GoodIntersection.Replace(find, replace, StringComparison.Ordinal)))).Exits(2);
        Assert.Contains("DS-CLI-010", run.Errors, StringComparison.Ordinal);
        Assert.Contains(path, run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("questions: 4", "questions: 17", "lookup.questions")]
    [InlineData("recordBytes: 64", "recordBytes: 8192", "lookup.recordBytes")]
    [InlineData("columns: [rating, credit]", "columns: []", "lookup.columns")]
    public async Task A_lookup_that_cannot_be_asked_for_is_named(string find, string replace, string path)
    {
        using var folder = new TempFolder();
        var run = (await CliProcess.RunAsync("job", "plan", folder.File("job.yaml", GoodLookup.Replace(find, replace, StringComparison.Ordinal)))).Exits(2);
        Assert.Contains("DS-CLI-010", run.Errors, StringComparison.Ordinal);
        Assert.Contains(path, run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("13800000002", run.Errors, StringComparison.Ordinal); // a keyword is not repeated
    }

    [Fact]
    public void Nesting_and_number_of_values_are_limited()
    {
        Assert.Null(YamlToJson.Read(Nested(YamlToJson.MaxDepth)).Problem);
        Assert.Contains("nested deeper", YamlToJson.Read(Nested(YamlToJson.MaxDepth + 1)).Problem, StringComparison.Ordinal);
        Assert.Contains("values", YamlToJson.Read("[" + string.Join(',', Enumerable.Repeat("1", YamlToJson.MaxNodes)) + "]").Problem, StringComparison.Ordinal);

        static string Nested(int depth) => string.Concat(Enumerable.Repeat("[", depth)) + "1" + string.Concat(Enumerable.Repeat("]", depth));
    }

    [Theory]
    [InlineData("no", "\"no\"")]
    [InlineData("0x10", "\"0x10\"")]
    [InlineData("1.50", "1.50")]
    [InlineData("1e3", "1000")]
    [InlineData("-7", "-7")]
    [InlineData("'7'", "\"7\"")]
    [InlineData("~", "null")]
    [InlineData("true", "true")]
    [InlineData("2031-01-01T00:00:00Z", "\"2031-01-01T00:00:00Z\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    public void Plain_scalars_take_the_types_of_the_core_schema(string yaml, string json)
    {
        var (value, problem) = YamlToJson.Read("x: " + yaml);
        Assert.Null(problem);
        Assert.Equal($$"""{"x":{{json}}}""", value!.ToJsonString());
    }

    [Fact]
    public void JSON_is_read_as_it_is_and_nothing_makes_the_reader_throw()
    {
        Gen.Dictionary(Gen.String[Gen.Char.AlphaNumeric, 1, 8], Gen.Long).Sample(map =>
        {
            var json = new JsonObject(map.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value)))).ToJsonString();
            Assert.Equal(json, YamlToJson.Read(json).Value!.ToJsonString());
        }, iter: 200);
        Assert.NotNull(YamlToJson.Read("!!1[").Problem);
        Gen.String[Gen.Char[" \n:-{}[]&*!|>'\"%@`,?#a1~\t\\"], 0, 40].Sample(text => YamlToJson.Read(text) is var (value, problem) && (value is null || problem is null), iter: 2_000);
    }
}
