using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Kernel.Policy;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Tests.Agreements;

public class TermsViewTests
{
    [Fact]
    public void Every_permission_is_shown_with_its_own_terms_and_duties()
    {
        var policy = GateWorld.Agreement([.. GateWorld.Terms("dataspace:minimumGroupSize"), GateWorld.Constraint("dataspace:minimumGroupSize", "gteq", "3"), GateWorld.Constraint("purpose", "eq", "first"), GateWorld.Constraint("count", "lteq", "5")]);
        var second = policy["permission"]![0]!.DeepClone();
        foreach (var (term, value) in new[] { ("purpose", "second"), ("count", "7"), ("dataspace:minimumGroupSize", "9") })
            second["constraint"]!.AsArray().First(c => (string?)c!["leftOperand"] == term)!["rightOperand"] = value;
        second["constraint"]!.AsArray().Add((JsonNode)GateWorld.Constraint("dataspace:retention", "lteq", "P2D"));
        policy["permission"]!.AsArray().Add(second);
        var compiled = PolicyCompiler.Compile(JsonSerializer.SerializeToElement(policy)).Value;
        var shown = JsonSerializer.SerializeToNode(TermsView.Of(compiled, debit => debit.Limit == 7 ? 4 : 0), JobJson.Options)!.AsArray().OrderBy(p => p!["purpose"]!.GetValue<string>(), StringComparer.Ordinal).ToList();
        Assert.Equal(["first", "second"], shown.Select(p => p!["purpose"]!.GetValue<string>()));
        Assert.Equal([(5L, 0L, 3), (7L, 4L, 9)], shown.Select(p => (p!["usesLimit"]!.GetValue<long>(), p["usesSpent"]!.GetValue<long>(), p["minGroupSize"]!.GetValue<int>())));
        Assert.Equal("P2D", shown[1]!["duties"]!.AsArray().Single()!["within"]!.GetValue<string>());
        Assert.Empty(shown[0]!["duties"]!.AsArray());
    }
}
