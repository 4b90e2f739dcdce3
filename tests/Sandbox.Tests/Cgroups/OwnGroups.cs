using DataSpace.Sandbox.Cgroups;

namespace DataSpace.Sandbox.Tests.Cgroups;

/// <summary>
/// Real control groups of one test: a parent of its own below the one that this host allows, and a record of what was made in it. Tests run at once; without
/// a parent of its own a test would see its neighbours' groups.
/// </summary>
internal sealed class OwnGroups : IAsyncDisposable
{
    private readonly RecordingFiles _files = new();

    private OwnGroups(CgroupVersion version, IReadOnlyList<string> directories) => Parent = new CgroupParent(version, directories, _files);

    public CgroupParent Parent { get; }

    /// <summary>Groups made so far, by directory.</summary>
    public IReadOnlyList<string> Made => [.. _files.Made];

    /// <summary>Completes when a run's group is there, before anything is started in it.</summary>
    public Task FirstMade => _files.FirstMade.Task;

    /// <summary>Groups there now.</summary>
    public IReadOnlyList<string> Left => [.. Parent.Directories.SelectMany(d => Directory.EnumerateDirectories(d))];

    public static async Task<OwnGroups> OpenAsync()
    {
        var found = await CgroupFinder.OfThisProcess;
        Assert.SkipWhen(found.Parent is null, $"this host allows no control groups: {found.Absence}");
        var name = "dataspace-test-" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(6));
        var directories = found.Parent.Directories.Select(d => Path.Combine(d, name)).ToList();
        var files = new CgroupFiles();
        foreach (var directory in directories)
        {
            files.Make(directory);
            if (found.Version == CgroupVersion.V2)
                files.Write(Path.Combine(directory, "cgroup.subtree_control"), "+memory +pids");
        }

        return new OwnGroups(found.Version, directories);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var group in Left.Select(Path.GetFileName).Distinct())
            await Group(group!).RemoveAsync();
        foreach (var directory in Parent.Directories)
            Directory.Delete(directory);
    }

    /// <summary>A group under any name, as another process would have made it.</summary>
    public RunGroup Group(string name) => new(Parent.Version, [.. Parent.Directories.Select(d => Path.Combine(d, name))], new CgroupFiles());

    private sealed class RecordingFiles : CgroupFiles
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Made { get; } = [];

        public TaskCompletionSource FirstMade { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override void Make(string directory)
        {
            base.Make(directory);
            Made.Enqueue(directory);
            FirstMade.TrySetResult();
        }
    }
}
