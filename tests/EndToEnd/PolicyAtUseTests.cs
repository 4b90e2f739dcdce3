using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;

namespace DataSpace.EndToEnd;

/// <summary>The contract is enforced at every use, by the owner's own node: what it does not cover is refused with its code and spends nothing.</summary>
[Collection(CountedLog.Name)]
public sealed class PolicyAtUseTests(CountedSpace shared)
{
    private Space Space => shared.Space;

    [Fact]
    public async Task Another_purpose_is_refused_and_was_known_in_advance()
    {
        var spec = With(shared.Spec, s => s["purpose"] = "advertising");
        var plan = (await Space.PlanAsync(spec)).Ok();
        Assert.Equal(3, plan["refusals"]!.AsArray().Count(r => r!["code"]!.GetValue<string>() == "DS-POL-023"));
        await RefusedAsync(spec, "DS-POL-023");
    }

    [Fact]
    public async Task Grouping_by_the_column_that_names_the_firms_is_refused()
    {
        var spec = With(shared.Spec, s => s["groupBy"] = new JsonObject { ["column"] = "firm", ["values"] = new JsonArray("General Motors", "US Steel", "Union Oil") });
        var plan = (await Space.PlanAsync(spec)).Ok();
        Assert.NotEmpty(plan["refusals"]!.AsArray());
        await RefusedAsync(spec, "DS-SBX-202");
    }

    [Fact]
    public async Task A_column_outside_the_contract_is_refused_by_the_planner()
        => (await Space.PlanAsync(With(shared.Spec, s => s["measures"]![0]!["column"] = "capital"))).Refused("DS-POL-027");

    [Fact]
    public async Task A_filter_on_a_column_outside_the_contract_is_refused()
        => await RefusedAsync(With(shared.Spec, s => s["where"] = Filter("capital", "gt", "1")), "DS-POL-027");

