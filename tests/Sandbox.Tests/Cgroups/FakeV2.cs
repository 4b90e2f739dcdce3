using DataSpace.Sandbox.Cgroups;

namespace DataSpace.Sandbox.Tests.Cgroups;

/// <summary>
/// A tree of real files that behaves as a version 2 hierarchy does (kernel documentation, "Control Group v2"): a new group shows the controllers that its parent
/// gives to children; a group with processes gives none; one with processes is not removed; <c>cgroup.kill</c> empties it.
/// </summary>
internal sealed class FakeV2(string mount) : CgroupFiles
{
    private const int Busy = 16; // EBUSY

    /// <summary>May a process be moved here?</summary>
    public bool AllowsEntry { get; init; } = true;

    /// <summary>This user may write below here alone; null: everywhere.</summary>
    public string? WritableBelow { get; init; }

    public override void Make(string directory)
    {
        Demand(directory);
        Directory.CreateDirectory(directory);
        var controllers = directory == mount ? "cpu memory pids" : Read(Path.Combine(Path.GetDirectoryName(directory)!, "cgroup.subtree_control"));
        Put(directory, "cgroup.controllers", controllers);
        foreach (var file in new[] { "cgroup.procs", "cgroup.subtree_control", "cgroup.kill" })
            Put(directory, file, "");
        if (directory == mount)
            return;
        if (controllers.Contains("memory", StringComparison.Ordinal))
        {
            foreach (var file in new[] { "memory.max", "memory.swap.max", "memory.oom.group" })
                Put(directory, file, "");
            Put(directory, "memory.events", "low 0\nhigh 0\nmax 4\noom 1\noom_kill 2\noom_group_kill 1\n");
        }

        if (controllers.Contains("pids", StringComparison.Ordinal))
        {
            Put(directory, "pids.max", "");
            Put(directory, "pids.events", "max 3\n");
        }
    }

    public override void Write(string path, string text)
    {
        var directory = Path.GetDirectoryName(path)!;
        Demand(directory);
        var name = Path.GetFileName(path);
        if (name == "cgroup.subtree_control" && directory != mount && Read(Path.Combine(directory, "cgroup.procs")).Length > 0)
            throw new IOException("Device or resource busy", Busy);
        if (!File.Exists(path))
            throw new FileNotFoundException(path);
        File.WriteAllText(path, text.Replace("+", "", StringComparison.Ordinal));
        if (name == "cgroup.kill")
            Put(directory, "cgroup.procs", "");
    }

    public override void Remove(string directory)
    {
        if (Read(Path.Combine(directory, "cgroup.procs")).Length > 0)
            throw new IOException("Device or resource busy", Busy);
        Directory.Delete(directory, recursive: true);
    }

    public override Task<bool> CanEnterAsync(IReadOnlyList<string> entryFiles)
    {
        Assert.All(entryFiles, f => Assert.True(File.Exists(f), f));
        return Task.FromResult(AllowsEntry);
    }

    /// <summary>A group with a process inside.</summary>
    public void Occupy(string directory, string pid) => Put(directory, "cgroup.procs", pid + "\n");

    /// <summary>As somebody else, who may.</summary>
    public static void Put(string directory, string file, string text) => File.WriteAllText(Path.Combine(directory, file), text);

    private void Demand(string directory)
    {
        if (WritableBelow is not null && !directory.StartsWith(WritableBelow, StringComparison.Ordinal))
            throw new UnauthorizedAccessException(directory);
    }
}
