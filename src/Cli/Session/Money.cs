using System.Globalization;

namespace DataSpace.Cli.Session;

/// <summary>Amounts in integer minor units as people write them.</summary>
internal static class Money
{
    /// <summary>For example <c>¥2.00</c>; other currencies carry their code.</summary>
    public static string Show(long minor, string? currency)
    {
        var sign = minor < 0 ? "-" : "";
        var amount = string.Create(CultureInfo.InvariantCulture, $"{sign}{Math.Abs(minor / 100)}.{Math.Abs(minor % 100):00}");
        return currency is null or "CNY" ? "¥" + amount : $"{amount} {currency}";
    }

    /// <summary>Bytes with thousands separated.</summary>
    public static string Bytes(long bytes) => bytes.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A whole number, independent of the culture.</summary>
    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
