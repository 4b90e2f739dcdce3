namespace DataSpace.Sandbox.Tests.Cells;

public class CanonicalTests
{
    private static readonly DatasetSource Source = new("d", "/none", DatasetFormat.Csv,
        [new("year", ColumnType.Integer), new("firm", ColumnType.Text, IsIdentifier: true), new("invest", ColumnType.Decimal), new("value", ColumnType.Double), new("note", ColumnType.Text)], "firm");

    private static CellPlan Plan() => new()
    {
        GroupColumn = "year",
        Groups = ["1", "2"],
        Measures = [new MeasurePlan("invest", 2, 0, 10, true), new MeasurePlan("value", 0, 0, 10, false)],
        Where = [new CellPredicate("invest", "gt", ["1.5"]), new CellPredicate("note", "isAnyOf", ["a", "b"])],
        ContributionBound = 1,
    };

    private static CanonicalCells Of(CellPlan plan) => CanonicalCells.Of(Source, plan).Value;

    private static void AssertSame(CellPlan one, CellPlan other) => Assert.Equal(Key(one), Key(other));

    private static string Key(CellPlan plan) => System.Text.Json.JsonSerializer.Serialize(Of(plan));

    [Fact]
    public void Spelling_and_order_make_no_other_query()
    {
        var plan = Plan();
        AssertSame(plan, plan with { Groups = ["+2", "01"] });
        AssertSame(plan, plan with { Measures = [.. plan.Measures.Reverse()] });
        AssertSame(plan, plan with { Measures = [new MeasurePlan("invest", 2, 0.00m, 10.0m, true), plan.Measures[1]] });
        AssertSame(plan, plan with { Where = [.. plan.Where.Reverse(), plan.Where[0]] });
        AssertSame(plan, plan with { Where = [new CellPredicate("invest", "gt", ["+01.500"]), new CellPredicate("note", "isAnyOf", ["b", "a", "b"])] });
        AssertSame(plan with { Where = [new CellPredicate("note", "isAnyOf", ["x"])] }, plan with { Where = [new CellPredicate("note", "eq", ["x"])] });
        Assert.Equal(["2", "1"], Of(plan with { Groups = ["+2", "01"] }).CellsInPlanOrder);
    }

    [Fact]
    public void What_changes_a_figure_is_another_query()
    {
        var plan = Plan();
        CellPlan[] others =
        [
            plan, plan with { Groups = ["1"] }, plan with { GroupColumn = "note", Groups = ["1", "2"] }, plan with { Measures = [plan.Measures[0]] },
            plan with { Measures = [plan.Measures[0] with { Max = 11 }, plan.Measures[1]] }, plan with { Measures = [plan.Measures[0] with { NeedsSquares = false }, plan.Measures[1]] },
            plan with { Where = [] }, plan with { Where = [new CellPredicate("invest", "gteq", ["1.5"]), plan.Where[1]] }, plan with { Where = [plan.Where[0], new CellPredicate("note", "isAnyOf", ["a,b"])] },
            plan with { Where = [plan.Where[0], new CellPredicate("note", "isAnyOf", ["a1:b"])] }, plan with { ContributionBound = 2 }, plan with { ContributionBound = null },
            plan with { DominancePercent = 50 }, plan with { CompleteRowsOnly = true },
        ];
        Assert.Equal(others.Length, others.Select(Key).Distinct().Count());
    }

    [Fact]
    public void What_cannot_run_has_no_canonical_form()
        => Assert.Equal("DS-SBX-213", CanonicalCells.Of(Source, Plan() with { Groups = ["1", "01"] }).Error!.Code);
}
