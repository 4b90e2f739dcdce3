using System.Globalization;
using System.Text;
using DataSpace.Connector.History;
using DataSpace.Sandbox;
using DataSpace.Sandbox.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace DataSpace.Connector.Tests.History;

/// <summary>
/// An attacker with a contract asks the real sandbox about random conditions, and about conditions that differ in one person, and subtracts. It knows the
/// whole file: an attack counts when two released sums are 1 to k−1 persons apart.
/// </summary>
public sealed class DifferencingAttackTests(WorkerFixture worker) : IDisposable
{
    private const int K = 5;
    private const int Persons = 400;
    private static readonly ColumnSchema[] Columns =
    [
        new("id", ColumnType.Text, IsIdentifier: true), new("city", ColumnType.Text), new("age", ColumnType.Integer), new("income", ColumnType.Decimal),
    ];

    private readonly TempData _data = new();
    private readonly Random _random = new(20261124);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Random_predicate_pairs_release_no_two_cells_that_differ_by_few()
    {
        using var history = Open(new Anchor());
        // Each question starts a sandbox; CI asks half as many.
        var questions = Environment.GetEnvironmentVariable("DATASPACE_ALL_POINTS") == "1" ? 80 : 40;
        var controlled = await AttackAsync(history, questions);
        Assert.Empty(controlled.Near);
        Assert.True(controlled.Cells > questions * 5 / 8, $"only {controlled.Cells} cells were released: the rule withholds too much to show anything");
    }

    [Fact]
    public async Task Without_the_history_the_same_attacker_succeeds()
        => Assert.NotEmpty((await AttackAsync(null, questions: 30)).Near);

    [Fact]
    public async Task The_next_version_of_the_file_with_one_person_more_gives_nobody_away()
    {
        using var history = Open(new Anchor());
        var people = People();
        var plan = Plan([]);
        Assert.Empty(await AskAsync(history, "v1", people, plan));
        people.Add(new Person("p-new", "Alfa", 30, 77_777));
        var withheld = await AskAsync(history, "v2", people, plan);
        Assert.Contains(0, withheld); // the city that got somebody new
        Assert.True(withheld.Count >= 2, "a single withheld city follows from the total");
    }

