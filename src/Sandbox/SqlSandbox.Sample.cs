using DataSpace.Kernel.Classification.Detectors;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox.Datasets;
using DataSpace.Sandbox.Process;

namespace DataSpace.Sandbox;

public sealed partial class SqlSandbox
{
    /// <summary>Most rows of a sample.</summary>
    public const int MaxSampleRows = 10_000;

    /// <summary>
    /// Looks through a sample of the file, spread over all of it, for personal data. For the owner, before the dataset is listed: the data is read inside
    /// the sandbox only, and what comes out are counts. Errors as of <see cref="CheckDatasetAsync(DatasetSource, SandboxLimits, CancellationToken)"/>,
    /// but for types: every column is read as text.
    /// </summary>
    /// <param name="dataset">The owner's declaration.</param>
    /// <param name="seed">Same seed and file, same rows.</param>
    /// <param name="limits">Limits of this run.</param>
    /// <param name="cancellationToken">Kills the run.</param>
    /// <param name="maxRows">Rows to look at, 1 to <see cref="MaxSampleRows"/>.</param>
    public async Task<Result<SampleReport>> SampleAsync(
        DatasetSource dataset, long seed, SandboxLimits limits, CancellationToken cancellationToken, int maxRows = MaxSampleRows)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(maxRows is >= 1 and <= MaxSampleRows, true, nameof(maxRows));
        if (!(await PrepareAsync(dataset, limits, cancellationToken).ConfigureAwait(false)).TryGet(out var client, out var error))
            return error;
        var request = WorkerClient.Request("sample", null, DatasetDeclaration.ForWorker(dataset), limits) with
        {
            Sample = new WorkerSample(maxRows, seed, dataset.SubjectColumn),
        };
        var ran = await client.RunAsync(request, dataset, limits, cancellationToken).ConfigureAwait(false);
        if (!ran.TryGet(out var run, out var failure))
            return failure;
        return Read(dataset, maxRows, run.Response) is { } report ? report : client.Report(SandboxErrors.QueryFailed, dataset.Name, "the worker's counts do not fit");
    }

    /// <summary>The worker is not trusted: counts that cannot be are no report.</summary>
    private static SampleReport? Read(DatasetSource dataset, int maxRows, WorkerResponse response)
    {
        if (response.Sample is not { Columns: { } columns } sample || sample.Sampled < 0 || sample.Sampled > Math.Min(maxRows, response.RowCount)
            || (sample.Sampled == 0 && response.RowCount > 0) || sample.Subjects < 0 || sample.Subjects > response.RowCount || columns.Length != dataset.Columns.Count)
            return null;
        for (var i = 0; i < columns.Length; i++)
        {
            var (declared, column) = (dataset.Columns[i], columns[i]);
            if (column is not { Matches.Length: ScanHits.ValueClasses, Candidates.Length: ScanHits.ValueClasses } || column.Name != declared.Name
                || column.Values < 0 || column.Values > sample.Sampled
                || column.Matches.Zip(column.Candidates).Any(c => c.First < 0 || c.First > c.Second || c.Second > column.Values))
                return null;
        }
        return new SampleReport(response.RowCount, sample.Subjects, sample.Sampled, [.. columns.Select(c => new ColumnSample(c.Name, c.Values, c.Matches, c.Candidates))]);
    }
}

/// <summary>What a sample of a dataset held. Counts alone.</summary>
/// <param name="Rows">Rows of the dataset.</param>
/// <param name="Subjects">Distinct subjects; estimated above two million rows. Rows where no subject is declared.</param>
/// <param name="Sampled">Rows looked at.</param>
/// <param name="Columns">Per declared column, in order.</param>
public sealed record SampleReport(long Rows, long Subjects, long Sampled, IReadOnlyList<ColumnSample> Columns);

/// <summary>Counts of one column, indexed by <see cref="PersonalDataClass"/>.</summary>
/// <param name="Name">Column.</param>
/// <param name="Values">Values that were not missing.</param>
/// <param name="Matches">Values in which the class was found.</param>
/// <param name="Candidates">Values in which its shape was found, check digit or not.</param>
public sealed record ColumnSample(string Name, long Values, IReadOnlyList<long> Matches, IReadOnlyList<long> Candidates);
