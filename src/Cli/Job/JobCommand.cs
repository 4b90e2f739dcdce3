using System.CommandLine;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary><c>dataspace job …</c>: the group of job commands.</summary>
internal static class JobCommand
{
    public static Command Build(GlobalOptions globals) => globals.Command("job", JobTexts.About,
        JobPlanCommand.Build(globals), JobSubmitCommand.Build(globals), JobStatusCommand.Build(globals),
        JobWhyCommand.Build(globals), JobResultCommand.Build(globals), JobCancelCommand.Build(globals), JobViewCommand.Build(globals));

    /// <summary>Path of one job in the management API; the id is checked by the node.</summary>
    public static string PathOf(string jobId, string? part = null)
        => $"admin/jobs/{Uri.EscapeDataString(jobId)}" + (part is null ? "" : "/" + part);
}
