using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Parquet;
using Parquet.Schema;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// A result as Apache Parquet. Columns have the narrowest type that holds every value exactly: boolean, 64-bit integer, decimal(28, scale of the longest fraction), else text; all may be null. What only looks like a number
/// (leading zeros, an exponent, more than 28 digits) stays text.
/// </summary>
internal static partial class ResultParquet
{
    private const int MostDigits = 28, MostDecimals = 18;

    /// <summary>The file's bytes.</summary>
    /// <param name="table">A result's table: <c>Columns</c> with <c>Name</c>, <c>Rows</c> of texts or null.</param>
    /// <param name="about">Goes into the file's key-value metadata.</param>
    /// <param name="cancellation">Ends the work.</param>
    public static async Task<byte[]> WriteAsync(JsonElement table, IReadOnlyDictionary<string, string> about, CancellationToken cancellation)
    {
        var names = table.GetProperty("Columns").EnumerateArray().Select(c => c.GetProperty("Name").GetString()!).ToList();
        var rows = table.GetProperty("Rows").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Null ? null : v.GetString()).ToArray()).ToList();
        var columns = names.Select((name, i) => new Column(name, [.. rows.Select(r => r[i])])).ToList();
        using var file = new MemoryStream();
        var writer = await ParquetWriter.CreateAsync(new ParquetSchema(columns.Select(c => (Field)c.Field)), file, cancellationToken: cancellation);
        await using (writer)
        {
            writer.CustomMetadata = about.ToDictionary(a => a.Key, a => a.Value);
            using var group = writer.CreateRowGroup();
            foreach (var column in columns)
                await column.WriteAsync(group, cancellation);
        }
        return file.ToArray();
    }

    private sealed class Column
    {
        private readonly string?[] _values;
        private readonly Kind _kind;

        public Column(string name, string?[] values)
        {
            var known = values.OfType<string>().ToList();
            var decimals = known.Count == 0 ? null : DecimalsOf(known);
            (_values, _kind) = (values, known.Count == 0 ? Kind.Text
                : known.TrueForAll(v => v is "true" or "false") ? Kind.Boolean
                : decimals == 0 && known.TrueForAll(v => long.TryParse(v, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)) ? Kind.Integer
                : decimals is not null ? Kind.Decimal : Kind.Text);
            Field = _kind switch
            {
                Kind.Boolean => new DataField<bool?>(name),
                Kind.Integer => new DataField<long?>(name),
                Kind.Decimal => new DecimalDataField(name, MostDigits, decimals!.Value, isNullable: true),
                _ => new DataField<string>(name),
            };
        }

        private enum Kind
        {
            Text,
            Boolean,
            Integer,
            Decimal,
        }

        public DataField Field { get; }

        public async Task WriteAsync(ParquetRowGroupWriter group, CancellationToken cancellation)
        {
            switch (_kind)
            {
                case Kind.Boolean:
                    await group.WriteAsync<bool>(Field, Of(v => v == "true"), cancellationToken: cancellation);
                    break;
                case Kind.Integer:
                    await group.WriteAsync<long>(Field, Of(v => long.Parse(v, CultureInfo.InvariantCulture)), cancellationToken: cancellation);
                    break;
                case Kind.Decimal:
                    await group.WriteAsync<decimal>(Field, Of(v => decimal.Parse(v, CultureInfo.InvariantCulture)), cancellationToken: cancellation);
                    break;
                default:
                    await group.WriteAsync(Field, _values!);
                    break;
            }
        }

        private ReadOnlyMemory<T?> Of<T>(Func<string, T> read)
            where T : struct
            => _values.Select(v => v is null ? (T?)null : read(v)).ToArray();

        /// <summary>The longest fraction where all values are plain numbers that fit beside it; else null.</summary>
        private static int? DecimalsOf(List<string> values)
        {
            if (!values.TrueForAll(v => PlainNumber().IsMatch(v)))
                return null;
            int Fraction(string v) => v.IndexOf('.', StringComparison.Ordinal) is >= 0 and var at ? v.Length - at - 1 : 0;
            int Whole(string v) => v.TrimStart('-').Split('.')[0].Length;
            var (decimals, digits) = (values.Max(Fraction), values.Max(Whole));
            return decimals <= MostDecimals && decimals + digits <= MostDigits ? decimals : null;
        }
    }

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?\z")]
    private static partial Regex PlainNumber();
}
