using System.Globalization;
using System.Runtime.CompilerServices;
using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Connector.Regulation;

/// <summary>
/// How much of a dataset a use can touch: all of its rows, as the compliance check of the version in use counted them. The same number stands for records and for subjects, of
/// which there are never more. Counted at every use where a regulator is pinned, whether or not a rule asks yet: a rule that comes in June is about the whole year.
/// </summary>
internal sealed class DatasetVolumes(RegulationRegister register)
{
    private readonly ConditionalWeakTable<RuleSetDocument, long[]> _thresholds = [];

    /// <summary>What a counter of this kind counts.</summary>
    public const string Definition = "records of a dataset that uses by one consumer could touch in a calendar year (UTC+8)";

    /// <summary>Beginning of every such counter's name.</summary>
    public const string CounterPrefix = "volume/";

    /// <summary>Every volume that a rule in force names, rising. Ten thousand rules are looked through once per rule set, not at every use.</summary>
    public IReadOnlyList<long> Thresholds => [.. register.All.Select(h => h.State).OfType<RegulationState>().SelectMany(s => _thresholds.GetValue(s.Document, Read)).Distinct().Order()];

    /// <summary>Counter of a dataset, consumer and year.</summary>
    public static string CounterOf(DateTimeOffset now, string dataset, string consumer)
        => string.Create(CultureInfo.InvariantCulture, $"{CounterPrefix}{TrustedClock.CalendarYear(now)}/{Digest.Sha256Hex(CanonicalJson.Of(new { dataset, consumer }))}");

    /// <summary>Records that a use can touch; at least one, and null when nobody counted, which counts against the use.</summary>
    public static long? RowsOf(Datasets.Listing? listing) => listing is { IsListed: true } ? Math.Max(1, listing.Rows) : null;

    private static long[] Read(RuleSetDocument document)
        => [.. document.Content.Rules.Select(r => r.Match.Volume).OfType<VolumePerYear>().SelectMany(v => new[] { v.Records, v.Subjects }).OfType<long>().Distinct()];
}
