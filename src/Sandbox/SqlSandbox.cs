using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Cells;
using DataSpace.Sandbox.Datasets;
using DataSpace.Sandbox.Process;
using DataSpace.Sandbox.Subjects;

namespace DataSpace.Sandbox;

/// <summary>
/// Runs statements over an owner's file in a bubblewrap sandbox, one process per use; nothing of a statement or of the engine runs in this process.
/// Thread-safe; keep one per host. Everything fails closed with a code of <see cref="SandboxErrors"/>.
/// </summary>
public sealed partial class SqlSandbox : IDisposable
{
    private readonly SandboxOptions _options;
    private readonly SemaphoreSlim _opening = new(1);
    private WorkerClient? _client;

    /// <param name="options">Where things are; checked on first use, see <see cref="ProbeAsync"/>.</param>
    public SqlSandbox(SandboxOptions options) => _options = options;

    /// <summary>Layers of the wall; tests only.</summary>
    internal SandboxLayers Layers { get; init; } = SandboxLayers.All;

    /// <inheritdoc />
    public void Dispose()
    {
        _client?.Dispose();
        _opening.Dispose();
    }

    /// <summary>Blocking form of <see cref="ProbeAsync"/>, for start-up code.</summary>
    public Result<SandboxProfile> Probe()
        => Task.Run(() => ProbeAsync(CancellationToken.None)).GetAwaiter().GetResult();

    /// <summary>
    /// Finds the parts and runs the worker once. A success is kept; a failure is tried again on the next call. Errors: bubblewrap missing,
    /// worker missing, user namespaces unavailable, worker broken, platform unsupported.
    /// </summary>
    public async Task<Result<SandboxProfile>> ProbeAsync(CancellationToken cancellationToken)
        => (await ClientAsync(cancellationToken).ConfigureAwait(false)).TryGet(out var client, out var error) ? client.Profile : error;

    /// <summary>
    /// Reads every declared column of the whole file: header, types, row by row. For the owner, at configuration time.
    /// Errors: dataset missing, unreadable, malformed, column missing, type mismatch, declaration invalid.
    /// </summary>
    public async Task<Result<DatasetReport>> CheckDatasetAsync(DatasetSource dataset, SandboxLimits limits, CancellationToken cancellationToken)
    {
        if (!(await PrepareAsync(dataset, limits, cancellationToken).ConfigureAwait(false)).TryGet(out var client, out var error))
            return error;
        var request = WorkerClient.Request("check", null, DatasetDeclaration.ForWorker(dataset), limits);
        var ran = await client.RunAsync(request, dataset, limits, cancellationToken).ConfigureAwait(false);
        return ran.TryGet(out var run, out var failure) ? new DatasetReport(run.Response.RowCount, run.Usage) : failure;
    }

    /// <summary>As above with default limits, and only the verdict.</summary>
    public async Task<Result<Unit>> CheckDatasetAsync(DatasetSource dataset, CancellationToken cancellationToken)
        => (await CheckDatasetAsync(dataset, new SandboxLimits(), cancellationToken).ConfigureAwait(false)).TryGet(out _, out var error)
            ? Unit.Value : error;

    /// <summary>The statement that <see cref="RunCellsAsync"/> sends for this plan.</summary>
    public static Result<string> CellSql(DatasetSource dataset, CellPlan plan)
        => DatasetDeclaration.Check(dataset) is { } invalid ? invalid
            : CellQuery.Create(dataset, plan).TryGet(out var query, out var error) ? query.Sql : error;

