using System.Globalization;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Job;
using DataSpace.Cli.Session;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Cli.Demo.Intersection;

/// <summary>What the demo of intersections shows after the start, in order.</summary>
internal static class IntersectionScreens
{
    /// <summary>The owners' cap in the sample.</summary>
    public const int Cap = 3;

    /// <summary>Questions that were answered before they are repeated.</summary>
    private const int Asked = 2;

    /// <summary>The contracts' minimum in the sample.</summary>
    public const int Minimum = 10;

    private const string Exhausted = "DS-CON-019";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static IReadOnlyList<Func<DemoRun, CancellationToken, Task>> All { get; } = [ContractAsync, PlanAsync, AskAsync, SumScreen.ShowAsync, AgainAsync, LedgersAsync];

    private static async Task ContractAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(1, IntersectionTexts.Contract);
        foreach (var (node, _, dataset, _) in IntersectionDemo.Parts)
        {
            foreach (var offer in IntersectionDemo.Offers)
                await ContractScreen.NegotiateAsync(run, node, dataset, offer, cancel);
        }
    }

    private static async Task PlanAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(2, IntersectionTexts.Plan);
        var plan = await PlanScreen.ReadAsync(run, run.Folder.Job(IntersectionDemo.Offer), cancel);
        JobViews.ShowPlan(run.Ui, plan);
        run.Require(plan.Refusals is not { Count: > 0 }, DemoTexts.PlanRefused, plan.Refusals is { Count: > 0 } refusals ? refusals[0].Code : "");
        run.ByHand($"dataspace job plan {DemoRun.Typed(run.Folder.Job(IntersectionDemo.Offer))} --node {DemoRun.Typed(run.Analyst.Directory)}");
    }

    private static async Task AskAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(3, IntersectionTexts.Ask);
        var (job, why) = await SubmitAsync(run, IntersectionDemo.Offer, cancel);
        if (job.State != "COMPLETED")
            JobViews.ShowWhy(run.Ui, why);
        run.Require(job.State == "COMPLETED", IntersectionTexts.Failed, job.State);
        run.JobId = job.JobId;
        var result = await run.Analyst.GetAsync<Node.ResultView>(JobCommand.PathOf(job.JobId, "result"), cancel).OrStop();
        JobViews.ShowResult(run.Ui, result);
        var common = Numbers(IntersectionDemo.Parts[0]).Intersect(Numbers(IntersectionDemo.Parts[1])).Count();
        var (told, expected) = (JobViews.Cell(result.Rows[0][0]), (common - (common % Minimum)).ToString(CultureInfo.InvariantCulture));
        run.Require(told == expected, IntersectionTexts.Wrong, told, expected);
        run.Ui.Styled("green", run.Ui.T(IntersectionTexts.Told, told, Minimum, common));
        run.Ui.Line(IntersectionTexts.OnlyADemo);
        run.Summary["told"] = told;
        await RunScreen.ShowCoordinatorViewAsync(run, cancel);
    }

    private static async Task AgainAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(5, IntersectionTexts.Again);
        for (var asked = Asked; asked < Cap; asked++)
        {
            var (again, _) = await SubmitAsync(run, IntersectionDemo.Offer, cancel);
            run.Require(again.State == "COMPLETED", IntersectionTexts.Failed, again.State);
        }
        var (job, why) = await SubmitAsync(run, IntersectionDemo.Offer, cancel);
        JobViews.ShowWhy(run.Ui, why with { Trail = null });
        run.Require(job.State == "FAILED" && why.Reasons?.Any(r => r.Code == Exhausted) == true, IntersectionTexts.NotRefused, job.State);
        run.Summary["refusedWith"] = Exhausted;
    }

    /// <summary>A grant and a report for every answer; publication follows the commit by a moment.</summary>
    private static async Task LedgersAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(6, IntersectionTexts.Ledgers);
        foreach (var (key, _, _, _) in IntersectionDemo.Parts)
        {
            var node = run.Nodes[key];
            var started = TimeProvider.System.GetTimestamp();
            (int Grants, int Reports, int Denied) counts;
            while ((counts = CountsOf(node)) is var (grants, reports, _) && (grants, reports) != (Cap, Cap) && TimeProvider.System.GetElapsedTime(started) < Limit)
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancel);
            run.Require(counts.Grants == Cap && counts.Reports == Cap, IntersectionTexts.WrongCount, node.Client.Info.Name, counts.Grants, counts.Reports, Cap);
            run.Ui.Line(IntersectionTexts.Counted, node.Client.Info.Name, counts.Grants, counts.Reports, counts.Denied);
            run.ByHand($"dataspace ledger verify --dir {DemoRun.Typed(node.LedgerDirectory)}");
        }
    }

    /// <summary>Plans a job of the sample, submits it and follows it to its end.</summary>
    internal static async Task<(Node.JobView Job, Node.WhyView Why)> SubmitAsync(DemoRun run, string offer, CancellationToken cancel)
    {
        var spec = run.Folder.Job(offer);
        var plan = await PlanScreen.ReadAsync(run, spec, cancel);
        var job = await RunScreen.SubmitAndFollowAsync(run, spec, plan.PlanHash, cancel);
        return (job, await run.Analyst.GetAsync<Node.WhyView>(JobCommand.PathOf(job.JobId, "why"), cancel).OrStop());
    }

    private static (int Grants, int Reports, int Denied) CountsOf(DemoNode node)
        => OfflineLog.Read(node.LedgerDirectory, node.Client.Info.LedgerVkey!).TryGet(out var log, out _)
            ? (log.Records.Count(r => r.Entry.Kind == EntryKind.Grant), log.Records.Count(r => r.Entry.Kind == EntryKind.Report), log.Records.Count(r => r.Entry.Kind == EntryKind.Denied))
            : (-1, -1, -1);

    /// <summary>Phone numbers of a file as both mean them: digits without the country code.</summary>
    private static IEnumerable<string> Numbers((string Node, string Name, string Dataset, string File) part)
        => Rows(part).Select(r => r.Number);

    /// <summary>Rows of a file: the phone number, and all fields.</summary>
    internal static IEnumerable<(string Number, string[] Fields)> Rows((string Node, string Name, string Dataset, string File) part)
        => File.ReadLines(Path.Combine(IntersectionDemo.Sample, part.Name, part.File)).Skip(1).Select(l => l.Split(',')).Select(f => (string.Concat(f[0].Where(char.IsAsciiDigit))[^11..], f));
}
