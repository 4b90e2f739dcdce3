using System.Text.Json.Nodes;

namespace DataSpace.EndToEnd.Support;

/// <summary>The collection of tests about regulation.</summary>
[CollectionDefinition(Name)]
public sealed class Regulated : ICollectionFixture<RegulatedSpace>
{
    public const string Name = "regulated";
}

/// <summary>A space whose nodes pin one regulator, with contracts and a finished job. Every test leaves an empty rule set in force and all nodes running.</summary>
public sealed class RegulatedSpace : IAsyncLifetime
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>An offer with a privacy budget, of which one use may spend half.</summary>
    internal const string Private = "private";

    internal Space Space { get; private set; } = null!;

    internal TestRegulator Regulator { get; } = new("e2e");

    internal JsonObject Spec { get; private set; } = null!;

    internal TestAnalyst Analyst { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Space = await Space.StartAsync(d =>
        {
            d.Regulated(Regulator);
            d.Offer("many", p => p.Set("count", "500"));
            ModelDesign.Add(d);
            d.Offer(Private, p => p.Add("dataspace:privacyBudget", "lteq", "2000").Add("dataspace:epsilonPerUse", "lteq", "1000").Add("dataspace:contributionBound", "lteq", "20"));
        });
        await EverywhereAsync(Regulator.Publish());
        Spec = await Space.JointSpecAsync("many");
        var first = await Space.RunAsync(Spec);
        Assert.True(first.State == "COMPLETED", first.Why + Space.Story());
        Analyst = TestAnalyst.From(Space, first.JobId);
    }

    public async ValueTask DisposeAsync()
    {
        Analyst?.Dispose();
        if (Space is not null)
            await Space.DisposeAsync();
    }

    /// <summary>Pushes a bundle to every node and waits until each has carried it out.</summary>
    internal async Task EverywhereAsync(byte[] bundle)
    {
        foreach (var node in Space.Everyone)
            await PushedAsync(node, bundle);
    }

    /// <summary>Pushes until it is taken: a node that has just started refuses tokens of its first second.</summary>
    internal async Task PushedAsync(Party node, byte[] bundle)
    {
        Answer? last = null;
        await Eventually.TrueAsync(async () => (last = await Regulator.PushAsync(node, bundle)).Status == 200, Limit, () => $"{last}");
    }

    /// <summary>Waits until a node says that this version and sequence are in force there.</summary>
    internal Task InForceAsync(Party node) => Eventually.TrueAsync(async () =>
    {
        var regulator = (await node.ReadAsync("/admin/regulation/status"))["regulators"]![0]!;
        return regulator["version"]?.GetValue<int>() == Regulator.Version && regulator["ordersSequence"]?.GetValue<long>() == Regulator.Sequence;
    }, Limit, () => $"{node.Name} {node.Process.Story()}");

    /// <summary>What a node has suspended, as kind and rule.</summary>
    internal static async Task<IReadOnlyList<(string Kind, string Target, string RuleId)>> SuspendedAsync(Party node)
        => [.. (await node.ReadAsync("/admin/regulation/status"))["suspended"]!.AsArray()
            .Select(s => (s!["kind"]!.GetValue<string>(), s["target"]!.GetValue<string>(), s["ruleId"]!.GetValue<string>()))];

    /// <summary>Nothing is forbidden and nobody frozen, here and everywhere.</summary>
    internal async Task LiftAllAsync()
    {
        Regulator.Freeze();
        await EverywhereAsync(Regulator.Publish());
        foreach (var owner in Space.Owners)
            await Eventually.TrueAsync(async () => (await SuspendedAsync(owner)).Count == 0, Limit, () => owner.Process.Story());
    }
}
