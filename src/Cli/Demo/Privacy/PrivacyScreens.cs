using System.Globalization;
using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Job;
using DataSpace.Cli.Session;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Cli.Demo.Privacy;

/// <summary>What the demo of privacy budgets shows after the start, in order.</summary>
internal static class PrivacyScreens
{
    /// <summary>What one question costs; the budget has room for two.</summary>
    public const long EpsilonMicro = 1_000_000;

    private const string First = "groups-0-to-9", Respelt = "groups-9-to-0", Second = "groups-10-to-19", Third = "groups-20-to-29";
    private const string Exhausted = "DS-POL-053";
    private const string Debit = "debit/epsilon";
    private const int FarInErrors = 30; // Laplace noise is beyond thirty standard errors once in 10^18
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The questions: job name, and its groups as YAML.</summary>
    public static IReadOnlyList<(string Name, string Groups)> Questions { get; } =
    [
        (First, "range: { from: 0, to: 9 }"), (Respelt, "values: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]"), (Second, "range: { from: 10, to: 19 }"), (Third, "range: { from: 20, to: 29 }"),
    ];

    public static IReadOnlyList<Func<DemoRun, CancellationToken, Task>> All { get; } = [ContractAsync, PlanAsync, AskAsync, RepeatAsync, SpendAsync, RefusedAsync];

