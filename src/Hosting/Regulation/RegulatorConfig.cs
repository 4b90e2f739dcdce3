using System.Text.Json;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Membership;

namespace DataSpace.Hosting.Regulation;

/// <summary>A regulator in a node's configuration. Trust hangs on the root keys; the address is only a place to ask.</summary>
/// <param name="Did">DID of the regulator.</param>
/// <param name="Name">For people.</param>
/// <param name="RootKeys">Raw Ed25519 keys of the people who sign rule sets, base64url.</param>
/// <param name="Threshold">How many of them must have signed.</param>
/// <param name="Card">The regulator's public <c>node.json</c>; without it the node hears of rules through the coordinator and its peers alone.</param>
public sealed record RegulatorConfig(
    string Did, string Name, IReadOnlyList<string> RootKeys, int Threshold = RegulatorPin.DefaultThreshold, string? Card = null);

/// <summary>A regulator as this node trusts it, and where to ask it.</summary>
public sealed record PinnedRegulator(RegulatorPin Pin, MemberDocument? Card);

/// <summary>The regulators that this node's owner pinned. None: no negative list applies here, and the status says so.</summary>
public sealed class PinnedRegulators
{
    /// <summary>Most regulators of one node.</summary>
    public const int MaxRegulators = 16;

    /// <value>Default time between two looks.</value>
    public const int DefaultPollMs = 5_000;

    /// <value>Longest time between two looks: a rule that nobody pushes is known by then.</value>
    public const int MaxPollMs = 15_000;

    private PinnedRegulators(IReadOnlyList<PinnedRegulator> all, int pollMs) => (All, PollInterval) = (all, TimeSpan.FromMilliseconds(pollMs));

    /// <summary>Nobody.</summary>
    public static PinnedRegulators None { get; } = new([], DefaultPollMs);

    /// <summary>All of them.</summary>
    public IReadOnlyList<PinnedRegulator> All { get; }

    /// <summary>How often a node asks the regulator (else the coordinator) whether there is anything newer, whatever the age of the stamp it holds.</summary>
    public TimeSpan PollInterval { get; }

    /// <summary>Reads the pins and the cards they name; paths are relative to <paramref name="directory"/>. Every problem is reported.</summary>
    public static Result<PinnedRegulators> Create(IReadOnlyList<RegulatorConfig>? configured, int pollMs, string directory)
    {
        if (configured is not { Count: > 0 })
            return None;
        if (configured.Count > MaxRegulators)
            return HostErrors.BadConfiguration.Of($"regulators: at most {MaxRegulators}");
        if (pollMs is < 100 or > MaxPollMs)
            return HostErrors.BadConfiguration.Of($"regulationPollMs is 100 to {MaxPollMs}");
        var all = new List<PinnedRegulator>();
        foreach (var regulator in configured)
        {
            if (regulator?.RootKeys is null || regulator.RootKeys.Any(k => k is null))
                return HostErrors.BadConfiguration.Of("regulators: null in a list");
            if (all.Exists(r => r.Pin.Did == regulator.Did))
                return HostErrors.BadConfiguration.Of($"regulator '{regulator.Did}' appears twice");
            if (!RegulatorPin.Create(regulator.Did, regulator.Name, regulator.RootKeys, regulator.Threshold).TryGet(out var pin, out var error))
                return HostErrors.BadConfiguration.Of($"regulator '{regulator.Did}': {error.Detail}");
            MemberDocument? card = null;
            if (regulator.Card is { } file && !ReadCard("regulators", Path.GetFullPath(file, directory), regulator.Did).TryGet(out card, out error))
                return error;
            all.Add(new PinnedRegulator(pin, card));
        }
        return new PinnedRegulators(all, pollMs);
    }

    /// <summary>A node's public <c>node.json</c> that a configuration names.</summary>
    internal static Result<MemberDocument> ReadCard(string member, string path, string did)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
            var card = new MemberDocument(Text("did"), Text("name"), Text("role"), Text("url"), Text("publicKey"), Text("keyId"), Text("tlsSpki"), Text("ledgerVkey"));
            return card.Did == did ? card : HostErrors.BadConfiguration.Of($"{member}: {Path.GetFileName(path)} is the card of another participant than '{did}'");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return HostErrors.BadConfiguration.Of($"{member}: {Path.GetFileName(path)} is not a node's node.json");
        }
    }
}
