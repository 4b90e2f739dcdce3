using System.Text;
using System.Text.Json;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Sql;

public sealed class ReleaseTests(WorkerFixture worker, PeopleFixture people) : IClassFixture<PeopleFixture>, IDisposable
{
    private readonly TempData _data = new();

    public void Dispose() => _data.Dispose();

    private async Task<(string? Code, JsonElement Json)> RunAsync(string sql, OutputRules? rules = null, DatasetSource? source = null)
    {
        var result = await worker.Sandbox.RunStatementAsync(
            source ?? people.Source, sql, rules ?? PeopleFixture.Rules, new SandboxLimits(), TestContext.Current.CancellationToken);
        return result.TryGet(out var value, out var error) ? (null, JsonDocument.Parse(value.Content).RootElement) : (error.Code, default);
    }

    [Fact]
    public async Task Groups_under_the_minimum_are_left_out_and_said_so()
    {
        var (_, json) = await RunAsync("select city, count(*) n, sum(income) s, avg(age) a from people group by city order by city");
        Assert.True(json.GetProperty("suppressedGroups").GetBoolean());
        Assert.Equal(
            """[{"name":"city","type":"text"},{"name":"n","type":"integer"},{"name":"s","type":"decimal"},{"name":"a","type":"double"}]""",
            json.GetProperty("columns").GetRawText());
        Assert.Equal("""["Alfa",90,92632.5,35.666666666666664]""", json.GetProperty("rows")[0].GetRawText());
        Assert.Equal(2, json.GetProperty("rows").GetArrayLength());
    }

    [Fact]
    public async Task The_minimum_is_what_holds_the_small_groups_back()
    {
        var (_, open) = await RunAsync("select city, count(*) from people group by city", PeopleFixture.Rules with { MinGroupSize = 1 });
        Assert.Equal(4, open.GetProperty("rows").GetArrayLength());
        var (_, pairs) = await RunAsync("select city, count(*) from people group by city", PeopleFixture.Rules with { MinGroupSize = 2 });
        Assert.Equal(3, pairs.GetProperty("rows").GetArrayLength());
        Assert.DoesNotContain("Solo", pairs.GetRawText(), StringComparison.Ordinal); // one subject, 100 rows
    }

    [Fact]
    public async Task Without_a_subject_column_rows_are_counted()
    {
        var rows = people.Source with { SubjectColumn = null };
        var (_, json) = await RunAsync("select city, count(*) from people group by city", null, rows);
        Assert.Contains("Solo", json.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("Pair", json.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sum_that_only_one_subject_fills_is_withheld()
    {
        var text = new StringBuilder("id,city,age,income,bonus,note\n");
        for (var i = 0; i < 10; i++)
            text.Append($"p{i},Alfa,30,{(i == 0 ? "77777" : "")},1,x\n");
        var source = people.Source with { Path = _data.File("nulls.csv", text.ToString()) };
        Assert.Equal("DS-SBX-301", (await RunAsync("select city, sum(income) from people group by city", null, source)).Code);
        Assert.Null((await RunAsync("select city, sum(age) from people group by city", null, source)).Code);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(95, null)]
    [InlineData(85, "DS-SBX-302")]
    public async Task Dominance(int? percent, string? code)
    {
        var text = new StringBuilder("id,city,age,income,bonus,note\n");
        for (var i = 0; i < 10; i++)
            text.Append($"p{i},Alfa,30,{(i == 0 ? 45 : 1)},1,x\n").Append($"p{i},Alfa,30,{(i == 0 ? 45 : 0)},1,x\n"); // p0 holds 90 of 99
        var source = people.Source with { Path = _data.File("dominant.csv", text.ToString()) };
        var rules = PeopleFixture.Rules with { DominancePercent = percent };
        Assert.Equal(code, (await RunAsync("select city, sum(income) from people group by city", rules, source)).Code);
        Assert.Null((await RunAsync("select city, count(income) from people group by city", rules, source)).Code);
    }

    [Fact]
    public async Task Rows_and_bytes_are_capped()
    {
        Assert.Equal("DS-SBX-304", (await RunAsync("select city, count(*) from people group by city", PeopleFixture.Rules with { MaxRows = 1 })).Code);
        Assert.Equal("DS-SBX-304", (await RunAsync("select city, count(*) from people group by city", PeopleFixture.Rules with { MaxOutputBytes = 50 })).Code);
        Assert.Null((await RunAsync("select city, count(*) from people group by city limit 1", PeopleFixture.Rules with { MaxRows = 1 })).Code);
    }

    [Fact]
    public async Task A_failure_at_run_time_is_one_code_and_the_owner_has_the_text()
    {
        var source = people.Source with { Name = "broken", Path = _data.File("broken.csv", "id,city,age,income,bonus,note\np1,A,notanumber,1,1,x\n") };
        var result = await worker.Sandbox.RunStatementAsync(
            source, "select sum(age) from broken", PeopleFixture.Rules, new SandboxLimits(), TestContext.Current.CancellationToken);
        Assert.Equal("DS-SBX-305", result.Error!.Code);
        Assert.Null(result.Error.Detail);
        Assert.Contains("notanumber", string.Join("\n", worker.Incidents.Of("broken")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_precheck_needs_no_data_and_no_text_of_the_analyst_survives()
    {
        var source = people.Source with { Path = "/nonexistent" };
        var report = await worker.Sandbox.PrecheckAsync(
            source, "select city as marker, sum(income) from people where city = 'x''y' group by city", PeopleFixture.Rules, TestContext.Current.CancellationToken);
        Assert.Equal(["marker", "column2"], report.Value.Outputs);
        Assert.DoesNotContain("marker", report.Value.RewrittenSql, StringComparison.Ordinal);
        Assert.Contains("'x''y'", report.Value.RewrittenSql, StringComparison.Ordinal);
        Assert.Contains("count(DISTINCT s)", report.Value.RewrittenSql, StringComparison.Ordinal);
    }
}
