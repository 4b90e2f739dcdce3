using System.Globalization;
using DataSpace.Sandbox.Sql;

namespace DataSpace.Sandbox.Subjects;

/// <summary>
/// Gives the values of a row their canonical text before they are handed on. The worker is not trusted: what is no value of the column's declared type breaks the reading.
/// </summary>
internal sealed class RowFields(int keys, IReadOnlyList<ColumnSchema> columns, IRowSink sink) : IKeySink
{
    private readonly string?[] _keys = new string?[keys];
    private readonly string?[] _values = new string?[columns.Count];

    /// <summary>A value was not of its column's type.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>The value of a column as SQL. NaN is no value here, as everywhere else.</summary>
    public static string Sql(ColumnSchema column)
    {
        var name = SqlText.Name(column.Name);
        return column.Type == ColumnType.Double ? $"(CASE WHEN isnan({name}) THEN NULL ELSE {name} END)" : name;
    }

    public void Add(IReadOnlyList<string?> values)
    {
        for (var i = 0; i < keys; i++)
            _keys[i] = values[i];
        for (var i = 0; i < columns.Count; i++)
        {
            var text = values[keys + i];
            _values[i] = text is null ? null : Canonical(columns[i].Type, text);
            IsBroken |= text is not null && _values[i] is null;
        }

        if (!IsBroken)
            sink.Add(_keys, _values);
    }

    /// <summary>Null when the text is no value of this type.</summary>
    private static string? Canonical(ColumnType type, string text) => type switch
    {
        ColumnType.Decimal => Decimal(text),
        ColumnType.Double => text switch
        {
            "inf" => "Infinity",
            "-inf" => "-Infinity",
            _ => SqlText.Literal(type, text)?.Canonical,
        },
        ColumnType.Text => text, // longer than a literal may be, and never part of a statement
        _ => SqlText.Literal(type, text)?.Canonical,
    };

    /// <summary>Digits as they are (a column may hold more than <see cref="decimal"/> can), without the scale that the file gave them: 7.50 and 7.5 are one value.</summary>
    private static string? Decimal(string text)
    {
        var digits = text.AsSpan(text.StartsWith('-') ? 1 : 0);
        var point = digits.IndexOf('.');
        var whole = point < 0 ? digits : digits[..point];
        var fraction = point < 0 ? [] : digits[(point + 1)..];
        if (whole.IsEmpty || whole.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9') || (point >= 0 && fraction.IsEmpty))
            return null;
        whole = whole.TrimStart('0');
        fraction = fraction.TrimEnd('0');
        if (whole.IsEmpty && fraction.IsEmpty)
            return "0";
        return string.Create(CultureInfo.InvariantCulture, $"{(text[0] == '-' ? "-" : "")}{(whole.IsEmpty ? "0" : whole)}{(fraction.IsEmpty ? "" : ".")}{fraction}");
    }
}
