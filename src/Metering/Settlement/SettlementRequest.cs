using DataSpace.Metering.Rating;
using DataSpace.Metering.Reconciliation;

namespace DataSpace.Metering.Settlement;

/// <summary>What to settle.</summary>
public sealed record SettlementRequest
{
    /// <summary>Month, UTC, <c>yyyy-MM</c>.</summary>
    public required string Period { get; init; }

    /// <summary>The payer.</summary>
    public required SettlementParty Consumer { get; init; }

    /// <summary>Everybody who granted uses and is settled with.</summary>
    public required IReadOnlyList<SettlementParty> Providers { get; init; }

    /// <summary>Price plans; each Grant finds its own by the hash that it carries.</summary>
    public required IReadOnlyList<PricePlan> Plans { get; init; }

    /// <summary>
    /// The contracts themselves. With any, every contract that is settled must be among them, with the keys of both parties, its hash in every Grant, and the plan it pins.
    /// </summary>
    public IReadOnlyList<AgreementFile> Agreements { get; init; } = [];

    /// <summary>Plan hash per contract, where the contract itself is not at hand. A Grant under another plan refuses the settlement.</summary>
    public IReadOnlyDictionary<string, string> Pins { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// A statement whose states of the logs are taken where a month is not closed yet: to check it, or to close and sign what another party computed. Null: the logs as
    /// they are now. What those states hold is still read from the logs.
    /// </summary>
    public StatementDocument? As { get; init; }

    /// <summary>Only these contracts; empty for all.</summary>
    public IReadOnlyList<string> Contracts { get; init; } = [];
}
