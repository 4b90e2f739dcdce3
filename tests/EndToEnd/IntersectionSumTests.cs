using System.Globalization;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Ledger.Receipts;
using DataSpace.Privacy.Intersection;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd;

/// <summary>What the common members of two owners spent at one of them, asked by a third participant, through the whole path. The owners' data is synthetic.</summary>
[Collection(CountedUses.Name)]
public sealed class IntersectionSumTests(SharedSpace shared)
{
    private const int StepAt = 5;

    private Space Space => shared.Space;

    [Fact]
    public async Task Sum_and_mean_are_those_of_a_plain_join_in_steps_of_the_minimum()
    {
        var spec = await SpecAsync("mean");
        var plan = (await Space.PlanAsync(spec)).Ok();
        Assert.Empty(plan["refusals"]!.AsArray());
        var learns = string.Join('\n', plan["steps"]!.AsArray().Select(s => s!["learns"]!["en"]!.GetValue<string>()));
        foreach (var said in (string[])["supplier-b's node: the exact sum of its own spent over the common subjects", "the sum of spent, rounded down to a multiple of 2500, and the one divided by the other", "supplier-a's node: how many subjects are common, exactly"])
            Assert.Contains(said, learns, StringComparison.Ordinal);
        Assert.Equal("chosen-by-the-receiver", plan["warnings"]![0]!["code"]!.GetValue<string>());

        // Without naming contracts: each is chosen by itself, the receiver's too, which says nothing about the other owner's bounds.
        await SpecAsync("mean", IntersectionDesign.OfferSumUnnamed);
        var open = (JsonObject)spec.DeepClone();
        foreach (var input in open["inputs"]!.AsArray())
            input!.AsObject().Remove("agreement");
        Assert.Empty((await Space.PlanAsync(open)).Ok()["refusals"]!.AsArray());

        var outcome = await Space.RunAsync(spec);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var common = IntersectionDesign.Ours.Select(m => m.Code).Where(IntersectionDesign.Spent.ContainsKey).ToList();
        var grain = IntersectionDesign.Minimum * IntersectionDesign.SpentAtMost;
        var (count, sum) = (common.Count - (common.Count % IntersectionDesign.Minimum), common.Sum(code => IntersectionDesign.Spent[code]) / grain * grain);
        Assert.True(sum > 0);
        Assert.Equal(["intersection", "sum_spent", "mean_spent"], outcome.Result!["columns"]!.AsArray().Select(c => c!["name"]!.GetValue<string>()));
        var row = outcome.Result["rows"]![0]!.AsArray().Select(v => decimal.Parse(v!.GetValue<string>(), CultureInfo.InvariantCulture)).ToList();
        Assert.Equal([count, sum / 100m, Math.Round(sum / 100m / count, 4, MidpointRounding.AwayFromZero)], row);

        foreach (var owner in (Party[])[Space.SupplierA, Space.SupplierB])
        {
            var log = await Ledgers.ReadWhenAsync(owner, r => r.Receipts().Any(x => x.Payload.ResultDigest == outcome.Result["resultDigest"]!.GetValue<string>()));
            var grant = log.Grants().Single(g => g.Payload.JobId == outcome.JobId);
            Assert.True(grant.Record.Index < log.Reports().Single(r => r.Payload.GrantHash == grant.Record.LeafHash.Hex()).Record.Index);
        }
        // Both answers have the size that any other answer has; values travel as ciphertexts of a size that the set's alone decides.
        Assert.Single((await Space.SightsAsync(outcome.JobId)).Where(s => s.What.Contains("sealed", StringComparison.Ordinal)).Select(s => s.Bytes).Distinct());
    }

    [Fact]
    public async Task Sums_are_permitted_by_their_own_name_to_a_receiver_that_the_owner_of_the_values_named()
    {
        var unnamed = await SpecAsync("sum", IntersectionDesign.OfferSumUnnamed);
        Assert.Equal("DS-POL-031", Assert.Single((await Space.PlanAsync(unnamed)).Ok()["refusals"]!.AsArray())!["code"]!.GetValue<string>());
        var outcome = await Space.RunAsync(unnamed);
        Assert.Equal(("FAILED", "DS-POL-031"), (outcome.State, outcome.Codes[0]));
        // The owner of the values cannot be the one who chooses, and a contract about numbers is not about sums.
        var chosen = await SpecAsync("sum");
        chosen["intersect"]!["receiver"] = Space.SupplierB.Did;
        (await Space.PlanAsync(chosen)).Refused("DS-JOB-011");
        var numbers = await Space.IntersectSpecAsync(offer: IntersectionDesign.OfferSum, theirs: IntersectionDesign.Spending, theirOffer: IntersectionDesign.OfferSum);
        var refused = await Space.RunAsync(numbers);
        Assert.Equal(("FAILED", "DS-POL-029"), (refused.State, refused.Codes[0]));
    }

    /// <summary>The other owner knows how many are common when it has the points, and breaks off: the use is refused, and reported with what was said, so that its owner can claim it.</summary>
    [Fact]
    public async Task A_sum_that_breaks_off_when_the_number_is_known_is_reported_all_the_same()
    {
        var done = await Space.RunAsync(await SpecAsync("sum"));
        Assert.True(done.State == "COMPLETED", done.Why + Space.Story());
        var plan = TestAnalyst.OrderOf(TestAnalyst.TokenOf(Space, done.JobId)).Plan;
        var job = shared.Analyst.Make(o => o with { Plan = plan, AnalystKeysDigest = "" });
        var carrier = new HandCarrier(Space, shared.Analyst);
        await carrier.CarryAsync(job, Space.SupplierA, Space.SupplierB, (fromReceiver, _, message) => fromReceiver || message[StepAt] < (byte)IntersectionStep.Own ? [message] : []);
        Assert.Contains(carrier.Said, s => s.Message[StepAt] == (byte)IntersectionStep.Own);
        foreach (var (owner, reports) in ((Party, int)[])[(Space.SupplierA, 0), (Space.SupplierB, 1)])
        {
            await Eventually.TrueAsync(async () => (await Space.ContributionOfAsync(owner, job.Hash)).State != ContributionAnswer.Running, TimeSpan.FromSeconds(60), Space.Story);
            Assert.Equal((ContributionAnswer.Refused, "DS-JOB-021"), await Space.ContributionOfAsync(owner, job.Hash));
            var log = await Ledgers.ReadNowAsync(owner);
            Assert.Single(log.Grants(), g => g.Payload.JobHash == job.Hash);
            Assert.Equal(reports, log.ReportsOf(job.Hash).Count());
        }
    }

    private async Task<JsonObject> SpecAsync(string result, string theirOffer = IntersectionDesign.OfferSum)
    {
        var spec = await Space.IntersectSpecAsync(offer: IntersectionDesign.OfferSum, theirs: IntersectionDesign.Spending, theirOffer: theirOffer);
        spec["intersect"]!["result"] = result;
        spec["intersect"]!["maxItems"] = 1000;
        spec["inputs"]![1]!["value"] = "spent";
        return spec;
    }
}
