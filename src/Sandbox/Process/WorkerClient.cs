using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Cgroups;

namespace DataSpace.Sandbox.Process;

/// <summary>A worker's answer and what the run used.</summary>
internal sealed record WorkerRun(WorkerResponse Response, SandboxUsage Usage);

/// <summary>Speaks with a worker through the launcher and turns every way to fail into a code. Owns the launcher.</summary>
internal sealed class WorkerClient : IDisposable
{
    private const int ResponseOverheadBytes = 256 * 1024;
    private const int ExitWhenKilled = 128 + 9;

    private readonly SandboxOptions _options;

    private WorkerClient(SandboxOptions options, WorkerLauncher launcher, SandboxProfile profile)
        => (_options, Launcher, Profile) = (options, launcher, profile);

    public WorkerLauncher Launcher { get; }

    public SandboxProfile Profile { get; private set; }

    public void Dispose() => Launcher.Dispose();

    /// <summary>Finds the parts and runs the operation <c>version</c> once, through every layer.</summary>
    public static async Task<Result<WorkerClient>> OpenAsync(SandboxOptions options, SandboxLayers layers, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture != Architecture.X64)
            return SandboxErrors.PlatformUnsupported.Of();
        var bubblewrap = options.BubblewrapPath ?? HostTools.FindProgram("bwrap");
        if (bubblewrap is null || !File.Exists(bubblewrap))
            return SandboxErrors.BubblewrapMissing.Of();
        var directory = Path.GetFullPath(options.WorkerDirectory ?? Path.Combine(AppContext.BaseDirectory, "sandbox-worker"));
        if (!File.Exists(Path.Combine(directory, "sandbox-worker")))
            return SandboxErrors.WorkerMissing.Of();

        var kind = options.Profile ?? (Environment.IsPrivilegedProcess ? SandboxProfileKind.Privileged : SandboxProfileKind.Unprivileged);
        var groups = layers.ControlGroup ? (await CgroupFinder.OfThisProcess.ConfigureAwait(false)).Parent : null;
        if (groups is not null)
            await SweepAsync(groups, options).ConfigureAwait(false);
        var profile = new SandboxProfile(kind, "", bubblewrap, directory, Convert.ToHexStringLower(SHA256.HashData(SeccompFilter.Build())))
        {
            Cgroups = groups?.Version ?? CgroupVersion.None,
        };
        var client = new WorkerClient(options, new WorkerLauncher(kind, bubblewrap, directory, options) { Layers = layers, Groups = groups }, profile);
        var limits = new SandboxLimits();
        var probe = await client.RunAsync(Request("version", null, null, limits), null, limits, cancellationToken).ConfigureAwait(false);
        if (!probe.TryGet(out var run, out var error))
        {
            client.Dispose();
            return error.Kind == SandboxErrors.UserNamespacesUnavailable || error.Kind == SandboxErrors.Cancelled || error.Kind == SandboxErrors.HostBusy
                ? error : SandboxErrors.WorkerBroken.Of();
        }