    /// <summary>
    /// One owner's exact cells of a joint aggregate, for the Privacy room in this process; see <see cref="CellTable"/>. No minimum group is applied
    /// here: the cell rule belongs to the protocol, which needs the true count.
    /// </summary>
    /// <param name="grant">Proof that this use is in the ledger.</param>
    /// <param name="dataset">The owner's declaration.</param>
    /// <param name="plan">The checked plan.</param>
    /// <param name="limits">Limits of this run.</param>
    /// <param name="control">Learns who stands behind each cell, when it does not know already; the caller asks it for its verdict. Null asks nobody.</param>
    /// <param name="cancellationToken">Kills the run.</param>
    public Task<Result<CellTable>> RunCellsAsync(
        GrantHandle grant, DatasetSource dataset, CellPlan plan, SandboxLimits limits, IAnswerControl? control, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(grant);
        return RunCellsAsync(dataset, plan, limits, control, cancellationToken);
    }

    internal Task<Result<CellTable>> RunCellsAsync(DatasetSource dataset, CellPlan plan, SandboxLimits limits, CancellationToken cancellationToken)
        => RunCellsAsync(dataset, plan, limits, control: null, cancellationToken);

    internal async Task<Result<CellTable>> RunCellsAsync(
        DatasetSource dataset, CellPlan plan, SandboxLimits limits, IAnswerControl? control, CancellationToken cancellationToken)
    {
        if (DatasetDeclaration.Check(dataset) is { } invalid)
            return invalid;
        if (!CellQuery.Create(dataset, plan).TryGet(out var query, out var planError))
            return planError;
        if (!(await PrepareAsync(dataset, limits, cancellationToken).ConfigureAwait(false)).TryGet(out var client, out var error))
            return error;
        var request = WorkerClient.Request("query", query.Sql, DatasetDeclaration.ForWorker(dataset), limits) with { MaxRows = query.Cells.Count };
        SubjectSection? section = null;
        if (control?.Open(query.Scope, [.. plan.Measures.Select(m => m.Column).Distinct(StringComparer.Ordinal)]) is { } sink)
        {
            var (prepare, sql, list) = query.WithSubjects;
            var subjects = SubjectColumn.Request(dataset, list, hasColumns: false);
            request = request with { Prepare = prepare is null ? null : [prepare], Sql = sql, Subjects = subjects };
            section = new SubjectSection(sink, subjects, query.Cells.Count, SubjectColumn.HasScale(dataset));
        }

        var ran = await client.RunAsync(request, dataset, limits, section, cancellationToken).ConfigureAwait(false);
        if (!ran.TryGet(out var run, out var failure))
            return failure;
        return CellReader.Read(plan, query, run.Response) is { } cells
            ? new CellTable(cells, run.Usage)
            : client.Report(SandboxErrors.QueryFailed, dataset.Name, "the worker's cells do not fit the plan");
    }

    /// <summary>Checks declaration, limits, file and sandbox, in that order.</summary>
    private async Task<Result<WorkerClient>> PrepareAsync(DatasetSource dataset, SandboxLimits limits, CancellationToken cancellationToken)
    {
        if (DatasetDeclaration.Check(dataset) is { } invalid)
            return invalid;
        if (LimitCheck.Check(limits) is { } limitError)
            return limitError;
        if (!File.Exists(dataset.Path))
        {
            _options.OnIncident?.Invoke(new SandboxIncident(SandboxErrors.DatasetMissing.Code, dataset.Name, "no file at " + dataset.Path));
            return SandboxErrors.DatasetMissing.Of();
        }

        return await ClientAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<Result<WorkerClient>> ClientAsync(CancellationToken cancellationToken)
    {
        if (_client is { } ready)
            return ready;
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_client is { } opened)
                return opened;
            var result = await WorkerClient.OpenAsync(_options, Layers, cancellationToken).ConfigureAwait(false);
            if (result.TryGet(out var client, out var error))
                return _client = client;
            return error;
        }
        finally
        {
            _opening.Release();
        }
    }
}

/// <summary>What a check of a dataset found.</summary>
/// <param name="Rows">Rows of the file.</param>
/// <param name="Usage">What the check used.</param>
public sealed record DatasetReport(long Rows, SandboxUsage Usage);
