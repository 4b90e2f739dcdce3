using System.Globalization;
using DataSpace.Sandbox.Cgroups;

namespace DataSpace.Sandbox.Process;

/// <summary>Builds the command line of one run. Pure: paths in, arguments out.</summary>
internal sealed record SandboxCommand
{
    /// <summary>Where the dataset stands inside: one neutral path for every dataset.</summary>
    public const string InnerDatasetPath = "/data/input";

    /// <summary>Processes and threads of one run: of the slot uid by RLIMIT_NPROC, of the control group by <c>pids.max</c>.</summary>
    public const int MaxTasks = 128;

    private const string Shell = "/bin/sh";
    private const string InnerWorkerDirectory = "/app";
    private const string WorkerFileName = "sandbox-worker";
    private const int MaxOpenFiles = 64;

    public required string Bubblewrap { get; init; }
    public required string WorkerDirectory { get; init; }
    public required string StagingDirectory { get; init; }
    public required SandboxProfileKind Profile { get; init; }
    public required SandboxLayers Layers { get; init; }
    public string? DatasetPath { get; init; }
    public int SlotUid { get; init; }

    /// <summary>Through which the launch enters its control groups, before anything of the owner's is touched; none without a group.</summary>
    public IReadOnlyList<string> GroupEntryFiles { get; init; } = [];

    private string FilterPath => Path.Combine(StagingDirectory, "filter.bpf");

    private string StagedWorker => Path.Combine(StagingDirectory, "worker");

    private string HostWorker => Profile == SandboxProfileKind.Privileged ? StagedWorker : WorkerDirectory;

    private string StagedInput => Path.Combine(StagingDirectory, "input");

    /// <summary>
    /// The program to start, and its arguments. One shell prepares what follows and becomes it: every program in between costs each run its start. As root it runs in a private mount namespace, in which
    /// worker and dataset stand under a path that the slot uid can reach (they may live below a directory that only root enters); after it comes the slot uid with no capability left.
    /// </summary>
    public (string Program, IReadOnlyList<string> Arguments) Launch(SandboxLimits limits)
    {
        var privileged = Profile == SandboxProfileKind.Privileged;
        // Process.Start passes no extra descriptors: the shell opens the filter as fd 9. What it exports by itself is taken away again: /proc/1/environ inside is the environment that bwrap was started with.
        var script = $"exec 9<\"$1\"; shift; {CgroupEntry.Script}; {(privileged ? MountScript(Tool("mount")) : "")}unset PWD OLDPWD SHLVL; exec \"$@\"";
        List<string> args = ["-c", script, "sh", FilterPath, .. GroupEntryFiles, CgroupEntry.End];
        if (privileged)
            AddPrivileged(args);
        if (Layers.Limits)
            AddLimits(args, limits, privileged);
        AddBubblewrap(args, privileged);
        args.AddRange(["--", (Layers.MinimalView ? InnerWorkerDirectory : HostWorker) + "/" + WorkerFileName]);
        return privileged ? (Tool("unshare"), ["--mount", "--propagation", "private", "--", Shell, .. args]) : (Shell, args);
    }

    private static string MountScript(string mount)
        => $"{mount} -n --bind \"$1\" \"$2\" && {{ [ -z \"$3\" ] || {mount} -n --bind \"$3\" \"$4\"; }} || exit 1; shift 4; ";

    private void AddPrivileged(List<string> args)
    {
        args.AddRange([WorkerDirectory, StagedWorker, DatasetPath ?? "", StagedInput]);
        var uid = SlotUid.ToString(CultureInfo.InvariantCulture);
        args.AddRange([Tool("setpriv"), "--reuid", uid, "--regid", uid, "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]);
    }

    private static void AddLimits(List<string> args, SandboxLimits limits, bool privileged)
    {
        args.Add(Tool("prlimit"));
        args.Add(string.Create(CultureInfo.InvariantCulture, $"--cpu={limits.CpuLimitSeconds}"));
        args.Add(string.Create(CultureInfo.InvariantCulture, $"--as={limits.MemoryLimitBytes}"));
        args.AddRange(["--fsize=0", "--core=0"]);
        args.Add(string.Create(CultureInfo.InvariantCulture, $"--nofile={MaxOpenFiles}"));
        // The kernel counts all tasks of the uid. A slot uid has no others; an ordinary user has many, and there the filter alone
        // (no new process) and the address space (threads need stacks) hold.
        if (privileged)
            args.Add(string.Create(CultureInfo.InvariantCulture, $"--nproc={MaxTasks}"));
    }

    private void AddBubblewrap(List<string> args, bool privileged)
    {
        args.AddRange([Bubblewrap, "--unshare-user", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]);
        if (Layers.ProcessNamespace)
            args.Add("--unshare-pid");
        if (Layers.NetworkNamespace)
            args.Add("--unshare-net");
        args.AddRange(["--die-with-parent", "--new-session", "--hostname", "sandbox", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]);
        if (Layers.ClearEnvironment)
            args.Add("--clearenv");
        if (Layers.MinimalView)
            AddMinimalView(args, privileged);
        else
            args.AddRange(["--bind", "/", "/"]);
        args.AddRange(Layers.ProcessNamespace ? ["--proc", "/proc"] : ["--ro-bind", "/proc", "/proc"]);
        args.AddRange(["--dev", "/dev", "--size", "4096", "--tmpfs", "/dev/shm"]);
        if (Layers.ReadOnlyRoot)
            args.AddRange(["--remount-ro", "/dev/shm", "--remount-ro", "/dev", "--remount-ro", "/"]);
        args.AddRange(["--chdir", "/"]);
        if (Layers.Seccomp)
            args.AddRange(["--seccomp", "9"]);
    }

    /// <summary>The worker, the libraries it links, the dataset. Everything else does not exist.</summary>
    private void AddMinimalView(List<string> args, bool privileged)
    {
        args.AddRange(["--ro-bind", HostWorker, InnerWorkerDirectory]);
        foreach (var library in HostTools.Libraries())
            args.AddRange(["--ro-bind", library, library]);
        if (DatasetPath is not null)
            args.AddRange([Layers.ReadOnlyInput ? "--ro-bind" : "--bind", privileged ? StagedInput : DatasetPath, InnerDatasetPath]);
    }

    private static string Tool(string name)
        => HostTools.FindProgram(name) ?? throw new FileNotFoundException("host tool missing: " + name);
}
