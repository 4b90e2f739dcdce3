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
    /// <summary>Most key columns of one reading.</summary>
    public const int MaxKeyColumns = 8;

    /// <summary>
    /// Reads the key columns of an owner's rows inside the sandbox, each combination once, for a protocol that compares them without showing them. Identifiers may be read here and nowhere
    /// else; what comes out goes to <paramref name="sink"/> in this process. Errors: declaration or plan invalid, unknown column, and those of every run.
    /// </summary>
    /// <param name="grant">Proof that this use is in the ledger.</param>
    /// <param name="dataset">The owner's declaration.</param>
    /// <param name="columns">Key columns, 1 to <see cref="MaxKeyColumns"/>.</param>
    /// <param name="rowFilter">Rows that the contract opens.</param>
    /// <param name="maxRows">Rows are read up to one more than this.</param>
    /// <param name="sink">Takes the rows.</param>
    /// <param name="limits">Limits of this run.</param>
    /// <param name="cancellationToken">Kills the run.</param>
    public Task<Result<KeyRun>> ReadKeysAsync(
        GrantHandle grant, DatasetSource dataset, IReadOnlyList<string> columns, IReadOnlyList<CellPredicate> rowFilter, int maxRows, IKeySink sink, SandboxLimits limits,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grant);
        return ReadKeysAsync(dataset, columns, rowFilter, maxRows, sink, limits, cancellationToken);
    }

    internal async Task<Result<KeyRun>> ReadKeysAsync(
        DatasetSource dataset, IReadOnlyList<string> columns, IReadOnlyList<CellPredicate> rowFilter, int maxRows, IKeySink sink, SandboxLimits limits, CancellationToken cancellationToken)
    {
        if (!KeySql(dataset, columns, rowFilter, maxRows).TryGet(out var sql, out var error)
            || !(await PrepareAsync(dataset, limits, cancellationToken).ConfigureAwait(false)).TryGet(out var client, out error))
            return error;
        var fields = new KeyFields(columns.Count, sink);
        var subjects = new WorkerSubjects(sql, IsInteger: false, HasColumns: false, SubjectColumn.MaxSectionBytes);
        // The answer itself is nothing; what is asked for travels in the section, row by row.
        var request = WorkerClient.Request("query", "SELECT 1 AS one", DatasetDeclaration.ForWorker(dataset), limits) with { MaxRows = 1, Subjects = subjects };
        var ran = await client.RunAsync(request, dataset, limits, new SubjectSection(fields, subjects, maxCells: 1, trimZeros: false), cancellationToken).ConfigureAwait(false);
        if (!ran.TryGet(out var run, out var failure))
            return failure;
        return fields.IsBroken ? client.Report(SandboxErrors.QueryFailed, dataset.Name, "the worker's keys do not fit the columns") : new KeyRun(fields.Rows, run.Usage);
    }

    private static Result<string> KeySql(DatasetSource dataset, IReadOnlyList<string> columns, IReadOnlyList<CellPredicate> rowFilter, int maxRows)
    {
        if (DatasetDeclaration.Check(dataset) is { } invalid)
            return invalid;
        if (columns.Count is 0 or > MaxKeyColumns || maxRows < 1)
            return SandboxErrors.PlanInvalid.Of("key columns: 1 to 8");
        if (columns.FirstOrDefault(c => dataset.Column(c) is null) is { } unknown)
            return SandboxErrors.UnknownColumn.Of(unknown);
        if (!CellQuery.Conditions(dataset, rowFilter).TryGet(out var conditions, out var error))
            return error;
        var where = conditions.Length == 0 ? "" : " WHERE " + conditions;
        return string.Create(CultureInfo.InvariantCulture,
            $"SELECT DISTINCT 0, {KeyFields.Sql(columns.Select(SqlText.Name))} FROM {SqlText.Name(dataset.Name)}{where} LIMIT {(long)maxRows + 1}");
    }
}

/// <summary>What a reading of keys was.</summary>
/// <param name="Rows">Different keys as they are written, at most one more than asked for.</param>
/// <param name="Usage">For the owner's Report.</param>
public sealed record KeyRun(long Rows, SandboxUsage Usage);

/// <summary>Takes the key columns of an owner's rows, as they are read. They stay in the owner's process.</summary>
public interface IKeySink
{
    /// <summary>The key columns of one row, in the order asked for; null where a value is missing.</summary>
    void Add(IReadOnlyList<string?> values);
}
