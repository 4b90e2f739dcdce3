using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Hosting;

/// <summary>How a node keeps its log, as its owner configured it.</summary>
/// <param name="KeyStoreDirectory">Where the keys of payloads lie, so that their backups can be kept for a shorter time; null: beside the log.</param>
/// <param name="MeteringRetentionDays">Statutory retention of metering fields.</param>
public sealed record LedgerConfig(string? KeyStoreDirectory, int MeteringRetentionDays)
{
    /// <summary>Nothing configured.</summary>
    public static LedgerConfig Default { get; } = new(null, LedgerOptions.DefaultMeteringRetentionDays);

    private const int MaxRetentionDays = 36_525;

    /// <summary>
    /// Reads the members <c>keyStoreDirectory</c> and <c>meteringRetentionDays</c> of a configuration; paths are relative to <paramref name="directory"/>. The retention can
    /// be longer than the statutory ten years, not shorter.
    /// </summary>
    public static Result<LedgerConfig> Create(string? keyStoreDirectory, int? meteringRetentionDays, string directory)
    {
        var days = meteringRetentionDays ?? LedgerOptions.DefaultMeteringRetentionDays;
        if (days is < LedgerOptions.DefaultMeteringRetentionDays or > MaxRetentionDays)
            return HostErrors.BadConfiguration.Of($"meteringRetentionDays is {LedgerOptions.DefaultMeteringRetentionDays} to {MaxRetentionDays}");
        return keyStoreDirectory is { Length: 0 }
            ? HostErrors.BadConfiguration.Of("keyStoreDirectory is empty")
            : new LedgerConfig(keyStoreDirectory is null ? null : Path.GetFullPath(keyStoreDirectory, directory), days);
    }
}
