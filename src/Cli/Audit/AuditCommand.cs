using System.CommandLine;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Audit;

/// <summary><c>dataspace audit …</c>: ledgers in one file, for a machine without network.</summary>
internal static class AuditCommand
{
    public static Command Build(GlobalOptions globals)
        => globals.Command("audit", AuditTexts.About, AuditExportCommand.Build(globals), AuditVerifyCommand.Build(globals));

    /// <summary>A small text file.</summary>
    public static async Task<string> ReadTextAsync(string path, int maxBytes, CancellationToken cancel)
    {
        try
        {
            return new FileInfo(path).Length <= maxBytes ? await File.ReadAllTextAsync(path, cancel) : throw new CommandStopped(CliErrors.NoFile.Of($"{path}: > {maxBytes} B"), ExitCode.Usage);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandStopped(CliErrors.NoFile.Of(path), ExitCode.Usage);
        }
    }
}
