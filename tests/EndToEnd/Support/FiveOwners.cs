using System.Text.Json.Nodes;

namespace DataSpace.EndToEnd.Support;

/// <summary>A space of five owners, of whom one can be gone. To each of them, two others at least must be independent of the analyst.</summary>
public sealed class FiveOwners : IAsyncLifetime
{
    /// <summary>The datasets of the test whose owner is gone; the hostile coordinator has the sample's.</summary>
    internal const string Left = "left";

    /// <summary>What every owner offers here.</summary>
    internal const string Offer = "five";

    internal Space Space { get; private set; } = null!;

    public async ValueTask InitializeAsync()
        => Space = await Space.StartAsync(
            d =>
            {
                foreach (var owner in d.Owners)
                    d.Dataset(owner, Left, SpaceDesign.Csv(owner));
                d.Offer(Offer, p => p.Set("count", "40").Set("dataspace:independentCoProviders", "2").Set("dataspace:coProvider", new JsonArray([.. d.Owners.Select(o => (JsonNode)$"{o.Did}#{o.KeyId}")])));
            },
            further: 2);

    public async ValueTask DisposeAsync()
    {
        if (Space is not null)
            await Space.DisposeAsync();
    }

    /// <summary>Investment per year over all five.</summary>
    internal async Task<JsonObject> SpecAsync(string dataset, int? minimum)
    {
        var inputs = new List<(Party, string, string?)>();
        foreach (var owner in Space.Owners)
            inputs.Add((owner, dataset, await Space.AgreeAsync(owner, dataset, Offer)));
        var spec = Jobs.Spec([.. inputs]);
        if (minimum is { } fewest)
            spec["minimumParties"] = fewest;
        return spec;
    }
}
