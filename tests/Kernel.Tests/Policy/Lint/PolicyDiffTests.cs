using System.Text.Json.Nodes;
using CsCheck;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Lint;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Policies;

namespace DataSpace.Kernel.Tests.Policy.Lint;

public class PolicyDiffTests
{
    private static readonly PolicyDecisionPoint Pdp = new(() => "id");

    private static PolicyDiffResult Diff(JsonNode old, JsonNode next) => PolicyDiff.Compare(Compile(old), Compile(next));

    private static JsonObject Changed(string term, JsonObject constraint) => With(term, constraint);

    [Fact]
    public void Nothing_differs_whatever_the_order()
    {
        var turned = Agreement(new JsonArray([.. Constraints().Reverse().Select(c => c!.DeepClone())]));
        var diff = Diff(Agreement(), turned);
        Assert.Empty(diff.Differences);
        Assert.False(diff.MayWiden);
    }

    [Theory]
    [InlineData("count", "lteq", "10", PolicyChange.Narrowed)]
    [InlineData("count", "lteq", "30", PolicyChange.Widened)]
    [InlineData("dataspace:minimumGroupSize", "gteq", "5", PolicyChange.Narrowed)]
    [InlineData("dataspace:minimumGroupSize", "gteq", "2", PolicyChange.Widened)]
    [InlineData("dataspace:maxRows", "lteq", "50", PolicyChange.Narrowed)]
    [InlineData("dataspace:dominancePercent", "lteq", "80", PolicyChange.Narrowed)]
    [InlineData("purpose", "eq", "credit-risk", PolicyChange.Narrowed)]
    [InlineData("purpose", "eq", "marketing", PolicyChange.Changed)]
    [InlineData("dataspace:independentCoProviders", "gteq", "2", PolicyChange.Narrowed)]
    [InlineData("dataspace:computation", "eq", "aggregate", PolicyChange.Narrowed)]
    public void A_changed_term_is_narrower_or_wider(string term, string op, string value, PolicyChange change)
    {
        var diff = Diff(Agreement(), Changed(term, Constraint(term, op, value)));
        var only = Assert.Single(diff.Differences);
        Assert.Equal((change, "/permission/0", term), (only.Change, only.Rule, only.Term));
        Assert.Equal(change is not PolicyChange.Narrowed, diff.MayWiden);
    }

    [Fact]
    public void Two_permissions_without_co_providers_still_meet()
    {
        JsonObject Alone(string count)
        {
            var policy = Changed("count", Constraint("count", "lteq", count));
            var constraints = policy["permission"]![0]!["constraint"]!.AsArray();
            foreach (var joint in constraints.Where(c => (string?)c!["leftOperand"] is "dataspace:coProvider" or "dataspace:independentCoProviders" or "dataspace:groupKey").ToList())
                constraints.Remove(joint);
            return policy;
        }
        Assert.True(Diff(Alone("5"), Alone("10")).MayWiden);
        Assert.False(Diff(Alone("10"), Alone("5")).MayWiden);
    }

    [Fact]
    public void A_new_prohibition_narrows_and_one_less_widens()
    {
        var stricter = Prohibiting(Agreement(), List("purpose", "isAnyOf", "credit-risk"));
        Assert.Equal(PolicyChange.Added, Assert.Single(Diff(Agreement(), stricter).Differences).Change);
        Assert.False(Diff(Agreement(), stricter).MayWiden);
        Assert.True(Diff(stricter, Agreement()).MayWiden);
        var wider = Prohibiting(Agreement(), List("purpose", "isAnyOf", "credit-risk", "industry-statistics"));
        Assert.Equal(PolicyChange.Narrowed, Assert.Single(Diff(stricter, wider).Differences).Change);
        Assert.False(Diff(stricter, wider).MayWiden);
        Assert.True(Diff(wider, stricter).MayWiden);
    }

    [Fact]
    public void A_lower_price_another_consumer_and_a_dropped_duty_may_widen()
    {
        var cheaper = Agreement();
        cheaper["obligation"]![0]!["constraint"]![0]!["rightOperand"] = "1.00";
        Assert.True(Diff(Agreement(), cheaper).MayWiden);
        Assert.False(Diff(cheaper, Agreement()).MayWiden);
        var other = Agreement();
        other["assignee"] = Other;
        Assert.Contains("assignee", Diff(Agreement(), other).WhyMayWiden);
        var kept = Changed("dataspace:retention", Constraint("dataspace:retention", "lteq", "P30D"));
        Assert.False(Diff(Agreement(), kept).MayWiden);
        Assert.True(Diff(kept, Agreement()).MayWiden);
    }

    [Fact]
    public void A_stamp_extension_loosens_and_a_longer_one_more()
    {
        var hour = Changed("dataspace:stampExtension", Constraint("dataspace:stampExtension", "lteq", "PT1H"));
        var day = Changed("dataspace:stampExtension", Constraint("dataspace:stampExtension", "lteq", "P1D"));
        Assert.Equal(PolicyChange.Widened, Assert.Single(Diff(Agreement(), hour).Differences).Change);
        Assert.True(Diff(Agreement(), hour).MayWiden);
        Assert.True(Diff(hour, day).MayWiden);
        Assert.Equal(PolicyChange.Narrowed, Assert.Single(Diff(hour, Agreement()).Differences).Change);
        Assert.False(Diff(hour, Agreement()).MayWiden);
        Assert.False(Diff(day, hour).MayWiden);
    }

