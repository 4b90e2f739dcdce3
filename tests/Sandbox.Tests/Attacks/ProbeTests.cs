using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using DataSpace.Sandbox.Process;

namespace DataSpace.Sandbox.Tests.Attacks;

/// <summary>Process, file and network attacks from inside: blocked with all layers; and each layer alone, blocked with it, through without it.</summary>
public sealed class ProbeTests(ProbeFixture probes) : IClassFixture<ProbeFixture>
{
    private static readonly SandboxLimits SmallMemory = new() { MemoryLimitBytes = 256L << 20, WallLimitMs = 60_000 };

    /// <summary>Attacks that leave nothing in their process when they are refused: many share one launch, and another probe shows at its end that the process was in order.</summary>
    private static readonly string[][] Quiet =
    [
        ["tcp-socket", "tcp6-socket", "udp-socket", "raw-socket", "netlink", "vsock", "unix-path /run/x", "unix-abstract x", "socketpair", "dns"],
        ["read-passwd", "list-host-root", "proc1-root", "sysrq", "core-pattern", "kcore", "sys", "open-by-handle", "open-tree", "fsopen"],
        ["write-input", "truncate-input", "unlink-input", "chmod-input", "write-app", "write-root", "write-tmp", "write-dev", "write-shm", "mkdir", "symlink", "hardlink", "mknod", "mkfifo", "setxattr"],
        ["ptrace", "process-vm-readv", "unshare-user", "unshare-net", "clone-newuser", "clone3", "setns", "mount", "remount", "umount", "pivot-root", "chroot", "sethostname"],
        ["bpf", "seccomp", "io-uring", "keyctl", "add-key", "userfaultfd", "perf-event", "memfd", "personality", "shmget", "prctl-dumpable", "tiocsti", "ioctl"],
        ["sched-rt", "nice", "clock-settime", "swapon", "module", "kexec", "setuid", "setuid-same", "pidfd-open"],
    ];

    /// <summary>Attacks that fill, kill or replace their process: a launch for each.</summary>
    private static readonly string[] Alone =
    [
        "kill-init", "kill-self", "raise-fsize", "lower-nofile", "fork", "fork-bomb", "memory-bomb", "memory-of-many", "many-files", "shell",
    ];

    public static IEnumerable<TheoryDataRow<string>> BlockedProbes() => Quiet.Select(p => string.Join('\n', p)).Concat(Alone).Select(p => new TheoryDataRow<string>(p));

    [Theory]
    [MemberData(nameof(BlockedProbes))]
    public async Task Blocked_with_all_layers(string probe)
    {
        var names = probe.Split('\n');
        var outcome = await probes.RunAsync(names.Length > 1 ? probe + "\nread-input" : probe, limits: SmallMemory);
        var answers = ProbeFixture.Answer(outcome).Split('\n');
        Assert.All(names.Zip(answers), p => Assert.StartsWith("BLOCKED", p.Second, StringComparison.Ordinal));
        Assert.Equal(names.Length > 1 ? names.Length + 1 : 1, answers.Length);
        Assert.True(names.Length == 1 || answers[^1].StartsWith("THROUGH", StringComparison.Ordinal), string.Join('|', answers));
    }

    [Theory]
    [InlineData("control")]
    [InlineData("read-input")]
    public async Task The_probe_itself_works(string probe)
        => Assert.StartsWith("THROUGH", ProbeFixture.Answer(await probes.RunAsync(probe)), StringComparison.Ordinal);

    [Theory]
    [InlineData("x32")]
    [InlineData("int80")]
    public async Task Foreign_system_call_tables_kill(string probe)
    {
        const int killedBySigsys = 128 + 31;
        // A kernel without 32-bit emulation knows no int 0x80 at all: the instruction itself is a fault there.
        const int killedBySigsegv = 128 + 11;
        var outcome = await probes.RunAsync(probe);
        var killed = outcome.ExitCode == killedBySigsys || (probe == "int80" && outcome.ExitCode == killedBySigsegv);
        Assert.True(killed && outcome.Stdout.Length == 0, ProbeFixture.Answer(outcome));
    }

