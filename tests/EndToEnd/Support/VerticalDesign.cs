using System.Globalization;
using System.Text.Json.Nodes;

namespace DataSpace.EndToEnd.Support;

/// <summary>Two owners with other columns of the same patients, synthetic: the leader, who is the analyst and has the label, and supplier B.</summary>
internal static class VerticalDesign
{
    /// <summary>Permits a model and, for it, to find out which patients are common.</summary>
    public const string Offer = "joint-model";

    /// <summary>Permits a model, and not that.</summary>
    public const string OfferUnaligned = "joint-model-unaligned";

    /// <summary>Permits scores by a model, and for them to find out which patients are common.</summary>
    public const string OfferScores = "joint-scores";

    /// <summary>Rows that the laboratory lets one consumer have scored.</summary>
    public const int ScoredRows = 150;

    public const string Clinic = "clinic", Lab = "lab";

    /// <summary>Patients of either, and of both.</summary>
    public const int AtClinic = 70, AtLab = 75, Common = 60;

    /// <summary>Of the two columns.</summary>
    public static IReadOnlyList<(double Age, double Marker, int Ill)> Patients { get; } = [.. Enumerable.Range(0, AtClinic + AtLab - Common).Select(i =>
    {
        var (age, marker) = (((i * 37) % 61) + 20.0, ((i * 53) % 47) / 10.0);
        return (age, marker, (age - 50) / 18 + ((marker - 2.3) / 1.4) + ((((i * 29) % 31) - 15) / 12.0) > 0 ? 1 : 0);
    })];

    public static void Add(SpaceDesign design)
    {
        static Policy Terms(Policy p, params string[] computations)
        {
            p.Set("dataspace:computation", new JsonArray([.. computations.Select(c => (JsonNode)c)]), "isAnyOf").Set("dataspace:column", new JsonArray("patient", "age", "ill", "marker"), "isAnyOf")
                .Set("dataspace:clamp", new JsonArray("age:0:0:120", "marker:1:0:9", "ill:0:0:1"), "isAnyOf").Set("dataspace:minimumGroupSize", "10").Set("count", "20");
            return p.Remove("dataspace:groupKey").Remove("dataspace:independentCoProviders");
        }
        design.Offer(Offer, p => Terms(p, "regress", "intersect:ids"), "patient");
        design.Offer(OfferScores, p => Terms(p, "score", "intersect:ids"), "patient");
        design.Offer(OfferUnaligned, p => Terms(p, "regress"), "patient");
        string Csv(string header, int from, int to, Func<(double Age, double Marker, int Ill), string> row)
            => header + "\n" + string.Concat(Enumerable.Range(from, to - from).Select(i => string.Create(CultureInfo.InvariantCulture, $"P{i:000},{row(Patients[i])}\n")));
        design.Dataset(design.Leader, Clinic, Csv("patient,age,ill", 0, AtClinic, p => string.Create(CultureInfo.InvariantCulture, $"{p.Age},{p.Ill}")), Table("age", "ill"));
        design.Dataset(design.SupplierB, Lab, Csv("patient,marker,origin", AtClinic - Common, Patients.Count, p => string.Create(CultureInfo.InvariantCulture, $"{p.Marker},{(p.Ill == 1 ? "here" : "there")}")), dataset =>
        {
            Table("marker")(dataset);
            dataset["scoring"] = new JsonObject { ["maxRows"] = ScoredRows, ["maxAnswers"] = 101 };
            dataset["columns"]!.AsArray().Add((JsonNode)new JsonObject { ["name"] = "origin", ["type"] = "text" });
        });
    }

