namespace DataSpace.Sandbox.Process;

/// <summary>What to run: bytes for stdin, one input file, limits, and the cap of stdout.</summary>
internal sealed record LaunchRequest(byte[] Input, string? DatasetPath, SandboxLimits Limits, int MaxStdoutBytes)
{
    /// <summary>Environment of the launcher process itself; tests put a secret in it to see that it does not arrive.</summary>
    public IReadOnlyDictionary<string, string>? LauncherEnvironment { get; init; }

    /// <summary>Takes the first part of stdout as it arrives, when subjects were asked for.</summary>
    public Subjects.SubjectSection? Section { get; init; }
}

/// <summary>Why a run ended.</summary>
internal enum LaunchEnd
{
    Exited,
    WallLimit,
    OutputLimit,
    Cancelled,

    /// <summary>No control group could be made for the run, and nothing was started.</summary>
    NoGroup,
}

/// <summary>What the launcher saw from outside.</summary>
internal sealed record LaunchOutcome(LaunchEnd End, int ExitCode, byte[] Stdout, string Stderr, TimeSpan Wall, int ProcessId)
{
    /// <summary>What the run's control group enforced; null without one.</summary>
    public Cgroups.GroupEvents? GroupEvents { get; init; }
}
