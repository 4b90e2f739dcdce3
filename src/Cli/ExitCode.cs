namespace DataSpace.Cli;

/// <summary>Exit codes of every command; they are documented in the help and never change meaning.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>The answer is no: not found, a check or verification failed.</summary>
    public const int Negative = 1;

    /// <summary>Wrong command line, job spec or configuration.</summary>
    public const int Usage = 2;

    /// <summary>A policy, contract or budget refused.</summary>
    public const int Refused = 3;

    /// <summary>The node cannot be reached or is not the one that was pinned.</summary>
    public const int Unreachable = 4;

    /// <summary>The job ran and failed or was cancelled.</summary>
    public const int JobFailed = 5;

    /// <summary>Interrupted by a signal.</summary>
    public const int Interrupted = 130;
}
