using System.Text.Json.Nodes;

namespace DataSpace.EndToEnd.Support;

/// <summary>The collection of tests that stop, kill and restart nodes.</summary>
[CollectionDefinition(Name)]
public sealed class Fragile : ICollectionFixture<FragileSpace>
{
    public const string Name = "fragile";
}

/// <summary>The collection of tests that kill nodes at every step: the longest of all, beside the others, in a space of its own.</summary>
[CollectionDefinition(Name)]
public sealed class Crashes : ICollectionFixture<FragileSpace>
{
    public const string Name = "crashes";
}

/// <summary>A space whose processes are stopped, killed and started again; every test leaves all four running.</summary>
public sealed class FragileSpace : IAsyncLifetime
{
    internal Space Space { get; private set; } = null!;

    internal JsonObject Spec { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Space = await Space.StartAsync(d =>
        {
            // To supplier A the analyst and supplier B are one consumer (Differences): nobody here is independent of it.
            d.Offer("many", p => p.Set("count", "500").Remove("dataspace:independentCoProviders"));
            Differences.Design(d);
            LookupDesign.Add(d);
        });
        Spec = await Space.JointSpecAsync("many");
    }

    public async ValueTask DisposeAsync()
    {
        if (Space is not null)
            await Space.DisposeAsync();
    }
}
