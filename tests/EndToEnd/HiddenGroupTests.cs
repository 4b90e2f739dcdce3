using System.Globalization;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;

namespace DataSpace.EndToEnd;

/// <summary>A joint statistic whose groups nobody lists: as a plain GROUP BY over both owners' rows, or less, and never with the code of a group that some owner may not show.</summary>
public sealed class HiddenGroupTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    [Fact]
    public async Task Groups_of_two_owners_are_those_of_the_plain_union_and_small_ones_have_no_label()
    {
        var spec = await SpecAsync();
        var plan = (await Space.PlanAsync(spec)).Ok();
        Assert.Empty(plan["refusals"]!.AsArray());
        var steps = plan["steps"]!.ToJsonString();
        Assert.Contains("its codes, blinded, and random ones up to the maximum", steps, StringComparison.Ordinal);
        Assert.Contains("the groups that pass at every owner that has them", steps, StringComparison.Ordinal);
        Assert.Contains(plan["warnings"]!.AsArray(), w => w!["code"]!.GetValue<string>() == "hidden-groups");
        Assert.Contains(plan["slots"]!["statistics"]!.AsArray(), s => s!["name"]!.GetValue<string>() == "sum((label 6))" && s["moduli"]!.GetValue<int>() == 2);
        // Labels need both moduli whatever the bound is; the bound is that of the figures alone.
        Assert.Equal((await Space.PlanAsync(await ListedAsync())).Ok()["slots"]!["maxRowsPerParty"]!.ToJsonString(), plan["slots"]!["maxRowsPerParty"]!.ToJsonString());

        var outcome = await Space.RunAsync(spec);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        AssertPlain(outcome, Union(_ => true));
        Assert.Equal(0, outcome.Result!["hiddenGroups"]!["suppressedSlots"]!.GetValue<int>());
        var shown = outcome.Result["rows"]!.AsArray().Count;
        // 30 years in all: 10 that both have, and 10 of each; two that share both slots would be counted as collided.
        Assert.Equal(outcome.Result["hiddenGroups"]!["collidedSlots"]!.GetValue<int>() == 0, shown == 30);

        // The coordinator carried one message each way, and its sizes follow from the plan.
        var sights = await ShapeAsync(outcome.JobId);
        Assert.Equal(2, sights.Count(s => s.Contains("messages", StringComparison.Ordinal)));

        // Few firms are so large: at an owner with one or two in a year, the year is hidden, with its name.
        spec["where"] = new JsonArray(new JsonObject { ["column"] = "value", ["operator"] = "gt", ["value"] = "2000" });
        var small = await Space.RunAsync(spec);
        Assert.True(small.State == "COMPLETED", small.Why + Space.Story());
        AssertPlain(small, Union(value => value > 2000m));
        // Nine years of supplier A, each in two slots, of which a few may meet.
        Assert.InRange(small.Result!["hiddenGroups"]!["suppressedSlots"]!.GetValue<int>(), 10, 18);
        Assert.Contains("DS-JOB-018", small.Result["suppressed"]!.ToJsonString(), StringComparison.Ordinal);
        foreach (var (year, _) in Union(value => value > 2000m).Where(g => g.Value.Any(own => own.Firms is 1 or 2)))
            Assert.DoesNotContain($"\"{year}\"", small.Result.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(sights, await ShapeAsync(small.JobId));

        // More groups than the plan has room for: no owner is named.
        spec.AsObject().Remove("where");
        spec["groupBy"]!["hidden"]!["maximum"] = 19;
        var full = await Space.RunAsync(spec);
        Assert.Equal(("FAILED", "DS-PRV-366"), (full.State, string.Join(' ', full.Codes)));
        Assert.DoesNotContain("supplier", full.Why["reasons"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_hidden_groups_do_not_go_with_is_refused_in_the_plan()
    {
        var spec = await SpecAsync();
        spec.Remove("measures");
        spec["histogram"] = new JsonObject { ["column"] = "invest", ["edges"] = new JsonArray("10") };
        (await Space.PlanAsync(spec)).Refused("DS-PRV-360", 422);
        spec.Remove("histogram");
        spec["covariance"] = new JsonObject { ["columns"] = new JsonArray("invest", "value") };
        (await Space.PlanAsync(spec)).Refused("DS-PRV-360", 422);
        var many = await SpecAsync();
        many["groupBy"]!["hidden"]!["maximum"] = 513;
        (await Space.PlanAsync(many)).Refused("DS-PRV-367", 422);
        many["groupBy"]!["hidden"]!["maximum"] = 512;
        many["groupBy"]!["values"] = new JsonArray(1940);
        (await Space.PlanAsync(many)).Refused("DS-JOB-011", 422);
    }

    private static void AssertPlain(Outcome outcome, Dictionary<string, List<(int Firms, int Rows, decimal Sum)>> union)
    {
        foreach (var row in outcome.Result!["rows"]!.AsArray())
        {
            var owners = union[row![0]!.GetValue<string>()];
            Assert.All(owners, own => Assert.True(own.Firms >= 3));
            Assert.Equal(owners.Sum(o => o.Rows).ToString(CultureInfo.InvariantCulture), row[1]!.GetValue<string>());
            Assert.Equal(owners.Sum(o => o.Sum), decimal.Parse(row[2]!.GetValue<string>(), CultureInfo.InvariantCulture));
        }
    }

    /// <summary>By year what each owner has, of the sample's rows.</summary>
    private Dictionary<string, List<(int Firms, int Rows, decimal Sum)>> Union(Func<decimal, bool> where)
        => ((string[])[Designs.Apart(SpaceDesign.Csv(Space.SupplierA)), SpaceDesign.Csv(Space.SupplierB)])
            .SelectMany(csv => csv.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.TrimEnd('\r').Split(',')).Where(f => where(Number(f[1]))).GroupBy(f => f[4]))
            .GroupBy(g => g.Key).ToDictionary(g => g.Key, g => g.Select(own => (own.Select(f => f[3]).Distinct().Count(), own.Count(), own.Sum(f => Number(f[0])))).ToList());

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private async Task<JsonObject> SpecAsync()
    {
        var spec = await ListedAsync();
        spec["groupBy"] = new JsonObject { ["column"] = "year", ["hidden"] = new JsonObject { ["maximum"] = 40 } };
        return spec;
    }

    private async Task<JsonObject> ListedAsync() => Jobs.Spec(
        (Space.SupplierA, Designs.YearsApart, await Space.AgreeAsync(Space.SupplierA, Designs.YearsApart)),
        (Space.SupplierB, Designs.YearsOwn, await Space.AgreeAsync(Space.SupplierB, Designs.YearsOwn)));

    /// <summary>Who said what and how long it was.</summary>
    private async Task<IReadOnlyList<string>> ShapeAsync(string jobId)
        => [.. (await Space.SightsAsync(jobId)).Where(s => !s.What.Contains("proof", StringComparison.Ordinal) && !s.What.Contains("job order", StringComparison.Ordinal)).Select(s => $"{s.From} {s.What} {s.Bytes}").Order(StringComparer.Ordinal)];
}
