using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;

namespace DataSpace.EndToEnd;

/// <summary>What three owners have in common, through the whole path: contracts, grants, one conversation per pair, reports, receipts. One of the owners asks.</summary>
[Collection(CountedUses.Name)]
public sealed class ManyOwnersIntersectionTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    [Fact]
    public async Task The_number_is_that_of_a_plain_join_over_all_three_in_steps_of_the_minimum()
    {
        // Led by an owner that is not the analyst; of its members only the first thirty are open.
        var spec = await SpecAsync(IntersectionDesign.Joined, IntersectionDesign.OfferSince, IntersectionDesign.Offer, receiver: Space.SupplierA);
        var plan = (await Space.PlanAsync(spec)).Ok();
        Assert.Empty(plan["refusals"]!.AsArray());
        var learns = string.Join('\n', plan["steps"]!.AsArray().Select(s => s!["learns"]!["en"]!.GetValue<string>()));
        Assert.Contains("supplier-a's node: how many subjects are common to all, exactly, and not which", learns, StringComparison.Ordinal);
        Assert.Contains(plan["warnings"]!.AsArray(), w => w!["code"]!.GetValue<string>() == "leader-with-others");
        var outcome = await Space.RunAsync(spec);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var common = Codes(IntersectionDesign.Ours).Intersect(Codes(IntersectionDesign.Ours.Take(IntersectionDesign.JoinedSince))).Intersect(Codes(IntersectionDesign.Others)).Count();
        Assert.Equal(13, common);
        Assert.Equal("10", outcome.Result!["rows"]![0]![0]!.GetValue<string>());
        foreach (var owner in (Party[])[Space.Leader, Space.SupplierA, Space.SupplierB])
        {
            var log = await Ledgers.ReadWhenAsync(owner, r => r.Receipts().Any(x => x.Payload.ResultDigest == outcome.Result["resultDigest"]!.GetValue<string>()));
            var grant = log.Grants().Single(g => g.Payload.JobId == outcome.JobId);
            Assert.True(grant.Record.Index < log.Reports().Single(r => r.Payload.GrantHash == grant.Record.LeafHash.Hex()).Record.Index);
            Assert.Empty(Directory.EnumerateFiles(owner.Directory, "conversation-*"));
        }
        // The two others say nothing to each other, and nobody's answer has another size.
        var sights = await Space.SightsAsync(outcome.JobId);
        Assert.Single(sights.Where(s => s.What.Contains("sealed", StringComparison.Ordinal)).Select(s => s.Bytes).Distinct());
    }

    [Fact]
    public async Task An_owner_that_asks_is_told_which_of_its_own_members_all_others_have_too()
    {
        var spec = await SpecAsync(IntersectionDesign.Members, IntersectionDesign.OfferIds, IntersectionDesign.OfferIds, receiver: Space.Leader);
        spec["intersect"]!["result"] = "ids";
        var outcome = await Space.RunAsync(spec);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var expected = Codes(IntersectionDesign.Ours).Intersect(Codes(IntersectionDesign.Others)).Order(StringComparer.Ordinal);
        Assert.Equal(expected, outcome.Result!["rows"]!.AsArray().Select(r => r![0]!.GetValue<string>().Trim().ToUpperInvariant()).Order(StringComparer.Ordinal));
        // Two in common at one of three: nothing is told, and all have paid.
        spec = await SpecAsync(IntersectionDesign.Few, IntersectionDesign.Offer, IntersectionDesign.Offer, receiver: Space.Leader);
        outcome = await Space.RunAsync(spec);
        Assert.Equal("FAILED", outcome.State);
        Assert.Contains("DS-JOB-020", outcome.Codes);
    }

    private static IEnumerable<string> Codes(IEnumerable<(string Code, string Site, string Phone)> members) => members.Select(m => m.Code);

    /// <summary>The chain leader's list, supplier A's <paramref name="dataset"/> and supplier B's list, by code.</summary>
    private async Task<JsonObject> SpecAsync(string dataset, string offer, string otherOffer, Party receiver)
    {
        var spec = await Space.IntersectSpecAsync(IntersectionDesign.Leaders, ours: Space.Leader, offer: otherOffer, theirOffer: otherOffer);
        spec["inputs"]!.AsArray().Add((JsonNode)new JsonObject
        {
            ["participant"] = Space.SupplierA.Did,
            ["dataset"] = dataset,
            ["agreement"] = await Space.AgreeAsync(Space.SupplierA, dataset, offer),
            ["key"] = new JsonArray("code"),
        });
        spec["intersect"]!["receiver"] = receiver.Did;
        return spec;
    }
}
