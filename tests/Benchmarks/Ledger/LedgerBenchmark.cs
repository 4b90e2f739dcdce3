using System.Diagnostics;
using System.Security.Cryptography;
using DataSpace.Benchmarks.Space;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DataSpace.Benchmarks.Ledger;

/// <summary>
/// Appends per second of the audit ledger, first each a receipt whose consumer's signature is verified, then as a node logs what it does itself, next to a bare SQLite group commit of equal batches on the same disk in the same
/// run, and next to what one fsync costs there. Read the ratio: disks differ by a factor of fifty.
/// </summary>
internal static class LedgerBenchmark
{
    private const int Callers = 512;
    private const double AppendsTarget = 6000;
    private const double RatioTarget = 0.5;
    private const double Http2Target = 2000;
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
            var bare = BareGroupCommit(directory.FullName, batch, withVault: false);
            var bareTwice = BareGroupCommit(directory.FullName, batch, withVault: true);
            var direct = DirectGroupCommit(directory.FullName, batch);
            Report.Line(output, $"fsync of 4 KiB, p50:                     {fsyncMs:F2} ms");
            Report.Line(output, $"ledger, {Callers} callers, verified appends:  {verified:N0}/s in batches of {verifiedBatch}, {verifiedCpu:F0} us CPU each");
            Report.Line(output, $"ledger, {Callers} callers, own entries:       {appends:N0}/s in batches of {batch}, {cpuMicros:F0} us CPU each");
            Report.Line(output, $"bare SQLite group commit, same batches:  {bare:N0}/s");
            Report.Line(output, $"the same with a payload file synced first: {bareTwice:N0}/s, ratio {appends / bareTwice:F2}");
            Report.Line(output, $"the same without ADO.NET, no payloads:   {direct:N0}/s, ratio {appends / direct:F2}");
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

    // A row and its deduplication key, as many per transaction as the ledger had; on request a payload row in a second file, synced before.
    private static double BareGroupCommit(string directory, int batch, bool withVault)
    {
        using var ledger = OpenBare(Path.Combine(directory, withVault ? "bare-2.db" : "bare.db"));
        Execute(ledger, "CREATE TABLE entry(idx INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT");
        Execute(ledger, "CREATE TABLE event(id BLOB PRIMARY KEY, idx INTEGER NOT NULL) STRICT, WITHOUT ROWID");
        using var vault = OpenBare(Path.Combine(directory, withVault ? "bare-vault.db" : "bare-none.db"));
        Execute(vault, "CREATE TABLE entry(idx INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT");
        using var entry = Insert(ledger, "INSERT INTO entry VALUES($0, $1)");
        using var dedup = Insert(ledger, "INSERT INTO event VALUES($1, $0)");
        using var payload = Insert(vault, "INSERT INTO entry VALUES($0, $1)");
        var content = RandomNumberGenerator.GetBytes(260);
        var (watch, done) = (Stopwatch.StartNew(), 0L);
        while (watch.Elapsed < Length)
        {
            if (withVault)
                Commit(vault, () =>
                {
                    for (var i = 0; i < batch; i++)
                        Run(payload, done + i, content);
                });
            Commit(ledger, () =>
            {
                for (var i = 0; i < batch; i++)
                {
                    Run(entry, done + i, content);
                    Run(dedup, done + i, RandomNumberGenerator.GetBytes(16));
                }
            });
            done += batch;
        }
        return done / watch.Elapsed.TotalSeconds;
    }

    // The fastest that SQLite itself goes: the same rows by its own calls, as the ledger's writer makes them.
    private static double DirectGroupCommit(string directory, int batch)
    {
        using var ledger = OpenBare(Path.Combine(directory, "direct.db"));
        Execute(ledger, "CREATE TABLE entry(idx INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT");
        Execute(ledger, "CREATE TABLE event(id BLOB PRIMARY KEY, idx INTEGER NOT NULL) STRICT, WITHOUT ROWID");
        using var entry = Prepare("INSERT INTO entry VALUES(?1, ?2)");
        using var dedup = Prepare("INSERT INTO event VALUES(?2, ?1)");
        var (content, id) = (RandomNumberGenerator.GetBytes(260), new byte[16]);
        var (watch, done) = (Stopwatch.StartNew(), 0L);
        while (watch.Elapsed < Length)
        {
            Commit(ledger, () =>
            {
                for (var i = 0; i < batch; i++)
                {
                    Insert(entry, done + i, content);
                    RandomNumberGenerator.Fill(id);
                    Insert(dedup, done + i, id);
                }
            });
            done += batch;
        }
        return done / watch.Elapsed.TotalSeconds;

        sqlite3_stmt Prepare(string sql)
        {
            SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(ledger.Handle!, sql, out var statement), ledger.Handle!);
            return statement;
        }

        void Insert(sqlite3_stmt statement, long index, byte[] bytes)
        {
            _ = raw.sqlite3_bind_int64(statement, 1, index);
            _ = raw.sqlite3_bind_blob(statement, 2, bytes);
            if (raw.sqlite3_step(statement) != raw.SQLITE_DONE)
                throw new BenchmarkException("A row was not inserted.");
            _ = raw.sqlite3_reset(statement);
        }
    }

    private static SqliteConnection OpenBare(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL");
        Execute(connection, "PRAGMA synchronous=FULL");
        Execute(connection, "PRAGMA wal_autocheckpoint=4000");
        return connection;
    }

    private static SqliteCommand Insert(SqliteConnection connection, string sql)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Parameters.Add("$0", SqliteType.Integer);
        command.Parameters.Add("$1", SqliteType.Blob);
        return command;
    }

    private static void Run(SqliteCommand command, long index, byte[] bytes)
    {
        (command.Parameters[0].Value, command.Parameters[1].Value) = (index, bytes);
        command.ExecuteNonQuery();
    }

    private static void Commit(SqliteConnection connection, Action rows)
    {
        Execute(connection, "BEGIN IMMEDIATE");
        rows();
        Execute(connection, "COMMIT");
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
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
