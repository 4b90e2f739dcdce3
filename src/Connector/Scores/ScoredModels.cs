using System.Globalization;
using System.Text.Json;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Regressions;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Scores;

/// <summary>This owner's part of a model, as it was told: what stands in its result is what scores are made of.</summary>
/// <param name="Weights">Per column as it is.</param>
/// <param name="Constant">This part's constant.</param>
internal sealed record ScorePart(IReadOnlyList<double> Weights, double Constant);

/// <summary>
/// Where this node finds its own part of a finished vertical model: the analyst's in the job's result, which a duty to delete takes with it; the other owner's on its <see cref="ModelShelf"/>. A part belongs to the job's
/// hash, the plan's hash and the analyst that asked for the model; whoever asks with anything else is told that there is none.
/// </summary>
internal sealed class ScoredModels(IDbContextFactory<ConnectorState> store, ModelShelf shelf, NodeIdentity self)
{
    /// <summary>The order of a model that this node asked for and has the result of, for the plan of a scoring.</summary>
    public async Task<Result<(JobOrder Order, string JobHash)>> FindOrderAsync(string jobId, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        return await db.Jobs.AsNoTracking().FirstOrDefaultAsync(j => j.JobId == jobId, cancellation) is { Result: not null, ResultDeletedAt: null } job
            && JsonSerializer.Deserialize<JobOrder>(job.OrderJson, JobJson.Options) is { Plan.Regress.Mode: RegressQuery.Vertical } order
            ? (order, job.JobHash) : ConnectorErrors.ModelUnknown.Of(jobId);
    }

    /// <summary>Why this owner cannot take part in a scoring, or null; of other kinds null.</summary>
    public async Task<DsError?> ProblemAsync(UseRequest use, CancellationToken cancellation) => use.Order.Plan.Score is null ? null : (await FindAsync(use.Order, cancellation)).Error;

    /// <summary>This owner's part of the model that an order names, or DS-CON-263.</summary>
    public async Task<Result<ScorePart>> FindAsync(JobOrder order, CancellationToken cancellation)
    {
        var query = order.Plan.Score!;
        var found = order.Consumer == self.Did ? await OwnAsync(query, cancellation) : await KeptAsync(order, query, cancellation);
        return found ?? (Result<ScorePart>)ConnectorErrors.ModelUnknown.Of(query.Model.JobId);
    }

    private async Task<ScorePart?> OwnAsync(ScoreQuery query, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Jobs.AsNoTracking().FirstOrDefaultAsync(j => j.JobHash == query.Model.JobHash, cancellation) is not { Result: { } result, ResultDeletedAt: null } job
            || JsonSerializer.Deserialize<JobOrder>(job.OrderJson, JobJson.Options) is not { Plan.Regress: { Mode: RegressQuery.Vertical } model } order
            || order.PlanHash != query.Model.PlanHash || order.JobId != query.Model.JobId || model.Model != query.Model.Kind)
            return null;
        using var json = JsonDocument.Parse(result);
        return PartOf(json.RootElement.GetProperty("table"), "Rows", query, order.Plan);
    }

    private async Task<ScorePart?> KeptAsync(JobOrder order, ScoreQuery query, CancellationToken cancellation)
    {
        using var json = await shelf.ReadAsync(query.Model.JobHash, cancellation);
        if (json?.RootElement is not { } kept)
            return null;
        string? Text(string name) => kept.TryGetProperty(name, out var text) ? text.GetString() : null;
        return Text("consumer") == order.Consumer && Text("planHash") == query.Model.PlanHash && kept.GetProperty("card").GetProperty("model").GetString() == query.Model.Kind
            && kept.GetProperty("card").GetProperty("parties").EnumerateArray().Select(p => p.GetProperty("participant").GetString()).SequenceEqual(order.Plan.Roster.Select(r => r.Participant), StringComparer.Ordinal)
            ? PartOf(kept.GetProperty("table"), "rows", query, order.Plan) : null;
    }

    /// <summary>Weights in the order of the plan's columns, which are the model's; null where they are not.</summary>
    private ScorePart? PartOf(JsonElement table, string rows, ScoreQuery query, JobPlan plan)
    {
        var lines = table.GetProperty(rows).EnumerateArray().Select(r => (Name: r[0].GetString(), Weight: double.Parse(r[1].GetString()!, CultureInfo.InvariantCulture))).ToList();
        var own = plan.Roster.ToList().FindIndex(r => r.Participant == self.Did);
        return own >= 0 && own < query.Features.Count && lines.Select(l => l.Name).SequenceEqual([.. query.Features[own].SelectMany(f => f.Names), VerticalResults.Constant], StringComparer.Ordinal)
            ? new ScorePart([.. lines.SkipLast(1).Select(l => l.Weight)], lines[^1].Weight) : null;
    }
}
