using DataSpace.Connector.Uses;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Policy;
using DataSpace.Privacy;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>What an owner's gate says to bins and matrices.</summary>
public sealed class JointGateTests : IAsyncLifetime
{
    private readonly GateWorld _world = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Bins_of_an_allowed_column_are_granted_with_a_group_key_and_without()
    {
        Assert.Null(await AdmitAsync(q => q with { Measures = [], Bins = new BinQuery("invest", ["10", "20"]) }));
        Assert.Null(await AdmitAsync(q => q with { Measures = [], GroupColumn = "", Groups = [], Bins = new BinQuery("invest", ["10", "20"], ["0.5"]) }));
    }

    [Fact]
    public async Task Bins_of_another_column_of_text_or_of_the_subject_are_refused()
    {
        Assert.Equal(PolicyErrors.ColumnNotAllowed, await AdmitAsync(q => q with { Measures = [], Bins = new BinQuery("invest", ["1"]) }, Columns(["year:0:1900:2000"], "year")));
        Assert.Equal(SandboxErrors.BinsUnfit, await AdmitAsync(q => q with { Measures = [], Bins = new BinQuery("invest", ["x"]) }));
        Assert.Equal(SandboxErrors.ColumnNotAllowed, await AdmitAsync(q => q with { Measures = [], Bins = new BinQuery("firm", ["1"]) }));
        Assert.Equal(SandboxErrors.UnknownColumn, await AdmitAsync(q => q with { Measures = [], Bins = new BinQuery("none", ["1"]) }));
    }

    [Fact]
    public async Task A_matrix_needs_two_subjects_more_than_the_contract_bounds_columns()
    {
        // Two columns are asked for, and the contract bounds three: other matrices bring the third.
        var policy = Columns(["invest:1:0:2000", "year:0:1900:2000", "value:0:0:5"], "invest", "year", "value");
        Assert.Equal(PrivacyErrors.MatrixGroupSize, await AdmitAsync(q => Matrix(q, 4), policy));
        Assert.Null(await AdmitAsync(q => Matrix(q, 5), policy));
        Assert.Equal(PrivacyErrors.ShapeGroupSize, await AdmitAsync(q => Matrix(q, 3), policy));
    }

    [Fact]
    public void Narrow_sums_stay_as_they_were_and_wide_ones_have_room()
    {
        AggregateQuery Of(string max, int decimals = 2) => new("g", ["1"], [new MeasureQuery("x", decimals, "0", max, ["sum", "stddev_pop"])], [], 3, 10);
        // The benchmark's and the sample's kind: one modulus, as many rows as it has room for.
        Assert.Equal((100_000, false), Bound(Of("10000")));
        Assert.Equal((100_000_000, false), Bound(Of("10", 2)));
        // A bound of 10^9 with two places left room for one row under one modulus.
        Assert.Equal((10, true), Bound(Of("1000000000")));
        var sum = Of("1000000000") with { Measures = [new MeasureQuery("x", 2, "0", "1000000000", ["sum"])] };
        Assert.Equal((1_000_000_000, true), Bound(sum));
        Assert.Equal(0, AggregationShapes.LargestRowBound(Of("1000000000000", 3), 3));

        static (long, bool) Bound(AggregateQuery query)
        {
            var rows = AggregationShapes.LargestRowBound(query, 3);
            return (rows, AggregationShapes.Of(query with { MaxRowsPerParty = rows }, 3).Value.HasWideSums);
        }
    }

