using System.Diagnostics;
using DataSpace.Benchmarks.Space;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Regression.Vertical.Linear;
using DataSpace.Privacy.Seal;

namespace DataSpace.Benchmarks.Regression;

/// <summary>
/// Vertical logistic regression over real ciphertexts, both parties in this process on one thread: CPU and bytes of one iteration, of the table that the sample has and of a large made-up one.
/// </summary>
internal static class VerticalBenchmark
{
    private const double Megabyte = 1e6;

    public static void Run(TextWriter output)
    {
        var cache = Path.Combine(Path.GetTempPath(), "dataspace-benchmark-seal-" + Environment.UserName);
        using var engine = new VectorSealEngine(new WasmSealEngine(new WasmSealOptions { CacheDirectory = cache }));
        Measure(output, engine, new VerticalTerms(569, 15, 15, 1, 64, 8), iterations: 3, cpuSeconds: 0.5, megabytes: 13);
        Measure(output, engine, new VerticalTerms(100_000, 25, 25, 1, 16, 8), iterations: 1, cpuSeconds: 6, megabytes: 150);
    }

    /// <summary>A whole linear model, over random columns.</summary>
    public static void RunLinear(TextWriter output)
    {
        var cache = Path.Combine(Path.GetTempPath(), "dataspace-benchmark-seal-" + Environment.UserName);
        using var engine = new VectorSealEngine(new WasmSealEngine(new WasmSealOptions { CacheDirectory = cache }));
        foreach (var terms in (LinearTerms[])[new(569, 15, 15, 1, 0, 1), new(20_000, 25, 25, 10, 0, 1)])
        {
            var random = new Random(1);
            double[][] Columns(int count) => [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, terms.Rows).Select(_ => random.NextDouble()).ToArray())];
            double[] labels = [.. Enumerable.Range(0, terms.Rows).Select(i => (double)(i % 2))];
            var (begun, clock, bytes, spent) = (Cpu(), Stopwatch.StartNew(), 0L, new SortedDictionary<string, double>(StringComparer.Ordinal));
            using var first = Need(LinearFirst.Create(terms, Columns(terms.FirstFeatures), labels, Timed(engine, spent, 3), new byte[32]));
            using var second = Need(LinearSecond.Create(terms, Columns(terms.SecondFeatures), Timed(engine, spent, 3), new byte[32]));
            while (true)
            {
                var (hearer, part) = ((VerticalSide)second, Need(first.Script.Next()));
                if (part is null)
                    (hearer, part) = (first, Need(second.Script.Next()));
                if (part is null)
                    break;
                bytes += part.Payload.Length;
                Need(hearer.Script.Take(part.Payload));
            }
            Need(first.Outcome);
            Report.Line(output, $"{terms.Rows:N0} rows, {terms.FirstFeatures}+{terms.SecondFeatures} columns, ridge {terms.Ridge}: whole model {Cpu() - begun:F1} CPU-s, {clock.Elapsed.TotalSeconds:F1} s, {bytes / Megabyte:F0} MB, {terms.Doublings} squarings");
            Report.Line(output, $"of which, by the calling thread's clock: {string.Join(", ", spent.Select(s => FormattableString.Invariant($"{s.Key} {s.Value / 1e6:F2}")))}");
        }
    }

    private static void Measure(TextWriter output, ISealEngine engine, VerticalTerms terms, int iterations, double cpuSeconds, double megabytes)
    {
        var random = new Random(1);
        double[][] Columns(int count) => [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, terms.Rows).Select(_ => random.NextDouble()).ToArray())];
        double[] labels = [.. Enumerable.Range(0, terms.Rows).Select(i => (double)(i % 2))];
        var context = new byte[32];
        var begun = Cpu();
        var spent = new SortedDictionary<string, double>(StringComparer.Ordinal);
        using var first = Need(VerticalFirst.Create(terms, Columns(terms.FirstFeatures), labels, Timed(engine, spent), context));
        using var second = Need(VerticalSecond.Create(terms, Columns(terms.SecondFeatures), Timed(engine, spent), context));
        var (marks, bytes, told) = (new List<double>(), 0L, (TurnPart?)null);
        while (marks.Count <= iterations)
        {
            var fromFirst = true;
            var part = Need(first.Script.Next());
            if (part is null)
                (fromFirst, part) = (false, Need(second.Script.Next()));
            if (part is { Step: VerticalStep.Scores, Part: 0 } && told?.Step != VerticalStep.Scores)
            {
                if (marks.Count == 0)
                    Report.Line(output, $"{terms.Rows:N0} rows, {terms.FirstFeatures}+{terms.SecondFeatures} columns, L={terms.HalfPeriod}: keys, whitening, plaintexts {Cpu() - begun:F2} CPU-s");
                if (marks.Count == 0)
                    spent.Clear();
                marks.Add(Cpu());
                if (marks.Count > iterations)
                    break;
            }
            told = part;
            bytes += marks.Count > 0 ? part!.Payload.Length : 0;
            Need((fromFirst ? second.Script : first.Script).Take(part!.Payload));
        }
        // The share of the point that each iteration ends with is the next one's first message; what is counted is one of each.
        Report.AtMost(output, $"CPU of one iteration, both parties, {terms.Rows:N0} rows", (marks[^1] - marks[0]) / iterations, cpuSeconds, " s");
        Report.AtMost(output, $"bytes of one iteration, both parties, {terms.Rows:N0} rows", bytes / Megabyte / iterations, megabytes, " MB");
        Report.Line(output, $"of which, by the calling thread's clock: {string.Join(", ", spent.Select(s => FormattableString.Invariant($"{s.Key} {s.Value / iterations / 1e6:F3}")))}");
        Report.Line(output, $"resident memory at most {Process.GetCurrentProcess().PeakWorkingSet64 / Megabyte:N0} MB");
    }

    private static RingSlots Timed(ISealEngine engine, SortedDictionary<string, double> spent, int moduli = 2)
    {
        return new RingSlots([.. Need(SealSlots.CreateEach(engine, moduli)).Select(one => new TimedSlots(one, spent))]);
    }

    private static double Cpu() => Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;

    private static T Need<T>(Result<T> result) => result.TryGet(out var value, out var error) ? value : throw new BenchmarkException(error.ToString());

    /// <summary>Adds up where the time goes.</summary>
    private sealed class TimedSlots(ISlotCipher inner, SortedDictionary<string, double> spent) : ISlotCipher
    {
        public ulong Modulus => inner.Modulus;

        public int Slots => inner.Slots;

        public int KeyBytes => inner.KeyBytes;

        public int TextBytes => inner.TextBytes;

        public int AnswerBytes => inner.AnswerBytes;

        public ReadOnlyMemory<byte> PublicKey => inner.PublicKey;

        public Result<Unit> Accept(ReadOnlyMemory<byte> peerKey) => inner.Accept(peerKey);

        public Result<byte[][]> Encrypt(IReadOnlyList<ulong[]> texts) => Time("encrypt", () => inner.Encrypt(texts));

        public Result<ISlotText> Load(ReadOnlyMemory<byte> text) => Time("load", () => inner.Load(text));

        public ISlotFactor Prepare(ulong[] values) => Time("encode", () => inner.Prepare(values));

        public Result<byte[][]> Answer(IReadOnlyList<MaskedProducts> sums) => Time("answer", () => inner.Answer(sums));

        public Result<ulong[][]> Open(IReadOnlyList<ReadOnlyMemory<byte>> answers) => Time("decrypt", () => inner.Open(answers));

        public void Dispose() => inner.Dispose();

        private T Time<T>(string what, Func<T> action)
        {
            var begun = ThreadClock.Microseconds();
            var result = action();
            spent[what] = spent.GetValueOrDefault(what) + ThreadClock.Microseconds() - begun;
            return result;
        }
    }
}
