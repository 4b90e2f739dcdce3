using System.CommandLine;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Settle;

/// <summary><c>dataspace settle dispute</c> and <c>resolve</c>: a party's word, written into its own node's ledger.</summary>
internal static class SettleDisputes
{
    public static Command Open(GlobalOptions globals)
    {
        var (contract, grant, reason) = Options(globals);
        return globals.Handle(globals.Command("dispute", SettleTexts.Dispute, contract, grant, reason), (ui, parse, cancel) => PostAsync(
            globals, ui, parse, "admin/settlement/disputes", parse.GetRequiredValue(contract), parse.GetRequiredValue(grant), parse.GetRequiredValue(reason), "", cancel));
    }

    public static Command Resolve(GlobalOptions globals)
    {
        var (contract, grant, reason) = Options(globals);
        var outcome = globals.Option<string>("--outcome", SettleTexts.Outcome, "bill|waive", required: true);
        outcome.AcceptOnlyFromAmong("bill", "waive");
        return globals.Handle(globals.Command("resolve", SettleTexts.Resolve, contract, grant, outcome, reason), (ui, parse, cancel) => PostAsync(
            globals, ui, parse, "admin/settlement/disputes/resolve", parse.GetRequiredValue(contract), parse.GetRequiredValue(grant), parse.GetRequiredValue(outcome), parse.GetRequiredValue(reason), cancel));
    }

    private static (Option<string> Contract, Option<string> Grant, Option<string> Reason) Options(GlobalOptions globals) => (
        globals.Option<string>("--contract", SettleTexts.Contract, "ID", required: true),
        globals.Option<string>("--grant", SettleTexts.Grant, "HASH", required: true),
        globals.Option<string>("--reason", SettleTexts.Reason, "TEXT", required: true));

    private static async Task<int> PostAsync(
        GlobalOptions globals, Ui ui, ParseResult parse, string path, string contractId, string grantHash, string word, string reason, CancellationToken cancel)
    {
        using var node = globals.OpenNode(parse);
        var answer = await node.PostAsync(path, new { contractId, grantHash, word, reason }, cancel).OrStop();
        if (ui.Json)
            ui.WriteJson(answer);
        ui.Line(SettleTexts.Appended, answer.GetProperty("index").GetInt64(), node.Info.Name);
        return ExitCode.Ok;
    }
}
