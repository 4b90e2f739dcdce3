using System.Globalization;
using System.Text.Json.Nodes;

namespace DataSpace.EndToEnd.Support;

/// <summary>Two owners' lists of members, synthetic, that have some in common by whichever key they are compared; and an offer for comparing them.</summary>
internal static class IntersectionDesign
{
    /// <summary>Opens the key columns of all lists for intersections, from five common members on.</summary>
    public const string Offer = "intersect-members";

    /// <summary>Permits the same, and to tell an owner which of its own members are common.</summary>
    public const string OfferIds = "intersect-members-ids";

    /// <summary>Permits sums of <see cref="Spent"/> over common members, up to 500.00 for each.</summary>
    public const string OfferSum = "intersect-members-sum";

    /// <summary>The same without naming who may choose them.</summary>
    public const string OfferSumUnnamed = "intersect-members-sum-unnamed";

    /// <summary>The list of supplier B with what its members spent; some twice, one without an amount, one with more than counts.</summary>
    public const string Spending = "members_b_spending";

    /// <summary>Most that counts of one member, in cents.</summary>
    public const long SpentAtMost = 50_000;

    private const int SpentNothing = 5;

    /// <summary>Opens the members of <see cref="Joined"/> that joined since 2000.</summary>
    public const string OfferSince = "intersect-members-since";

    /// <summary>The usual list of supplier A with a year for every member: of <see cref="Ours"/> the first <see cref="JoinedSince"/> joined since 2000.</summary>
    public const string Joined = "members_joined";

    public const int JoinedSince = 30;

    /// <summary>The list of the chain leader, who is the analyst too; its members are those of supplier A.</summary>
    public const string Leaders = "members_leader";

    /// <summary>Fewest that are told.</summary>
    public const int Minimum = 5;

    /// <summary>Lists of supplier A: the usual one, one member alone, two in common with supplier B, and one that may be intersected twice.</summary>
    public const string Members = "members_a", Single = "members_one", Few = "members_few", Capped = "members_twice";

    /// <summary>Runs of <see cref="Capped"/>.</summary>
    public const int Cap = 2;

    /// <summary>The list of supplier B.</summary>
    public const string Theirs = "members_b";

    /// <summary>Lists so long that the conversation needs many requests, at A and at B.</summary>
    public const string Long = "members_many", TheirLong = "members_b_many";

    /// <summary>Members of the long lists: from, to.</summary>
    public static readonly (int From, int To) LongOurs = (0, 36_000), LongTheirs = (29_003, 70_000);

    private const int OursFrom = 0, OursTo = 40, TheirsFrom = 17, TheirsTo = 70, SamePhoneTo = 34;

    /// <summary>Members of A as they are meant: code, site, phone.</summary>
    public static IReadOnlyList<(string Code, string Site, string Phone)> Ours { get; } = [.. Enumerable.Range(OursFrom, OursTo - OursFrom).Select(i => (Code(i), Site(i), Phone(i)))];

    /// <summary>Members of B.</summary>
    public static IReadOnlyList<(string Code, string Site, string Phone)> Others { get; } =
        [.. Enumerable.Range(TheirsFrom, TheirsTo - TheirsFrom).Select(i => (Code(i), i % 2 == 1 ? Site(i) : "南", Phone(i < SamePhoneTo ? i : 1000 + i)))];

    /// <summary>What every member of <see cref="Spending"/> counts with, in cents.</summary>
    public static IReadOnlyDictionary<string, long> Spent { get; } = Others.Select((m, i) => (m.Code, Cents: i % 10 == 3 ? SpentAtMost : 12_345L + (100 * i))).Where((_, i) => i != SpentNothing).ToDictionary(m => m.Code, m => m.Cents);

