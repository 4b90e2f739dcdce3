using System.CommandLine;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Regulator;

/// <summary><c>dataspace regulator execute ACT</c>: hands in a lift or a clearance that enough people signed.</summary>
internal static class RegulatorExecuteCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var file = globals.Argument("ACT", RegulatorTexts.ActFile);
        return globals.Handle(globals.Command("execute", RegulatorTexts.Execute, file), async (ui, parse, cancel) =>
        {
            var path = parse.GetRequiredValue(file);
            var signed = await LooseningFiles.ReadAsync(path, cancel) ?? throw new CommandStopped(RegulatorCliErrors.NoAct.Of(path), ExitCode.Usage);
            using var node = globals.OpenNode(parse);
            var json = await node.PostAsync("admin/acts", System.Text.Json.JsonSerializer.SerializeToElement(signed, Kernel.Crypto.KernelJson.Options), cancel).OrStop();
            LooseningFiles.Tell(ui, json);
            return ExitCode.Ok;
        });
    }
}
