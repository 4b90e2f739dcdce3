using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DataSpace.Protocol.Messages;
using NJsonSchema;
using Xunit;
using YamlDotNet.Serialization;

namespace DataSpace.Protocol.Tests;

/// <summary>The shipped sample obeys the shipped schemas, and the schemas refuse what they should.</summary>
public sealed partial class SampleTests
{
    private static readonly string[] Owners = ["chain-leader", "supplier-a", "supplier-b"];
    private static readonly string Sample = Path.Combine(Vectors.Root, "samples", "supply-chain");

    public static TheoryData<string> Jobs => ["investment-by-year", "years-unlisted", "per-firm", "small-groups"];

    [Theory]
    [MemberData(nameof(Jobs))]
    public async Task Every_sample_job_obeys_the_schema(string name)
    {
        var schema = await Schema("job-spec");
        Assert.Empty(schema.Validate(Job(name).ToJsonString()));
        Assert.Equal(Jobs.Count, Directory.GetFiles(Path.Combine(Sample, "jobs")).Length);
    }

    [Theory]
    [InlineData("visits-by-health")]
    [InlineData("visits-and-diseases")]
    [InlineData("benign-scores")]
    public async Task The_hospitals_statistics_obey_the_schema(string name)
        => Assert.Empty((await Schema("job-spec")).Validate(Job(name, "hospital-and-lab").ToJsonString()));

    [Theory]
    [InlineData("version", "2")]
    [InlineData("kind", "\"code\"")]
    [InlineData("kind", "\"sql\"")]
    [InlineData("title", null)]
    [InlineData("purpose", "\"Anything goes!\"")]
    [InlineData("purpose", null)]
    [InlineData("inputs", "[]")]
    [InlineData("inputs", """[{"participant":"a"}]""")]
    [InlineData("inputs", """[{"participant":"a","dataset":"../etc"}]""")]
    [InlineData("groupBy", null)]
    [InlineData("groupBy", """{"column":"year"}""")]
    [InlineData("groupBy", """{"column":"year","values":[1],"range":{"from":1,"to":2}}""")]
    [InlineData("groupBy", """{"column":"year; drop table","values":[1]}""")]
    [InlineData("groupBy", """{"column":"year","values":[1,1]}""")]
    [InlineData("measures", null)]
    [InlineData("measures", """[{"column":"invest","statistics":["max"]}]""")]
    [InlineData("where", """[{"column":"value","operator":"like","value":"2"}]""")]
    [InlineData("where", """[{"column":"value","operator":"gt","value":2000}]""")]
    [InlineData("sql", "\"select 1\"")]
    [InlineData("limits", """{"wallLimitMs":0}""")]
    [InlineData("limits", """{"notAfterMinutes":1441}""")]
    [InlineData("extra", "1")]
    public async Task A_job_with_one_wrong_member_is_refused(string member, string? value)
    {
        var schema = await Schema("job-spec");
        var job = Job("investment-by-year");
        if (value is null)
            job.Remove(member);
        else
            job[member] = JsonNode.Parse(value);
        Assert.NotEmpty(schema.Validate(job.ToJsonString()));
    }

    [Theory]
    [InlineData("histogram", """{"column":"x","edges":["-1.5","0","10"]}""", true)]
    [InlineData("histogram", """{"column":"x","edges":[1,2]}""", false)]
    [InlineData("histogram", """{"column":"x","edges":[]}""", false)]
    [InlineData("quantiles", """{"column":"x","grid":["0","10"],"at":["0.5",".99"]}""", true)]
    [InlineData("quantiles", """{"column":"x","grid":["0","10"]}""", true)]
    [InlineData("quantiles", """{"column":"x","grid":["0"],"at":["1.5"]}""", false)]
    [InlineData("covariance", """{"columns":["x","y"],"statistics":["covariance","correlation"]}""", true)]
    [InlineData("covariance", """{"columns":["x"]}""", false)]
    public async Task An_aggregate_is_of_measures_or_bins_or_a_matrix(string member, string value, bool isGood)
    {
        var schema = await Schema("job-spec");
        var job = Job("investment-by-year");
        job.Remove("measures");
        job[member] = JsonNode.Parse(value);
        Assert.Equal(isGood, schema.Validate(job.ToJsonString()).Count == 0);
        job.Remove("groupBy");
        Assert.Equal(isGood, schema.Validate(job.ToJsonString()).Count == 0);
        job["measures"] = JsonNode.Parse("""[{"column":"x","statistics":["sum"]}]""");
        job["groupBy"] = JsonNode.Parse("""{"column":"year","values":[1]}""");
        Assert.NotEmpty(schema.Validate(job.ToJsonString()));
    }

