using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;

namespace DataSpace.EndToEnd;

/// <summary>Real nodes through the commands, as people read them and as scripts do.</summary>
[Collection(CountedLog.Name)]
public sealed class CommandLineTests(CountedSpace shared) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("command-line-").FullName;

    private Space Space => shared.Space;

    private Party Analyst => Space.Leader;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Members_catalogue_and_negotiation()
    {
        Assert.Equal(["approved", "approved", "approved"], Members(await Commands.JsonAsync(0, Space.Coordinator, "members", "list"), "state"));
        var people = (await Commands.RunAsync(0, Space.Coordinator, "members", "list")).Output;
        Assert.All(Space.Owners, o => Assert.Contains(o.Name, people, StringComparison.Ordinal));

        var datasets = (await Commands.JsonAsync(0, Analyst, "catalog"))["datasets"]!.AsArray();
        Assert.Contains(datasets, d => d!["participant"]!.GetValue<string>() == Space.SupplierA.Did && d["datasetId"]!.GetValue<string>() == "investments");
        Assert.Contains("investments", (await Commands.RunAsync(0, Analyst, "catalog")).Output, StringComparison.Ordinal);

        string[] words = ["negotiate", "--participant", Space.SupplierA.Did, "--dataset", "investments", "--offer"];
        var agreed = await Commands.JsonAsync(0, Analyst, [.. words, Designs.Sql]);
        Assert.Equal("FINALIZED", agreed["state"]!.GetValue<string>());
        Assert.NotNull(agreed["agreementId"]);
        var states = (await Commands.RunAsync(0, Analyst, [.. words, Designs.Sql])).Output.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0).ToList();
        Assert.Equal("REQUESTED", states[0]);
        Assert.Contains("FINALIZED", states);
        var (_, errors) = await Commands.RunAsync(3, Analyst, [.. words, Designs.Expired]);
        Assert.Contains("DS-POL-024", errors, StringComparison.Ordinal);
        Assert.Equal("TERMINATED", (await Commands.JsonAsync(3, Analyst, [.. words, Designs.Expired]))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_job_from_its_plan_to_its_result()
    {
        var spec = Jobs.SqlSpec(Space.SupplierA, "investments", "SELECT year, SUM(invest) AS total FROM investments GROUP BY year ORDER BY year", await Space.AgreeAsync(Space.SupplierA, "investments", Designs.Sql));
        var file = await Commands.SpecAsync(_folder, spec);
        var plan = await Commands.JsonAsync(0, Analyst, "job", "plan", file);
        Assert.Empty(plan["refusals"]!.AsArray());
        Assert.Contains(plan["planHash"]!.GetValue<string>(), (await Commands.RunAsync(0, Analyst, "job", "plan", file)).Output, StringComparison.Ordinal);

        var job = (await Commands.JsonAsync(0, Analyst, "job", "submit", file, "--plan-hash", plan["planHash"]!.GetValue<string>()))["jobId"]!.GetValue<string>();
        Assert.Equal("COMPLETED", (await Space.EndAsync(job)).State);
        Assert.Equal("COMPLETED", (await Commands.JsonAsync(0, Analyst, "job", "status", job))["state"]!.GetValue<string>());
        Assert.Contains("COMPLETED", (await Commands.RunAsync(0, Analyst, "job", "status", job)).Output, StringComparison.Ordinal);
        Assert.Contains((await Commands.JsonAsync(0, Analyst, "job", "status"))["jobs"]!.AsArray(), j => j!["jobId"]!.GetValue<string>() == job);
        Assert.Empty((await Commands.JsonAsync(0, Analyst, "job", "why", job))["reasons"]!.AsArray());
        Assert.Contains("Nothing went wrong", (await Commands.RunAsync(0, Analyst, "job", "why", job)).Output, StringComparison.Ordinal);
        Assert.Equal(20, (await Commands.JsonAsync(0, Analyst, "job", "result", job))["rows"]!.AsArray().Count);
        Assert.Contains("1935", (await Commands.RunAsync(0, Analyst, "job", "result", job)).Output, StringComparison.Ordinal);
        Assert.Contains("DS-COO-007", (await Commands.RunAsync(1, Analyst, "job", "cancel", job)).Errors, StringComparison.Ordinal);

        var (waited, said) = await Commands.RunAsync(0, Analyst, "job", "submit", file, "--wait", "--json");
        Assert.Equal(20, JsonNode.Parse(waited)!["rows"]!.AsArray().Count);
        Assert.DoesNotContain("\"rows\"", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_with_known_refusals_is_submitted_only_when_that_is_asked_for()
    {
        var spec = shared.Spec.DeepClone();
        spec["purpose"] = "advertising";
        var file = await Commands.SpecAsync(_folder, spec);
        Assert.Equal(3, (await Commands.JsonAsync(3, Analyst, "job", "plan", file))["refusals"]!.AsArray().Count);
        var stopped = (await Commands.JsonAsync(3, Analyst, "job", "submit", file))["error"]!;
        Assert.Equal("DS-CLI-012", stopped["code"]!.GetValue<string>());
        Assert.Equal(3, stopped["problems"]!.AsArray().Count);
        var asked = (await Commands.JsonAsync(5, Analyst, "job", "submit", file, "--anyway", "--wait"))["error"]!;
        Assert.Equal("DS-POL-023", asked["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_plan_and_the_coordinators_view_are_there_in_Chinese()
    {
        var specs = new List<JsonNode> { shared.Spec, await Space.IntersectSpecAsync(), Jobs.SqlSpec(Space.SupplierA, "investments", "SELECT COUNT(*) AS n FROM investments", await Space.AgreeAsync(Space.SupplierA, "investments", Designs.Sql)) };
        foreach (var spec in specs)
        {
            var plan = (await Space.PlanAsync(spec)).Ok();
            foreach (var text in plan["steps"]!.AsArray().SelectMany(s => (JsonNode[])[s!["from"]!, s["to"]!, s["message"]!, s["learns"]!]).Concat(plan["parties"]!.AsArray().Select(p => p!["role"]!)))
                AssertChinese(text["en"]!.GetValue<string>(), text["zh"]?.GetValue<string>());
        }
        var people = (await Commands.RunAsync(0, Analyst, "job", "plan", await Commands.SpecAsync(_folder, shared.Spec), "--lang", "zh")).Output;
        Assert.Contains("分析方", people, StringComparison.Ordinal);
        Assert.DoesNotContain("analyst", people, StringComparison.OrdinalIgnoreCase);

        var view = await Commands.JsonAsync(0, Space.Coordinator, "job", "view", shared.First.JobId);
        Assert.NotEmpty(view["saw"]!.AsArray());
        Assert.All(view["saw"]!.AsArray(), s => AssertChinese(s!["what"]!.GetValue<string>(), s["whatZh"]?.GetValue<string>()));
        Assert.Contains(Space.SupplierA.Name, (await Commands.RunAsync(0, Space.Coordinator, "job", "view", shared.First.JobId)).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ciphertext", (await Commands.RunAsync(0, Space.Coordinator, "job", "view", shared.First.JobId, "--lang", "zh")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bytes_that_left_a_node()
    {
        Assert.True((await Commands.JsonAsync(0, Space.SupplierA, "node", "egress"))["totalBytesOut"]!.GetValue<long>() > 0);
        Assert.Contains("bytes left it in all", (await Commands.RunAsync(0, Space.SupplierA, "node", "egress")).Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    private void AssertChinese(string en, string? zh)
        => Assert.True(Space.Owners.Any(o => o.Name == en) || zh?.Any(c => c is >= '\u4e00' and <= '\u9fff') == true, $"{en}: {zh}");

    private static IEnumerable<string> Members(JsonNode json, string member) => json["members"]!.AsArray().Select(m => m![member]!.GetValue<string>());
}

/// <summary>A job that waits for an owner is cancelled.</summary>
[Collection(Fragile.Name)]
public sealed class CancelCommandTests(FragileSpace fragile)
{
    private Space Space => fragile.Space;

    [Fact]
    public async Task A_running_job_is_cancelled_and_stays_so()
    {
        var agreement = await Space.AgreeAsync(Space.SupplierB, "investments", "many");
        var before = await Space.SpentAsync(Space.SupplierB, agreement);
        await Space.SupplierB.Process.StopAsync();
        var job = await Space.SubmitAsync(fragile.Spec);
        await Eventually.TrueAsync(async () => (await Space.Coordinator.GetAsync($"/admin/jobs/{job}/view")).Status == 200, TimeSpan.FromSeconds(60), Space.Story);
        Assert.Equal("RUNNING", (await Commands.JsonAsync(0, Space.Leader, "job", "status", job))["state"]!.GetValue<string>());
        Assert.Equal("cancel", (await Commands.JsonAsync(0, Space.Leader, "job", "cancel", job))["asked"]!.GetValue<string>());
        Assert.Contains("DS-COO-007", (await Commands.RunAsync(1, Space.Leader, "job", "cancel", job)).Errors, StringComparison.Ordinal);
        await Space.SupplierB.RestartAsync();
        Assert.Equal("CANCELLED", (await Space.EndAsync(job)).State);
        Assert.Contains("CANCELLED", (await Commands.RunAsync(5, Space.Leader, "job", "status", job)).Output, StringComparison.Ordinal);
        Assert.Equal("DS-JOB-016", (await Commands.JsonAsync(1, Space.Leader, "job", "result", job))["error"]!["code"]!.GetValue<string>());
        Assert.Equal(before, await Space.SpentAsync(Space.SupplierB, agreement));
    }
}
