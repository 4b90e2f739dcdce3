using System.Globalization;

namespace DataSpace.Connector.Intersections;

/// <summary>A row's value as the sandbox writes it, in units of the last decimal. Pure.</summary>
internal static class ValueText
{
    /// <summary>
    /// <c>round(value · 10^decimals)</c>, half away from zero; what does not fit 64 bits is the largest number that does, for bounds cut it anyway. Null for no value.
    /// </summary>
    public static long? Scaled(string? text, int decimals)
    {
        if (text is null)
            return null;
        var scale = 1m;
        for (var i = 0; i < decimals; i++)
            scale *= 10;
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) && Math.Abs(exact) <= long.MaxValue / scale)
            return (long)Math.Round(exact * scale, MidpointRounding.AwayFromZero);
        // Too large for either: the sign is all that matters.
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var large) ? large < 0 ? -long.MaxValue : long.MaxValue : null;
    }

    /// <summary>Decimal text of scaled/10^decimals, without needless zeros.</summary>
    public static string Unscaled(Int128 scaled, int decimals)
    {
        var digits = Int128.Abs(scaled).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        var text = decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}".TrimEnd('0').TrimEnd('.');
        return scaled < 0 ? "-" + text : text;
    }
}
