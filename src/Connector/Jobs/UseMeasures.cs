using DataSpace.Connector.Datasets;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Classification;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// What a use is reported with. Units that others see and that are billed do not depend on what the statement found or how long it took: they are the reserved
/// allowance, or the scale that the catalogue shows everybody. Anything finer is a covert channel, and tells who comes and goes; it stays with the owner.
/// </summary>
internal static class UseMeasures
{
    /// <summary>The Report. Every field that others may see is the same whether the computation succeeded or not.</summary>
    public static ReportPayload ReportOf(GrantedUse granted, UseRequest use, UseWork work, Listing? listing, SandboxProfile profile, string? workerDigest)
    {
        var known = (listing?.Classification?.Scale ?? DataScale.Empty).Coarse();
        var units = new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            ["uses"] = 1,
            ["resultCells"] = work.ResultCells,
            ["bytesOut"] = work.Committed.Length,
            ["rowsScanned"] = known.Rows,
            ["subjects"] = known.Subjects,
            ["cpuMs"] = use.Order.Plan.WallLimitMs, // one engine thread: processor time is reserved as wall time is
            ["wallMs"] = use.Order.Plan.WallLimitMs,
        };
        if (work.PlannedFuel > 0)
            units["fuel"] = work.PlannedFuel;
        return new ReportPayload
        {
            GrantHash = granted.Entry.LeafHashHex,
            Units = units,
            ImageDigest = $"{profile.Name} duckdb/{profile.EngineVersion} seccomp/{profile.FilterSha256} worker/sha256:{workerDigest}",
            OutputDigest = Contributions.OutputDigest(work.Committed),
            Outcome = "released",
            CpuMs = (long)(work.Usage?.WorkerCpuMs ?? 0),
            RowsScanned = work.Usage is null ? 0 : listing?.Rows ?? 0, // every statement reads the whole file
            WallMs = (long)work.Elapsed.TotalMilliseconds,
            Measured = Measured(work),
        };
    }

    private static SortedDictionary<string, long> Measured(UseWork work)
    {
        var measured = new SortedDictionary<string, long>(StringComparer.Ordinal);
        if (work.Subjects is { } subjects)
            measured["subjects"] = subjects;
        if (work.ProtocolBytes > 0)
            measured["protocolBytes"] = work.ProtocolBytes;
        if (work.Fuel > 0)
            measured["fuel"] = work.Fuel;
        if (work.Usage is { } usage)
        {
            measured["peakBytes"] = usage.PeakResidentBytes;
            measured["sandboxBytes"] = usage.OutputBytes;
        }
        return measured;
    }
}
