using System.Text.Json.Nodes;
using DataSpace.Connector.Regressions;
using DataSpace.Connector.Scores;
using DataSpace.Connector.Uses;
using DataSpace.Hosting;
using DataSpace.Kernel.Policy;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Connector.Tests.Uses;

/// <summary>What the gate of the owner that answers says to scores.</summary>
public sealed class ScoreGateTests : IAsyncLifetime
{
    private readonly GateWorld _world = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task What_both_permissions_allow_is_granted()
        => Assert.Null((await _world.AdmitAsync(Use())).Error);

    [Fact]
    public async Task Scores_and_rows_in_common_are_permitted_by_their_own_names()
    {
        foreach (var computations in (string[][])[["score"], ["regress", "intersect:ids"], ["intersect:ids"], ["score", "intersect"]])
            Assert.Equal(PolicyErrors.ComputationNotAllowed, (await _world.AdmitAsync(Use(policy: GateWorld.AlignedPolicy(computations)))).Error?.Kind);
    }

    [Fact]
    public async Task Terms_that_single_rows_cannot_keep_refuse_them()
    {
        Assert.Equal(ConnectorErrors.PlanExceedsContract, (await _world.AdmitAsync(Use(policy: GateWorld.AlignedPolicy(["score", "intersect:ids"], dominance: "90")))).Error?.Kind);
        Assert.Equal(ConnectorErrors.ScoreWithoutNoise, ScoreCheck.Problem(Use(), new UseObligations { Privacy = new PrivacyTerms(1, null, 1) })?.Kind);
    }

    [Fact]
    public async Task Columns_bounds_keys_and_minimum_are_the_contracts_and_the_owners()
    {
        Assert.Equal(PolicyErrors.ColumnNotAllowed, (await _world.AdmitAsync(Use(policy: GateWorld.AlignedPolicy(["score", "intersect:ids"], ["invest"])))).Error?.Kind);
        Assert.Equal(ConnectorErrors.PlanExceedsContract, (await _world.AdmitAsync(Use(q => q with { Features = [q.Features[0], [q.Features[1][0] with { Max = "1999" }]] }))).Error?.Kind);
        Assert.Equal(ConnectorErrors.KeyNotDeclared, (await _world.AdmitAsync(Use(q => q with { Key = [new KeyPartQuery("name", [])] }))).Error?.Kind);
        Assert.Equal("DS-POL-033", (await _world.AdmitAsync(Use(q => q with { MinimumSubjects = 4 }))).Error?.Code);
        Assert.Equal(ConnectorErrors.PlanExceedsContract, (await _world.AdmitAsync(Use(q => q with { MaxRowsPerParty = 1001 }))).Error?.Kind);
    }

    [Fact]
    public async Task More_answers_than_the_owner_declares_and_a_dataset_that_is_not_declared_are_refused()
    {
        Assert.Equal(ConnectorErrors.ScoresNotDeclared, (await _world.AdmitAsync(Use(q => q with { Telling = Classes with { Thresholds = ["0.2", "0.5", "0.8"] } }, declared: new ScoringConfig(MaxAnswers: 3)))).Error?.Kind);
        Assert.Equal(ConnectorErrors.ScoresNotDeclared, (await _world.AdmitAsync(Use(isDeclared: false))).Error?.Kind);
    }

    [Fact]
    public async Task The_quota_counts_rows_of_a_consumer_over_models_and_across_restarts()
    {
        var declared = new ScoringConfig(MaxRows: 10);
        Assert.Null((await _world.AdmitAsync(Use(q => q with { Rows = 6 }, declared: declared))).Error);
        Assert.Equal(ConnectorErrors.ScoresExhausted, (await _world.AdmitAsync(Use(q => q with { Rows = 5 }, declared: declared))).Error?.Kind);
        var other = new ScoredModel("other", new string('7', 64), new string('8', 64), RegressQuery.Logistic);
        Assert.Null((await _world.AdmitAsync(Use(q => q with { Rows = 4, Model = other }, declared: declared))).Error);
        Assert.Equal(ConnectorErrors.ScoresExhausted, _world.Gate.Preview(Use(q => q with { Rows = 1 }, declared: declared)).Error?.Kind);
        _world.Restart();
        Assert.Equal(ConnectorErrors.ScoresExhausted, (await _world.AdmitAsync(Use(q => q with { Rows = 1 }, declared: declared))).Error?.Kind);
    }

