using System.Globalization;
using System.Text.Json.Nodes;

namespace DataSpace.EndToEnd.Support;

/// <summary>Supplier A's list of firms with a rating each, synthetic, to be looked up by number or phone; and the spec of a look-up.</summary>
internal static class LookupDesign
{
    /// <summary>Opens the key columns, rating and limit; not the note.</summary>
    public const string Offer = "lookup-ratings";

    /// <summary>The list, and the same with a quota of <see cref="Quota"/> questions, and with a note that does not fit a record.</summary>
    public const string Ratings = "ratings", Capped = "ratings_capped", TooLong = "ratings_too_long";

    /// <summary>Questions that one consumer may put to <see cref="Capped"/>.</summary>
    public const int Quota = 5;

    /// <summary>Bytes of a record.</summary>
    public const int RecordBytes = 64;

    private const int Firms = 40;

    public static void Add(SpaceDesign design)
    {
        foreach (var (id, quota, note) in ((string, int, string)[])[(Ratings, 1000, "late twice"), (Capped, Quota, "late twice"), (TooLong, 1000, new string('x', RecordBytes))])
        {
            design.OnlyOffer(id, Offer, p => p.Set("dataspace:computation", "lookup").Set("dataspace:minimumGroupSize", "off").Set("dataspace:column", new JsonArray("code", "phone", "rating", "credit"), "isAnyOf").Set("count", "60")
                .Remove("dataspace:coProvider").Remove("dataspace:independentCoProviders").Remove("dataspace:clamp").Remove("dataspace:groupKey"));
            var rating = note.Length == RecordBytes ? note : "AA";
            design.Dataset(design.SupplierA, id, "code,phone,rating,credit,note\n" + string.Concat(Enumerable.Range(0, Firms).Select(i =>
                string.Create(CultureInfo.InvariantCulture, $"{(i % 2 == 0 ? $" f-{i:000}" : $"F-{i:000}")},138 0000 {i:0000},{(i == 7 ? "" : rating)},{1000 + i}.50,late twice\n"))), List(quota));
        }
    }

    public static async Task<JsonObject> LookupSpecAsync(this Space space, string[] keywords, string dataset = Ratings, int? questions = null)
    {
        var spec = new JsonObject
        {
            ["version"] = 1,
            ["kind"] = "lookup",
            ["title"] = "Ratings by number",
            ["purpose"] = Jobs.Purpose,
            ["inputs"] = new JsonArray(new JsonObject { ["participant"] = space.SupplierA.Did, ["dataset"] = dataset, ["agreement"] = await space.AgreeAsync(space.SupplierA, dataset, Offer) }),
            ["lookup"] = new JsonObject
            {
                ["key"] = new JsonArray(new JsonObject { ["name"] = "code", ["steps"] = new JsonArray("trim", "upper") }),
                ["columns"] = new JsonArray("rating", "credit"),
                ["keywords"] = new JsonArray([.. keywords.Select(k => (JsonNode)k)]),
                ["recordBytes"] = RecordBytes,
            },
        };
        if (questions is { } count)
            spec["lookup"]!["questions"] = count;
        return spec;
    }

    private static Action<JsonObject> List(int quota) => dataset =>
    {
        static JsonObject Column(string name, string type, bool identifier = false) => new() { ["name"] = name, ["type"] = type, ["identifier"] = identifier };
        var phone = Column("phone", "text", identifier: true);
        phone["personal"] = "personal";
        dataset["columns"] = new JsonArray(Column("code", "text", identifier: true), phone, Column("rating", "text"), Column("credit", "decimal"), Column("note", "text"));
        dataset["subjectColumn"] = "code";
        dataset["classification"]!["personalInformation"] = true;
        dataset["lookup"] = new JsonObject
        {
            ["keys"] = new JsonObject { ["code"] = new JsonArray("trim", "upper"), ["phone"] = new JsonArray("phone:86") },
            ["maxQuestions"] = quota,
            ["recordBytes"] = RecordBytes,
        };
    };
}