    /// <summary>What the analyst's node would not make, an analyst without one can sign.</summary>
    [Fact]
    public void Orders_that_mix_kinds_or_have_malformed_bins_are_refused()
    {
        BinQuery Edges(params string[] edges) => new("invest", edges);
        (string Name, Func<AggregateQuery, AggregateQuery> Change)[] bad =
        [
            ("bins and measures", q => q with { Bins = Edges("1") }),
            ("nothing", q => q with { Measures = [] }),
            ("no groups", q => q with { Groups = [] }),
            ("no key", q => q with { GroupColumn = "" }),
            ("measures over all rows", q => q with { GroupColumn = "", Groups = [] }),
            ("no edges", q => q with { Measures = [], Bins = Edges() }),
            ("equal edges", q => q with { Measures = [], Bins = Edges("1", "1.0") }),
            ("falling edges", q => q with { Measures = [], Bins = Edges("2", "1") }),
            ("an exponent", q => q with { Measures = [], Bins = Edges("1e3") }),
            ("null", q => q with { Measures = [], Bins = Edges([null!]) }),
            ("256 edges", q => q with { Measures = [], Bins = Edges([.. Enumerable.Range(0, 256).Select(i => $"{i}")]) }),
            ("too many cells", q => q with { Measures = [], Groups = [.. Enumerable.Range(0, 17).Select(i => $"{i}")], Bins = Edges([.. Enumerable.Range(0, 255).Select(i => $"{i}")]) }),
            ("level 1", q => q with { Measures = [], Bins = new BinQuery("invest", ["1"], ["1"]) }),
            ("level with five places", q => q with { Measures = [], Bins = new BinQuery("invest", ["1"], ["0.12345"]) }),
            ("no level", q => q with { Measures = [], Bins = new BinQuery("invest", ["1"], []) }),
            ("bins and a matrix", q => Matrix(q, 5) with { Bins = Edges("1") }),
            ("a matrix of one", q => Matrix(q, 5) with { Measures = [.. Matrix(q, 5).Measures.Take(1)] }),
            ("another matrix", q => Matrix(q, 5) with { Matrix = ["inverse"] }),
            ("no matrix", q => Matrix(q, 5) with { Matrix = [] }),
            ("a matrix twice", q => Matrix(q, 5) with { Matrix = [AggregateQuery.Covariance, AggregateQuery.Covariance] }),
            ("covariance without a matrix", q => q with { Measures = [q.Measures[0] with { Statistics = ["sum", AggregateQuery.Covariance] }] }),
            ("other statistics in a matrix", q => Matrix(q, 5) with { Measures = [.. Matrix(q, 5).Measures.Take(1), q.Measures[0] with { Column = "year" }] }),
            ("hidden groups and a list", q => q with { Hidden = new HiddenGroupQuery(8) }),
            ("no hidden group", q => Hidden(q, 0)),
            ("too many hidden groups", q => Hidden(q, HiddenGroupQuery.MostGroups + 1)),
            ("hidden groups of no column", q => Hidden(q, 8) with { GroupColumn = "" }),
            ("hidden groups of bins", q => Hidden(q, 8) with { Measures = [], Bins = Edges("1") }),
            ("hidden groups of a matrix", q => Hidden(Matrix(q, 5), 8)),
            ("hidden groups with noise", q => Hidden(q, 8) with { Noise = new NoiseQuery(1, 1, 1) }),
            ("hidden groups without some owners", q => Hidden(q, 8) with { MinimumParties = 4 }),
        ];
        Assert.Null(Verified(q => q));
        Assert.Null(Verified(q => Hidden(q, HiddenGroupQuery.MostGroups)));
        Assert.Null(Verified(q => Matrix(q, 5)));
        Assert.Null(Verified(q => q with { Measures = [], Bins = new BinQuery("invest", ["-1.5", "1"], ["0.5", ".0001"]) }));
        Assert.All(bad, b => Assert.Equal((b.Name, JobErrors.BadOrder.Code), (b.Name, Verified(b.Change)?.Code)));

        Kernel.Results.DsError? Verified(Func<AggregateQuery, AggregateQuery> change)
        {
            var order = _world.Use(GateWorld.Agreement(GateWorld.Terms()), plan => plan with
            {
                Aggregate = change(plan.Aggregate!),
                Roster = [.. plan.Roster, .. Enumerable.Range(0, 3).Select(i => plan.Roster[0] with { Participant = $"did:web:p{i}.example" })], // of fewer than five none may be gone
            }).Order;
            var (signer, clock) = (_world.Analyst.Identity.Signer, TimeProvider.System);
            var signed = Kernel.Crypto.SignedDocument.Create(order, signer, order.Consumer, ["did:web:me.example"], JobOrder.Typ, clock.GetUtcNow().AddMinutes(5), clock);
            return JobOrders.Verify(signed, [], "did:web:me.example", (_, _) => signer.PublicKey, clock).Error;
        }
    }