    [Fact]
    public async Task A_job_of_kind_sql_is_one_select_over_one_dataset()
    {
        var schema = await Schema("job-spec");
        const string Input = """{"participant":"supplier-a","dataset":"investments"}""";
        string Text(string inputs, string more) => $$"""{"version":1,"kind":"sql","title":"t","purpose":"p","inputs":[{{inputs}}]{{more}}}""";
        Assert.Empty(schema.Validate(Text(Input, ",\"sql\":\"select year, count(*) from investments group by year\"")));
        Assert.NotEmpty(schema.Validate(Text(Input, "")));
        Assert.NotEmpty(schema.Validate(Text(Input + "," + Input, ",\"sql\":\"select 1\"")));
        Assert.NotEmpty(schema.Validate(Text(Input, ",\"sql\":\"select 1\",\"measures\":[{\"column\":\"x\",\"statistics\":[\"sum\"]}]")));
    }

    [Fact]
    public async Task Every_sample_node_obeys_the_schema_and_its_files_exist()
    {
        var schema = await Schema("connector-config");
        foreach (var owner in Owners)
        {
            var text = Fill(File.ReadAllText(Path.Combine(Sample, owner, "config.json")));
            Assert.Empty(schema.Validate(text));
            var dataset = JsonNode.Parse(text)!["datasets"]![0]!;
            var header = File.ReadLines(Path.Combine(Sample, owner, dataset["path"]!.GetValue<string>())).First();
            Assert.Equal(header.Split(','), dataset["columns"]!.AsArray().Select(column => column!["name"]!.GetValue<string>()));
            foreach (var offer in dataset["offers"]!.AsArray())
                Assert.True(File.Exists(Path.Combine(Sample, owner, offer!["policy"]!.GetValue<string>())));
        }
    }

    [Theory]
    [InlineData("did", "\"https://supplier-a.example\"")]
    [InlineData("did", "\"did:web:host/../x\"")]
    [InlineData("did", null)]
    [InlineData("displayName", """{"en":"only English"}""")]
    [InlineData("spaceId", "\"Space One\"")]
    [InlineData("password", "\"x\"")]
    [InlineData("datasets", """[{"id":"a"}]""")]
    public async Task A_node_with_one_wrong_member_is_refused(string member, string? value)
    {
        var schema = await Schema("connector-config");
        var config = JsonNode.Parse(Fill(File.ReadAllText(Path.Combine(Sample, "supplier-a", "config.json"))))!.AsObject();
        if (value is null)
            config.Remove(member);
        else
            config[member] = JsonNode.Parse(value);
        Assert.NotEmpty(schema.Validate(config.ToJsonString()));
    }

    [Theory]
    [InlineData("joint-statistics", "20")]
    [InlineData("trial-one-use", "1")]
    public void Every_sample_policy_is_an_offer_with_the_terms_that_the_readme_states(string name, string uses)
    {
        var offer = Offer.FromTemplate(Template(name), "urn:offer:" + name).Value;
        Assert.Equal(("urn:offer:" + name, null), (offer.Id, offer.Target));
        var terms = offer.Policy.GetProperty("permission")[0].GetProperty("constraint").EnumerateArray()
            .ToDictionary(c => c.GetProperty("leftOperand").GetString()!, c => c.GetProperty("rightOperand"));
        Assert.Equal(uses, terms["count"].GetString());
        Assert.Equal("3", terms["dataspace:minimumGroupSize"].GetString());
        Assert.Equal("off", terms["dataspace:dominancePercent"].GetString());
        Assert.Equal(3, terms["dataspace:coProvider"].GetArrayLength());
        Assert.Equal("2.00", offer.Policy.GetProperty("obligation")[0].GetProperty("constraint")[0].GetProperty("rightOperand").GetString());
    }

