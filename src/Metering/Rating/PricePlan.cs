using System.Text.Json;
using System.Text.Json.Serialization;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Metering.Meters;

namespace DataSpace.Metering.Rating;

/// <summary>A price: so many minor units for so many units.</summary>
/// <param name="Minor">Minor units of the plan's currency.</param>
/// <param name="Per">For how many units, at least 1.</param>
public sealed record Rate(long Minor, long Per);

/// <summary>A step of a graduated charge: units above the step before and up to this one cost this rate.</summary>
/// <param name="Rate">Price.</param>
/// <param name="UpTo">Last unit of the step, counted after the free ones; null in the last step alone.</param>
public sealed record Tier(Rate Rate, long? UpTo = null);

/// <summary>What a unit costs.</summary>
/// <param name="Unit">Unit, see <see cref="MeterNames.Priced"/>.</param>
/// <param name="Free">Units a month that cost nothing.</param>
/// <param name="Tiers">Steps, rising; one without end at the end.</param>
public sealed record Charge(string Unit, long Free, IReadOnlyList<Tier> Tiers);

/// <summary>How the providers' part is divided among them.</summary>
public enum ShareBasis
{
    /// <summary>Each contract's revenue is divided by the weights alone.</summary>
    Weights,

    /// <summary>Contracts under one plan are one pool; the providers' part of it is divided by Shapley values of what they contributed.</summary>
    Contribution,
}

/// <summary>A payee's weight.</summary>
/// <param name="Party"><c>provider</c>, <c>coordinator</c>, or the participant id of a data service party.</param>
/// <param name="Weight">Weight, zero or more.</param>
public sealed record PartyWeight(string Party, long Weight);

/// <summary>Who gets what of the revenue.</summary>
/// <param name="Basis">How the providers' part is divided.</param>
/// <param name="Parties">Weights, in the order in which left-over units are handed out.</param>
public sealed record RevenueShare(ShareBasis Basis, IReadOnlyList<PartyWeight> Parties);

/// <summary>
/// A price plan, as in <c>contracts/schemas/price-plan.schema.json</c>. Contracts pin it by <see cref="Hash"/>: another number is another plan.
/// </summary>
/// <param name="Version">Version of the form, 1.</param>
/// <param name="Id">Name for people.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="SubscriptionMinor">A month, however much is used.</param>
/// <param name="MinimumMinor">Least for a month, subscription included.</param>
/// <param name="Charges">What is paid by units, each unit once.</param>
/// <param name="Share">Who gets what; null: the provider gets all.</param>
public sealed record PricePlan(
    int Version, string Id, string Currency, long SubscriptionMinor, long MinimumMinor, IReadOnlyList<Charge> Charges, RevenueShare? Share = null)
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Largest amount in a plan, minor units, and largest number of units in a step.</summary>
    public const long MaxNumber = 1_000_000_000_000;

    /// <summary>Party of a <see cref="PartyWeight"/>: whoever owns the data.</summary>
    public const string ProviderParty = "provider";

    /// <summary>Party of a <see cref="PartyWeight"/>: whoever runs the service in between, as the Grant names it.</summary>
    public const string CoordinatorParty = "coordinator";

    private const int MaxItems = 32;
    private const long MaxWeight = 1_000_000;

    /// <summary>SHA-256 of the canonical JSON (RFC 8785), lower-case hex: what contracts pin.</summary>
    [JsonIgnore]
    public string Hash => Digest.Sha256Hex(CanonicalJson.Of(this));

    /// <summary>Payees; the provider alone where the plan names none.</summary>
    internal IReadOnlyList<PartyWeight> Payees => Share?.Parties ?? [new PartyWeight(ProviderParty, 1)];

    internal bool IsPool => Share is { Basis: ShareBasis.Contribution };

    /// <summary>Reads a plan strictly: everything known, in range, and meaning one thing.</summary>
    public static Result<PricePlan> Read(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxBytes)
            return SettlementErrors.PlanTooLarge.Of();
        try
        {
            if (!CanonicalJson.FromUtf8(json).IsOk || JsonSerializer.Deserialize<PricePlan>(json.Span, KernelJson.Options) is not { } plan)
                return SettlementErrors.PlanMalformed.Of();
            return plan.Problem() is { } problem ? problem : plan;
        }
        catch (JsonException e)
        {
            return SettlementErrors.PlanMalformed.Of(e.Path);
        }
    }

    private DsError? Problem()
    {
        if (Version != 1 || Id.Length is 0 or > 128 || Charges.Count > MaxItems || Charges.Any(c => c is null || c.Tiers is null || c.Tiers.Count is 0 or > MaxItems))
            return SettlementErrors.PlanMalformed.Of("version, id, or the number of charges or tiers");
        if (Kernel.Money.Currency.Find(Currency) is null)
            return MeteringErrors.UnknownCurrency.Of();
        if (!InRange(SubscriptionMinor) || !InRange(MinimumMinor))
            return SettlementErrors.PlanOutOfRange.Of("subscription or minimum");
        if (Charges.Select(c => c.Unit).Distinct(StringComparer.Ordinal).Count() != Charges.Count || Charges.Any(c => !MeterNames.Priced.Contains(c.Unit, StringComparer.Ordinal)))
            return SettlementErrors.PlanUnit.Of();
        return Charges.Select(Problem).FirstOrDefault(p => p is not null) ?? ShareProblem();
    }

    private static DsError? Problem(Charge charge)
    {
        if (!InRange(charge.Free))
            return SettlementErrors.PlanOutOfRange.Of(charge.Unit + ": free");
        var below = 0L;
        for (var i = 0; i < charge.Tiers.Count; i++)
        {
            var tier = charge.Tiers[i];
            if (tier?.Rate is null)
                return SettlementErrors.PlanMalformed.Of(charge.Unit);
            if (!InRange(tier.Rate.Minor) || !InRange(tier.Rate.Per) || tier.Rate.Per == 0)
                return SettlementErrors.PlanOutOfRange.Of(charge.Unit + ": rate");
            var isLast = i == charge.Tiers.Count - 1;
            if (isLast != tier.UpTo is null || (tier.UpTo is { } end && (end <= below || end > MaxNumber)))
                return SettlementErrors.PlanTiers.Of(charge.Unit);
            below = tier.UpTo ?? below;
        }
        return null;
    }

    private DsError? ShareProblem()
    {
        if (Share is null)
            return null;
        if (Share.Parties is not { Count: > 0 and <= MaxItems } parties || parties.Any(p => p is null)
            || parties.Select(p => p.Party).Distinct(StringComparer.Ordinal).Count() != parties.Count
            || parties.Any(p => p.Party is not (ProviderParty or CoordinatorParty) && !Kernel.Identity.ParticipantId.Parse(p.Party).IsOk))
            return SettlementErrors.PlanMalformed.Of("parties");
        return parties.Any(p => p.Weight is < 0 or > MaxWeight) || parties.All(p => p.Weight == 0) ? SettlementErrors.BadWeights.Of() : null;
    }

    private static bool InRange(long number) => number is >= 0 and <= MaxNumber;
}
