using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Tests.Uses;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using Microsoft.Extensions.DependencyInjection;
using static DataSpace.Connector.Tests.Uses.GateWorld;

namespace DataSpace.Connector.Tests.Datasets;

/// <summary>A result listed as a dataset: as strict as what it was made from it is listed, in anything milder or wider it is held. The owner of the result is the attacker.</summary>
public sealed class DerivedDataTests : IAsyncLifetime
{
    private static readonly JsonObject[] Bound =
    [
        Constraint("purpose", "isA", "research"), Constraint("recipient", "isAnyOf", Consumer, Other), Constraint("dataspace:consumerRegion", "isA", "CN"),
        Constraint("dataspace:retention", "lteq", "P30D"),
    ];

    private readonly GateWorld _world = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("ds-derived-").FullName;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>One term of the offer instead of the contract's own; null leaves it out.</summary>
    [Theory]
    [InlineData("purpose", "isA", "research", "")]
    [InlineData("purpose", "eq", "research:steel", "")]
    [InlineData("purpose", "isAnyOf", "research:steel|marketing", "purpose")]
    [InlineData("purpose", null, "", "purpose")]
    [InlineData("recipient", "eq", Other, "")]
    [InlineData("recipient", "eq", "did:web:third.example", "recipient")]
    [InlineData("recipient", "neq", Other, "recipient")]
    [InlineData("recipient", null, "", "recipient")]
    [InlineData("dataspace:consumerRegion", "eq", "CN-310000", "")]
    [InlineData("dataspace:consumerRegion", "isA", "SG", "dataspace:consumerRegion")]
    [InlineData("dataspace:consumerRegion", null, "", "dataspace:consumerRegion")]
    [InlineData("dataspace:retention", "lteq", "P1D", "")]
    [InlineData("dataspace:retention", "lteq", "P31D", "dataspace:retention")]
    [InlineData("dataspace:retention", null, "", "dataspace:retention")]
    [InlineData("dataspace:minimumGroupSize", "gteq", "5", "")]
    [InlineData("dataspace:minimumGroupSize", "gteq", "2", "dataspace:minimumGroupSize")]
    public void An_offer_is_within_the_contract_or_named_with_the_term(string term, string? op, string value, string wider)
    {
        var source = Compiled(Agreement([.. Terms("dataspace:minimumGroupSize"), Constraint("dataspace:minimumGroupSize", "gteq", "3"), .. Bound]));
        JsonObject[] all = [.. Terms("dataspace:minimumGroupSize").Select(t => t!.AsObject()), Constraint("dataspace:minimumGroupSize", "gteq", "3"), .. Bound];
        JsonObject[] own = op is null ? [] : [Constraint(term, op, value.Split('|'))];
        var offer = OfferOf([.. all.Where(t => (string?)t["leftOperand"] != term), .. own]);
        var found = DerivedRules.Judge(Declared(), [offer], Of(source), _world.Clock.GetUtcNow()).ToList();
        Assert.Equal(wider.Length == 0 ? 0 : 1, found.Count);
        Assert.All(found, f => Assert.Equal((ClassificationErrors.DerivedWider, "offer 'o': " + wider), (f.Kind, f.Detail)));
    }

    [Theory]
    [InlineData("dataspace:dominancePercent", "lteq", "70", "60", true)]
    [InlineData("dataspace:dominancePercent", "lteq", "70", "80", false)]
    [InlineData("dataspace:dominancePercent", "lteq", "70", "off", false)]
    [InlineData("dataspace:privacyBudget", "lteq", "1000000", "1000000", true)]
    [InlineData("dataspace:privacyBudget", "lteq", "1000000", "1000001", false)]
    [InlineData("dataspace:privacyBudget", "lteq", "1000000", null, false)]
    public void Dominance_and_privacy_budget_are_inherited(string term, string op, string of, string? own, bool within)
    {
        var source = Compiled(Agreement([.. Terms(term), Constraint(term, op, of), .. Bound]));
        JsonObject[] rest = [.. Terms(term).Select(t => t!.AsObject()), .. Bound];
        var offer = OfferOf(own is null ? rest : [.. rest, Constraint(term, op, own)]);
        var found = DerivedRules.Judge(Declared(), [offer], Of(source), _world.Clock.GetUtcNow()).ToList();
        Assert.Equal(within ? [] : ["offer 'o': " + term], found.Select(f => f.Detail));
    }

