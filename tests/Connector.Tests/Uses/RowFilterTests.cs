using System.Text.Json;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.Policy;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;
using DataSpace.Sandbox.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>
/// A row filter, from the contract through the gate into the sandbox: six firms have a row of 1 and a row of 100 in each of two years, one firm has rows of 100 alone, and the contract opens
/// rows below 50. The analyst's own conditions are written to reach the others.
/// </summary>
public sealed class RowFilterTests
{
    private static readonly string[] Firms = ["A", "B", "C", "D", "E", "F"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("isAllOf")]
    [InlineData("eq")]
    public async Task Rows_outside_the_filter_are_in_no_cell(string op)
    {
        await using var opened = new Opened();
        var use = opened.Use(op);
        foreach (var (where, rows) in ((PredicateQuery[], long)[])[([], 6), ([new("invest", "gteq", ["0"])], 6), ([new("invest", "isAnyOf", ["1", "100"])], 6), ([new("invest", "gteq", ["50"])], 0)])
        {
            var query = use.Order.Plan.Aggregate! with { Where = where };
            var asked = opened.World.Use(use.Agreement, plan => plan with { Aggregate = query });
            var admitted = (await opened.World.Gate.AdmitAsync(asked, Stop)).Value;
            var cells = CellPlans.Of(query, admitted.Decision.Obligations!.RowFilter);
            var ran = (await opened.Sandbox.RunCellsAsync(admitted.Use.Handle, opened.Source(asked), cells, UseComputation.LimitsOf(asked), null, Stop)).Value;
            Assert.Equal([(rows, rows, (Int128)rows * 10), (rows, rows, (Int128)rows * 10)], ran.Cells.Select(c => (c.Rows, c.Subjects, c.Measures[0].Sum)));
        }
    }

    [Theory]
    [InlineData("", 6)]
    [InlineData("WHERE invest >= 0 OR invest < 0", 6)]
    [InlineData("WHERE NOT (invest > 50 AND invest < 0)", 6)]
    [InlineData("WHERE year = 1935 OR invest = 100", 6)]
    [InlineData("WHERE invest = 100", 0)]
    public async Task Rows_outside_the_filter_are_in_no_answer_of_a_statement(string where, int rows)
    {
        await using var opened = new Opened();
        var sql = $"SELECT year, COUNT(*) AS n, SUM(invest) AS total FROM d {where} GROUP BY year ORDER BY year";
        var use = opened.Use("isAllOf", plan => plan with { Kind = JobKinds.Sql, Aggregate = null, Sql = new SqlQuery(sql) }) with { Columns = ["invest", "year"], GroupKeys = ["year"] };
        var admitted = (await opened.World.Gate.AdmitAsync(use, Stop)).Value;
        var ran = await opened.Sandbox.RunMeasuredAsync(admitted.Use.Handle, opened.Source(use), sql, UseComputation.RulesOf(admitted.Decision), UseComputation.LimitsOf(use), null, Stop);
        var table = ran.TryGet(out var run, out var error) ? JsonElement.Parse(run.Output.Content.Span).GetProperty("rows").EnumerateArray().ToList() : [];
        Assert.True(error is null || (rows == 0 && error.Kind == SandboxErrors.GroupBelowMinimum), error?.ToString());
        Assert.Equal(rows > 0, table.Count > 0);
        Assert.All(table, r => Assert.Equal(($"{rows}", (decimal)rows), (r[1].ToString(), decimal.Parse(r[2].ToString(), System.Globalization.CultureInfo.InvariantCulture))));
    }

    [Fact]
    public async Task A_subject_whose_rows_are_all_outside_the_filter_is_in_no_set()
    {
        await using var opened = new Opened();
        var query = new IntersectQuery(IntersectQuery.Cardinality, GateWorld.Provider, [new KeyPartQuery("name", ["trim"])], [["their"], ["firm"]], 5, [1000, 1000]);
        var use = opened.Use("isAllOf", plan => plan with { Kind = JobKinds.Intersect, Aggregate = null, Intersect = query },
        [
            GateWorld.Constraint("dataspace:computation", "eq", "intersect"), GateWorld.Constraint("dataspace:column", "eq", "firm"), GateWorld.Constraint("dataspace:minimumGroupSize", "gteq", "5"),
            GateWorld.Constraint("dataspace:dominancePercent", "lteq", "off"), GateWorld.Constraint("dataspace:coProvider", "isAnyOf", GateWorld.Other + "#" + GateWorld.KeyId),
        ]);
        var dataset = use.Dataset with { Config = use.Dataset.Config with { Intersection = new IntersectionConfig(new Dictionary<string, IReadOnlyList<string>> { ["firm"] = ["trim"] }, MaxRuns: 1) } };
        use = use with { Dataset = dataset, Listing = use.Listing! with { Dataset = dataset } };
        var admitted = (await opened.World.Gate.AdmitAsync(use, Stop)).Value;
        var set = new Keys();
        var ran = await opened.Sandbox.ReadKeysAsync(
            admitted.Use.Handle, opened.Source(use), IntersectionCheck.ColumnsOf(use.Order.Plan, GateWorld.Provider), CellPlans.FilterOf(admitted.Decision.Obligations!.RowFilter), 1000, set,
            UseComputation.LimitsOf(use), Stop);
        Assert.True(ran.IsOk, ran.Error?.ToString());
        Assert.Equal(Firms, set.Read.Order());
    }

    [Fact]
    public async Task Where_two_permissions_meet_both_filters_hold()
    {
        await using var world = new GateWorld();
        var policy = GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("dataspace:rowFilter", "eq", "invest lt 50")]);
        policy["permission"]!.AsArray().Add(GateWorld.Agreement([.. GateWorld.Terms(), GateWorld.Constraint("dataspace:rowFilter", "eq", "year gteq 1940")])["permission"]![0]!.DeepClone());
        var (_, decision) = await world.AdmitAsync(world.Use(policy));
        Assert.Equal([new RowPredicate("invest", "lt", "50"), new RowPredicate("year", "gteq", "1940")], decision!.Obligations!.RowFilter);
    }

    private sealed class Opened : IAsyncDisposable
    {
        private readonly TempData _data = new();
        private readonly string _file;

        public Opened()
        {
            var rows = Firms.SelectMany(f => (string[])[$"{f},1935,1", $"{f},1935,100", $"{f},1936,1", $"{f},1936,100"]).Append("outsider,1935,100").Append("outsider,1936,100");
            _file = _data.File("rows.csv", "firm,year,invest\n" + string.Join('\n', rows) + "\n");
        }

        public GateWorld World { get; } = new();

        public SqlSandbox Sandbox => World.Services.GetRequiredService<SqlSandbox>();

        public DatasetSource Source(UseRequest use) => use.Dataset.Source with { Path = _file };

        public UseRequest Use(string op, Func<JobPlan, JobPlan>? change = null, IEnumerable<System.Text.Json.Nodes.JsonNode?>? terms = null)
        {
            // Statements cannot clamp, so their contract states no bounds.
            terms ??= GateWorld.Terms(change is null ? null : "dataspace:clamp");
            return World.Use(GateWorld.Agreement([.. terms, GateWorld.Constraint("dataspace:rowFilter", op, "invest lt 50")]), change);
        }

        public async ValueTask DisposeAsync()
        {
            await World.DisposeAsync();
            _data.Dispose();
        }
    }

    private sealed class Keys : IKeySink
    {
        public List<string?> Read { get; } = [];

        public void Add(IReadOnlyList<string?> values) => Read.Add(values[0]);
    }
}
