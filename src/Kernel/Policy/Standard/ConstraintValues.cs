using System.Text.RegularExpressions;

namespace DataSpace.Kernel.Policy.Standard;

/// <summary>
/// Values of constraints: their format and length in table C.6, their canonical spelling, and how each is written in the ODRL profile. Where the standard gives no
/// unit one is fixed here: bytes for <c>dataSize</c> (K, M, G, T are powers of 1000, Ki … of 1024), <c>n/PT1M</c>, <c>n/PT1H</c>, <c>n/P1D</c> for <c>frequency</c>.
/// </summary>
internal static partial class ConstraintValues
{
    private const int MaxTimeChars = 71;

    private static readonly Dictionary<string, int> MaxChars = new(StringComparer.Ordinal)
    {
        ["time"] = MaxTimeChars,
        ["timeWindow"] = 10,
        ["region"] = 10,
        ["networkAddress"] = 45,
        ["physicalAddress"] = 20,
        ["count"] = 16,
        ["frequency"] = 21,
        ["dataSize"] = 18,
        ["dateRecord"] = 16,
        ["dataField"] = 128,
        ["valueExpression"] = 128,
        ["application"] = 1024,
        ["algorithm"] = 1024,
        ["machineLearningModels"] = 1024,
        ["executionEnv"] = 2,
        ["encryptMode"] = 2,
        ["deliveryMethod"] = 2,
        ["payAmount"] = 128,
    };

    /// <summary>The canonical spelling of a value, or null when it has not the format of its constraint.</summary>
    public static string? Canonical(string name, string text)
    {
        var value = name switch
        {
            "time" => Times(text),
            "timeWindow" => Duration().IsMatch(text) && text.Length <= MaxChars[name] ? text : null,
            "count" or "dateRecord" => Integer().IsMatch(text) ? text : null,
            "frequency" => Frequency(text),
            "dataSize" => Bytes(text),
            "valueExpression" => Predicate(text),
            "executionEnv" or "encryptMode" or "deliveryMethod" => StandardCodes.ValueCodes[name].Any(c => c.Code == text) ? text : null,
            _ => text,
        };
        return value is { Length: > 0 } && value.Length <= MaxChars[name] && ContractText.IsPlain(value) ? value : null;
    }

    /// <summary>The value in the ODRL profile with its unit, or null when the profile has no such value.</summary>
    public static (string Value, string? Unit)? ToOdrl(string name, string text)
    {
        switch (name)
        {
            case "time":
                return (StandardTime.ToIso(text) ?? text, null);
            case "region":
                return (SixDigits().IsMatch(text) ? "CN-" + text : text, null);
            case "frequency":
                return text.Contains('/', StringComparison.Ordinal) ? (text, null) : null;
            case "executionEnv" or "encryptMode" or "deliveryMethod":
                return (StandardCodes.ValueCodes[name].First(c => c.Code == text).Word, null);
            case "payAmount":
                return Amount().Match(text) is { Success: true } match ? (match.Groups[1].Value, match.Groups[2].Value) : null;
            default:
                return (text, null);
        }
    }

    /// <summary>The standard's value of an ODRL value, or null when it has none; the caller checks that the way back gives the same.</summary>
    public static string? FromOdrl(string name, string value, string? unit)
    {
        if (name == "payAmount")
            return unit is null ? null : Canonical(name, value + " " + unit);
        if (unit is not null)
            return null;
        return Canonical(name, name switch
        {
            "time" => StandardTime.FromIso(value) ?? value,
            "region" => ChinaRegion().IsMatch(value) ? value[3..] : value,
            "executionEnv" or "encryptMode" or "deliveryMethod" => StandardCodes.ValueCodes[name].FirstOrDefault(c => c.Word == value).Code ?? "",
            _ => value,
        });
    }

