using System.Globalization;
using System.Text.Json.Nodes;

namespace DataSpace.EndToEnd.Support;

/// <summary>Three owners with the same columns of other persons, synthetic, and an offer for fitting models over them.</summary>
internal static class ModelDesign
{
    /// <summary>Opens the columns of all for models, from five subjects on.</summary>
    public const string Offer = "fit-visits";

    /// <summary>The dataset at every owner; and one of the same columns, of which supplier B has three persons at one of the sites.</summary>
    public const string Visits = "visits", Sparse = "visits_sparse";

    /// <summary>Rows of each owner: person, visits, age, site.</summary>
    public static IReadOnlyList<(string Person, int Visits, decimal Age, string Site)> RowsOf(int owner, bool sparse = false) =>
    [
        .. Enumerable.Range(0, 160 + (20 * owner)).Select(i =>
        {
            // Some numbers that look like data; every third person comes twice.
            var person = i % 3 == 0 ? i : i - (i % 3 == 2 ? 1 : 0);
            var site = sparse && owner == 2 ? (i < 3 ? "north" : "south") : (person * 7 % 5) < 2 ? "north" : (person * 7 % 5) == 2 ? "south" : "east";
            return (string.Create(CultureInfo.InvariantCulture, $"p{owner}-{person}"), ((i * 13) + (owner * 5)) % 7 * (site == "north" ? 2 : 1) % 9, ((person * 37) % 700 / 10m) + 18 + (owner * 0.5m), site);
        }),
    ];

    public static void Add(SpaceDesign design)
    {
        static void Terms(Policy p) => p.Set("dataspace:computation", "regress").Set("dataspace:column", new JsonArray("visits", "age", "site"), "isAnyOf").Set("dataspace:groupKey", "site")
            .Set("dataspace:clamp", new JsonArray("visits:0:0:20", "age:1:0:100"), "isAnyOf").Set("dataspace:minimumGroupSize", "5").Set("dataspace:dominancePercent", "20");
        Party[] owners = [design.Leader, design.SupplierA, design.SupplierB];
        for (var i = 0; i < owners.Length; i++)
        {
            foreach (var dataset in (string[])[Visits, Sparse])
            {
                design.Dataset(owners[i], dataset, "person,visits,age,site\n" + string.Concat(RowsOf(i, dataset == Sparse).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Person},{r.Visits},{r.Age},{r.Site}\n"))), d =>
                {
                    static JsonObject Column(string name, string type) => new() { ["name"] = name, ["type"] = type };
                    d["columns"] = new JsonArray(Column("person", "text"), Column("visits", "integer"), Column("age", "decimal"), Column("site", "text"));
                    d["subjectColumn"] = "person";
                });
                design.OnlyOffer(dataset, Offer, Terms);
            }
        }
    }

    /// <summary>A Poisson model of the visits, asked by the chain leader over all three.</summary>
    public static async Task<JsonObject> ModelSpecAsync(this Space space, string dataset = Visits)
    {
        var inputs = new JsonArray();
        foreach (var owner in space.Owners)
            inputs.Add((JsonNode)new JsonObject { ["participant"] = owner.Did, ["dataset"] = dataset, ["agreement"] = await space.AgreeAsync(owner, dataset, Offer) });
        return new JsonObject
        {
            ["version"] = 1,
            ["kind"] = "regress",
            ["title"] = "Visits by age and site",
            ["purpose"] = Jobs.Purpose,
            ["inputs"] = inputs,
            ["regress"] = new JsonObject
            {
                ["mode"] = "horizontal",
                ["model"] = "poisson",
                ["label"] = new JsonObject { ["column"] = "visits" },
                ["features"] = new JsonArray(new JsonObject { ["column"] = "age" }, new JsonObject { ["column"] = "site", ["codes"] = new JsonArray("north", "south") }),
                ["iterations"] = 7,
            },
        };
    }
}
