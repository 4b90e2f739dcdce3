using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Sandbox.Cgroups;

namespace DataSpace.Sandbox.Process;

/// <summary>
/// Starts one process per use under bubblewrap, feeds it, caps and times it, and kills it. Thread-safe; owns the staging directory
/// (filter and two mount points) and the slots.
/// </summary>
internal sealed class WorkerLauncher : IDisposable
{
    private const int MaxStderrBytes = 16 * 1024;
    private static readonly TimeSpan KillGrace = TimeSpan.FromSeconds(30);

    private readonly SandboxProfileKind _profile;
    private readonly string _bubblewrap;
    private readonly string _workerDirectory;
    private readonly string _staging;
    private readonly TimeProvider _time;
    private readonly SlotPool _slots;

    public WorkerLauncher(SandboxProfileKind profile, string bubblewrap, string workerDirectory, SandboxOptions options)
    {
        _profile = profile;
        _bubblewrap = bubblewrap;
        _workerDirectory = workerDirectory;
        _time = options.TimeProvider;
        _slots = new SlotPool(profile == SandboxProfileKind.Privileged ? options.MaxConcurrentRuns : 1, options.SlotUidBase);
        _staging = CreateStaging(options.StagingRoot ?? Path.GetTempPath());
    }

    public SandboxLayers Layers { get; init; } = SandboxLayers.All;

    /// <summary>Where each run gets its control group; null bounds each process by itself, with rlimits.</summary>
    public CgroupParent? Groups { get; init; }

    public void Dispose()
    {
        _slots.Dispose();
        Directory.Delete(_staging, recursive: true);
    }

    /// <summary>One run. Waits for a free slot; the wall limit starts with the process.</summary>
    public async Task<LaunchOutcome> RunAsync(LaunchRequest request, CancellationToken cancellationToken)
    {
        var slotUid = await _slots.TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await RunInGroupAsync(request, slotUid, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _slots.Return(slotUid);
        }
    }

    /// <summary>The run in a control group of its own, which is gone when this returns. What bounds a run does not change silently: without its group it does not start.</summary>
    private async Task<LaunchOutcome> RunInGroupAsync(LaunchRequest request, int slotUid, CancellationToken cancellationToken)
    {
        RunGroup? group;
        try
        {
            group = Layers.ControlGroup ? Groups?.Create(request.Limits.MemoryLimitBytes, SandboxCommand.MaxTasks) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new LaunchOutcome(LaunchEnd.NoGroup, ExitCode: 0, [], e.Message, TimeSpan.Zero, ProcessId: 0);
        }

        try
        {
            var outcome = await RunInSlotAsync(request, slotUid, group, cancellationToken).ConfigureAwait(false);
            return outcome with { GroupEvents = group?.ReadEvents() };
        }
        finally
        {
            if (group is not null)
                await group.RemoveAsync().ConfigureAwait(false);
        }
    }

    private async Task<LaunchOutcome> RunInSlotAsync(LaunchRequest request, int slotUid, RunGroup? group, CancellationToken cancellationToken)
    {
        var command = new SandboxCommand
        {
            Bubblewrap = _bubblewrap,
            WorkerDirectory = _workerDirectory,
            StagingDirectory = _staging,
            Profile = _profile,
            Layers = Layers,
            DatasetPath = request.DatasetPath,
            SlotUid = slotUid,
            GroupEntryFiles = group?.EntryFiles ?? [],
        };
        var started = _time.GetTimestamp();
        using var process = await LauncherThread.RunAsync(() => Start(command.Launch(request.Limits), request)).ConfigureAwait(false);
        var processId = process.Id;

        using var wall = new CancellationTokenSource(TimeSpan.FromMilliseconds(request.Limits.WallLimitMs), _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(wall.Token, cancellationToken);
        var stderr = ReadCappedAsync(process.StandardError.BaseStream, MaxStderrBytes, null, CancellationToken.None);
        var stdout = ReadCappedAsync(process.StandardOutput.BaseStream, request.MaxStdoutBytes, request.Section, stop.Token);
        var end = LaunchEnd.Exited;
        byte[] output = [];
        try
        {
            await FeedAsync(process, request.Input, stop.Token).ConfigureAwait(false);
            (output, var overflow) = await stdout.ConfigureAwait(false);
            if (overflow)
                end = LaunchEnd.OutputLimit;
            else
                await process.WaitForExitAsync(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            end = cancellationToken.IsCancellationRequested ? LaunchEnd.Cancelled : LaunchEnd.WallLimit;
        }

        if (end != LaunchEnd.Exited)
            await KillAsync(process, group).ConfigureAwait(false);
        var (errors, _) = await stderr.ConfigureAwait(false);
        return new LaunchOutcome(end, process.ExitCode, output, Encoding.UTF8.GetString(errors), _time.GetElapsedTime(started), processId);
    }

    private System.Diagnostics.Process Start((string Program, IReadOnlyList<string> Arguments) launch, LaunchRequest request)
    {
        var info = new ProcessStartInfo(launch.Program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        foreach (var (name, value) in request.LauncherEnvironment ?? new Dictionary<string, string>())
            info.Environment[name] = value;
        if (Layers.ClearEnvironment)
            info.Environment.Clear();
        foreach (var argument in launch.Arguments)
            info.ArgumentList.Add(argument);
        return System.Diagnostics.Process.Start(info) ?? throw new Win32Exception("the launch did not start");
    }

    private static async Task FeedAsync(System.Diagnostics.Process process, byte[] input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The process ended before it read everything; its exit code and stderr tell why.
        }
    }

    /// <summary>
    /// The direct child is bwrap (every shim before it used exec). Its death takes the namespace's first process with it, and that takes all others;
    /// the pipes close only when the last of them is gone. Children are looked for all the same: one that bwrap had only just started does not yet die with it,
    /// and would wait for its parent for ever.
    /// </summary>
    private async Task KillAsync(System.Diagnostics.Process process, RunGroup? group)
    {
        try
        {
            group?.Kill();
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }

        using var grace = new CancellationTokenSource(KillGrace, _time);
        await process.WaitForExitAsync(grace.Token).ConfigureAwait(false);
        await DrainAsync(process.StandardOutput.BaseStream, grace.Token).ConfigureAwait(false);
    }

    private static async Task DrainAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0)
        {
            // discarded: only the end of the stream is of interest
        }
    }

    private static async Task<(byte[] Bytes, bool Overflow)> ReadCappedAsync(
        Stream stream, int maxBytes, Subjects.SubjectSection? section, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            var from = 0;
            if (section is { IsDone: false })
            {
                from = section.Take(buffer.AsSpan(0, read));
                if (section.IsBroken)
                    return (kept.ToArray(), true);
                kept.Write(section.GivenBack);
            }

            if (kept.Length + read - from > maxBytes)
                return (kept.ToArray(), true);
            kept.Write(buffer, from, read - from);
        }

        return (kept.ToArray(), false);
    }

#pragma warning disable CA1416 // WorkerClient.OpenAsync admits Linux only
    private static string CreateStaging(string root)
    {
        var path = Path.Combine(root, "dataspace-sandbox-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        Directory.CreateDirectory(path);
        const UnixFileMode enterOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(path, enterOnly);
        var worker = Directory.CreateDirectory(Path.Combine(path, "worker"));
        File.SetUnixFileMode(worker.FullName, enterOnly);
        File.WriteAllBytes(Path.Combine(path, "input"), []);
        File.WriteAllBytes(Path.Combine(path, "filter.bpf"), SeccompFilter.Build());
        return path;
    }
#pragma warning restore CA1416
}
