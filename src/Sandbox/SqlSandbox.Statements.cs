using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Cells;
using DataSpace.Sandbox.Datasets;
using DataSpace.Sandbox.OutputControl;
using DataSpace.Sandbox.Process;
using DataSpace.Sandbox.Sql;
using DataSpace.Sandbox.Subjects;

namespace DataSpace.Sandbox;

public sealed partial class SqlSandbox
{
    private static readonly SandboxLimits ParseLimits = new() { WallLimitMs = 10_000, CpuLimitSeconds = 5, MaxOutputBytes = 8 << 20 };

    /// <summary>
    /// Checks an analyst's statement without any data: the refusals known in advance. Errors: 2xx of <see cref="SandboxErrors"/>.
    /// </summary>
    public async Task<Result<SqlCheckReport>> PrecheckAsync(
        DatasetSource dataset, string analystSql, OutputRules rules, CancellationToken cancellationToken)
    {
        if (!(await CheckStatementAsync(dataset, analystSql, rules, cancellationToken).ConfigureAwait(false)).TryGet(out var statement, out var error))
            return error;
        return new SqlCheckReport(
            [.. statement.Outputs.Select(o => o.Name)], [.. statement.Keys.Select(k => k.Name)], [.. statement.Measured.Select(m => m.Name)],
            statement.Columns, SqlWriter.Write(statement, dataset, rules));
    }

    /// <summary>
    /// Runs an analyst's statement over one dataset and releases what the rules allow. Errors: 2xx before any data is touched; 3xx afterwards, with one
    /// constant text for every failure of the run itself.
    /// </summary>
    /// <param name="grant">Proof that this use is in the ledger; it travels with the output.</param>
    /// <param name="dataset">The owner's declaration.</param>
    /// <param name="analystSql">Untrusted text.</param>
    /// <param name="rules">What the contract allows.</param>
    /// <param name="limits">Limits of this run.</param>
    /// <param name="cancellationToken">Kills the run.</param>
    public async Task<Result<ReleasedOutput>> RunAsync(
        GrantHandle grant, DatasetSource dataset, string analystSql, OutputRules rules, SandboxLimits limits, CancellationToken cancellationToken)
    {
        var result = await RunMeasuredAsync(grant, dataset, analystSql, rules, limits, control: null, cancellationToken).ConfigureAwait(false);
        return result.TryGet(out var run, out var error) ? run.Output : error;
    }

