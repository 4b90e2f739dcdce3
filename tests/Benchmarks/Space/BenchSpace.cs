using System.Text.Json.Nodes;

namespace DataSpace.Benchmarks.Space;

/// <summary>What one owner brings into a space: its name and its Parquet file with columns <c>g</c>, <c>subject</c>, <c>x</c>.</summary>
internal sealed record Owner(string Name, string Path);

/// <summary>A job that ended well.</summary>
/// <param name="WallMs">From submission to COMPLETED, as the analyst's client sees it.</param>
/// <param name="Stages">Milliseconds per stage, as the analyst's node reports them.</param>
/// <param name="Result">Answer of the result endpoint.</param>
internal sealed record FinishedJob(double WallMs, IReadOnlyList<(string Name, long Ms)> Stages, JsonObject Result);

/// <summary>
/// A whole space on this machine: a coordinator and one connector per owner, real processes with their own directories, admitted, and with contracts
/// between the first owner, who is also the analyst, and all of them.
/// </summary>
internal sealed class BenchSpace : IAsyncDisposable
{
    private const string Dataset = "measurements";
    private const string OfferId = "joint-statistics";
    private const string Purpose = "industry-statistics";
    private const int Uses = 1000;
    private static readonly TimeSpan StepLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan JobLimit = TimeSpan.FromMinutes(5);
    private readonly string _directory;
    private readonly List<Owner> _owners;

    private BenchSpace(string directory, IEnumerable<Owner> owners) => (_directory, _owners) = (directory, [.. owners]);

    /// <summary>The coordinator.</summary>
    public NodeProcess Coordinator { get; private set; } = null!;

    /// <summary>One connector per owner, in order; the first belongs to the analyst.</summary>
    public List<NodeProcess> Connectors { get; } = [];

    /// <summary>Starts all nodes, without datasets or contracts.</summary>
    public static async Task<BenchSpace> StartAsync(string directory, IEnumerable<Owner> owners)
    {
        var space = new BenchSpace(directory, owners);
        try
        {
            await space.StartNodesAsync();
            return space;
        }
        catch
        {
            await space.DisposeAsync();
            throw;
        }
    }

    /// <summary>Admits the connectors, publishes the datasets and negotiates one contract per owner.</summary>
    public async Task PrepareAsync()
    {
        await UntilAsync("all connectors have asked to join", async () => Members(await Coordinator.CallAsync(HttpMethod.Get, "/admin/members")).Count == _owners.Count);
        foreach (var node in Connectors)
            await Coordinator.CallAsync(HttpMethod.Post, $"/admin/members/{Uri.EscapeDataString(node.Did)}/approve");
        var policy = Path.Combine(_directory, "policy.json");
        await File.WriteAllTextAsync(policy, Policy().ToJsonString());
        foreach (var (owner, node) in _owners.Zip(Connectors))
        {
            await WriteConfigAsync(owner, [DatasetConfig(owner, policy)]);
            await node.CallAsync(HttpMethod.Post, "/admin/reload");
        }
        await UntilAsync("the catalogue lists every dataset", async ()
            => (await Connectors[0].CallAsync(HttpMethod.Get, "/admin/catalog"))["datasets"]!.AsArray().Count == _owners.Count);
        foreach (var node in Connectors)
            await NegotiateAsync(node);
    }