    public static async Task<JsonObject> VerticalSpecAsync(this Space space, string offer = Offer, int iterations = 12, string model = "logistic")
    {
        async Task<JsonObject> InputAsync(Party owner, string dataset, params string[] features) => new()
        {
            ["participant"] = owner.Did,
            ["dataset"] = dataset,
            ["agreement"] = await space.AgreeAsync(owner, dataset, offer),
            ["features"] = new JsonArray([.. features.Select(f => (JsonNode)new JsonObject { ["column"] = f })]),
        };
        var spec = new JsonObject
        {
            ["version"] = 1,
            ["kind"] = "regress",
            ["title"] = "Who falls ill",
            ["purpose"] = Jobs.Purpose,
            ["limits"] = new JsonObject { ["wallLimitMs"] = 600_000 }, // ciphertexts on a machine that other tests keep busy
            ["inputs"] = new JsonArray(await InputAsync(space.Leader, Clinic, "age"), await InputAsync(space.SupplierB, Lab, "marker")),
            ["regress"] = new JsonObject
            {
                ["mode"] = "vertical",
                ["model"] = model,
                ["label"] = new JsonObject { ["column"] = "ill", ["participant"] = space.Leader.Did },
                ["l2"] = "30",
                ["key"] = new JsonArray(new JsonObject { ["name"] = "patient", ["steps"] = new JsonArray("trim", "upper") }),
            },
        };
        if (model == "logistic")
            (spec["regress"]!["iterations"], spec["regress"]!["halfPeriod"]) = (iterations, 16);
        return spec;
    }

    /// <summary>The logistic model of this space, trained once for all tests that need one.</summary>
    public static Task<Outcome> ModelAsync(this Space space) => Models.GetValue(space, async s => await s.RunAsync(await s.VerticalSpecAsync()));

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Space, Task<Outcome>> Models = [];

    /// <summary>Probabilities by that model: in classes, on a grid of an eighth.</summary>
    public static async Task<JsonObject> ScoreSpecAsync(this Space space, string offer = OfferScores, int rows = 64, Action<JsonNode>? change = null)
    {
        var spec = await space.VerticalSpecAsync(offer);
        spec.Remove("regress");
        (spec["kind"], spec["title"]) = ("score", "Who may fall ill");
        foreach (var input in spec["inputs"]!.AsArray())
            input!.AsObject().Remove("features");
        spec["score"] = new JsonObject
        {
            ["model"] = (await space.ModelAsync()).JobId,
            ["rows"] = rows,
            ["scale"] = "probability",
            ["thresholds"] = new JsonArray("0.25", "0.5", "0.75"),
            ["grid"] = new JsonObject { ["levels"] = 128 },
        };
        change?.Invoke(spec["score"]!);
        return spec;
    }

    /// <summary>The ridge fit of the common patients in the clear: weights of standardised age and marker, the constant, mean squared error with the penalty.</summary>
    public static (double Age, double Marker, double Constant, double Error) LeastSquares(double ridge)
    {
        var common = Patients.Skip(AtClinic - Common).Take(Common).ToList();
        double[] Standard(Func<(double Age, double Marker, int Ill), double> of)
        {
            var mean = common.Average(of);
            var deviation = Math.Sqrt(common.Average(p => Math.Pow(of(p) - mean, 2)));
            return [.. common.Select(p => (of(p) - mean) / deviation)];
        }
        static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
        var (age, marker, mean) = (Standard(p => p.Age), Standard(p => p.Marker), common.Average(p => p.Ill));
        double[] ill = [.. common.Select(p => p.Ill - mean)];
        var (own, cross) = (Common + ridge, Dot(age, marker));
        var (a, m, scale) = (Dot(age, ill), Dot(marker, ill), (own * own) - (cross * cross));
        var (first, second) = (((own * a) - (cross * m)) / scale, ((own * m) - (cross * a)) / scale);
        return (first, second, mean, (Dot(ill, ill) - (first * a) - (second * m)) / Common);
    }

    private static Action<JsonObject> Table(params string[] numbers) => dataset =>
    {
        dataset["columns"] = new JsonArray([
            new JsonObject { ["name"] = "patient", ["type"] = "text", ["identifier"] = true },
            .. numbers.Select(n => (JsonNode)new JsonObject { ["name"] = n, ["type"] = n == "marker" ? "double" : "integer" }),
        ]);
        dataset["subjectColumn"] = "patient";
        dataset["intersection"] = new JsonObject { ["keys"] = new JsonObject { ["patient"] = new JsonArray("trim", "upper") }, ["maxRuns"] = 100 };
    };
}
