using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Results;

namespace DataSpace.Cli.Negotiation;

/// <summary><c>dataspace negotiate</c>: asks an owner for a contract and shows every state until it is final; <c>list</c> and <c>terminate</c> for those that are not.</summary>
internal static class NegotiateCommand
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(60);

    public static Command Build(GlobalOptions globals)
    {
        var participant = globals.Option<string>("--participant", NegotiationTexts.Participant, "DID", required: true);
        var dataset = globals.Option<string>("--dataset", NegotiationTexts.Dataset, "ID", required: true);
        var offer = globals.Option<string>("--offer", NegotiationTexts.Offer, "ID", required: true);
        return globals.Handle(globals.Command("negotiate", NegotiationTexts.About, participant, dataset, offer, List(globals), Terminate(globals)), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var last = await RunAsync(node, parse.GetRequiredValue(participant), parse.GetRequiredValue(dataset), parse.GetRequiredValue(offer),
                state => { if (!ui.Json) ui.Line("  " + ui.Plain(state)); }, cancel);
            if (ui.Json)
                ui.WriteJson(last);
            else if (last.State == "FINALIZED")
                ui.Line(NegotiationTexts.Done, last.AgreementId);
            if (last.State == "FINALIZED")
                return ExitCode.Ok;
            if (!ui.Json)
                ui.Error(last.Error is { } problem ? OfProblem(problem) : CliErrors.NegotiationEnded.Of(last.State));
            return ExitCode.Refused;
        });
    }

    private static Command List(GlobalOptions globals) => globals.Handle(globals.Command("list", NegotiationTexts.List), async (ui, parse, cancel) =>
    {
        using var node = globals.OpenNode(parse);
        var json = await node.GetAsync("admin/negotiations", cancel).OrStop();
        if (ui.Json)
        {
            ui.WriteJson(json);
            return ExitCode.Ok;
        }
        var table = ui.Table(ui.T(NegotiationTexts.Id), ui.T(NegotiationTexts.Other), ui.T(NegotiationTexts.DatasetTitle), ui.T(NegotiationTexts.OfferTitle), ui.T(NegotiationTexts.State));
        foreach (var view in NodeClient.Read<NegotiationsView>(json).OrStop().Negotiations)
            ui.Row(table, view.Id, view.ParticipantName ?? "", view.DatasetId ?? "", view.OfferId ?? "", view.State);
        ui.Show(table);
        return ExitCode.Ok;
    });

    private static Command Terminate(GlobalOptions globals)
    {
        var id = globals.Argument("NEGOTIATION", NegotiationTexts.TerminateId);
        var reason = globals.Option<string?>("--reason", NegotiationTexts.Reason, "TEXT");
        return globals.Handle(globals.Command("terminate", NegotiationTexts.Terminate, id, reason), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var which = parse.GetRequiredValue(id);
            var json = await node.PostAsync($"admin/negotiations/{Uri.EscapeDataString(which)}/terminate", new { reason = parse.GetValue(reason) }, cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                ui.Line(NegotiationTexts.Terminated, which);
            return ExitCode.Ok;
        });
    }

    /// <summary>Starts a negotiation and polls it; <paramref name="onState"/> is called once per state, in order.</summary>
    public static async Task<NegotiationView> RunAsync(
        NodeClient node, string participant, string datasetId, string offerId, Action<string> onState, CancellationToken cancel)
    {
        var json = await node.PostAsync("admin/negotiations", new { participant, datasetId, offerId }, cancel).OrStop();
        var view = NodeClient.Read<NegotiationView>(json).OrStop();
        var (shown, path, started) = (0, $"admin/negotiations/{Uri.EscapeDataString(view.Id)}", TimeProvider.System.GetTimestamp());
        while (true)
        {
            view = await node.GetAsync<NegotiationView>(path, cancel).OrStop();
            foreach (var state in (view.History ?? []).Skip(shown))
            {
                onState(state.State);
                shown++;
            }
            if (view.State is "FINALIZED" or "TERMINATED" || view.Error is not null)
                return view;
            if (TimeProvider.System.GetElapsedTime(started) > GiveUpAfter)
                throw new CommandStopped(CliErrors.NegotiationEnded.Of($"{view.State}, {GiveUpAfter.TotalSeconds:0} s"), ExitCode.Negative);
            await Task.Delay(PollEvery, TimeProvider.System, cancel);
        }
    }

    /// <summary>A node's problem as an error of this program, with the node's code and texts.</summary>
    public static DsError OfProblem(ProblemView problem) => new ErrorKind(
        problem.Code, 409, problem.Title ?? problem.Code, problem.TitleZh ?? problem.Title ?? problem.Code,
        problem.Advice ?? "", problem.AdviceZh ?? problem.Advice ?? "").Of(problem.Detail);
}
