using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator;

/// <summary><c>dataspace regulator clear DATASET --participant DID --rule ID --until DATE --case CASE</c>: a file for several people to sign, or at once; <c>--withdraw</c> is at once.</summary>
internal static class RegulatorClearCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var dataset = globals.Argument("DATASET", RegulatorTexts.Dataset);
        var participant = globals.Option<string>("--participant", RegulatorTexts.Participant, "DID", required: true);
        var rule = globals.Option<string>("--rule", RegulatorTexts.RuleId, "ID", required: true);
        var caseId = globals.Option<string>("--case", RegulatorTexts.Case, "CASE", required: true);
        var until = globals.Option<string?>("--until", RegulatorTexts.Until, "DATE");
        var output = globals.Option<string?>("--out", RegulatorTexts.ActOut, "FILE");
        var withdraw = globals.Option<bool>("--withdraw", RegulatorTexts.Withdraw);
        return globals.Handle(globals.Command("clear", RegulatorTexts.Clear, dataset, participant, rule, caseId, until, withdraw, output), async (ui, parse, cancel) =>
        {
            var (away, end) = (parse.GetValue(withdraw), parse.GetValue(until));
            if (!away && end is null)
                throw new CommandStopped(CliErrors.BadArguments.Of(), ExitCode.Usage, [ui.T(CommonTexts.ArgumentWanted, "--until")]);
            var order = new System.Text.Json.Nodes.JsonObject
            {
                ["datasetId"] = parse.GetRequiredValue(dataset),
                ["participant"] = parse.GetRequiredValue(participant),
                ["ruleId"] = parse.GetRequiredValue(rule),
                ["caseId"] = parse.GetRequiredValue(caseId),
            };
            DateTimeOffset? last = away ? null : RegulatorFiles.ReadTime("--until", end!, ui);
            using var node = globals.OpenNode(parse);
            if (!away)
            {
                order["until"] = last;
                var status = await node.GetAsync<RegulatorStatusView>("admin/status", cancel).OrStop();
                if (status.LooseningThreshold > 0)
                {
                    var act = LooseningFiles.Draft(status, LooseningActs.Clear, FreezeTarget.Dataset, parse.GetRequiredValue(dataset), parse.GetRequiredValue(caseId));
                    act = act with { Participant = parse.GetRequiredValue(participant), RuleId = parse.GetRequiredValue(rule), Until = last };
                    return await LooseningFiles.WriteAsync(ui, act, status.LooseningThreshold, parse.GetValue(output), cancel);
                }
            }
            var json = await node.PostAsync(away ? "admin/clearances/withdraw" : "admin/clearances", order, cancel).OrStop();
            LooseningFiles.Tell(ui, json);
            return ExitCode.Ok;
        });
    }
}
