using System.Text.Json;
using DataSpace.Hosting;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Membership;

namespace DataSpace.Connector;

/// <summary>The configured coordinator and where this node's membership stands. Thread-safe.</summary>
internal sealed class CoordinatorLink
{
    private volatile string _membership = "none";
    private volatile bool _reachable;

    private CoordinatorLink(MemberDocument? coordinator) => Coordinator = coordinator;

    /// <summary>The coordinator as its operator handed it over (its public node.json), or null.</summary>
    public MemberDocument? Coordinator { get; }

    /// <summary>Its DID, or null.</summary>
    public string? CoordinatorDid => Coordinator?.Did;

    /// <summary><c>none</c>, <c>pending</c>, <c>approved</c>, <c>rejected</c>.</summary>
    public string Membership => _membership;

    /// <summary>Whether the last contact succeeded.</summary>
    public bool Reachable => _reachable;

    public void Update(string membership, bool reachable) => (_membership, _reachable) = (membership, reachable);

    /// <summary>Reads the coordinator's public card.</summary>
    public static Result<CoordinatorLink> Load(string? path)
    {
        if (path is null)
            return new CoordinatorLink(null);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            string Text(string name) => root.GetProperty(name).GetString()!;
            return new CoordinatorLink(new MemberDocument(
                Text("did"), Text("name"), Text("role"), Text("url"), Text("publicKey"), Text("keyId"), Text("tlsSpki"), Text("ledgerVkey")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return HostErrors.BadConfiguration.Of($"--coordinator: {Path.GetFileName(path)} is not a coordinator's node.json");
        }
    }
}