    [Fact]
    public async Task An_expired_offer_cannot_be_agreed()
    {
        var last = await Space.NegotiateAsync(Space.SupplierA, "investments", Designs.Expired);
        Assert.Equal("TERMINATED", last["state"]!.GetValue<string>());
        Assert.Equal("DS-POL-024", last["error"]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_contract_that_ends_while_it_runs_is_refused_at_the_next_use()
    {
        var ends = DateTimeOffset.MinValue;
        string agreement;
        for (var seconds = 6; ; seconds *= 2)
        {
            ends = TimeProvider.System.GetUtcNow().AddSeconds(seconds);
            await RepublishAsync(Space.SupplierB, Designs.Sql, p => p.Set("dateTime", ends.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture)));
            var last = await Space.NegotiateAsync(Space.SupplierB, "investments", Designs.Sql);
            if (last["state"]!.GetValue<string>() == "FINALIZED")
            {
                agreement = last["agreementId"]!.GetValue<string>();
                break;
            }
            Assert.True(seconds < 60, "A negotiation took a minute." + Space.Story()); // a slow machine gets more time
        }
        await Eventually.TrueAsync(() => Task.FromResult(TimeProvider.System.GetUtcNow() > ends), TimeSpan.FromSeconds(70), Space.Story);
        var outcome = await Space.RunAsync(Jobs.SqlSpec(Space.SupplierB, "investments", "SELECT year, SUM(invest) AS total FROM investments GROUP BY year", agreement));
        Assert.Equal("FAILED", outcome.State);
        Assert.Equal(["DS-POL-024"], outcome.Codes);
    }

    [Fact]
    public async Task Who_owes_as_much_as_the_contract_allows_gets_no_use_until_a_payment_is_recorded()
    {
        var agreement = await Space.AgreeAsync(Space.SupplierA, "investments", Designs.OnCredit);
        var spec = Jobs.SqlSpec(Space.SupplierA, "investments", "SELECT year, SUM(invest) AS total FROM investments GROUP BY year", agreement);
        var first = await Space.RunAsync(spec);
        Assert.True(first.State == "COMPLETED", first.Why + Space.Story());
        var refused = await Space.RunAsync(spec);
        Assert.Equal(["DS-POL-055"], refused.Codes);
        JsonNode Payment() => new JsonObject { ["contractId"] = agreement, ["amount"] = "2.00", ["currency"] = "CNY", ["reference"] = "e2e-1" };
        (await Space.Leader.PostAsync("/admin/settlement/payments", Payment())).Refused("DS-CON-003"); // who owes cannot say that it paid
        var paid = (await Space.SupplierA.PostAsync("/admin/settlement/payments", Payment())).Ok();
        Assert.Equal(0, paid["owedMinor"]!.GetValue<long>());
        (await Space.SupplierA.PostAsync("/admin/settlement/payments", Payment())).Refused("DS-SET-026", 409);
        var at = (int)paid["index"]!.GetValue<long>();
        var entry = (await Ledgers.ReadWhenAsync(Space.SupplierA, r => r.Count > at))[at];
        Assert.Equal(Ledger.Receipts.EntryKind.BudgetRegranted, entry.Entry.Kind);
        var again = await Space.RunAsync(spec);
        Assert.True(again.State == "COMPLETED", again.Why + Space.Story());
        Assert.Equal(["DS-POL-055"], (await Space.RunAsync(spec)).Codes);
        Assert.True(Ledgers.Verify(Space.SupplierA).Ok);
    }

    [Fact]
    public async Task The_second_use_of_a_one_use_contract_is_refused()
    {
        var spec = await Space.JointSpecAsync(Space.Trial);
        var first = await Space.RunAsync(spec);
        Assert.True(first.State == "COMPLETED", first.Why + Space.Story());
        // Known in advance by now: of our own contract from our ledger, of the others' from their Grants.
        var plan = (await Space.PlanAsync(spec)).Ok();
        Assert.Equal(Enumerable.Repeat("DS-POL-026", 3), Codes(plan));
        Assert.Equal([1, 1, 1], plan["contracts"]!.AsArray().Select(c => (c!["usesSpent"] ?? c["usesKnown"])!.GetValue<int>()));
        var second = await Space.RunAsync(spec);
        Assert.Equal("FAILED", second.State);
        Assert.All(second.Codes, c => Assert.Equal("DS-POL-026", c));
        foreach (var owner in Space.Owners)
            Assert.Equal(1, await Space.SpentAsync(owner, await Space.AgreeAsync(owner, "investments", Space.Trial)));
    }

    [Fact]
    public async Task Of_several_contracts_the_newest_is_taken_that_admits_the_plan_and_has_uses_left()
    {
        var spec = Jobs.SqlSpec(Space.SupplierB, Designs.Choices, $"SELECT year, SUM(invest) AS total FROM {Designs.Choices} GROUP BY year");
        var many = await Space.AgreeAsync(Space.SupplierB, Designs.Choices, Designs.Sql);
        Assert.Equal(("the only one", many), await ChosenAsync());
        var once = await Space.AgreeAsync(Space.SupplierB, Designs.Choices, Designs.OneUse);
        await Space.AgreeAsync(Space.SupplierB, Designs.Choices); // newer still, and not for statements
        Assert.Equal(("of 3", once), await ChosenAsync());
        var first = await Space.RunAsync(spec);
        Assert.True(first.State == "COMPLETED", first.Why + Space.Story());
        Assert.Equal(1, await Space.SpentAsync(Space.SupplierB, once));

        // The newest that would admit it is used up: the next one is taken, and the same offer negotiated again is the same counter.
        Assert.Equal(("of 3", many), await ChosenAsync());
        Assert.Equal("FINALIZED", (await Space.NegotiateAsync(Space.SupplierB, Designs.Choices, Designs.OneUse))["state"]!.GetValue<string>());
        Assert.Equal(("of 4", many), await ChosenAsync());
        var second = await Space.RunAsync(spec);
        Assert.True(second.State == "COMPLETED", second.Why + Space.Story());
        Assert.Equal(1, await Space.SpentAsync(Space.SupplierB, once));

        // Who names it gets it, and is told.
        spec["inputs"]![0]!["agreement"] = once;
        Assert.Equal(["DS-POL-026"], Codes((await Space.PlanAsync(spec)).Ok()));
        Assert.Equal(["DS-POL-026"], (await Space.RunAsync(spec)).Codes);

        async Task<(string How, string Agreement)> ChosenAsync()
        {
            var plan = (await Space.PlanAsync(spec)).Ok();
            Assert.Empty(Codes(plan));
            var id = Assert.Single(plan["contracts"]!.AsArray())!["agreementId"]!.GetValue<string>();
            var said = plan["warnings"]!.AsArray().Where(w => w!["code"]!.GetValue<string>() == "agreement-chosen").Select(w => w!["en"]!.GetValue<string>()).ToList();
            if (said.Count == 0)
                return ("the only one", id);
            Assert.Contains(id, Assert.Single(said), StringComparison.Ordinal);
            return ($"of {said[0].Split(' ')[0]}", id);
        }
    }

    [Fact]
    public async Task Ten_at_once_on_a_budget_of_three_get_exactly_three()
    {
        var agreement = await Space.AgreeAsync(Space.SupplierA, "investments", Designs.ThreeUses);
        var spec = Jobs.SqlSpec(Space.SupplierA, "investments", "SELECT year, SUM(invest) AS total FROM investments GROUP BY year", agreement);
        var plan = (await Space.PlanAsync(spec)).Ok();
        var submit = new JsonObject { ["spec"] = spec, ["planHash"] = plan["planHash"]!.GetValue<string>() };
        var submitted = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Space.Leader.PostAsync("/admin/jobs", submit)));
        var outcomes = await Task.WhenAll(submitted.Select(s => Space.EndAsync(s.Ok()["jobId"]!.GetValue<string>(), TimeSpan.FromSeconds(120))));
        Assert.Equal(3, outcomes.Count(o => o.State == "COMPLETED"));
        Assert.All(outcomes.Where(o => o.State != "COMPLETED").SelectMany(o => o.Codes), c => Assert.Contains(c, (string[])["DS-POL-026", "DS-LED-012"]));
        Assert.Equal(3, await Space.SpentAsync(Space.SupplierA, agreement));
        // Cells of a table are metered as reserved: a thousand rows of the three columns that the contract lets out, whatever was found.
        var log = await Ledgers.ReadWhenAsync(Space.SupplierA, all => Reports(all).Count == 3);
        Assert.All(Reports(log), r => Assert.Equal(3000, r.Payload.Units["resultCells"]));

