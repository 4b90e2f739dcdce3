using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.EndToEnd;

/// <summary>The officer's command line against a live host: from a table to a publication by two people, freeze and lift, a new online key, and everything that is refused on the way.</summary>
public sealed class RegulatorCommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("officer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    [Fact]
    public async Task From_a_table_to_a_rotated_key()
    {
        string[] people = [await KeyAsync("one"), await KeyAsync("two"), await KeyAsync("stranger")];
        await using var host = new Party("regulator", "Regulator", _folder, "did:web:regulator.cli.example");
        host.MakeKeys();
        await File.WriteAllTextAsync(host.ConfigFile, new JsonObject
        {
            ["did"] = host.Did,
            ["displayName"] = new JsonObject { ["en"] = "Regulator", ["zh"] = "监管方" },
            ["rootKeys"] = new JsonArray(people[0], people[1]),
        }.ToJsonString(), TestContext.Current.CancellationToken);
        ConfigSchemas.AssertValid("regulator", await File.ReadAllTextAsync(host.ConfigFile, TestContext.Current.CancellationToken));
        await host.StartAsync();
        Task<JsonNode> Run(int exit, params string[] words) => CommandLine.RunAsync(exit, ["regulator", .. words, "--node", host.Directory, "--json"]);
        async Task Refused(string code, params string[] words) => Assert.Equal(code, (await Run(CommandLine.AnyRefusal, words))["error"]!["code"]!.GetValue<string>());

        await File.WriteAllTextAsync(At("rules.csv"), "id,basis,titleEn,titleZh,route,industry,pattern\nR-1,Act 7,Plates stay,车牌不得流通,prohibited,C36,plate\n", TestContext.Current.CancellationToken);
        await Run(0, "import", At("rules.csv"), "--version-number", "1", "--out", At("v1.json"));
        await Refused("DS-NEG-008", "publish", At("v1.json"));
        await SignAsync("v1.json", "one");
        await Refused("DS-NEG-008", "publish", At("v1.signed.json"));
        await SignAsync("v1.signed.json", "stranger");
        await Refused("DS-NEG-007", "publish", At("v1.signed.json"));
        await SignAsync("v1.signed.json", "two");
        await Run(0, "publish", At("v1.signed.json"));
        await Refused("DS-REG-012", "publish", At("v1.signed.json")); // not higher than what is in force

        await Run(0, "import", At("rules.csv"), "--version-number", "2", "--valid-from", "2026-01-01", "--valid-days", "1", "--out", At("old.json"));
        await SignAsync("old.json", "one");
        await SignAsync("old.signed.json", "two");
        await Refused("DS-NEG-013", "publish", At("old.signed.json")); // over before it began

        // Two nodes: one holds the line, one is no node any more. The preview names both.
        await using var silent = await ListeningNode.StartAsync("did:web:silent.example");
        silent.Status = 503;
        await File.WriteAllTextAsync(At("node.json"), silent.Card.ToJsonString(), TestContext.Current.CancellationToken);
        await Run(0, "register", At("node.json"));
        var preview = await Run(1, "preview", At("v1.json"));
        Assert.NotNull(preview["nodes"]![0]!["code"]);
        await Eventually.TrueAsync(async () => (await Run(0, "status"))["nodes"]![0]!["state"]!.GetValue<string>() == "noAnswer", TimeSpan.FromSeconds(40), () => "the silent node is not shown as such");

        await Run(0, "freeze", "dataset", "sales", "--case", "case-1");
        await Run(0, "lift", "dataset", "sales", "--case", "case-1", "--out", At("lift.json"));
        await Refused("DS-NEG-008", "execute", At("lift.json"));
        await SignAsync("lift.json", "one");
        await Refused("DS-NEG-008", "execute", At("lift.json"));
        Assert.Equal("DS-REG-034", (await CommandLine.RunAsync(CommandLine.AnyRefusal, "regulator", "sign", At("lift.json"), "--key", At("one.key"), "--json"))["error"]!["code"]!.GetValue<string>());
        await SignAsync("lift.json", "two");
        await Run(0, "execute", At("lift.json"));
        await Refused("DS-REG-004", "execute", At("lift.json"));
        Assert.Empty((await Run(0, "status"))["freezes"]!.AsArray());

        var rotated = await Run(0, "rotate-key", "--out", At("v2.json"));
        Assert.Equal(2, rotated["version"]!.GetValue<int>());
        Assert.Equal(rotated["newKeyId"]!.GetValue<string>(), (await Run(0, "status"))["nextStampKey"]!["keyId"]!.GetValue<string>());
        await SignAsync("v2.json", "one");
        await Refused("DS-NEG-008", "publish", At("v2.signed.json"));
        await SignAsync("v2.signed.json", "two");
        await Run(0, "publish", At("v2.signed.json"));
        var status = await Run(0, "status");
        Assert.Equal(rotated["newKeyId"]!.GetValue<string>(), status["stampKey"]!["keyId"]!.GetValue<string>());
        Assert.Null(status["nextStampKey"]);
        Assert.Equal("R-1", RegulationBundle.Read((await host.Wire.SendAsync(HttpMethod.Get, "/regulation/bundle", null, null)).Body).Value.RuleSet.GetProperty("rules")[0].GetProperty("id").GetString());
    }

    private async Task<string> KeyAsync(string person) => (await CommandLine.RunAsync(0, "regulator", "keygen", At(person + ".key"), "--json"))["publicKey"]!.GetValue<string>();

    private Task<JsonNode> SignAsync(string file, string person) => CommandLine.RunAsync(0, "regulator", "sign", At(file), "--key", At(person + ".key"), "--json");
}
