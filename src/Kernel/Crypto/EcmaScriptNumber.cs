using System.Globalization;

namespace DataSpace.Kernel.Crypto;

/// <summary>Number to text as ECMAScript's <c>Number::toString</c> does it (ECMA-262 §6.1.6.1.20), which RFC 8785 §3.2.2.3 prescribes.</summary>
internal static class EcmaScriptNumber
{
    /// <summary>Shortest text that reads back as <paramref name="value"/>; the value must be finite.</summary>
    public static string Format(double value)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(nameof(value), "NaN and infinities have no JSON form.");
        if (value == 0)
            return "0"; // minus zero as well

        // .NET's round-trip form has the same shortest digits as ECMAScript; only the layout differs.
        var (digits, pointAt) = Split(Math.Abs(value).ToString("R", CultureInfo.InvariantCulture));
        return (value < 0 ? "-" : "") + LayOut(digits, pointAt);
    }

    /// <summary>The significant digits without leading or trailing zeros, and n such that value = 0.digits × 10^n.</summary>
    private static (string Digits, int PointAt) Split(string shortest)
    {
        var e = shortest.IndexOf('E', StringComparison.Ordinal);
        var exponent = e < 0 ? 0 : int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? shortest : shortest[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? mantissa : mantissa[..point];
        var all = point < 0 ? mantissa : whole + mantissa[(point + 1)..];
        var leading = all.Length - all.TrimStart('0').Length;
        return (all.Trim('0'), whole.Length - leading + exponent);
    }

    private static string LayOut(string digits, int n)
    {
        var k = digits.Length;
        if (k <= n && n <= 21)
            return digits + new string('0', n - k);
        if (0 < n && n <= 21)
            return string.Concat(digits.AsSpan(0, n), ".", digits.AsSpan(n));
        if (-6 < n && n <= 0)
            return "0." + new string('0', -n) + digits;
        var exponent = n - 1;
        var power = (exponent < 0 ? "e-" : "e+") + Math.Abs(exponent).ToString(CultureInfo.InvariantCulture);
        return k == 1 ? digits + power : string.Concat(digits.AsSpan(0, 1), ".", digits.AsSpan(1), power);
    }
}
