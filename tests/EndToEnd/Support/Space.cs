using System.Text.Json.Nodes;
using DataSpace.Kernel.Identity;
using DataSpace.Protocol;

namespace DataSpace.EndToEnd.Support;

/// <summary>
/// A data space of four processes: coordinator, chain leader (who is also the analyst) and two suppliers, with the supply-chain sample's data and policies.
/// </summary>
internal sealed class Space : IAsyncDisposable
{
    public const string Joint = "joint-statistics";
    public const string Trial = "trial-one-use";
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NegotiationLimit = TimeSpan.FromSeconds(30);
    private readonly List<Party> _all;

    private Space(string root, string label, int further)
    {
        Root = root;
        Coordinator = new Party("coordinator", "Coordinator", root, $"did:web:coordinator.{label}.example");
        Leader = new Party("chain-leader", "Connector", root, $"did:web:chain-leader.{label}.example");
        SupplierA = new Party("supplier-a", "Connector", root, $"did:web:supplier-a.{label}.example");
        SupplierB = new Party("supplier-b", "Connector", root, $"did:web:supplier-b.{label}.example");
        Further = [.. Enumerable.Range(0, further).Select(i => new Party($"supplier-{(char)('c' + i)}", "Connector", root, $"did:web:supplier-{(char)('c' + i)}.{label}.example"))];
        _all = [Coordinator, Leader, SupplierA, SupplierB, .. Further];
    }

    public string Root { get; }

    public Party Coordinator { get; }

    /// <summary>Owner of four firms, and the analyst.</summary>
    public Party Leader { get; }

    public Party SupplierA { get; }

    public Party SupplierB { get; }

    /// <summary>Owners beyond the sample's three, where a test needs them.</summary>
    public IReadOnlyList<Party> Further { get; }

    public IReadOnlyList<Party> Owners => [Leader, SupplierA, SupplierB, .. Further];

    public IReadOnlyList<Party> Everyone => _all;

    /// <summary>Agreements concluded so far, by provider, dataset and offer.</summary>
    public Dictionary<(string Provider, string Dataset, string Offer), string> Agreements { get; } = [];

    /// <summary>Starts the nodes, joins them, and waits until everyone knows everyone.</summary>
    public static async Task<Space> StartAsync(Action<SpaceDesign>? design = null, int further = 0)
    {
        Layout.RequireWorker();
        Directory.CreateDirectory(Layout.Cache);
        // Below the temporary directory and not below the tree: sandbox users must be able to pass to the data files.
        var root = Directory.CreateTempSubdirectory("dataspace-e2e-").FullName;
        File.SetUnixFileMode(root, (UnixFileMode)0b111_101_101);
        var space = new Space(root, RandomId.New()[..10], further);
        try
        {
            var plan = new SpaceDesign(space);
            design?.Invoke(plan);
            foreach (var party in space._all)
                party.MakeKeys();
            plan.Write();
            await space.Coordinator.StartAsync();
            foreach (var owner in space.Owners)
                owner.CoordinatorFile = Path.Combine(space.Coordinator.Directory, "node.json");
            await Task.WhenAll(space.Owners.Select(o => o.StartAsync()));
            await space.JoinAsync();
            return space;
        }
        catch
        {
            await space.DisposeAsync();
            throw;
        }
    }

    /// <summary>The consumer's contract for a dataset; concluded once, then remembered.</summary>
    public async Task<string> AgreeAsync(Party provider, string dataset = "investments", string offer = Joint, Party? consumer = null)
    {
        var key = (provider.Name, dataset, consumer is null ? offer : $"{offer} for {consumer.Name}");
        if (Agreements.TryGetValue(key, out var known))
            return known;
        var last = await NegotiateAsync(provider, dataset, offer, consumer);
        Assert.True(last["state"]!.GetValue<string>() == "FINALIZED", last.ToJsonString() + Story());
        return Agreements[key] = last["agreementId"]!.GetValue<string>();
    }

    /// <summary>One negotiation to its end, whatever the end.</summary>
    public async Task<JsonNode> NegotiateAsync(Party provider, string dataset, string offer, Party? consumer = null)
    {
        consumer ??= Leader;
        var body = new JsonObject { ["participant"] = provider.Did, ["datasetId"] = dataset, ["offerId"] = offer };
        var started = (await JoinedAsync(() => consumer.PostAsync("/admin/negotiations", body.DeepClone()))).Ok();
        var id = started["id"]!.GetValue<string>();
        JsonNode? last = null;
        await Eventually.TrueAsync(async () =>
        {
            last = await consumer.ReadAsync("/admin/negotiations/" + Uri.EscapeDataString(id));
            return last["state"]!.GetValue<string>() is "FINALIZED" or "TERMINATED";
        }, NegotiationLimit, () => $"negotiation {last}{Story()}");
        return last!;
    }

    /// <summary>The answer of a node that has joined: one that a test restarted a moment ago does so within a second or two.</summary>
    public async Task<Answer> JoinedAsync(Func<Task<Answer>> ask)
    {
        Answer? answer = null;
        await Eventually.TrueAsync(async () => (answer = await ask()).Code is not "DS-CON-005", NegotiationLimit, Story);
        return answer!;
    }

    /// <summary>Everything the nodes said lately, for a failing test.</summary>
    public string Story() => "\n" + string.Concat(_all.Where(p => p.Process is not null).Select(p => p.Process.Story()));

    public async ValueTask DisposeAsync()
    {
        foreach (var party in Enumerable.Reverse(_all))
            await party.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    private async Task JoinAsync()
    {
        await Eventually.TrueAsync(async () => (await Coordinator.ReadAsync("/admin/members"))["members"]!.AsArray().Count == Owners.Count, JoinLimit, Story);
        foreach (var owner in Owners)
            (await Coordinator.PostAsync($"/admin/members/{Uri.EscapeDataString(owner.Did)}/approve")).Ok();
        // A member's own list is what it refuses strangers by: ask each owner as every other one until all are known.
        await Eventually.TrueAsync(async () =>
        {
            foreach (var asked in Owners)
            {
                foreach (var caller in Owners.Where(o => o != asked))
                {
                    if ((await asked.FromAsync(caller.Persona, HttpMethod.Get, DspBase.Path + CatalogPaths.Dataset("none"))).Code == "DS-SIG-003")
                        return false;
                }
                if ((await asked.ReadAsync("/admin/status"))["coordinator"]!["membership"]!.GetValue<string>() != "approved")
                    return false;
            }
            return true;
        }, JoinLimit, Story);
    }
}

/// <summary>Waits for a condition outside this process; a timeout tells the story.</summary>
internal static class Eventually
{
    /// <summary>Longer waits ask less often: what a test asks costs the nodes that it waits for.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50), Longest = TimeSpan.FromMilliseconds(400);

    /// <summary>A node's start alone takes a minute and a half when forty programs want the two cores. Only a failing test waits that long.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromMinutes(3);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan atMost, Func<string> story)
    {
        atMost = atMost > Least ? atMost : Least;
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            var waited = TimeProvider.System.GetElapsedTime(started);
            if (waited > atMost)
                Assert.Fail($"Not within {atMost.TotalSeconds:0} s. {story()}");
            await Task.Delay(TimeSpan.FromTicks(Math.Clamp(waited.Ticks / 8, Shortest.Ticks, Longest.Ticks)));
        }
    }
}
