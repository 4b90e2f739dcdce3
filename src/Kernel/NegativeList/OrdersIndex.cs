using System.Collections.Frozen;

namespace DataSpace.Kernel.NegativeList;

/// <summary>Standing orders, looked up by what a request names. Immutable.</summary>
internal sealed class OrdersIndex
{
    /// <summary>Nothing frozen, nothing cleared.</summary>
    public static readonly OrdersIndex None = new(new StandingOrders("", 0, default, [], []));

    private readonly FrozenDictionary<string, Freeze> _participants;
    private readonly FrozenDictionary<string, Freeze[]> _datasets;
    private readonly FrozenDictionary<string, Freeze> _contracts;
    private readonly FrozenDictionary<(string Dataset, string Rule), Clearance[]> _clearances;

    public OrdersIndex(StandingOrders orders)
    {
        _participants = By(orders, FreezeTarget.Participant);
        _datasets = orders.Freezes.Where(f => f.Target == FreezeTarget.Dataset).GroupBy(f => f.Id, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        _contracts = By(orders, FreezeTarget.Contract);
        _clearances = orders.Clearances.GroupBy(c => (c.DatasetId, c.RuleId)).ToFrozenDictionary(g => g.Key, g => g.ToArray());
    }

    /// <summary>The freeze that stands against the request, or null.</summary>
    public Freeze? FreezeOf(RegulationRequest request)
    {
        if (_datasets.TryGetValue(request.DatasetId, out var datasets) && Array.Find(datasets, f => f.IsOfDataset(request.Provider, request.DatasetId)) is { } found)
            return found;
        if (_participants.TryGetValue(request.Provider, out var freeze)
            || (request.Consumer is { } consumer && _participants.TryGetValue(consumer, out freeze))
            || (request.ContractId is { } contract && _contracts.TryGetValue(contract, out freeze)))
            return freeze;
        foreach (var party in request.OtherParties)
        {
            if (_participants.TryGetValue(party, out freeze))
                return freeze;
        }
        return null;
    }

    /// <summary>
    /// True when the regulator consented for this rule and this owner's dataset: at listing to anyone's use of it, later to that of this consumer.
    /// </summary>
    public bool Clears(string ruleId, RegulationRequest request)
        => _clearances.TryGetValue((request.DatasetId, ruleId), out var found)
            && Array.Exists(found, c => c.Provider == request.Provider && request.Now < c.Until && (request.Stage == RegulationStage.Listing || c.Participant == request.Consumer));

    private static FrozenDictionary<string, Freeze> By(StandingOrders orders, FreezeTarget target)
        => orders.Freezes.Where(f => f.Target == target).ToFrozenDictionary(f => f.Id, StringComparer.Ordinal);
}