    /// <summary>One time or a range <c>from/until</c>; 14 digits, or RFC 3339 where 14 digits would lose the offset or the fraction.</summary>
    private static string? Times(string text)
    {
        var parts = text.Split('/');
        if (parts.Length > 2)
            return null;
        for (var i = 0; i < parts.Length; i++)
        {
            if (StandardTime.Digits(parts[i]) is null && PolicyValues.Moment(parts[i]) is null)
                return null;
            parts[i] = StandardTime.FromIso(parts[i]) ?? parts[i];
        }
        return string.Join('/', parts);
    }

    private static string? Frequency(string text)
    {
        var match = Rate().Match(text);
        if (!match.Success)
            return null;
        var unit = match.Groups[2].Value.ToUpperInvariant() switch
        {
            "" => "",
            "PT1M" or "分钟" or "分" or "MIN" or "MINUTE" or "M" => "/PT1M",
            "PT1H" or "小时" or "时" or "HOUR" or "H" => "/PT1H",
            "P1D" or "天" or "日" or "DAY" or "D" => "/P1D",
            _ => null,
        };
        return unit is null ? null : match.Groups[1].Value + unit;
    }

    private static string? Bytes(string text)
    {
        var match = Size().Match(text);
        if (!match.Success)
            return null;
        var unit = match.Groups[2].Value.ToUpperInvariant();
        var power = unit.Length == 0 ? 0 : "KMGT".IndexOf(unit[0], StringComparison.Ordinal) + 1;
        System.Numerics.BigInteger bytes = long.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        for (var i = 0; i < power; i++)
            bytes *= unit.EndsWith('I') ? 1024 : 1000;
        return bytes.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary><c>column op value</c>; signs such as &gt;= become the operator's word.</summary>
    private static string? Predicate(string text)
    {
        var match = Comparison().Match(text);
        if (!match.Success)
            return text;
        var word = match.Groups[2].Value switch
        {
            ">=" => "gteq",
            "<=" => "lteq",
            ">" => "gt",
            "<" => "lt",
            "!=" or "<>" => "neq",
            _ => "eq",
        };
        return $"{match.Groups[1].Value} {word} {match.Groups[3].Value}";
    }

    [GeneratedRegex(@"^P(?=[0-9T])([0-9]{1,4}Y)?([0-9]{1,4}M)?([0-9]{1,4}W)?([0-9]{1,5}D)?(T(?=[0-9])([0-9]{1,5}H)?([0-9]{1,5}M)?([0-9]{1,5}S)?)?\z")]
    private static partial Regex Duration();

    [GeneratedRegex(@"^[1-9][0-9]{0,15}\z")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^([1-9][0-9]{0,15})\s?(?:次)?\s?(?:/\s?([A-Za-z0-9]{1,6}|分钟|分|小时|时|天|日))?\z")]
    private static partial Regex Rate();

    [GeneratedRegex(@"^([1-9][0-9]{0,15})\s?(?:([KMGT]i?)B?|B)?\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Size();

    [GeneratedRegex(@"^([\p{L}_][\p{L}\p{Nd}_]{0,63})\s*(>=|<=|==|!=|<>|=|<|>)\s*(\S.*)\z")]
    private static partial Regex Comparison();

    [GeneratedRegex(@"^[0-9]{6}\z")]
    private static partial Regex SixDigits();

    [GeneratedRegex(@"^CN-[0-9]{6}\z")]
    private static partial Regex ChinaRegion();

    [GeneratedRegex(@"^([0-9]{1,15}(?:\.[0-9]{1,9})?) ([A-Z]{3})\z")]
    private static partial Regex Amount();
}

/// <summary>Texts of a contract.</summary>
internal static class ContractText
{
    /// <summary>No control characters and no signs that turn the direction of writing: what a person reads is what is stored.</summary>
    public static bool IsPlain(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c) || c is '\u200e' or '\u200f' or '\u061c' or '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'))
                return false;
        }
        return true;
    }
}
