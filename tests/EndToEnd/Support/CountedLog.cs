namespace DataSpace.EndToEnd.Support;

/// <summary>Tests that count the entries of an owner's log, or the uses of its contracts, one after the other in a space like the shared one: nobody else works there.</summary>
[CollectionDefinition(Name)]
public sealed class CountedLog : ICollectionFixture<CountedSpace>
{
    public const string Name = "counted log";
}

/// <summary>The space of <see cref="CountedLog"/>.</summary>
public sealed class CountedSpace : SharedSpace;

/// <summary>Tests of intersections between supplier A and supplier B in the shared space count uses of one contract: one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class CountedUses
{
    public const string Name = "counted uses";
}
