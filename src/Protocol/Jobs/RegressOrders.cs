using System.Globalization;
using DataSpace.Kernel.Results;

namespace DataSpace.Protocol.Jobs;

/// <summary>The form of a regression in a job order: what needs neither contract nor data. Pure.</summary>
internal static class RegressOrders
{
    private const int MaxTextChars = 128;
    private const int MaxDecimals = 9;
    private const int MaxIterations = 256;
    private const int MaxRows = 1 << 24;
    private const int MaxKeyParts = 8;
    private const decimal MaxL2 = 1_000_000_000_000;
    private const NumberStyles Number = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    /// <summary>The serializer lets null into lists whatever the type says.</summary>
    public static bool HasNull(RegressQuery query)
        => query.Label is null || query.Features is null || query.Features.Any(list => list is null || list.Any(f => f is null || f.Codes?.Any(c => c is null) == true))
            || query.Key?.Any(k => k?.Steps is null || k.Steps.Any(s => s is null)) == true || query.KeyColumns?.Any(c => c is null || c.Any(n => n is null)) == true;

    public static DsError? Check(RegressQuery query, IReadOnlyList<RosterEntry> roster)
    {
        if (query.Model is not (RegressQuery.Linear or RegressQuery.Logistic or RegressQuery.Poisson or RegressQuery.LinearProbability))
            return Bad("model");
        if (query.Features.Count != roster.Count)
            return Bad("one list of features per party");
        if ((query.Mode switch
        {
            RegressQuery.Horizontal => Horizontal(query),
            RegressQuery.Vertical => Vertical(query, roster),
            _ => Bad("mode"),
        }) is { } wrong)
            return wrong;
        if (Bounds(query.Label.Column, query.Label.Decimals, query.Label.Min, query.Label.Max) is { } label)
            return label;
        if (query.Model is RegressQuery.Logistic or RegressQuery.LinearProbability && (query.Label.Decimals != 0 || query.Label.Min != "0" || query.Label.Max != "1"))
            return Bad("the label of this model is 0 or 1");
        if (query.Model == RegressQuery.Poisson && (query.Label.Decimals != 0 || query.Label.Min != "0"))
            return Bad("the label of this model is a count");
        if (!decimal.TryParse(query.L2, Number, CultureInfo.InvariantCulture, out var l2) || l2 is < 0 or > MaxL2)
            return Bad("l2");
        if (query.Iterations is < 1 or > MaxIterations || query.MinimumSubjects is < 2 or > 1_000_000 || query.MaxRowsPerParty < query.MinimumSubjects || query.MaxRowsPerParty > MaxRows)
            return Bad("limits");
        return query.Features.SelectMany(f => f).Select(Feature).FirstOrDefault(e => e is not null);
    }

    private static DsError? Horizontal(RegressQuery query)
    {
        if (query.Key is not null || query.KeyColumns is not null || query.Label.Participant is not null || query.HalfPeriod is not null)
            return Bad("horizontally there are no keys, and everybody has the label");
        var width = RegressQuery.WidthOf(query.Features[0]);
        if (width is 0 or > RegressQuery.MaxWidth || query.Features.Skip(1).Any(f => !f.SequenceEqual(query.Features[0], FeatureEquality.Instance)))
            return Bad("horizontally everybody has the same features");
        return Names(query.Features[0].Select(f => f.Column).Append(query.Label.Column));
    }

    private static DsError? Vertical(RegressQuery query, IReadOnlyList<RosterEntry> roster)
    {
        if (roster.Count != 2 || query.Model == RegressQuery.Poisson)
            return Bad("vertically there are two parties, and linear, logistic and linear-probability");
        if (roster.All(r => r.Participant != query.Label.Participant))
            return Bad("the label is one of the parties'");
        if (VerticalProblem(query.Features, query.Key, query.KeyColumns, roster) is { } wrong)
            return Bad(wrong);
        if (query.HalfPeriod is { } range ? query.Model != RegressQuery.Logistic || range is < 16 or > 256 || range % 4 != 0 : query.Model == RegressQuery.Logistic)
            return Bad("range of scores");
        return roster.Zip(query.Features)
            .Select(p => Names(p.First.Participant == query.Label.Participant ? p.Second.Select(f => f.Column).Append(query.Label.Column) : p.Second.Select(f => f.Column)))
            .FirstOrDefault(e => e is not null);
    }

    /// <summary>What is wrong with columns and keys of two owners, or null.</summary>
    public static string? VerticalProblem(IReadOnlyList<IReadOnlyList<RegressFeature>> features, IReadOnlyList<KeyPartQuery>? key, IReadOnlyList<IReadOnlyList<string>>? keyColumns, IReadOnlyList<RosterEntry> roster)
        => features.Count != roster.Count || features.Any(f => f.Count == 0) || features.Sum(RegressQuery.WidthOf) > RegressQuery.MaxWidth ? "number of features"
            : key is not { Count: > 0 and <= MaxKeyParts } || key.Any(k => !IsText(k.Name) || k.Steps.Count > MaxKeyParts || k.Steps.Any(s => !IsText(s)))
                || keyColumns is not { } columns || columns.Count != roster.Count || columns.Any(c => c.Count != key.Count || c.Any(n => !IsText(n))) ? "key"
            : null;

    private static DsError? Names(IEnumerable<string> columns)
    {
        var all = columns.ToList();
        return all.Distinct(StringComparer.Ordinal).Count() == all.Count ? null : Bad("a column occurs twice");
    }

    /// <summary>What is wrong with a column, or null.</summary>
    public static DsError? Feature(RegressFeature feature)
    {
        if (Bounds(feature.Column, feature.Decimals, feature.Min, feature.Max) is { } wrong)
            return wrong;
        if (feature.Codes is not { } codes)
            return null;
        return codes.Count is 0 or > RegressQuery.MaxWidth || codes.Any(c => !IsText(c)) || codes.Distinct(StringComparer.Ordinal).Count() != codes.Count
            || (feature.Decimals, feature.Min, feature.Max) != (0, "0", "1") ? Bad("codes of a feature") : null;
    }

    private static DsError? Bounds(string column, int decimals, string min, string max)
        => IsText(column) && decimals is >= 0 and <= MaxDecimals
            && decimal.TryParse(min, Number, CultureInfo.InvariantCulture, out var low) && decimal.TryParse(max, Number, CultureInfo.InvariantCulture, out var high) && low < high
            ? null : Bad("bounds of a column");

    private static bool IsText(string text) => text.Length is > 0 and <= MaxTextChars;

    private static DsError Bad(string what) => JobErrors.BadOrder.Of("regress: " + what);

    private sealed class FeatureEquality : IEqualityComparer<RegressFeature>
    {
        public static readonly FeatureEquality Instance = new();

        public bool Equals(RegressFeature? x, RegressFeature? y)
            => x is not null && y is not null && (x with { Codes = null }) == (y with { Codes = null }) && (x.Codes ?? []).SequenceEqual(y.Codes ?? [], StringComparer.Ordinal)
                && (x.Codes is null) == (y.Codes is null);

        public int GetHashCode(RegressFeature feature) => feature.Column.GetHashCode(StringComparison.Ordinal);
    }
}