    private static async Task ContractAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(1, PrivacyTexts.Contract);
        run.Ui.Line(PrivacyTexts.Terms, 2, 1);
        foreach (var owner in DemoFolder.Owners)
            await ContractScreen.NegotiateAsync(run, owner, PrivacyDemo.Offer, cancel);
    }

    private static async Task PlanAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(2, PrivacyTexts.Plan);
        var plan = await PlanScreen.ReadAsync(run, run.Folder.Job(First), cancel);
        run.Require(plan is { Refusals: not { Count: > 0 }, Privacy.Figures.Count: > 0 }, DemoTexts.PlanRefused, plan.Refusals is { Count: > 0 } refusals ? refusals[0].Code : "");
        JobViews.ShowNoise(run.Ui, plan);
        run.ByHand($"dataspace job plan {DemoRun.Typed(run.Folder.Job(First))} --node {DemoRun.Typed(run.Analyst.Directory)}");
    }

    private static async Task AskAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(3, PrivacyTexts.Ask);
        var result = await AskedAsync(run, First, cancel);
        JobViews.ShowResult(run.Ui, result with { Provenance = null });
        Compare(run, result);
        await SpentAsync(run, EpsilonMicro, cancel);
    }

    private static async Task RepeatAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(4, PrivacyTexts.Repeat);
        var (first, again) = (Figures(await AskedAsync(run, First, cancel)), Figures(await AskedAsync(run, Respelt, cancel)));
        run.Require(first.Count == again.Count && first.All(f => again.GetValueOrDefault(f.Key) == f.Value), PrivacyTexts.NotEqual);
        run.Ui.Styled("green", run.Ui.T(PrivacyTexts.Equal));
        await SpentAsync(run, EpsilonMicro, cancel);
    }

    private static async Task SpendAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(5, PrivacyTexts.Another);
        await AskedAsync(run, Second, cancel);
        await SpentAsync(run, 2 * EpsilonMicro, cancel);
    }

    private static async Task RefusedAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(6, PrivacyTexts.Empty);
        var (job, why) = await SubmitAsync(run, Third, cancel);
        JobViews.ShowWhy(run.Ui, why with { Trail = null });
        run.Require(job.State == "FAILED" && why.Reasons?.Any(r => r.Code == Exhausted) == true, PrivacyTexts.NotRefused, job.State);
        run.ByHand($"dataspace job why {why.JobId} --node {DemoRun.Typed(run.Analyst.Directory)}");
        await AskedAsync(run, First, cancel);
        run.Ui.Line(PrivacyTexts.StillFree);
        await SpentAsync(run, 2 * EpsilonMicro, cancel);
        run.Summary["refusedWith"] = Exhausted;
    }

    private static async Task<Node.ResultView> AskedAsync(DemoRun run, string name, CancellationToken cancel)
    {
        var (job, why) = await SubmitAsync(run, name, cancel);
        if (job.State != "COMPLETED")
            JobViews.ShowWhy(run.Ui, why);
        run.Require(job.State == "COMPLETED", PrivacyTexts.Failed, name, job.State);
        return await run.Analyst.GetAsync<Node.ResultView>(JobCommand.PathOf(job.JobId, "result"), cancel).OrStop();
    }

    private static async Task<(Node.JobView Job, Node.WhyView Why)> SubmitAsync(DemoRun run, string name, CancellationToken cancel)
    {
        var spec = run.Folder.Job(name);
        var plan = await PlanScreen.ReadAsync(run, spec, cancel);
        var job = await RunScreen.SubmitAndFollowAsync(run, spec, plan.PlanHash, cancel);
        return (job, await run.Analyst.GetAsync<Node.WhyView>(JobCommand.PathOf(job.JobId, "why"), cancel).OrStop());
    }

    /// <summary>How far the figures really are off: only a demo, which reads all three files, can know.</summary>
    private static void Compare(DemoRun run, Node.ResultView result)
    {
        var (noisy, worst, off) = (0, 0m, new List<decimal>());
        foreach (var (row, errors) in result.Rows.Zip(result.Errors ?? []))
        {
            var group = JobViews.Cell(row[0]);
            foreach (var (index, exact) in ((int, decimal)[])[(1, run.Union!.Count(group)), (2, run.Union.Sum(group))])
            {
                var (value, error) = (Number(JobViews.Cell(row[index])), Number(errors[index]!));
                run.Require(Math.Abs(value - exact) <= FarInErrors * error, PrivacyTexts.TooFar, group, value, exact, error);
                noisy += value == exact ? 0 : 1;
                worst = Math.Max(worst, Math.Abs(value - exact) / error);
                off.Add(100 * Math.Abs(value - exact) / exact);
            }
        }
        run.Require(off.Count >= 20 && noisy >= off.Count / 2, PrivacyTexts.NotNoisy, noisy, off.Count);
        run.Ui.Styled("green", run.Ui.T(PrivacyTexts.HowFar, off.Average(), off.Max(), worst));
        run.Ui.Line(PrivacyTexts.OnlyADemo);
        run.Summary["offPercent"] = new { mean = Math.Round(off.Average(), 2), most = Math.Round(off.Max(), 2) };
    }

    /// <summary>What every owner's ledger says was spent; publication follows the commit by a moment.</summary>
    private static async Task SpentAsync(DemoRun run, long expected, CancellationToken cancel)
    {
        foreach (var owner in DemoFolder.Owners)
        {
            var node = run.Nodes[owner];
            var started = TimeProvider.System.GetTimestamp();
            long spent;
            while ((spent = SpentOf(node)) != expected && TimeProvider.System.GetElapsedTime(started) < Limit)
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancel);
            run.Require(spent == expected, PrivacyTexts.WrongSpent, node.Client.Info.Name, spent, expected);
        }
        run.Ui.Line(PrivacyTexts.Spent, expected / 1_000_000m, 2, DemoFolder.Owners.Count);
        run.Summary["spentMicro"] = expected;
    }

    private static long SpentOf(DemoNode node)
        => OfflineLog.Read(node.LedgerDirectory, node.Client.Info.LedgerVkey!).TryGet(out var log, out _)
            ? log.Records.Where(r => r.Entry.Kind == EntryKind.Grant).Sum(r => GrantPayload.FromFields(r.PayloadFields).TryGet(out var grant, out _) ? grant.Limits.GetValueOrDefault(Debit) : 0)
            : -1;

    private static Dictionary<string, string> Figures(Node.ResultView result)
        => result.Rows.ToDictionary(r => JobViews.Cell(r[0]), r => string.Join(' ', r.Skip(1).Select(JobViews.Cell)), StringComparer.Ordinal);

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
}
