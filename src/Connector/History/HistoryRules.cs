using DataSpace.Sandbox;

namespace DataSpace.Connector.History;

/// <summary>
/// Which cells of a new exact answer may be released beside everything released before to the same consumer group. Pure; exact; with k the larger
/// minimum group of the two answers compared. Within one layer (counts of rows, or values of one column):
/// <list type="number">
/// <item>no cell differs from an earlier cell, or from another cell of its own answer, by 1 to k−1 subjects;</item>
/// <item>no cell differs by 1 to k−1 subjects from the sum of those cells of one earlier answer that lie inside it, and the other way round;</item>
/// <item>the sum of all released cells obeys both rules like a cell;</item>
/// <item>what is hidden of an answer is nothing, or at least two cells with at least k subjects together, so that a total over the same rows, whenever it is
/// released, says nothing about fewer.</item>
/// </list>
/// Rule 1 withholds the later cell; the others withhold the smallest cells until they hold. Sums over cells of several answers are not looked at: only a privacy
/// budget bounds those.
/// </summary>
internal sealed class HistoryRules
{
    private readonly int _k;
    private readonly IReadOnlyList<CellSets> _cells;
    private readonly IReadOnlyList<EarlierLayer> _earlier;
    private readonly Func<long, SubjectSet> _load;
    private readonly bool[] _visible;
    private readonly bool[] _hidden;
    private readonly Dictionary<SubjectSet, SetSketch> _sketches = [];

    private HistoryRules(int k, IReadOnlyList<CellSets> cells, IReadOnlyList<CellState> states, IReadOnlyList<EarlierLayer> earlier, Func<long, SubjectSet> load)
    {
        (_k, _cells, _earlier, _load) = (k, cells, earlier, load);
        _visible = [.. states.Select(s => s == CellState.Fit)];
        // An empty cell hides nobody, whatever it is called.
        _hidden = [.. states.Select((s, i) => s == CellState.Withheld && cells[i].All.Count > 0)];
    }

    /// <summary>The fit cells that must not be released.</summary>
    /// <param name="k">Minimum group of this answer.</param>
    /// <param name="cells">Its cells, with as many layers as <paramref name="earlier"/>.</param>
    /// <param name="states">What the cells' own rules say.</param>
    /// <param name="earlier">Per layer what was released before.</param>
    /// <param name="load">Members of an earlier set.</param>
    public static IReadOnlySet<int> Withhold(
        int k, IReadOnlyList<CellSets> cells, IReadOnlyList<CellState> states, IReadOnlyList<EarlierLayer> earlier, Func<long, SubjectSet> load)
    {
        var rules = new HistoryRules(k, cells, states, earlier, load);
        rules.HidePairs();
        do
        {
            rules.HideUntilCovered();
        }
        while (rules.HideOneSum());
        return Enumerable.Range(0, cells.Count).Where(i => states[i] == CellState.Fit && !rules._visible[i]).ToHashSet();
    }

    /// <summary>Rules 1 and 2 for each cell.</summary>
    private void HidePairs()
    {
        var released = _earlier.Select(_ => new List<SubjectSet>()).ToList();
        for (var i = 0; i < _cells.Count; i++)
        {
            if (!_visible[i])
                continue;
            var clash = false;
            for (var layer = 0; layer < _earlier.Count && !clash; layer++)
                clash = Clashes(_cells[i].Layers[layer], layer) || released[layer].Exists(other => IsNear(_cells[i].Layers[layer], other, _k));
            if (clash)
            {
                Hide(i);
                continue;
            }
            for (var layer = 0; layer < _earlier.Count; layer++)
                released[layer].Add(_cells[i].Layers[layer]);
        }
    }

    /// <summary>Rule 4.</summary>
    private void HideUntilCovered()
    {
        while (_hidden.Any(h => h) && (_hidden.Count(h => h) < 2 || SubjectSet.Union([.. Where(_hidden, 0)]).Count < _k))
        {
            if (!HideSmallest(Enumerable.Range(0, _cells.Count)))
                return;
        }
    }

