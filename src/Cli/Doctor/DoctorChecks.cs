using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;
using DataSpace.Sandbox.Cgroups;

namespace DataSpace.Cli.Doctor;

/// <summary>The single checks. Each is quick, offline and leaves nothing behind.</summary>
internal static class DoctorChecks
{
    private const double NeededDiskGb = 2;
    private const double NeededMemoryGb = 1.5;

    /// <summary>First user of the sandbox's slots where a node runs as root.</summary>
    private const string SlotUid = "61001";

    /// <summary>SHA-256 of <c>seal_throws.wasm</c> of node-seal 7.0.0 (Microsoft SEAL 4.1.2).</summary>
    private const string SealSha256 = "b30d3776265a56373a2001d2cd48baa8d72ddd571e04ddfaefd4c231271170e4";

    private static readonly string[] LocaleVariables = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <summary>All checks, in the order in which a newcomer would fix them.</summary>
    public static IReadOnlyList<Func<Ui, CancellationToken, Task<Finding>>> All { get; } =
    [
        Plain(OperatingSystemCheck), Sdk, Namespaces, Bubblewrap, Profile, Plain(Worker), Plain(Hosts), Seal, Plain(Disk), Plain(Memory), Plain(Ports), Plain(Clock), Plain(LocaleCheck), Plain(Proxy),
    ];

    private static Func<Ui, CancellationToken, Task<Finding>> Plain(Func<Ui, Finding> check) => (ui, _) => Task.FromResult(check(ui));

    private static Finding Make(Ui ui, string id, bool ok, Phrase title, string detail, Phrase fix, params object?[] arguments)
        => new(id, ok, ui.T(title), detail, ok ? null : ui.T(fix, arguments));

    private static Finding OperatingSystemCheck(Ui ui) => Make(ui, "system",
        OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64,
        DoctorTexts.System, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}", DoctorTexts.SystemFix);

    private static async Task<Finding> Sdk(Ui ui, CancellationToken cancel)
    {
        var run = await Probe.RunAsync("dotnet", ["--list-sdks"], cancel);
        var newest = run.Output.Split('\n').Select(l => l.Split(' ')[0]).Where(v => Version.TryParse(v.Split('-')[0], out _))
            .OrderByDescending(v => Version.Parse(v.Split('-')[0])).FirstOrDefault();
        var ok = newest is not null && Version.Parse(newest.Split('-')[0]) >= new Version(10, 0, 100);
        return Make(ui, "sdk", ok, DoctorTexts.Sdk, newest ?? ui.T(DoctorTexts.Missing), DoctorTexts.SdkFix);
    }

    private static async Task<Finding> Namespaces(Ui ui, CancellationToken cancel)
    {
        var run = await AsLaunched(["unshare", "--user", "--map-root-user", "true"], cancel);
        return Make(ui, "user-namespaces", run.ExitCode == 0, DoctorTexts.Namespaces,
            run.ExitCode == 0 ? ui.T(DoctorTexts.Works) : run.FirstErrorLine, DoctorTexts.NamespacesFix);
    }

    private static async Task<Finding> Bubblewrap(Ui ui, CancellationToken cancel)
    {
        var version = await Probe.RunAsync("bwrap", ["--version"], cancel);
        if (version.ExitCode != 0)
            return Make(ui, "bubblewrap", false, DoctorTexts.Bubblewrap, ui.T(DoctorTexts.Missing), DoctorTexts.BubblewrapFix);
        var trial = await AsLaunched(["bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"], cancel);
        return trial.ExitCode == 0
            ? Make(ui, "bubblewrap", true, DoctorTexts.Bubblewrap, $"{version.Output.Trim()}, {ui.T(DoctorTexts.Works)}", DoctorTexts.BubblewrapFix)
            : Make(ui, "bubblewrap", false, DoctorTexts.Bubblewrap, $"{ui.T(DoctorTexts.BubblewrapBlocked)}: {trial.FirstErrorLine}", DoctorTexts.BubblewrapBlockedFix);
    }

    /// <summary>A trial under the conditions of a use: a root host first becomes a slot user without capabilities, so root's own power proves nothing.</summary>
    private static Task<ProbeResult> AsLaunched(string[] command, CancellationToken cancel)
    {
        string[] chain = Environment.UserName == "root"
            ? ["unshare", "--mount", "--propagation", "private", "--", "setpriv", "--reuid", SlotUid, "--regid", SlotUid, "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", .. command]
            : command;
        return Probe.RunAsync(chain[0], chain[1..], cancel);
    }

    /// <summary>No problem in either case: a node runs with what it may have, and names it in every Report.</summary>
    private static async Task<Finding> Profile(Ui ui, CancellationToken cancel)
    {
        var found = await CgroupFinder.OfThisProcess.WaitAsync(cancel);
        var detail = found.Parent is null ? ui.T(DoctorTexts.ProfileRlimits, ui.T(DoctorTexts.Absence(found.Absence))) : ui.T(DoctorTexts.ProfileCgroups);
        return new Finding("sandbox-profile", true, ui.T(DoctorTexts.Profile), $"{ProfileName.Of(Environment.IsPrivilegedProcess, found.Version)}: {detail}", null);
    }

