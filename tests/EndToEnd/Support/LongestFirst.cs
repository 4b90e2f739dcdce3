using Xunit.Sdk;
using Xunit.v3;

namespace DataSpace.EndToEnd.Support;

/// <summary>Starts the collections that take minutes before all others, so that none of them is left over at the end while a processor idles.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
    [
        Crashes.Name, CountedUses.Name, Fragile.Name, nameof(SplitViewAndRollbackTests), nameof(DutyTests), CountedLog.Name, nameof(RegulationClockTests), nameof(DemoProcessTests), Regulated.Name, nameof(DropoutTests),
    ];

    /// <inheritdoc />
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection
        => [.. testCollections.OrderBy(c => Array.FindIndex(Longest, name => c.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) is var at and >= 0 ? at : Longest.Length)];
}
