using System.Text.Json;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Attacks;

/// <summary>
/// Lines of statements.txt through the public path: refused with their code, or released within the rules. Each starts a sandbox. CI takes every line of every code but the two that most lines meet,
/// functions (207) and clauses (208) that are not on their list, of which it takes every third; <c>DATASPACE_ALL_POINTS=1</c> takes all.
/// </summary>
public sealed class StatementAttackTests(WorkerFixture worker, PeopleFixture people) : IClassFixture<PeopleFixture>
{
    private static readonly string[] Frequent = ["207", "208"];

    public static IEnumerable<TheoryDataRow<string, string>> Lines()
        => All().GroupBy(row => row.Data.Item1).SelectMany(code => code.Where((_, i) => IsAll || i % 3 == 0 || !Frequent.Contains(code.Key)));

    private static bool IsAll => Environment.GetEnvironmentVariable("DATASPACE_ALL_POINTS") == "1";

    private static IEnumerable<TheoryDataRow<string, string>> All()
        => File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Attacks", "statements.txt"))
            .Where(l => l.Length > 0 && l[0] != '#')
            .Select(l => l.Split('\t', 2))
            .Select(p => new TheoryDataRow<string, string>(p[0], p[1]));

    [Fact]
    public void The_suite_is_large_enough()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"sample {Lines().Count()} of {All().Count()} statements");
        Assert.True(Lines().Count() >= 100);
        Assert.Equal(All().Select(row => row.Data.Item1).Distinct(), Lines().Select(row => row.Data.Item1).Distinct());
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task Statement(string expected, string sql)
    {
        var result = await worker.Sandbox.RunStatementAsync(people.Source, sql, PeopleFixture.Rules, new SandboxLimits(), TestContext.Current.CancellationToken);
        if (expected != "ok")
        {
            Assert.False(result.IsOk, "released: " + (result.IsOk ? System.Text.Encoding.UTF8.GetString(result.Value.Content) : ""));
            Assert.Equal("DS-SBX-" + expected, result.Error.Code);
            // What is known only from the data carries no detail at all.
            Assert.True(result.Error.Code[7] != '3' || result.Error.Detail is null);
            return;
        }

        Assert.True(result.IsOk, result.Error?.ToString());
        using var json = JsonDocument.Parse(result.Value.Content);
        Assert.NotEqual(0, json.RootElement.GetProperty("rows").GetArrayLength());
        var text = json.RootElement.GetRawText();
        Assert.DoesNotContain("Solo", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Pair", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_and_deep_statements_are_refused()
    {
        var token = TestContext.Current.CancellationToken;
        string[] bombs =
        [
            "select count(*) from people where city = '" + new string('a', 30_000) + "'",
            "select " + new string('(', 4000) + "1" + new string(')', 4000) + " from people",
            "select count(*) from people where " + string.Concat(Enumerable.Repeat("not ", 3000)) + "age = 1",
            "select " + string.Join(",", Enumerable.Range(0, 1500).Select(i => $"sum(age)+{i}")) + " from people",
            "select count(*) from people where age in (" + string.Join(",", Enumerable.Range(0, 3000)) + ")",
        ];
        foreach (var bomb in bombs)
        {
            var result = await worker.Sandbox.PrecheckAsync(people.Source, bomb, PeopleFixture.Rules, token);
            Assert.False(result.IsOk);
            Assert.Contains(result.Error.Code, new[] { "DS-SBX-206", "DS-SBX-207", "DS-SBX-211", "DS-SBX-212" });
        }
    }
}
