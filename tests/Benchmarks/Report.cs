using System.Globalization;

namespace DataSpace.Benchmarks;

/// <summary>How results are printed: absolute figures first, then the judgement. A missed target is said, and changes no exit code.</summary>
internal static class Report
{
    /// <summary>A heading.</summary>
    public static void Heading(TextWriter output, string title)
    {
        output.WriteLine();
        output.WriteLine("== " + title);
    }

    /// <summary>A line in the invariant culture.</summary>
    public static void Line(TextWriter output, FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>A figure against the most it may be.</summary>
    public static void AtMost(TextWriter output, string what, double value, double target, string unit = "")
        => Verdict(output, what, value, "<=", target, unit, value <= target);

    /// <summary>A figure against the least it must be.</summary>
    public static void AtLeast(TextWriter output, string what, double value, double target, string unit = "")
        => Verdict(output, what, value, ">=", target, unit, value >= target);

    private static void Verdict(TextWriter output, string what, double value, string comparison, double target, string unit, bool met)
    {
        var format = Math.Max(Math.Abs(value), target) >= 1000 ? "N0" : "F2";
        var (shown, aim) = (value.ToString(format, CultureInfo.InvariantCulture), target.ToString("#,0.##", CultureInfo.InvariantCulture));
        output.WriteLine($"-> {what,-58} {shown + unit,12}   target {comparison} {aim}{unit,-4} {(met ? "met" : "MISSED")}");
    }
}
