using DataSpace.Kernel.Results;

namespace DataSpace.Cli.Session;

/// <summary>
/// Ends a command with an expected error and an exit code. Errors travel as <see cref="Result{T}"/> up to the command;
/// this is only the last step from a command to the one place that prints and exits.
/// </summary>
internal sealed class CommandStopped(DsError error, int exitCode, IReadOnlyList<string>? problems = null) : Exception(error.ToString())
{
    /// <summary>What to print.</summary>
    public DsError Error { get; } = error;

    /// <summary>What to exit with.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>Single problems, where one error stands for several.</summary>
    public IReadOnlyList<string>? Problems { get; } = problems;
}

/// <summary>The step from a result to a command's end.</summary>
internal static class Stopping
{
    /// <summary>The value, or the end of the command with the exit code that fits the error.</summary>
    public static T OrStop<T>(this Result<T> result)
        => result.TryGet(out var value, out var error) ? value : throw new CommandStopped(error, ExitCodeOf(error));

    /// <summary>The value of a pending result, or the end of the command.</summary>
    public static async Task<T> OrStop<T>(this Task<Result<T>> pending)
        => (await pending).OrStop();

    /// <summary>Exit code for an error, wherever it came from.</summary>
    public static int ExitCodeOf(DsError error) => error.Code switch
    {
        "DS-CLI-004" or "DS-CLI-005" => ExitCode.Unreachable,
        "DS-CLI-001" or "DS-CLI-002" or "DS-CLI-003" or "DS-CLI-010" or "DS-CLI-030" or "DS-CLI-032" => ExitCode.Usage,
        "DS-CLI-013" => ExitCode.JobFailed,
        "DS-CLI-130" => ExitCode.Interrupted,
        _ when error.Kind.Status == 403 || error.Code.StartsWith("DS-POL-", StringComparison.Ordinal) => ExitCode.Refused,
        _ => ExitCode.Negative,
    };
}
