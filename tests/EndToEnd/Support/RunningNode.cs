using System.Globalization;

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

    /// <summary>A process of its own, for a node that is killed. Costs some eight seconds of processor time more than a node in the tests' process.</summary>
    public bool OwnProcess { get; init; }

    /// <summary>True when only a process will do.</summary>
    public bool NeedsProcess => OwnProcess || Through.Count > 0 || Environment.ContainsKey("DATASPACE_CRASH_AT");

    /// <summary>The host's arguments.</summary>
    public IReadOnlyList<string> Arguments =>
    [
        "--dir", Directory, "--config", ConfigFile, "--port", Port.ToString(CultureInfo.InvariantCulture),
        .. CoordinatorFile is null ? (string[])[] : ["--coordinator", CoordinatorFile],
        .. ExtraArguments,
    ];

    /// <summary>Variables on top of the process's own; null = absent.</summary>
    public IReadOnlyDictionary<string, string?> Variables
    {
        get
        {
            var variables = new Dictionary<string, string?> { ["DATASPACE_WORKER"] = Layout.Worker, ["XDG_CACHE_HOME"] = Layout.Cache, ["DATASPACE_CRASH_AT"] = null };
            foreach (var (name, value) in Environment)
                variables[name] = value;
            return variables;
        }
    }
}

/// <summary>
/// One running host, ready when it said so: in this process, where many nodes share what was compiled, or a process of its own, which can be killed. Code, sockets
/// and files are the same.
/// </summary>
internal abstract class RunningNode(NodeLaunch launch) : IAsyncDisposable
{
    protected static readonly TimeSpan StartLimit = Eventually.Least;
    protected static readonly TimeSpan StopLimit = Eventually.Least;

    public NodeLaunch Launch => launch;

    /// <summary>The node's directory as this process sees it.</summary>
    public virtual string Directory => launch.Directory;

    /// <summary>Starts the host and waits for its <c>ready</c> line.</summary>
    public static async Task<RunningNode> StartAsync(NodeLaunch launch)
        => launch.NeedsProcess ? await NodeProcess.StartAsync(launch) : await HostedNode.StartAsync(launch);

    /// <summary>Ends it as SIGTERM does; the exit code.</summary>
    public abstract Task<int> StopAsync();

    /// <summary>SIGKILL: no clean-up whatsoever.</summary>
    public abstract Task KillAsync();

    /// <summary>Waits until it is gone by itself, for example at a crash point.</summary>
    public abstract Task WaitForExitAsync(TimeSpan atMost);

    public abstract ValueTask DisposeAsync();

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
        return $"--- {launch.Kind} {launch.Directory} ({State})\n{Errors}\n{tail}\n";
    }

    /// <summary>"running" or how it ended.</summary>
    protected abstract string State { get; }

    protected abstract string Errors { get; }
}
