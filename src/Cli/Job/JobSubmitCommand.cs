using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Cli.Negotiation;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary><c>dataspace job submit SPEC</c>: plans, then submits under the plan's hash; <c>--wait</c> follows it to the result.</summary>
internal static class JobSubmitCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var spec = globals.Argument("SPEC", JobTexts.SpecArgument);
        var wait = globals.Option<bool>("--wait", JobTexts.WaitOption);
        var hash = globals.Option<string?>("--plan-hash", JobTexts.PlanHashOption, "HASH");
        var anyway = globals.Option<bool>("--anyway", JobTexts.AnywayOption);
        return globals.Handle(globals.Command("submit", JobTexts.Submit, spec, wait, hash, anyway), async (ui, parse, cancel) =>
        {
            var body = await JobSpecFile.ReadAsync(parse.GetRequiredValue(spec), ui, cancel);
            using var node = globals.OpenNode(parse);
            var plan = NodeClient.Read<PlanView>(await node.PostAsync("admin/jobs/plan", body.DeepClone(), cancel).OrStop()).OrStop();
            if (parse.GetValue(hash) is { } reviewed && reviewed != plan.PlanHash)
                throw new CommandStopped(CliErrors.PlanChanged.Of(plan.PlanHash), ExitCode.Negative);
            if (!parse.GetValue(anyway) && plan.Refusals is { Count: > 0 } refusals)
            {
                throw new CommandStopped(CliErrors.PlanRefused.Of(), ExitCode.Refused,
                    refusals.Select(r => $"{r.ParticipantName}: {r.Code} {ui.T(r.Title, r.TitleZh)} {ui.T(r.Advice, r.AdviceZh)}").ToList());
            }
            var job = await SubmitAsync(node, body, plan.PlanHash, cancel);
            return parse.GetValue(wait) ? await FollowAsync(ui, node, job.JobId, cancel) : Announce(ui, job.JobId, plan.PlanHash);
        });
    }

    /// <summary>Submits a spec under a plan hash.</summary>
    public static async Task<SubmittedView> SubmitAsync(NodeClient node, JsonObject spec, string planHash, CancellationToken cancel)
        => NodeClient.Read<SubmittedView>(await node.PostAsync("admin/jobs", new { spec, planHash }, cancel).OrStop()).OrStop();

    private static int Announce(Ui ui, string jobId, string planHash)
    {
        if (ui.Json)
            ui.WriteJson(new { jobId, planHash });
        ui.Line(JobTexts.Submitted, jobId);
        ui.Line(JobTexts.FollowUp, jobId);
        return ExitCode.Ok;
    }

    private static async Task<int> FollowAsync(Ui ui, NodeClient node, string jobId, CancellationToken cancel)
    {
        ui.Line(JobTexts.Submitted, jobId);
        var job = await JobProgress.FollowAsync(ui, node, jobId, cancel);
        if (job.State != "COMPLETED")
        {
            throw new CommandStopped(job.Error is { } problem ? NegotiateCommand.OfProblem(problem) : CliErrors.JobEnded.Of($"{jobId} {job.State}"), ExitCode.JobFailed);
        }
        JsonElement json = await node.GetAsync(JobCommand.PathOf(jobId, "result"), cancel).OrStop();
        if (ui.Json)
            ui.WriteJson(json);
        else
            JobViews.ShowResult(ui, NodeClient.Read<ResultView>(json).OrStop());
        return ExitCode.Ok;
    }
}
