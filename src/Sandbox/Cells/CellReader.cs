using System.Globalization;
using System.Numerics;
using DataSpace.Sandbox.Process;

namespace DataSpace.Sandbox.Cells;

/// <summary>Reads the worker's answer back into cells. The worker is not trusted: anything unexpected is null, which fails the run.</summary>
internal static class CellReader
{
    private const int FixedColumns = 3;

    public static IReadOnlyList<Cell>? Read(CellPlan plan, CellQuery query, WorkerResponse response)
    {
        var perMeasure = plan.DominancePercent is null ? 5 : 6;
        var products = plan.Products ? plan.Measures.Count * (plan.Measures.Count - 1) / 2 : 0;
        var judgesRows = plan.Bins is not null && plan.DominancePercent is not null;
        var firstProduct = FixedColumns + (plan.Measures.Count * perMeasure);
        var width = firstProduct + products + (judgesRows ? 1 : 0);
        var byGroup = new Dictionary<string, Cell>(StringComparer.Ordinal);
        var position = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < query.Cells.Count; i++)
            position[query.Cells[i]] = i;

        foreach (var row in response.Rows ?? [])
        {
            if (row.Length != width || row.Any(v => v is null) || !position.TryGetValue(row[0]!, out var index))
                return null;
            if (!TryCount(row[1], out var rows) || !TryCount(row[2], out var subjects))
                return null;
            var measures = new CellMeasure[plan.Measures.Count];
            var dominated = judgesRows && row[^1] == "true";
            for (var m = 0; m < measures.Length; m++)
            {
                var at = FixedColumns + (m * perMeasure);
                var scale = query.MeasureScales[m];
                if (!TryFixed(row[at]!, scale, out var sum) || !TryFixed(row[at + 1]!, 2 * scale, out var squares)
                    || !TryCount(row[at + 2], out var clamped) || !TryCount(row[at + 3], out var nulls) || !TryCount(row[at + 4], out var contributing))
                    return null;
                measures[m] = new CellMeasure(sum, squares, clamped, nulls, contributing);
                dominated |= perMeasure == 6 && row[at + 5] == "true";
            }

            var sums = new Int128[products];
            for (var p = 0; p < products; p++)
            {
                if (!TryFixed(row[firstProduct + p]!, 0, out sums[p]))
                    return null;
            }

            if (!byGroup.TryAdd(row[0]!, new Cell(NameOf(plan, query, index), rows, subjects, measures, dominated) { Products = sums }))
                return null;
        }

        var zero = Enumerable.Repeat(new CellMeasure(0, 0, 0, 0, 0), plan.Measures.Count).ToArray();
        return [.. query.Cells.Select((g, i) => byGroup.GetValueOrDefault(g) ?? new Cell(NameOf(plan, query, i), 0, 0, zero, false) { Products = new Int128[products] })];
    }

    private static string NameOf(CellPlan plan, CellQuery query, int index) => plan.Groups.Count == query.Cells.Count && plan.Bins is null ? plan.Groups[index] : query.Cells[index];

    private static bool TryCount(string? text, out long value)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>Decimal text as an integer at the given scale; false when it has digits beyond it.</summary>
    internal static bool TryFixed(string text, int scale, out Int128 value)
    {
        value = 0;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var fraction = dot < 0 ? "" : text[(dot + 1)..].TrimEnd('0');
        if (fraction.Length > scale)
            return false;
        var digits = (dot < 0 ? text : text[..dot]) + fraction.PadRight(scale, '0');
        if (!BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var big)
            || big > (BigInteger)Int128.MaxValue || big < (BigInteger)Int128.MinValue)
            return false;
        value = (Int128)big;
        return true;
    }
}
