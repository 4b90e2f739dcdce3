using DataSpace.Sandbox.Cgroups;
using DataSpace.Sandbox.Datasets;
using DataSpace.Sandbox.Process;
using DataSpace.Sandbox.Tests.Attacks;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Cgroups;

/// <summary>The control group alone: what the limits per process let through is blocked with it and through without it, on this host's real groups.</summary>
public sealed class ControlGroupProbeTests(ProbeFixture probes, PeopleFixture people) : IClassFixture<ProbeFixture>, IClassFixture<PeopleFixture>
{
    private static readonly SandboxLimits SmallMemory = new() { MemoryLimitBytes = 256L << 20, WallLimitMs = 60_000 };

    private static async Task RequireGroupsAsync()
    {
        var found = await CgroupFinder.OfThisProcess;
        Assert.SkipWhen(found.Parent is null, $"this host allows no control groups: {found.Absence}");
    }

    public static TheoryData<SandboxProfileKind> Profiles
        => Environment.IsPrivilegedProcess ? new(SandboxProfileKind.Privileged, SandboxProfileKind.Unprivileged) : new(SandboxProfileKind.Unprivileged);

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Memory_of_several_processes_together(SandboxProfileKind profile)
    {
        await RequireGroupsAsync();
        var layers = SandboxLayers.All with { Seccomp = false };
        var blocked = await probes.RunAsync("memory-of-many", layers, profile, SmallMemory);
        Assert.StartsWith("BLOCKED", ProbeFixture.Answer(blocked), StringComparison.Ordinal);
        Assert.True(blocked.GroupEvents is { OutOfMemoryKills: > 0 }, blocked.ToString());

        // Each process keeps to RLIMIT_AS: only the sum is too much.
        var through = await probes.RunAsync("memory-of-many", layers with { ControlGroup = false }, profile, SmallMemory);
        Assert.StartsWith("THROUGH", ProbeFixture.Answer(through), StringComparison.Ordinal);
        Assert.Null(through.GroupEvents);
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public async Task Number_of_tasks(SandboxProfileKind profile)
    {
        await RequireGroupsAsync();
        var layers = SandboxLayers.All with { Seccomp = false, Limits = false };
        var blocked = await probes.RunAsync("fork-bomb", layers, profile);
        Assert.StartsWith("BLOCKED", ProbeFixture.Answer(blocked), StringComparison.Ordinal);
        Assert.True(blocked.GroupEvents is { RefusedTasks: > 0 }, blocked.ToString());

        var through = await probes.RunAsync("fork-bomb", layers with { ControlGroup = false }, profile);
        Assert.StartsWith("THROUGH", ProbeFixture.Answer(through), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quiet_run_counts_no_events()
    {
        await RequireGroupsAsync();
        Assert.Equal(new GroupEvents(0, 0), (await probes.RunAsync("control")).GroupEvents);
    }

    [Fact]
    public async Task Memory_is_told_to_the_owner_and_a_limit_to_the_analyst()
    {
        await RequireGroupsAsync();
        var incidents = new ConcurrentLog();
        var token = TestContext.Current.CancellationToken;
        // Without RLIMIT_AS the engine meets the group's limit itself; strings are not held by its own limit.
        var opened = await WorkerClient.OpenAsync(
            new SandboxOptions { WorkerDirectory = WorkerFixture.WorkerDirectory, OnIncident = incidents.Add }, SandboxLayers.All with { Limits = false }, token);
        using var client = opened.Value;
        var limits = new SandboxLimits { MemoryLimitBytes = SandboxLimits.MinMemoryLimitBytes };
        var run = await client.RunAsync(
            WorkerClient.Request("query", "select length(repeat('a',1000000000) || repeat('b',1000000000))", DatasetDeclaration.ForWorker(people.Source), limits),
            people.Source, limits, token);
        Assert.Equal(SandboxErrors.WallLimit, run.Error!.Kind);
        Assert.Null(run.Error.Detail);
        var incident = Assert.Single(incidents.Of(people.Source.Name));
        Assert.Equal(SandboxErrors.WallLimit.Code, incident.Code);
        Assert.StartsWith("out of memory: the control group's limit is 1073741824 bytes", incident.Detail, StringComparison.Ordinal);
    }
}
