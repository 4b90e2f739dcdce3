using DataSpace.Kernel.Results;

namespace DataSpace.Hosting;

/// <summary>Command line of a node.</summary>
public sealed record NodeOptions
{
    /// <summary>Node directory: keys, ledger, state, logs.</summary>
    public required string Directory { get; init; }

    /// <summary>Configuration file.</summary>
    public required string ConfigFile { get; init; }

    /// <summary>TCP port; 0 = any free one.</summary>
    /// <value>Default 0.</value>
    public int Port { get; init; }

    /// <summary>Address to listen on.</summary>
    /// <value>Default loopback.</value>
    public string Listen { get; init; } = "127.0.0.1";

    /// <summary>URL under which peers reach this node; default derived from address and port.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>The coordinator's public <c>node.json</c>, for connectors.</summary>
    public string? CoordinatorFile { get; init; }

    /// <summary>Parses <c>--name value</c> pairs; reports every problem at once.</summary>
    public static Result<NodeOptions> Parse(IReadOnlyList<string> args)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var problems = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is not ("--dir" or "--config" or "--port" or "--listen" or "--public-url" or "--coordinator"))
                problems.Add($"unknown argument '{args[i]}'");
            else if (++i >= args.Count)
                problems.Add($"{args[i - 1]} needs a value");
            else
                values[args[i - 1]] = args[i];
        }
        foreach (var required in (string[])["--dir", "--config"])
        {
            if (!values.ContainsKey(required))
                problems.Add($"{required} is required");
        }
        var port = 0;
        if (values.TryGetValue("--port", out var text) && (!int.TryParse(text, out port) || port is < 0 or > 65535))
            problems.Add("--port must be 0 to 65535");
        if (values.TryGetValue("--listen", out var listen) && !System.Net.IPAddress.TryParse(listen, out _))
            problems.Add("--listen must be an IP address");
        if (problems.Count > 0)
            return HostErrors.BadConfiguration.Of(string.Join("; ", problems));
        return new NodeOptions
        {
            Directory = Path.GetFullPath(values["--dir"]),
            ConfigFile = Path.GetFullPath(values["--config"]),
            Port = port,
            Listen = listen ?? "127.0.0.1",
            PublicUrl = values.GetValueOrDefault("--public-url"),
            CoordinatorFile = values.GetValueOrDefault("--coordinator"),
        };
    }
}
