using DataSpace.Cli.Job;
using DataSpace.Cli.Negotiation;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Results;

namespace DataSpace.Cli.Demo.Screens;

/// <summary>Screen 6: what is refused, each with code and advice: per firm, a group below the minimum, an exhausted contract.</summary>
internal static class RefusalScreen
{
    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(6, DemoTexts.RefusalTitle);
        var codes = new List<string>();
        if (run.Options.Rows is null)
        {
            run.Ui.Styled("bold", run.Ui.T(DemoTexts.PerFirm));
            codes.Add(await TryAsync(run, run.Folder.Job("per-firm"), cancel));
            run.Ui.Styled("bold", run.Ui.T(DemoTexts.SmallGroup));
            codes.Add(await TryAsync(run, run.Folder.Job("small-groups"), cancel));
        }
        run.Ui.Styled("bold", run.Ui.T(DemoTexts.Exhausted));
        codes.Add(await ExhaustAsync(run, cancel));
        run.ByHand($"dataspace job plan {DemoRun.Typed(run.Folder.Job(run.Options.Rows is null ? "per-firm" : "trial"))} --node {DemoRun.Typed(run.Analyst.Directory)}");
        run.Summary["refusals"] = codes;
    }

    /// <summary>Uses the one-use contract up, then asks again.</summary>
    private static async Task<string> ExhaustAsync(DemoRun run, CancellationToken cancel)
    {
        var agreement = await ContractScreen.NegotiateAsync(run, "supplier-a", "trial-one-use", cancel);
        var spec = run.Folder.WriteJobWithAgreement(run.MainJob, "trial", "supplier-a", agreement);
        var plan = await PlanScreen.ReadAsync(run, spec, cancel);
        var first = await RunScreen.SubmitAndFollowAsync(run, spec, plan.PlanHash, cancel);
        run.Require(first.State == "COMPLETED", DemoTexts.TrialFailed, first.Error?.Code ?? first.State);
        run.Ui.Line(DemoTexts.FirstUse);
        // The dry run knows by now; the owner's own answer is what counts.
        return await TryAsync(run, spec, cancel, anyway: true);
    }

    /// <summary>Plans, and runs when the plan allows it; shows the refusal wherever it comes. The command ends when nothing refuses.</summary>
    private static async Task<string> TryAsync(DemoRun run, string spec, CancellationToken cancel, bool anyway = false)
    {
        PlanView plan;
        try
        {
            plan = await PlanScreen.ReadAsync(run, spec, cancel);
        }
        catch (CommandStopped stop) when (!stop.Error.Code.StartsWith("DS-CLI-", StringComparison.Ordinal))
        {
            return Show(run, stop.Error);
        }
        if (!anyway && plan.Refusals is { Count: > 0 } refusals)
        {
            JobViews.ShowRefusals(run.Ui, plan with { Refusals = refusals.DistinctBy(r => (r.Code, r.ParticipantName)).ToList() });
            return refusals[0].Code;
        }
        var job = await RunScreen.SubmitAndFollowAsync(run, spec, plan.PlanHash, cancel);
        if (job.State != "COMPLETED")
            return await ShowWhyAsync(run, job, cancel);
        var result = await run.Analyst.GetAsync<ResultView>(JobCommand.PathOf(job.JobId, "result"), cancel).OrStop();
        run.Require(result.Suppressed is { Count: > 0 }, DemoTexts.NothingRefused, Path.GetFileName(spec));
        run.Ui.Styled("red", run.Ui.T(DemoTexts.SuppressedGroups, result.Suppressed!.Count, result.Suppressed.Count + result.Rows.Count, result.Suppressed[0].Code));
        run.Ui.Line(DemoTexts.SuppressedAdvice);
        return result.Suppressed[0].Code ?? "";
    }

    private static async Task<string> ShowWhyAsync(DemoRun run, JobView job, CancellationToken cancel)
    {
        var why = await run.Analyst.GetAsync<WhyView>(JobCommand.PathOf(job.JobId, "why"), cancel).OrStop();
        if (why.Reasons is not { Count: > 0 } reasons)
            return Show(run, job.Error is { } problem ? NegotiateCommand.OfProblem(problem) : CliErrors.JobEnded.Of(job.State));
        JobViews.ShowWhy(run.Ui, why with { Trail = null });
        return reasons[0].Code;
    }

    private static string Show(DemoRun run, DsError error)
    {
        var ui = run.Ui;
        ui.Styled("red", $"{ui.Plain(error.Code)} {ui.T(error.Kind.Title, error.Kind.TitleZh)}" + (error.Detail is null ? "" : ": " + ui.Plain(error.Detail)));
        ui.Line(CommonTexts.NextStep, ui.T(error.Kind.Advice, error.Kind.AdviceZh));
        return error.Code;
    }
}