    /// <summary>Plans and runs the joint statistic over all owners.</summary>
    public async Task<FinishedJob> RunAsync(int groups)
    {
        var analyst = Connectors[0];
        var spec = Spec(groups);
        var plan = await analyst.CallAsync(HttpMethod.Post, "/admin/jobs/plan", spec);
        if (plan["refusals"]!.AsArray() is { Count: > 0 } refusals)
            throw new BenchmarkException("The plan would be refused: " + refusals.ToJsonString());
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var job = await analyst.CallAsync(HttpMethod.Post, "/admin/jobs", new JsonObject { ["spec"] = spec.DeepClone(), ["planHash"] = plan["planHash"]!.DeepClone() });
        var id = (string)job["jobId"]!;
        JsonObject status = [];
        await UntilAsync("the job has ended", async () =>
        {
            status = await analyst.CallAsync(HttpMethod.Get, "/admin/jobs/" + id);
            return (string)status["state"]! != "RUNNING";
        }, JobLimit);
        var wall = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if ((string)status["state"]! != "COMPLETED")
            throw new BenchmarkException("The job failed: " + status.ToJsonString());
        var stages = status["stages"]!.AsArray().Select(s => ((string)s!["name"]!, (long)s["ms"]!)).ToList();
        return new FinishedJob(wall, stages, await analyst.CallAsync(HttpMethod.Get, $"/admin/jobs/{id}/result"));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var node in Connectors)
            await node.DisposeAsync();
        if (Coordinator is not null)
            await Coordinator.DisposeAsync();
    }

    private async Task StartNodesAsync()
    {
        Directory.CreateDirectory(_directory);
        var config = Path.Combine(_directory, "coordinator.json");
        await File.WriteAllTextAsync(config, new JsonObject { ["did"] = Did(0), ["displayName"] = Both("Coordinator") }.ToJsonString());
        Coordinator = await NodeProcess.StartAsync("Coordinator", Path.Combine(_directory, "coordinator"), config, null);
        foreach (var owner in _owners)
        {
            var file = await WriteConfigAsync(owner, []);
            Connectors.Add(await NodeProcess.StartAsync("Connector", Path.Combine(_directory, owner.Name), file, Path.Combine(Coordinator.Directory, "node.json")));
        }
    }

    private async Task NegotiateAsync(NodeProcess provider)
    {
        var analyst = Connectors[0];
        var started = await analyst.CallAsync(HttpMethod.Post, "/admin/negotiations",
            new JsonObject { ["participant"] = provider.Did, ["datasetId"] = Dataset, ["offerId"] = OfferId });
        await UntilAsync("the contract is final", async () =>
        {
            var state = (string)(await analyst.CallAsync(HttpMethod.Get, "/admin/negotiations/" + (string)started["id"]!))["state"]!;
            return state == "TERMINATED" ? throw new BenchmarkException("A negotiation was terminated.") : state == "FINALIZED";
        });
    }

    private async Task<string> WriteConfigAsync(Owner owner, JsonArray datasets)
    {
        var file = Path.Combine(_directory, owner.Name + ".json");
        await File.WriteAllTextAsync(file, new JsonObject
        {
            ["did"] = Did(1 + _owners.IndexOf(owner)),
            ["displayName"] = Both(owner.Name),
            ["spaceId"] = "benchmark",
            ["datasets"] = datasets,
        }.ToJsonString());
        return file;
    }

    private static JsonObject DatasetConfig(Owner owner, string policy) => new()
    {
        ["id"] = Dataset,
        ["title"] = Both("Synthetic measurements"),
        ["path"] = owner.Path,
        ["format"] = "parquet",
        ["columns"] = new JsonArray(
            new JsonObject { ["name"] = "g", ["type"] = "integer" },
            new JsonObject { ["name"] = "subject", ["type"] = "integer" },
            new JsonObject { ["name"] = "x", ["type"] = "decimal" }),
        ["subjectColumn"] = "subject",
        ["classification"] = new JsonObject { ["industry"] = "C31", ["grade"] = "general-1", ["personalInformation"] = false },
        ["offers"] = new JsonArray(new JsonObject { ["id"] = OfferId, ["policy"] = policy }),
    };

    private JsonObject Policy()
    {
        JsonArray parties = [.. Connectors.Select(node => (JsonNode)$"{node.Did}#{(string)node.Card["keyId"]!}")];
        return new JsonObject
        {
            ["@type"] = "Offer",
            ["permission"] = new JsonArray(new JsonObject
            {
                ["action"] = "use",
                ["constraint"] = new JsonArray(
                    Constraint("purpose", "eq", Purpose),
                    Constraint("dateTime", "lt", "2100-01-01T00:00:00Z"),
                    Constraint("count", "lteq", Uses.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                    Constraint("recipient", "eq", Connectors[0].Did),
                    Constraint("dataspace:computation", "eq", "aggregate"),
                    Constraint("dataspace:column", "isAnyOf", new JsonArray("g", "x")),
                    Constraint("dataspace:groupKey", "eq", "g"),
                    Constraint("dataspace:minimumGroupSize", "gteq", "3"),
                    Constraint("dataspace:dominancePercent", "lteq", "off"),
                    Constraint("dataspace:coProvider", "isAnyOf", parties),
                    Constraint("dataspace:independentCoProviders", "gteq", "1"),
                    Constraint("dataspace:clamp", "isAnyOf", new JsonArray("x:2:0:10000"))),
            }),
        };
    }

    private JsonObject Spec(int groups) => new()
    {
        ["version"] = 1,
        ["kind"] = "aggregate",
        ["title"] = "Count, total and spread per group",
        ["purpose"] = Purpose,
        ["inputs"] = new JsonArray([.. Connectors.Select(node => (JsonNode)new JsonObject { ["participant"] = node.Did, ["dataset"] = Dataset })]),
        ["groupBy"] = new JsonObject { ["column"] = "g", ["range"] = new JsonObject { ["from"] = 0, ["to"] = groups - 1 } },
        ["measures"] = new JsonArray(new JsonObject { ["column"] = "x", ["statistics"] = new JsonArray("count", "sum", "stddev_pop") }),
    };

    private static JsonObject Constraint(string left, string comparison, JsonNode right)
        => new() { ["leftOperand"] = left, ["operator"] = comparison, ["rightOperand"] = right };

    private static JsonObject Both(string text) => new() { ["en"] = text, ["zh"] = text };

    private static string Did(int number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"did:web:localhost%3A{7000 + number}");

    private static List<JsonNode?> Members(JsonObject answer) => [.. answer["members"]!.AsArray()];

    private static async Task UntilAsync(string what, Func<Task<bool>> reached, TimeSpan? limit = null)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!await reached())
        {
            if (watch.Elapsed > (limit ?? StepLimit))
                throw new BenchmarkException($"Waited {watch.Elapsed.TotalSeconds:0} s in vain until {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }
}
