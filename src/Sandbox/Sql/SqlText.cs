using System.Globalization;
using System.Text;

namespace DataSpace.Sandbox.Sql;

/// <summary>Identifiers and typed literals as SQL text. Every value that enters generated SQL passes through here.</summary>
internal static class SqlText
{
    public const int MaxTextLiteral = 1024;

    public static string Name(string name) => "\"" + name.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";

    public static string Text(string value) => "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>
    /// The value in canonical invariant text and as a literal of the column's type, or null when it is not such a value.
    /// </summary>
    public static (string Canonical, string Sql)? Literal(ColumnType type, string value)
    {
        const NumberStyles signed = NumberStyles.AllowLeadingSign;
        var invariant = CultureInfo.InvariantCulture;
        switch (type)
        {
            case ColumnType.Integer when long.TryParse(value, signed, invariant, out var whole):
                return (whole.ToString(invariant), $"CAST('{whole.ToString(invariant)}' AS BIGINT)");
            case ColumnType.Decimal when decimal.TryParse(value, signed | NumberStyles.AllowDecimalPoint, invariant, out var exact):
                return (exact.ToString(invariant), Number(exact));
            case ColumnType.Double when double.TryParse(value, NumberStyles.Float, invariant, out var real) && double.IsFinite(real):
                return (real.ToString("R", invariant), $"CAST('{real.ToString("R", invariant)}' AS DOUBLE)");
            case ColumnType.Date when DateOnly.TryParseExact(value, "yyyy-MM-dd", invariant, DateTimeStyles.None, out var day):
                return (value, $"DATE '{day.ToString("yyyy-MM-dd", invariant)}'");
            case ColumnType.Boolean when value is "true" or "false":
                return (value, value);
            case ColumnType.Text when IsPlainText(value):
                return (value, Text(value));
            default:
                return null;
        }
    }

    /// <summary>A decimal literal. The engine types it by its digits, so it stays as narrow as it looks.</summary>
    public static string Number(decimal value)
        => value < 0 ? "(" + value.ToString(CultureInfo.InvariantCulture) + ")" : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Valid Unicode of bounded length without NUL.</summary>
    public static bool IsPlainText(string value)
        => value.Length <= MaxTextLiteral && !value.Contains('\0', StringComparison.Ordinal) && IsWellFormed(value);

    private static bool IsWellFormed(string value)
    {
        foreach (var rune in value.EnumerateRunes())
        {
            // A lone surrogate is enumerated as the replacement character.
            if (rune == Rune.ReplacementChar)
                return false;
        }

        return true;
    }
}