        List<(Ledger.Sequencing.LedgerRecord Record, Ledger.Receipts.ReportPayload Payload)> Reports(IReadOnlyList<Ledger.Sequencing.LedgerRecord> all)
        {
            var grants = all.Grants().Where(g => g.Payload.ContractId == agreement).Select(g => g.Record.LeafHash.Hex()).ToHashSet(StringComparer.Ordinal);
            return [.. all.Reports().Where(r => grants.Contains(r.Payload.GrantHash))];
        }
    }

    [Fact]
    public async Task Exact_results_over_another_set_of_owners_are_refused()
    {
        // {leader, A, B} minus {A, B} would be the leader; the same difference lays bare any of the three.
        var spec = Jobs.Spec((Space.SupplierA, "investments", await Space.AgreeAsync(Space.SupplierA)), (Space.SupplierB, "investments", await Space.AgreeAsync(Space.SupplierB)));
        await RefusedAsync(spec, "DS-JOB-019");
    }

    [Fact]
    public async Task A_statement_under_a_contract_for_joint_statistics_is_refused()
        => await RefusedAsync(Jobs.SqlSpec(Space.SupplierA, "investments", "SELECT year, SUM(invest) AS total FROM investments GROUP BY year", await Space.AgreeAsync(Space.SupplierA)), "DS-POL-029");

    [Fact]
    public async Task An_allowed_statement_gives_exact_aggregates()
    {
        var outcome = await StatementAsync("SELECT year, SUM(invest) AS total FROM investments GROUP BY year ORDER BY year");
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var rows = outcome.Result!["rows"]!.AsArray();
        Assert.Equal(20, rows.Count);
        // The same sum over the owner's own file, by hand.
        var expected = File.ReadLines(Path.Combine(Layout.Sample, "supplier-a", "investments.csv")).Skip(1).Select(l => l.Split(','))
            .Where(f => f[4] == "1935").Sum(f => decimal.Parse(f[0], System.Globalization.CultureInfo.InvariantCulture));
        var given = rows.First(r => r![0]!.GetValue<string>() == "1935")![1]!.GetValue<string>();
        Assert.Equal(expected, decimal.Parse(given, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("SELECT * FROM investments", "DS-SBX-204")]
    [InlineData("SELECT year, invest FROM investments", "DS-SBX-205")]
    [InlineData("SELECT year, SUM(invested) AS total FROM investments GROUP BY year", "DS-SBX-201")]
    [InlineData("SELECT firm, SUM(invest) AS total FROM investments GROUP BY firm", "DS-SBX-203")]
    [InlineData("SELECT year, SUM(capital) AS total FROM investments GROUP BY year", "DS-SBX-202")]
    [InlineData("SELECT year, SUM(invest) AS total FROM read_csv('/etc/passwd') GROUP BY year", "DS-SBX-208")]
    public async Task A_statement_that_reaches_too_far_is_refused_before_anything_is_spent(string sql, string code)
    {
        var agreement = await Space.AgreeAsync(Space.SupplierA, "investments", Designs.Sql);
        var before = await Space.SpentAsync(Space.SupplierA, agreement);
        var outcome = await StatementAsync(sql);
        Assert.Equal("FAILED", outcome.State);
        Assert.True(outcome.Codes.SequenceEqual([code]), outcome.Why.ToJsonString());
        Assert.Equal(before, await Space.SpentAsync(Space.SupplierA, agreement));
    }

    [Fact]
    public async Task Groups_below_the_minimum_are_withheld_from_statements_too()
    {
        var outcome = await StatementAsync("SELECT year, SUM(invest) AS total FROM investments WHERE value > 2000 GROUP BY year");
        Assert.Equal("FAILED", outcome.State);
        Assert.Equal(["DS-SBX-301"], outcome.Codes);
        Assert.DoesNotContain("Steel", outcome.Why.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_the_contract_does_not_open_are_in_no_answer()
    {
        // The analyst's own condition is written to reach them.
        var outcome = await StatementAsync($"SELECT year, SUM(invest) AS total FROM investments WHERE year < {Designs.Since} OR year >= {Designs.Since} GROUP BY year ORDER BY year", Designs.SqlSince);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        Assert.Equal(Enumerable.Range(Designs.Since, 15).Select(y => $"{y}"), outcome.Result!["rows"]!.AsArray().Select(r => r![0]!.GetValue<string>()));
        var joint = await Space.RunAsync(await Space.JointSpecAsync(Designs.JointSince));
        Assert.True(joint.State == "COMPLETED", joint.Why + Space.Story());
        // Without rows a group is one of nobody, at all owners.
        Assert.All(joint.Result!["rows"]!.AsArray(), r => Assert.Equal(int.Parse(r![0]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture) >= Designs.Since ? "11" : "0", r[1]!.GetValue<string>()));
    }

    [Fact]
    public async Task How_many_rows_a_filter_meets_is_in_no_unit_that_others_see()
    {
        var outcomes = new List<Outcome>();
        foreach (var where in (string[])["", "WHERE year >= 1950", "WHERE year = 1954", "WHERE year < 1900"])
            outcomes.Add(await StatementAsync($"SELECT year, SUM(invest) AS total FROM investments {where} GROUP BY year", Designs.SqlSince));
        Assert.Equal(["COMPLETED", "COMPLETED", "COMPLETED", "FAILED"], outcomes.Select(o => o.State));
        var log = await Ledgers.ReadWhenAsync(Space.SupplierA, r => outcomes.All(o => r.Grants().Any(g => g.Payload.JobId == o.JobId && r.Reports().Any(x => x.Payload.GrantHash == g.Record.LeafHash.Hex()))));
        var units = outcomes.Select(o => log.Grants().Single(g => g.Payload.JobId == o.JobId).Record.LeafHash.Hex()).Select(h => log.Reports().Single(r => r.Payload.GrantHash == h).Payload)
            .Select(p => string.Join(' ', p.Units) + p.ImageDigest + p.Outcome).ToList();
        Assert.Single(units.Distinct());
    }

    [Fact]
    public async Task A_plan_that_changed_since_the_dry_run_is_not_submitted()
    {
        var submit = new JsonObject { ["spec"] = shared.Spec.DeepClone(), ["planHash"] = new string('0', 64) };
        (await Space.Leader.PostAsync("/admin/jobs", submit)).Refused("DS-JOB-012", 409);
    }

    [Fact]
    public async Task A_dataset_without_a_contract_cannot_be_planned()
        => (await Space.PlanAsync(Jobs.SqlSpec(Space.SupplierA, "no-such-dataset", "SELECT COUNT(*) AS n FROM x"))).Refused("DS-JOB-013");

    private async Task<Outcome> StatementAsync(string sql, string offer = Designs.Sql)
        => await Space.RunAsync(Jobs.SqlSpec(Space.SupplierA, "investments", sql, await Space.AgreeAsync(Space.SupplierA, "investments", offer)));

    /// <summary>Submits all the same, and looks who refused what; no owner's budget moves.</summary>
    private async Task RefusedAsync(JsonNode spec, string code)
    {
        var agreements = new List<(Party Owner, string Agreement)>();
        foreach (var owner in Space.Owners)
            agreements.Add((owner, await Space.AgreeAsync(owner)));
        var before = await SpentAsync();
        var outcome = await Space.RunAsync(spec);
        Assert.Equal("FAILED", outcome.State);
        Assert.True(outcome.Codes.Count > 0 && outcome.Codes.All(c => c == code), outcome.Why.ToJsonString());
        Assert.Equal(before, await SpentAsync());

        async Task<string> SpentAsync()
        {
            var all = new List<long>();
            foreach (var (owner, agreement) in agreements)
                all.Add(await Space.SpentAsync(owner, agreement));
            return string.Join(' ', all);
        }
    }

    private async Task RepublishAsync(Party owner, string offer, Action<Policy> change)
    {
        var file = Path.Combine(Space.Root, offer + ".odrl.json");
        var policy = new Policy(JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject());
        change(policy);
        var changed = Path.Combine(Space.Root, offer + ".changed.odrl.json");
        await File.WriteAllTextAsync(changed, policy.Json.ToJsonString());
        var config = JsonNode.Parse(await File.ReadAllTextAsync(owner.ConfigFile))!;
        foreach (var published in config["datasets"]![0]!["offers"]!.AsArray().Where(o => o!["id"]!.GetValue<string>() == offer))
            published!["policy"] = changed;
        await File.WriteAllTextAsync(owner.ConfigFile, config.ToJsonString());
        Assert.Equal(204, (await owner.PostAsync("/admin/reload")).Status);
        // The federated catalogue is a few seconds old at most; the consumer must see the new offer.
        await Eventually.TrueAsync(async () => (await Space.Leader.ReadAsync("/admin/catalog"))["datasets"]!.AsArray()
            .First(d => d!["participant"]!.GetValue<string>() == owner.Did && d["datasetId"]!.GetValue<string>() == "investments")!["offers"]!.AsArray()
            .First(o => o!["offerId"]!.GetValue<string>() == offer)!["summary"]!["validUntil"]!.GetValue<DateTimeOffset>()
            .ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture) == policy.Get("dateTime"), TimeSpan.FromSeconds(10), Space.Story);
    }

    private static IEnumerable<string> Codes(JsonNode plan) => plan["refusals"]!.AsArray().Select(r => r!["code"]!.GetValue<string>());

    private static JsonArray Filter(string column, string @operator, string value)
        => new(new JsonObject { ["column"] = column, ["operator"] = @operator, ["value"] = value });

    private static JsonObject With(JsonObject spec, Action<JsonObject> change)
    {
        var copy = spec.DeepClone().AsObject();
        change(copy);
        return copy;
    }
}
