namespace DataSpace.EndToEnd.Support;

/// <summary>Tests that count the entries of an owner's log in the shared space: nobody else works there meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CountedLog
{
    public const string Name = "counted log";
}
