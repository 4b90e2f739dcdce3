using System.Text.Json;
using DataSpace.Sandbox.Tests.Cells;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Sql;

/// <summary>Statements whose groups somebody else may withhold: what is listed, and that nothing tells why a group is absent.</summary>
public sealed class ControlledReleaseTests(WorkerFixture worker, PeopleFixture people) : IClassFixture<PeopleFixture>, IDisposable
{
    private const string ByCity = "select city, count(*) n, sum(income) s from people group by city";
    private readonly TempData _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Every_group_is_listed_small_ones_too_and_the_answer_is_the_same()
    {
        var control = new Listing();
        var (_, json) = await RunAsync(ByCity + " order by city", control);
        var (_, plain) = await RunAsync(ByCity + " order by city", null);
        Assert.Equal(plain.GetRawText(), json.GetRawText());
        // By the order of the key: Alfa, Beta, Pair (two persons), Solo (one person with a hundred rows).
        Assert.Equal([CellState.Fit, CellState.Fit, CellState.Withheld, CellState.Withheld], control.States);
        Assert.Equal((30, 30), (control.Of(0).Count, control.Of(1).Count));
        Assert.Equal(["q1", "q2"], control.Of(2));
        Assert.Equal(["solo"], control.Of(3));
        Assert.Equal(["income"], control.Columns);
    }

    [Fact]
    public async Task Subjects_without_a_value_are_told_per_column()
    {
        var source = people.Source with { Path = _data.File("n.csv", "id,city,age,income,bonus,note\na,X,1,,1,x\na,X,,5,1,x\nb,X,1,,1,x\nc,,,7,1,x\n") };
        var control = new Listing();
        await RunAsync("select city, sum(age) a, sum(income) i from people group by city", control, source: source, rules: PeopleFixture.Rules with { MinGroupSize = 1 });
        var cell = control.Of(0).Count == 2 ? 0 : 1;
        Assert.Equal(["a", "b"], control.Of(cell));
        Assert.Equal([], control.Lacking(cell, 0));
        Assert.Equal(["b"], control.Lacking(cell, 1));
        Assert.Equal(["c"], control.Of(1 - cell)); // the group whose key is NULL
        Assert.Equal(["c"], control.Lacking(1 - cell, 0));
    }

    [Fact]
    public async Task A_withheld_group_leaves_like_one_that_is_too_small()
    {
        var (_, json) = await RunAsync(ByCity, new Listing { Withheld = new HashSet<int> { 0 } });
        Assert.Equal("Beta", Assert.Single(json.GetProperty("rows").EnumerateArray())[0].GetString());
        Assert.True(json.GetProperty("suppressedGroups").GetBoolean());
        Assert.Equal("DS-SBX-301", (await RunAsync(ByCity, new Listing { Withheld = new HashSet<int> { 0, 1 } })).Code);
    }

    [Theory]
    [InlineData(" having sum(income) > 0")]
    [InlineData(" having sum(income) > 1000000")]
    [InlineData(" order by s limit 1")]
    [InlineData(" order by s desc limit 1")]
    public async Task Neither_HAVING_nor_LIMIT_says_anything_about_a_withheld_group(string clause)
    {
        // Withheld, the group must leave the answer that it would leave if it did not exist.
        var withheld = (await RunAsync(ByCity + clause, new Listing { Withheld = new HashSet<int> { 0 } })).Json.GetProperty("rows").GetRawText();
        var without = (await RunAsync(ByCity.Replace(" group by", " where city <> 'Alfa' group by", StringComparison.Ordinal) + clause, null)).Json.GetProperty("rows").GetRawText();
        Assert.Equal(without, withheld);
    }

    [Fact]
    public async Task A_group_that_HAVING_drops_was_judged_all_the_same()
    {
        var control = new Listing();
        var (_, json) = await RunAsync(ByCity + " having sum(income) > 1000000", control);
        Assert.Equal(0, json.GetProperty("rows").GetArrayLength());
        Assert.Equal(2, control.States.Count(s => s == CellState.Fit));
    }

    [Theory]
    [InlineData("base")]
    [InlineData("checked")]
    [InlineData("per_subject")]
    public async Task No_name_of_a_dataset_is_mistaken_for_the_control_s_own_tables(string name)
    {
        var control = new Listing();
        var source = people.Source with { Name = name };
        var (code, json) = await RunAsync($"select city, count(*) n from {name} group by city order by city", control, source: source);
        Assert.Null(code);
        Assert.Equal("""["Alfa",90]""", json.GetProperty("rows")[0].GetRawText());
        Assert.Equal(30, control.Of(0).Count);
    }

    [Fact]
    public async Task A_statement_without_groups_is_one_cell()
    {
        var control = new Listing();
        var (_, json) = await RunAsync("select count(*) n from people where age > 30", control);
        Assert.Equal(1, json.GetProperty("rows").GetArrayLength());
        Assert.Equal([CellState.Fit], control.States);
        Assert.Equal(control.Count, control.Distinct);
        Assert.Equal("DS-SBX-301", (await RunAsync("select count(*) n from people where age > 300", new Listing())).Code);
    }

    private async Task<(string? Code, JsonElement Json)> RunAsync(string sql, IAnswerControl? control, DatasetSource? source = null, OutputRules? rules = null)
    {
        var result = await worker.Sandbox.RunStatementAsync(
            source ?? people.Source, sql, rules ?? PeopleFixture.Rules, new SandboxLimits(), control, TestContext.Current.CancellationToken);
        Assert.True(result.IsOk || result.Error.Code == "DS-SBX-301", result.Error + string.Join("\n", worker.Incidents.Of((source ?? people.Source).Name)));
        return result.TryGet(out var value, out var error) ? (null, JsonDocument.Parse(value.Content).RootElement) : (error.Code, default);
    }
}
