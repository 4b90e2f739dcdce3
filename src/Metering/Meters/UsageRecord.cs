using DataSpace.Kernel.Identity;

namespace DataSpace.Metering.Meters;

/// <summary>Why a granted use is not billed. Wire names are camel case.</summary>
public enum UnbilledReason
{
    /// <summary>There is no Report: the attempt was abandoned.</summary>
    NotReported,

    /// <summary>The Report says that nothing was released.</summary>
    NotReleased,

    /// <summary>There is no Receipt: the consumer has not confirmed.</summary>
    NotReceipted,

    /// <summary>The Receipt names another report, job or consumer than the use has.</summary>
    ReceiptDoesNotMatch,

    /// <summary>The Receipt is not signed by keys that are known for the two parties.</summary>
    ReceiptNotSigned,

    /// <summary>The Report claims another number of uses than the one that was granted.</summary>
    UnitsDisagree,

    /// <summary>The same use id was granted before; one use is billed once.</summary>
    GrantedBefore,
}

/// <summary>
/// Keys against which ledger records count, each in its time. They come from the signed agreement and what its parties announced under those keys, never from the records.
/// </summary>
/// <param name="Provider">Keys of the log's owner, the current one and rotated ones: an entry counts under a key that was valid at the entry's time.</param>
/// <param name="Consumers">Keys per consumer (participant id): a receipt counts under a key that was valid at some time from its Grant to its own entry.</param>
public sealed record MeterKeys(KeySet Provider, IReadOnlyDictionary<string, KeySet> Consumers);

/// <summary>Times of entries. A hostile log may hold any number.</summary>
internal static class EntryTime
{
    private static readonly long MaxMs = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>Milliseconds since 1970 as a moment, UTC; the end of the calendar for what lies behind it.</summary>
    public static DateTimeOffset Of(long timeMs) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(timeMs, 0, MaxMs));
}

/// <summary>One granted use as the ledger tells it.</summary>
public sealed record UsageRecord
{
    /// <summary>Use id, lower-case hex.</summary>
    public required string UseId { get; init; }

    /// <summary>Contract (agreement) id.</summary>
    public required string ContractId { get; init; }

    /// <summary>Contract version.</summary>
    public required string ContractVersion { get; init; }

    /// <summary>Participant id of the consumer.</summary>
    public required string Consumer { get; init; }

    /// <summary>Month of the Grant, UTC, <c>yyyy-MM</c>.</summary>
    public required string Period { get; init; }

    /// <summary>Log position of the Grant.</summary>
    public required long GrantIndex { get; init; }

    /// <summary>Log position of the Report, or null.</summary>
    public long? ReportIndex { get; init; }

    /// <summary>Log position of the Receipt that counts, or null.</summary>
    public long? ReceiptIndex { get; init; }

    /// <summary>Cells of the released result, from the Report.</summary>
    public long ResultCells { get; init; }

    /// <summary>Bytes that left the owner, from the Report.</summary>
    public long BytesOut { get; init; }

    /// <summary>Price in minor units, from the Grant.</summary>
    public required long PricePerUseMinor { get; init; }

    /// <summary>ISO 4217 code, from the Grant.</summary>
    public required string Currency { get; init; }

    /// <summary>Hash of the price plan, from the Grant.</summary>
    public required string PricePlanHash { get; init; }

    /// <summary>Leaf hash of the Grant, lower-case hex.</summary>
    public string GrantHash { get; init; } = "";

    /// <summary>Participant id of whoever runs the service in between, from the Grant.</summary>
    public string ServiceParty { get; init; } = "";

    /// <summary>Commitment of the Receipt that counts: the same in both parties' logs. Null without one.</summary>
    public string? ReceiptCommitment { get; init; }

    /// <summary>Units of the Report, and the privacy budget of the Grant.</summary>
    public IReadOnlyDictionary<string, long> Units { get; init; } = new Dictionary<string, long>();

    /// <summary>Null when the use is billed.</summary>
    public UnbilledReason? Unbilled { get; init; }
}

/// <summary>Counts of one contract in one month.</summary>
/// <param name="ContractId">Contract (agreement) id.</param>
/// <param name="Period">Month, UTC, <c>yyyy-MM</c>.</param>
/// <param name="UsesGranted">Grants.</param>
/// <param name="UsesReported">Grants with a Report.</param>
/// <param name="UsesReceipted">Grants with a Report and a Receipt that verifies.</param>
/// <param name="ResultCells">Sum over the Reports.</param>
/// <param name="BytesOut">Sum over the Reports.</param>
public sealed record MeterReading(
    string ContractId, string Period, long UsesGranted, long UsesReported, long UsesReceipted, long ResultCells, long BytesOut);