    [Fact]
    public void The_split_data_add_up_to_the_published_totals_and_one_firm_dominates_its_owner()
    {
        var rows = Owners.SelectMany(Rows).ToList();
        Assert.Equal((220, 11), (rows.Count, rows.Select(r => r.Firm).Distinct().Count()));
        foreach (var (year, sum, mean, deviation) in new[] { (1935, "730.398", "66.400", "96.590"), (1954, "2744.091", "249.463", "409.285") })
        {
            var values = rows.Where(r => r.Year == year).Select(r => r.Invest).ToList();
            var average = values.Average();
            var spread = Math.Sqrt((double)values.Average(v => (v - average) * (v - average)));
            Assert.Equal(
                (11, sum, mean, deviation),
                (values.Count, Round(values.Sum()), Round(average), spread.ToString("F3", CultureInfo.InvariantCulture)));
        }

        var ofSupplierA = Rows("supplier-a").Where(r => r.Year == 1935).ToList();
        var share = 100 * ofSupplierA.Single(r => r.Firm == "US Steel").Invest / ofSupplierA.Sum(r => r.Invest);
        Assert.Equal(89, Math.Round(share));
        Assert.Equal([4, 4, 3], Owners.Select(o => Rows(o).Select(r => r.Firm).Distinct().Count()));
    }

    [Fact]
    public void The_small_groups_job_meets_an_owner_with_one_or_two_firms_in_every_year()
    {
        var perOwnerAndYear = Owners.SelectMany(owner => Rows(owner).Where(r => r.Value > 2000).GroupBy(r => r.Year, (year, firms) => (Year: year, Firms: firms.Count())));
        var suppressed = perOwnerAndYear.Where(cell => cell.Firms is 1 or 2).Select(cell => cell.Year).Distinct().Count();
        Assert.Equal(20, suppressed);
    }

    /// <summary>A policy of the sample, filled in.</summary>
    internal static JsonElement Template(string name)
        => JsonElement.Parse(Fill(File.ReadAllText(Path.Combine(Sample, "policies", name + ".odrl.json"))));

    private static string Round(decimal value) => Math.Round(value, 3).ToString("F3", CultureInfo.InvariantCulture);

    private static IEnumerable<(decimal Invest, decimal Value, string Firm, int Year)> Rows(string owner)
        => File.ReadLines(Path.Combine(Sample, owner, "investments.csv")).Skip(1).Select(line => line.Split(','))
            .Select(f => (decimal.Parse(f[0], CultureInfo.InvariantCulture), decimal.Parse(f[1], CultureInfo.InvariantCulture), f[3], int.Parse(f[4], CultureInfo.InvariantCulture)));

    private static async Task<JsonSchema> Schema(string name)
        => await JsonSchema.FromFileAsync(Path.Combine(Vectors.Root, "contracts", "schemas", name + ".schema.json"), TestContext.Current.CancellationToken);

    private static JsonObject Job(string name, string sample = "supply-chain")
    {
        var yaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build()
            .Deserialize(File.ReadAllText(Path.Combine(Vectors.Root, "samples", sample, "jobs", name + ".yaml")));
        return JsonSerializer.SerializeToNode(Tree(yaml))!.AsObject();
    }

    private static object? Tree(object? node) => node switch
    {
        Dictionary<object, object> map => map.ToDictionary(pair => (string)pair.Key, pair => Tree(pair.Value)),
        List<object> list => list.ConvertAll(Tree),
        _ => node,
    };

    /// <summary>What the demo does after the first start of the nodes.</summary>
    private static string Fill(string text)
    {
        text = Placeholder().Replace(text, match => match.Groups["what"].Value == "did"
            ? $"did:web:{match.Groups["owner"].Value}.example%3A8443"
            : "ed25519-0011223344556677");
        Assert.DoesNotContain("${", text, StringComparison.Ordinal);
        return text;
    }

    [GeneratedRegex(@"\$\{(?<owner>chain-leader|supplier-a|supplier-b)\.(?<what>did|keyId)\}")]
    private static partial Regex Placeholder();
}
