using System.ComponentModel.DataAnnotations;
using DataSpace.Sandbox.Cgroups;

namespace DataSpace.Sandbox;

/// <summary>Where the sandbox finds its parts. Paths are the owner's configuration, never a request's.</summary>
public sealed record SandboxOptions
{
    /// <summary>Default of <see cref="MaxConcurrentRuns"/>.</summary>
    public const int DefaultMaxConcurrentRuns = 2;

    /// <summary>Default of <see cref="SlotUidBase"/>.</summary>
    public const int DefaultSlotUidBase = 61001;

    /// <value>The bubblewrap program; null searches the usual system directories.</value>
    public string? BubblewrapPath { get; init; }

    /// <value>The directory with <c>sandbox-worker</c> and <c>libduckdb.so</c>; null means <c>sandbox-worker/</c> beside the host's own assemblies.</value>
    public string? WorkerDirectory { get; init; }

    /// <value>Where the mount points and the filter are kept; null means the temporary directory. Other users must be able to pass through it.</value>
    public string? StagingRoot { get; init; }

    /// <value>Ask for one profile; null takes the privileged one as root and the unprivileged one otherwise. Never falls to a weaker one silently.</value>
    public SandboxProfileKind? Profile { get; init; }

    /// <value>Runs at a time in the privileged profile, each with its own uid. The unprivileged profile runs one.</value>
    [Range(1, 64)]
    public int MaxConcurrentRuns { get; init; } = DefaultMaxConcurrentRuns;

    /// <value>First uid of the slots (privileged profile). These uids must own nothing on the host.</value>
    [Range(1000, 2_000_000_000)]
    public int SlotUidBase { get; init; } = DefaultSlotUidBase;

    /// <value>Receives every incident for the owner's log. The text may quote data: it never goes to an analyst.</value>
    public Action<SandboxIncident>? OnIncident { get; init; }

    /// <value>Clock of the wall limits.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

/// <summary>The two stated ways to run. Every report names the one in force.</summary>
public enum SandboxProfileKind
{
    /// <summary>The host is an ordinary user: user namespace and rlimits, one run at a time; a control group where one is delegated to that user.</summary>
    Unprivileged,

    /// <summary>The host is root: each run in a control group, where the host allows it, under a slot uid without any capability.</summary>
    Privileged,
}

/// <summary>What <see cref="SqlSandbox.Probe"/> found by really running the worker once.</summary>
/// <param name="Kind">Profile in force.</param>
/// <param name="EngineVersion">DuckDB version inside.</param>
/// <param name="BubblewrapPath">Program used.</param>
/// <param name="WorkerDirectory">Worker used.</param>
/// <param name="FilterSha256">Digest of the system call filter, lower-case hex.</param>
public sealed record SandboxProfile(
    SandboxProfileKind Kind, string EngineVersion, string BubblewrapPath, string WorkerDirectory, string FilterSha256)
{
    /// <summary>
    /// Name for reports and status: the profile, and what bounds memory and tasks of a run, for example <c>bubblewrap/privileged/cgroup-v2</c> or
    /// <c>bubblewrap/unprivileged/rlimits</c>.
    /// </summary>
    public string Name => ProfileName.Of(Kind == SandboxProfileKind.Privileged, Cgroups);

    /// <summary>Control groups in force.</summary>
    internal CgroupVersion Cgroups { get; init; }
}

/// <summary>Something the owner should be able to look up. Never shown to an analyst.</summary>
/// <param name="Code">Stable error code that was returned.</param>
/// <param name="Dataset">Dataset name, or null.</param>
/// <param name="Detail">Engine or launcher text; may quote data and paths.</param>
public sealed record SandboxIncident(string Code, string? Dataset, string Detail);

/// <summary>Limits of one run.</summary>
public sealed record SandboxLimits
{
    /// <summary>Default of <see cref="WallLimitMs"/>.</summary>
    public const int DefaultWallLimitMs = 30_000;

    /// <summary>Default of <see cref="CpuLimitSeconds"/>.</summary>
    public const int DefaultCpuLimitSeconds = 30;

    /// <summary>Default of <see cref="MemoryLimitBytes"/>.</summary>
    public const long DefaultMemoryLimitBytes = 2L << 30;

    /// <summary>Smallest <see cref="MemoryLimitBytes"/>: address space that worker and engine need before any data.</summary>
    public const long MinMemoryLimitBytes = 1L << 30;

    /// <summary>Default of <see cref="MaxRows"/>.</summary>
    public const int DefaultMaxRows = 10_000;

    /// <summary>Default of <see cref="MaxOutputBytes"/>.</summary>
    public const int DefaultMaxOutputBytes = 4 << 20;

    /// <summary>Largest <see cref="Threads"/>.</summary>
    public const int MaxThreads = 2;

    /// <value>Wall time after which the process tree is killed, milliseconds.</value>
    [Range(100, 3_600_000)]
    public int WallLimitMs { get; init; } = DefaultWallLimitMs;

    /// <value>CPU time after which the kernel kills the process, seconds.</value>
    [Range(1, 3600)]
    public int CpuLimitSeconds { get; init; } = DefaultCpuLimitSeconds;

    /// <value>Address space of the process (RLIMIT_AS) and, where there are control groups, memory of the whole run, bytes. The engine's own limit lies 512 MiB below.</value>
    [Range(MinMemoryLimitBytes, 1L << 40)]
    public long MemoryLimitBytes { get; init; } = DefaultMemoryLimitBytes;

    /// <value>Rows a run may return.</value>
    [Range(1, 1_000_000)]
    public int MaxRows { get; init; } = DefaultMaxRows;

    /// <value>Bytes a run may return; the launcher kills what writes more.</value>
    [Range(1024, 64 << 20)]
    public int MaxOutputBytes { get; init; } = DefaultMaxOutputBytes;

    /// <value>Engine threads, 1 or 2.</value>
    [Range(1, MaxThreads)]
    public int Threads { get; init; } = 1;

    internal long EngineMemoryBytes => MemoryLimitBytes - (512L << 20);
}

/// <summary>What a run used. Measured, not estimated.</summary>
/// <param name="WorkerCpuMs">User and system CPU of the worker process from its start, milliseconds (its own getrusage).</param>
/// <param name="QueryCpuMs">The part of it spent in the statement, without process start and engine load.</param>
/// <param name="WallMs">From the launch to the end, seen by the host.</param>
/// <param name="PeakResidentBytes">Peak resident set of the worker.</param>
/// <param name="OutputBytes">Bytes that came out of the sandbox.</param>
/// <param name="Profile">Profile name, see <see cref="SandboxProfile.Name"/>.</param>
public sealed record SandboxUsage(double WorkerCpuMs, double QueryCpuMs, double WallMs, long PeakResidentBytes, long OutputBytes, string Profile);
