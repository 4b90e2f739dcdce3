using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DataSpace.Privacy.Regression.Horizontal;

/// <summary>One owner's rows as numbers between −1 and 1. They never leave the process; sums of them do, masked. Not thread-safe.</summary>
public sealed class OwnerRows
{
    private OwnerRows(HorizontalDesign design, double[] columns, double[] labels, int[] subjects, int subjectCount)
        => (Design, Columns, Labels, Subjects, SubjectCount) = (design, columns, labels, subjects, subjectCount);

    /// <summary>Rows with a label, all columns and a subject.</summary>
    public int Count => Labels.Length;

    /// <summary>Different subjects; rows, where nothing names one.</summary>
    public int SubjectCount { get; }

    internal HorizontalDesign Design { get; }

    /// <summary>Row after row, <see cref="HorizontalDesign.Width"/> numbers each, the constant first.</summary>
    internal double[] Columns { get; }

    internal double[] Labels { get; }

    /// <summary>Number of each row's subject, from 0.</summary>
    internal int[] Subjects { get; }

    internal ReadOnlySpan<double> Row(int row) => Columns.AsSpan(row * Design.Width, Design.Width);

    /// <summary>Collects rows as the sandbox gives them; see <see cref="Add"/>.</summary>
    public sealed class Builder(HorizontalDesign design)
    {
        private readonly List<double> _columns = [];
        private readonly List<double> _labels = [];
        private readonly List<int> _subjects = [];
        private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
        private readonly double[] _row = new double[design.Width];

        /// <summary>More rows than the public bound: the owner answers nothing. Further rows are not kept.</summary>
        public bool IsFull { get; private set; }

        /// <summary>Rows that lack a value or a subject.</summary>
        public long Incomplete { get; private set; }

        /// <summary>
        /// One row: the label's value, then one per feature, in canonical text of their columns (numbers, <c>true</c>, <c>false</c>, text). Left out when one is missing. Numbers are moved into the
        /// bounds and rounded to the column's decimals, half away from zero.
        /// </summary>
        /// <param name="hasSubjects">Whether a column names the subject; else each row is one.</param>
        /// <param name="subject">The subject's text.</param>
        /// <param name="values">Values in the order above.</param>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(bool hasSubjects, string? subject, IReadOnlyList<string?> values)
        {
            if (IsFull)
                return;
            if ((hasSubjects && subject is null) || values.Any(v => v is null))
            {
                Incomplete++;
                return;
            }
            if (_labels.Count == design.MaxRows)
            {
                IsFull = true;
                return;
            }
            var at = 0;
            if (design.Intercept)
                _row[at++] = 1;
            for (var i = 0; i < design.Features.Count; i++)
            {
                var feature = design.Features[i];
                if (feature.Codes is null)
                {
                    _row[at++] = design.Scale(feature, Number(feature, values[i + 1]!));
                    continue;
                }
                foreach (var code in feature.Codes)
                    _row[at++] = string.Equals(code, values[i + 1], StringComparison.Ordinal) ? 1 : 0;
            }
            var label = Number(design.Label, values[0]!);
            _columns.AddRange(_row);
            _labels.Add(design.Model == HorizontalModel.Linear ? design.Scale(design.Label, label) : label);
            _subjects.Add(hasSubjects ? Subject(subject!) : _subjects.Count);
        }

        /// <summary>What was added, sorted by subject.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public OwnerRows Build()
        {
            var subjects = _subjects.ToArray();
            var order = Enumerable.Range(0, subjects.Length).ToArray();
            Array.Sort(subjects, order);
            var (width, columns, labels) = (design.Width, new double[_columns.Count], new double[order.Length]);
            var from = CollectionsMarshal.AsSpan(_columns);
            for (var row = 0; row < order.Length; row++)
            {
                from.Slice(order[row] * width, width).CopyTo(columns.AsSpan(row * width));
                labels[row] = _labels[order[row]];
            }
            return new OwnerRows(design, columns, labels, subjects, _names.Count > 0 ? _names.Count : subjects.Length);
        }

        private int Subject(string name)
        {
            if (!_names.TryGetValue(name, out var number))
                _names.Add(name, number = _names.Count);
            return number;
        }

        /// <summary>Whole units of 10^−Decimals within the bounds.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        internal static long Number(BoundedColumn column, string text)
        {
            if (text is "true" or "false")
                text = text == "true" ? "1" : "0";
            decimal power = 1;
            for (var i = 0; i < column.Decimals; i++)
                power *= 10;
            const NumberStyles form = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
            if (decimal.TryParse(text, form, CultureInfo.InvariantCulture, out var value))
            {
                var (low, high) = (column.Low / power, column.High / power);
                return (long)decimal.Round(Math.Clamp(value, low, high) * power, MidpointRounding.AwayFromZero);
            }
            // Beyond what a decimal holds it is beyond every bound.
            return text.StartsWith('-') ? column.Low : column.High;
        }
    }
}
