using System.Globalization;

namespace DataSpace.Cli.Demo.Regression;

/// <summary>A plain look at both owners' files together, which only a demo can take: what two halves of a model come to.</summary>
internal sealed class PlainVertical
{
    private readonly List<(string[] Columns, Dictionary<string, string[]> Rows)> _files;
    private readonly List<string> _common;
    private readonly double[] _labels;

    /// <param name="files">One per owner, the label in the first; the first column is the key.</param>
    /// <param name="label">Column with 1 or 0.</param>
    /// <param name="sameKey">How both owners' keys look alike.</param>
    public PlainVertical(IEnumerable<string> files, string label, Func<string, string> sameKey)
    {
        _files = [.. files.Select(File.ReadAllLines).Select(lines => (lines[0].Split(','), lines.Skip(1).Select(l => l.Split(',')).ToDictionary(f => sameKey(f[0]), StringComparer.Ordinal)))];
        _common = [.. _files[0].Rows.Keys.Where(_files[1].Rows.ContainsKey)];
        _labels = [.. _common.Select(key => Value(label, _files[0].Columns, _files[0].Rows[key]))];
    }

    /// <summary>A common subject's score: the sum of both owners' parts.</summary>
    /// <param name="key">The subject.</param>
    /// <param name="weights">Each owner's, by term.</param>
    public double ScoreOf(string key, IReadOnlyList<Dictionary<string, double>> weights)
        => _files.Zip(weights).Sum(part => part.Second.Sum(w => w.Value * Value(w.Key, part.First.Columns, part.First.Rows[key])));

    /// <summary>Of the common subjects, the fraction whose score is above <paramref name="threshold"/> exactly where the label is 1.</summary>
    public double Right(IReadOnlyList<Dictionary<string, double>> weights, double threshold)
        => _common.Zip(_labels).Count(s => ScoreOf(s.First, weights) > threshold == s.Second > 0) / (double)_common.Count;

    /// <summary>
    /// How far these weights are from the exact ridge fit of the common rows: the largest amount, per row, by which one of the normal equations of standardised columns does not hold (of the constant: by which the mean score is
    /// not the mean label). No fit is needed to see it.
    /// </summary>
    public double Unsolved(IReadOnlyList<Dictionary<string, double>> weights, double ridge)
    {
        var rests = _common.Zip(_labels).Select(s => s.Second - ScoreOf(s.First, weights)).ToList();
        var worst = Math.Abs(rests.Average());
        foreach (var (file, own) in _files.Zip(weights))
        {
            foreach (var (term, weight) in own)
            {
                var column = _common.ConvertAll(key => Value(term, file.Columns, file.Rows[key]));
                var mean = column.Average();
                var deviation = Math.Sqrt(column.Average(x => (x - mean) * (x - mean)));
                if (deviation > 0) // else the constant
                    worst = Math.Max(worst, Math.Abs((column.Zip(rests).Sum(p => (p.First - mean) / deviation * p.Second) - (ridge * weight * deviation)) / _common.Count));
            }
        }
        return worst;
    }

    /// <summary>A number's own value; of a code (<c>column=code</c>) 1 or 0; of the constant 1.</summary>
    private static double Value(string name, string[] columns, string[] fields)
    {
        if (Array.IndexOf(columns, name) is >= 0 and var number)
            return double.Parse(fields[number], CultureInfo.InvariantCulture);
        var (column, code) = name.IndexOf('=', StringComparison.Ordinal) is > 0 and var split ? (name[..split], name[(split + 1)..]) : (name, "");
        return Array.IndexOf(columns, column) is >= 0 and var at ? fields[at] == code ? 1 : 0 : 1;
    }
}
