using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using DataSpace.Connector.Datasets;
using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Regulation;

/// <summary>
/// How much of a dataset a use can touch: all of its rows, counted in the sandbox whenever the file changed, and only where a rule has a threshold. The same
/// number stands for records and for subjects, of which there are never more. Not counted yet means not known, which counts against the use.
/// </summary>
internal sealed class DatasetVolumes(RegulationRegister register, DatasetRegistry datasets, SqlSandbox sandbox) : IRegulationListener
{
    private readonly ConcurrentDictionary<string, (DateTime Written, long Length, long Rows)> _rows = new(StringComparer.Ordinal);

    private readonly ConditionalWeakTable<RuleSetDocument, long[]> _thresholds = [];

    /// <summary>What a counter of this kind counts.</summary>
    public const string Definition = "records of a dataset that uses by one consumer could touch in a calendar year (UTC+8)";

    /// <summary>True when a rule in force has a volume.</summary>
    public bool AnyThreshold => Thresholds.Count > 0;

    /// <summary>Every volume that a rule in force names, rising. Ten thousand rules are looked through once per rule set, not at every use.</summary>
    public IReadOnlyList<long> Thresholds => [.. register.All.Select(h => h.State).OfType<RegulationState>().SelectMany(s => _thresholds.GetValue(s.Document, Read)).Distinct().Order()];

    /// <summary>Beginning of every such counter's name.</summary>
    public const string CounterPrefix = "volume/";

    /// <summary>Counter of a dataset, consumer and year.</summary>
    public static string CounterOf(DateTimeOffset now, string dataset, string consumer)
        => string.Create(CultureInfo.InvariantCulture, $"{CounterPrefix}{TrustedClock.CalendarYear(now)}/{Digest.Sha256Hex(CanonicalJson.Of(new { dataset, consumer }))}");

    /// <summary>Rows of the file as it is now, or null when they were not counted since it changed.</summary>
    public long? RowsOf(PublishedDataset dataset)
        => Stamp(dataset) is var (written, length) && _rows.TryGetValue(dataset.Config.Id, out var known) && known.Written == written && known.Length == length ? known.Rows : null;

    /// <summary>Counts what has to be counted: called when rules change.</summary>
    public async Task OnChangedAsync(RegulationChange change, CancellationToken cancellation)
    {
        if (AnyThreshold)
        {
            foreach (var dataset in datasets.All.Values)
                await MeasureAsync(dataset, cancellation);
        }
    }

    /// <summary>Counts a dataset's rows if that was not done since its file changed.</summary>
    public async Task MeasureAsync(PublishedDataset dataset, CancellationToken cancellation)
    {
        if (!AnyThreshold || RowsOf(dataset) is not null || Stamp(dataset) is not var (written, length))
            return;
        var counted = await sandbox.CheckDatasetAsync(dataset.Source, new SandboxLimits(), cancellation);
        if (counted.TryGet(out var report, out _))
            _rows[dataset.Config.Id] = (written, length, report.Rows);
    }

    private static long[] Read(RuleSetDocument document)
        => [.. document.Content.Rules.Select(r => r.Match.Volume).OfType<VolumePerYear>().SelectMany(v => new[] { v.Records, v.Subjects }).OfType<long>().Distinct()];

    private static (DateTime Written, long Length)? Stamp(PublishedDataset dataset)
    {
        var file = new FileInfo(dataset.Config.Path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length) : null;
    }
}
