namespace DataSpace.Sandbox.Cgroups;

/// <summary>How a launched process comes into its group: the shell of the launch writes itself there and only then becomes the next program.</summary>
internal static class CgroupEntry
{
    /// <summary>Ends the list of <c>cgroup.procs</c> files among the shell's arguments.</summary>
    public const string End = "--";

    /// <summary>Exit code when the group could not be entered: nothing was run.</summary>
    public const int RefusedExitCode = 125;

    /// <summary>Takes the files up to <see cref="End"/> and enters each group (0 is the writer itself). The rest of the arguments stay.</summary>
    public const string Script = "while [ \"$1\" != -- ]; do echo 0 >\"$1\" || exit 125; shift; done; shift";
}