    [Fact]
    public void What_a_contract_prohibits_and_every_permission_of_every_contract_binds()
    {
        var strict = Agreement([.. Terms(), Constraint("purpose", "eq", "research:steel")]);
        var forbidding = Agreement(Terms());
        forbidding["prohibition"] = new JsonArray(new JsonObject { ["action"] = "use", ["constraint"] = new JsonArray(Constraint("recipient", "eq", Other)) });
        var steel = OfferOf([.. Terms().Select(t => t!.AsObject()), Constraint("purpose", "eq", "research:steel")]);
        var everybody = Of(Compiled(strict), Compiled(forbidding));
        Assert.Equal("offer 'o': recipient", Assert.Single(DerivedRules.Judge(Declared(), [steel], everybody, _world.Clock.GetUtcNow())).Detail);
        var consumers = OfferOf([.. Terms().Select(t => t!.AsObject()), Constraint("purpose", "eq", "research:steel"), Constraint("recipient", "eq", Consumer)]);
        Assert.Empty(DerivedRules.Judge(Declared(), [consumers], everybody, _world.Clock.GetUtcNow()));
        var two = Agreement(Terms());
        two["permission"]!.AsArray().Add(strict["permission"]![0]!.DeepClone());
        Assert.Empty(DerivedRules.Judge(Declared(), [steel], Of(Compiled(two)), _world.Clock.GetUtcNow()));
        Assert.Single(DerivedRules.Judge(Declared(), [OfferOf(Terms().Select(t => t!.AsObject()))], Of(Compiled(two)), _world.Clock.GetUtcNow()));
    }

    [Theory]
    [InlineData("general-3", "personal", "CN", "")]
    [InlineData("important", "sensitive", "CN", "")]
    [InlineData("general-2", "personal", "CN", "DS-CLS-021")]
    [InlineData("general-3", "none", "CN", "DS-CLS-021")]
    [InlineData("general-3", "personal", "CN-310000", "DS-CLS-021")] // Zhejiang's data does not become Shanghai's
    [InlineData("general-3", "personal", "SG", "DS-CLS-021")]
    public void Classification_is_no_milder(string grade, string personal, string region, string code)
    {
        var result = Of(Compiled(Agreement(Terms()))).Results[0] with { Grade = Grade.General3, Personal = PersonalInformation.Personal };
        var found = DerivedRules.Judge(Declared(grade, personal, region), [], new Inherited([result], null), _world.Clock.GetUtcNow());
        Assert.Equal(code, string.Join(' ', found.Select(f => f.Kind.Code)));
    }

    [Fact]
    public void After_the_day_by_which_the_result_must_be_gone_it_is_not_listed()
    {
        var (inherited, now) = (Of(Compiled(Agreement(Terms()))), _world.Clock.GetUtcNow());
        inherited = inherited with { Results = [inherited.Results[0] with { Said = inherited.Results[0].Said with { DeleteByMs = now.AddDays(1).ToUnixTimeMilliseconds() } }] };
        Assert.Empty(DerivedRules.Judge(Declared(), [], inherited, now));
        Assert.Equal(ClassificationErrors.DerivedOverdue, Assert.Single(DerivedRules.Judge(Declared(), [], inherited, now.AddDays(1))).Kind);
    }

    [Fact]
    public void An_exported_file_is_recognised_until_its_own_provenance_is_named()
    {
        var derived = _world.Services.GetRequiredService<DerivedData>();
        var file = Write("result.csv", "year,invest_sum\n1935,10\n");
        Assert.Null(derived.Of(Dataset(file)).Value.Undeclared);
        Assert.True(derived.NoteExport(DigestOf(file), "job-7").IsOk);
        Assert.Equal("job-7", derived.Of(Dataset(file)).Value.Undeclared);
        // Renamed it is the same file; another result's provenance says nothing about it.
        Assert.Equal("job-7", derived.Of(Dataset(Write("mine.csv", File.ReadAllText(file)))).Value.Undeclared);
        var other = Write("other.jws", Said(new string('0', 64)).Sign(_world.Self.Signer));
        Assert.Equal("job-7", derived.Of(Dataset(file, other)).Value.Undeclared);
        var own = Write("own.jws", Said(DigestOf(file)).Sign(_world.Self.Signer));
        Assert.Null(derived.Of(Dataset(file, own)).Value.Undeclared);
        Assert.Equal(ClassificationErrors.DerivedUndeclared, Assert.Single(DerivedRules.Judge(Declared(), [], derived.Of(Dataset(file)).Value, _world.Clock.GetUtcNow())).Kind);
    }

