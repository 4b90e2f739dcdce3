using DataSpace.Connector.Datasets;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.History;

/// <summary>The sandbox with the history between it and everything that is released exactly.</summary>
internal sealed class ControlledSandbox(SqlSandbox sandbox, QueryHistory history, DatasetRegistry datasets, NodeIdentity self, ConnectorConfig config)
{
    /// <summary>
    /// Why this use cannot be answered exactly, known before anything is spent. Intersections are counted instead (<see cref="IntersectionCaps"/>): who is common, no owner knows alone. A model is
    /// over whole datasets, and always over the same owners: nobody chooses whose rows are in it. Look-ups are counted by question (<see cref="LookupQuota"/>), scores by row (<see cref="ScoreQuota"/>).
    /// </summary>
    public async Task<DsError?> RefusalAsync(UseRequest use, CancellationToken cancellation)
    {
        if (!(IsCharged(use) || use.Order.Plan.Intersect is not null || use.Order.Plan.Regress is not null || use.Order.Plan.Lookup is not null || use.Order.Plan.Score is not null))
            return await history.RefusalAsync(use.Entry.DatasetId, config.ConsumerGroupOf(use.Order.Consumer), use.Order.Plan.Aggregate?.AnswerCount ?? 1, cancellation);
        // Kinds of use that need no record let it begin all the same, before their Grant: beside a ledger with uses, a record that begins later would be one that was lost.
        await history.StatusAsync(cancellation);
        return null;
    }

    /// <summary>
    /// Cells of a joint statistic; of exact ones, those that the history withholds come back as dominated, which the protocol treats like a cell that is too small.
    /// </summary>
    public async Task<Result<CellTable>> RunCellsAsync(
        GrantHandle grant, UseRequest use, AggregateQuery query, CellPlan plan, SandboxLimits limits, CancellationToken cancellation)
    {
        // A noisy figure is charged to a budget that bounds all answers together; differences of it say nothing that was not paid for.
        var control = IsCharged(use) ? null : ControlOf(use, query.MinGroupSize);
        var ran = await sandbox.RunCellsAsync(grant, use.Dataset.Source, plan, limits, control, cancellation);
        if (!ran.TryGet(out var table, out var error))
            return error;
        if (control is null)
            return Changed(use) is { } changed ? changed : table;
        if (!(await control.JudgeAsync([.. table.Cells.Select(c => StateOf(c, query.MinGroupSize))], cancellation)).TryGet(out var verdict, out error))
            return error;
        return table with { Cells = [.. table.Cells.Select((cell, i) => verdict.Withheld.Contains(i) ? cell with { Dominated = true } : cell)] };
    }

    /// <summary>One owner's released table; groups that the history withholds are left out like those that are too small.</summary>
    public Task<Result<ReleasedRun>> RunStatementAsync(
        GrantHandle grant, UseRequest use, string sql, OutputRules rules, SandboxLimits limits, CancellationToken cancellation)
        => sandbox.RunMeasuredAsync(grant, use.Dataset.Source, sql, rules, limits, ControlOf(use, rules.MinGroupSize), cancellation);

    /// <summary>The keys of an owner's rows, for a protocol that compares them unseen.</summary>
    public async Task<Result<KeyRun>> ReadKeysAsync(
        GrantHandle grant, UseRequest use, IReadOnlyList<string> columns, IReadOnlyList<CellPredicate> rowFilter, int maxRows, IKeySink sink, SandboxLimits limits, CancellationToken cancellation)
    {
        var ran = await sandbox.ReadKeysAsync(grant, use.Dataset.Source, columns, rowFilter, maxRows, sink, limits, cancellation);
        return ran.IsOk && Changed(use) is { } changed ? changed : ran;
    }

    /// <summary>An owner's rows, for a protocol that computes over them unseen.</summary>
    public async Task<Result<RowRun>> ReadRowsAsync(
        GrantHandle grant, UseRequest use, IReadOnlyList<string> keys, IReadOnlyList<string> values, IReadOnlyList<CellPredicate> rowFilter, int maxRows, IRowSink sink, SandboxLimits limits,
        CancellationToken cancellation)
    {
        var ran = await sandbox.ReadRowsAsync(grant, use.Dataset.Source, keys, values, rowFilter, maxRows, sink, limits, cancellation);
        return ran.IsOk && Changed(use) is { } changed ? changed : ran;
    }

    /// <summary>Noise counts only where every permission of the contract demands a budget for it: noise that a consumer asks for by itself is charged to nobody.</summary>
    private static bool IsCharged(UseRequest use)
        => use.Order.Plan.Aggregate?.Noise is not null && use.Agreement.Policy.Terms.All(t => t.Obligations.Privacy is not null);

    private FreshControl ControlOf(UseRequest use, int minGroup) => new(history.Control(new AnswerContext(
        use.Entry.DatasetId, use.DatasetVersion, use.Dataset.Source, use.Order.Consumer, config.ConsumerGroupOf(use.Order.Consumer), minGroup)), () => Changed(use));

    /// <summary>
    /// An error when the file is not the one that was checked, granted and signed in round 0. Looked at after it was read: whatever was read before a change or of a mixture of
    /// both is not released, and is not remembered as the subjects of the old version.
    /// </summary>
    private DsError? Changed(UseRequest use)
        => !datasets.VersionOf(use.Dataset, self.DatasetVersionKey).TryGet(out var version, out var error) ? error
            : version == use.DatasetVersion ? null : ConnectorErrors.DatasetChanged.Of(use.Entry.DatasetId);

    /// <summary>As the cell rule will see it: the least number of subjects behind any of the figures.</summary>
    private static CellState StateOf(Cell cell, int minGroup)
    {
        var subjects = cell.Measures.Select(m => m.Subjects).Append(cell.Subjects).Min();
        return cell.Rows == 0 ? CellState.Empty : subjects >= minGroup && !cell.Dominated ? CellState.Fit : CellState.Withheld;
    }

    /// <summary>Judges nothing that was read from another version of the data.</summary>
    private sealed class FreshControl(IAnswerControl inner, Func<DsError?> changed) : IAnswerControl
    {
        public ISubjectSink? Open(string scope, IReadOnlyList<string> columns) => inner.Open(scope, columns);

        public async Task<Result<AnswerVerdict>> JudgeAsync(IReadOnlyList<CellState> cells, CancellationToken cancellation)
            => changed() is { } error ? error : await inner.JudgeAsync(cells, cancellation);
    }
}
