using System.Diagnostics;
using System.Text;

namespace DataSpace.EndToEnd.Support;

/// <summary>How to start a host.</summary>
internal sealed record NodeLaunch(string Kind, string Directory, string ConfigFile)
{
    public int Port { get; init; }

    public string? CoordinatorFile { get; init; }

    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>A command that ends by executing its arguments, for example in another mount namespace.</summary>
    public IReadOnlyList<string> Through { get; init; } = [];

    /// <summary>Where the test sees <see cref="Directory"/>; another place when the process lives in its own mount namespace.</summary>
    public Func<int, string>? SeenAt { get; init; }

    public IReadOnlyList<string> ExtraArguments { get; init; } = [];
}

/// <summary>How a process ended.</summary>
internal sealed record Ended(int ExitCode, string Output, string Error);

/// <summary>One running host: a real process, ready when it said so, ended by its id.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = Eventually.Least;
    private static readonly TimeSpan StopLimit = Eventually.Least;
    private readonly Process _process;
    private readonly StringBuilder _error;

    private NodeProcess(Process process, StringBuilder error, NodeLaunch launch)
        => (_process, _error, Launch) = (process, error, launch);

    public NodeLaunch Launch { get; }

    public int Pid => _process.Id;

    /// <summary>The node's directory as this process sees it.</summary>
    public string Directory => Launch.SeenAt?.Invoke(Pid) ?? Launch.Directory;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the host and waits for its <c>ready</c> line.</summary>
    public static async Task<NodeProcess> StartAsync(NodeLaunch launch)
    {
        var process = Spawn(launch);
        var error = Collect(process);
        var node = new NodeProcess(process, error, launch);
        using var limit = new CancellationTokenSource(StartLimit);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.StartsWith("ready {", StringComparison.Ordinal))
                    return node;
            }
        }
        catch (OperationCanceledException)
        {
            // told below, with everything the node said
        }
        var story = node.Story();
        await node.DisposeAsync();
        throw new InvalidOperationException("The node did not become ready.\n" + story);
    }

    /// <summary>Starts a host that is expected to end by itself.</summary>
    public static async Task<Ended> RunToEndAsync(NodeLaunch launch)
    {
        using var process = Spawn(launch);
        using var limit = new CancellationTokenSource(StartLimit);
        try
        {
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new Ended(process.ExitCode, output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new InvalidOperationException($"{launch.Kind} on {launch.Directory} was expected to end and did not.");
        }
    }

    /// <summary>Waits until the process is gone by itself, for example at a crash point.</summary>
    public async Task WaitForExitAsync(TimeSpan atMost)
    {
        using var limit = new CancellationTokenSource(atMost);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException("The node was expected to end.\n" + Story());
        }
    }

    /// <summary>SIGKILL: no clean-up whatsoever.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            using var signal = Process.Start("kill", ["-TERM", Pid.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await signal.WaitForExitAsync();
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                await KillAsync();
                throw new InvalidOperationException("The node did not stop on SIGTERM.\n" + Story());
            }
        }
        return _process.ExitCode;
    }

    /// <summary>What the node said so far: error output and the end of its log.</summary>
    public string Story()
    {
        var log = Path.Combine(Directory, "logs", "node.log");
        string tail;
        try
        {
            tail = File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(25)) : "(no log)";
        }
        catch (IOException e)
        {
            tail = e.Message;
        }
        lock (_error)
            return $"--- {Launch.Kind} {Launch.Directory} ({(_process.HasExited ? "exit " + _process.ExitCode : "running")})\n{_error}\n{tail}\n";
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static Process Spawn(NodeLaunch launch)
    {
        List<string> command = [.. launch.Through, "dotnet", Layout.Host(launch.Kind), "--dir", launch.Directory, "--config", launch.ConfigFile, "--port", launch.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        if (launch.CoordinatorFile is { } coordinator)
            command.AddRange(["--coordinator", coordinator]);
        command.AddRange(launch.ExtraArguments);
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["DATASPACE_WORKER"] = Layout.Worker;
        start.Environment["XDG_CACHE_HOME"] = Layout.Cache;
        start.Environment.Remove("DATASPACE_CRASH_AT");
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // some 150 starts in a run: each a quarter cheaper without that mapping
        foreach (var (name, value) in launch.Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static StringBuilder Collect(Process process)
    {
        var text = new StringBuilder();
        process.ErrorDataReceived += (_, e) =>
        {
            lock (text)
                text.AppendLine(e.Data);
        };
        process.BeginErrorReadLine();
        return text;
    }
}
