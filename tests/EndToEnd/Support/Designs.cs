using System.Text.Json.Nodes;

namespace DataSpace.EndToEnd.Support;

/// <summary>What the shared space offers beside the sample.</summary>
internal static class Designs
{
    /// <summary>Allows aggregates by statement, of one owner.</summary>
    public const string Sql = "sql-aggregates";

    /// <summary>The same for three uses.</summary>
    public const string ThreeUses = "sql-three-uses";

    /// <summary>The same, of which no more than one use may go unpaid.</summary>
    public const string OnCredit = "sql-on-credit";

    /// <summary>The same for one use.</summary>
    public const string OneUse = "sql-one-use";

    /// <summary>A dataset of supplier B under several contracts.</summary>
    public const string Choices = "choices";

    /// <summary>Joint statistics with noise: room for two different queries.</summary>
    public const string Private = "joint-private";

    /// <summary>Epsilon of one use under <see cref="Private"/>: large, so that a small sample's figures can be told from their noise.</summary>
    public const long PrivateEpsilon = 300_000_000;

    /// <summary>Aggregates by statement, and joint statistics, over the rows since <see cref="Since"/> alone.</summary>
    public const string SqlSince = "sql-since", JointSince = "joint-since";

    /// <summary>First year of their row filter.</summary>
    public const int Since = 1940;

    /// <summary>Over before anyone could use it.</summary>
    public const string Expired = "expired";

    /// <summary>Datasets of supplier A for the compliance check: undeclared phone numbers in a text column, the same declared, one that changes, and two that cannot be looked at.</summary>
    public const string Calls = "calls_undeclared", CallsDeclared = "calls_declared", CallsLater = "calls_later", Unclassified = "unclassified", Torn = "torn";

    /// <summary>A dataset of supplier A whose only offer speaks in supplier B's name.</summary>
    public const string InAnothersName = "in_anothers_name";

    /// <summary>Supplier A's firms, from 1945 on a century later, and supplier B's as they are: some years are both's, some are one's.</summary>
    public const string YearsApart = "years_apart", YearsOwn = "years_own";

    /// <summary>Datasets in which something is wrong, at supplier A; each with a partner of its own at supplier B.</summary>
    public static IReadOnlyDictionary<string, string> Broken { get; } = new Dictionary<string, string>
    {
        ["wellformed"] = "partner_w",
        ["mistyped__"] = "partner_m",
        ["misyeared_"] = "partner_h",
        ["vanishing_"] = "partner_v",
    };

    /// <summary>Algorithms by which supplier A signs checkpoints beside Ed25519: its own, and as a witness others'.</summary>
    public static readonly string[] Countersigned = ["ml-dsa-44", "sm2"];

    public static void Shared(SpaceDesign design)
    {
        foreach (var setting in (string[])["countersign", "witnessCountersign"])
            design.Setting(design.SupplierA, setting, new JsonArray([.. Countersigned.Select(a => (JsonNode)a)]));
        design.Offer(Sql, Statements);
        design.Offer(ThreeUses, p => Statements(p.Set("count", "3")));
        design.Offer(OnCredit, p =>
        {
            Statements(p);
            p.Json["obligation"]![0]!["constraint"]!.AsArray().Add((JsonNode)new JsonObject
            {
                ["leftOperand"] = "dataspace:creditLimit",
                ["operator"] = "lteq",
                ["rightOperand"] = "2.00",
                ["unit"] = "CNY",
            });
        });
        design.Offer(OneUse, p => Statements(p.Set("count", "1")));
        design.Offer(Private, p => p
            .Add("dataspace:privacyBudget", "lteq", $"{2 * PrivateEpsilon}").Add("dataspace:epsilonPerUse", "lteq", $"{PrivateEpsilon}")
            .Add("dataspace:contributionBound", "lteq", "20")); // a firm has a row in every year
        design.Offer(SqlSince, p => Statements(p.Add("dataspace:rowFilter", "isAllOf", $"year gteq {Since}")), "year");
        design.Offer(JointSince, p => p.Add("dataspace:rowFilter", "isAllOf", $"year gteq {Since}"), "year");
        design.Offer(Expired, p => p.Set("dateTime", "2020-01-01T00:00:00Z"));
        var (a, b) = (design.SupplierA, design.SupplierB);
        var csv = SpaceDesign.Csv(a);
        var lines = csv.TrimEnd('\n').Split('\n');
        design.Dataset(a, "wellformed", csv);
        // What the compliance check reads as text without complaint, and a use cannot: only the owner may learn of it.
        design.Dataset(a, "mistyped__", string.Join('\n', lines.Take(30).Append("never closed,12,3,A,1950").Concat(lines.Skip(30))) + "\n");
        design.Dataset(a, "misyeared_", string.Join('\n', lines.Take(30).Append("1,12,3,A,never closed").Concat(lines.Skip(30))) + "\n");
        design.Dataset(a, "vanishing_", csv);
        design.Dataset(a, Calls, WithNotes(csv, calls: true), Note(personal: null));
        design.Dataset(a, CallsDeclared, WithNotes(csv, calls: true), Note("personal"));
        design.Dataset(a, CallsLater, WithNotes(csv, calls: false), Note(personal: null));
        design.Dataset(a, Unclassified, csv, d => d.Remove("classification"));
        design.Dataset(a, Torn, csv + "\"never closed,12,x");
        design.Dataset(b, Choices, SpaceDesign.Csv(b));
        design.Dataset(a, InAnothersName, csv);
        design.OnlyOffer(InAnothersName, "not-ours", p => p.Json["assigner"] = b.Did);
        IntersectionDesign.Add(design);
        VerticalDesign.Add(design);
        ModelDesign.Add(design);
        LookupDesign.Add(design);
        design.Dataset(a, YearsApart, Apart(csv));
        design.Dataset(b, YearsOwn, SpaceDesign.Csv(b));
        foreach (var partner in Broken.Values)
            design.Dataset(b, partner, SpaceDesign.Csv(b));
    }

    /// <summary>The data with one column of free text more; some of it, far from the head, mentions synthetic phone numbers.</summary>
    public static string WithNotes(string csv, bool calls)
    {
        var lines = csv.TrimEnd('\n').Split('\n');
        return string.Join('\n', lines.Select((line, i) => line.TrimEnd('\r') + (i == 0 ? ",note" : calls && i > lines.Length - 12 ? $",ask Mr Li at 138 0000 {i:0000}" : ",paid"))) + "\n";
    }

    /// <summary>What is in <see cref="YearsApart"/>.</summary>
    public static string Apart(string csv) => System.Text.RegularExpressions.Regex.Replace(csv, @",19(4[5-9]|5[0-9])(?=\r?\n|$)", ",20$1");

    private static Action<JsonObject> Note(string? personal) => dataset =>
    {
        var column = new JsonObject { ["name"] = "note", ["type"] = "text" };
        if (personal is not null)
        {
            column["personal"] = personal;
            dataset["classification"]!["personalInformation"] = true;
        }
        dataset["columns"]!.AsArray().Add(column);
    };

    private static void Statements(Policy policy) => policy
        .Set("dataspace:computation", "sql")
        .Remove("dataspace:coProvider").Remove("dataspace:independentCoProviders").Remove("dataspace:clamp");
}
