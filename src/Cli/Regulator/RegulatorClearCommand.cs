using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator;

/// <summary><c>dataspace regulator clear DATASET --provider DID --participant DID --rule ID --until DATE --case CASE</c>: a file for several people to sign; <c>--withdraw</c> is at once.</summary>
internal static class RegulatorClearCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var dataset = globals.Argument("DATASET", RegulatorTexts.Dataset);
        var provider = globals.Option<string>("--provider", RegulatorTexts.Owner, "DID", required: true);
        var participant = globals.Option<string>("--participant", RegulatorTexts.Participant, "DID", required: true);
        var rule = globals.Option<string>("--rule", RegulatorTexts.RuleId, "ID", required: true);
        var caseId = globals.Option<string>("--case", RegulatorTexts.Case, "CASE", required: true);
        var until = globals.Option<string?>("--until", RegulatorTexts.Until, "DATE");
        var output = globals.Option<string?>("--out", RegulatorTexts.ActOut, "FILE");
        var withdraw = globals.Option<bool>("--withdraw", RegulatorTexts.Withdraw);
        return globals.Handle(globals.Command("clear", RegulatorTexts.Clear, dataset, provider, participant, rule, caseId, until, withdraw, output), async (ui, parse, cancel) =>
        {
            var (away, end) = (parse.GetValue(withdraw), parse.GetValue(until));
            if (!away && end is null)
                throw new CommandStopped(CliErrors.BadArguments.Of(), ExitCode.Usage, [ui.T(CommonTexts.ArgumentWanted, "--until")]);
            DateTimeOffset? last = away ? null : RegulatorFiles.ReadTime("--until", end!, ui);
            var (id, owner, consumer) = (parse.GetRequiredValue(dataset), parse.GetRequiredValue(provider), parse.GetRequiredValue(participant));
            var (ruleId, number) = (parse.GetRequiredValue(rule), parse.GetRequiredValue(caseId));
            using var node = globals.OpenNode(parse);
            if (!away)
            {
                var status = await node.GetAsync<RegulatorStatusView>("admin/status", cancel).OrStop();
                var act = LooseningFiles.Draft(status, LooseningActs.Clear, FreezeTarget.Dataset, id, number) with { Provider = owner, Participant = consumer, RuleId = ruleId, Until = last };
                return await LooseningFiles.WriteAsync(ui, act, status.LooseningThreshold, parse.GetValue(output), cancel);
            }
            var json = await node.PostAsync("admin/clearances/withdraw", new { datasetId = id, provider = owner, participant = consumer, ruleId, caseId = number }, cancel).OrStop();
            LooseningFiles.Tell(ui, json);
            return ExitCode.Ok;
        });
    }
}
