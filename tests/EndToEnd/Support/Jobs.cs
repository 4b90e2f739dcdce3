using System.Text.Json.Nodes;

namespace DataSpace.EndToEnd.Support;

/// <summary>How a job ended.</summary>
internal sealed record Outcome(string JobId, JsonNode Status, JsonNode Why, JsonNode? Result)
{
    public string State => Status["state"]!.GetValue<string>();

    /// <summary>Codes of the reasons, in order.</summary>
    public IReadOnlyList<string> Codes => [.. Why["reasons"]!.AsArray().Select(r => r!["code"]!.GetValue<string>())];

    /// <summary>A row of the result by its group.</summary>
    public IReadOnlyList<string?> Row(string group)
        => [.. Result!["rows"]!.AsArray().First(r => r![0]!.GetValue<string>() == group)!.AsArray().Select(v => v?.GetValue<string>())];
}

/// <summary>Specs, submission and outcome of jobs, as the analyst's owner does it.</summary>
internal static class Jobs
{
    public const string Purpose = "supply-chain-planning";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Investment per year over the given owners' datasets.</summary>
    public static JsonObject Spec(params (Party Owner, string Dataset, string? Agreement)[] inputs) => new()
    {
        ["version"] = 1,
        ["kind"] = "aggregate",
        ["title"] = "Investment by year",
        ["purpose"] = Purpose,
        ["inputs"] = new JsonArray([.. inputs.Select(Input)]),
        ["groupBy"] = new JsonObject { ["column"] = "year", ["range"] = new JsonObject { ["from"] = 1935, ["to"] = 1954 } },
        ["measures"] = new JsonArray(new JsonObject { ["column"] = "invest", ["statistics"] = new JsonArray("count", "sum", "mean", "stddev_pop") }),
    };

    /// <summary>The sample's job under the given offer's agreements.</summary>
    public static async Task<JsonObject> JointSpecAsync(this Space space, string offer = Space.Joint)
    {
        var inputs = new List<(Party, string, string?)>();
        foreach (var owner in space.Owners)
            inputs.Add((owner, "investments", await space.AgreeAsync(owner, "investments", offer)));
        return Spec([.. inputs]);
    }

    /// <summary>One statement over one owner's dataset.</summary>
    public static JsonObject SqlSpec(Party owner, string dataset, string sql, string? agreement = null) => new()
    {
        ["version"] = 1,
        ["kind"] = "sql",
        ["title"] = "Statement",
        ["purpose"] = Purpose,
        ["inputs"] = new JsonArray(Input((owner, dataset, agreement))),
        ["sql"] = sql,
    };

    public static Task<Answer> PlanAsync(this Space space, JsonNode spec, Party? analyst = null) => (analyst ?? space.Leader).PostAsync("/admin/jobs/plan", spec);

    /// <summary>Plans and submits; the job's id.</summary>
    public static async Task<string> SubmitAsync(this Space space, JsonNode spec, Party? analyst = null)
    {
        var plan = (await space.PlanAsync(spec, analyst)).Ok();
        var body = new JsonObject { ["spec"] = spec.DeepClone(), ["planHash"] = plan["planHash"]!.GetValue<string>() };
        return (await space.JoinedAsync(() => (analyst ?? space.Leader).PostAsync("/admin/jobs", body.DeepClone()))).Ok()["jobId"]!.GetValue<string>();
    }

    /// <summary>Waits for a job's end at the analyst.</summary>
    public static async Task<Outcome> EndAsync(this Space space, string jobId, TimeSpan? atMost = null, Party? analyst = null)
    {
        analyst ??= space.Leader;
        JsonNode? status = null;
        await Eventually.TrueAsync(async () =>
        {
            status = await analyst.ReadAsync("/admin/jobs/" + jobId);
            return status["state"]!.GetValue<string>() != "RUNNING";
        }, atMost ?? Limit, () => $"job {status}{space.Story()}");
        var why = await analyst.ReadAsync($"/admin/jobs/{jobId}/why");
        var result = await analyst.GetAsync($"/admin/jobs/{jobId}/result");
        return new Outcome(jobId, status!, why, result.Status == 200 ? result.Json : null);
    }

    public static async Task<Outcome> RunAsync(this Space space, JsonNode spec, Party? analyst = null)
        => await space.EndAsync(await space.SubmitAsync(spec, analyst), analyst: analyst);

    /// <summary>What the coordinator saw of a job.</summary>
    public static async Task<IReadOnlyList<Sight>> SightsAsync(this Space space, string jobId)
        => [.. (await space.Coordinator.ReadAsync($"/admin/jobs/{jobId}/view"))["saw"]!.AsArray()
            .Select(s => new Sight(s!["from"]!.GetValue<string>(), s["what"]!.GetValue<string>(), s["bytes"]!.GetValue<long>(), s["sha256"]!.GetValue<string>()))];

    /// <summary>Uses spent under an agreement, as the provider's own ledger file counts them.</summary>
    public static async Task<long> SpentAsync(this Space space, Party provider, string agreementId)
    {
        _ = space;
        var all = (await provider.ReadAsync("/admin/agreements"))["agreements"]!.AsArray();
        return all.First(a => a!["agreementId"]!.GetValue<string>() == agreementId && a["role"]!.GetValue<string>() == "provider")!["usesSpent"]!.GetValue<long>();
    }

    private static JsonObject Input((Party Owner, string Dataset, string? Agreement) input)
    {
        var json = new JsonObject { ["participant"] = input.Owner.Did, ["dataset"] = input.Dataset };
        if (input.Agreement is not null)
            json["agreement"] = input.Agreement;
        return json;
    }
}

/// <summary>One thing the coordinator saw.</summary>
internal sealed record Sight(string From, string What, long Bytes, string Sha256);
