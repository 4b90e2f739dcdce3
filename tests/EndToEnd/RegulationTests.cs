using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd;

/// <summary>What a rule or a freeze stops, where, and that it goes on when it is lifted.</summary>
[Collection(Regulated.Name)]
public sealed class RegulationTests(RegulatedSpace regulated)
{
    private const string Prohibited = "DS-NEG-021";
    private const string Frozen = "DS-NEG-024";
    private const string SuspendedThere = "DS-NEG-040";
    private const string UseStopped = "DS-NEG-041";

    private Space Space => regulated.Space;

    private TestRegulator Regulator => regulated.Regulator;

    [Fact]
    public async Task A_new_rule_suspends_listing_contract_and_use_and_lifting_brings_them_back()
    {
        var a = Space.SupplierA;
        var agreement = await Space.AgreeAsync(a, "investments", "many");
        await regulated.EverywhereAsync(Regulator.Publish(TestRegulator.Rule("R-1", new RuleMatch(Participant: [a.Did], Industry: ["C31"]))));
        await Eventually.TrueAsync(async () => (await RegulatedSpace.SuspendedAsync(a)).Count > 1, RegulatedSpace.Limit, a.Process.Story);

        var suspended = await RegulatedSpace.SuspendedAsync(a);
        Assert.Contains(("dataset", "investments", "R-1"), suspended);
        Assert.Contains(("contract", agreement, "R-1"), suspended);
        await Eventually.TrueAsync(async () => !await ListsAsync(a), RegulatedSpace.Limit, Space.Story);
        Assert.True(await ListsAsync(Space.SupplierB), "a listing that no rule names was withheld");

        // The other party was told, and its plan says so in advance.
        await Eventually.TrueAsync(async () => (await AgreementAsync(Space.Leader, agreement, "consumer"))["suspendedBy"]?.GetValue<string>() == "R-1", RegulatedSpace.Limit, Space.Story);
        var plan = (await Space.PlanAsync(regulated.Spec)).Ok();
        Assert.Contains(plan["refusals"]!.AsArray(), r => r!["code"]!.GetValue<string>() == SuspendedThere && r["detail"]!.GetValue<string>().Contains("R-1", StringComparison.Ordinal));

        // Whoever sends the job all the same is refused by the owner, with the rule's id, title and basis.
        var outcome = await Space.RunAsync(regulated.Spec);
        Assert.Equal("FAILED", outcome.State);
        Assert.All(outcome.Codes, c => Assert.Equal(Prohibited, c));
        var reason = outcome.Why["reasons"]![0]!;
        foreach (var part in (string[])["R-1", "Title of R-1", "名称 R-1", "Basis of R-1"])
            Assert.Contains(part, reason["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotEmpty(reason["adviceZh"]!.GetValue<string>());

        // An offer remembered from an older catalogue is none any more.
        (await a.FromAsync(Space.Leader.Persona, HttpMethod.Get, "/dsp/2025-1/catalog/datasets/investments")).Refused(Prohibited, 403);

        await regulated.LiftAllAsync();
        await Eventually.TrueAsync(() => ListsAsync(a), RegulatedSpace.Limit, Space.Story);
        await Eventually.TrueAsync(async () => (await AgreementAsync(Space.Leader, agreement, "consumer"))["suspendedBy"] is null, RegulatedSpace.Limit, Space.Story);
        Assert.Equal("COMPLETED", (await Space.RunAsync(regulated.Spec)).State);

        var records = await Ledgers.ReadWhenAsync(a, r => r.Any(x => x.Entry.Kind == EntryKind.Resumed));
        Assert.Contains(records, r => r.Entry.Kind == EntryKind.Suspended && SuspendedPayload.FromFields(r.PayloadFields).Value is { TargetKind: "contract", RuleId: "R-1" } p && p.Target == agreement);
        Assert.Contains(records, r => r.Entry.Kind == EntryKind.Resumed && ResumedPayload.FromFields(r.PayloadFields).Value is { TargetKind: "contract", RuleId: "R-1" } p && p.Target == agreement);
        Assert.True(Ledgers.Verify(a).Ok, "the ledger does not verify");
    }

    [Fact]
    public async Task A_frozen_participant_is_refused_by_its_partners_and_by_the_coordinator()
    {
        var template = regulated.Analyst.Make();
        await regulated.EverywhereAsync(Regulator.Freeze(TestRegulator.FreezeOf(FreezeTarget.Participant, Space.Leader.Did)));
        foreach (var owner in (Party[])[Space.SupplierA, Space.SupplierB])
            (await regulated.Analyst.OpenAsync(owner, template.Envelope)).Refused(Frozen, 403);
        (await Space.Coordinator.FromAsync(Space.Leader.Persona, HttpMethod.Post, "/jobs", template.Envelope)).Refused(Frozen, 403);
        var plan = (await Space.PlanAsync(regulated.Spec)).Ok();
        Assert.Contains(plan["refusals"]!.AsArray(), r => r!["code"]!.GetValue<string>() == Frozen);
        await regulated.LiftAllAsync();
        Assert.Equal("COMPLETED", (await Space.RunAsync(regulated.Spec)).State);
    }

    [Fact]
    public async Task A_frozen_contract_stops_that_contract_alone()
    {
        var frozen = await Space.AgreeAsync(Space.SupplierA, "investments", "many");
        await regulated.EverywhereAsync(Regulator.Freeze(TestRegulator.FreezeOf(FreezeTarget.Contract, frozen)));
        (await regulated.Analyst.OpenAsync(Space.SupplierA, regulated.Analyst.Make().Envelope)).Refused(Frozen);
        Assert.True((await regulated.Analyst.OpenAsync(Space.SupplierB, regulated.Analyst.Make().Envelope)).Status == 200);
        await regulated.LiftAllAsync();
    }

    [Fact]
    public async Task What_was_computed_before_a_rule_arrived_does_not_leave_after_it_and_goes_on_when_it_is_lifted()
    {
        var job = regulated.Analyst.Make();
        await RosterEverywhereAsync(job);
        await StateAsync(Space.SupplierA, job.Hash, "committed");
        await regulated.EverywhereAsync(Regulator.Publish(TestRegulator.Rule("R-2", new RuleMatch(Participant: [Space.SupplierA.Did]))));
        var held = await ContributionAsync(Space.SupplierA, job.Hash);
        Assert.Equal("suspended", held["state"]!.GetValue<string>());
        Assert.Null(held["envelope"]);
        Assert.Contains("R-2", held["refusal"]!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => (await RegulatedSpace.SuspendedAsync(Space.SupplierA)).Contains(("job", job.Hash, "R-2")), RegulatedSpace.Limit, Space.Story);

        await regulated.LiftAllAsync();
        Assert.Equal("ready", (await ContributionAsync(Space.SupplierA, job.Hash))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Taking_a_frozen_dataset_out_of_the_configuration_lets_nothing_go()
    {
        var (a, b) = (Space.SupplierA, Space.SupplierB);
        var job = regulated.Analyst.Make();
        await RosterEverywhereAsync(job);
        foreach (var owner in Space.Owners)
            await StateAsync(owner, job.Hash, "committed");
        await regulated.EverywhereAsync(Regulator.Freeze(TestRegulator.FreezeOf(FreezeTarget.Dataset, "investments", a.Did)));
        await Eventually.TrueAsync(async () => (await RegulatedSpace.SuspendedAsync(a)).Contains(("job", job.Hash, "freeze/case-1")), RegulatedSpace.Limit, Space.Story);
        var config = File.ReadAllText(a.ConfigFile);
        try
        {
            var without = JsonNode.Parse(config)!;
            without["datasets"] = new JsonArray();
            File.WriteAllText(a.ConfigFile, without.ToJsonString());
            Assert.Equal(204, (await a.PostAsync("/admin/reload")).Status);
            await Eventually.TrueAsync(async () => !(await RegulatedSpace.SuspendedAsync(a)).Any(s => s.Kind == "dataset"), RegulatedSpace.Limit, Space.Story);
            var held = await ContributionAsync(a, job.Hash);
            Assert.Equal(("suspended", Frozen), (held["state"]!.GetValue<string>(), held["refusal"]?["code"]?.GetValue<string>()));
            Assert.Contains(("job", job.Hash, "freeze/case-1"), await RegulatedSpace.SuspendedAsync(a));
            // Supplier B has a dataset of the same name, which nobody froze.
            Assert.Equal("ready", (await ContributionAsync(b, job.Hash))["state"]!.GetValue<string>());
            Assert.Empty(await RegulatedSpace.SuspendedAsync(b));
        }
        finally
        {
            File.WriteAllText(a.ConfigFile, config);
            Assert.Equal(204, (await a.PostAsync("/admin/reload")).Status);
            await Eventually.TrueAsync(async () => (await RegulatedSpace.SuspendedAsync(a)).Any(s => s.Kind == "dataset"), RegulatedSpace.Limit, Space.Story);
            // Suspended, gone, and suspended again by the same freeze: the log's last word is that it is.
            await Ledgers.ReadWhenAsync(a, all => all.Where(r => ActOf(r) == ("dataset", "freeze/case-1")).Select(r => r.Entry.Kind).TakeLast(3)
                .SequenceEqual([EntryKind.Suspended, EntryKind.Resumed, EntryKind.Suspended]));
            await regulated.LiftAllAsync();
        }
        Assert.Equal("ready", (await ContributionAsync(a, job.Hash))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_rule_about_the_consumer_ends_a_negotiation_whose_dataset_is_still_listed()
    {
        var a = Space.SupplierA;
        await regulated.EverywhereAsync(Regulator.Publish(TestRegulator.Rule("R-7", new RuleMatch(Participant: [Space.Leader.Did]), RuleRoute.Certification)));
        Assert.True(await ListsAsync(a), "a rule about a consumer withheld the listing from everybody");
        var before = await a.ReadAsync("/admin/agreements");
        var ended = await Space.NegotiateAsync(a, "investments", "many");
        Assert.Equal("TERMINATED", ended["state"]!.GetValue<string>());
        Assert.Contains("DS-NEG-022", ended.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(before["agreements"]!.AsArray().Count, (await a.ReadAsync("/admin/agreements"))["agreements"]!.AsArray().Count);
        await regulated.LiftAllAsync();
    }

    [Fact]
    public async Task A_use_that_waits_for_its_grant_when_a_rule_arrives_spends_nothing_and_goes_on_when_it_is_lifted()
    {
        var agreement = await Space.AgreeAsync(Space.SupplierA, "investments", "many");
        var job = regulated.Analyst.Make();
        var statements = await OpenEverywhereAsync(job);
        var spent = await Space.SpentAsync(Space.SupplierA, agreement);
        await regulated.EverywhereAsync(Regulator.Publish(TestRegulator.Rule("R-3", new RuleMatch(Participant: [Space.SupplierA.Did]))));
        Assert.True((await regulated.Analyst.RosterAsync(Space.SupplierA, job.Hash, statements)).Status == 202);
        await Eventually.TrueAsync(async () => (await ContributionAsync(Space.SupplierA, job.Hash))["state"]!.GetValue<string>() == "suspended", RegulatedSpace.Limit, Space.Story);
        Assert.Equal(spent, await Space.SpentAsync(Space.SupplierA, agreement));

        await regulated.LiftAllAsync();
        await Eventually.TrueAsync(async () => (await ContributionAsync(Space.SupplierA, job.Hash))["state"]!.GetValue<string>() == "ready", RegulatedSpace.Limit, Space.Story);
        Assert.Equal(spent + 1, await Space.SpentAsync(Space.SupplierA, agreement));
    }

    [Fact]
    public async Task A_use_that_runs_when_a_rule_arrives_is_stopped_before_release_and_stays_spent()
    {
        var b = Space.SupplierB;
        var agreement = await Space.AgreeAsync(b, "investments", "many");
        // Replies leave at multiples of a minute there: between the computation and the commit a use runs for as long as the test wants.
        var config = JsonNode.Parse(File.ReadAllText(b.ConfigFile))!;
        config["replyBucketMs"] = 60_000;
        await b.Process.StopAsync();
        File.WriteAllText(b.ConfigFile, config.ToJsonString());
        await b.RestartAsync();
        await regulated.InForceAsync(b);
        try
        {
            var job = regulated.Analyst.Make();
            await Eventually.TrueAsync(async () => (await regulated.Analyst.OpenAsync(b, job.Envelope)).Status == 200, RegulatedSpace.Limit, Space.Story);
            await RosterEverywhereAsync(job);
            await Eventually.TrueAsync(() => Task.FromResult(Granted(b, job.Hash)), RegulatedSpace.Limit, Space.Story);
            var spent = await Space.SpentAsync(b, agreement);
            Assert.Equal("running", (await ContributionAsync(b, job.Hash))["state"]!.GetValue<string>());
            await regulated.EverywhereAsync(Regulator.Publish(TestRegulator.Rule("R-4", new RuleMatch(Participant: [b.Did]))));
            await Eventually.TrueAsync(async () => (await ContributionAsync(b, job.Hash))["state"]!.GetValue<string>() == "refused", RegulatedSpace.Limit, Space.Story);
            var refusal = (await ContributionAsync(b, job.Hash))["refusal"]!;
            Assert.Equal(UseStopped, refusal["code"]!.GetValue<string>());
            Assert.Contains("R-4", refusal["detail"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.Equal(spent, await Space.SpentAsync(b, agreement));

            // Of a model the sums of all rounds but the last have left by then: the use is reported, and the last ones are not released.
            await regulated.LiftAllAsync();
            var model = await Space.SubmitAsync(await Space.ModelSpecAsync());
            await Ledgers.ReadWhenAsync(Space.SupplierA, log => Reported(log, model));
            await regulated.EverywhereAsync(Regulator.Publish(TestRegulator.Rule("R-4", new RuleMatch(Participant: [b.Did]))));
            Assert.Equal("FAILED", (await Space.EndAsync(model)).State);
            await Ledgers.ReadWhenAsync(b, log => Reported(log, model));
            // Whichever owner stops first ends the job; the others' conversations break with it.
            var why = await Space.Leader.ReadAsync($"/admin/jobs/{model}/why");
            Assert.True(why["reasons"]!.AsArray().Any(r => r!["code"]!.GetValue<string>() == UseStopped), why.ToJsonString());
        }
        finally
        {
            await b.Process.StopAsync();
            config["replyBucketMs"] = 100;
            File.WriteAllText(b.ConfigFile, config.ToJsonString());
            await b.RestartAsync();
            await regulated.LiftAllAsync();
        }
    }

    [Fact]
    public async Task A_rule_about_destinations_judges_by_the_regions_that_the_owner_confirmed()
    {
        // The analyst's region stands in supplier A's configuration as a foreign one, in supplier B's as a domestic one.
        await regulated.EverywhereAsync(Regulator.Publish(TestRegulator.Rule("R-5", new RuleMatch(DestinationRegion: ["abroad"]), RuleRoute.SecurityAssessment)));
        var refused = (await regulated.Analyst.OpenAsync(Space.SupplierA, regulated.Analyst.Make().Envelope)).Refused("DS-NEG-022");
        Assert.Contains("R-5", refused.Json!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(200, (await regulated.Analyst.OpenAsync(Space.SupplierB, regulated.Analyst.Make().Envelope)).Status);
        await regulated.LiftAllAsync();
    }

    [Fact]
    public async Task A_years_volume_is_counted_with_the_grants_and_ends_the_uses()
    {
        static int Rows(Party owner) => SpaceDesign.Csv(owner).TrimEnd('\n').Split('\n').Length - 1;
        long Next(Party owner) => VolumeOf(owner, "investments", Space.Leader) + Rows(owner); // the rule is about a party of the job, and every owner judges it by its own counter
        // Uses of this year count from the first one on, whether or not a rule asked then: one more fits below the threshold, and not two.
        Assert.Equal("COMPLETED", (await Space.RunAsync(regulated.Spec)).State);
        var largest = Space.Owners.MaxBy(Next)!;
        var agreement = await Space.AgreeAsync(largest, "investments", "many");
        Assert.True(Next(largest) >= 2 * Rows(largest), "a use without a rule was not counted");
        await regulated.EverywhereAsync(Regulator.Publish(TestRegulator.Rule("R-6", new RuleMatch(Participant: [largest.Did], Volume: new VolumePerYear(Records: Next(largest) + 1)))));
        var first = await Space.RunAsync(regulated.Spec);
        Assert.True(first.State == "COMPLETED", first.Why + Space.Story());
        var spent = await Space.SpentAsync(largest, agreement);
        var second = await Space.RunAsync(regulated.Spec);
        Assert.Equal("FAILED", second.State);
        Assert.All(second.Codes, c => Assert.Equal(Prohibited, c));
        Assert.Equal(spent, await Space.SpentAsync(largest, agreement));
        await regulated.LiftAllAsync();
    }

    [Fact]
    public async Task What_if_answers_as_the_gate_does_names_the_regulators_rule_and_spends_nothing()
    {
        var a = Space.SupplierA;
        var plan = regulated.Analyst.Make().Order.Plan;
        var agreement = plan.Roster.First(r => r.Participant == a.Did).AgreementId;
        var privately = await Space.AgreeAsync(a, "investments", RegulatedSpace.Private);
        JsonObject Asked(params (string Member, JsonNode Value)[] more)
        {
            var use = new JsonObject
            {
                ["purpose"] = plan.Purpose,
                ["computation"] = "aggregate",
                ["columns"] = new JsonArray([.. plan.Aggregate!.Measures.Select(m => (JsonNode)m.Column)]),
                ["groupKeys"] = new JsonArray(plan.Aggregate.GroupColumn),
                ["coProviders"] = new JsonArray([.. plan.Roster.Where(r => r.Participant != a.Did).Select(r => (JsonNode)$"{r.Participant}#{r.KeyId}")]),
            };
            foreach (var (member, value) in more)
                use[member] = value;
            return use;
        }
        async Task<Answer> AskAsync(string id, JsonObject use) => await a.PostAsync("/admin/policy/explain", new JsonObject { ["agreementId"] = id, ["use"] = use });
        async Task<(string Outcome, string? Code, string? Detail)> ExplainAsync(string id, JsonObject use)
        {
            var answer = (await AskAsync(id, use)).Ok();
            return (answer["outcome"]!.GetValue<string>(), answer["code"]?.GetValue<string>(), answer["detail"]?.GetValue<string>());
        }
        async Task<string?> AtTheGateAsync(Func<JobPlan, JobPlan>? change = null)
            => (await regulated.Analyst.OpenAsync(a, regulated.Analyst.Make(o => change is null ? o : o with { Plan = change(o.Plan) }).Envelope)).Code;

        // What the gate says, the explanation says; and what it refuses stands in the log once, by the gate's hand.
        Assert.Equal((null, null), (await AtTheGateAsync(), (await ExplainAsync(agreement, Asked())).Code));
        var marketing = await AtTheGateAsync(p => p with { Purpose = "marketing" });
        Assert.NotNull(marketing);
        var dominated = await AtTheGateAsync(p => p with { Aggregate = p.Aggregate! with { DominancePercent = 100 } });
        Assert.NotNull(dominated);
        await Ledgers.ReadWhenAsync(a, r => r.Count(x => x.Entry.Kind == EntryKind.Denied) >= 2);
        async Task<(int Entries, long Spent)> StandAsync()
        {
            var size = await Ledgers.SizeAsync(a);
            // Receipts of earlier jobs may still come in.
            return ((await Ledgers.ReadWhenAsync(a, r => r.Count >= size)).Count(r => r.Entry.Kind != EntryKind.Receipt), await Space.SpentAsync(a, agreement));
        }
        var before = await StandAsync();
        Assert.Equal(("allow", null), (await ExplainAsync(agreement, Asked())) is var (outcome, code, _) ? (outcome, code) : default);
        Assert.Equal(marketing, (await ExplainAsync(agreement, Asked(("purpose", "marketing")))).Code);
        Assert.Equal(dominated, (await ExplainAsync(agreement, Asked(("dominancePercent", 100)))).Code);

        // A privacy budget: within the share of one use, beyond it, and without any; a contract without a budget sells none.
        Assert.Equal("allow", (await ExplainAsync(privately, Asked(("epsilonMicro", 1000)))).Outcome);
        Assert.Equal("DS-POL-052", (await ExplainAsync(privately, Asked(("epsilonMicro", 1001)))).Code);
        Assert.Equal("DS-POL-051", (await ExplainAsync(privately, Asked())).Code);
        Assert.Equal("deny", (await ExplainAsync(agreement, Asked(("epsilonMicro", 1000)))).Outcome);

        // What the gate knows itself, nobody tells it; what it would not look at, it does not seem to.
        foreach (var (member, value) in ((string, JsonNode)[])[("at", "2030-01-01T00:00:00Z"), ("consumerRegion", "US"), ("executionRegion", "US"), ("consumerAddress", "10.0.0.1"), ("algorithms", new JsonArray("x"))])
            Assert.Contains(member, (await AskAsync(agreement, Asked((member, value)))).Refused("DS-POL-097", 400).Json!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        (await AskAsync(agreement, Asked(("computation", "sql"), ("maxRows", 5)))).Refused("DS-POL-097", 400);
        (await AskAsync(agreement, Asked(("groupKeys", new JsonArray())))).Refused("DS-POL-089", 400);
        Assert.Equal(before, await StandAsync());

        await regulated.EverywhereAsync(Regulator.Publish(TestRegulator.Rule("R-8", new RuleMatch(Participant: [a.Did]))));
        var (unlawful, rule, detail) = await ExplainAsync(agreement, Asked());
        Assert.Equal(("deny", await AtTheGateAsync()), (unlawful, rule));
        Assert.Equal(Prohibited, rule);
        Assert.Contains("R-8", detail!, StringComparison.Ordinal);
        await regulated.LiftAllAsync();
    }

    private async Task<bool> ListsAsync(Party owner)
        => (await Space.Leader.ReadAsync("/admin/catalog"))["datasets"]!.AsArray().Any(d => d!["participant"]!.GetValue<string>() == owner.Did);

    private static async Task<JsonNode> AgreementAsync(Party party, string id, string role)
        => (await party.ReadAsync("/admin/agreements"))["agreements"]!.AsArray().First(a => a!["agreementId"]!.GetValue<string>() == id && a["role"]!.GetValue<string>() == role)!;

    private async Task<List<string>> OpenEverywhereAsync(TestJob job)
    {
        var statements = new List<string>();
        foreach (var entry in job.Order.Plan.Roster)
            statements.Add((await regulated.Analyst.OpenAsync(Space.Owners.First(o => o.Did == entry.Participant), job.Envelope)).Ok().GetValue<string>());
        return statements;
    }

    private async Task RosterEverywhereAsync(TestJob job)
    {
        var statements = await OpenEverywhereAsync(job);
        foreach (var owner in Space.Owners)
            Assert.Equal(202, (await regulated.Analyst.RosterAsync(owner, job.Hash, statements)).Status);
    }

    private async Task<JsonNode> ContributionAsync(Party owner, string jobHash)
        => (await owner.FromAsync(Space.Coordinator.Persona, HttpMethod.Get, $"/peer/jobs/{jobHash}/contribution")).Ok();

    private Task StateAsync(Party owner, string jobHash, string state) => Eventually.TrueAsync(
        () => Task.FromResult((string?)TestAnalyst.Query(owner, "SELECT State FROM Uses WHERE JobHash = $h", ("$h", jobHash)) == state), RegulatedSpace.Limit, Space.Story);

    private static bool Reported(IReadOnlyList<LedgerRecord> log, string jobId)
        => log.Grants().Where(g => g.Payload.JobId == jobId).Any(g => log.Reports().Any(r => r.Payload.GrantHash == g.Record.LeafHash.Hex()));

    private static bool Granted(Party owner, string jobHash) => Ledgers.Read(owner).Grants().Any(g => g.Payload.JobHash == jobHash);

    /// <summary>What a suspension or its end is about, and by which rule; of other entries nothing.</summary>
    private static (string? Kind, string? Rule) ActOf(LedgerRecord record) => record.Entry.Kind switch
    {
        EntryKind.Suspended when SuspendedPayload.FromFields(record.PayloadFields).Value is var p => (p.TargetKind, p.RuleId),
        EntryKind.Resumed when ResumedPayload.FromFields(record.PayloadFields).Value is var p => (p.TargetKind, p.RuleId),
        _ => default,
    };

    /// <summary>Records that uses of this year could touch, as the owner's ledger counts them.</summary>
    private static long VolumeOf(Party owner, string dataset, Party consumer)
    {
        using var ledger = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(owner.LedgerDirectory, "ledger.db")};Mode=ReadOnly;Pooling=False");
        ledger.Open();
        using var command = ledger.CreateCommand();
        command.CommandText = "SELECT coalesce(max(spent), 0) FROM budget WHERE id LIKE 'volume/%/' || $of";
        command.Parameters.AddWithValue("$of", Digest.Sha256Hex(CanonicalJson.Of(new { dataset, consumer = consumer.Did })));
        return (long)command.ExecuteScalar()!;
    }
}
