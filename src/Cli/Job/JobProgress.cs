using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using Spectre.Console;

namespace DataSpace.Cli.Job;

/// <summary>Follows a job by polling: a bar per stage on a terminal, a line per finished stage elsewhere.</summary>
internal static class JobProgress
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(5);

    /// <summary>The job at its end. Interrupting only stops the watching, never the job.</summary>
    public static async Task<JobView> FollowAsync(Ui ui, NodeClient node, string jobId, CancellationToken cancel)
        => ui.IsTerminal ? await BarsAsync(ui, node, jobId, cancel) : await LinesAsync(ui, node, jobId, cancel);

    private static bool IsOver(JobView job) => job.State is "COMPLETED" or "FAILED" or "CANCELLED";

    private static async Task<JobView> BarsAsync(Ui ui, NodeClient node, string jobId, CancellationToken cancel)
    {
        return await ui.Human.Progress().AutoClear(false).HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 30 }, new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn(ui.IsUnicode ? Spinner.Known.Dots : Spinner.Known.Line))
            .StartAsync(async progress =>
            {
                var (bars, told) = (new Dictionary<string, ProgressTask>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
                while (true)
                {
                    var job = await node.GetAsync<JobView>(JobCommand.PathOf(jobId), cancel).OrStop();
                    TellWait(ui, job, told);
                    foreach (var stage in job.Stages ?? [])
                    {
                        if (!bars.TryGetValue(stage.Name, out var bar))
                            bars[stage.Name] = bar = progress.AddTask(Markup.Escape(JobViews.StageTitle(ui, stage)), autoStart: false, maxValue: 1);
                        Update(bar, stage);
                    }
                    if (IsOver(job))
                    {
                        foreach (var bar in bars.Values)
                            bar.StopTask();
                        return job;
                    }
                    await Task.Delay(PollEvery, TimeProvider.System, cancel);
                }
            });
    }

    /// <summary>Once for each thing that a job waits for.</summary>
    private static void TellWait(Ui ui, JobView job, HashSet<string> told)
    {
        if (job.Waits is { } waits && told.Add("waits/" + waits.Code))
            ui.Note(JobViews.WaitsLine(ui, waits));
    }

    private static void Update(ProgressTask bar, StageView stage)
    {
        if (bar.IsFinished)
            return;
        bar.MaxValue = Math.Max(1, stage.Total);
        if (stage.Done > 0 && !bar.IsStarted)
            bar.StartTask();
        bar.Value = stage.Done;
    }

    private static async Task<JobView> LinesAsync(Ui ui, NodeClient node, string jobId, CancellationToken cancel)
    {
        var (told, started) = (new HashSet<string>(StringComparer.Ordinal), TimeProvider.System.GetTimestamp());
        var lastLine = started;
        while (true)
        {
            var job = await node.GetAsync<JobView>(JobCommand.PathOf(jobId), cancel).OrStop();
            TellWait(ui, job, told);
            foreach (var stage in (job.Stages ?? []).Where(s => s.Total > 0 && s.Done >= s.Total && told.Add(s.Name)))
            {
                ui.Note(ui.T(JobTexts.StageDone, JobViews.StageTitle(ui, stage), (stage.Ms ?? 0).ToString("0", System.Globalization.CultureInfo.InvariantCulture)));
                lastLine = TimeProvider.System.GetTimestamp();
            }
            if (IsOver(job))
                return job;
            if (TimeProvider.System.GetElapsedTime(lastLine) > LineEvery && (job.Stages ?? []).FirstOrDefault(s => s.Done < s.Total) is { } current)
            {
                ui.Note(ui.T(JobTexts.Running, JobViews.StageTitle(ui, current), current.Done, current.Total, (int)TimeProvider.System.GetElapsedTime(started).TotalSeconds));
                lastLine = TimeProvider.System.GetTimestamp();
            }
            await Task.Delay(PollEvery, TimeProvider.System, cancel);
        }
    }
}