    [Theory]
    [InlineData("tcp-socket")]
    [InlineData("udp-socket")]
    [InlineData("netlink")]
    [InlineData("socketpair")]
    [InlineData("ptrace")]
    [InlineData("process-vm-readv")]
    [InlineData("unshare-user")]
    [InlineData("clone-newuser")]
    [InlineData("clone3")]
    [InlineData("fork")]
    [InlineData("memfd")]
    [InlineData("personality")]
    [InlineData("shmget")]
    [InlineData("prctl-dumpable")]
    [InlineData("kill-self")]
    [InlineData("lower-nofile")]
    [InlineData("setuid-same")]
    [InlineData("nice")]
    [InlineData("ioctl")]
    [InlineData("pidfd-open")]
    public async Task Through_without_the_filter(string probe)
    {
        var outcome = await probes.RunAsync(probe, SandboxLayers.All with { Seccomp = false });
        Assert.StartsWith("THROUGH", ProbeFixture.Answer(outcome), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Network_namespace_alone()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var probe = "tcp-connect " + ((IPEndPoint)listener.LocalEndpoint).Port;
        await AssertLayerAsync(probe, SandboxLayers.All with { Seccomp = false }, l => l with { NetworkNamespace = false });
    }

    [Fact]
    public async Task Abstract_unix_sockets_belong_to_the_network_namespace()
    {
        var name = "dataspace-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint("\0" + name));
        listener.Listen();
        await AssertLayerAsync("unix-abstract " + name, SandboxLayers.All with { Seccomp = false }, l => l with { NetworkNamespace = false });
    }

    [Fact]
    public async Task Process_namespace_alone()
        => await AssertLayerAsync(
            "kill-outside " + Environment.ProcessId, SandboxLayers.All with { Seccomp = false }, l => l with { ProcessNamespace = false },
            SandboxProfileKind.Unprivileged);

    [Fact]
    public async Task Minimal_view_alone()
    {
        await AssertLayerAsync("read-passwd", SandboxLayers.All, l => l with { MinimalView = false });
        await AssertLayerAsync(
            "read-host-file " + probes.OtherDatasetPath, SandboxLayers.All, l => l with { MinimalView = false }, SandboxProfileKind.Unprivileged);
    }

    [Fact]
    public async Task Read_only_input_alone()
    {
        var before = await File.ReadAllTextAsync(probes.DatasetPath, TestContext.Current.CancellationToken);
        await AssertLayerAsync(
            "write-input", SandboxLayers.All with { Seccomp = false, Limits = false }, l => l with { ReadOnlyInput = false }, SandboxProfileKind.Unprivileged);
        Assert.Equal(before, await File.ReadAllTextAsync(probes.DatasetPath, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("write-root")]
    [InlineData("write-tmp")]
    [InlineData("write-dev")]
    [InlineData("write-shm")]
    [InlineData("mkdir")]
    [InlineData("symlink")]
    public async Task Read_only_root_alone(string probe)
        => await AssertLayerAsync(probe, SandboxLayers.All with { Seccomp = false, Limits = false }, l => l with { ReadOnlyRoot = false });

    [Fact]
    public async Task File_size_limit_alone()
        => await AssertLayerAsync("write-shm", SandboxLayers.All with { Seccomp = false, ReadOnlyRoot = false }, l => l with { Limits = false });

    [Theory]
    [InlineData("proc1-environ ")]
    [InlineData("own-environment ")]
    public async Task Environment_alone(string probe)
        => await AssertLayerAsync(probe + ProbeFixture.Secret, SandboxLayers.All, l => l with { ClearEnvironment = false });

    [Fact]
    public async Task Task_limit_of_the_slot_uid_alone()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("the privileged profile needs root");
        await AssertLayerAsync("fork-bomb", SandboxLayers.All with { Seccomp = false, ControlGroup = false }, l => l with { Limits = false });
    }

    [Theory]
    [InlineData("memory-bomb")]
    [InlineData("many-files")]
    public async Task Resource_limits_alone(string probe)
        => await AssertLayerAsync(probe, SandboxLayers.All with { Seccomp = false, ControlGroup = false }, l => l with { Limits = false }, limits: SmallMemory);

    [Fact]
    public async Task Cpu_limit_kills()
    {
        const int killed = 128 + 9;
        var outcome = await probes.RunAsync("cpu-spin", limits: new SandboxLimits { CpuLimitSeconds = 1, WallLimitMs = 20_000 });
        Assert.Equal((LaunchEnd.Exited, killed), (outcome.End, outcome.ExitCode));
    }

    [Fact]
    public async Task Wall_limit_kills_what_ignores_every_signal()
    {
        var outcome = await probes.RunAsync("hang", limits: new SandboxLimits { WallLimitMs = 700 });
        Assert.Equal(LaunchEnd.WallLimit, outcome.End);
        Assert.False(Directory.Exists("/proc/" + outcome.ProcessId));
    }

    [Fact]
    public async Task Killed_at_any_moment_of_its_start_it_leaves_nothing_behind()
    {
        // A run ends only when the last holder of its pipes is gone: a process that outlived its parent would keep it waiting.
        for (var ms = 1; ms <= 60; ms += 4)
            Assert.Equal(LaunchEnd.WallLimit, (await probes.RunAsync("hang", limits: new SandboxLimits { WallLimitMs = ms })).End);
    }

    [Fact]
    public async Task Flood_of_output_is_cut_and_killed()
    {
        var outcome = await probes.RunAsync("flood");
        Assert.Equal(LaunchEnd.OutputLimit, outcome.End);
        Assert.True(outcome.Stdout.Length <= 1 << 20);
    }

    [Fact]
    public async Task The_unprivileged_profile_blocks_the_same()
    {
        foreach (var probe in new[] { "tcp-socket", "read-passwd", "write-input", "write-root", "write-dev", "unshare-user", "fork", "raise-fsize", "memory-bomb" })
        {
            var outcome = await probes.RunAsync(probe, profile: SandboxProfileKind.Unprivileged, limits: SmallMemory);
            Assert.StartsWith("BLOCKED", ProbeFixture.Answer(outcome), StringComparison.Ordinal);
        }
    }

    /// <summary>Blocked with the layer, through without it.</summary>
    private async Task AssertLayerAsync(
        string probe, SandboxLayers with, Func<SandboxLayers, SandboxLayers> switchOff, SandboxProfileKind? profile = null, SandboxLimits? limits = null)
    {
        var blocked = await probes.RunAsync(probe, with, profile, limits);
        Assert.False(ProbeFixture.Answer(blocked).StartsWith("THROUGH", StringComparison.Ordinal), ProbeFixture.Answer(blocked));
        Assert.DoesNotContain("bwrap:", blocked.Stderr, StringComparison.Ordinal);
        var through = await probes.RunAsync(probe, switchOff(with), profile, limits);
        Assert.StartsWith("THROUGH", ProbeFixture.Answer(through), StringComparison.Ordinal);
    }
}
