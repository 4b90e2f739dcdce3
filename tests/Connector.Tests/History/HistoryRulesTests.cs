using CsCheck;
using DataSpace.Connector.History;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Tests.History;

public sealed class HistoryRulesTests
{
    private const int K = 5;
    private readonly Released _released = new();

    [Fact]
    public void A_cell_that_differs_from_an_earlier_one_by_one_subject_is_withheld()
    {
        Assert.Empty(_released.Ask(K, [Range(0, 100)]));
        Assert.Equal([0], _released.Ask(K, [Range(0, 99)]));
        Assert.Equal([0], _released.Ask(K, [Range(0, 101)]));
        Assert.Equal([0], _released.Ask(K, [Range(1, 101)])); // one left, one came: two apart
        Assert.Empty(_released.Ask(K, [Range(0, 95)]));
        Assert.Empty(_released.Ask(K, [Range(0, 100)]));
    }

    [Fact]
    public void What_was_withheld_binds_nobody()
    {
        Assert.Empty(_released.Ask(K, [Range(0, 100)]));
        Assert.Equal([0], _released.Ask(K, [Range(0, 98)]));
        Assert.Empty(_released.Ask(K, [Range(0, 94)])); // four from the withheld one, six from the released one
    }

    [Fact]
    public void The_larger_minimum_of_the_two_answers_counts()
    {
        Assert.Empty(_released.Ask(10, [Range(0, 100)]));
        Assert.Equal([0], _released.Ask(3, [Range(0, 95)]));
        Assert.Empty(_released.Ask(3, [Range(200, 300)]));
        Assert.Equal([0], _released.Ask(10, [Range(200, 295)]));
    }

    [Fact]
    public void A_total_that_would_show_what_few_the_parts_leave_out_is_withheld()
    {
        Assert.Empty(_released.Ask(K, [Range(0, 40), Range(40, 80), Range(80, 117)]));
        Assert.Equal([0], _released.Ask(K, [Range(0, 120)])); // three persons have no group
        Assert.Equal([0], _released.Ask(K, [Range(0, 83)]));  // two groups and three persons
        Assert.Empty(_released.Ask(K, [Range(0, 117)]));
    }

    [Fact]
    public void Parts_that_leave_few_of_an_earlier_total_uncovered_lose_the_smallest()
    {
        Assert.Empty(_released.Ask(K, [Range(0, 120)]));
        var withheld = _released.Ask(K, [Range(0, 50), Range(50, 70), Range(70, 117)]);
        Assert.Equal([1, 2], withheld); // the smallest, and a second one, so that the hidden part is not one cell
    }

    [Fact]
    public void Parts_of_a_part_of_an_earlier_answer_are_seen()
    {
        Assert.Empty(_released.Ask(K, [Range(0, 60), Range(60, 200), Range(300, 400)]));
        // Two cities of the first province leave two of its persons out.
        var withheld = _released.Ask(K, [Range(0, 30), Range(30, 58), Range(500, 600), Range(700, 800)]);
        Assert.Contains(1, withheld);
    }

    [Fact]
    public void Two_ways_to_part_the_same_rows_may_not_differ_in_few()
    {
        Assert.Empty(_released.Ask(K, [Range(0, 50), Range(50, 100)]));
        Assert.NotEmpty(_released.Ask(K, [Range(20, 70), [.. Range(0, 20), .. Range(70, 97)]]));
    }

    [Fact]
    public void A_cell_that_is_too_small_takes_the_smallest_other_with_it()
    {
        var withheld = _released.Ask(K, [Range(0, 50), Range(50, 53), Range(100, 120), Range(200, 300)], CellState.Fit, CellState.Withheld, CellState.Fit, CellState.Fit);
        Assert.Equal([2], withheld);
    }

    [Fact]
    public void Two_hidden_cells_with_enough_subjects_cost_no_other()
        => Assert.Empty(_released.Ask(K, [Range(0, 3), Range(3, 6), Range(10, 60)], CellState.Withheld, CellState.Withheld, CellState.Fit));

    [Fact]
    public void Hidden_cells_with_few_subjects_together_cost_another()
        => Assert.Equal([3], _released.Ask(K, [Range(0, 2), Range(2, 4), Range(10, 60), Range(100, 120)], CellState.Withheld, CellState.Withheld, CellState.Fit, CellState.Fit));

    [Fact]
    public void An_empty_cell_hides_nobody()
        => Assert.Empty(_released.Ask(K, [[], Range(10, 60), Range(60, 90)], CellState.Empty, CellState.Fit, CellState.Fit));

