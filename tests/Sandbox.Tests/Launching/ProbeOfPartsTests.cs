using System.Reflection;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Cgroups;
using DataSpace.Sandbox.Process;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Launching;

/// <summary>A missing part is refused with its own code; nothing ever runs elsewhere instead.</summary>
public sealed class ProbeOfPartsTests(WorkerFixture worker) : IDisposable
{
    private readonly TempData _data = new();

    public void Dispose() => _data.Dispose();

    private static Result<SandboxProfile> Probe(SandboxOptions options)
    {
        using var sandbox = new SqlSandbox(options with { WorkerDirectory = options.WorkerDirectory ?? WorkerFixture.WorkerDirectory });
        return sandbox.Probe();
    }

    [Fact]
    public async Task The_profile_is_named()
    {
        var found = await CgroupFinder.OfThisProcess;
        var profile = worker.Sandbox.Probe().Value;
        Assert.Equal(ProfileName.Of(Environment.IsPrivilegedProcess, found.Version), profile.Name);
        Assert.StartsWith("v1.5", profile.EngineVersion, StringComparison.Ordinal);
        Assert.Equal(64, profile.FilterSha256.Length);
    }

    [Fact]
    public void The_unprivileged_profile_works_too()
        => Assert.StartsWith("bubblewrap/unprivileged/", Probe(new SandboxOptions { Profile = SandboxProfileKind.Unprivileged }).Value.Name, StringComparison.Ordinal);

    [Theory]
    [InlineData(SandboxProfileKind.Privileged, "bubblewrap/privileged/rlimits")]
    [InlineData(SandboxProfileKind.Unprivileged, "bubblewrap/unprivileged/rlimits")]
    public void Without_control_groups_it_works_and_says_so(SandboxProfileKind kind, string name)
    {
        Assert.SkipWhen(kind == SandboxProfileKind.Privileged && !Environment.IsPrivilegedProcess, "the privileged profile needs root");
        using var sandbox = new SqlSandbox(new SandboxOptions { WorkerDirectory = WorkerFixture.WorkerDirectory, Profile = kind })
        {
            Layers = SandboxLayers.All with { ControlGroup = false },
        };
        Assert.Equal(name, sandbox.Probe().Value.Name);
    }

    [Fact]
    public void Missing_parts_have_their_codes()
    {
        Assert.Equal("DS-SBX-001", Probe(new SandboxOptions { BubblewrapPath = Path.Combine(_data.Root, "bwrap") }).Error!.Code);
        Assert.Equal("DS-SBX-002", Probe(new SandboxOptions { WorkerDirectory = _data.Root }).Error!.Code);
    }

    [Theory]
    [InlineData("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n", "DS-SBX-003")]
    [InlineData("#!/bin/sh\necho 'bwrap: Creating new namespace failed: Resource temporarily unavailable' >&2\nexit 1\n", "DS-SBX-007")]
    [InlineData("#!/bin/sh\necho DSW1 and something else\n", "DS-SBX-004")]
    [InlineData("#!/bin/sh\nexit 0\n", "DS-SBX-004")]
    public void A_bubblewrap_that_fails_or_lies_is_refused(string script, string code)
    {
        if (OperatingSystem.IsWindows())
            return;
        using var shared = new TempData();
        var path = shared.File("bwrap", script);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(shared.Root, (UnixFileMode)0b111_101_101);
        Assert.Equal(code, Probe(new SandboxOptions { BubblewrapPath = path }).Error!.Code);
    }

    [Fact]
    public async Task Limits_outside_their_range_are_refused()
    {
        var source = new DatasetSource("d", _data.File("d.csv", "a\n1\n"), DatasetFormat.Csv, [new("a", ColumnType.Integer)], null);
        foreach (var limits in new[] { new SandboxLimits { Threads = 3 }, new SandboxLimits { WallLimitMs = 0 }, new SandboxLimits { MemoryLimitBytes = 1 } })
            Assert.Equal("DS-SBX-006", (await worker.Sandbox.CheckDatasetAsync(source, limits, TestContext.Current.CancellationToken)).Error!.Code);
    }

    [Fact]
    public async Task A_cancelled_caller_ends_the_run()
    {
        var source = new DatasetSource("d", _data.File("d.csv", "a\n1\n"), DatasetFormat.Csv, [new("a", ColumnType.Integer)], null);
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker.Sandbox.CheckDatasetAsync(source, new SandboxLimits(), gone.Token));
    }

    [Fact]
    public void Error_codes_are_distinct_and_bilingual()
    {
        var kinds = typeof(SandboxErrors).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (ErrorKind)f.GetValue(null)!).ToList();
        Assert.Equal(kinds.Count, kinds.Select(k => k.Code).Distinct().Count());
        Assert.All(kinds, k => Assert.True(k.Code.StartsWith("DS-SBX-", StringComparison.Ordinal) && k.TitleZh.Any(c => c > 0x2E80) && k.AdviceZh.Any(c => c > 0x2E80)));
    }
}
