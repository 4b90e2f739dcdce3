namespace DataSpace.Ledger.Receipts;

/// <summary>
/// What an entry records. Numbers are part of the signed bytes: never reused, never renumbered. A new kind takes the next
/// number, a payload type, a golden vector and a row in the schema.
/// </summary>
public enum EntryKind
{
    /// <summary>A use was granted: signed by the provider before any data was read.</summary>
    Grant = 1,

    /// <summary>What a granted use did: units, digests, outcome.</summary>
    Report = 2,

    /// <summary>The consumer's receipt with the provider's countersignature.</summary>
    Receipt = 3,

    /// <summary>A coordinator is about to send a job to its roster.</summary>
    JobDispatched = 4,

    /// <summary>A use was refused.</summary>
    Denied = 5,

    /// <summary>The owner raised the limit of a budget.</summary>
    BudgetRegranted = 6,
}
