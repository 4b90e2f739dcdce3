using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using DataSpace.Benchmarks.Space;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Lookup;
using DataSpace.Privacy.Lookup.Lwe;

namespace DataSpace.Benchmarks.Lookup;

/// <summary>
/// Hidden look-up with both parties in this process: making the database, one conversation that downloads the hint and one that has it, bytes each way; the owner's answer beside reading the same
/// memory once.
/// </summary>
internal static class LookupBenchmark
{
    public const int DefaultRecords = 1_000_000;

    private const int RecordBytes = 64;
    private const int Questions = 4;
    private const double PreprocessingSeconds = 60;
    private const double QueryMs = 100;
    private const double UpKiB = 128, DownKiB = 32;

    public static void Run(TextWriter output, int records)
    {
        var rule = KeyRule.Create([new KeyPart("id", ["trim"])]).Value;
        using var database = Build(output, rule, records);
        var shape = database.Parameters.Shape;
        Report.Line(output, $"{shape.Columns:N0} columns of {shape.Slots} entries, {shape.CellBytes / 1e6:N0} MB; query {shape.QueryBytes / 1024.0:F1} KiB, answer {shape.AnswerBytes / 1024.0:F1} KiB, hint {shape.HintBytes / 1e6:F1} MB once per version");
        Report.AtMost(output, "a query", shape.QueryBytes / 1024.0, UpKiB, " KiB");
        Report.AtMost(output, "an answer", shape.AnswerBytes / 1024.0, DownKiB, " KiB");
        Scan(output, database);
        var hint = Converse(output, rule, records, database, null, "first");
        Converse(output, rule, records, database, hint, "with hint");
    }

    private static LookupDatabase Build(TextWriter output, KeyRule rule, int records)
    {
        var builder = new LookupDatabaseBuilder(rule, RecordBytes, records);
        for (var i = 0; i < records; i++)
        {
            if (!builder.Add([Key(i)], [string.Create(CultureInfo.InvariantCulture, $"rating {i % 17}"), string.Create(CultureInfo.InvariantCulture, $"{i}.50")]))
                throw new BenchmarkException("a record does not fit");
        }

        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        if (!builder.Build("1", CancellationToken.None).TryGet(out var database, out var error))
            throw new BenchmarkException(error.ToString());
        var seconds = clock.Elapsed.TotalSeconds;
        var spent = (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds;
        Report.Line(output, $"{records:N0} records of {RecordBytes} bytes: database made in {seconds:F1} s, {spent:F1} CPU-s on {Environment.ProcessorCount} cores, {spent * 1e6 / records:F1} CPU-us per record");
        clock.Restart();
        LweScan.Hint(database.Cells, database.Parameters.Shape.Rows, database.Parameters.Shape.Columns, database.Parameters.Seed, CancellationToken.None);
        Report.Line(output, $"of that the hint {clock.Elapsed.TotalSeconds:F1} s, {database.Parameters.Shape.CellBytes * (double)LweParameters.Dimension / clock.Elapsed.TotalSeconds / 1e9:F1} G multiplications/s");
        if (records == DefaultRecords)
            Report.AtMost(output, "preprocessing, CPU divided by cores", spent / Environment.ProcessorCount, PreprocessingSeconds, " s");
        return database;
    }

    /// <summary>One answer against summing the same bytes, which is as fast as memory allows.</summary>
    private static void Scan(TextWriter output, LookupDatabase database)
    {
        var query = new uint[database.Parameters.Shape.Columns];
        new Random(1).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(query.AsSpan()));
        var (answer, plain) = (double.MaxValue, double.MaxValue);
        for (var i = 0; i < 7; i++)
        {
            var clock = Stopwatch.StartNew();
            _ = database.Answer(query);
            answer = Math.Min(answer, clock.Elapsed.TotalMilliseconds);
            clock.Restart();
            _ = PlainScan(database.Cells);
            plain = Math.Min(plain, clock.Elapsed.TotalMilliseconds);
        }

        var gigabytes = database.Parameters.Shape.CellBytes / 1e6;
        Report.Line(output, $"an answer {answer:F1} ms ({gigabytes / answer:F1} GB/s); adding up the same bytes {plain:F1} ms ({gigabytes / plain:F1} GB/s): {answer / plain:F2}x");
        Report.AtMost(output, "an answer", answer, QueryMs, " ms");
    }

