using System.Text;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Ledger.Receipts;

namespace DataSpace.EndToEnd;

/// <summary>How many members two owners have in common, asked by a third participant, through the whole path: contracts, grants, protocol, reports, receipts. The owners' data is synthetic.</summary>
[Collection(CountedUses.Name)]
public sealed class IntersectionTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    [Theory]
    [InlineData("code", true)]
    [InlineData("code", false)]
    [InlineData("phone", true)]
    [InlineData("code,site", true)]
    public async Task The_number_is_that_of_a_plain_join_in_steps_of_the_minimum(string key, bool receiverIsA)
    {
        var outcome = await Space.RunAsync(await Space.IntersectSpecAsync(key: key.Split(','), receiver: receiverIsA ? Space.SupplierA : Space.SupplierB));
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var common = IntersectionDesign.Common(m => key switch { "code" => m.Code, "phone" => m.Phone, _ => (m.Code, m.Site) });
        Assert.InRange(common, IntersectionDesign.Minimum, 39);
        Assert.Equal([$"{common - (common % IntersectionDesign.Minimum)}"], outcome.Result!["rows"]![0]!.AsArray().Select(v => v!.GetValue<string>()));
        Assert.Equal("intersection", outcome.Result["columns"]![0]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task Members_that_the_contract_does_not_open_are_not_in_the_set()
    {
        var outcome = await Space.RunAsync(await Space.IntersectSpecAsync(IntersectionDesign.Joined, offer: IntersectionDesign.OfferSince));
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var common = IntersectionDesign.Ours.Take(IntersectionDesign.JoinedSince).Select(m => m.Code).Intersect(IntersectionDesign.Others.Select(m => m.Code)).Count();
        Assert.True(common + IntersectionDesign.Minimum < IntersectionDesign.Common(m => m.Code), "the filter must make a difference that is told");
        Assert.Equal($"{common - (common % IntersectionDesign.Minimum)}", outcome.Result!["rows"]![0]![0]!.GetValue<string>());
    }

    [Fact]
    public async Task Sets_of_many_messages_are_carried_in_many_requests()
    {
        var outcome = await Space.RunAsync(await Space.IntersectSpecAsync(IntersectionDesign.Long, theirs: IntersectionDesign.TheirLong));
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var common = IntersectionDesign.LongOurs.To - IntersectionDesign.LongTheirs.From;
        Assert.Equal($"{common - (common % IntersectionDesign.Minimum)}", outcome.Result!["rows"]![0]![0]!.GetValue<string>());
        var batches = (await Space.SightsAsync(outcome.JobId)).Where(s => s.What.Contains("blinded points", StringComparison.Ordinal)).ToList();
        // 9 chunks of A's points; as many of tags, and 11 of B's points.
        Assert.True(batches.Count(b => b.From == Space.SupplierA.Did) >= 2 && batches.Count(b => b.From == Space.SupplierB.Did) >= 3, string.Join('\n', batches));
        Assert.Equal(36_000 * 32, batches.Where(b => b.From == Space.SupplierA.Did).Sum(b => b.Bytes) - (10 * 152) - 64);
    }

    [Fact]
    public async Task Every_owner_has_grant_report_and_receipt_and_the_coordinator_saw_no_key()
    {
        var outcome = await Space.RunAsync(await Space.IntersectSpecAsync(key: ["phone"]));
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        foreach (var owner in (Party[])[Space.SupplierA, Space.SupplierB])
        {
            var log = await Ledgers.ReadWhenAsync(owner, r => r.Receipts().Any(x => x.Payload.ResultDigest == outcome.Result!["resultDigest"]!.GetValue<string>()));
            var grant = log.Grants().Single(g => g.Payload.JobId == outcome.JobId);
            Assert.Equal(IntersectionDesign.Minimum, grant.Payload.Limits["minGroupSize"]);
            var report = log.Reports().Single(r => r.Payload.GrantHash == grant.Record.LeafHash.Hex());
            // What others see and what is billed does not tell who is in the data.
            Assert.Equal(1, report.Payload.Units["resultCells"]);
            Assert.True(grant.Record.Index < report.Record.Index);
            Ledgers.AssertSound(owner);
        }
        Assert.Equal(2, outcome.Result!["provenance"]!["grants"]!.AsArray().Count);
        var sights = await Space.SightsAsync(outcome.JobId);
        // Sizes are declared: 40 and 53 members, 32 bytes each; answers of owners have one size.
        Assert.Contains(sights, s => s.From == Space.SupplierB.Did && s.What.Contains("blinded points", StringComparison.Ordinal) && s.Bytes > 53 * 32);
        Assert.Single(sights.Where(s => s.What.Contains("sealed", StringComparison.Ordinal)).Select(s => s.Bytes).Distinct());
        string[] places = [.. ((string[])[".", "ledger", "logs"]).SelectMany(d => Directory.EnumerateFiles(Path.Combine(Space.Coordinator.Directory, d), d == "logs" ? "*" : "*.db*"))];
        Assert.True(places.Length >= 3, string.Join(' ', places));
        foreach (var file in places)
        {
            var bytes = await ReadSharedAsync(file);
            foreach (var secret in (string[])["13800000020", "138 0000 0020", "+8613800000020", "+86-13800000020"])
                Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0, $"{file} holds {secret}");
        }
        // Nothing of the conversation stays on the owners' disks.
        foreach (var owner in (Party[])[Space.SupplierA, Space.SupplierB])
            Assert.Empty(Directory.EnumerateFiles(owner.Directory, "intersection-*"));
    }

    [Fact]
    public async Task An_owner_that_asks_is_told_which_of_its_own_members_are_common_and_nobody_else_is()
    {
        var spec = await Space.IntersectSpecAsync(IntersectionDesign.Leaders, ["code", "phone"], ours: Space.Leader, offer: IntersectionDesign.OfferIds, theirOffer: IntersectionDesign.OfferIds);
        spec["intersect"]!["result"] = "ids";
        var learns = string.Join('\n', (await Space.PlanAsync(spec)).Ok()["steps"]!.AsArray().Select(s => s!["learns"]!["en"]!.GetValue<string>()));
        Assert.Contains("chain-leader: which of its own subjects supplier-b has too", learns, StringComparison.Ordinal);
        var outcome = await Space.RunAsync(spec);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var expected = IntersectionDesign.Ours.Intersect(IntersectionDesign.Others.Select(m => (m.Code, Site: IntersectionDesign.Ours.FirstOrDefault(o => o.Code == m.Code).Site, m.Phone))).Select(m => m.Code).Order(StringComparer.Ordinal);
        // As the leader itself writes them.
        Assert.Equal(expected, outcome.Result!["rows"]!.AsArray().Select(r => r![0]!.GetValue<string>().Trim().ToUpperInvariant()).Order(StringComparer.Ordinal));
        Assert.Equal(["code", "phone"], outcome.Result["columns"]!.AsArray().Select(c => c!["name"]!.GetValue<string>()));
        Assert.All(outcome.Result["rows"]!.AsArray(), r => Assert.StartsWith("138 0000 ", r![1]!.GetValue<string>(), StringComparison.Ordinal));
        // Personal information, as it is: no statistic of large groups.
        Assert.Equal("personal", outcome.Result["classification"]!["personal"]!.GetValue<string>());
        // The answers that the coordinator saw have the size that they have when a number is told.
        var number = await Space.RunAsync(await Space.IntersectSpecAsync(IntersectionDesign.Leaders, ours: Space.Leader));
        Assert.True(number.State == "COMPLETED", number.Why + Space.Story());
        Assert.Equal("20", number.Result!["rows"]![0]![0]!.GetValue<string>());
        async Task<IEnumerable<long>> SealedAsync(string job) => (await Space.SightsAsync(job)).Where(s => s.What.Contains("sealed", StringComparison.Ordinal)).Select(s => s.Bytes).Order();
        Assert.Equal(await SealedAsync(number.JobId), await SealedAsync(outcome.JobId));
    }

    [Fact]
    public async Task Ids_are_told_only_under_contracts_that_say_so_and_only_to_an_owner_about_its_own()
    {
        var unsaid = await Space.IntersectSpecAsync(IntersectionDesign.Leaders, ours: Space.Leader, offer: IntersectionDesign.OfferIds);
        unsaid["intersect"]!["result"] = "ids";
        var outcome = await Space.RunAsync(unsaid);
        Assert.Equal(("FAILED", "DS-POL-029"), (outcome.State, outcome.Codes[0]));
        var third = await Space.IntersectSpecAsync();
        third["intersect"]!["result"] = "ids";
        (await Space.PlanAsync(third)).Refused("DS-JOB-011");
    }

    [Fact]
    public async Task The_dry_run_says_what_everybody_learns_and_what_it_costs_at_most()
    {
        var plan = (await Space.PlanAsync(await Space.IntersectSpecAsync())).Ok();
        Assert.Empty(plan["refusals"]!.AsArray());
        var learns = string.Join('\n', plan["steps"]!.AsArray().Select(s => s!["learns"]!["en"]!.GetValue<string>()));
        foreach (var said in (string[])["how many subjects supplier-a has", "how many subjects supplier-b has", "supplier-a's node: how many subjects are common, exactly, and not which", "rounded down to a multiple of 5"])
            Assert.Contains(said, learns, StringComparison.Ordinal);
        Assert.All(plan["steps"]!.AsArray(), s => Assert.NotEqual("", s!["learns"]!["zh"]!.GetValue<string>()));
        Assert.Contains(plan["steps"]!.AsArray(), s => s!["size"]!.GetValue<string>() == "≤ 31 KB");
        Assert.Equal(["semi-honest", "repeated-runs"], plan["warnings"]!.AsArray().Select(w => w!["code"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_contract_that_does_not_allow_it_refuses_with_the_named_reason()
    {
        // The sample's policy: joint statistics, no intersections.
        var spec = await Space.IntersectSpecAsync(offer: Space.Joint);
        var plan = (await Space.PlanAsync(spec)).Ok();
        Assert.Equal("DS-POL-029", Assert.Single(plan["refusals"]!.AsArray())!["code"]!.GetValue<string>());
        var agreement = spec["inputs"]![0]!["agreement"]!.GetValue<string>();
        var before = await Space.SpentAsync(Space.SupplierA, agreement);
        var outcome = await Space.RunAsync(spec);
        Assert.Equal(("FAILED", "DS-POL-029"), (outcome.State, outcome.Codes[0]));
        Assert.Equal(before, await Space.SpentAsync(Space.SupplierA, agreement));
        Assert.Contains(await Ledgers.ReadWhenAsync(Space.SupplierA, r => true), r => r.Entry.Kind == EntryKind.Denied);
    }

    [Fact]
    public async Task Keys_and_steps_are_the_owners_own()
    {
        var steps = await Space.IntersectSpecAsync();
        steps["intersect"]!["key"]![0]!["steps"] = new JsonArray("trim");
        var column = await Space.IntersectSpecAsync();
        column["inputs"]![0]!["key"]![0] = "phone";
        foreach (var spec in (JsonObject[])[steps, column])
        {
            var outcome = await Space.RunAsync(spec);
            Assert.Equal(("FAILED", "DS-CON-018"), (outcome.State, outcome.Codes[0]));
        }
    }

    [Theory]
    [InlineData(IntersectionDesign.Few)] // two in common: the run takes place, and is not told
    [InlineData(IntersectionDesign.Single)] // a question about one member
    public async Task Too_few_are_never_told_and_the_use_stays_spent(string dataset)
    {
        var spec = await Space.IntersectSpecAsync(dataset);
        var agreement = spec["inputs"]![0]!["agreement"]!.GetValue<string>();
        var before = await Space.SpentAsync(Space.SupplierA, agreement);
        var outcome = await Space.RunAsync(spec);
        Assert.Equal("FAILED", outcome.State);
        Assert.Null(outcome.Result);
        Assert.Contains("DS-JOB-020", outcome.Codes);
        Assert.DoesNotContain("DS-PRV", outcome.Why["reasons"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(before + 1, await Space.SpentAsync(Space.SupplierA, agreement));
        // What it was, the owner's own log says.
        Assert.Contains(dataset == IntersectionDesign.Few ? "DS-PRV-170" : "DS-PRV-169", File.ReadAllText(Path.Combine(Space.SupplierA.Directory, "logs", "node.log")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asking_again_and_again_ends_at_the_cap_and_the_other_owner_pays_nothing()
    {
        var spec = await Space.IntersectSpecAsync(IntersectionDesign.Capped);
        for (var run = 0; run < IntersectionDesign.Cap; run++)
        {
            var told = await Space.RunAsync(spec);
            Assert.True(told.State == "COMPLETED", told.Why + Space.Story());
        }
        var other = spec["inputs"]![1]!["agreement"]!.GetValue<string>();
        var before = await Space.SpentAsync(Space.SupplierB, other);
        var refused = await Space.RunAsync(spec);
        Assert.Equal(("FAILED", "DS-CON-019"), (refused.State, refused.Codes[0]));
        Assert.Equal(before, await Space.SpentAsync(Space.SupplierB, other));
    }

    private static async Task<byte[]> ReadSharedAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
