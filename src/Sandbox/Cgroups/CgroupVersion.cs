namespace DataSpace.Sandbox.Cgroups;

/// <summary>Which kind of control group bounds the runs of this process.</summary>
internal enum CgroupVersion
{
    None,

    /// <summary>Separate hierarchies <c>memory</c> and <c>pids</c>.</summary>
    V1,

    /// <summary>One hierarchy, delegated.</summary>
    V2,
}

/// <summary>Why there is no group for the runs; a later member means that more was found in order before it.</summary>
internal enum CgroupAbsence
{
    None,

    /// <summary>No hierarchy is mounted where this process could see its own group.</summary>
    NotMounted,

    /// <summary>The controllers memory and pids are not both there.</summary>
    ControllersMissing,

    /// <summary>Version 2 gives controllers to children only of a group without processes of its own, and none such is delegated to this process.</summary>
    NotDelegated,

    /// <summary>This user may not make a group or set its limits.</summary>
    NotWritable,

    /// <summary>A group could be made, but no process put into it.</summary>
    CannotEnter,
}

/// <summary>The one place where the name of a profile is put together, for Reports, status and <c>dataspace doctor</c>.</summary>
internal static class ProfileName
{
    /// <summary><c>bubblewrap/</c>, who the host is, <c>/</c>, what bounds memory and tasks of a run.</summary>
    public static string Of(bool isPrivileged, CgroupVersion cgroups)
        => $"bubblewrap/{(isPrivileged ? "privileged" : "unprivileged")}/{BoundsOf(cgroups)}";

    private static string BoundsOf(CgroupVersion cgroups) => cgroups switch
    {
        CgroupVersion.V1 => "cgroup-v1",
        CgroupVersion.V2 => "cgroup-v2",
        _ => "rlimits",
    };
}
