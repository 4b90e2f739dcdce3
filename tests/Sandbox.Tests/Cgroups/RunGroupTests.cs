using DataSpace.Sandbox.Cgroups;
using DataSpace.Sandbox.Process;
using DataSpace.Sandbox.Tests.Attacks;

namespace DataSpace.Sandbox.Tests.Cgroups;

/// <summary>A run's group is gone when the run is over, however it ends.</summary>
public sealed class RunGroupTests(ProbeFixture probes) : IClassFixture<ProbeFixture>
{
    [Theory]
    [InlineData("control", 60_000, "Exited")]
    [InlineData("flood", 60_000, "OutputLimit")]
    [InlineData("hang", 700, "WallLimit")]
    [InlineData("hang", 3, "WallLimit")]
    public async Task Gone_after_the_run(string probe, int wallLimitMs, string end)
    {
        await using var groups = await OwnGroups.OpenAsync();
        var outcome = await probes.RunAsync(
            probe, limits: new SandboxLimits { MemoryLimitBytes = 1L << 30, WallLimitMs = wallLimitMs }, groups: groups.Parent);
        Assert.Equal(end, outcome.End.ToString());
        AssertMadeAndGone(groups);
    }

    [Fact]
    public async Task Gone_after_a_memory_kill()
    {
        await using var groups = await OwnGroups.OpenAsync();
        var outcome = await probes.RunAsync(
            "memory-of-many", SandboxLayers.All with { Seccomp = false }, limits: new SandboxLimits { MemoryLimitBytes = 256L << 20 }, groups: groups.Parent);
        Assert.True(outcome.GroupEvents is { OutOfMemoryKills: > 0 }, outcome.ToString());
        AssertMadeAndGone(groups);
    }

    [Fact]
    public async Task Gone_after_a_cancellation()
    {
        await using var groups = await OwnGroups.OpenAsync();
        using var gone = new CancellationTokenSource();
        var run = probes.RunAsync("hang", groups: groups.Parent, cancellationToken: gone.Token);
        await groups.FirstMade;
        await gone.CancelAsync();
        Assert.Equal(LaunchEnd.Cancelled, (await run).End);
        AssertMadeAndGone(groups);
    }

    [Fact]
    public async Task Gone_after_a_launch_that_fails()
    {
        await using var groups = await OwnGroups.OpenAsync();
        var outcome = await probes.RunAsync("no-such-probe", groups: groups.Parent);
        Assert.Equal(1, outcome.ExitCode);
        AssertMadeAndGone(groups);
    }

    [Fact]
    public async Task Without_its_group_a_run_does_not_start()
    {
        string[] nowhere = ["/nonexistent/memory", "/nonexistent/pids"];
        var outcome = await probes.RunAsync("control", groups: new CgroupParent(CgroupVersion.V1, nowhere, new UnmakeableFiles()));
        Assert.Equal((LaunchEnd.NoGroup, 0), (outcome.End, outcome.ProcessId));
    }

    [Fact]
    public async Task A_group_that_cannot_be_entered_runs_nothing()
    {
        // Vanished between its making and the launch: the shell finds no file to write itself to.
        await using var groups = await OwnGroups.OpenAsync();
        var parent = new CgroupParent(groups.Parent.Version, groups.Parent.Directories, new VanishingFiles());
        var outcome = await probes.RunAsync("control", groups: parent);
        Assert.Equal((CgroupEntry.RefusedExitCode, 0), (outcome.ExitCode, outcome.Stdout.Length));
    }

    [Fact]
    public async Task What_is_still_inside_is_killed()
    {
        await using var groups = await OwnGroups.OpenAsync();
        var group = groups.Parent.Create(64 << 20, maxTasks: 8);
        using var left = OtherProcess.Start(group);
        await left.ReadyAsync(TestContext.Current.CancellationToken);
        await group.RemoveAsync();
        await left.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Empty(groups.Left);
    }

    /// <summary>Also where version 2 is mounted without the controllers that runs need: entering, killing and removing need none.</summary>
    [Fact]
    public async Task What_is_still_inside_is_killed_on_version_2()
    {
        Assert.SkipUnless(File.Exists("/proc/self/cgroup") && CgroupPlaces.Read("/proc").Unified is not null, "no version 2 hierarchy is mounted here");
        var directory = Path.Combine(CgroupPlaces.Read("/proc").Unified!, GroupOwner.Self.NameOf(1_000_000));
        Assert.SkipUnless(File.Exists(Path.Combine(Path.GetDirectoryName(directory)!, "cgroup.procs")), "the version 2 hierarchy does not show this process's group");
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            Assert.Skip("no group may be made in the version 2 hierarchy: " + e.Message);
        }

        var group = new RunGroup(CgroupVersion.V2, [directory], new CgroupFiles());
        using var left = OtherProcess.Start(group);
        await left.ReadyAsync(TestContext.Current.CancellationToken);
        Assert.Single(File.ReadAllLines(group.EntryFiles[0]));
        await group.RemoveAsync();
        await left.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(directory));
    }

    private static void AssertMadeAndGone(OwnGroups groups)
    {
        Assert.Equal(groups.Parent.Directories.Count, groups.Made.Count);
        Assert.Empty(groups.Left);
    }

    private sealed class UnmakeableFiles : CgroupFiles
    {
        public override void Make(string directory) => throw new UnauthorizedAccessException(directory);
    }

    private sealed class VanishingFiles : CgroupFiles
    {
        public override void Write(string path, string text)
        {
            base.Write(path, text);
            if (path.EndsWith("pids.max", StringComparison.Ordinal))
                Directory.Delete(Path.GetDirectoryName(path)!);
        }
    }
}