    [Theory]
    [InlineData("own", null)]
    [InlineData("confirmed", null)]
    [InlineData("stranger", "DS-CLS-023")]
    [InlineData("forged", "DS-CLS-023")]
    [InlineData("milder", "DS-CLS-023")]
    [InlineData("another type", "DS-CLS-023")]
    [InlineData("no policy", "DS-CLS-023")]
    [InlineData("torn", "DS-CLS-023")]
    public void Provenance_is_believed_as_it_was_signed_by_a_confirmed_key(string attack, string? code)
    {
        var derived = _world.Services.GetRequiredService<DerivedData>();
        var said = Said(new string('0', 64));
        var document = attack switch
        {
            "confirmed" => (said with { Issuer = Other }).Sign(_world.Informed.Identity.Signer),
            "stranger" => (said with { Issuer = Consumer }).Sign(_world.Analyst.Identity.Signer), // a member, but the owner confirmed no key of it
            "forged" => said.Sign(_world.Analyst.Identity.Signer),
            "another type" => Jws.Sign(_world.Self.Signer, "dataspace-job+jws", CanonicalJson.Of(said)),
            "no policy" => (said with { Policies = [] }).Sign(_world.Self.Signer),
            _ => said.Sign(_world.Self.Signer),
        };
        if (attack == "milder")
        {
            var parts = document.Split('.');
            var milder = Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1])).Replace("general-2", "general-1", StringComparison.Ordinal);
            document = string.Join('.', parts[0], System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(milder)), parts[2]);
        }
        if (attack == "torn")
            document = document[..^8];
        var read = derived.Of(Dataset(Write("d.csv", "year\n1935\n"), Write("p.jws", document)));
        Assert.Equal(code, read.Error?.Code);
    }

    private ResultProvenance Said(string fileDigest) => new(
        Provider, "job-7", new string('a', 64), new string('b', 64), fileDigest, "general-2", "none", ["CN-330100"],
        [JsonSerializer.SerializeToElement(Agreement(Terms()))], _world.Clock.GetUtcNow().ToUnixTimeMilliseconds(), null);

    private Inherited Of(params CompiledPolicy[] contracts) => new([new InheritedResult(Said(new string('0', 64)), Grade.General2, PersonalInformation.None, contracts)], null);

    private string Write(string name, string text)
    {
        var file = Path.Combine(_directory, name);
        File.WriteAllText(file, text);
        return file;
    }

    private static string DigestOf(string file) => Digest.Sha256Hex(File.ReadAllBytes(file));

    private static DatasetConfig Dataset(string file, params string[] provenance)
        => Fixtures.Dataset(Fixtures.Plain()) with { Path = file, DerivedFrom = provenance.Length == 0 ? null : provenance };

    private static DataClassification Declared(string grade = "general-2", string personal = "none", string region = "CN")
        => new(IndustryCategory.Parse("C31").Value, Grades.Parse(grade).Value, region,
            personal == "none" ? new Dictionary<string, PersonalInformation>() : new Dictionary<string, PersonalInformation> { ["note"] = PersonalFlags.Parse(personal).Value }, DataScale.Empty);

    private static CompiledPolicy Compiled(JsonObject policy) => PolicyCompiler.Compile(JsonSerializer.SerializeToElement(policy)).Value;

    private static PublishedOffer OfferOf(IEnumerable<JsonObject> terms)
    {
        var policy = Agreement(terms);
        foreach (var name in (string[])["target", "assigner", "assignee", "timestamp"])
            policy.Remove(name);
        policy["@type"] = "Offer";
        var element = JsonSerializer.SerializeToElement(policy);
        return new PublishedOffer("o", DataSpace.Protocol.Messages.Offer.Parse(element).Value, PolicyCompiler.Compile(element).Value);
    }
}
