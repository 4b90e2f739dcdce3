using System.Text.Json.Nodes;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Tests.Policy;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Policies;

namespace DataSpace.Kernel.Tests.Classification;

public class StrictestTermsTests
{
    [Fact]
    public void Several_contracts_leave_what_they_have_in_common_and_the_shortest_time()
    {
        var a = Contract(["p1", "p2"], [Consumer, Other], "P30D");
        var b = Contract(["p2", "p3"], [Other, Consumer], "P7D");
        var c = Contract(["p2"], [Consumer], null);
        foreach (var order in (CompiledPolicy[][])[[a, b, c], [c, b, a], [b, a, c, a]])
        {
            var terms = StrictestTerms.Of(order);
            Assert.Equal(TimeSpan.FromDays(7), terms.Retention);
            Assert.Equal(["p2"], terms.Purposes);
            Assert.Equal([Consumer], terms.Recipients);
        }
    }

    [Fact]
    public void Contracts_with_nothing_in_common_leave_nothing_and_silent_ones_leave_everything()
    {
        Assert.Empty(StrictestTerms.Of([Contract(["p1"], [Consumer], null), Contract(["p2"], [Consumer], null)]).Purposes!);
        var open = StrictestTerms.Of([Contract(null, null, null)]);
        Assert.Equal((null, null, null), (open.Retention, open.Purposes, open.Recipients));
    }

    private static CompiledPolicy Contract(string[]? purposes, string[]? recipients, string? retention)
    {
        var constraints = new JsonArray([.. Constraints().Where(c => (string?)c!["leftOperand"] is not ("purpose" or "recipient")).Select(c => c!.DeepClone())]);
        if (purposes is not null)
            constraints.Add((JsonNode)List("purpose", "isAnyOf", purposes));
        if (recipients is not null)
            constraints.Add((JsonNode)List("recipient", "isAnyOf", recipients));
        if (retention is not null)
            constraints.Add((JsonNode)Constraint("dataspace:retention", "lteq", retention));
        return Compile(Agreement(constraints));
    }
}