    [Fact]
    public async Task Many_at_once_never_pass_the_quota()
    {
        var uses = Enumerable.Range(0, 20).Select(_ => Use(q => q with { Rows = 2 }, declared: new ScoringConfig(MaxRows: 10))).ToList();
        var admitted = await Task.WhenAll(uses.Select(u => Task.Run(() => _world.Gate.AdmitAsync(u, TestContext.Current.CancellationToken))));
        Assert.Equal(5, admitted.Count(a => a.IsOk));
        Assert.All(admitted.Where(a => !a.IsOk), a => Assert.Equal(ConnectorErrors.ScoresExhausted, a.Error!.Kind));
    }

    /// <summary>Thresholds, grid, scale or digits: the first that is granted stays the only one, in the ledger's file and also for two that come at once. Another model has its own.</summary>
    [Fact]
    public async Task One_model_tells_a_consumer_scores_under_one_rounding()
    {
        Assert.Null((await _world.AdmitAsync(Use())).Error);
        foreach (var telling in (ScoreTelling[])[Classes with { Thresholds = ["0.4"] }, Classes with { First = -63 }, Classes with { Step = "0.25" }, Classes with { Levels = 256 }, Classes with { Scale = ScoreTelling.Score }])
        {
            Assert.Equal(ConnectorErrors.OtherRounding, _world.Gate.Preview(Use(q => q with { Telling = telling })).Error?.Kind);
            Assert.Equal(ConnectorErrors.OtherRounding, (await _world.AdmitAsync(Use(q => q with { Telling = telling }))).Error?.Kind);
        }
        _world.Restart();
        Assert.Equal(ConnectorErrors.OtherRounding, (await _world.AdmitAsync(Use(q => q with { Telling = Classes with { Thresholds = ["0.4"] } }))).Error?.Kind);
        Assert.Null((await _world.AdmitAsync(Use(q => q with { Telling = Classes with { Thresholds = ["0.50"] } }))).Error); // the same number
        var other = new ScoredModel("other", new string('7', 64), new string('8', 64), RegressQuery.Logistic);
        var tellings = Enumerable.Range(1, 8).Select(i => Classes with { Thresholds = [$"0.{i}"] });
        var raced = await Task.WhenAll(tellings.Select(t => Use(q => q with { Model = other, Telling = t })).ToList().Select(u => Task.Run(() => _world.Gate.AdmitAsync(u, TestContext.Current.CancellationToken))));
        Assert.Single(raced, r => r.IsOk);
        Assert.All(raced.Where(r => !r.IsOk), r => Assert.Equal(ConnectorErrors.OtherRounding, r.Error!.Kind));
    }

    [Fact]
    public async Task A_log_that_continues_a_lost_one_counts_rows_as_spent_until_its_owner_grants_again()
    {
        Assert.True(_world.Ledger.RaiseMark(LogSuccession.ContinuedMark, _world.Clock.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds(), "old").IsOk);
        var use = Use();
        Assert.NotNull((await _world.AdmitAsync(use)).Error);
        Assert.True((await _world.Services.GetRequiredService<Regrants>().GrantAgainAsync(use.Agreement, "restored from a backup", TestContext.Current.CancellationToken)).IsOk);
        Assert.Contains(_world.Ledger.Read(0, _world.Ledger.Latest.Size), r => r.Entry.Kind == EntryKind.BudgetRegranted);
        Assert.Null((await _world.AdmitAsync(use)).Error);
    }

