namespace DataSpace.EndToEnd.Support;

/// <summary>Tests that count the entries of an owner's log, or the uses of its contracts, in the shared space: nobody else works there meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CountedLog
{
    public const string Name = "counted log";
}

/// <summary>Tests of intersections between supplier A and supplier B in the shared space count uses of one contract: one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class CountedUses
{
    public const string Name = "counted uses";
}
