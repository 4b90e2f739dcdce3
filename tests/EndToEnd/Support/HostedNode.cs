using DataSpace.Hosting;
using DataSpace.Hosting.Storage;

namespace DataSpace.EndToEnd.Support;

/// <summary>A node in the tests' own process: its own services, directory, port and clock.</summary>
internal sealed class HostedNode : RunningNode
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ReadyLine _output = new();
    private readonly StringWriter _error = new();
    private readonly Task<int> _run;

    private HostedNode(NodeLaunch launch)
        : base(launch)
    {
        var variables = launch.Variables;
        var surroundings = new NodeSurroundings(name => variables.TryGetValue(name, out var value) ? value : Environment.GetEnvironmentVariable(name), _output, TextWriter.Synchronized(_error), _stop.Token);
        Func<IReadOnlyList<string>, NodeSurroundings, Task<int>> host = launch.Kind switch
        {
            "Connector" => Connector.Program.RunAsync,
            "Coordinator" => Coordinator.Program.RunAsync,
            "Regulator" => Regulator.Program.RunAsync,
            _ => throw new ArgumentOutOfRangeException(nameof(launch), launch.Kind, "no such host"),
        };
        // What a test's context carries with it is none of the node's business.
        using (ExecutionContext.SuppressFlow())
            _run = Task.Run(() => host(launch.Arguments, surroundings));
    }

    protected override string State => _run.IsCompleted ? "ended" : "running";

    protected override string Errors => _error.ToString();

    public static new async Task<RunningNode> StartAsync(NodeLaunch launch)
    {
        var node = new HostedNode(launch);
        if (await Task.WhenAny(node._output.Ready, node._run, Task.Delay(StartLimit)) == node._output.Ready)
            return node;
        var story = node.Story() + (node._run.IsFaulted ? node._run.Exception.ToString() : "");
        await node.DisposeAsync();
        throw new InvalidOperationException("The node did not become ready.\n" + story);
    }

    /// <summary>Runs a host that is expected to end by itself; the exit code is what its process would end with.</summary>
    public static async Task<Ended> RunToEndAsync(NodeLaunch launch)
    {
        var node = new HostedNode(launch);
        try
        {
            return new Ended(await node._run.WaitAsync(StartLimit), string.Empty, node.Errors);
        }
        catch (TimeoutException)
        {
            await node.DisposeAsync();
            throw new InvalidOperationException($"{launch.Kind} on {launch.Directory} was expected to end and did not.");
        }
    }

    public override async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        try
        {
            return await _run.WaitAsync(StopLimit);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException("The node did not stop.\n" + Story());
        }
        finally
        {
            StateStore.Release(Launch.Directory); // as the end of a process closes its files
        }
    }

    public override Task KillAsync() => throw new InvalidOperationException("Only a process can be killed: call Party.InOwnProcessAsync first.");

    public override Task WaitForExitAsync(TimeSpan atMost) => _run.WaitAsync(atMost);

    public override async ValueTask DisposeAsync()
    {
        if (!_run.IsFaulted)
            await StopAsync();
        _stop.Dispose();
    }

    /// <summary>Output of which only the line matters that says the node is ready.</summary>
    private sealed class ReadyLine : StringWriter
    {
        private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ready => _ready.Task;

        public override Task WriteLineAsync(string? value)
        {
            if (value?.StartsWith("ready {", StringComparison.Ordinal) == true)
                _ready.TrySetResult();
            return Task.CompletedTask;
        }
    }
}