    private static Finding Worker(Ui ui)
    {
        var path = Installation.SandboxWorker;
        return Make(ui, "sandbox-worker", path is not null, DoctorTexts.Worker, path is null ? ui.T(DoctorTexts.Missing) : Path.GetRelativePath(Installation.Repository ?? "/", path), DoctorTexts.WorkerFix);
    }

    private static Finding Hosts(Ui ui)
    {
        string[] names = ["DataSpace.Connector", "DataSpace.Coordinator"];
        var missing = names.Where(n => !Installation.Host(n).IsOk).ToList();
        return Make(ui, "node-programs", missing.Count == 0, DoctorTexts.Hosts,
            missing.Count == 0 ? string.Join(", ", names) : $"{ui.T(DoctorTexts.Missing)}: {string.Join(", ", missing)}", DoctorTexts.HostsFix);
    }

    private static async Task<Finding> Seal(Ui ui, CancellationToken cancel)
    {
        if (Installation.SealModule is not { } path)
            return Make(ui, "seal-wasm", false, DoctorTexts.Seal, ui.T(DoctorTexts.Missing), DoctorTexts.SealFix);
        await using var file = File.OpenRead(path);
        var ok = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel)) == SealSha256;
        return Make(ui, "seal-wasm", ok, DoctorTexts.Seal, ok ? "4.1.2, SHA-256 " + SealSha256[..8] : ui.T(DoctorTexts.SealWrong), DoctorTexts.SealFix);
    }

    private static Finding Disk(Ui ui)
    {
        var existing = Installation.Home;
        while (!Directory.Exists(existing))
            existing = Path.GetDirectoryName(existing)!;
        var free = new DriveInfo(existing).AvailableFreeSpace / 1e9;
        return Make(ui, "disk", free >= NeededDiskGb, DoctorTexts.Disk, ui.T(DoctorTexts.DiskLine, Gb(free), existing), DoctorTexts.DiskFix, NeededDiskGb);
    }

    private static Finding Memory(Ui ui)
    {
        var line = File.Exists("/proc/meminfo") ? File.ReadLines("/proc/meminfo").FirstOrDefault(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal)) : null;
        var available = line is not null && long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture, out var kib) ? kib * 1024 / 1e9 : 0;
        return Make(ui, "memory", available >= NeededMemoryGb, DoctorTexts.Memory, ui.T(DoctorTexts.MemoryLine, Gb(available)), DoctorTexts.MemoryFix);
    }

    private static Finding Ports(Ui ui)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return Make(ui, "ports", true, DoctorTexts.Ports, ui.T(DoctorTexts.PortsLine), DoctorTexts.PortsFix);
        }
        catch (SocketException e)
        {
            return Make(ui, "ports", false, DoctorTexts.Ports, e.SocketErrorCode.ToString(), DoctorTexts.PortsFix);
        }
    }

    private static Finding Clock(Ui ui)
    {
        var now = TimeProvider.System.GetUtcNow();
        var built = File.GetLastWriteTimeUtc(typeof(DoctorChecks).Assembly.Location);
        // An hour of grace: a file may have been copied from a machine whose clock runs a little ahead.
        var ok = now.UtcDateTime > built.AddHours(-1);
        return Make(ui, "clock", ok, DoctorTexts.Clock, now.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture), DoctorTexts.ClockFix);
    }

    private static Finding LocaleCheck(Ui ui)
    {
        var name = LocaleVariables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(v => v is { Length: > 0 }) ?? "C";
        var utf8 = Locale.IsUtf8(Environment.GetEnvironmentVariable);
        // Plain ASCII is a working state for English; Chinese cannot be shown in it.
        return Make(ui, "locale", utf8 || ui.Language == Language.En, DoctorTexts.LocaleTitle, ui.T(utf8 ? DoctorTexts.LocaleUtf8 : DoctorTexts.LocaleAscii, name), DoctorTexts.LocaleFix);
    }

    private static Finding Proxy(Ui ui)
    {
        foreach (var name in new[] { "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" })
        {
            if (Environment.GetEnvironmentVariable(name) is not { Length: > 0 } value)
                continue;
            // The value may carry a password: only its name is shown.
            return Uri.TryCreate(value.Contains("://", StringComparison.Ordinal) ? value : "http://" + value, UriKind.Absolute, out _)
                ? Make(ui, "proxy", true, DoctorTexts.Proxy, ui.T(DoctorTexts.ProxySet, name), DoctorTexts.ProxyFix, name)
                : Make(ui, "proxy", false, DoctorTexts.Proxy, ui.T(DoctorTexts.ProxyBad, name), DoctorTexts.ProxyFix, name);
        }
        return Make(ui, "proxy", true, DoctorTexts.Proxy, ui.T(DoctorTexts.ProxyNone), DoctorTexts.ProxyFix, "http_proxy");
    }

    private static string Gb(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
