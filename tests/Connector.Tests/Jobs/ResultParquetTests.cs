using System.Globalization;
using System.Text.Json;
using DataSpace.Connector.Jobs;
using Parquet;
using Parquet.Schema;

namespace DataSpace.Connector.Tests.Jobs;

/// <summary>A column has the narrowest type that keeps every value exactly.</summary>
public sealed class ResultParquetTests
{
    [Theory]
    [InlineData("Int64", "1", "-2", null, "9223372036854775807")]
    [InlineData("Decimal 28,3", "730.398", null, "12", "-0.5")]
    [InlineData("Decimal 28,0", "9223372036854775808")] // past 64 bits
    [InlineData("Boolean", "true", "false", null)]
    [InlineData("String", "007", "8")] // a code, not a number
    [InlineData("String", "1e5")]
    [InlineData("String", "12345678901234567890.123456789")] // 29 digits
    [InlineData("String", "0.1234567890123456789")] // 19 decimals
    [InlineData("String", "1", "n/a")]
    [InlineData("String", "+1")]
    [InlineData("String", "1\n")]
    [InlineData("String", null, null)]
    [InlineData("String", "", null, "上海")]
    public async Task Values_are_the_same_and_types_are_exact(string type, params string?[] values)
    {
        var (columns, about) = await RoundTripAsync(new { Columns = new[] { new { Name = "x" } }, Rows = values.Select(v => new[] { v }) });
        Assert.Equal(type, columns[0].Type);
        Assert.Equal(values.Select(Plain), columns[0].Values.Select(v => type.StartsWith("Decimal", StringComparison.Ordinal) ? Plain(v) : v));
        Assert.Equal("j1", about["dataspace.job"]);
    }

    [Fact]
    public async Task A_table_without_rows_has_its_columns()
    {
        var (columns, _) = await RoundTripAsync(new { Columns = new[] { new { Name = "year" }, new { Name = "投资" } }, Rows = Array.Empty<string[]>() });
        Assert.Equal(["year", "投资"], columns.Select(c => c.Name));
        Assert.All(columns, c => Assert.Empty(c.Values));
    }

    /// <summary>12 and 12.000 are one number; a text that is none stays as it is.</summary>
    private static string? Plain(string? value)
        => value is not null && value.Contains('.', StringComparison.Ordinal) && decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _) && value.Length < 20
            ? value.TrimEnd('0').TrimEnd('.') : value;

    private static async Task<(List<(string Name, string Type, List<string?> Values)> Columns, Dictionary<string, string> About)> RoundTripAsync(object table)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var bytes = await ResultParquet.WriteAsync(JsonSerializer.SerializeToElement(table), new Dictionary<string, string> { ["dataspace.job"] = "j1" }, cancellation);
        Assert.Equal("PAR1"u8.ToArray(), bytes[..4]);
        await using var reader = await ParquetReader.CreateAsync(new MemoryStream(bytes), cancellationToken: cancellation);
        var columns = new List<(string, string, List<string?>)>();
        using var group = reader.OpenRowGroupReader(0);
        foreach (var field in reader.Schema.DataFields)
        {
            var values = new List<string?>();
            var count = (int)group.RowCount;
            var isText = field.ClrType == typeof(ReadOnlyMemory<char>);
            if (isText)
            {
                var texts = new string?[count];
                await group.ReadAsync(field, texts, cancellationToken: cancellation);
                values.AddRange(texts);
            }
            else if (field.ClrType == typeof(bool))
                values.AddRange((await ReadAsync<bool>(group, field, count)).Select(v => v is { } b ? b ? "true" : "false" : null));
            else if (field.ClrType == typeof(long))
                values.AddRange((await ReadAsync<long>(group, field, count)).Select(v => v?.ToString(CultureInfo.InvariantCulture)));
            else
                values.AddRange((await ReadAsync<decimal>(group, field, count)).Select(v => v?.ToString(CultureInfo.InvariantCulture)));
            columns.Add((field.Name, field is DecimalDataField d ? $"Decimal {d.Precision},{d.Scale}" : isText ? "String" : field.ClrType.Name, values));
        }
        return (columns, reader.CustomMetadata);
    }

    private static async Task<T?[]> ReadAsync<T>(ParquetRowGroupReader group, DataField field, int count)
        where T : struct
    {
        var values = new T?[count];
        await group.ReadAsync<T>(field, values, cancellationToken: TestContext.Current.CancellationToken);
        return values;
    }
}
