using System.Globalization;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Job;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Intersection;

/// <summary>What the common customers owe the bank: the bank's amounts stay encrypted, the merchant's node chooses, the bank's node sees the sum.</summary>
internal static class SumScreen
{
    /// <summary>Largest amount that counts, as the sample's contract says.</summary>
    public const long MostAmount = 10_000;

    private const string AmountColumn = "credit_amount";

    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(4, IntersectionTexts.Sum);
        var spec = run.Folder.Job(IntersectionDemo.SumOffer);
        var plan = await PlanScreen.ReadAsync(run, spec, cancel);
        JobViews.ShowPlan(run.Ui, plan);
        run.Require(plan.Refusals is not { Count: > 0 }, DemoTexts.PlanRefused, plan.Refusals is { Count: > 0 } refusals ? refusals[0].Code : "");
        var (job, why) = await IntersectionScreens.SubmitAsync(run, IntersectionDemo.SumOffer, cancel);
        if (job.State != "COMPLETED")
            JobViews.ShowWhy(run.Ui, why);
        run.Require(job.State == "COMPLETED", IntersectionTexts.Failed, job.State);
        var result = await run.Analyst.GetAsync<Node.ResultView>(JobCommand.PathOf(job.JobId, "result"), cancel).OrStop();
        JobViews.ShowResult(run.Ui, result);
        var (amounts, grain) = (Common().ToList(), IntersectionScreens.Minimum * MostAmount);
        var (told, expected) = (JobViews.Cell(result.Rows[0][1]), (amounts.Sum() / grain * grain).ToString(CultureInfo.InvariantCulture));
        run.Require(told == expected, IntersectionTexts.Wrong, told, expected);
        run.Ui.Styled("green", run.Ui.T(IntersectionTexts.SumTold, told, grain, amounts.Sum(), JobViews.Cell(result.Rows[0][2]), Math.Round(amounts.Average(), 2)));
        run.Summary["sumTold"] = told;
    }

    /// <summary>Amounts of common customers by a plain join of both files, as far as they count.</summary>
    private static IEnumerable<long> Common()
    {
        var (bank, merchant) = (IntersectionDemo.Parts[0], IntersectionDemo.Parts[1]);
        var column = Array.IndexOf(File.ReadLines(Path.Combine(IntersectionDemo.Sample, bank.Name, bank.File)).First().Split(','), AmountColumn);
        var buyers = IntersectionScreens.Rows(merchant).Select(r => r.Number).ToHashSet(StringComparer.Ordinal);
        return IntersectionScreens.Rows(bank).Where(r => buyers.Contains(r.Number)).Select(r => Math.Min(MostAmount, long.Parse(r.Fields[column], CultureInfo.InvariantCulture)));
    }
}
