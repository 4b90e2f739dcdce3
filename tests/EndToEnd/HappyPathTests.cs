using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Identity;
using DataSpace.Ledger.Receipts;
using DataSpace.Metering.Rating;

namespace DataSpace.EndToEnd;

/// <summary>The main job on the sample's real data: exact values, four ledgers that verify, receipts, meters, and an order of events that can be proven.</summary>
public sealed class HappyPathTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    [Fact]
    public void The_joint_statistic_is_exact()
    {
        Assert.True(shared.First.State == "COMPLETED", shared.First.Why + Space.Story());
        Assert.Equal(["1935", "11", "730.398", "66.399818", "96.589879"], shared.First.Row("1935"));
        Assert.Equal(["1954", "11", "2744.091", "249.462818", "409.284801"], shared.First.Row("1954"));
        Assert.Equal(20, shared.First.Result!["rows"]!.AsArray().Count);
        Assert.Empty(shared.First.Result!["suppressed"]!.AsArray());
        Assert.False(shared.First.Result!["clamped"]!.GetValue<bool>());
    }

    /// <summary>Every node asks its coordinator every three seconds; what it says of itself is stored, sent to all and verified by all only when it is new.</summary>
    [Fact]
    public async Task A_member_document_that_says_nothing_new_is_not_signed_again()
    {
        string Documents() => (string)TestAnalyst.Query(Space.Coordinator, "SELECT group_concat(Document) FROM (SELECT Document FROM Members ORDER BY Did)")!;
        var before = Documents();
        await Task.Delay(TimeSpan.FromSeconds(8), TestContext.Current.CancellationToken);
        Assert.Equal(before, Documents());
    }

    /// <summary>The median year of all rows of all owners lies where the plain rows have it; the matrix needs a firm more than supplier B has.</summary>
    [Fact]
    public async Task A_quantile_over_a_grid_comes_back_exactly_and_a_matrix_keeps_its_stricter_rule()
    {
        var spec = shared.Spec.DeepClone().AsObject();
        spec.Remove("groupBy");
        spec.Remove("measures");
        spec["quantiles"] = new JsonObject { ["column"] = "year", ["grid"] = new JsonArray("1940", "1945", "1950"), ["at"] = new JsonArray("0.5", "0.9") };
        var planned = (await Space.PlanAsync(spec)).Ok();
        Assert.Empty(planned["refusals"]!.AsArray());
        Assert.Contains("bin of the grid", planned["steps"]!.ToJsonString(), StringComparison.Ordinal);
        var quantiles = await Space.RunAsync(spec);
        Assert.True(quantiles.State == "COMPLETED", quantiles.Why + Space.Story());
        // 11 firms and 20 years: rank 110 is in 1940 to 1944, rank 198 in 1950 and after.
        Assert.Equal(["0.5", "1940", "1945", "55", "55", "220"], quantiles.Row("0.5"));
        Assert.Equal(["0.9", "1950", null, "165", "55", "220"], quantiles.Row("0.9"));

        spec.Remove("quantiles");
        spec["covariance"] = new JsonObject { ["columns"] = new JsonArray("invest", "value"), ["statistics"] = new JsonArray("covariance", "correlation") };
        planned = (await Space.PlanAsync(spec)).Ok();
        Assert.Equal([1, 2, 2, 2, 2, 2], planned["slots"]!["statistics"]!.AsArray().Select(s => s!["moduli"]!.GetValue<int>()));
        Assert.Equal("10^-6", planned["slots"]!["statistics"]![5]!["scale"]!.GetValue<string>());
        var matrix = await Space.RunAsync(spec);
        Assert.True(matrix.State == "COMPLETED", matrix.Why + Space.Story());
        Assert.Empty(matrix.Result!["rows"]!.AsArray());
        Assert.Equal("DS-JOB-018", Assert.Single(matrix.Result["suppressed"]!.AsArray())!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_result_inherits_from_what_every_owner_signed_and_the_plan_said_so_before()
    {
        var derived = shared.First.Result!["classification"]!;
        // Three owners of general-2 data: one grade more than the strictest of them.
        Assert.Equal(("general-3", "003", "none", "signed"), (derived["grade"]!.GetValue<string>(), derived["securityLevel"]!.GetValue<string>(),
            derived["personal"]!.GetValue<string>(), derived["source"]!.GetValue<string>()));
        Assert.Equal("combination", derived["rules"]![0]!["code"]!.GetValue<string>());
        Assert.Equal("[\"C31\"]", derived["industries"]!.ToJsonString());
        Assert.Equal(Jobs.Purpose, Assert.Single(derived["purposes"]!.AsArray())!.GetValue<string>());
        Assert.Equal(Space.Leader.Did, Assert.Single(derived["recipients"]!.AsArray())!.GetValue<string>());
        var versions = shared.First.Result["provenance"]!["grants"]!.AsArray().Select(g => g!["datasetVersion"]!.GetValue<string>());
        Assert.Equal(versions, derived["parents"]!.AsArray().Select(p => p!["datasetVersion"]!.GetValue<string>()));

        var planned = (await Space.PlanAsync(shared.Spec)).Ok()["classification"]!;
        Assert.Equal("catalogue", planned["source"]!.GetValue<string>());
        foreach (var member in (string[])["grade", "personal", "purposes", "recipients", "rules", "scale"])
            Assert.Equal(derived[member]!.ToJsonString(), planned[member]!.ToJsonString());
    }

    [Fact]
    public async Task Every_nodes_DID_document_states_its_name_key_and_pinned_address()
    {
        foreach (var party in Space.Everyone)
        {
            var served = await party.Wire.SendAsync(HttpMethod.Get, "/.well-known/did.json", null, null);
            var document = DidDocument.FromJson(served.Body, ParticipantId.Parse(party.Did).Value).Value;
            Assert.Equal(party.Card["name"]!.GetValue<string>(), document.DisplayName);
            Assert.Equal(party.KeyId, document.Keys.Current(TimeProvider.System.GetUtcNow()).Value.KeyId);
            var service = Assert.Single(document.Services);
            Assert.Equal((party.Card["tlsSpki"]!.GetValue<string>(), party.Port), (service.TlsSpki, service.Endpoint.Port));
        }
    }

    [Fact]
    public void All_four_ledgers_verify()
    {
        foreach (var party in Space.Everyone)
        {
            var report = Ledgers.Verify(party);
            Assert.True(report.Ok, party.Name + ": " + string.Join("; ", report.Problems));
            Assert.True(report.Size > 0, party.Name);
        }
    }

    [Fact]
    public async Task Every_owner_has_grant_report_and_receipt_in_this_order_and_the_dispatch_came_first()
    {
        var dispatched = (await Ledgers.ReadWhenAsync(Space.Coordinator, r => r.Any(e => e.Entry.Kind == EntryKind.JobDispatched)))
            .First(r => r.Entry.Kind == EntryKind.JobDispatched && JobDispatchedPayload.FromFields(r.PayloadFields).Value.JobId == shared.First.JobId);
        var forwarded = (await Space.Coordinator.ReadAsync($"/admin/jobs/{shared.First.JobId}/view"))["saw"]!.AsArray();
        foreach (var owner in Space.Owners)
        {
            var log = await Ledgers.ReadWhenAsync(owner, r => r.Receipts().Any(x => x.Payload.ResultDigest == shared.First.Result!["resultDigest"]!.GetValue<string>()));
            var grant = log.Grants().First(g => g.Payload.JobId == shared.First.JobId);
            var report = log.Reports().First(r => r.Payload.GrantHash == grant.Record.LeafHash.Hex());
            // The very program that read the data.
            var worker = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(Layout.Worker, "sandbox-worker"))));
            Assert.EndsWith(" worker/sha256:" + worker, report.Payload.ImageDigest, StringComparison.Ordinal);
            // And the walls around it, under the name that the node's status gives them.
            var profile = (await owner.ReadAsync("/admin/status"))["sandbox"]!["profile"]!.GetValue<string>();
            Assert.Matches("^bubblewrap/(un)?privileged/(cgroup-v1|cgroup-v2|rlimits)$", profile);
            Assert.StartsWith(profile + " duckdb/", report.Payload.ImageDigest, StringComparison.Ordinal);
            var receipt = log.Receipts().First(r => r.Payload.GrantHash == grant.Record.LeafHash.Hex());
            Assert.Equal(report.Record.LeafHash.Hex(), receipt.Payload.ReportHash);
            Assert.Equal(shared.First.Result!["resultDigest"]!.GetValue<string>(), receipt.Payload.ResultDigest);
            Assert.True(grant.Record.Index < report.Record.Index && report.Record.Index < receipt.Record.Index);
            Assert.True(dispatched.Entry.TimeMs <= grant.Record.Entry.TimeMs, "granted before the dispatch was logged");
            // What the coordinator received about this owner's data came after the Grant was durable.
            var seen = forwarded.Where(s => s!["from"]!.GetValue<string>() == owner.Did && s["what"]!.GetValue<string>().StartsWith("masked", StringComparison.Ordinal)).ToList();
            Assert.Equal(2, seen.Count);
            Assert.All(seen, s => Assert.True(s!["at"]!.GetValue<DateTimeOffset>().ToUnixTimeMilliseconds() >= grant.Record.Entry.TimeMs));
        }
    }

    [Fact]
    public async Task Lines_of_all_nodes_about_a_use_carry_the_same_job_contract_and_decision()
    {
        foreach (var owner in Space.Owners)
        {
            var grant = (await Ledgers.ReadWhenAsync(owner, r => r.Grants().Any(g => g.Payload.JobId == shared.First.JobId)))
                .Grants().Single(g => g.Payload.JobId == shared.First.JobId).Payload;
            foreach (var node in (Party[])[owner, Space.Coordinator, Space.Leader])
            {
                var lines = File.ReadLines(Path.Combine(node.Directory, "logs", "node.log")).Select(l => JsonNode.Parse(l)!.AsObject());
                Assert.Contains(lines, l => ((string[])["jobHash", "jobId", "contractId", "decisionId"]).Select(id => l[id]?.GetValue<string>())
                    .SequenceEqual([grant.JobHash, grant.JobId, grant.ContractId, grant.PolicyDecisionId]));
            }
        }
    }

    [Fact]
    public async Task The_same_receipt_stands_in_both_ledgers()
    {
        foreach (var supplier in (Party[])[Space.SupplierA, Space.SupplierB])
        {
            var theirs = (await Ledgers.ReadWhenAsync(supplier, r => r.Receipts().Any())).Receipts().First().Payload;
            var consumer = await Ledgers.ReadWhenAsync(Space.Leader, r => r.Receipts().Any(x => x.Payload.GrantHash == theirs.GrantHash));
            var ours = consumer.Receipts().Select(r => r.Payload).First(r => r.GrantHash == theirs.GrantHash);
            Assert.Equal(theirs.Commitment, ours.Commitment);
            Assert.Null(theirs.Verify(Space.Leader.Persona.Signer.PublicKey, supplier.Persona.Signer.PublicKey));
            Assert.Null(ours.Verify(Space.Leader.Persona.Signer.PublicKey, supplier.Persona.Signer.PublicKey));
        }
    }

    [Fact]
    public async Task Every_owner_keeps_its_meters_and_they_are_those_of_its_ledger()
    {
        foreach (var owner in Space.Owners)
        {
            JsonNode? meters = null;
            await Eventually.TrueAsync(async () =>
            {
                meters = (await owner.ReadAsync("/admin/status"))["meters"];
                return meters!["totals"]!["use/receipted"]?.GetValue<long>() >= 1;
            }, TimeSpan.FromSeconds(60), () => $"{owner.Name}: {meters?.ToJsonString()}");
            var size = meters!["size"]!.GetValue<int>();
            var counted = Ledgers.Read(owner).Take(size).ToList();
            Assert.Equal(counted.Grants().Count(), meters["totals"]!["use/granted"]!.GetValue<long>());
            Assert.Equal(counted.Reports().Sum(r => r.Payload.Units["bytesOut"]), meters["totals"]!["bytesOut"]!.GetValue<long>());
            Assert.DoesNotContain("exact", meters.ToJsonString(), StringComparison.Ordinal);
            Assert.Null(meters["code"]?.GetValue<string>());
        }
    }

    [Fact]
    public async Task The_bill_is_recomputed_from_the_ledger_alone_and_always_the_same()
    {
        var agreement = await Space.AgreeAsync(Space.SupplierA);
        var request = new StatementRequest
        {
            ConsumerKeys = new Dictionary<string, IReadOnlyList<Kernel.Crypto.PublicKey>> { [Space.Leader.Did] = [Space.Leader.Persona.Signer.PublicKey] },
            ExpectedVkey = Ledgers.Vkey(Space.SupplierA),
            ContractId = agreement,
        };
        await Ledgers.ReadWhenAsync(Space.SupplierA, r => r.Receipts().Any());
        // Twice over the same log: receipts of the jobs of other tests may still be arriving.
        Statement? first = null, again = null;
        await Eventually.TrueAsync(() =>
        {
            (first, again) = (Statement.Recompute(Space.SupplierA.LedgerDirectory, request).Value, Statement.Recompute(Space.SupplierA.LedgerDirectory, request).Value);
            return Task.FromResult(first.Size == again.Size);
        }, TimeSpan.FromSeconds(30), Space.Story);
        Assert.Equal(first!.Bill.Lines.Single().Evidence.Count, first.Bill.Lines.Single().Uses);
        Assert.Equal(200 * first.Bill.Lines.Single().Uses, first.Bill.Lines.Single().AmountMinor);
        Assert.Equal("CNY", first.Bill.Lines.Single().Currency);
        Assert.Equal(first.Bill.ToCanonicalJson(), again!.Bill.ToCanonicalJson());
        // A consumer's key that signed nothing bills nothing: the meter believes signatures, not entries.
        var stranger = request with { ConsumerKeys = new Dictionary<string, IReadOnlyList<Kernel.Crypto.PublicKey>> { [Space.Leader.Did] = [Persona.Fresh("did:web:x.example").Signer.PublicKey] } };
        Assert.Empty(Statement.Recompute(Space.SupplierA.LedgerDirectory, stranger).Value.Bill.Lines);
    }
}
