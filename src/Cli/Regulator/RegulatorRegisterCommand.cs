using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Regulator;

/// <summary><c>dataspace regulator register NODE.JSON</c>: the officer vouches for the card by handing it over.</summary>
internal static class RegulatorRegisterCommand
{
    private const int MaxCardBytes = 16 * 1024;

    public static Command Build(GlobalOptions globals)
    {
        var card = globals.Argument("NODE.JSON", RegulatorTexts.Card);
        return globals.Handle(globals.Command("register", RegulatorTexts.Register, card), async (ui, parse, cancel) =>
        {
            var path = parse.GetRequiredValue(card);
            var info = NodeInfo.ReadFile(path).OrStop();
            var content = JsonNode.Parse(await RegulatorFiles.ReadBytesAsync(path, MaxCardBytes, cancel));
            using var node = globals.OpenNode(parse);
            JsonElement json = await node.PostAsync("admin/nodes", content, cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            ui.Line(RegulatorTexts.Registered, info.Did);
            return ExitCode.Ok;
        });
    }
}
