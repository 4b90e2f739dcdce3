using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.EndToEnd.Support;

/// <summary>A regulator's host as a process, and the people with root keys around it, who never give their keys to it.</summary>
internal sealed class RegulatorSite : IAsyncDisposable
{
    private RegulatorSite(string root, string did)
    {
        Party = new Party("regulator", "Regulator", root, did);
        Root = root;
    }

    public string Root { get; }

    public Party Party { get; }

    public Ed25519Signer Root1 { get; } = Ed25519Signer.Generate();

    public Ed25519Signer Root2 { get; } = Ed25519Signer.Generate();

    public Ed25519Signer Stranger { get; } = Ed25519Signer.Generate();

    /// <summary>The regulator as nodes pin it.</summary>
    public RegulatorPin Pin => RegulatorPin.Create(Party.Did, "Regulator", RootKeys).Value;

    public string[] RootKeys => [RegulatorPin.Spell(Root1.PublicKey), RegulatorPin.Spell(Root2.PublicKey)];

    /// <summary>Starts the host in a directory of its own (or below <paramref name="root"/>).</summary>
    public static async Task<RegulatorSite> StartAsync(string label, string? root = null)
    {
        var site = new RegulatorSite(root ?? Directory.CreateTempSubdirectory("regulator-").FullName, $"did:web:regulator.{label}.example");
        site.Party.MakeKeys();
        await File.WriteAllTextAsync(site.Party.ConfigFile, new JsonObject
        {
            ["did"] = site.Party.Did,
            ["displayName"] = new JsonObject { ["en"] = "Regulator", ["zh"] = "监管方" },
            ["rootKeys"] = new JsonArray([.. site.RootKeys.Select(k => (JsonNode)k)]),
        }.ToJsonString());
        ConfigSchemas.AssertValid("regulator", await File.ReadAllTextAsync(site.Party.ConfigFile));
        await site.Party.StartAsync();
        return site;
    }

    /// <summary>A rule set that delegates to the host's online key, valid from an hour ago for a week.</summary>
    public async Task<RuleSet> RulesAsync(int version, params Rule[] rules)
    {
        var key = (await Party.ReadAsync("/admin/status"))["stampKey"]!;
        var now = TimeProvider.System.GetUtcNow();
        var start = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        return new RuleSet(Party.Did, version, start, start, start + TimeSpan.FromDays(7), RuleSetMode.Negative,
            new StampKey(key["publicKey"]!.GetValue<string>(), key["keyId"]!.GetValue<string>(), start + TimeSpan.FromDays(6)), rules);
    }

    /// <summary>Signs as these people would, each at their own machine.</summary>
    public static SignedRuleSet Sign(RuleSet set, params ISigner[] people)
    {
        var document = RuleSetReader.Of(set).Value;
        return new SignedRuleSet(document.Json, [.. people.Select(p => RegulationSignatures.Approve(document, p))]);
    }

    /// <summary>A lift or a clearance after the orders that stand now, signed by these people.</summary>
    public async Task<SignedAct> ActAsync(LooseningAct act, params ISigner[] people)
    {
        var sequence = (await Party.ReadAsync("/admin/status"))["freezeSequence"]!.GetValue<long>();
        act = act with { Regulator = Party.Did, AfterSequence = act.AfterSequence > 0 ? act.AfterSequence : sequence };
        return new SignedAct(act, [.. people.Select(p => LooseningActs.Approve(act, p))]);
    }

    public Task<Answer> ExecuteAsync(SignedAct signed) => Party.PostAsync("/admin/acts", JsonSerializer.SerializeToNode(signed, KernelJson.Options));

    public Task<Answer> PublishAsync(SignedRuleSet signed) => Party.PostAsync("/admin/rule-sets", JsonSerializer.SerializeToNode(signed, KernelJson.Options));

    public async Task<RegulationBundle> BundleAsync()
    {
        var answer = await Party.Wire.SendAsync(HttpMethod.Get, "/regulation/bundle", null, null);
        Assert.Equal(200, answer.Status);
        return RegulationBundle.Read(answer.Body).Value;
    }

    public async ValueTask DisposeAsync()
    {
        await Party.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }
}
