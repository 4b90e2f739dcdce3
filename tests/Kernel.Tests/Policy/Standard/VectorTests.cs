using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Standard;
using Xunit;
using static DataSpace.Kernel.Tests.Policy.Standard.Contracts;

namespace DataSpace.Kernel.Tests.Policy.Standard;

/// <summary>The files under contracts/vectors/policy and the contract template in the standard's form.</summary>
public class VectorTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Folder(string name)
    {
        var root = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(root, "contracts", name)))
            root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("contracts/" + name);
        return Path.Combine(root, "contracts", name);
    }

    private static ReadOnlyMemory<byte> File(string name) => System.IO.File.ReadAllBytes(Path.Combine(Folder("vectors"), "policy", name));

    /// <summary>Same JSON value, members in any order; a new or changed vector is written beside the test output for review.</summary>
    private static void AssertIs(string name, JsonNode actual)
    {
        var path = Path.Combine(Folder("vectors"), "policy", name);
        if (System.IO.File.Exists(path) && JsonNode.DeepEquals(JsonNode.Parse(System.IO.File.ReadAllText(path)), actual))
            return;
        var written = Path.Combine(AppContext.BaseDirectory, name);
        System.IO.File.WriteAllText(written, actual.ToJsonString(Indented) + "\n");
        Assert.Fail($"{name} is not what the translation gives; see {written}");
    }

    [Fact]
    public void A_signed_contract_to_ODRL_and_back()
    {
        var contract = DigitalContractReader.Read(File("signed.contract.json")).Value;
        AssertIs("signed.contract.json", DigitalContractWriter.Write(contract));
        AssertIs("signed.translated.json", ContractTranslation.ToOdrl(contract).Value.Write());
        var back = ContractTranslation.ToStandard(TranslatedContract.Read(File("signed.translated.json")).Value).Value;
        Assert.Equal(DigitalContractWriter.HashOf(contract), DigitalContractWriter.HashOf(back));
    }

    [Fact]
    public void Both_spellings_of_everything_give_one_canonical_form()
    {
        var contract = DigitalContractReader.Read(File("spellings.contract.json")).Value;
        AssertIs("spellings.canonical.json", DigitalContractWriter.Write(contract));
        Assert.Equal(Text(contract), Text(DigitalContractReader.Read(File("spellings.canonical.json")).Value));
        Assert.Equal(["compute", "plicyTransmit", "delivery"], Assert.Single(contract.Policies).Actions.Select(a => a.Code));
    }

    [Fact]
    public void An_agreement_to_the_standard_and_back_has_the_same_rules_hash_and_still_compiles()
    {
        var policy = PolicyCompiler.Compile(File("statistics.odrl.json")).Value;
        var contract = ContractTranslation.ToStandard(TranslatedContract.Of(policy.Source)).Value;
        AssertIs("statistics.contract.json", DigitalContractWriter.Write(contract));
        var read = DigitalContractReader.Read(File("statistics.contract.json")).Value;
        var back = PolicyCompiler.Compile(JsonSerializer.SerializeToElement(PolicyWriter.Write(ContractTranslation.ToOdrl(read).Value.Policy))).Value;
        Assert.Equal(policy.RulesHash, back.RulesHash);
        Assert.Equal(policy.Version, back.Version);
    }

    [Fact]
    public void A_signed_contract_between_known_parties_is_an_agreement_that_the_engine_judges()
    {
        var odrl = ContractTranslation.ToOdrl(DigitalContractReader.Read(File("signed.contract.json")).Value).Value;
        Assert.Equal((PolicyKind.Agreement, Id, Product), (odrl.Policy.Kind, odrl.Policy.Id, odrl.Policy.Target));
        Assert.Equal(("did:web:supplier.example", "did:web:leader.example", "2025-11-25T08:00:00Z"), (odrl.Policy.Assigner, odrl.Policy.Assignee, odrl.Policy.Timestamp));
        // It holds terms that nobody can enforce (a watermark, a second authentication): translated without loss, refused without excuse.
        Assert.False(PolicyCompiler.Compile(JsonSerializer.SerializeToElement(PolicyWriter.Write(odrl.Policy))).IsOk);
    }

    [Fact]
    public void The_template_in_the_standards_form_compiles_in_the_engine()
    {
        var template = System.IO.File.ReadAllBytes(Path.Combine(Folder("policies"), "standard-statistics.contract.json"));
        var filled = PolicyTemplate.Fill(template, new Dictionary<string, IReadOnlyList<string>>
        {
            ["contractName"] = ["联合统计"],
            ["providerNodeId"] = [ProviderNode],
            ["consumerNodeId"] = ["491000000MA0DEMA005110100000001*"],
            ["datasetId"] = ["investment"],
            ["validFrom"] = ["20260101000000"],
            ["validUntil"] = ["2027-01-01T00:00:00Z"],
            ["uses"] = ["20"],
            ["columns"] = ["year", "invest"],
            ["maxRows"] = ["100"],
            ["purpose"] = ["industry-statistics"],
            ["consumerDid"] = [Policies.Consumer],
            ["groupKeys"] = ["year"],
            ["clamps"] = ["invest:3:0:2000"],
            ["minimumGroupSize"] = ["5"],
            ["dominancePercent"] = ["off"],
            ["coProviders"] = [Policies.Other + "#" + Policies.Key],
            ["independentCoProviders"] = ["1"],
            ["payAmount"] = ["2.00 CNY"],
        }).Value;
        var policy = ContractTranslation.ToOdrl(DigitalContractReader.Read(filled).Value).Value.Policy;
        var compiled = PolicyCompiler.Compile(JsonSerializer.SerializeToElement(PolicyWriter.Write(policy))).Value;
        var terms = Assert.Single(compiled.Terms);
        Assert.Equal((5, 100L, "¥2.00"), (terms.Obligations.MinimumGroupSize, terms.Obligations.MaxRows!.Value, terms.Obligations.Price.ToString()));
        Assert.Equal(20, Assert.Single(terms.Obligations.Debits).Limit);
        Assert.Equal(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), terms.NotBefore);
    }
}
