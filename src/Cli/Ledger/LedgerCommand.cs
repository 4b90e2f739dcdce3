using System.CommandLine;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Ledger;

/// <summary><c>dataspace ledger …</c>: most of it offline, from a directory; prove, erase, disclose, status, gossip and new-origin ask a running node.</summary>
internal static class LedgerCommand
{
    public static Command Build(GlobalOptions globals) => globals.Command("ledger", LedgerTexts.About,
        LedgerVerifyCommand.Build(globals), LedgerShowCommand.Build(globals), LedgerSearchCommand.Build(globals), LedgerBillCommand.Build(globals), LedgerProveCommand.Build(globals), LedgerEraseCommand.Build(globals), LedgerDiscloseCommands.Disclose(globals), LedgerDiscloseCommands.Disclosed(globals),
        LedgerWitnessCommands.Status(globals), LedgerWitnessCommands.Gossip(globals), LedgerWitnessCommands.NewOrigin(globals), LedgerWitnessCommands.Regrant(globals), LedgerWitnessCommands.Reconcile(globals));

    /// <summary>The directory that holds checkpoint and tiles: the one named, or its <c>ledger</c> folder when a node's directory was named.</summary>
    public static string Locate(string directory)
    {
        foreach (var candidate in new[] { directory, Path.Combine(directory, "ledger") })
        {
            if (File.Exists(Path.Combine(candidate, "checkpoint")) || Directory.Exists(Path.Combine(candidate, "tile")))
                return candidate;
        }
        throw new CommandStopped(CliErrors.NoLedger.Of(directory), ExitCode.Usage);
    }
}
