using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Benchmarks.Space;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Metering.Meters;

namespace DataSpace.Benchmarks.Metering;

/// <summary>
/// Folding a ledger of one million entries (Grant, Report, Receipt of a third of a million uses, as our own ledger writes them) into meters, and
/// the same for a tenth of it: time beside a plain read of the same files, and memory that must not grow with the log.
/// </summary>
internal static class MeteringBenchmark
{
    private const int Uses = 333_334;
    private const double TargetSeconds = 10;
    private const int Callers = 512;
    private static readonly Ed25519Signer Provider = Ed25519Signer.Generate();
    private static readonly Ed25519Signer Consumer = Ed25519Signer.Generate();

    /// <summary>Makes both logs, folds them, prints.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        var directory = Directory.CreateTempSubdirectory("metering-benchmark-");
        try
        {
            var (small, large) = (Path.Combine(directory.FullName, "small"), Path.Combine(directory.FullName, "large"));
            await WriteAsync(small, Uses / 10);
            var wrote = Stopwatch.GetTimestamp();
            await WriteAsync(large, Uses);
            Report.Line(output, $"writing {3 * Uses:N0} entries:                {Stopwatch.GetElapsedTime(wrote).TotalSeconds:F1} s");
            Fold(small); // the runtime compiles
            var (_, smallBytes, _) = Fold(small);
            var read = Read(large);
            var (seconds, largeBytes, size) = Fold(large);
            Report.Line(output, $"reading the same files, nothing else:    {read:F1} s");
            Report.Line(output, $"folding {size:N0} entries:                {seconds:F1} s, {size / seconds:N0}/s");
            Report.Line(output, $"managed memory at the end: a tenth of the log {smallBytes >> 20} MB, all of it {largeBytes >> 20} MB");
            var again = Stopwatch.GetTimestamp();
            if (MeterProjector.Run(large).Value.Added != 0)
                throw new BenchmarkException("the second fold counted something twice");
            Report.Line(output, $"folding again, nothing new:              {Stopwatch.GetElapsedTime(again).TotalMilliseconds:F0} ms");
            Report.AtMost(output, "folding one million entries", seconds, TargetSeconds, " s");
            Report.AtMost(output, "memory, ten times the log", (largeBytes + 1) / (double)(smallBytes + 1), 2, "x");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static (double Seconds, long Bytes, long Size) Fold(string directory)
    {
        foreach (var file in Directory.GetFiles(directory, "metering.db*"))
            File.Delete(file);
        GC.Collect();
        var began = Stopwatch.GetTimestamp();
        var state = MeterProjector.Run(directory).Value;
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var bytes = GC.GetTotalMemory(forceFullCollection: true);
        var uses = state.Size / 3;
        if (state.Sums.Single(s => s.Unit == MeterNames.Receipted).Value != uses || state.Sums.Single(s => s.Unit == "bytesOut").Value != 1000 * uses)
            throw new BenchmarkException("the sums are wrong");
        return (seconds, bytes, state.Size);
    }

    private static double Read(string directory)
    {
        var began = Stopwatch.GetTimestamp();
        var buffer = new byte[1 << 20];
        foreach (var file in Directory.EnumerateFiles(Path.Combine(directory, "tile", "entries"), "*", SearchOption.AllDirectories).Append(Path.Combine(directory, "vault.db")).Append(Path.Combine(directory, "keys.db")))
        {
            using var stream = File.OpenRead(file);
            while (stream.Read(buffer) > 0)
                ;
        }
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static async Task WriteAsync(string directory, int uses)
    {
        var options = new LedgerOptions { Directory = directory, Origin = "benchmark.example/metering" };
        await using var ledger = AuditLedger.Open(options, Provider, TimeProvider.System).Value;
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (var i = Interlocked.Increment(ref next); i < uses; i = Interlocked.Increment(ref next))
                await UseAsync(ledger, i);
        })));
    }

    private static async Task UseAsync(AuditLedger ledger, int number)
    {
        var job = Hex("job " + number.ToString(CultureInfo.InvariantCulture));
        var grant = new GrantPayload
        {
            Actor = "analyst",
            Role = "analyst",
            Participant = "did:web:consumer.example",
            SpaceId = "space",
            ServiceParty = "did:web:coordinator.example",
            CaseId = "-",
            ContractId = "urn:uuid:11111111-2222-3333-4444-555555555555",
            ContractVersion = "1",
            PolicyDecisionId = "decision",
            PolicyVersion = "1",
            PlanHash = job,
            JobHash = job,
            JobId = "job",
            Step = "contribute",
            UseId = GrantPayload.ComputeUseId(job, "urn:uuid:11111111-2222-3333-4444-555555555555", "contribute"),
            Nonce = "nonce",
            DatasetId = "dataset",
            DatasetVersion = job,
            Purpose = "statistics",
            Limits = new Dictionary<string, long> { ["minGroupSize"] = 3, ["epsilonMicro"] = 1000 },
            PricePerUseMinor = 200,
            Currency = "CNY",
            PricePlanHash = job,
        };
        var granted = (await ledger.GrantAsync(grant, [], CancellationToken.None)).Value;
        var report = new ReportPayload
        {
            GrantHash = granted.Entry.LeafHashHex,
            Units = new Dictionary<string, long> { ["uses"] = 1, ["resultCells"] = 60, ["bytesOut"] = 1000, ["rowsScanned"] = 1024 },
            ImageDigest = "engine",
            OutputDigest = Convert.ToHexStringLower(SHA256.HashData([])),
            Outcome = "released",
            CpuMs = 5,
            RowsScanned = 1000,
            WallMs = 9,
        };
        var reported = (await ledger.ReportAsync(granted.Handle, report, ReadOnlyMemory<byte>.Empty, CancellationToken.None)).Value;
        var receipt = ReceiptPayload.SignAsConsumer(granted.Entry.LeafHashHex, reported.LeafHashHex, job, job, grant.Participant, Consumer).Countersign(Consumer.PublicKey, Provider).Value;
        _ = (await ledger.AppendAsync(new EntryDraft(receipt, grant.ContractId), CancellationToken.None)).Value;
    }

    private static string Hex(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