    /// <summary>A part belongs to a job, its plan, its kind, its columns, its owners and the analyst that asked for it: whatever is another, there is none.</summary>
    [Fact]
    public async Task A_kept_part_of_a_model_is_found_by_all_that_it_belongs_to()
    {
        var shelf = new ModelShelf(_world.Services.GetRequiredService<NodeOptions>());
        var models = new ScoredModels(_world.Services.GetRequiredService<IDbContextFactory<ConnectorState>>(), shelf, _world.Self);
        var order = Use().Order;
        JsonObject Kept() => new()
        {
            ["table"] = new JsonObject { ["rows"] = new JsonArray(new JsonArray("invest", "0.5", "1"), new JsonArray("(constant)", "-1.25", "0")) },
            ["card"] = new JsonObject { ["model"] = "logistic", ["parties"] = new JsonArray([.. order.Plan.Roster.Select(r => (JsonNode)new JsonObject { ["participant"] = r.Participant })]) },
            ["consumer"] = GateWorld.Consumer,
            ["planHash"] = new string('6', 64),
        };
        async Task<string?> FindAsync(Action<JsonObject>? change = null, JobOrder? asked = null)
        {
            var kept = Kept();
            change?.Invoke(kept);
            Directory.CreateDirectory(Path.GetDirectoryName(shelf.PathOf("x"))!);
            await File.WriteAllTextAsync(shelf.PathOf(new string('5', 64)), kept.ToJsonString(), TestContext.Current.CancellationToken);
            var found = await models.FindAsync(asked ?? order, TestContext.Current.CancellationToken);
            return found.TryGet(out var part, out var error) ? FormattableString.Invariant($"{part.Weights[0]} {part.Constant}") : error.Code;
        }
        Assert.Equal("0.5 -1.25", await FindAsync());
        Assert.Equal("DS-CON-263", await FindAsync(k => k["consumer"] = GateWorld.Other));
        Assert.Equal("DS-CON-263", await FindAsync(k => k["planHash"] = new string('7', 64)));
        Assert.Equal("DS-CON-263", await FindAsync(k => k["card"]!["model"] = "linear"));
        Assert.Equal("DS-CON-263", await FindAsync(k => k["card"]!["parties"]![0]!["participant"] = GateWorld.Other));
        Assert.Equal("DS-CON-263", await FindAsync(k => k["table"]!["rows"]![0]![0] = "year"));
        Assert.Equal("DS-CON-263", await FindAsync(asked: Use(q => q with { Model = q.Model with { JobHash = new string('9', 64) } }).Order));
    }

    private static ScoreTelling Classes => new(ScoreTelling.Probability, "0.125", -64, 128, null, ["0.5"]);

    private UseRequest Use(Func<ScoreQuery, ScoreQuery>? change = null, JsonObject? policy = null, ScoringConfig? declared = null, bool isDeclared = true)
    {
        var query = new ScoreQuery(
            new ScoredModel("model", new string('5', 64), new string('6', 64), RegressQuery.Logistic), [[new("income", 0, "0", "9")], [new("invest", 3, "0", "2000")]], [new KeyPartQuery("name", ["trim"])], [["their"], ["firm"]],
            20, 5, 1000, Classes);
        query = change?.Invoke(query) ?? query;
        var use = _world.Use(policy ?? GateWorld.AlignedPolicy(["score", "intersect:ids"]),
            p => p with { Kind = JobKinds.Score, Aggregate = null, Score = query, Roster = [p.Roster[0] with { Participant = GateWorld.Consumer }, p.Roster[1]] });
        var config = use.Dataset.Config with
        {
            Intersection = new IntersectionConfig(new Dictionary<string, IReadOnlyList<string>> { ["firm"] = ["trim"] }, MaxRuns: 100, MaxPeerItems: 1000),
            Scoring = isDeclared ? declared ?? new ScoringConfig() : null,
        };
        var dataset = use.Dataset with { Config = config };
        return use with { Dataset = dataset, Listing = use.Listing! with { Dataset = dataset } };
    }
}
