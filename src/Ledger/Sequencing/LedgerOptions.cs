using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Notes;

namespace DataSpace.Ledger.Sequencing;

/// <summary>How a ledger is opened.</summary>
public sealed record LedgerOptions
{
    /// <value>Entries in one commit, by default.</value>
    public const int DefaultMaxBatch = 1024;

    /// <value>Entries that may wait, by default; more are refused.</value>
    public const int DefaultMaxPending = 8192;

    /// <value>Longest committed output, by default: 256 MiB.</value>
    public const int DefaultMaxOutputBytes = 256 * 1024 * 1024;

    /// <summary>Directory of the store and of the published files. Only paths that <c>PublicFiles</c> resolves may be served.</summary>
    public required string Directory { get; init; }

    /// <summary>Name of the log: a schema-less URL or DID, no white space, no plus sign.</summary>
    public required string Origin { get; init; }

    /// <summary>Entries in one commit, 1–8192.</summary>
    public int MaxBatch { get; init; } = DefaultMaxBatch;

    /// <summary>Entries that may wait.</summary>
    public int MaxPending { get; init; } = DefaultMaxPending;

    /// <summary>Longest output that may be committed with a Report.</summary>
    public int MaxOutputBytes { get; init; } = DefaultMaxOutputBytes;

    /// <value>Days that metering fields are kept, by default: ten years.</value>
    public const int DefaultMeteringRetentionDays = 3653;

    /// <summary>Statutory retention of metering fields, in days from their entry; they are not erased earlier.</summary>
    public int MeteringRetentionDays { get; init; } = DefaultMeteringRetentionDays;

    /// <summary>
    /// How long a log that is not empty signs nothing after it was opened, unless <see cref="AuditLedger.WitnessesAnswered"/> comes before: whoever holds more of this log
    /// than it has says so first. Null: nobody is asked.
    /// </summary>
    public TimeSpan? AskFirst { get; init; }

    /// <summary>Directory of the key store, so that its backups can be kept for a shorter time; null: beside the log.</summary>
    public string? KeyStoreDirectory { get; init; }

    /// <summary>
    /// Sign every published checkpoint beside the log's own key, under the log's name: at most one ML-DSA-44 and one SM2 key. At publication only; what is stored, sent to
    /// witnesses and passed between nodes has the log's own signature alone. Their verifier keys are published in the file <c>vkeys</c>.
    /// </summary>
    public IReadOnlyList<ISigner> Countersigners { get; init; } = [];

    /// <summary>Keys of this node under other names that the file <c>vkeys</c> names too: those of its witness.</summary>
    public IReadOnlyList<VerifierKey> FurtherKeys { get; init; } = [];

    /// <summary>Event ids that may wait in memory for their table: about 60 bytes each.</summary>
    internal int MaxRecentEvents { get; init; } = 32 * 1024;

    /// <summary>Called at every point where a crash would matter. For tests: throwing there stands for the crash.</summary>
    internal Action<FaultPoint>? Fault { get; init; }
}

/// <summary>Points of a commit and a publication between which a crash leaves different states.</summary>
internal enum FaultPoint
{
    BeforeKeysCommit,
    AfterKeysCommit,
    BeforeVaultCommit,
    AfterVaultCommit,
    BeforeCommit,
    AfterCommit,
    BeforeTile,
    AfterTile,
    BeforeDirectorySync,
    BeforeCheckpoint,
    AfterCheckpoint,
    AfterErasureDecided,
    AfterRestSealed,
    AfterKeyErased,
    AfterContentErased,
    BeforeErasedEntry,
    AfterErasedEntry,
}
