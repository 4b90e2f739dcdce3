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
    private static readonly string[] Statistics = ["count", "sum", "mean", "stddev_pop"];

    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        var ui = run.Ui;
        run.Title(5, run.Options.Rows is null ? DemoTexts.ResultTitle : DemoTexts.ResultTitleSynthetic);
        var result = await run.Analyst.GetAsync<ResultView>(JobCommand.PathOf(run.JobId, "result"), cancel).OrStop();
        var many = result.Rows.Count > 3 * ShownRowsOfMany;
        var shown = result with { Columns = result.Columns.Select((c, i) => c with { Title = TitleOf(run, c, i) }).ToList() };
        JobViews.ShowResult(ui, many ? shown with { Rows = result.Rows.Take(ShownRowsOfMany).ToList() } : shown);
        if (many)
            ui.Line(DemoTexts.FirstRows, ShownRowsOfMany, result.Rows.Count);
        run.ByHand($"dataspace job result {run.JobId} --node {DemoRun.Typed(run.Analyst.Directory)}");
        Compare(run, result);
        run.Summary["result"] = result.Rows;
    }

    /// <summary>The columns in the words of the example.</summary>
    private static JsonElement TitleOf(DemoRun run, ResultColumnView column, int index)
    {
        var synthetic = run.Options.Rows is not null;
        var title = index == 0 ? synthetic ? DemoTexts.Group : DemoTexts.Year : Statistic(column.Name) switch
        {
            "count" => synthetic ? DemoTexts.RowCount : DemoTexts.Firms,
            "sum" => DemoTexts.Total,
            "mean" => DemoTexts.Mean,
            "stddev_pop" => DemoTexts.Deviation,
            _ => null,
        };
        return title is null ? column.Title : JsonSerializer.SerializeToElement(run.Ui.T(title));
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
            var digits = result.Rows.Max(r => JobViews.Digits(r[index]));
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

    /// <summary>The plaintext figure for a result column.</summary>
    private static decimal? Expected(PlaintextUnion union, string column, string group, int digits) => Statistic(column) switch
    {
        "count" => union.Count(group),
        "sum" => union.Sum(group),
        "mean" => union.Mean(group, digits),
        "stddev_pop" => union.StandardDeviation(group, digits),
        _ => null,
    };

    /// <summary>The statistic in a column's name: <c>sum(invest)</c> is "sum".</summary>
    private static string Statistic(string column)
        => Statistics.FirstOrDefault(s => column == s || column.StartsWith(s + "(", StringComparison.Ordinal) || column.EndsWith("_" + s, StringComparison.Ordinal)) ?? "";

    private static PlaintextUnion ReadFiles(DemoRun run)
    {
        var union = new PlaintextUnion(decimals: 3);
        foreach (var owner in DemoFolder.Owners)
            union.AddCsv(run.Folder.DataFile(owner), "year", "invest");
        return union;
    }
}
