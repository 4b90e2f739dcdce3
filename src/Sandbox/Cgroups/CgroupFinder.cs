namespace DataSpace.Sandbox.Cgroups;

/// <summary>What was found: where groups may be made, or why none.</summary>
internal sealed record CgroupFinding(CgroupParent? Parent, CgroupAbsence Absence)
{
    public CgroupVersion Version => Parent?.Version ?? CgroupVersion.None;
}

/// <summary>
/// Finds out whether this process may give its runs groups with a bound on memory and tasks, by doing it once: a group is made, entered and removed.
/// Takes a few milliseconds. Never fails; what is not allowed is an <see cref="CgroupAbsence"/>.
/// </summary>
internal sealed class CgroupFinder(CgroupFiles files, string procDirectory = "/proc")
{
    private const long TrialMemoryBytes = 64 << 20;
    private const int TrialTasks = 16;
    private const int ReadOnlyFileSystem = 30; // EROFS

    private static readonly Lazy<Task<CgroupFinding>> Shared = new(() => new CgroupFinder(new CgroupFiles()).FindAsync());

    /// <summary>The finding for this process; tried once, since it does not change while the process lives.</summary>
    public static Task<CgroupFinding> OfThisProcess => Shared.Value;

    public async Task<CgroupFinding> FindAsync()
    {
        CgroupPlaces places;
        try
        {
            places = CgroupPlaces.Read(procDirectory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CgroupFinding(null, CgroupAbsence.NotMounted);
        }

        var second = await TryV2Async(places).ConfigureAwait(false);
        if (second.Parent is not null)
            return second;
        var first = await TryV1Async(places).ConfigureAwait(false);
        return first.Parent is not null || first.Absence >= second.Absence ? first : second;
    }

    private async Task<CgroupFinding> TryV1Async(CgroupPlaces places)
    {
        if (places.Memory is null && places.Pids is null)
            return new CgroupFinding(null, CgroupAbsence.NotMounted);
        if (places.Memory is null || places.Pids is null)
            return new CgroupFinding(null, CgroupAbsence.ControllersMissing);
        string[] directories = [.. new[] { places.Memory, places.Pids }.Distinct(StringComparer.Ordinal)];
        return directories.All(files.HasDirectory)
            ? await TryAsync(new CgroupParent(CgroupVersion.V1, directories, files)).ConfigureAwait(false)
            : new CgroupFinding(null, CgroupAbsence.NotMounted);
    }

    private async Task<CgroupFinding> TryV2Async(CgroupPlaces places)
    {
        if (places.Unified is not { } own || !files.HasDirectory(own))
            return new CgroupFinding(null, CgroupAbsence.NotMounted);
        var best = await TryV2InAsync(own).ConfigureAwait(false);
        if (best.Parent is not null || own == places.UnifiedMount || Path.GetDirectoryName(own) is not { } above || !IsOursAlone(above, Path.GetFileName(own)))
            return best;
        var second = await TryV2InAsync(above).ConfigureAwait(false);
        return second.Parent is not null || second.Absence >= best.Absence ? second : best;
    }

    /// <summary>
    /// A group holds this node's own, groups of runs and nothing else: such a one was made for the node (systemd: <c>Delegate=</c> with
    /// <c>DelegateSubgroup=</c>). A group with other children belongs to somebody who also writes there, even where root could.
    /// </summary>
    private bool IsOursAlone(string directory, string own)
        => files.HasDirectory(directory) && files.Children(directory).All(child => child == own || GroupOwner.Parse(child) is not null);

    private async Task<CgroupFinding> TryV2InAsync(string directory)
    {
        try
        {
            if (!HasBoth(directory, "cgroup.controllers"))
                return new CgroupFinding(null, CgroupAbsence.ControllersMissing);
            if (!HasBoth(directory, "cgroup.subtree_control"))
                files.Write(Path.Combine(directory, "cgroup.subtree_control"), "+memory +pids");
        }
        catch (Exception e) when (e is UnauthorizedAccessException || e.HResult == ReadOnlyFileSystem)
        {
            return new CgroupFinding(null, CgroupAbsence.NotWritable);
        }
        catch (IOException)
        {
            return new CgroupFinding(null, CgroupAbsence.NotDelegated); // EBUSY: processes sit in it
        }

        return await TryAsync(new CgroupParent(CgroupVersion.V2, [directory], files)).ConfigureAwait(false);
    }

    private bool HasBoth(string directory, string file)
    {
        var controllers = files.Read(Path.Combine(directory, file)).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return controllers.Contains("memory") && controllers.Contains("pids");
    }

    private async Task<CgroupFinding> TryAsync(CgroupParent parent)
    {
        try
        {
            var group = parent.Create(TrialMemoryBytes, TrialTasks);
            var entered = await files.CanEnterAsync(group.EntryFiles).ConfigureAwait(false);
            await group.RemoveAsync().ConfigureAwait(false);
            return entered ? new CgroupFinding(parent, CgroupAbsence.None) : new CgroupFinding(null, CgroupAbsence.CannotEnter);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CgroupFinding(null, CgroupAbsence.NotWritable);
        }
    }
}
