using System.Diagnostics;
using System.Text.Json;
using DataSpace.Cli.Node;
using DataSpace.Cli.Run;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo;

/// <summary>
/// A node of the demo as a process of its own: its own session (so that Ctrl-C reaches only the demo, which then stops every
/// child by its id), output into a file. Owned by the demo's one thread.
/// </summary>
internal sealed class NodeProcess
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(50);

    private NodeProcess(string name, int pid, string outputFile) => (Name, Pid, OutputFile) = (name, pid, outputFile);

    /// <summary>Folder name of the node.</summary>
    public string Name { get; }

    /// <summary>Process id.</summary>
    public int Pid { get; }

    /// <summary>What the process printed.</summary>
    public string OutputFile { get; }

    /// <summary>Starts a host; returns at once. <c>setsid</c> and <c>exec</c> keep the process id, so the id is the host's own.</summary>
    public static NodeProcess Start(string name, string hostAssembly, string outputFile, IEnumerable<string> hostArguments)
    {
        var arguments = new List<string> { "-c", "exec setsid \"$@\" >\"$0\" 2>&1 </dev/null", outputFile, Installation.DotNet, hostAssembly };
        arguments.AddRange(hostArguments);
        var start = new ProcessStartInfo("/bin/sh", arguments) { UseShellExecute = false };
        // Two cores are shared by four nodes: no node needs a thread pool for a large server.
        start.Environment["DOTNET_gcServer"] = "0";
        var process = Process.Start(start) ?? throw new CommandStopped(CliErrors.HostFailed.Of(name), ExitCode.Negative);
        return new NodeProcess(name, process.Id, outputFile);
    }

    /// <summary>A process of an earlier run, known by id.</summary>
    public static NodeProcess Known(string name, int pid) => new(name, pid, "");

    /// <summary>Waits for the host's "ready" line; false when it ended first (its output says why).</summary>
    public async Task<bool> WaitReadyAsync(CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < ReadyLimit)
        {
            if (Output().Split('\n').Any(l => l.StartsWith("ready {", StringComparison.Ordinal)))
                return true;
            if (!Posix.IsAlive(Pid))
                return false;
            await Task.Delay(PollEvery, TimeProvider.System, cancel);
        }
        return false;
    }

    /// <summary>Everything it printed so far, at most the last 64 KiB.</summary>
    public string Output()
    {
        try
        {
            using var file = new FileStream(OutputFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Seek(-Math.Min(file.Length, 65_536), SeekOrigin.End);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Asks each process to end, waits together, then ends those that did not.</summary>
    public static async Task StopAsync(IReadOnlyCollection<NodeProcess> processes)
    {
        foreach (var process in processes)
            Posix.Signal(process.Pid, Posix.SigTerm);
        var started = TimeProvider.System.GetTimestamp();
        while (processes.Any(p => Posix.IsAlive(p.Pid)) && TimeProvider.System.GetElapsedTime(started) < StopLimit)
            await Task.Delay(PollEvery, TimeProvider.System, CancellationToken.None);
        foreach (var process in processes.Where(p => Posix.IsAlive(p.Pid)))
            Posix.Signal(process.Pid, Posix.SigKill);
    }
}

/// <summary>The ids of the demo's processes on disk, so that a later run or <c>--clean</c> can stop what an earlier one left.</summary>
internal static class ProcessList
{
    private const string FileName = "processes.json";

    /// <summary>Writes the list.</summary>
    public static void Save(string root, IEnumerable<NodeProcess> processes)
        => File.WriteAllText(Path.Combine(root, FileName), JsonSerializer.Serialize(processes.ToDictionary(p => p.Name, p => p.Pid)));

    /// <summary>Processes of the list that still run. An id counts only when its command line names this very folder: ids are reused.</summary>
    public static IReadOnlyList<NodeProcess> StillRunning(string root)
    {
        try
        {
            var ids = JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(Path.Combine(root, FileName))) ?? [];
            return ids.Where(p => Posix.IsAlive(p.Value) && Posix.CommandLine(p.Value).Contains(Path.Combine(root, p.Key), StringComparison.Ordinal))
                .Select(p => NodeProcess.Known(p.Key, p.Value)).ToList();
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>A node of the demo: where it lives, its process, and a client for its management API.</summary>
/// <param name="Key">Folder name: coordinator, chain-leader, supplier-a, supplier-b.</param>
/// <param name="Directory">The node's data directory.</param>
/// <param name="Port">Its TCP port.</param>
/// <param name="Process">Its process.</param>
/// <param name="Client">Client of its management API.</param>
internal sealed record DemoNode(string Key, string Directory, int Port, NodeProcess Process, NodeClient Client)
{
    /// <summary>The folder of its ledger.</summary>
    public string LedgerDirectory => Path.Combine(Directory, "ledger");
}
