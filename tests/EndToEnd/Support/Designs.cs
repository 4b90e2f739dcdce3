namespace DataSpace.EndToEnd.Support;

/// <summary>What the shared space offers beside the sample.</summary>
internal static class Designs
{
    /// <summary>Allows aggregates by statement, of one owner.</summary>
    public const string Sql = "sql-aggregates";

    /// <summary>The same for three uses.</summary>
    public const string ThreeUses = "sql-three-uses";

    /// <summary>Over before anyone could use it.</summary>
    public const string Expired = "expired";

    /// <summary>Datasets in which something is wrong, at supplier A; each with a partner of its own at supplier B.</summary>
    public static IReadOnlyDictionary<string, string> Broken { get; } = new Dictionary<string, string>
    {
        ["wellformed"] = "partner_w",
        ["malformed_"] = "partner_m",
        ["headless__"] = "partner_h",
        ["vanishing_"] = "partner_v",
    };

    public static void Shared(SpaceDesign design)
    {
        design.Offer(Sql, Statements);
        design.Offer(ThreeUses, p => Statements(p.Set("count", "3")));
        design.Offer(Expired, p => p.Set("dateTime", "2020-01-01T00:00:00Z"));
        var (a, b) = (design.SupplierA, design.SupplierB);
        var csv = SpaceDesign.Csv(a);
        var lines = csv.TrimEnd('\n').Split('\n');
        design.Dataset(a, "wellformed", csv);
        design.Dataset(a, "malformed_", string.Join('\n', lines.Take(30).Append("\"never closed,12,x").Concat(lines.Skip(30))) + "\n");
        design.Dataset(a, "headless__", csv.Replace("invest,value,capital", "invested,value,capital", StringComparison.Ordinal));
        design.Dataset(a, "vanishing_", csv);
        foreach (var partner in Broken.Values)
            design.Dataset(b, partner, SpaceDesign.Csv(b));
    }

    private static void Statements(Policy policy) => policy
        .Set("dataspace:computation", "sql")
        .Remove("dataspace:coProvider").Remove("dataspace:independentCoProviders").Remove("dataspace:clamp");
}