    [Fact]
    public void After_any_questions_no_two_released_cells_are_near_and_no_sum_gives_few_away()
    {
        // Small world, so that near misses abound: sets are unions of blocks, with single subjects put in and taken out.
        var cell = Gen.Select(Gen.Int[0, 12], Gen.Int[1, 4], Gen.Int[0, 150].Array[0, 3], Gen.Int[0, 150].Array[0, 3])
            .Select(t => Range((uint)(t.Item1 * 10), (uint)((t.Item1 + t.Item2) * 10)).Concat(t.Item3.Select(i => (uint)i)).Except(t.Item4.Select(i => (uint)i)).Distinct().Order().ToArray());
        Gen.Select(cell.Array[1, 5].Array[2, 12], Gen.Int[2, 6]).Sample(
            (questions, k) =>
            {
                var released = new Released();
                foreach (var cells in questions)
                    released.Ask(k, cells, [.. cells.Select(c => c.Length >= k ? CellState.Fit : c.Length == 0 ? CellState.Empty : CellState.Withheld)]);
                released.AssertNothingGivenAway(k);
            },
            iter: 1500);
    }

    [Fact]
    public void Without_the_rules_the_same_questions_do_give_few_away()
    {
        var released = new Released { IsEnforced = false };
        released.Ask(K, [Range(0, 100)]);
        released.Ask(K, [Range(0, 99)]);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => released.AssertNothingGivenAway(K));
    }

    private static uint[] Range(uint from, uint to) => [.. Enumerable.Range((int)from, (int)(to - from)).Select(i => (uint)i)];

    /// <summary>Keeps what was released, in memory, and knows the definition of what must not happen.</summary>
    private sealed class Released
    {
        private readonly List<(int K, List<SubjectSet> Cells)> _answers = [];
        private readonly Dictionary<long, SubjectSet> _sets = [];

        public bool IsEnforced { get; init; } = true;

        public IEnumerable<int> Ask(int k, IReadOnlyList<uint[]> cells, params CellState[] states)
        {
            if (states.Length == 0)
                states = [.. cells.Select(_ => CellState.Fit)];
            var sets = cells.Select(c => SubjectSet.Of(c)).ToList();
            var all = new List<EarlierSet>();
            var sums = new List<EarlierSum>();
            foreach (var (min, earlier) in _answers)
            {
                List<EarlierSet> parts = [.. earlier.Select(set => Put(set, min))];
                all.AddRange(parts);
                if (parts.Count < 2)
                    continue;
                sums.Add(new EarlierSum(parts));
                all.Add(Put(SubjectSet.Union(earlier), min));
            }
            var withheld = HistoryRules.Withhold(k, [.. sets.Select(s => new CellSets([s]))], states, [new EarlierLayer(all, sums)], id => _sets[id]);
            if (!IsEnforced)
                withheld = new HashSet<int>();
            _answers.Add((k, [.. sets.Where((_, i) => states[i] == CellState.Fit && !withheld.Contains(i))]));
            return withheld.Order();
        }

        public void AssertNothingGivenAway(int k)
        {
            var plain = _answers.Select(a => a.Cells.Select(c => c.Ordinals().ToHashSet()).ToList()).ToList();
            var cells = plain.SelectMany(a => a).ToList();
            foreach (var (a, b) in cells.SelectMany((a, i) => cells.Skip(i + 1).Select(b => (a, b))))
                AssertFar(k, a.Except(b).Count() + b.Except(a).Count());
            foreach (var answer in plain)
            {
                foreach (var (whole, own) in plain.Where(a => a != answer).SelectMany(a => a.Append([.. a.SelectMany(c => c)]).Select(c => (c, a))))
                {
                    var parts = answer.Where(c => c.IsSubsetOf(whole)).SelectMany(c => c).ToHashSet();
                    if (parts.Count > 0)
                        AssertFar(k, whole.Except(parts).Count());
                }
            }
        }

        private static void AssertFar(int k, int difference) => Assert.True(difference == 0 || difference >= k, $"{difference} subjects apart, k = {k}");

        private EarlierSet Put(SubjectSet set, int k)
        {
            var known = _sets.FirstOrDefault(s => s.Value.DifferenceUpTo(set, 1) == 0);
            var id = known.Value is null ? _sets.Count + 1 : known.Key;
            _sets[id] = set;
            return new EarlierSet(id, SetSketch.Of(set), k);
        }
    }
}