    private static ulong PlainScan(ReadOnlyMemory<byte> cells)
    {
        var parts = Environment.ProcessorCount;
        var sums = new ulong[parts * 16];
        var length = cells.Length / parts / 8 * 8;
        Parallel.For(0, parts, part =>
        {
            var words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, System.Numerics.Vector<ulong>>(cells.Span.Slice(part * length, length));
            var (a, b, c, d) = (System.Numerics.Vector<ulong>.Zero, System.Numerics.Vector<ulong>.Zero, System.Numerics.Vector<ulong>.Zero, System.Numerics.Vector<ulong>.Zero);
            for (var i = 0; i + 3 < words.Length; i += 4)
                (a, b, c, d) = (a + words[i], b + words[i + 1], c + words[i + 2], d + words[i + 3]);
            sums[part * 16] = System.Numerics.Vector.Sum(a + b + c + d);
        });
        return sums.Aggregate(0UL, static (a, b) => a + b);
    }

    private static byte[] Converse(TextWriter output, KeyRule rule, int records, LookupDatabase database, byte[]? hint, string name)
    {
        var (ownerSigner, clientSigner) = (Ed25519Signer.Generate(), Ed25519Signer.Generate());
        var context = new LookupContext("job", "contract", new string('0', 64), "did:web:o.example", "did:web:c.example", rule, ["rating", "credit"], Questions, RecordBytes);
        int[] wanted = [0, records / 2, records - 1];
        using var owner = LookupOwner.Create(NewGrant("owner", 0, new byte[32]), context, database, "1", ownerSigner, clientSigner.PublicKey).Value;
        using var client = LookupClient.Create(context, [.. wanted.Select(i => (IReadOnlyList<string?>)[Key(i)]), ["nobody"]], _ => hint, clientSigner, ownerSigner.PublicKey).Value;
        var (up, down, ownerMs, clientMs) = (0L, 0L, 0.0, 0.0);
        while (!owner.IsComplete || !client.IsComplete)
        {
            var clock = Stopwatch.StartNew();
            var said = owner.Next().Value;
            ownerMs += clock.Elapsed.TotalMilliseconds;
            clock.Restart();
            if (said is not null)
            {
                down += said.Payload.Length;
                Demand(client.Receive(said.Payload).IsOk);
                clientMs += clock.Elapsed.TotalMilliseconds;
                continue;
            }

            var asked = client.Next().Value ?? throw new BenchmarkException("nobody goes on");
            clientMs += clock.Elapsed.TotalMilliseconds;
            up += asked.Length;
            clock.Restart();
            Demand(owner.Receive(asked).IsOk);
            ownerMs += clock.Elapsed.TotalMilliseconds;
        }

        var answers = client.Finish().Value;
        Demand(answers.Take(3).All(a => a.IsFound) && !answers[3].IsFound && answers[1].Values![1] == string.Create(CultureInfo.InvariantCulture, $"{records / 2}.50"));
        Report.Line(output, $"{name}: {Questions} questions, owner {ownerMs:F0} ms, client {clientMs:F0} ms; up {up / 1024.0:F0} KiB, down {down / 1024.0:F0} KiB");
        if (hint is not null)
            Report.AtMost(output, "both parties together, per question", (ownerMs + clientMs) / Questions, QueryMs, " ms");
        return client.Hint!.Value.ToArray();
    }

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern GrantHandle NewGrant(string useId, long ledgerIndex, ReadOnlyMemory<byte> grantHash);

    private static string Key(int i) => string.Create(CultureInfo.InvariantCulture, $"user-{i}");

    private static void Demand(bool holds)
    {
        if (!holds)
            throw new BenchmarkException("a look-up went wrong");
    }
}
