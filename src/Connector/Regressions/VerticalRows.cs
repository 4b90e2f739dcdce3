using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Protocol.Jobs;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Regressions;

/// <summary>
/// One owner's rows as they are read: keys into a set, values within the contract's bounds as numbers. A row that lacks a value is left out, as one that lacks a key. In this process alone.
/// </summary>
internal sealed class VerticalRows : IRowSink
{
    private readonly IReadOnlyList<RegressFeature> _features;
    private readonly List<string> _columns;
    private readonly RegressLabel? _label;
    private readonly ItemSetBuilder _set;
    private readonly List<double[]> _rows = [];
    private readonly List<string?[]>? _keys;
    private bool _full;

    /// <param name="rule">Makes keys comparable.</param>
    /// <param name="features">This owner's features.</param>
    /// <param name="label">Its label; null at the other owner.</param>
    /// <param name="maxRows">Most rows.</param>
    /// <param name="keepsKeys">Whether keys are kept as this owner writes them, for a table that names rows.</param>
    public VerticalRows(KeyRule rule, IReadOnlyList<RegressFeature> features, RegressLabel? label, int maxRows, bool keepsKeys = false)
    {
        _keys = keepsKeys ? [] : null;
        (_features, _label) = (features, label);
        _columns = [.. features.Select(f => f.Column), .. label is null ? [] : new[] { label.Column }];
        _set = new ItemSetBuilder(rule, maxRows);
    }

    /// <summary>Columns to read, in this order.</summary>
    public IReadOnlyList<string> Columns => _columns;

    /// <summary>Names of the columns of the model.</summary>
    public IReadOnlyList<string> Names => [.. _features.SelectMany(f => f.Names)];

    /// <summary>Rows left out because a value was missing.</summary>
    public int RowsWithoutValue { get; private set; }

    /// <inheritdoc />
    public void Add(IReadOnlyList<string?> keys, IReadOnlyList<string?> values)
    {
        if (_full)
            return;
        if (values.Any(v => v is null))
        {
            RowsWithoutValue++;
            return;
        }
        _full = !_set.Add(keys);
        if (_full)
            return;
        _keys?.Add([.. keys]);
        _rows.Add([.. _features.SelectMany((f, i) => Numbers(f, values[i]!)), .. _label is null ? [] : new[] { Number(values[^1]!, _label.Min, _label.Max) }]);
    }

    /// <summary>The set of keys.</summary>
    public Result<ItemSet> Items() => _set.Build();

    /// <summary>The key of a row, where keys are kept.</summary>
    public string?[] KeyOf(int number) => _keys![number];

    /// <summary>Σ weight·value + constant of rows by number, in the order asked for.</summary>
    public double[] PartsOf(IReadOnlyList<int> numbers, IReadOnlyList<double> weights, double constant)
        => [.. numbers.Select(n => weights.Select((weight, j) => weight * _rows[n][j]).Sum() + constant)];

    /// <summary>Rows by number, in the order asked for.</summary>
    public Result<AlignedRows> Of(IReadOnlyList<int> numbers)
    {
        var width = RegressQuery.WidthOf(_features);
        return new AlignedRows(
            [.. Enumerable.Range(0, width).Select(j => numbers.Select(n => _rows[n][j]).ToArray())], _label is null ? null : [.. numbers.Select(n => _rows[n][width])]);
    }

    private static IEnumerable<double> Numbers(RegressFeature feature, string text)
        => feature.Codes is { } codes ? codes.Select(code => code == text ? 1.0 : 0.0) : [Number(text, feature.Min, feature.Max)];

    private static double Number(string text, string min, string max)
    {
        var value = text switch { "true" => 1, "false" => 0, _ => double.Parse(text, CultureInfo.InvariantCulture) };
        return Math.Clamp(value, double.Parse(min, CultureInfo.InvariantCulture), double.Parse(max, CultureInfo.InvariantCulture));
    }
}
