using System.Globalization;
using System.Numerics;

namespace DataSpace.Cli.Demo;

/// <summary>
/// The same statistics over all owners' plaintext rows together: a check that only a demo can do, because it alone may read all
/// three files. Whole-number arithmetic throughout; rounding half away from zero at the last digit, once.
/// </summary>
internal sealed class PlaintextUnion(int decimals)
{
    private readonly Dictionary<string, Cell> _cells = new(StringComparer.Ordinal);
    private readonly decimal _scale = Pow10(decimals);

    /// <summary>Decimal places of the values.</summary>
    public int Decimals => decimals;

    /// <summary>Groups seen.</summary>
    public IReadOnlyCollection<string> Groups => _cells.Keys;

    /// <summary>Adds the rows of a small CSV file without quotes.</summary>
    public void AddCsv(string path, string groupColumn, string valueColumn)
    {
        using var reader = new StreamReader(path);
        var header = (reader.ReadLine() ?? "").Split(',');
        var (group, value) = (Array.IndexOf(header, groupColumn), Array.IndexOf(header, valueColumn));
        if (group < 0 || value < 0)
            throw new InvalidDataException($"{path}: no column {groupColumn} or {valueColumn}");
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            var fields = line.Split(',');
            Add(fields[group], (long)(decimal.Parse(fields[value], NumberStyles.Number, CultureInfo.InvariantCulture) * _scale));
        }
    }

    /// <summary>Adds one value, scaled to a whole number.</summary>
    public void Add(string group, long scaled)
    {
        if (!_cells.TryGetValue(group, out var cell))
            _cells[group] = cell = new Cell();
        cell.Count++;
        cell.Sum += scaled;
        cell.Squares += (Int128)scaled * scaled;
    }

    /// <summary>Rows of a group.</summary>
    public long Count(string group) => _cells.TryGetValue(group, out var cell) ? cell.Count : 0;

    /// <summary>The sum, exact.</summary>
    public decimal Sum(string group) => _cells.TryGetValue(group, out var cell) ? (decimal)cell.Sum / _scale : 0;

    /// <summary>The mean with this many digits; null for an empty group.</summary>
    public decimal? Mean(string group, int digits)
        => _cells.TryGetValue(group, out var cell) ? Divide((BigInteger)cell.Sum * BigInteger.Pow(10, digits), cell.Count * BigInteger.Pow(10, decimals), digits) : null;

    /// <summary>The population standard deviation with this many digits: √(n·Σx² − (Σx)²) / n.</summary>
    public decimal? StandardDeviation(string group, int digits)
    {
        if (!_cells.TryGetValue(group, out var cell))
            return null;
        var root = (cell.Count * (BigInteger)cell.Squares) - ((BigInteger)cell.Sum * cell.Sum);
        var unit = cell.Count * BigInteger.Pow(10, decimals);
        // r = √root·10^digits / unit. floor(2r) comes from a whole root, and the nearest whole r is floor((floor(2r) + 1) / 2).
        var twice = WholeRoot(4 * root * BigInteger.Pow(10, 2 * digits) / (unit * unit));
        return (decimal)((twice + 1) / 2) / Pow10(digits);
    }

    private static decimal Divide(BigInteger numerator, BigInteger denominator, int digits)
    {
        var rounded = ((2 * BigInteger.Abs(numerator)) + denominator) / (2 * denominator);
        return (decimal)(numerator.Sign < 0 ? -rounded : rounded) / Pow10(digits);
    }

    private static BigInteger WholeRoot(BigInteger value)
    {
        var (low, high) = (BigInteger.Zero, BigInteger.One << (int)((value.GetBitLength() / 2) + 1));
        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            if (middle * middle <= value)
                low = middle;
            else
                high = middle;
        }
        return low;
    }

    private static decimal Pow10(int exponent) => (decimal)BigInteger.Pow(10, exponent);

    private sealed class Cell
    {
        public long Count { get; set; }

        public long Sum { get; set; }

        public Int128 Squares { get; set; }
    }
}
