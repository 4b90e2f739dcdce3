using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DataSpace.EndToEnd.Support;

/// <summary>How a process ended.</summary>
internal sealed record Ended(int ExitCode, string Output, string Error);

/// <summary>A node that is a process of its own, ended by its id.</summary>
internal sealed class NodeProcess : RunningNode
{
    private readonly Process _process;
    private readonly StringBuilder _error;

    private NodeProcess(Process process, StringBuilder error, NodeLaunch launch)
        : base(launch)
        => (_process, _error) = (process, error);

    public override string Directory => Launch.SeenAt?.Invoke(_process.Id) ?? Launch.Directory;

    protected override string State => _process.HasExited ? "exit " + _process.ExitCode : "running";

    protected override string Errors
    {
        get
        {
            lock (_error)
                return _error.ToString();
        }
    }

    public static new async Task<RunningNode> StartAsync(NodeLaunch launch)
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

    public override async Task WaitForExitAsync(TimeSpan atMost)
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

    public override async Task KillAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
    }

    public override async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            using var signal = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
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

    public override async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static Process Spawn(NodeLaunch launch)
    {
        List<string> command = [.. launch.Through, "dotnet", Layout.Host(launch.Kind), .. launch.Arguments];
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // each start a quarter cheaper without that mapping
        foreach (var (name, value) in launch.Variables)
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