    /// <summary>As <see cref="RunAsync"/>, with what the run used, for the Report, and with a control that may withhold groups (null: nobody does).</summary>
    public async Task<Result<ReleasedRun>> RunMeasuredAsync(
        GrantHandle grant, DatasetSource dataset, string analystSql, OutputRules rules, SandboxLimits limits, IAnswerControl? control, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grant);
        var result = await RunStatementAsync(dataset, analystSql, rules, limits, control, cancellationToken).ConfigureAwait(false);
        return result.TryGet(out var table, out var error)
            ? new ReleasedRun(new ReleasedOutput(grant, ReleaseGate.MediaType, table.Content), table.Usage) : error;
    }

    internal Task<Result<StatementResult>> RunStatementAsync(
        DatasetSource dataset, string analystSql, OutputRules rules, SandboxLimits limits, CancellationToken cancellationToken)
        => RunStatementAsync(dataset, analystSql, rules, limits, control: null, cancellationToken);

    internal async Task<Result<StatementResult>> RunStatementAsync(
        DatasetSource dataset, string analystSql, OutputRules rules, SandboxLimits limits, IAnswerControl? control, CancellationToken cancellationToken)
    {
        if (!(await CheckStatementAsync(dataset, analystSql, rules, cancellationToken).ConfigureAwait(false)).TryGet(out var statement, out var refusal))
            return refusal;
        if (!(await PrepareAsync(dataset, limits, cancellationToken).ConfigureAwait(false)).TryGet(out var client, out var error))
            return error;

        var request = WorkerClient.Request("query", SqlWriter.Write(statement, dataset, rules), DatasetDeclaration.ForWorker(dataset), limits);
        SubjectSection? section = null;
        if (control?.Open(SqlWriter.Scope(statement, dataset), [.. statement.Measured.Select(m => m.Name)]) is { } sink)
        {
            var (prepare, sql, list) = SqlWriter.WriteWithSubjects(statement, dataset, rules);
            var subjects = SubjectColumn.Request(dataset, list, statement.Measured.Count > 0);
            request = request with { Prepare = [prepare], Sql = sql, Subjects = subjects };
            section = new SubjectSection(sink, subjects, SubjectColumn.MaxCells, SubjectColumn.HasScale(dataset));
        }

        var ran = await client.RunAsync(request, dataset, limits, section, cancellationToken).ConfigureAwait(false);
        if (!ran.TryGet(out var run, out var failure))
            return ForAnalyst(failure);
        if (ReleaseGate.Read(statement, rules, run.Response) is not { } candidates)
            return client.Report(SandboxErrors.QueryFailed, dataset.Name, "output control: the worker's answer has another shape");
        IReadOnlySet<int> withheld = new HashSet<int>();
        if (control is not null && candidates.Rows.Count > 0)
        {
            if (!(await control.JudgeAsync(candidates.States(), cancellationToken).ConfigureAwait(false)).TryGet(out var verdict, out var unjudged))
                return unjudged;
            withheld = verdict.Withheld;
        }

        var released = ReleaseGate.Release(statement, rules, candidates, withheld);
        return released.TryGet(out var content, out var refused)
            ? new StatementResult(content, run.Usage) : client.Report(refused.Kind, dataset.Name, "output control");
    }

    /// <summary>
    /// What depends on a row's content is one constant code: whether a conversion failed while a condition held says something about that row.
    /// What depends on the configuration or on the clock may be told.
    /// </summary>
    private static DsError ForAnalyst(DsError failure)
        => failure.Kind == SandboxErrors.DatasetMalformed || failure.Kind == SandboxErrors.DatasetTypeMismatch
            ? SandboxErrors.QueryFailed.Of() : failure;

    private async Task<Result<CheckedStatement>> CheckStatementAsync(
        DatasetSource dataset, string analystSql, OutputRules rules, CancellationToken cancellationToken)
    {
        if (DatasetDeclaration.Check(dataset) is { } invalid)
            return invalid;
        if (rules.MinGroupSize < 1 || rules.DominancePercent is < 1 or > PolicyTerms.MaxDominancePercent || rules.MaxRows < 1 || rules.MaxOutputBytes < 1)
            return SandboxErrors.PlanInvalid.Of("output rules");
        if (analystSql.Length > StatementCheck.MaxStatementChars)
            return SandboxErrors.StatementTooLarge.Of();
        if (!(await ClientAsync(cancellationToken).ConfigureAwait(false)).TryGet(out var client, out var error))
            return error;
        // Parsed by the engine's own parser, inside the sandbox and without data: a parser is attack surface too.
        var parsed = await client.RunAsync(WorkerClient.Request("parse", analystSql, null, ParseLimits), null, ParseLimits, cancellationToken).ConfigureAwait(false);
        if (!parsed.TryGet(out var run, out var failure))
            return failure.Kind == SandboxErrors.QueryFailed || failure.Kind == SandboxErrors.OutputTooLarge ? SandboxErrors.NotParsed.Of() : failure;
        return StatementCheck.Check(run.Response.Text ?? "", dataset, rules).TryGet(out var statement, out error) ? Filtered(statement, dataset, rules) : error;
    }

    /// <summary>The owner's rows: its predicates join the statement's own condition.</summary>
    private static Result<CheckedStatement> Filtered(CheckedStatement statement, DatasetSource dataset, OutputRules rules)
    {
        if (rules.RowFilter.Count == 0)
            return statement;
        return CellQuery.Conditions(dataset, rules.RowFilter).TryGet(out var filter, out var error)
            ? statement with { Where = statement.Where is null ? filter : $"({statement.Where}) AND {filter}" }
            : error;
    }
}

/// <summary>A released table and what its run used.</summary>
/// <param name="Output">What may leave.</param>
/// <param name="Usage">For the owner's Report; not part of the output.</param>
public sealed record ReleasedRun(ReleasedOutput Output, SandboxUsage Usage);

/// <summary>Released bytes and what the run used.</summary>
internal sealed record StatementResult(byte[] Content, SandboxUsage Usage);
