namespace DataSpace.EndToEnd.Support;

/// <summary>Tests that count the entries of supplier A's log in the shared space, and those that write there all the time: one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class CountedLog
{
    public const string Name = "counted log";
}