    /// <summary>Labels take both moduli; the bound on rows, which everybody derives alike, is that of the figures as far as labels fit too.</summary>
    [Fact]
    public void Hidden_groups_have_the_public_row_bound_of_their_figures_and_go_with_nothing_else()
    {
        var listed = _world.Use(GateWorld.Agreement(GateWorld.Terms())).Order.Plan.Aggregate!;
        var hidden = Hidden(listed, 8);
        Assert.Equal(AggregationShapes.LargestRowBound(listed, 3), AggregationShapes.LargestRowBound(hidden, 3));
        Assert.InRange(AggregationShapes.LargestRowBound(hidden with { Measures = [] }, 64), 1, int.MaxValue / 64);
        var shape = AggregationShapes.Of(hidden with { MaxRowsPerParty = AggregationShapes.LargestRowBound(hidden, 3) }, 3).Value;
        Assert.Equal((64, listed.Measures.Count + 6), (shape.Groups, shape.Measures.Count));
        foreach (var other in (AggregateQuery[])[hidden with { Noise = new NoiseQuery(1, 1, 1) }, hidden with { MinimumParties = 4 }, hidden with { Bins = new BinQuery("invest", ["1"]) }, Hidden(Matrix(listed, 5), 8), hidden with { Groups = ["1"] }])
            Assert.Equal(Privacy.Aggregation.Hidden.HiddenGroupErrors.Unsupported, AggregationShapes.Of(other, 5).Error?.Kind);
    }

    [Fact]
    public void The_key_that_places_groups_is_never_the_analysts()
    {
        var plan = _world.Use(GateWorld.Agreement(GateWorld.Terms()), p => p with { Aggregate = Hidden(p.Aggregate!, 8) }).Order.Plan;
        Assert.Equal(JobConversation.LeaderWithOwners, plan.Conversation);
        Assert.Equal(plan.Roster[0].Participant, plan.LeaderOf("did:web:somebody.example"));
        Assert.Equal(plan.Roster[1].Participant, plan.LeaderOf(plan.Roster[0].Participant));
    }

    private static AggregateQuery Hidden(AggregateQuery query, int maximum) => query with { Groups = [], Hidden = new HiddenGroupQuery(maximum) };

    private static AggregateQuery Matrix(AggregateQuery query, int minimum) => query with
    {
        GroupColumn = "",
        Groups = [],
        MinGroupSize = minimum,
        Matrix = [AggregateQuery.Covariance],
        Measures = [new MeasureQuery("invest", 1, "0", "2000", [AggregateQuery.Covariance]), new MeasureQuery("year", 0, "1900", "2000", [AggregateQuery.Covariance])],
    };

    private static System.Text.Json.Nodes.JsonObject Columns(string[] clamps, params string[] names) => GateWorld.Agreement(
    [
        .. GateWorld.Terms("dataspace:column").Where(t => (string?)t!["leftOperand"] != "dataspace:clamp"),
        GateWorld.Constraint("dataspace:column", "isAnyOf", names), GateWorld.Constraint("dataspace:clamp", "isAnyOf", clamps),
    ]);

    private async Task<Kernel.Results.ErrorKind?> AdmitAsync(Func<AggregateQuery, AggregateQuery> change, System.Text.Json.Nodes.JsonObject? policy = null)
    {
        var use = _world.Use(policy ?? Columns(["invest:1:0:2000", "year:0:1900:2000"], "firm", "invest", "year"), plan =>
        {
            var query = change(plan.Aggregate!);
            return plan with { Aggregate = query with { MaxRowsPerParty = AggregationShapes.LargestRowBound(query, 2) is > 0 and var rows ? rows : 10 } };
        });
        return (await _world.AdmitAsync(use)).Error?.Kind;
    }
}