    [Fact]
    public async Task Fifty_parallel_uses_of_conditions_one_person_apart_release_one()
    {
        using var history = Open(new Anchor());
        var people = Enumerable.Range(0, 200).Select(i => new Person("p" + i, "Alfa", i, 1000 + i)).ToList();
        var source = Source(people, "parallel");
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => RunAsync(history, "v1", source, Plan([new("age", "lt", [(i + 100).ToString(CultureInfo.InvariantCulture)])]))));
        var sizes = Enumerable.Range(0, 50).Where(i => !verdicts[i].Contains(0)).Select(i => i + 100).ToList();
        Assert.NotEmpty(sizes);
        Assert.All(sizes.Zip(sizes.Skip(1)), pair => Assert.True(pair.Second - pair.First >= K, $"{pair.First} and {pair.Second} persons"));
    }

    /// <summary>Bins are cells like others: of edges that move by a year no two releases, and no release and a group's, are 1 to k−1 persons apart.</summary>
    [Fact]
    public async Task Moving_edges_release_no_two_bins_that_differ_by_few()
    {
        using var history = Open(new Anchor());
        var (released, near) = await MoveEdgesAsync(history, "closed", rounds: 5);
        Assert.Empty(near);
        Assert.True(released > 6, $"only {released} bins were released");
        Assert.NotEmpty((await MoveEdgesAsync(null, "open", rounds: 2)).Near);
    }

    private async Task<(int Released, List<string> Near)> MoveEdgesAsync(QueryHistory? history, string name, int rounds)
    {
        var people = People();
        var source = Source(people, name);
        var released = new List<(string What, HashSet<string> Who)>();
        for (var round = 0; round < rounds; round++)
        {
            var (first, second) = (20 + _random.Next(20), 55 + _random.Next(20));
            foreach (var moved in (int[])[0, 1])
            {
                int[] edges = [first, second + moved];
                var plan = Plan([]) with { GroupColumn = null, Groups = [], Measures = [], Bins = new BinPlan("age", [.. edges.Select(Text)]) };
                var withheld = await RunAsync(history, "v1", source, plan);
                for (var bin = 0; bin <= edges.Length; bin++)
                {
                    var who = people.Where(p => edges.Count(e => p.Age >= e) == bin).Select(p => p.Id).ToHashSet();
                    if (who.Count >= K && !withheld.Contains(bin))
                        released.Add(($"{bin} of {edges[0]}, {edges[1]}", who));
                }
            }
        }
        return (released.Count, Near(released));
    }

    /// <summary>What the attacker got: released cells, and pairs of them that are 1 to k−1 persons apart.</summary>
    private async Task<(int Cells, List<string> Near)> AttackAsync(QueryHistory? history, int questions)
    {
        var people = People();
        var source = Source(people, history is null ? "open" : "closed");
        var released = new List<(string What, HashSet<string> Who)>();
        while (questions > 0)
        {
            var low = _random.Next(0, 70);
            var high = low + _random.Next(5, 60);
            // A pair: the second moves one bound a little.
            foreach (var (from, to) in ((int, int)[])[(low, high), _random.Next(2) == 0 ? (low + 1, high) : (low, high + _random.Next(1, 3))])
            {
                CellPredicate[] where = [new("age", "gteq", [Text(from)]), new("age", "lt", [Text(to)])];
                var withheld = await RunAsync(history, "v1", source, Plan(where));
                foreach (var (city, i) in Cities.Select((city, i) => (city, i)))
                {
                    var who = people.Where(p => p.City == city && p.Age >= from && p.Age < to).Select(p => p.Id).ToHashSet();
                    if (who.Count >= K && !withheld.Contains(i))
                        released.Add(($"{city} {from}-{to}", who));
                }
                questions--;
            }
        }
        return (released.Count, Near(released));
    }

    private static List<string> Near(List<(string What, HashSet<string> Who)> released)
        => [.. released.SelectMany((a, i) => released.Skip(i + 1).Select(b => (a, b)))
            .Where(p => p.a.Who.Except(p.b.Who).Count() + p.b.Who.Except(p.a.Who).Count() is > 0 and < K)
            .Select(p => $"{p.a.What} / {p.b.What}")];

    private Task<IReadOnlySet<int>> AskAsync(QueryHistory history, string version, List<Person> people, CellPlan plan)
        => RunAsync(history, version, Source(people, version), plan);

    private async Task<IReadOnlySet<int>> RunAsync(QueryHistory? history, string version, DatasetSource source, CellPlan plan)
    {
        var control = history?.Control(new AnswerContext("people", version, source, "did:web:attacker.example", ["did:web:attacker.example"], K));
        var ran = await worker.Sandbox.RunCellsAsync(source, plan, new SandboxLimits(), control, Token);
        Assert.True(ran.IsOk, ran.Error?.ToString());
        if (control is null)
            return new HashSet<int>();
        var states = ran.Value.Cells.Select(c => c.Rows == 0 ? CellState.Empty : c.Subjects >= K ? CellState.Fit : CellState.Withheld).ToList();
        return (await control.JudgeAsync(states, Token)).Value.Withheld;
    }

    private static readonly string[] Cities = ["Alfa", "Beta", "Gama"];

    private static CellPlan Plan(IReadOnlyList<CellPredicate> where) => new()
    {
        GroupColumn = "city",
        Groups = Cities,
        Measures = [new MeasurePlan("income", 2, 0, 1_000_000, NeedsSquares: false)],
        Where = where,
        CompleteRowsOnly = true,
    };

    private static List<Person> People()
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, Persons).Select(i => new Person("p" + Text(i), Cities[random.Next(Cities.Length)], random.Next(0, 100), random.Next(1000, 9000)))];
    }

    private DatasetSource Source(List<Person> people, string name)
    {
        var csv = new StringBuilder("id,city,age,income\n");
        foreach (var person in people)
            csv.Append(CultureInfo.InvariantCulture, $"{person.Id},{person.City},{person.Age},{person.Income}\n");
        return new DatasetSource("people", _data.File(name + ".csv", csv.ToString()), DatasetFormat.Csv, Columns, "id");
    }

    private QueryHistory Open(IHistoryAnchor anchor) => new(_data.Root, new byte[32], anchor, TimeProvider.System, NullLogger<QueryHistory>.Instance);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record Person(string Id, string City, int Age, int Income);

    private sealed class Anchor : IHistoryAnchor
    {
        public bool HasUses => false;

        public long Answers { get; private set; }

        public Kernel.Results.Result<Kernel.Results.Unit> Raise(long answers)
        {
            Answers = Math.Max(Answers, answers);
            return Kernel.Results.Unit.Value;
        }
    }
}
