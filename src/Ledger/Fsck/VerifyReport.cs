using DataSpace.Kernel.Crypto;
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

    /// <summary>The verifier key to trust. Without one the directory's own <c>vkey</c> file is taken, which proves consistency, not identity.</summary>
    public string? ExpectedVkey { get; init; }

    /// <summary>Keys beside the log's own that may have signed entries, for example before a rotation.</summary>
    public IReadOnlyList<PublicKey> EntryKeys { get; init; } = [];

    /// <summary>Told the number of entries checked so far, once per bundle.</summary>
    public Action<long>? Progress { get; init; }
}

/// <summary>Something that is wrong, and where.</summary>
/// <param name="Where">Entry, tile or file, for example <c>entry 17</c> or <c>tile/0/000</c>.</param>
/// <param name="What">What is wrong.</param>
public sealed record VerifyProblem(string Where, string What)
{
    /// <inheritdoc />
    public override string ToString() => $"{Where}: {What}";
}

/// <summary>Result of a verification.</summary>
public sealed record VerifyReport
{
    /// <summary>True when there is no problem.</summary>
    public bool Ok => ProblemCount == 0;

    /// <summary>Origin of the log, empty when the key could not be read.</summary>
    public required string Origin { get; init; }

    /// <summary>Verifier key that the checkpoint was checked with.</summary>
    public required string Vkey { get; init; }

    /// <summary>Size that the checkpoint names.</summary>
    public required long Size { get; init; }

    /// <summary>Root that the checkpoint names, lower-case hex.</summary>
    public required string RootHash { get; init; }

    /// <summary>Well-formed entries by kind.</summary>
    public required IReadOnlyDictionary<EntryKind, long> Counts { get; init; }

    /// <summary>Payloads that match their commitment.</summary>
    public required long PayloadsChecked { get; init; }

    /// <summary>Entries whose payload is not in the vault beside the log; all of them when there is no vault.</summary>
    public required long PayloadsAbsent { get; init; }

    /// <summary>The first problems, at most <see cref="MaxListed"/>.</summary>
    public required IReadOnlyList<VerifyProblem> Problems { get; init; }

    /// <summary>All problems.</summary>
    public required long ProblemCount { get; init; }

    /// <summary>Not wrong, but worth a look: files that a publication under way leaves ahead of the checkpoint.</summary>
    public required IReadOnlyList<VerifyProblem> Notices { get; init; }

    /// <summary>Most problems and notices that are listed.</summary>
    public const int MaxListed = 1000;
}
