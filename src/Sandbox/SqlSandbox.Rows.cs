using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Cells;
using DataSpace.Sandbox.Datasets;
using DataSpace.Sandbox.Process;
using DataSpace.Sandbox.Sql;
using DataSpace.Sandbox.Subjects;

namespace DataSpace.Sandbox;

public sealed partial class SqlSandbox
{
    /// <summary>Most value columns of one reading of rows.</summary>
    public const int MaxValueColumns = 128;

    /// <summary>
    /// Reads rows of an owner's dataset inside the sandbox, every one that the contract opens, equal ones too, for a protocol that computes over them without showing them. Their order says
    /// nothing. Values go to <paramref name="sink"/> in this process and never leave it: egress takes <c>ReleasedOutput</c> and <c>ProtocolMessage</c> only.
    /// Errors: declaration or plan invalid, unknown column, an identifier among the values, and those of every run.
    /// </summary>
    /// <param name="grant">Proof that this use is in the ledger.</param>
    /// <param name="dataset">The owner's declaration.</param>
    /// <param name="keys">Columns that name or match the row, identifiers too; none to <see cref="MaxKeyColumns"/>. As they are written, like <see cref="ReadKeysAsync(GrantHandle, DatasetSource, IReadOnlyList{string}, IReadOnlyList{CellPredicate}, int, IKeySink, SandboxLimits, CancellationToken)"/> gives them.</param>
    /// <param name="values">Columns that are computed with, never identifiers; 1 to <see cref="MaxValueColumns"/>.</param>
    /// <param name="rowFilter">Rows that the contract opens.</param>
    /// <param name="maxRows">Rows are read up to one more than this.</param>
    /// <param name="sink">Takes the rows.</param>
    /// <param name="limits">Limits of this run.</param>
    /// <param name="cancellationToken">Kills the run.</param>
    public Task<Result<RowRun>> ReadRowsAsync(
        GrantHandle grant, DatasetSource dataset, IReadOnlyList<string> keys, IReadOnlyList<string> values, IReadOnlyList<CellPredicate> rowFilter, int maxRows, IRowSink sink,
        SandboxLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grant);
        return ReadRowsAsync(dataset, keys, values, rowFilter, maxRows, sink, limits, cancellationToken);
    }

    internal async Task<Result<RowRun>> ReadRowsAsync(
        DatasetSource dataset, IReadOnlyList<string> keys, IReadOnlyList<string> values, IReadOnlyList<CellPredicate> rowFilter, int maxRows, IRowSink sink, SandboxLimits limits,
        CancellationToken cancellationToken)
    {
        if (!ValueColumns(dataset, keys, values, maxRows).TryGet(out ColumnSchema[]? columns, out var error)
            || !RowSql(dataset, keys, columns, rowFilter, maxRows).TryGet(out var sql, out error)
            || !(await PrepareAsync(dataset, limits, cancellationToken).ConfigureAwait(false)).TryGet(out var client, out error))
            return error;
        var rows = new RowFields(keys.Count, columns, sink);
        var fields = new KeyFields(keys.Count + columns.Length, rows);
        var subjects = new WorkerSubjects(sql, IsInteger: false, HasColumns: false, SubjectColumn.MaxSectionBytes);
        // As with keys, the answer itself is nothing: rows travel in the section.
        var request = WorkerClient.Request("query", "SELECT 1 AS one", DatasetDeclaration.ForWorker(dataset), limits) with { MaxRows = 1, Subjects = subjects };
        var ran = await client.RunAsync(request, dataset, limits, new SubjectSection(fields, subjects, maxCells: 1, trimZeros: false), cancellationToken).ConfigureAwait(false);
        if (!ran.TryGet(out var run, out var failure))
            return failure;
        return fields.IsBroken || rows.IsBroken
            ? client.Report(SandboxErrors.QueryFailed, dataset.Name, "the worker's rows do not fit the columns") : new RowRun(fields.Rows, run.Usage);
    }

    private static Result<ColumnSchema[]> ValueColumns(DatasetSource dataset, IReadOnlyList<string> keys, IReadOnlyList<string> values, int maxRows)
    {
        if (DatasetDeclaration.Check(dataset) is { } invalid)
            return invalid;
        if (keys.Count > MaxKeyColumns || values.Count is 0 or > MaxValueColumns || maxRows < 1)
            return SandboxErrors.PlanInvalid.Of("at most 8 key columns, 1 to 128 value columns");
        if (keys.Concat(values).FirstOrDefault(c => dataset.Column(c) is null) is { } unknown)
            return SandboxErrors.UnknownColumn.Of(unknown);
        ColumnSchema[] columns = [.. values.Select(v => dataset.Column(v)!)];
        return columns.FirstOrDefault(dataset.IsIdentifier) is { } identifier ? SandboxErrors.IdentifierColumn.Of(identifier.Name) : columns;
    }

    private static Result<string> RowSql(DatasetSource dataset, IReadOnlyList<string> keys, IReadOnlyList<ColumnSchema> values, IReadOnlyList<CellPredicate> rowFilter, int maxRows)
    {
        if (!CellQuery.Conditions(dataset, rowFilter).TryGet(out var conditions, out var error))
            return error;
        var where = conditions.Length == 0 ? "" : " WHERE " + conditions;
        return string.Create(CultureInfo.InvariantCulture,
            $"SELECT 0, {KeyFields.Sql(keys.Select(SqlText.Name).Concat(values.Select(RowFields.Sql)))} FROM {SqlText.Name(dataset.Name)}{where} LIMIT {(long)maxRows + 1}");
    }
}

/// <summary>What a reading of rows was.</summary>
/// <param name="Rows">Rows handed on, at most one more than asked for.</param>
/// <param name="Usage">For the owner's Report.</param>
public sealed record RowRun(long Rows, SandboxUsage Usage);

/// <summary>Takes an owner's rows, as they are read. They stay in the owner's process.</summary>
public interface IRowSink
{
    /// <summary>
    /// One row. Both lists are used again for the next one: copy what is to be kept. Null where a value is missing (or is not a number). Otherwise the value's one text in invariant form: Integer
    /// <c>-12</c>; Decimal <c>-7.5</c>, without needless zeros, of up to 38 digits; Double in shortest round-trip form, <c>Infinity</c>, <c>-Infinity</c>; Boolean <c>true</c>, <c>false</c>;
    /// Date <c>yyyy-MM-dd</c>; Text as it is.
    /// </summary>
    /// <param name="keys">The key columns in the order asked for, as they are written.</param>
    /// <param name="values">The value columns in the order asked for.</param>
    void Add(IReadOnlyList<string?> keys, IReadOnlyList<string?> values);
}
