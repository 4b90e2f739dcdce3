namespace DataSpace.Sandbox.Cgroups;

/// <summary>Where groups of runs are made. Thread-safe: it holds no state but the number of the next group, which is the process's.</summary>
internal sealed class CgroupParent(CgroupVersion version, IReadOnlyList<string> directories, CgroupFiles files)
{
    private static long _lastNumber;

    public CgroupVersion Version => version;

    /// <summary>One directory in version 2, one per hierarchy in version 1.</summary>
    public IReadOnlyList<string> Directories => directories;

    /// <summary>A new group with these limits. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>, and then leaves nothing.</summary>
    public RunGroup Create(long memoryLimitBytes, int maxTasks)
    {
        var group = Named(GroupOwner.Self.NameOf(Interlocked.Increment(ref _lastNumber)));
        group.Make(memoryLimitBytes, maxTasks);
        return group;
    }

    /// <summary>Removes groups whose process is gone: a node that was killed takes none of its own away. Those of living nodes stay.</summary>
    public async Task SweepAsync()
    {
        var left = directories.SelectMany(files.Children).Where(name => GroupOwner.Parse(name) is { IsDead: true }).Distinct(StringComparer.Ordinal).ToList();
        foreach (var name in left)
            await Named(name).RemoveAsync().ConfigureAwait(false);
    }

    private RunGroup Named(string name) => new(version, [.. directories.Select(d => Path.Combine(d, name))], files);
}
