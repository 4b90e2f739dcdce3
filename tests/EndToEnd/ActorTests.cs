using System.Text;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;

namespace DataSpace.EndToEnd;

/// <summary>Who asked can be traced by the analyst's node alone: everybody else, and every ledger, order and log, has a pseudonym.</summary>
public sealed class ActorTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    /// <summary>Whoever does not wait for an answer says it again; a new name's first orders come together.</summary>
    [Fact]
    public async Task Orders_that_come_at_once_are_taken_each_once()
    {
        var order = shared.Analyst.Make();
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Space.Coordinator.FromAsync(Space.Leader.Persona, HttpMethod.Post, "/jobs", order.Envelope)));
        Assert.Equal(order.Hash, Assert.Single(answers.Select(a => a.Ok()["jobHash"]!.GetValue<string>()).Distinct()));

        var spec = Jobs.SqlSpec(Space.SupplierB, "investments", "SELECT year, SUM(invest) AS total FROM investments GROUP BY year", await Space.AgreeAsync(Space.SupplierB, "investments", Designs.Sql));
        var plan = (await Space.PlanAsync(spec)).Ok();
        var submitted = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Space.Leader.PostAsync(
            "/admin/jobs", new JsonObject { ["spec"] = spec.DeepClone(), ["planHash"] = plan["planHash"]!.GetValue<string>(), ["actor"] = "王芳 (controlling)" })));
        var jobs = submitted.Select(s => s.Ok()["jobId"]!.GetValue<string>()).ToList();
        Assert.Equal(4, jobs.Distinct().Count());
        foreach (var job in jobs)
            Assert.Equal("COMPLETED", (await Space.EndAsync(job)).State);
    }

    [Fact]
    public async Task Every_actor_has_a_pseudonym_of_its_own_and_its_name_stands_in_its_nodes_state_alone()
    {
        string[] names = ["Zhang Weiming of Planning", "李娜 (finance)", "Zhang Weiming of Planning"];
        var agreement = await Space.AgreeAsync(Space.SupplierB, "investments", Designs.ThreeUses);
        var pseudonyms = new List<string>();
        foreach (var name in names)
        {
            var spec = Jobs.SqlSpec(Space.SupplierB, "investments", "SELECT year, SUM(invest) AS total FROM investments GROUP BY year", agreement);
            var plan = (await Space.PlanAsync(spec)).Ok();
            var body = new JsonObject { ["spec"] = spec, ["planHash"] = plan["planHash"]!.GetValue<string>(), ["actor"] = name };
            var job = (await Space.Leader.PostAsync("/admin/jobs", body)).Ok()["jobId"]!.GetValue<string>();
            var outcome = await Space.EndAsync(job);
            Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
            var granted = (await Ledgers.ReadWhenAsync(Space.SupplierB, r => r.Grants().Any(g => g.Payload.JobId == job))).Grants().Single(g => g.Payload.JobId == job).Payload.Actor;
            Assert.Equal((granted, granted), (outcome.Status["actor"]!.GetValue<string>(), outcome.Why["actor"]!.GetValue<string>()));
            pseudonyms.Add(granted);
        }
        Assert.Equal(2, pseudonyms.Distinct().Count());
        Assert.Equal(pseudonyms[0], pseudonyms[2]);

        var known = (await Space.Leader.ReadAsync("/admin/actors"))["actors"]!.AsArray().ToDictionary(a => a!["pseudonym"]!.GetValue<string>(), a => a!["name"]!.GetValue<string>());
        Assert.Equal(names, pseudonyms.Select(p => known[p]));
        // What lasts: ledgers, logs and stores of all nodes, the coordinator's orders among them.
        foreach (var file in Space.Everyone.SelectMany(p => Directory.EnumerateFiles(Path.Combine(p.Directory, "ledger"), "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(p.Directory, "logs"))).Concat(Directory.EnumerateFiles(p.Directory, "*.db*"))).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            var kept = file.StartsWith(Path.Combine(Space.Leader.Directory, "state.db"), StringComparison.Ordinal);
            var bytes = await LiveFile.ReadAsync(file) ?? [];
            Assert.True(kept || names.All(n => bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(n)) < 0), file);
        }
    }

    [Fact]
    public async Task A_name_that_is_none_is_refused()
    {
        var plan = (await Space.PlanAsync(shared.Spec)).Ok();
        foreach (var name in (string[])[new string('x', 201), "two\nlines"])
        {
            var body = new JsonObject { ["spec"] = shared.Spec.DeepClone(), ["planHash"] = plan["planHash"]!.GetValue<string>(), ["actor"] = name };
            (await Space.Leader.PostAsync("/admin/jobs", body)).Refused("DS-JOB-011");
        }
    }
}
