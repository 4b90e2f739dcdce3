using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Connector.Datasets;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Classification.Detectors;
using DataSpace.Kernel.Policy;
using DataSpace.Protocol.Messages;
using DataSpace.Sandbox;

namespace DataSpace.Connector.Tests.Datasets;

/// <summary>A dataset of four columns, offers over it, and samples of it.</summary>
internal static class Fixtures
{
    public static DatasetConfig Dataset(ClassificationConfig? classification, Func<ColumnConfig, ColumnConfig>? change = null) => new(
        "d", new Bilingual("d", "d"), "d.csv", "csv",
        [.. ((ColumnConfig[])[new("firm", "text"), new("year", "integer"), new("invest", "decimal"), new("note", "text")]).Select(c => change?.Invoke(c) ?? c)],
        [], "firm", classification);

    public static ClassificationConfig Plain(string grade = "general-2", bool personal = false, string? region = null, DataScale? scale = null)
        => new("C31", grade, personal, region, scale);

    /// <summary>A sample of 1,000 rows without anything, changed.</summary>
    public static SampleReport Sample(DatasetConfig dataset, params (string Column, PersonalDataClass Class, long Matches, long Candidates)[] found)
        => new(1_000, 100, 1_000, [.. dataset.Columns.Select(c =>
        {
            var (matches, candidates) = (new long[ScanHits.ValueClasses], new long[ScanHits.ValueClasses]);
            foreach (var f in found.Where(f => f.Column == c.Name))
                (matches[(int)f.Class], candidates[(int)f.Class]) = (f.Matches, f.Candidates);
            return new ColumnSample(c.Name, 1_000, matches, candidates);
        })]);

    public static PublishedOffer Offer(string[] columns, string key, int minimumGroup, string dominance = "60", string computation = "sql")
        => Offer(columns, key, minimumGroup.ToString(System.Globalization.CultureInfo.InvariantCulture), dominance, computation);

    public static PublishedOffer Offer(string[] columns, string? key, string minimumGroup, string dominance, string computation)
    {
        static JsonObject Constraint(string operand, string @operator, JsonNode value)
            => new() { ["leftOperand"] = operand, ["operator"] = @operator, ["rightOperand"] = value };
        var policy = new JsonObject
        {
            ["@type"] = "Offer",
            ["@id"] = "o",
            ["permission"] = new JsonArray(new JsonObject
            {
                ["action"] = "use",
                ["constraint"] = new JsonArray(
                    Constraint("purpose", "eq", "p"),
                    Constraint("count", "lteq", "10"),
                    Constraint("dataspace:computation", "eq", computation),
                    Constraint("dataspace:column", "isAnyOf", new JsonArray([.. columns.Select(c => (JsonNode)c)])),
                    key is null ? Constraint("dataspace:deliveryMethod", "eq", "api") : Constraint("dataspace:groupKey", "eq", key),
                    Constraint("dataspace:minimumGroupSize", "gteq", minimumGroup),
                    Constraint("dataspace:dominancePercent", "lteq", dominance)),
            }),
        };
        var element = JsonSerializer.SerializeToElement(policy);
        var compiled = PolicyCompiler.Compile(element);
        Assert.True(compiled.IsOk, compiled.Error?.ToString());
        return new PublishedOffer("o", DataSpace.Protocol.Messages.Offer.Parse(element).Value, compiled.Value);
    }

    /// <summary>Codes of the findings, in order, each once.</summary>
    public static string Codes(DatasetConfig dataset, SampleReport sample, params PublishedOffer[] offers)
    {
        var declared = DatasetClassification.Of(dataset, null);
        Assert.True(declared.IsOk, declared.Error?.ToString());
        return string.Join(' ', ComplianceRules.Judge(dataset, declared.Value, sample, offers).Findings.Select(f => f.Kind.Code).Distinct());
    }
}
