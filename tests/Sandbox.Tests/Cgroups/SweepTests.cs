using DataSpace.Sandbox.Cgroups;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Cgroups;

/// <summary>Groups left by a node that was killed are removed at the next start; nobody else's are touched.</summary>
public sealed class SweepTests
{
    [Fact]
    public async Task A_dead_nodes_group_goes_with_what_is_in_it_and_a_living_nodes_stays()
    {
        var token = TestContext.Current.CancellationToken;
        await using var groups = await OwnGroups.OpenAsync();
        using var dead = OtherProcess.Start();
        using var living = OtherProcess.Start();
        var leftover = groups.Group(dead.Owner.NameOf(1));
        var others = groups.Group(living.Owner.NameOf(1));
        var elsewhere = groups.Group((GroupOwner.Self with { PidNamespace = "1", StartTicks = 1 }).NameOf(1));
        var foreign = groups.Group("some-service");
        RunGroup[] all = [leftover, others, elsewhere, foreign];
        foreach (var group in all)
            group.Make(64 << 20, maxTasks: 8);
        using var orphan = OtherProcess.Start(leftover);
        await orphan.ReadyAsync(token);
        using var busy = OtherProcess.Start(others);
        await busy.ReadyAsync(token);

        await groups.Parent.SweepAsync();
        Assert.All(all, g => Assert.All(g.Directories, d => Assert.True(Directory.Exists(d), d)));

        await dead.EndAsync(token);
        await groups.Parent.SweepAsync();
        Assert.All(leftover.Directories, d => Assert.False(Directory.Exists(d), d));
        Assert.All(all[1..], g => Assert.All(g.Directories, d => Assert.True(Directory.Exists(d), d)));
        await orphan.WaitAsync(token);
        Assert.False(busy.HasExited);
    }

    [Fact]
    public async Task A_sandbox_that_opens_sweeps()
    {
        var token = TestContext.Current.CancellationToken;
        var found = await CgroupFinder.OfThisProcess;
        Assert.SkipWhen(found.Parent is null, $"this host allows no control groups: {found.Absence}");
        using var dead = OtherProcess.Start();
        var name = dead.Owner.NameOf(1);
        var leftover = new RunGroup(found.Version, [.. found.Parent.Directories.Select(d => Path.Combine(d, name))], new CgroupFiles());
        leftover.Make(64 << 20, maxTasks: 8); // while its owner lives: other tests open sandboxes, and each sweeps
        await dead.EndAsync(token);
        using var sandbox = new SqlSandbox(new SandboxOptions { WorkerDirectory = WorkerFixture.WorkerDirectory });
        Assert.True((await sandbox.ProbeAsync(token)).IsOk);
        Assert.All(leftover.Directories, d => Assert.False(Directory.Exists(d), d));
    }

    [Fact]
    public void An_owner_is_told_by_pid_start_and_namespace()
    {
        var self = GroupOwner.Self;
        Assert.Equal(self, GroupOwner.Parse(self.NameOf(17)));
        Assert.False(self.IsDead);
        Assert.True((self with { StartTicks = self.StartTicks - 1 }).IsDead, "the pid is another process's now");
        Assert.False((self with { StartTicks = self.StartTicks - 1, PidNamespace = "1" }).IsDead, "a pid of another namespace says nothing here");
        foreach (var name in new[] { "", "dataspace-run", "dataspace-run-1-2-3", "dataspace-run-1-x-3-4", "dataspace-run-1-2-3-4-5", "xdataspace-run-1-2-3-4", "system.slice" })
            Assert.Null(GroupOwner.Parse(name));
    }
}
