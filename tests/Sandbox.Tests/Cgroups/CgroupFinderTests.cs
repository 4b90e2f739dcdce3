using DataSpace.Sandbox.Cgroups;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Cgroups;

/// <summary>Detection over files that look like a host's. That groups really work is shown by the other tests of this folder.</summary>
public sealed class CgroupFinderTests : IDisposable
{
    private readonly TempData _data = new();
    private readonly string _mount;
    private readonly FakeV2 _files;

    public CgroupFinderTests()
    {
        _mount = Path.Combine(_data.Root, "cgroup");
        _files = new FakeV2(_mount);
        _files.Make(_mount);
        FakeV2.Put(_mount, "cgroup.subtree_control", "cpu memory pids");
        _files.Occupy(_mount, "1");
    }

    public void Dispose() => _data.Dispose();

    private string Path2(string group) => _mount + group;

    /// <summary>A unit that was given controllers and leaves its main process in a subgroup.</summary>
    private void MakeDelegatedUnit()
    {
        _files.Make(Path2("/unit"));
        _files.Make(Path2("/unit/node"));
        _files.Occupy(Path2("/unit/node"), "77");
    }

    private Task<CgroupFinding> FindAsync(string group, CgroupFiles? files = null, string root = "/")
    {
        Proc($"0::{group}\n", $"40 30 0:37 {root} {_mount} rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
        return new CgroupFinder(files ?? _files, _data.Root).FindAsync();
    }

    private void Proc(string cgroup, string mounts)
    {
        Directory.CreateDirectory(Path.Combine(_data.Root, "self"));
        _data.File("self/cgroup", cgroup);
        _data.File("self/mountinfo", "22 1 254:1 / / rw,relatime - ext4 /dev/vda rw\n" + mounts);
    }

    [Fact]
    public async Task A_delegated_unit_is_used_and_the_trial_leaves_nothing()
    {
        MakeDelegatedUnit();
        var found = await FindAsync("/unit/node");
        Assert.Equal(CgroupVersion.V2, found.Version);
        Assert.Equal([Path2("/unit")], found.Parent!.Directories);
        Assert.Equal([Path2("/unit/node")], Directory.EnumerateDirectories(Path2("/unit")));
        Assert.Equal("memory pids", _files.Read(Path2("/unit/cgroup.subtree_control")));
    }

    [Fact]
    public async Task Runs_of_another_node_in_the_unit_do_not_hinder()
    {
        MakeDelegatedUnit();
        FakeV2.Put(Path2("/unit"), "cgroup.subtree_control", "memory pids");
        _files.Make(Path2("/unit/" + (GroupOwner.Self with { Pid = 1 }).NameOf(3)));
        Assert.Equal(CgroupVersion.V2, (await FindAsync("/unit/node")).Version);
    }

    [Fact]
    public async Task Limits_are_written_and_events_read()
    {
        MakeDelegatedUnit();
        var group = (await FindAsync("/unit/node")).Parent!.Create(1L << 30, maxTasks: 128);
        var directory = Assert.Single(group.Directories);
        Assert.Equal(["1073741824", "0", "1", "128"], new[] { "memory.max", "memory.swap.max", "memory.oom.group", "pids.max" }.Select(f => _files.Read(Path.Combine(directory, f))));
        Assert.Equal(new GroupEvents(2, 3), group.ReadEvents());
        _files.Occupy(directory, "99");
        await group.RemoveAsync();
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task A_leftover_is_swept()
    {
        MakeDelegatedUnit();
        var parent = (await FindAsync("/unit/node")).Parent!;
        var left = Path2("/unit/" + (GroupOwner.Self with { StartTicks = 1 }).NameOf(1));
        var own = Path2("/unit/" + GroupOwner.Self.NameOf(1_000_000));
        _files.Make(left);
        _files.Occupy(left, "99");
        _files.Make(own);
        await parent.SweepAsync();
        Assert.Equal((false, true, true), (Directory.Exists(left), Directory.Exists(own), Directory.Exists(Path2("/unit/node"))));
    }

    [Fact]
    public async Task A_unit_with_the_node_in_it_is_not_delegated_enough()
    {
        _files.Make(Path2("/system.slice"));
        FakeV2.Put(Path2("/system.slice"), "cgroup.subtree_control", "memory pids");
        _files.Make(Path2("/system.slice/node.service"));
        _files.Make(Path2("/system.slice/other.service"));
        _files.Occupy(Path2("/system.slice/node.service"), "77");
        Assert.Equal((CgroupVersion.None, CgroupAbsence.NotDelegated), Plain(await FindAsync("/system.slice/node.service")));
        Assert.Equal(2, Directory.EnumerateDirectories(Path2("/system.slice")).Count());
    }

    [Fact]
    public async Task Controllers_that_were_not_given_are_missing()
    {
        FakeV2.Put(_mount, "cgroup.subtree_control", "cpu memory");
        MakeDelegatedUnit();
        Assert.Equal((CgroupVersion.None, CgroupAbsence.ControllersMissing), Plain(await FindAsync("/unit/node")));
    }

    [Fact]
    public async Task What_may_not_be_written_is_not_used()
    {
        MakeDelegatedUnit();
        FakeV2.Put(Path2("/unit"), "cgroup.subtree_control", "memory pids");
        var files = new FakeV2(_mount) { WritableBelow = Path2("/unit/node") };
        Assert.Equal((CgroupVersion.None, CgroupAbsence.NotWritable), Plain(await FindAsync("/unit/node", files)));
    }

    [Fact]
    public async Task A_group_that_lets_nobody_in_is_not_used()
    {
        MakeDelegatedUnit();
        Assert.Equal((CgroupVersion.None, CgroupAbsence.CannotEnter), Plain(await FindAsync("/unit/node", new FakeV2(_mount) { AllowsEntry = false })));
        Assert.Equal([Path2("/unit/node")], Directory.EnumerateDirectories(Path2("/unit")));
    }

    [Fact]
    public async Task A_container_sees_a_part_of_the_hierarchy()
    {
        MakeDelegatedUnit();
        Assert.Equal([Path2("/unit")], (await FindAsync("/machine/abc/unit/node", root: "/machine/abc")).Parent!.Directories);
        Assert.Equal(CgroupAbsence.NotMounted, (await FindAsync("/machine/abcd/unit/node", root: "/machine/abc")).Absence);
        Assert.Equal(CgroupAbsence.NotMounted, (await FindAsync("/../unit/node")).Absence);
    }

    [Fact]
    public async Task No_hierarchy_at_all()
    {
        Proc("", "");
        Assert.Equal(CgroupAbsence.NotMounted, (await new CgroupFinder(_files, _data.Root).FindAsync()).Absence);
        Assert.Equal(CgroupAbsence.NotMounted, (await new CgroupFinder(_files, _data.Root + "/none").FindAsync()).Absence);
    }

    [Theory]
    [InlineData("8:pids:/p\n4:memory:/m\n", "memory", "pids")]
    [InlineData("4:memory,pids:/m\n", "memory,pids", "memory,pids")]
    public async Task Version_1_beside_an_empty_version_2(string cgroup, string memory, string pids)
    {
        FakeV2.Put(_mount, "cgroup.controllers", "hugetlb");
        string[] hierarchies = [.. new[] { memory, pids }.Distinct()];
        var mounts = hierarchies.Select(h => $"34 30 0:31 / {_data.Root}/{h} rw - cgroup cgroup rw,{h}\n");
        Proc(cgroup + "0::/\n", string.Concat(mounts) + $"40 30 0:37 / {_mount} rw - cgroup2 cgroup2 rw\n");
        foreach (var directory in new[] { $"{memory}/m", $"{pids}/{(memory == pids ? "m" : "p")}" })
            Directory.CreateDirectory(Path.Combine(_data.Root, directory));
        var found = await new CgroupFinder(new FakeV1(), _data.Root).FindAsync();
        Assert.Equal(CgroupVersion.V1, found.Version);
        Assert.Equal(hierarchies.Length, found.Parent!.Directories.Count);
        var group = found.Parent.Create(1L << 30, maxTasks: 128);
        Assert.Equal("1073741824", File.ReadAllText(Path.Combine(group.Directories[0], "memory.limit_in_bytes")));
        Assert.Equal("128", File.ReadAllText(Path.Combine(group.Directories[^1], "pids.max")));
    }

    [Fact]
    public async Task Version_1_with_one_of_two_controllers()
    {
        Proc("4:memory:/\n", $"34 30 0:31 / {_mount} rw - cgroup cgroup rw,memory\n");
        Assert.Equal(CgroupAbsence.ControllersMissing, (await new CgroupFinder(_files, _data.Root).FindAsync()).Absence);
    }

    private static (CgroupVersion, CgroupAbsence) Plain(CgroupFinding found) => (found.Version, found.Absence);

    /// <summary>Version 1 as plain files; without the files of swap accounting.</summary>
    private sealed class FakeV1 : CgroupFiles
    {
        public override void Make(string directory)
        {
            Directory.CreateDirectory(directory);
            if (directory.Contains("/memory", StringComparison.Ordinal))
                FakeV2.Put(directory, "memory.limit_in_bytes", "");
            if (directory.Contains("pids", StringComparison.Ordinal))
                FakeV2.Put(directory, "pids.max", "");
        }

        public override void Remove(string directory) => Directory.Delete(directory, recursive: true);

        public override Task<bool> CanEnterAsync(IReadOnlyList<string> entryFiles) => Task.FromResult(true);
    }
}
