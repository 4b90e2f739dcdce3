using System.Globalization;
using System.Text.Json;
using DataSpace.Cli.Job;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Screens;

/// <summary>Screen 5: the joint result, then the comparison that only a demo can make, because it may read all three files.</summary>
internal static class ResultScreen
{
    private const int ShownRowsOfMany = 10;

    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        var ui = run.Ui;
        run.Title(5, run.Options.Rows is null ? DemoTexts.ResultTitle : DemoTexts.ResultTitleSynthetic);
        var result = await run.Analyst.GetAsync<ResultView>(JobCommand.PathOf(run.JobId, "result"), cancel).OrStop();
        var many = result.Rows.Count > 3 * ShownRowsOfMany;
        JobViews.ShowResult(ui, many ? result with { Rows = result.Rows.Take(ShownRowsOfMany).ToList() } : result);
        if (many)
            ui.Line(DemoTexts.FirstRows, ShownRowsOfMany, result.Rows.Count);
        run.ByHand($"dataspace job result {run.JobId} --node {DemoRun.Typed(run.Analyst.Directory)}");
        Compare(run, result);
        run.Summary["result"] = result.Rows;
    }

    private static void Compare(DemoRun run, ResultView result)
    {
        var ui = run.Ui;
        var union = run.Union ?? ReadFiles(run);
        var columns = result.Columns.Select((c, i) => (c.Name, Index: i)).Skip(1).ToList();
        run.Require(result.Rows.Count == union.Groups.Count && result.Suppressed is not { Count: > 0 }, DemoTexts.GroupsDiffer, result.Rows.Count, union.Groups.Count);
        var compared = 0;
        foreach (var (name, index) in columns)
        {
            var digits = result.Rows.Max(r => DigitsOf(r[index]));
            foreach (var row in result.Rows)
            {
                var group = JobViews.Cell(row[0]);
                var joint = decimal.Parse(JobViews.Cell(row[index]), NumberStyles.Float, CultureInfo.InvariantCulture);
                if (Expected(union, name, group, digits) is not { } plain)
                    continue;
                run.Require(joint == plain, DemoTexts.ValueDiffers, group, name, joint, plain);
                compared++;
            }
        }
        run.Require(compared >= 4 * result.Rows.Count, DemoTexts.TooFewCompared, compared);
        ui.Styled("green", ui.T(DemoTexts.UnionEqual, compared));
        ui.Line(DemoTexts.OnlyADemo);
        run.Summary["comparedWithPlaintext"] = compared;
    }

    /// <summary>The plaintext figure for a result column; the column's name ends in its statistic.</summary>
    private static decimal? Expected(PlaintextUnion union, string column, string group, int digits) => column switch
    {
        _ when column.EndsWith("count", StringComparison.Ordinal) => union.Count(group),
        _ when column.EndsWith("sum", StringComparison.Ordinal) => union.Sum(group),
        _ when column.EndsWith("mean", StringComparison.Ordinal) => union.Mean(group, digits),
        _ when column.EndsWith("stddev_pop", StringComparison.Ordinal) => union.StandardDeviation(group, digits),
        _ => null,
    };

    private static PlaintextUnion ReadFiles(DemoRun run)
    {
        var union = new PlaintextUnion(decimals: 3);
        foreach (var owner in DemoFolder.Owners)
            union.AddCsv(run.Folder.DataFile(owner), "year", "invest");
        return union;
    }

    private static int DigitsOf(JsonElement value)
    {
        var text = JobViews.Cell(value);
        return text.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point ? text.Length - point - 1 : 0;
    }
}