    [Fact]
    public void A_longer_window_of_an_offer_may_widen_though_it_leaves_no_check()
    {
        JsonObject Offer(string window)
        {
            var offer = Changed("elapsedTime", Constraint("elapsedTime", "lteq", window));
            offer["@type"] = "Offer";
            return offer;
        }
        Assert.True(Diff(Offer("P7D"), Offer("P70D")).MayWiden);
    }

    /// <summary>Soundness: whatever the new version allows when "may widen" was not said, the old one allowed too, and under terms no stricter.</summary>
    [Fact]
    public void What_is_said_not_to_widen_does_not()
    {
        var proven = 0;
        Gen.Select(Versions, Versions, Prohibition, Gen.Int[0, 3], Uses).Sample((a, b, ban, how, asked) =>
        {
            if (how > 0)
                b = how == 1 ? Banned(a, ban) : Narrower(a, how);
            var (old, next) = (Compile(a), Compile(b));
            if (PolicyDiff.Compare(old, next).MayWiden)
                return;
            Interlocked.Increment(ref proven);
            var now = Pdp.Decide(asked with { Policy = next });
            if (!now.IsAllowed)
                return;
            var before = Pdp.Decide(asked with { Policy = old });
            Assert.True(before.IsAllowed);
            Assert.True(now.Obligations!.MinimumGroupSize >= before.Obligations!.MinimumGroupSize);
            Assert.All(now.Obligations.AllowedColumns, c => Assert.Contains(c, before.Obligations.AllowedColumns));
        }, iter: 800);
        Assert.True(proven > 100, $"the generator must reach proofs: {proven}");
    }

    private static JsonObject Banned(JsonObject policy, JsonObject ban)
    {
        var next = policy.DeepClone().AsObject();
        next["prohibition"] = new JsonArray([.. (next["prohibition"]?.AsArray() ?? []).Select(p => p!.DeepClone()), ban.DeepClone()]);
        return next;
    }

    private static JsonObject Narrower(JsonObject policy, int by)
    {
        var next = policy.DeepClone().AsObject();
        foreach (var constraint in next["permission"]!.AsArray().SelectMany(p => p!["constraint"]!.AsArray()).Where(c => (string?)c!["leftOperand"] == "dataspace:minimumGroupSize"))
            constraint!["rightOperand"] = $"{by + 3}";
        return next;
    }

    private static readonly string[] Names = ["p", "p:x", "q", "r"];

    private static Gen<string[]> Some(params string[] values) => Gen.Bool.Array[values.Length].Select(bits => values.Where((_, i) => bits[i]).DefaultIfEmpty(values[0]).ToArray());

    private static readonly Gen<JsonObject> Permission = Gen.Select(
        Gen.Int[0, 3], Some(Names), Some("year", "invest", "value"), Gen.Int[2, 4], Gen.Int[1, 3], (op, purposes, columns, group, count) => new JsonObject
        {
            ["action"] = "use",
            ["constraint"] = new JsonArray(
                List("purpose", op switch { 0 => "isNoneOf", 1 => "isA", _ => "isAnyOf" }, purposes), List("dataspace:column", "isAnyOf", columns),
                List("dataspace:computation", "isAnyOf", "sql", "aggregate"), Constraint("dataspace:minimumGroupSize", "gteq", $"{group}"),
                Constraint("dataspace:dominancePercent", "lteq", "off"), Constraint("count", "lteq", $"{count}")),
        });

    private static readonly Gen<JsonObject> Prohibition = Gen.Select(Gen.Int[0, 2], Some(Names), Some("year", "invest"), (what, purposes, columns) => new JsonObject
    {
        ["action"] = "use",
        ["constraint"] = what switch
        {
            0 => new JsonArray(List("purpose", "isAnyOf", purposes)),
            1 => new JsonArray(List("dataspace:column", "isAnyOf", columns)),
            _ => new JsonArray(List("purpose", "isA", purposes), List("dataspace:column", "isNoneOf", columns)),
        },
    });

    private static readonly Gen<JsonObject> Versions = Gen.Select(Permission.Array[1, 2], Prohibition.Array[0, 2], (permissions, prohibitions) =>
    {
        var agreement = Agreement();
        agreement["permission"] = new JsonArray([.. permissions.Select(p => p.DeepClone())]);
        if (prohibitions.Length > 0)
            agreement["prohibition"] = new JsonArray([.. prohibitions.Select(p => p.DeepClone())]);
        return agreement;
    });

    private static readonly Gen<PolicyRequest> Uses = Gen.Select(Gen.Int[0, 3], Some("year", "invest", "value"), (purpose, columns) => Request(null) with
    {
        Purpose = Names[purpose],
        Columns = columns,
        GroupKeys = [],
        CoProviders = [],
    });
}
