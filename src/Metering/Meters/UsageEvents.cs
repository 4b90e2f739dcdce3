using System.Globalization;
using System.Text.Json;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Audit;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Metering.Meters;

/// <summary>Which usage events to write.</summary>
public sealed record UsageEventOptions
{
    /// <summary>Verifier key of the log to trust; without one the directory's own.</summary>
    public string? ExpectedVkey { get; init; }

    /// <summary>One contract only, or null for all.</summary>
    public string? ContractId { get; init; }

    /// <summary>One month of the Report only (<c>yyyy-MM</c>), or null for all.</summary>
    public string? Period { get; init; }

    /// <summary>With the owner's exact measurements. Never for a consumer: they are a covert channel.</summary>
    public bool WithExact { get; init; }
}

/// <summary>
/// Reported uses as CloudEvents 1.0 in the JSON batch format (CNCF CloudEvents, "JSON Event Format", section 4). <c>source</c> is the log's origin and <c>id</c> the
/// leaf hash of the Report: together unique for ever, so a receiver drops repeats. Written as it is read; memory does not grow with the log,
/// but for grants that wait for their Report.
/// </summary>
public static class UsageEvents
{
    /// <summary>Media type of what is written.</summary>
    public const string MediaType = "application/cloudevents-batch+json";

    /// <summary>Type of the events.</summary>
    public const string EventType = "org.dataspace.use.reported.v1";

    /// <summary>Extension attribute of every event: what the ledger behind it proves and what not, in English.</summary>
    public const string StatementAttribute = "ledgerproves";

    private static readonly string Statement = string.Join(' ', ["Proves:", .. AuditStatement.Current.Proves, "Does not prove:", .. AuditStatement.Current.DoesNotProve]);

    private const int FlushBytes = 64 * 1024;

    /// <summary>Writes the events; the number of them. What was written before an error must be thrown away.</summary>
    public static Result<long> Write(string directory, Stream output, UsageEventOptions options)
    {
        if (!LogStream.Open(directory, options.ExpectedVkey).TryGet(out var log, out var error))
            return MeteringErrors.LedgerUnreadable.Of(error.ToString());
        using (log)
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true }))
        {
            var (frontier, waiting, count) = (new Frontier(), new Dictionary<string, (string Contract, long Epsilon)>(StringComparer.Ordinal), 0L);
            json.WriteStartArray();
            while (frontier.Size < log.Checkpoint.Size)
            {
                if (!log.Page(frontier.Size, log.Checkpoint.Size, MeterEvent.Concerns).TryGet(out var page, out error))
                    return MeteringErrors.LedgerUnreadable.Of(error.ToString());
                foreach (var entry in page)
                {
                    frontier.Add(entry.LeafHash);
                    if (!MeterEvent.Read(entry).TryGet(out var read, out error))
                        return error;
                    if (read is { Kind: EntryKind.Grant } grant)
                        waiting[Convert.ToHexStringLower(grant.Grant)] = (grant.ContractId, grant.Units.Count > 0 ? grant.Units[0].Value : 0);
                    else if (read is { Kind: EntryKind.Report } report && waiting.Remove(Convert.ToHexStringLower(report.Grant), out var use) && IsAskedFor(options, use.Contract, entry))
                    {
                        WriteOne(json, log.Checkpoint.Origin, entry, report, use, options.WithExact);
                        count++;
                        if (json.BytesPending > FlushBytes)
                            json.Flush();
                    }
                }
            }
            if (!frontier.Root().AsSpan().SequenceEqual(log.Checkpoint.RootHash.Span))
                return MeteringErrors.LedgerUnreadable.Of("the root is not that of the checkpoint");
            json.WriteEndArray();
            return count;
        }
    }

    private static bool IsAskedFor(UsageEventOptions options, string contract, StreamedEntry entry)
        => (options.ContractId is null || options.ContractId == contract) && (options.Period is null || options.Period == MeterEvent.Month(entry.Head.TimeMs));

    private static void WriteOne(Utf8JsonWriter json, string origin, StreamedEntry entry, MeterEvent report, (string Contract, long Epsilon) use, bool withExact)
    {
        json.WriteStartObject();
        json.WriteString("specversion", "1.0");
        json.WriteString("id", Convert.ToHexStringLower(entry.LeafHash));
        json.WriteString("source", origin);
        json.WriteString("type", EventType);
        json.WriteString("subject", use.Contract);
        json.WriteString("time", EntryTime.Of(entry.Head.TimeMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteString("datacontenttype", "application/json");
        json.WriteString(StatementAttribute, Statement);
        json.WriteStartObject("data");
        json.WriteNumber("logIndex", entry.Index);
        json.WriteString("grantHash", Convert.ToHexStringLower(report.Grant));
        json.WriteStartObject("units");
        foreach (var (unit, value) in report.Units.Where(u => !u.Unit.StartsWith(MeterNames.Exact, StringComparison.Ordinal)))
            json.WriteNumber(unit, value);
        if (use.Epsilon > 0)
            json.WriteNumber(MeterNames.EpsilonMicro, use.Epsilon);
        json.WriteEndObject();
        if (withExact)
        {
            json.WriteStartObject("exact");
            foreach (var (unit, value) in report.Units.Where(u => u.Unit.StartsWith(MeterNames.Exact, StringComparison.Ordinal)))
                json.WriteNumber(unit[MeterNames.Exact.Length..], value);
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
