using System.CommandLine;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Regulator;

/// <summary><c>dataspace regulator …</c>, as a table of contents.</summary>
internal static class RegulatorCommand
{
    public static Command Build(GlobalOptions globals) => globals.Command("regulator", RegulatorTexts.About,
        RunCommand.Run(globals, "DataSpace.Regulator", RegulatorTexts.Run, null),
        RegulatorKeygenCommand.Build(globals),
        RegulatorImportCommand.Build(globals),
        RegulatorPreviewCommand.Build(globals),
        RegulatorSignCommand.Build(globals),
        RegulatorPublishCommand.Build(globals),
        RegulatorFreezeCommand.Build(globals),
        RegulatorLiftCommand.Build(globals),
        RegulatorClearCommand.Build(globals),
        RegulatorExecuteCommand.Build(globals),
        RegulatorRotateKeyCommand.Build(globals),
        RegulatorRegisterCommand.Build(globals),
        RegulatorStatusCommand.Build(globals));
}
