using DataSpace.Cli.Demo.Screens;
using DataSpace.Cli.Job;
using DataSpace.Cli.Node;
using DataSpace.Cli.Regulation;
using DataSpace.Cli.Session;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Demo.NegativeList;

/// <summary>What the demo of the negative list shows after the start, in order.</summary>
internal static class NegativeListScreens
{
    private const string RuleId = "DEMO-2026-001";
    private const string CaseId = "case-2026-17";
    private const string Prohibited = "DS-NEG-021";
    private const string Frozen = "DS-NEG-024";
    private const int MostMs = 5_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50);

    private static readonly Rule Investments = new(
        RuleId, "Demo catalogue of data that must not circulate, item 1", "Yearly investment of manufacturing firms", "制造业企业年度投资数据",
        new RuleMatch(Industry: ["C"], Field: ["invest*"]), RuleRoute.Prohibited);

    public static IReadOnlyList<Func<DemoRun, DemoRegulator, CancellationToken, Task>> All { get; } = [UseAsync, ArriveAsync, RefuseAsync, LiftAsync, FreezeAsync, NegativeListLedgers.ShowAsync];

    private static async Task UseAsync(DemoRun run, DemoRegulator regulator, CancellationToken cancel)
    {
        run.Title(2, NegativeListTexts.Running);
        await ListedAsync(run, DemoFolder.Owners.Count, cancel);
        foreach (var owner in DemoFolder.Owners)
            await ContractScreen.NegotiateAsync(run, owner, "joint-statistics", cancel);
        await UsedAsync(run, cancel);
    }

    private static async Task ArriveAsync(DemoRun run, DemoRegulator regulator, CancellationToken cancel)
    {
        run.Title(3, NegativeListTexts.Arrives);
        var alone = await regulator.TryAloneAsync([Investments], cancel);
        run.Require(alone == "DS-NEG-008", NegativeListTexts.NotRefused, alone, "DS-NEG-008");
        run.Ui.Line(NegativeListTexts.OneSigner, alone);
        var published = TimeProvider.System.GetUtcNow();
        await regulator.PublishAsync([Investments], cancel);
        var nodes = await AcknowledgedAsync(run, regulator, published, cancel);
        foreach (var owner in nodes.Where(n => n.Role == "connector"))
        {
            var kinds = owner.Acknowledged!.Suspended?.Where(s => s.RuleId == RuleId).Select(s => s.Kind).ToHashSet() ?? [];
            run.Require(kinds.Contains("dataset") && kinds.Contains("contract"), NegativeListTexts.NotSuspended, owner.Name);
        }
        await ListedAsync(run, 0, cancel);
        RegulationCommand.Show(run.Ui, await run.Nodes["supplier-a"].Client.GetAsync<RegulationView>("admin/regulation/status", cancel).OrStop());
        run.ByHand($"dataspace regulation status --node {DemoRun.Typed(run.Nodes["supplier-a"].Directory)}");
    }

    private static async Task RefuseAsync(DemoRun run, DemoRegulator regulator, CancellationToken cancel)
    {
        run.Title(4, NegativeListTexts.Refused);
        await RefusedAsync(run, Prohibited, RuleId, cancel);
    }

    private static async Task LiftAsync(DemoRun run, DemoRegulator regulator, CancellationToken cancel)
    {
        const string Away = "supplier-b";
        run.Title(5, NegativeListTexts.Lifted);
        var did = run.Nodes[Away].Client.Info.Did;
        await NodeProcess.StopAsync([run.Nodes[Away].Process]);
        await regulator.PublishAsync([], cancel);
        var silent = await WhenAsync(run, regulator, v => v.Nodes.FirstOrDefault(n => n.Did == did) is { State: "noAnswer" } node ? node : null, () => (NegativeListTexts.NotSilent, [Away]), cancel);
        run.Ui.Styled("yellow", run.Ui.T(NegativeListTexts.NoAnswer, silent.Name, silent.NoAnswerSince?.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)));
        run.Nodes[Away].Client.Dispose();
        run.Processes.Remove(run.Nodes[Away].Process);
        StartScreen.Launch(run, Away);
        await StartScreen.AwaitReadyAsync(run, Away, cancel);
        await AcknowledgedAsync(run, regulator, null, cancel);
        run.Ui.Line(NegativeListTexts.Back, silent.Name);
        await ListedAsync(run, DemoFolder.Owners.Count, cancel);
        await UsedAsync(run, cancel);
    }

    private static async Task FreezeAsync(DemoRun run, DemoRegulator regulator, CancellationToken cancel)
    {
        run.Title(6, NegativeListTexts.Freeze);
        var order = new { target = "participant", id = run.Folder.Did("supplier-a"), caseId = CaseId };
        var at = TimeProvider.System.GetUtcNow();
        await regulator.Client.PostAsync("admin/freezes", order, cancel).OrStop();
        await AcknowledgedAsync(run, regulator, at, cancel);
        await RefusedAsync(run, Frozen, CaseId, cancel);
        at = TimeProvider.System.GetUtcNow();
        await regulator.LiftAsync(FreezeTarget.Participant, run.Folder.Did("supplier-a"), CaseId, cancel);
        await AcknowledgedAsync(run, regulator, at, cancel);
        await UsedAsync(run, cancel);
    }

    /// <summary>
    /// Waits until every node acknowledged what is in force, and shows what each did and how fast. With <paramref name="publishedAt"/>, more than five seconds end the demo.
    /// </summary>
    public static async Task<IReadOnlyList<SupervisedNode>> AcknowledgedAsync(DemoRun run, DemoRegulator regulator, DateTimeOffset? publishedAt, CancellationToken cancel)
    {
        var nodes = await WhenAsync(run, regulator, v => v.Nodes.Count > 0 && v.Nodes.All(n => n.State == "current" && n.Acknowledged?.Version == regulator.Version) ? v.Nodes : null,
            () => (NegativeListTexts.NotAcknowledged, [regulator.Version, "", ""]), cancel);
        var ui = run.Ui;
        var table = ui.Table(ui.T(NegativeListTexts.Node), ui.T(NegativeListTexts.FromArrival), ui.T(NegativeListTexts.FromPublication), ui.T(NegativeListTexts.Suspended), ui.T(NegativeListTexts.Resumed));
        foreach (var node in nodes)
        {
            var acknowledged = node.Acknowledged!;
            var total = publishedAt is { } at ? (long)(acknowledged.ReceivedAt - at).TotalMilliseconds : (long?)null;
            ui.Row(table, node.Name ?? node.Did, Money.Number(acknowledged.TookMs), total is { } ms ? Money.Number(ms) : "", Effects(acknowledged.Suspended), Effects(acknowledged.Resumed));
            run.Require(acknowledged.TookMs <= MostMs, NegativeListTexts.TooSlow, node.Name, acknowledged.TookMs);
        }
        ui.Show(table);
        run.Summary[$"version {regulator.Version}, {run.Summary.Count}"] = nodes.Select(n => new { n.Name, n.Acknowledged!.TookMs, suspended = n.Acknowledged.Suspended?.Count, resumed = n.Acknowledged.Resumed?.Count });
        return nodes;
    }

    private static string Effects(IReadOnlyList<EffectView>? effects)
        => string.Join(", ", (effects ?? []).GroupBy(e => e.Kind, StringComparer.Ordinal).Select(g => $"{g.Key} {Money.Number(g.Count())}"));

    private static async Task<T> WhenAsync<T>(
        DemoRun run, DemoRegulator regulator, Func<SupervisionView, T?> when, Func<(Phrase Phrase, object?[] Arguments)> otherwise, CancellationToken cancel)
        where T : class
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (when(await regulator.Client.GetAsync<SupervisionView>("admin/status", cancel).OrStop()) is { } found)
                return found;
            var (phrase, arguments) = otherwise();
            run.Require(TimeProvider.System.GetElapsedTime(started) < Limit, phrase, arguments);
            await Task.Delay(PollEvery, TimeProvider.System, cancel);
        }
    }

    private static async Task ListedAsync(DemoRun run, int expected, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        int listed;
        while ((listed = (await run.Analyst.GetAsync("admin/catalog", cancel).OrStop()).GetProperty("datasets").GetArrayLength()) != expected)
        {
            run.Require(TimeProvider.System.GetElapsedTime(started) < Limit, NegativeListTexts.WrongListing, listed, expected);
            await Task.Delay(PollEvery, TimeProvider.System, cancel);
        }
        run.Ui.Line(NegativeListTexts.Listed, listed);
    }

    private static async Task UsedAsync(DemoRun run, CancellationToken cancel)
    {
        var job = await SubmitAsync(run, cancel);
        run.Require(job.State == "COMPLETED", NegativeListTexts.UseFailed, job.State, job.Error?.Code);
        run.Ui.Styled("green", run.Ui.T(NegativeListTexts.Used, job.JobId));
    }

    /// <summary>Submits although the plan may already know of the refusal: it is the owners who uphold it.</summary>
    private static async Task RefusedAsync(DemoRun run, string code, string inDetail, CancellationToken cancel)
    {
        WhyView why;
        try
        {
            var job = await SubmitAsync(run, cancel);
            why = await run.Analyst.GetAsync<WhyView>(JobCommand.PathOf(job.JobId, "why"), cancel).OrStop();
            run.Require(job.State == "FAILED", NegativeListTexts.NotRefused, job.State, inDetail);
        }
        catch (CommandStopped stop) when (stop.Error.Code == code)
        {
            // The analyst's own node holds the same list and does not even send it.
            run.Require(stop.Error.Detail?.Contains(inDetail, StringComparison.Ordinal) == true, NegativeListTexts.NotRefused, stop.Error, inDetail);
            run.Ui.Styled("red", $"{stop.Error.Code} {run.Ui.T(stop.Error.Kind.Title, stop.Error.Kind.TitleZh)}: {run.Ui.Plain(stop.Error.Detail ?? "")}");
            return;
        }
        JobViews.ShowWhy(run.Ui, why with { Trail = null });
        run.Require(why.Reasons?.Any(r => r.Code == code && r.Detail?.Contains(inDetail, StringComparison.Ordinal) == true) == true, NegativeListTexts.NotRefused, why.State, inDetail);
        run.ByHand($"dataspace job why {why.JobId} --node {DemoRun.Typed(run.Analyst.Directory)}");
    }

    private static async Task<JobView> SubmitAsync(DemoRun run, CancellationToken cancel)
    {
        var spec = run.Folder.Job(run.MainJob);
        var plan = await PlanScreen.ReadAsync(run, spec, cancel);
        return await RunScreen.SubmitAndFollowAsync(run, spec, plan.PlanHash, cancel);
    }
}
