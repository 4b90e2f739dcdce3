using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using Xunit;

namespace DataSpace.Kernel.Tests.NegativeList;

/// <summary>contracts/vectors/regulation: a bundle by test keys and the decisions it gives, for other implementations. Never changed once published.</summary>
public class VectorTests
{
    private readonly Regulator _regulator = new();

    private static string Folder { get; } = Path.Combine(Root(), "contracts", "vectors", "regulation");

    private RuleSet Set => _regulator.Set(7,
        Regulator.Rule("CORE-1", new RuleMatch(GradeAtLeast: 6)),
        Regulator.Rule("CAR-1", new RuleMatch(Industry: ["C36"], Pattern: ["plate"])),
        Regulator.Rule("CAR-2", new RuleMatch(Industry: ["C36"], Field: ["gps_*", "*轨迹*"])),
        Regulator.Rule("EXP-1", new RuleMatch(DestinationRegion: [RegionScope.Abroad], GradeAtLeast: 5), RuleRoute.SecurityAssessment),
        Regulator.Rule("EXP-2", new RuleMatch(DestinationRegion: [RegionScope.Abroad], Pattern: ["idCard", "phone"], Volume: new VolumePerYear(Subjects: 10_000)), RuleRoute.StandardContract),
        Regulator.Rule("AD-1", new RuleMatch(Purpose: ["marketing"], Pattern: ["idCard"])));

    private RegulationBundle Bundle => _regulator.Bundle(Set, _regulator.Orders(3,
        [new Freeze(FreezeTarget.Dataset, "frozen-set", "case-17", Regulator.Start, "did:web:provider.example")],
        [new Clearance("sales-2025", "did:web:consumer.example", "EXP-1", Regulator.Start + TimeSpan.FromDays(3), "case-18", "did:web:provider.example")]));

    private IEnumerable<(string Name, RegulationRequest Request)> Requests
    {
        get
        {
            var use = _regulator.Use();
            RegulatedColumn[] withPlate = [new("part_no", []), new("vehicle", ["plate"])];
            RegulatedColumn[] withPerson = [new("buyer", ["idCard"])];
            yield return ("harmless", use);
            yield return ("core data", use with { GradeRank = 6 });
            yield return ("grade not declared", use with { GradeRank = null });
            yield return ("plate in car manufacturing", use with { Columns = withPlate });
            yield return ("plate elsewhere", use with { Columns = withPlate, Industries = ["A01"] });
            yield return ("coarser industry than the rule", use with { Columns = withPlate, Industries = ["C"] });
            yield return ("nobody looked at the columns", use with { Columns = [new("vehicle", null)] });
            yield return ("name pattern, other case", use with { Columns = [new("GPS_lat", [])] });
            yield return ("important data abroad, cleared", use with { DestinationRegion = "US", GradeRank = 5 });
            yield return ("important data abroad, another consumer", use with { DestinationRegion = "US", GradeRank = 5, Consumer = "did:web:other.example" });
            yield return ("important data to Hong Kong, after the clearance", use with { DestinationRegion = "HK", GradeRank = 5, Now = Regulator.Start + TimeSpan.FromDays(3) });
            yield return ("persons abroad, below the volume", use with { DestinationRegion = "US", Columns = withPerson, SubjectsThisYear = 9_999 });
            yield return ("persons abroad, at the volume", use with { DestinationRegion = "US", Columns = withPerson, SubjectsThisYear = 10_000 });
            yield return ("persons abroad, volume not known", use with { DestinationRegion = "US", Columns = withPerson, SubjectsThisYear = null });
            yield return ("the same at negotiation", use with { Stage = RegulationStage.Negotiation, DestinationRegion = "US", Columns = withPerson, SubjectsThisYear = null });
            yield return ("marketing with persons", use with { Purposes = ["marketing"], Columns = withPerson });
            yield return ("listing with persons", use with { Stage = RegulationStage.Listing, Purposes = null, Consumer = null, DestinationRegion = null, Columns = withPerson });
            yield return ("frozen dataset", use with { DatasetId = "frozen-set" });
            yield return ("a dataset of the frozen one's name at another owner", use with { DatasetId = "frozen-set", Provider = "did:web:other.example" });
            yield return ("a dataset of the cleared one's name at another owner", use with { DestinationRegion = "US", GradeRank = 5, Provider = "did:web:other.example" });
            yield return ("stale stamp", use with { Now = _regulator.Now + TimeSpan.FromMinutes(16) });
            yield return ("stale stamp, extended", use with { Now = _regulator.Now + TimeSpan.FromMinutes(16), ContractExtendsStamp = true });
        }
    }

    [Fact]
    public void The_bundle_is_the_published_one()
        => Same("bundle.json", JsonSerializer.SerializeToNode(Bundle, KernelJson.Options)!);

    [Fact]
    public void The_published_bundle_gives_the_published_decisions()
    {
        var bundle = RegulationBundle.Read(File.ReadAllBytes(Path.Combine(Folder, "bundle.json"))).Value;
        var state = RegulationState.Accept(_regulator.Pin, null, bundle, _regulator.Now).Value;
        var later = Regulator.Start + TimeSpan.FromDays(3);
        var renewed = state.AcceptStamp(_regulator.Bundle(Set, state.Orders, later).Stamp, later).Value;
        var decisions = new JsonArray();
        foreach (var (name, request) in Requests)
        {
            // One case is asked three days later, under a stamp of that day.
            var decision = (request.Now == later ? renewed : state).Decide(request);
            decisions.Add(new JsonObject
            {
                ["name"] = name,
                ["request"] = JsonSerializer.SerializeToNode(request, KernelJson.Options),
                ["allowed"] = decision.Allowed,
                ["route"] = decision.Route is { } route ? JsonSerializer.SerializeToNode(route, KernelJson.Options) : null,
                ["ruleId"] = decision.RuleId,
                ["code"] = decision.Error?.Code,
                ["degraded"] = decision.Degraded,
            });
        }
        Same("decisions.json", decisions);
    }

    [Fact]
    public void Orders_from_before_owners_were_named_freeze_everywhere_and_clear_nothing()
    {
        var bundle = RegulationBundle.Read(File.ReadAllBytes(Path.Combine(Folder, "bundle-without-owners.json"))).Value;
        var state = RegulationState.Accept(_regulator.Pin, null, bundle, _regulator.Now).Value;
        foreach (var owner in (string[])["did:web:provider.example", "did:web:other.example"])
            Assert.Equal("DS-NEG-024", state.Decide(_regulator.Use() with { Provider = owner, DatasetId = "frozen-set" }).Error?.Code);
        Assert.Equal("DS-NEG-022", state.Decide(_regulator.Use() with { DestinationRegion = "US", GradeRank = 5 }).Error?.Code);
    }

    private static void Same(string name, JsonNode made)
    {
        var text = made.ToString().ReplaceLineEndings("\n") + "\n";
        var file = Path.Combine(Folder, name);
        if (File.Exists(file) && File.ReadAllText(file) == text)
            return;
        var generated = Path.Combine(Root(), "artifacts", "regulation-" + name);
        File.WriteAllText(generated, text, new UTF8Encoding(false));
        Assert.Fail($"contracts/vectors/regulation/{name} is not what the code makes. Vectors do not change; a new one is in artifacts/regulation-{name}.");
    }

    private static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "DataSpace.sln")))
                return folder;
        }
        throw new DirectoryNotFoundException();
    }
}