    public static void Add(SpaceDesign design)
    {
        static Policy Terms(Policy p) => p.Set("dataspace:column", new JsonArray("code", "site", "phone", "ref", "place", "mobile"), "isAnyOf")
            .Set("dataspace:minimumGroupSize", $"{Minimum}").Set("count", "60").Remove("dataspace:groupKey").Remove("dataspace:clamp");
        // With the analyst as one of two owners nobody else is independent of it.
        design.Offer(Offer, p => Terms(p).Set("dataspace:computation", "intersect").Remove("dataspace:independentCoProviders"));
        design.Offer(OfferIds, p => Terms(p).Set("dataspace:computation", new JsonArray("intersect", "intersect:ids"), "isAnyOf").Remove("dataspace:independentCoProviders"));
        design.Offer(OfferSince, p => Terms(p).Set("dataspace:computation", "intersect").Remove("dataspace:independentCoProviders").Add("dataspace:rowFilter", "isAllOf", "joined gteq 2000"), "joined");
        static Policy Sums(Policy p) => p.Set("dataspace:column", new JsonArray("code", "ref", "spent"), "isAnyOf").Set("dataspace:minimumGroupSize", $"{Minimum}").Set("count", "60").Remove("dataspace:groupKey")
            .Set("dataspace:computation", "intersect:sum").Remove("dataspace:independentCoProviders").Set("dataspace:clamp", new JsonArray("spent:2:0:500"), "isAnyOf");
        design.Offer(OfferSum, p => Sums(p));
        design.Offer(OfferSumUnnamed, p => Sums(p).Set("dataspace:coProvider", new JsonArray("did:web:nobody.example#k"), "isNoneOf"), "spent");
        design.Dataset(design.SupplierB, Spending, "ref,place,mobile,spent\n" + string.Concat(Others.Select((m, i) => i == SpentNothing ? $"{m.Code},x,,\n"
            : !Spent.TryGetValue(m.Code, out var cents) ? "" : cents == SpentAtMost ? $"{m.Code},x,,300\n{m.Code},x,,201.5\n" : string.Create(CultureInfo.InvariantCulture, $"{m.Code},x,,{cents / 100m}\n"))), d =>
        {
            List("ref", "place", "mobile", maxRuns: 500)(d);
            d["columns"]!.AsArray().Add((JsonNode)new JsonObject { ["name"] = "spent", ["type"] = "decimal" });
        });
        // A writes with blanks, small letters and national numbers; some members twice, one without a phone.
        string OursCsv(int rows) => "code,site,phone\n" + string.Concat(Ours.Take(rows).Select((m, i) =>
            string.Create(CultureInfo.InvariantCulture, $"{(i % 3 == 0 ? " " + m.Code.ToLowerInvariant() : m.Code)},{m.Site},{m.Phone[..3]} {m.Phone[3..7]} {m.Phone[7..]}\n"))) + "c-001,somewhere,\n";
        design.Dataset(design.Leader, Leaders, OursCsv(Ours.Count), List("code", "site", "phone", maxRuns: 500));
        design.Dataset(design.SupplierA, Members, OursCsv(Ours.Count), List("code", "site", "phone", maxRuns: 500));
        design.Dataset(design.SupplierA, Single, "code,site,phone\nC-020,East,138 0000 0020\n", List("code", "site", "phone", maxRuns: 500));
        design.Dataset(design.SupplierA, Few, OursCsv(19), List("code", "site", "phone", maxRuns: 500));
        design.Dataset(design.SupplierA, Capped, OursCsv(Ours.Count), List("code", "site", "phone", Cap));
        design.Dataset(design.SupplierB, Theirs, "ref,place,mobile\n" + string.Concat(Others.Select(m => $"{m.Code},{m.Site},+86-{m.Phone}\n")), List("ref", "place", "mobile", maxRuns: 500));
        design.Dataset(design.SupplierA, Joined, "code,site,phone,joined\n" + string.Concat(Ours.Select((m, i) => $"{m.Code},{m.Site},{m.Phone},{(i < JoinedSince ? 2005 : 1999)}\n")), d =>
        {
            List("code", "site", "phone", maxRuns: 500)(d);
            d["columns"]!.AsArray().Add((JsonNode)new JsonObject { ["name"] = "joined", ["type"] = "integer" });
        });
        string Many((int From, int To) range, string header) => header + "\n" + string.Concat(Enumerable.Range(range.From, range.To - range.From).Select(i => string.Create(CultureInfo.InvariantCulture, $"M{i},x,\n")));
        design.Dataset(design.SupplierA, Long, Many(LongOurs, "code,site,phone"), List("code", "site", "phone", maxRuns: 500));
        design.Dataset(design.SupplierB, TheirLong, Many(LongTheirs, "ref,place,mobile"), List("ref", "place", "mobile", maxRuns: 500));
    }

    /// <summary>How many members both have, by a plain join.</summary>
    public static int Common(Func<(string Code, string Site, string Phone), object> key) => Ours.Select(key).Intersect(Others.Select(key)).Count();

    private static string Code(int i) => string.Create(CultureInfo.InvariantCulture, $"C-{i:000}");

    private static string Site(int i) => i % 4 < 2 ? "东" : "西";

    private static string Phone(int i) => string.Create(CultureInfo.InvariantCulture, $"1380000{i:0000}");

    private static Action<JsonObject> List(string code, string site, string phone, int maxRuns) => dataset =>
    {
        static JsonObject Column(string name) => new() { ["name"] = name, ["type"] = "text", ["identifier"] = true };
        var personal = Column(phone);
        personal["personal"] = "personal";
        dataset["columns"] = new JsonArray(Column(code), Column(site), personal);
        dataset["subjectColumn"] = code;
        dataset["classification"]!["personalInformation"] = true;
        dataset["intersection"] = new JsonObject
        {
            ["keys"] = new JsonObject { [code] = new JsonArray("trim", "upper"), [site] = new JsonArray("nfc"), [phone] = new JsonArray("phone:86") },
            ["maxRuns"] = maxRuns,
        };
    };
}
