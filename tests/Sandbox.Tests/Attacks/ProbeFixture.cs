using System.Diagnostics;
using System.Text;
using DataSpace.Sandbox.Cgroups;
using DataSpace.Sandbox.Process;
using DataSpace.Sandbox.Tests.Support;

namespace DataSpace.Sandbox.Tests.Attacks;

/// <summary>probe.c, compiled once and standing in the worker's place: same launcher, same filter, same view.</summary>
public sealed class ProbeFixture : IAsyncLifetime
{
    public const string Secret = "launcher-secret-4711";

    private static int _lastSlotUid = 62_000;

    private readonly TempData _data = new();

    public string DatasetPath { get; private set; } = "";

    public string OtherDatasetPath { get; private set; } = "";

    internal static SandboxProfileKind HostProfile
        => Environment.IsPrivilegedProcess ? SandboxProfileKind.Privileged : SandboxProfileKind.Unprivileged;

    public async ValueTask InitializeAsync()
    {
        DatasetPath = _data.File("input.csv", "a\n1\n");
        OtherDatasetPath = _data.File("other.csv", "b\n2\n");
        var directory = Directory.CreateDirectory(Path.Combine(_data.Root, "app"));
        var program = Path.Combine(directory.FullName, "sandbox-worker");
        var info = new ProcessStartInfo("gcc", ["-O1", "-w", "-o", program, Path.Combine(AppContext.BaseDirectory, "Attacks", "probe.c")])
        {
            RedirectStandardError = true,
        };
        using var compiler = System.Diagnostics.Process.Start(info)!;
        var errors = await compiler.StandardError.ReadToEndAsync();
        await compiler.WaitForExitAsync();
        Assert.True(compiler.ExitCode == 0, errors);
    }

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <param name="probe">Name of the attack and its argument.</param>
    /// <param name="layers">All when null.</param>
    /// <param name="profile">The host's own when null.</param>
    /// <param name="limits">1 GiB and a minute when null.</param>
    /// <param name="groups">Where the run's control group is made; null where this host allows it.</param>
    /// <param name="cancellationToken">Cancels the run.</param>
    internal async Task<LaunchOutcome> RunAsync(
        string probe, SandboxLayers? layers = null, SandboxProfileKind? profile = null, SandboxLimits? limits = null, CgroupParent? groups = null,
        CancellationToken? cancellationToken = null)
    {
        using var launcher = new WorkerLauncher(
            profile ?? HostProfile, HostTools.FindProgram("bwrap")!, Path.Combine(_data.Root, "app"), new SandboxOptions { SlotUidBase = NextSlotUid() })
        {
            Layers = layers ?? SandboxLayers.All,
            Groups = groups ?? (await CgroupFinder.OfThisProcess).Parent,
        };
        var request = new LaunchRequest(
            Encoding.UTF8.GetBytes(probe), DatasetPath, limits ?? new SandboxLimits { MemoryLimitBytes = 1L << 30, WallLimitMs = 60_000 }, 1 << 20)
        {
            LauncherEnvironment = new Dictionary<string, string> { ["SECRET"] = Secret },
        };
        return await launcher.RunAsync(request, cancellationToken ?? TestContext.Current.CancellationToken);
    }

    /// <summary>Tests run at once and the kernel counts tasks per uid: each launch gets its own.</summary>
    private static int NextSlotUid() => Interlocked.Add(ref _lastSlotUid, SandboxOptions.DefaultMaxConcurrentRuns);

    internal static string Answer(LaunchOutcome outcome)
        => $"{Encoding.UTF8.GetString(outcome.Stdout).Trim()} exit={outcome.ExitCode} {outcome.Stderr.Trim()}";
}
