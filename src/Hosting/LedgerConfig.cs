using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Hosting;

/// <summary>How a node keeps its log, as its owner configured it.</summary>
/// <param name="KeyStoreDirectory">Where the keys of payloads lie, so that their backups can be kept for a shorter time; null: beside the log.</param>
/// <param name="MeteringRetentionDays">Statutory retention of metering fields.</param>
public sealed record LedgerConfig(string? KeyStoreDirectory, int MeteringRetentionDays)
{
    /// <summary>Algorithms that sign each published checkpoint beside Ed25519.</summary>
    public IReadOnlyList<string> Countersign { get; init; } = [];

    /// <summary>Algorithms by which this node, as a witness, cosigns beside Ed25519.</summary>
    public IReadOnlyList<string> WitnessCountersign { get; init; } = [];

    /// <summary>Nothing configured.</summary>
    public static LedgerConfig Default { get; } = new(null, LedgerOptions.DefaultMeteringRetentionDays);

    private const int MaxRetentionDays = 36_525;

    /// <summary>
    /// Reads the members <c>keyStoreDirectory</c>, <c>meteringRetentionDays</c>, <c>countersign</c> and <c>witnessCountersign</c> of a configuration; paths are relative to
    /// <paramref name="directory"/>. The retention can be longer than the statutory ten years, not shorter.
    /// </summary>
    public static Result<LedgerConfig> Create(
        string? keyStoreDirectory, int? meteringRetentionDays, string directory, IReadOnlyList<string>? countersign = null, IReadOnlyList<string>? witnessCountersign = null)
    {
        foreach (var (name, algorithms) in (ReadOnlySpan<(string, IReadOnlyList<string>?)>)[("countersign", countersign), ("witnessCountersign", witnessCountersign)])
        {
            if (algorithms is not null && (algorithms.Any(a => !AdditionalKeys.IsKnown(a)) || algorithms.Distinct(StringComparer.Ordinal).Count() != algorithms.Count))
                return HostErrors.BadConfiguration.Of($"{name}: each of {AdditionalKeys.Known} at most once");
        }
        var days = meteringRetentionDays ?? LedgerOptions.DefaultMeteringRetentionDays;
        if (days is < LedgerOptions.DefaultMeteringRetentionDays or > MaxRetentionDays)
            return HostErrors.BadConfiguration.Of($"meteringRetentionDays is {LedgerOptions.DefaultMeteringRetentionDays} to {MaxRetentionDays}");
        return keyStoreDirectory is { Length: 0 }
            ? HostErrors.BadConfiguration.Of("keyStoreDirectory is empty")
            : new LedgerConfig(keyStoreDirectory is null ? null : Path.GetFullPath(keyStoreDirectory, directory), days)
            {
                Countersign = countersign ?? [],
                WitnessCountersign = witnessCountersign ?? [],
            };
    }
}
