using System.Diagnostics;
using System.Security.Cryptography;
using DataSpace.Benchmarks.Space;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Benchmarks.Ledger;

/// <summary>
/// Appends per second of the audit ledger, first each a receipt whose consumer's signature is verified, then as a node logs what it does itself, next to a bare SQLite group commit on the same disk in the same
/// run, and next to what one fsync costs there: batches as large, the same synchronous mode, and rows of as many bytes (entry, event id, sealed payload, key) in one file and one transaction,
/// by SQLite's own calls. Beside it, the entries without payloads, and the ledger's own three files one after another. Read the ratio: disks differ by a factor of fifty.
/// </summary>
internal static class LedgerBenchmark
{
    private const int Callers = 512;
    private const double AppendsTarget = 6000;
    private const double RatioTarget = 0.5;
    private const double Http2Target = 2000;
    private const int EntryBytes = 215; // of a receipt, signed
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4); // until the runtime has replaced the first, unoptimised code
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(4);

    /// <summary>Runs everything in a temporary directory and prints one line per result.</summary>
    public static async Task RunAsync(TextWriter output)
    {
        var directory = Directory.CreateTempSubdirectory("ledger-benchmark-");
        try
        {
            var fsyncMs = FsyncMedianMs(directory.FullName);
            var (verified, verifiedBatch, verifiedCpu) = await AppendsAsync(Path.Combine(directory.FullName, "verified"), verify: true);
            var (appends, batch, cpuMicros) = await AppendsAsync(Path.Combine(directory.FullName, "ledger"), verify: false);
            var bare = BareGroupCommit(directory.FullName, batch, Bare.SameBytes);
            var rows = BareGroupCommit(directory.FullName, batch, Bare.EntriesAlone);
            var three = BareGroupCommit(directory.FullName, batch, Bare.ThreeFiles);
            Report.Line(output, $"fsync of 4 KiB, p50:                     {fsyncMs:F2} ms");
            Report.Line(output, $"ledger, {Callers} callers, verified appends:  {verified:N0}/s in batches of {verifiedBatch}, {verifiedCpu:F0} us CPU each");
            Report.Line(output, $"ledger, {Callers} callers, own entries:       {appends:N0}/s in batches of {batch}, {cpuMicros:F0} us CPU each");
            Report.Line(output, $"bare SQLite group commit, same bytes:    {bare:N0}/s");
            Report.Line(output, $"entries and ids alone, no payloads:      {rows:N0}/s, ratio {appends / rows:F2}");
            Report.Line(output, $"same bytes in three files, as we commit: {three:N0}/s, ratio {appends / three:F2}");
            Report.AtLeast(output, "appends in process, each signature verified", verified, AppendsTarget, "/s");
            Report.AtLeast(output, "ratio to the bare group commit", appends / bare, RatioTarget);
            var (posted, postCpuMicros) = await Http2AppendsAsync(Path.Combine(directory.FullName, "http"));
            Report.Line(output, $"the same over HTTP/2 and TLS, countersigned: {posted:N0}/s, {postCpuMicros:F0} us CPU each with the client's; ratio {posted / verified:F2}");
            Report.AtLeast(output, "appends over HTTP/2, client on the same processors", posted, Http2Target, "/s");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<(double PerSecond, int Batch, double CpuMicros)> AppendsAsync(string directory, bool verify)
    {
        var options = new LedgerOptions { Directory = directory, Origin = "benchmark.example/ledger" };
        await using var ledger = AuditLedger.Open(options, Ed25519Signer.Generate(), TimeProvider.System).Value;
        await LoadAsync(ledger, Append, WarmUp);
        return await LoadAsync(ledger, Append, Length);

        async Task<long> Append(ReceiptPayload receipt) => !verify || receipt.VerifyConsumer(SignedReceipts.Consumer) is null
            ? (await ledger.AppendAsync(new EntryDraft(receipt, "contract-1"), CancellationToken.None)).Value.Checkpoint.Size
            : throw new BenchmarkException("a good signature was refused");
    }

    private static async Task<(double PerSecond, double CpuMicros)> Http2AppendsAsync(string directory)
    {
        var options = new LedgerOptions { Directory = directory, Origin = "benchmark.example/ledger" };
        var signer = Ed25519Signer.Generate();
        await using var ledger = AuditLedger.Open(options, signer, TimeProvider.System).Value;
        await using var server = await ReceiptServer.StartAsync(ledger, signer);
        await LoadAsync(ledger, server.PostAsync, WarmUp);
        var (perSecond, _, cpuMicros) = await LoadAsync(ledger, server.PostAsync, Length);
        return (perSecond, cpuMicros);
    }

    // Each call appends one receipt and answers with a number that all of its batch share.
    private static async Task<(double PerSecond, int Batch, double CpuMicros)> LoadAsync(AuditLedger ledger, Func<ReceiptPayload, Task<long>> append, TimeSpan length)
    {
        var receipts = SignedReceipts.All; // signed before the clock runs: that is the consumer's work
        var cpu = Environment.CpuUsage.TotalTime;
        var (watch, start, next) = (Stopwatch.StartNew(), ledger.Latest.Size, -1);
        var heads = new HashSet<long>();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed < length)
            {
                var head = await append(receipts[(Interlocked.Increment(ref next) & int.MaxValue) % receipts.Count]);
                lock (heads)
                    heads.Add(head);
            }
        })));
        var done = ledger.Latest.Size - start;
        return (done / watch.Elapsed.TotalSeconds, (int)Math.Max(1, done / Math.Max(1, heads.Count)), (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / done);
    }

    /// <summary>What a bare group commit writes for each entry.</summary>
    private enum Bare
    {
        /// <summary>Entry and event id: no payload.</summary>
        EntriesAlone,

        /// <summary>Everything that the ledger stores of an entry, in one file and one transaction.</summary>
        SameBytes,

        /// <summary>The same in keys, vault and ledger, each synced before the next.</summary>
        ThreeFiles,
    }

    private static double BareGroupCommit(string directory, int batch, Bare form)
    {
        var payload = SealedPayload.Create(SignedReceipts.All[0].ToFields());
        var (body, id) = (RandomNumberGenerator.GetBytes(EntryBytes), new byte[16]);
        var files = new List<Sqlite>();
        var ledger = Open("ledger");
        var (vault, keys) = form == Bare.ThreeFiles ? (Open("vault"), Open("keys")) : (ledger, ledger);
        ledger.Run("CREATE TABLE entry(idx INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT");
        ledger.Run("CREATE TABLE event(id BLOB PRIMARY KEY, idx INTEGER NOT NULL) STRICT, WITHOUT ROWID");
        vault.Run("CREATE TABLE payload(idx INTEGER PRIMARY KEY, batch INTEGER NOT NULL, sealed BLOB) STRICT");
        keys.Run("CREATE TABLE key(idx INTEGER PRIMARY KEY, batch INTEGER NOT NULL, key BLOB NOT NULL) STRICT");
        var (entry, dedup) = (ledger.Prepare("INSERT INTO entry VALUES(?1,?2)"), ledger.Prepare("INSERT INTO event VALUES(?2,?1)"));
        var (content, secret) = (vault.Prepare("INSERT INTO payload VALUES(?1,?2,?3)"), keys.Prepare("INSERT INTO key VALUES(?1,?2,?3)"));
        var (watch, done) = (Stopwatch.StartNew(), 0L);
        while (watch.Elapsed < Length)
        {
            files.ForEach(file => file.Run("BEGIN IMMEDIATE"));
            for (var i = done; i < done + batch; i++)
            {
                RandomNumberGenerator.Fill(id);
                entry.Run(i, body);
                dedup.Run(i, id);
                if (form == Bare.EntriesAlone)
                    continue;
                content.Run(i, done, payload.Ciphertext);
                secret.Run(i, done, payload.Key);
            }
            for (var i = files.Count - 1; i >= 0; i--)
                files[i].Run("COMMIT");
            done += batch;
        }
        var perSecond = done / watch.Elapsed.TotalSeconds;
        files.ForEach(file => file.Dispose());
        return perSecond;

        Sqlite Open(string name)
        {
            var file = new Sqlite(Path.Combine(directory, $"bare-{form}-{name}.db"));
            files.Add(file);
            file.UseDurableWal();
            return file;
        }
    }

    private static double FsyncMedianMs(string directory)
    {
        using var file = new FileStream(Path.Combine(directory, "fsync"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var (block, times) = (new byte[4096], new List<double>());
        for (var i = 0; i < 101; i++)
        {
            file.Write(block);
            var start = Stopwatch.GetTimestamp();
            file.Flush(flushToDisk: true);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        times.Sort();
        return times[50];
    }
}
