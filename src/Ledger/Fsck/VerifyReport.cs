using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Fsck;

/// <summary>What a verification compares with.</summary>
public sealed record VerifyOptions
{
    /// <summary>
    /// A checkpoint of this log that somebody else holds. Without one, a log that was cut back or rolled back to an older state
    /// verifies: the files alone cannot show what is no longer there.
    /// </summary>
    public string? WitnessCheckpoint { get; init; }

    /// <summary>Further checkpoints of this log, and who holds each. Those that its key did not sign are passed over: anybody can claim anything.</summary>
    public IReadOnlyList<HeldCheckpoint> Held { get; init; } = [];

    /// <summary>The verifier key to trust. Without one the directory's own <c>vkey</c> file is taken, which proves consistency, not identity.</summary>
    public string? ExpectedVkey { get; init; }

    /// <summary>
    /// Keys that must have signed the published checkpoint beside the log's own (ML-DSA-44, SM2), under its name: each missing or bad line is a problem. Without any, the
    /// directory's own <c>vkeys</c> file is looked at: then a bad line is a problem, a missing one is not.
    /// </summary>
    public IReadOnlyList<VerifierKey> Countersigners { get; init; } = [];

    /// <summary>Keys beside the log's own that may have signed entries, for example before a rotation.</summary>
    public IReadOnlyList<PublicKey> EntryKeys { get; init; } = [];

    /// <summary>Told the number of entries checked so far, once per bundle.</summary>
    public Action<long>? Progress { get; init; }
}

/// <summary>A signature of the published checkpoint that verifies.</summary>
/// <param name="Algorithm">Of the key: <c>Ed25519</c>, <c>ML-DSA-44</c> or <c>SM2</c>.</param>
/// <param name="Vkey">The verifier key.</param>
/// <param name="At">Seconds since 1970 that the signature names; null for the log's own, which names none.</param>
/// <param name="IsGiven">The caller named the key. False: it is the directory's own, which proves consistency, not identity.</param>
public sealed record CheckpointSignature(string Algorithm, string Vkey, long? At, bool IsGiven);

/// <summary>A checkpoint that somebody holds.</summary>
/// <param name="Holder">Who, for the reader.</param>
/// <param name="Note">The note as it was signed.</param>
public sealed record HeldCheckpoint(string Holder, string Note);

/// <summary>Two checkpoints by the key of one log that no single history contains, or of which the later one is not to be seen here.</summary>
/// <param name="Holder">Who holds the other one.</param>
/// <param name="HeldNote">The one held.</param>
/// <param name="OwnNote">The one published.</param>
/// <param name="IsFork">The histories differ. False: what is held is larger, and what is here may be its beginning.</param>
public sealed record HeldConflict(string Holder, string HeldNote, string OwnNote, bool IsFork);

/// <summary>Something that is wrong, and where.</summary>
/// <param name="Where">Entry, tile or file, for example <c>entry 17</c> or <c>tile/0/000</c>.</param>
/// <param name="What">What is wrong.</param>
public sealed record VerifyProblem(string Where, string What)
{
    /// <inheritdoc />
    public override string ToString() => $"{Where}: {What}";
}

/// <summary>An entry whose payload was erased, and which entry says so.</summary>
/// <param name="Index">The entry.</param>
/// <param name="Part"><c>content</c> when its metering fields are still there, or <c>all</c>. Entries without metering fields have none left either way.</param>
/// <param name="By">Index of the Erased entry.</param>
/// <param name="Ground">Legal ground that it names.</param>
public sealed record ErasedEntry(long Index, string Part, long By, string Ground);

/// <summary>Result of a verification.</summary>
public sealed record VerifyReport
{
    /// <summary>True when there is no problem.</summary>
    public bool Ok => ProblemCount == 0;

    /// <summary>Origin of the log, empty when the key could not be read.</summary>
    public required string Origin { get; init; }

    /// <summary>Verifier key that the checkpoint was checked with.</summary>
    public required string Vkey { get; init; }

    /// <summary>Signatures of the checkpoint that verify, the log's own first.</summary>
    public required IReadOnlyList<CheckpointSignature> Signatures { get; init; }

    /// <summary>Size that the checkpoint names.</summary>
    public required long Size { get; init; }

    /// <summary>Root that the checkpoint names, lower-case hex.</summary>
    public required string RootHash { get; init; }

    /// <summary>Well-formed entries by kind.</summary>
    public required IReadOnlyDictionary<EntryKind, long> Counts { get; init; }

    /// <summary>Payloads that match their commitment; of partly erased ones what is left.</summary>
    public required long PayloadsChecked { get; init; }

    /// <summary>Entries whose payload is not in the vault beside the log; each is a problem. All of them, and no problem, when there is no vault.</summary>
    public required long PayloadsAbsent { get; init; }

    /// <summary>Entries whose payload was erased, in part or whole, as an Erased entry of this log says.</summary>
    public required long PayloadsErased { get; init; }

    /// <summary>The first of those, at most <see cref="MaxListed"/>.</summary>
    public required IReadOnlyList<ErasedEntry> Erased { get; init; }

    /// <summary>The first problems, at most <see cref="MaxListed"/>.</summary>
    public required IReadOnlyList<VerifyProblem> Problems { get; init; }

    /// <summary>All problems.</summary>
    public required long ProblemCount { get; init; }

    /// <summary>Checkpoints of others that the log's key signed, and that were compared with the log.</summary>
    public required int HeldCompared { get; init; }

    /// <summary>Those that contradict it; each is a problem too.</summary>
    public required IReadOnlyList<HeldConflict> Conflicts { get; init; }

    /// <summary>Not wrong, but worth a look: files that a publication under way leaves ahead of the checkpoint.</summary>
    public required IReadOnlyList<VerifyProblem> Notices { get; init; }

    /// <summary>Most problems and notices that are listed.</summary>
    public const int MaxListed = 1000;
}
