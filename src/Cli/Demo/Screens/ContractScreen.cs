using System.Globalization;
using DataSpace.Cli.Negotiation;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Screens;

/// <summary>Screen 2: the terms, then a contract with every owner, each state as it is reached. The analyst negotiates with itself too.</summary>
internal static class ContractScreen
{
    private const string ParticipantUnknown = "DS-CON-007";
    private static readonly TimeSpan LearnLimit = TimeSpan.FromSeconds(10);

    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(2, DemoTexts.ContractTitle);
        ShowTerms(run);
        foreach (var owner in DemoFolder.Owners)
            await NegotiateAsync(run, owner, "joint-statistics", cancel);
        run.ByHand($"dataspace negotiate --participant {run.Folder.Did("supplier-a")} --dataset {run.DatasetId} --offer joint-statistics --node {DemoRun.Typed(run.Analyst.Directory)}");
    }

    /// <summary>Negotiates one contract and prints the states in one growing line; gives the agreement's id.</summary>
    public static Task<string> NegotiateAsync(DemoRun run, string owner, string offer, CancellationToken cancel) => NegotiateAsync(run, owner, run.DatasetId, offer, cancel);

    /// <summary>The same for any dataset.</summary>
    public static async Task<string> NegotiateAsync(DemoRun run, string owner, string datasetId, string offer, CancellationToken cancel)
    {
        var (ui, started, first) = (run.Ui, TimeProvider.System.GetTimestamp(), true);
        var node = run.Nodes[owner].Client.Info;
        Write($"  {ui.Plain(node.Name)}: ");
        var view = await WhenKnownAsync(() => NegotiateCommand.RunAsync(run.Analyst, node.Did, datasetId, offer, state =>
        {
            Write((first ? "" : ui.IsUnicode ? " → " : " -> ") + ui.Plain(state));
            first = false;
        }, cancel), started, cancel);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        ui.Line($" ({seconds} s)");
        if (view.State != "FINALIZED" || view.AgreementId is null)
            throw new CommandStopped(view.Error is { } problem ? NegotiateCommand.OfProblem(problem) : CliErrors.NegotiationEnded.Of(view.State), ExitCode.Refused);
        ui.Line(DemoTexts.ContractLine, view.AgreementId);
        return view.AgreementId;

        void Write(string text)
        {
            if (!ui.Json)
                ui.Human.Write(new Spectre.Console.Text(text));
        }
    }

    /// <summary>A node learns of a member that was approved a moment ago with its next look at the list; until then it says "no such participant".</summary>
    private static async Task<NegotiationView> WhenKnownAsync(Func<Task<NegotiationView>> negotiate, long started, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await negotiate();
            }
            catch (CommandStopped stop) when (stop.Error.Code == ParticipantUnknown && TimeProvider.System.GetElapsedTime(started) < LearnLimit)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancel);
            }
        }
    }

    private static void ShowTerms(DemoRun run)
    {
        var ui = run.Ui;
        var table = ui.Table(ui.T(DemoTexts.Term), ui.T(DemoTexts.Value), ui.T(DemoTexts.Meaning));
        var synthetic = run.Options.Rows is not null;
        ui.Row(table, ui.T(DemoTexts.TermPurpose), "supply-chain-planning", ui.T(DemoTexts.MeansPurpose));
        ui.Row(table, ui.T(DemoTexts.TermUses), "20", ui.T(DemoTexts.MeansUses));
        ui.Row(table, ui.T(DemoTexts.TermGroup), "k = 3", ui.T(synthetic ? DemoTexts.MeansGroupSynthetic : DemoTexts.MeansGroup));
        ui.Row(table, ui.T(DemoTexts.TermDominance), ui.T(DemoTexts.Off), ui.T(synthetic ? DemoTexts.MeansDominanceSynthetic : DemoTexts.MeansDominance));
        ui.Row(table, ui.T(DemoTexts.TermColumns), synthetic ? "grp, value" : "year, invest, value", ui.T(DemoTexts.MeansColumns));
        ui.Row(table, ui.T(DemoTexts.TermPartners), string.Join('\n', DemoFolder.Owners.Select(o => $"{run.Nodes[o].Client.Info.Name} ({run.Nodes[o].Client.Info.KeyId[..16]}{(ui.IsUnicode ? "…" : "...")})")), ui.T(DemoTexts.MeansPartners));
        ui.Row(table, ui.T(DemoTexts.TermPrice), Money.Show(200, "CNY"), ui.T(DemoTexts.MeansPrice));
        ui.Show(table);
    }
}
