using System.Globalization;
using System.Text;

namespace DataSpace.EndToEnd.Support;

/// <summary>Datasets of supplier A on which a consumer tries to learn one firm's figure as a difference of exact answers.</summary>
internal static class Differences
{
    /// <summary>Exact aggregates by statement, without a recipient, so that a sister company may conclude it too; twice, under different rules.</summary>
    public const string One = "exact-one", Two = "exact-two";

    /// <summary>Joint statistics for whoever comes.</summary>
    public const string Joint = "joint-for-all";

    /// <summary>The victim is alone in <c>value = 0</c>, in the year 1935. One copy of the data for each test.</summary>
    public const string Contracts = "diff_contracts", Sisters = "diff_sisters", Lost = "diff_lost", Older = "diff_older";

    /// <summary>The years have 10, 8 and 2 firms: two of them are too few.</summary>
    public const string Totals = "diff_totals";

    /// <summary>The victim's figure, and the sum of the two firms of 1937.</summary>
    public const decimal Victim = 777.5m, Small = 1_333.5m;

    public static void Design(SpaceDesign design)
    {
        var a = design.SupplierA;
        design.ConsumerGroup(a, design.Leader, design.SupplierB);
        design.Offer(One, p => Statements(p.Set("count", "400")));
        design.Offer(Two, p => Statements(p.Set("count", "500")));
        design.Offer(Joint, p => p.Set("count", "600").Remove("recipient").Remove("dataspace:independentCoProviders"));
        foreach (var id in (string[])[Contracts, Sisters, Lost, Older])
            design.Dataset(a, id, Firms((1935, 10), (1936, 9), (1937, 8)));
        design.Dataset(a, Totals, Firms((1935, 10), (1936, 8), (1937, 2)));
    }

    /// <summary>Sum of investment by year.</summary>
    public static string ByYear(string dataset, string where = "") => $"SELECT year, SUM(invest) AS total FROM {dataset}{where} GROUP BY year";

    private static string Firms(params (int Year, int Count)[] years)
    {
        var csv = new StringBuilder("invest,value,capital,firm,year\n");
        foreach (var (year, count) in years)
        {
            for (var i = 0; i < count; i++)
            {
                var isVictim = (year, i) == (1935, 0);
                var invest = isVictim ? Victim : count == 2 ? i == 0 ? 1_000m : Small - 1_000m : 100 + (7 * i);
                csv.Append(CultureInfo.InvariantCulture, $"{invest},{(isVictim ? 0 : 5)},1,Firm {year}-{i},{year}\n");
            }
        }
        return csv.ToString();
    }

    private static void Statements(Policy policy) => policy
        .Set("dataspace:computation", "sql")
        .Remove("recipient").Remove("dataspace:coProvider").Remove("dataspace:independentCoProviders").Remove("dataspace:clamp");
}