    /// <summary>Rules 2 (seen from the earlier answers) and 3; true when a cell had to go.</summary>
    private bool HideOneSum()
    {
        for (var layer = 0; layer < _earlier.Count; layer++)
        {
            var visible = Enumerable.Range(0, _cells.Count).Where(i => _visible[i]).ToList();
            if (visible.Count < 2)
                return false;
            var sum = SubjectSet.Union([.. visible.Select(i => _cells[i].Layers[layer])]);
            if (Clashes(sum, layer))
                return HideSmallest(visible);
            foreach (var earlier in _earlier[layer].Sets)
            {
                var k = Math.Max(_k, earlier.MinGroup);
                if (earlier.Sketch.Count > sum.Count + k - 1 || earlier.Sketch.MissingFrom(sum, k) >= k)
                    continue;
                if (PartsOf(earlier, visible, layer, k) is { Count: > 1 } parts)
                    return HideSmallest(parts);
            }
        }
        return false;
    }

    /// <summary>The visible cells inside an earlier set when they leave 1 to k−1 of its subjects uncovered, else null.</summary>
    private List<int>? PartsOf(EarlierSet earlier, List<int> visible, int layer, int k)
    {
        var parts = visible.Where(i => _cells[i].Layers[layer].Count > 0 && SketchOf(_cells[i].Layers[layer]).MayBeInside(earlier.Sketch)).ToList();
        if (parts.Sum(i => (long)_cells[i].Layers[layer].Count) < earlier.Sketch.Count - k + 1)
            return null;
        var whole = _load(earlier.Id);
        parts.RemoveAll(i => !_cells[i].Layers[layer].IsSubsetOf(whole));
        if (parts.Count < 2)
            return null;
        var rest = whole.Count - SubjectSet.Union([.. parts.Select(i => _cells[i].Layers[layer])]).Count;
        return rest >= 1 && rest < k ? parts : null;
    }

    /// <summary>Rules 1 and 2 for one set against everything earlier.</summary>
    private bool Clashes(SubjectSet set, int layer)
    {
        var earlier = _earlier[layer];
        foreach (var other in earlier.Near(set.Count, Math.Max(_k, earlier.MinGroup)))
        {
            var k = Math.Max(_k, other.MinGroup);
            // Of the known members of a set that differs by less than k, less than k are missing.
            if (Math.Abs(other.Sketch.Count - set.Count) < k && other.Sketch.MissingFrom(set, k) < k && IsNear(set, _load(other.Id), k))
                return true;
        }
        return earlier.Sums.Any(sum => LeavesFew(set, sum));
    }

    private bool LeavesFew(SubjectSet set, EarlierSum sum)
    {
        var k = _k;
        var inside = new List<EarlierSet>();
        long most = 0;
        foreach (var cell in sum.Cells)
        {
            if (cell.Sketch.Count > set.Count || !cell.Sketch.MayBeInside(set))
                continue;
            inside.Add(cell);
            most += cell.Sketch.Count;
            k = Math.Max(k, cell.MinGroup);
        }
        if (inside.Count < 2 || most < set.Count - k + 1)
            return false;
        var parts = inside.Select(c => _load(c.Id)).Where(c => c.IsSubsetOf(set)).ToList();
        if (parts.Count < 2)
            return false;
        var rest = set.Count - SubjectSet.Union(parts).Count;
        return rest >= 1 && rest < k;
    }

    private static bool IsNear(SubjectSet a, SubjectSet b, int k)
        => Math.Abs(a.Count - b.Count) < k && a.DifferenceUpTo(b, k) is var difference && difference >= 1 && difference < k;

    private bool HideSmallest(IEnumerable<int> among)
    {
        var smallest = among.Where(i => _visible[i]).OrderBy(i => _cells[i].All.Count).ThenBy(i => i).Cast<int?>().FirstOrDefault();
        if (smallest is { } cell)
            Hide(cell);
        return smallest is not null;
    }

    private void Hide(int cell) => (_visible[cell], _hidden[cell]) = (false, true);

    private IEnumerable<SubjectSet> Where(bool[] which, int layer) => Enumerable.Range(0, _cells.Count).Where(i => which[i]).Select(i => _cells[i].Layers[layer]);

    private SetSketch SketchOf(SubjectSet set)
    {
        if (!_sketches.TryGetValue(set, out var sketch))
            _sketches[set] = sketch = SetSketch.Of(set);
        return sketch;
    }
}
