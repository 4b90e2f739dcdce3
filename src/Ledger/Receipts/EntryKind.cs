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

    /// <summary>The negative list or a freeze stopped a dataset, a contract, a participant or a job at this node.</summary>
    Suspended = 7,

    /// <summary>What was stopped may go on.</summary>
    Resumed = 8,

    /// <summary>A regulator published, froze, lifted or cleared something; in the regulator's own ledger.</summary>
    RegulatorAct = 9,

    /// <summary>A duty of a contract was fulfilled.</summary>
    DutyDone = 10,

    /// <summary>A duty of a contract was not fulfilled in time.</summary>
    DutyBreached = 11,

    /// <summary>A dataset was checked against its declared grade before it was listed.</summary>
    ListingChecked = 12,

    /// <summary>A use went ahead without a fresh stamp, as its contract allows for general data.</summary>
    Degraded = 13,

    /// <summary>A month of a contract was settled; what arrives later is an adjustment of a later month.</summary>
    PeriodClosed = 14,

    /// <summary>An amount for an earlier month, charged or given back in a later one.</summary>
    Adjustment = 15,

    /// <summary>A use is disputed: it is not billed while that stands.</summary>
    Dispute = 16,

    /// <summary>A dispute ended: the use is billed or waived.</summary>
    DisputeResolved = 17,

    /// <summary>First entry of a log that continues another one of the same participant, after a restore from a backup.</summary>
    LogContinued = 20,

    /// <summary>Another participant's log has shown two histories; the proof is kept beside the log.</summary>
    Equivocation = 21,

    /// <summary>A receipt that only one side signed by its deadline; the use is disputed and not billed.</summary>
    OneSided = 22,

    /// <summary>A dispatched job for which an owner's log shows neither Grant nor Denied by the deadline.</summary>
    Unreported = 23,

    /// <summary>The payload of an earlier entry was erased.</summary>
    Erased = 24,

    /// <summary>An auditor or regulator was answered about a range of this log.</summary>
    DisclosureGiven = 25,

    /// <summary>An owner that wrote nothing into its own log about a dispatched job has signed that it refuses it; in the coordinator's log.</summary>
    RefusalKept = 26,
}
