using System.Buffers.Binary;
using System.Diagnostics;
using DataSpace.Benchmarks.Sandbox;
using DataSpace.Benchmarks.Space;
using DataSpace.Connector.History;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataSpace.Benchmarks.History;

/// <summary>
/// What query control costs: listing and remembering the subjects behind every cell, beside the same query without it and beside bare DuckDB in the same run; and the comparison
/// of one new cell with everything that was released before.
/// </summary>
internal static class HistoryBenchmark
{
    private const int Repeats = 5;
    private const int GroupCount = 100;
    private const int EarlierCells = 10_000;
    private const int CellSubjects = 1_000;
    private const int Population = 1_000_000;
    private const int MinGroup = 10;
    private const string Consumer = "did:web:analyst.example";

    /// <summary>Runs and prints.</summary>
    public static async Task RunAsync(TextWriter output, long rows)
    {
        var directory = Directory.CreateTempSubdirectory("dataspace-bench-");
        try
        {
            await ExtractionAsync(output, rows, directory.FullName);
            Pairs(output);
            await WholeJudgementAsync(output, Path.Combine(directory.FullName, "full"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task ExtractionAsync(TextWriter output, long rows, string directory)
    {
        var path = Path.Combine(directory, "rows.parquet");
        BareDuckDb.Generate(path, rows, GroupCount, seed: 0);
        var (source, plan) = (BareDuckDb.SourceOf("d", path), BareDuckDb.PlanOf(GroupCount));
        using var sandbox = new SqlSandbox(new SandboxOptions { WorkerDirectory = Repository.WorkerDirectory });
        using var engine = new BareDuckDb("d", path);
        var sql = SqlSandbox.CellSql(source, plan).Value;
        List<double> bare = [], without = [], worker = [], connector = [], repeated = [], wall = [];
        long subjects = 0;
        for (var i = 0; i <= Repeats; i++) // the first round warms caches and is dropped
        {
            var plain = (await sandbox.RunCellsAsync(source, plan, new SandboxLimits(), CancellationToken.None)).Value;
            using var history = Open(Path.Combine(directory, "h" + i));
            var first = await ControlledAsync(sandbox, history, source, plan);
            var again = await ControlledAsync(sandbox, history, source, plan);
            var cpu = engine.CpuMs(sql);
            subjects = plain.Cells.Sum(c => c.Subjects);
            if (i == 0)
                continue;
            bare.Add(cpu);
            without.Add(plain.Usage.WorkerCpuMs);
            worker.Add(first.Worker);
            connector.Add(first.Own);
            repeated.Add(again.Worker + again.Own);
            wall.Add(first.Wall);
        }
        var (b, o, w, c, r) = (Statistics.Median(bare), Statistics.Median(without), Statistics.Median(worker), Statistics.Median(connector), Statistics.Median(repeated));
        Report.Line(output, $"{rows:N0} rows, {GroupCount} groups, {subjects:N0} subjects behind the cells: bare DuckDB {b:F0} ms CPU, worker without subjects {o:F0} ms, with {w:F0} ms, connector (ids, sets, history) {c:F0} ms, wall {Statistics.Median(wall):F0} ms");
        Report.Line(output, $"   worker without subjects / bare DuckDB {o / b:F2}; the same question again (nothing listed) / bare DuckDB {r / b:F2}");
        Report.AtMost(output, "worker with subjects / bare DuckDB, CPU", w / b, 1.5);
        Report.Line(output, $"   worker and connector with subjects / bare DuckDB {(w + c) / b:F2}; / worker without {(w + c) / o:F2}; {1000 * ((w + c) - o) / subjects:F2} us a subject");
    }

    private static async Task<(double Worker, double Own, double Wall)> ControlledAsync(SqlSandbox sandbox, QueryHistory history, DatasetSource source, CellPlan plan)
    {
        using var self = Process.GetCurrentProcess();
        var (before, started) = (self.TotalProcessorTime, Stopwatch.GetTimestamp());
        var control = history.Control(new AnswerContext("d", "v1", source, Consumer, [Consumer], MinGroup));
        var ran = (await sandbox.RunCellsAsync(source, plan, new SandboxLimits(), control, CancellationToken.None)).Value;
        var verdict = await control.JudgeAsync([.. ran.Cells.Select(_ => CellState.Fit)], CancellationToken.None);
        if (!verdict.TryGet(out var withheld, out var error) || withheld.Withheld.Count > 0)
            throw new BenchmarkException("the history withheld cells of a first answer: " + error);
        var wall = Stopwatch.GetElapsedTime(started);
        self.Refresh();
        return (ran.Usage.WorkerCpuMs, (self.TotalProcessorTime - before).TotalMilliseconds, wall.TotalMilliseconds);
    }

    /// <summary>The rule alone: all earlier sets have the new one's size, so that size tells none of them apart.</summary>
    private static void Pairs(TextWriter output)
    {
        const int questions = 200;
        var sets = Enumerable.Range(0, EarlierCells).Select(i => Random(CellSubjects, seed: i)).ToArray();
        var layer = new EarlierLayer(sets.Select((s, i) => new EarlierSet(i, SetSketch.Of(s), MinGroup)), []);
        var cells = Enumerable.Range(0, questions).Select(i => new CellSets([Random(CellSubjects, seed: EarlierCells + i)])).ToList();
        var (near, loads) = (new CellSets([Without(sets[EarlierCells / 2])]), 0);
        SubjectSet Load(long id)
        {
            loads++;
            return sets[id];
        }
        int Withheld(CellSets cell) => HistoryRules.Withhold(MinGroup, [cell], [CellState.Fit], [layer], Load).Count;
        if (Withheld(near) != 1 || cells.Take(20).Any(c => Withheld(c) != 0)) // also the warming up
            throw new BenchmarkException("the pair rule judges wrongly");
        loads = 0;
        var start = ThreadClock.Microseconds();
        foreach (var cell in cells)
            _ = Withheld(cell);
        var each = (ThreadClock.Microseconds() - start) / questions;
        Report.Line(output, $"one new cell of {CellSubjects:N0} subjects against {EarlierCells:N0} earlier ones of equal size: {each:N0} us CPU, {each * 1000 / EarlierCells:F0} ns a pair, {(double)loads / questions:F1} sets read");
    }

    /// <summary>The same through the file, as a use does it: sketches read, sets and answer written, durable.</summary>
    private static async Task WholeJudgementAsync(TextWriter output, string directory)
    {
        const int answers = 98;
        using var history = Open(directory);
        for (var i = 0; i < answers; i++)
            await AnswerAsync(history, "filling " + i, [.. Enumerable.Range(0, GroupCount).Select(j => Ordinals(CellSubjects, seed: (i * GroupCount) + j))]);
        var times = new List<double>();
        for (var i = 0; i < 7; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await AnswerAsync(history, "asked " + i, [Ordinals(CellSubjects, seed: -1 - i)]);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        Report.Line(output, $"a whole judgement of one cell against {answers * GroupCount:N0} in the file, durable: {Statistics.Median(times):F1} ms wall");
    }

    private static async Task AnswerAsync(QueryHistory history, string scope, IReadOnlyList<uint[]> cells)
    {
        var source = new DatasetSource("d", "/none", DatasetFormat.Csv, [new("id", ColumnType.Integer)], "id");
        var control = history.Control(new AnswerContext("d", "v1", source, Consumer, [Consumer], MinGroup));
        var sink = control.Open(scope, []) ?? throw new BenchmarkException("a new question is known");
        var text = new byte[4];
        for (var i = 0; i < cells.Count; i++)
        {
            foreach (var ordinal in cells[i])
            {
                BinaryPrimitives.WriteUInt32BigEndian(text, ordinal);
                sink.Add(i, 0, isNull: false, text);
            }
        }
        if ((await control.JudgeAsync([.. cells.Select(_ => CellState.Fit)], CancellationToken.None)) is { IsOk: false } refused)
            throw new BenchmarkException("the history refused: " + refused.Error);
    }

    private static SubjectSet Random(int count, int seed) => SubjectSet.Of(Ordinals(count, seed));

    private static SubjectSet Without(SubjectSet set) => SubjectSet.Of([.. set.Ordinals().Skip(1)]);

    private static uint[] Ordinals(int count, int seed)
    {
        var (random, members) = (new Random(seed), new HashSet<uint>());
        while (members.Count < count)
            members.Add((uint)random.Next(Population));
        return [.. members.Order()];
    }

    private static QueryHistory Open(string directory)
    {
        Directory.CreateDirectory(directory);
        return new QueryHistory(directory, new byte[32], new NoAnchor(), TimeProvider.System, NullLogger<QueryHistory>.Instance);
    }

    private sealed class NoAnchor : IHistoryAnchor
    {
        public bool HasUses => false;

        public long Answers { get; private set; }

        public Result<Unit> Raise(long answers)
        {
            Answers = answers;
            return Unit.Value;
        }
    }
}
