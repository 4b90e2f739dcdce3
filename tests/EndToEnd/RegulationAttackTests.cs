using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.EndToEnd;

/// <summary>Who withholds, forges, rolls back or waits: the list holds, or nothing is used.</summary>
[Collection(Regulated.Name)]
public sealed class RegulationAttackTests(RegulatedSpace regulated)
{

    private Space Space => regulated.Space;

    private TestRegulator Regulator => regulated.Regulator;

    [Fact]
    public async Task A_bundle_by_keys_that_are_not_pinned_is_refused_whoever_carries_it()
    {
        var a = Space.SupplierA;
        var before = (await a.ReadAsync("/admin/regulation/status"))["regulators"]!.ToJsonString();
        ISigner[] strangers = [Ed25519Signer.Generate(), Ed25519Signer.Generate()];
        (await Regulator.PushAsync(a, Regulator.Bundle(signers: strangers))).Refused("DS-NEG-007");
        (await Regulator.PushAsync(a, Regulator.Bundle(signers: Regulator.Roots[..1]))).Refused("DS-NEG-008");
        (await Regulator.PushAsync(a, Regulator.Bundle(signers: [Regulator.Roots[0], Regulator.Roots[0]]))).Refused("DS-NEG-008");
        (await Regulator.PushAsync(a, Regulator.Bundle(did: "did:web:other-regulator.example"))).Refused("DS-NEG-006");
        // Another content under the known version: the regulator itself, or whoever stole its online key.
        (await Regulator.PushAsync(a, Regulator.Bundle(online: Ed25519Signer.Generate()))).Refused("DS-NEG-011");
        (await a.FromAsync(Regulator.Persona, HttpMethod.Post, "/regulation/bundle", new JsonObject { ["x"] = 1 })).Refused("DS-NEG-001");
        (await a.FromAsync(Persona.Fresh(Regulator.Did), HttpMethod.Post, "/regulation/bundle", JsonNode.Parse(Regulator.Bundle())!)).Refused("DS-SIG-003");
        Assert.Equal(Without(before), Without((await a.ReadAsync("/admin/regulation/status"))["regulators"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_peer_brings_what_the_coordinator_withholds()
    {
        // Nobody but supplier B hears of the rule, and the coordinator is away: it can neither relay nor push.
        await Space.Coordinator.Process.StopAsync();
        try
        {
            await regulated.PushedAsync(Space.SupplierB, Regulator.Publish(TestRegulator.Rule("R-10", new RuleMatch(Participant: [Space.SupplierA.Did]))));
            await regulated.InForceAsync(Space.SupplierA);
            await regulated.InForceAsync(Space.Leader);
            await Eventually.TrueAsync(async () => (await RegulatedSpace.SuspendedAsync(Space.SupplierA)).Any(s => s.RuleId == "R-10"), RegulatedSpace.Limit, Space.Story);
        }
        finally
        {
            await Space.Coordinator.RestartAsync();
            await regulated.LiftAllAsync();
        }
    }

    [Fact]
    public async Task A_node_that_was_away_asks_its_peers_for_what_it_missed()
    {
        var a = Space.SupplierA;
        await a.Process.StopAsync();
        foreach (var node in Space.Everyone.Where(n => n != a))
            await regulated.PushedAsync(node, Regulator.Publish(TestRegulator.Rule("R-11", new RuleMatch(Participant: [a.Did]))));
        foreach (var node in Space.Everyone.Where(n => n != a))
            await regulated.PushedAsync(node, Regulator.Bundle());
        // Without what it held, it does not wait a minute before it asks; the marks in its ledger's file still say how far it had come.
        Directory.Delete(Path.Combine(a.Directory, "regulation"), recursive: true);
        await a.RestartAsync();
        await regulated.InForceAsync(a);
        await regulated.LiftAllAsync();
    }

    [Fact]
    public async Task Restoring_an_older_store_brings_no_older_rules_back()
    {
        var a = Space.SupplierA;
        var others = Space.Everyone.Where(n => n != a).ToList();
        var old = Regulator.Bundle();
        await regulated.EverywhereAsync(old);
        await a.Process.StopAsync();
        var copy = Directory.CreateTempSubdirectory("dataspace-old-").FullName;
        Copy(a.Directory, copy);
        await a.RestartAsync();
        await regulated.EverywhereAsync(Regulator.Publish(TestRegulator.Rule("R-12", new RuleMatch(Participant: [a.Did]))));
        await regulated.InForceAsync(a);
        foreach (var node in Space.Everyone)
            await node.Process.StopAsync();
        try
        {
            // Everything but the ledger is as it was before the rule; nobody is there to tell better.
            Copy(copy, a.Directory);
            await a.RestartAsync();
            var held = (await a.ReadAsync("/admin/regulation/status"))["regulators"]![0]!;
            Assert.Null(held["version"]);
            Assert.Equal("DS-NEG-010", held["code"]!.GetValue<string>());
            Answer? refused = null;
            await Eventually.TrueAsync(async () => (refused = await Regulator.PushAsync(a, old)).Code == "DS-NEG-010", RegulatedSpace.Limit, () => $"{refused}");
            Assert.Equal("DS-NEG-010", (await a.FromAsync(Space.Leader.Persona, HttpMethod.Get, "/dsp/2025-1/catalog/datasets/investments")).Code);
        }
        finally
        {
            foreach (var node in others)
                await node.RestartAsync();
            Directory.Delete(copy, recursive: true);
        }
        await regulated.InForceAsync(a);
        await regulated.LiftAllAsync();
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "state.db*"))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        Directory.CreateDirectory(Path.Combine(to, "regulation"));
        foreach (var file in Directory.EnumerateFiles(Path.Combine(from, "regulation")))
            File.Copy(file, Path.Combine(to, "regulation", Path.GetFileName(file)), overwrite: true);
    }

    private static string Without(string status) => System.Text.RegularExpressions.Regex.Replace(status, "\"stampAgeSeconds\":[0-9]+,?", "");
}