        client.Profile = profile with { EngineVersion = run.Response.Text ?? "" };
        return client;
    }

    public static WorkerRequest Request(string operation, string? sql, WorkerTable? table, SandboxLimits limits) => new()
    {
        Operation = operation,
        Sql = sql,
        Table = table,
        EngineMemoryBytes = limits.EngineMemoryBytes,
        Threads = limits.Threads,
        MaxRows = limits.MaxRows,
        MaxOutputBytes = limits.MaxOutputBytes,
    };

    /// <summary>One run of the worker. Errors carry no detail; the owner's log gets it.</summary>
    public Task<Result<WorkerRun>> RunAsync(WorkerRequest request, DatasetSource? dataset, SandboxLimits limits, CancellationToken cancellationToken)
        => RunAsync(request, dataset, limits, section: null, cancellationToken);

    /// <summary>As above, with somebody who takes the subjects that the request asks for.</summary>
    public async Task<Result<WorkerRun>> RunAsync(
        WorkerRequest request, DatasetSource? dataset, SandboxLimits limits, Subjects.SubjectSection? section, CancellationToken cancellationToken)
    {
        var path = request.Table is null ? null : RealPath(dataset!.Path);
        var input = JsonSerializer.SerializeToUtf8Bytes(request, WorkerJson.Default.WorkerRequest);
        var launch = new LaunchRequest(input, path, limits, limits.MaxOutputBytes + ResponseOverheadBytes) { Section = section };
        var outcome = await Launcher.RunAsync(launch, cancellationToken).ConfigureAwait(false);
        var name = dataset?.Name;
        switch (outcome.End)
        {
            case LaunchEnd.Cancelled:
                return Report(SandboxErrors.Cancelled, name, "cancelled");
            case LaunchEnd.WallLimit:
                return Report(SandboxErrors.WallLimit, name, "wall limit");
            case LaunchEnd.OutputLimit:
                return Report(SandboxErrors.OutputTooLarge, name, "stdout cap");
            case LaunchEnd.NoGroup:
                return Report(SandboxErrors.HostBusy, name, "no control group for the run: " + outcome.Stderr);
        }

        if (Parse(outcome.Stdout) is not { } response)
            return Report(WithoutAnswer(outcome), name, $"{Enforced(outcome.GroupEvents, limits)}exit {outcome.ExitCode}: {outcome.Stderr}");
        if (response.FailureClass is { } failure)
            return Report(OfClass(failure), name, $"{failure}: {response.Detail}");
        if (section is { WasSent: false })
            return Report(SandboxErrors.QueryFailed, name, "the worker listed no subjects");
        var usage = new SandboxUsage(
            response.CpuMicros / 1000.0, response.QueryCpuMicros / 1000.0, outcome.Wall.TotalMilliseconds, response.PeakResidentBytes,
            outcome.Stdout.Length, Profile.Name);
        return new WorkerRun(response, usage);
    }

    /// <summary>Tells the owner and returns the bare error.</summary>
    public DsError Report(ErrorKind kind, string? dataset, string detail)
    {
        _options.OnIncident?.Invoke(new SandboxIncident(kind.Code, dataset, detail));
        return kind.Of();
    }

    private static ErrorKind WithoutAnswer(LaunchOutcome outcome)
        => outcome.ExitCode == ExitWhenKilled || outcome.GroupEvents is { OutOfMemoryKills: > 0 } ? SandboxErrors.WallLimit
            : outcome.ExitCode == CgroupEntry.RefusedExitCode ? SandboxErrors.HostBusy
            : outcome.Stderr.Contains("Resource temporarily unavailable", StringComparison.Ordinal) ? SandboxErrors.HostBusy
            : outcome.Stderr.Contains("bwrap:", StringComparison.Ordinal) && IsNamespaceTrouble(outcome.Stderr) ? SandboxErrors.UserNamespacesUnavailable
            : SandboxErrors.QueryFailed;

    /// <summary>What the control group did, for the owner's log alone.</summary>
    private static string Enforced(GroupEvents? events, SandboxLimits limits) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(events is { OutOfMemoryKills: > 0 } ? $"out of memory: the control group's limit is {limits.MemoryLimitBytes} bytes; " : "")}{(events is { RefusedTasks: > 0 } ? $"out of tasks: the control group's limit is {SandboxCommand.MaxTasks}; " : "")}");

    /// <summary>A leftover that cannot be removed does no harm to new runs; the owner learns of it.</summary>
    private static async Task SweepAsync(CgroupParent groups, SandboxOptions options)
    {
        try
        {
            await groups.SweepAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            options.OnIncident?.Invoke(new SandboxIncident(SandboxErrors.HostBusy.Code, null, "a control group left behind could not be removed: " + e.Message));
        }
    }

    private static bool IsNamespaceTrouble(string text)
        => text.Contains("namespace", StringComparison.OrdinalIgnoreCase) || text.Contains("uid map", StringComparison.Ordinal)
            || text.Contains("Operation not permitted", StringComparison.Ordinal);

    private static ErrorKind OfClass(string failure) => failure switch
    {
        WorkerFailure.MalformedInput => SandboxErrors.DatasetMalformed,
        WorkerFailure.UnreadableInput => SandboxErrors.DatasetUnreadable,
        WorkerFailure.MissingColumn => SandboxErrors.DatasetColumnMissing,
        WorkerFailure.Type => SandboxErrors.DatasetTypeMismatch,
        WorkerFailure.Limit => SandboxErrors.OutputTooLarge,
        WorkerFailure.Parse => SandboxErrors.NotParsed,
        _ => SandboxErrors.QueryFailed,
    };

    /// <summary>The frame, or null when it is not exactly one.</summary>
    private static WorkerResponse? Parse(byte[] stdout)
    {
        if (stdout.Length < WorkerFrame.HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(stdout) != WorkerFrame.Magic
            || BinaryPrimitives.ReadInt32LittleEndian(stdout.AsSpan(4)) != stdout.Length - WorkerFrame.HeaderBytes)
            return null;
        try
        {
            return JsonSerializer.Deserialize(stdout.AsSpan(WorkerFrame.HeaderBytes), WorkerJson.Default.WorkerResponse);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>bubblewrap binds what the path names; a link is followed here, on the owner's side.</summary>
    private static string RealPath(string path)
        => Path.GetFullPath(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path);
}
