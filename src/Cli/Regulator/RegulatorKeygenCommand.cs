using System.CommandLine;
using DataSpace.Cli.Session;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator;

/// <summary><c>dataspace regulator keygen FILE</c>: a root key, made where it will be used.</summary>
internal static class RegulatorKeygenCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var file = globals.Argument("FILE", RegulatorTexts.KeyOut);
        return globals.Handle(globals.Command("keygen", RegulatorTexts.Keygen, file), (ui, parse, _) =>
        {
            var path = parse.GetRequiredValue(file);
            var key = RootKeyFile.Create(path);
            if (ui.Json)
                ui.WriteJson(new { file = path, keyId = key.KeyId, publicKey = RegulatorPin.Spell(key) });
            ui.Line(RegulatorTexts.KeyMade, key.KeyId, path);
            ui.Line(RegulatorTexts.KeyPublic);
            ui.Unbroken("  " + RegulatorPin.Spell(key));
            return Task.FromResult(ExitCode.Ok);
        });
    }
}
