using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Ledger.Receipts;
using DataSpace.Protocol.Regulation;

namespace DataSpace.EndToEnd;

/// <summary>The regulator's host: who may publish, what stands in its ledger, what a restart or an older copy of its state can do, what nodes get and say.</summary>
public sealed class RegulatorHostTests
{
    private static readonly TimeSpan Soon = Eventually.Least;

    private static readonly Rule Plates = new("R-1", "Notice 7", "Licence plates stay", "车牌不得流通", new RuleMatch(Pattern: ["plate"]), RuleRoute.Prohibited);

    private static readonly Rule Abroad = new("R-2", "Act 4", "Assessment abroad", "出境评估", new RuleMatch(DestinationRegion: [RegionScope.Abroad]), RuleRoute.SecurityAssessment);

    private const string Owner = "did:web:owner.example";

    private static JsonObject Freeze(string target, string id, string caseId, string? provider = Owner)
        => new() { ["target"] = target, ["id"] = id, ["caseId"] = caseId, ["provider"] = target == "dataset" ? provider : null };

    [Fact]
    public async Task Publication_needs_two_people_and_a_version_that_rises()
    {
        await using var site = await RegulatorSite.StartAsync("publish");
        (await site.Party.Wire.SendAsync(HttpMethod.Get, "/regulation/bundle", null, null)).Refused("DS-REG-001", 404);
        var first = await site.RulesAsync(1, Plates);
        (await site.PublishAsync(RegulatorSite.Sign(first))).Refused("DS-NEG-008");
        (await site.PublishAsync(RegulatorSite.Sign(first, site.Root1))).Refused("DS-NEG-008");
        (await site.PublishAsync(RegulatorSite.Sign(first, site.Root1, site.Root1))).Refused("DS-NEG-008");
        (await site.PublishAsync(RegulatorSite.Sign(first, site.Root1, site.Stranger))).Refused("DS-NEG-007");
        (await site.PublishAsync(RegulatorSite.Sign(first with { StampKey = first.StampKey with { PublicKey = RegulatorPin.Spell(site.Root1.PublicKey), KeyId = site.Root1.PublicKey.KeyId } }, site.Root1, site.Root2)))
            .Refused("DS-REG-002");
        (await site.PublishAsync(RegulatorSite.Sign(first with { ValidUntil = first.ValidFrom + TimeSpan.FromSeconds(1) }, site.Root1, site.Root2))).Refused("DS-NEG-013");
        (await site.PublishAsync(RegulatorSite.Sign(first, site.Root1, site.Root2))).Ok();
        (await site.PublishAsync(RegulatorSite.Sign(first, site.Root1, site.Root2))).Refused("DS-REG-012");
        var bundle = await site.BundleAsync();
        var state = RegulationState.Accept(site.Pin, null, bundle, TimeProvider.System.GetUtcNow()).Value;
        Assert.Equal("R-1", state.RuleSet.Rules[0].Id);

        // The second publication goes to nodes that know the first.
        (await site.PublishAsync(RegulatorSite.Sign(await site.RulesAsync(2, Plates, Abroad), site.Root1, site.Root2))).Ok();
        Assert.Equal(2, RegulationState.Accept(state, await site.BundleAsync(), TimeProvider.System.GetUtcNow()).Value.RuleSet.Version);
    }

    [Fact]
    public async Task Every_act_changes_the_orders_and_stands_in_the_ledger()
    {
        await using var site = await RegulatorSite.StartAsync("acts");
        (await site.Party.PostAsync("/admin/freezes", Freeze("dataset", "sales", "case-1"))).Refused("DS-REG-001");
        (await site.PublishAsync(RegulatorSite.Sign(await site.RulesAsync(1, Plates, Abroad), site.Root1, site.Root2))).Ok();
        (await site.Party.PostAsync("/admin/freezes", Freeze("dataset", "sales", "case-1"))).Ok();
        (await site.Party.PostAsync("/admin/freezes", Freeze("dataset", "sales", "case-2"))).Refused("DS-REG-003");
        (await site.Party.PostAsync("/admin/freezes", Freeze("participant", "acme", "case-2"))).Refused("DS-REG-008");
        (await site.Party.PostAsync("/admin/freezes", Freeze("dataset", "sales", "case-2", provider: null))).Refused("DS-REG-008");
        (await site.Party.PostAsync("/admin/freezes", Freeze("dataset", "sales", "case-2", "acme"))).Refused("DS-REG-008");
        (await site.Party.PostAsync("/admin/freezes", Freeze("dataset", "x", ""))).Refused("DS-REG-008");
        (await site.Party.PostAsync("/admin/freezes", Freeze("galaxy", "x", "case"))).Refused("DS-HST-007");
        var frozen = RegulationState.Accept(site.Pin, null, await site.BundleAsync(), TimeProvider.System.GetUtcNow()).Value;
        Assert.Equal(("sales", Owner), Assert.Single(frozen.Orders.Freezes) is { } freeze ? (freeze.Id, freeze.Provider) : default);

        async Task<Answer> ClearAsync(string rule) => await site.ExecuteAsync(await site.ActAsync(
            Lift("case-3") with { Act = LooseningActs.Clear, Participant = "did:web:consumer.example", RuleId = rule, Until = TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(1) }, site.Root1, site.Root2));
        (await ClearAsync("R-1")).Refused("DS-REG-009");
        (await ClearAsync("R-2")).Ok();
        (await site.ExecuteAsync(await site.ActAsync(Lift("case-1"), site.Root1, site.Root2))).Ok();
        (await site.ExecuteAsync(await site.ActAsync(Lift("case-1"), site.Root1, site.Root2))).Refused("DS-REG-004");
        var lifted = RegulationState.Accept(frozen, await site.BundleAsync(), TimeProvider.System.GetUtcNow()).Value;
        Assert.Empty(lifted.Orders.Freezes);
        Assert.Equal(("R-2", Owner), Assert.Single(lifted.Orders.Clearances) is { } clearance ? (clearance.RuleId, clearance.Provider) : default);
        Assert.True(lifted.Orders.Sequence > frozen.Orders.Sequence);

        var records = await Ledgers.ReadWhenAsync(site.Party, r => r.Count(e => e.Entry.Kind == EntryKind.RegulatorAct) >= 8);
        var acts = records.Where(e => e.Entry.Kind == EntryKind.RegulatorAct).Select(e => RegulatorActPayload.FromFields(e.PayloadFields).Value).ToList();
        Assert.Equal(
            [("publish", ""), ("freeze", "case-1"), ("approve", "case-3"), ("approve", "case-3"), ("clear", "case-3"), ("approve", "case-1"), ("approve", "case-1"), ("lift", "case-1")],
            acts.Select(a => (a.Act, a.CaseId)));
        Assert.Equal(lifted.OrdersHash, acts[7].DocumentHash);
        Assert.Equal(new[] { site.Root1.PublicKey.KeyId, site.Root2.PublicKey.KeyId }.Order(StringComparer.Ordinal), acts[5..7].Select(a => a.Target));
    }

    private static LooseningAct Lift(string caseId) => new(
        string.Empty, LooseningActs.Lift, FreezeTarget.Dataset, "sales", caseId, 0, TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1), Provider: Owner);

    [Fact]
    public async Task One_officer_freezes_and_lifting_takes_two_people_once()
    {
        await using var site = await RegulatorSite.StartAsync("loosen");
        (await site.PublishAsync(RegulatorSite.Sign(await site.RulesAsync(1, Plates, Abroad), site.Root1, site.Root2))).Ok();
        (await site.Party.PostAsync("/admin/freezes", Freeze("dataset", "sales", "case-1"))).Ok();
        Assert.Equal(404, (await site.Party.PostAsync("/admin/freezes/lift", Freeze("dataset", "sales", "case-1"))).Status); // no way for one alone
        await RefusedAsync("DS-REG-004", Lift("case-1") with { Provider = "did:web:another.example" }, site.Root1, site.Root2);
        await RefusedAsync("DS-REG-008", Lift("case-1") with { Provider = null }, site.Root1, site.Root2);
        async Task RefusedAsync(string code, LooseningAct act, params ISigner[] people) => (await site.ExecuteAsync(await site.ActAsync(act, people))).Refused(code);
        await RefusedAsync("DS-NEG-008", Lift("case-1"));
        await RefusedAsync("DS-NEG-008", Lift("case-1"), site.Root1);
        await RefusedAsync("DS-NEG-008", Lift("case-1"), site.Root1, site.Root1);
        await RefusedAsync("DS-NEG-008", Lift("case-1"), site.Root1, site.Stranger);
        await RefusedAsync("DS-REG-015", Lift("case-1") with { NotAfter = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(1) }, site.Root1, site.Root2);
        await RefusedAsync("DS-REG-015", Lift("case-1") with { NotAfter = TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(2) }, site.Root1, site.Root2);
        var signed = await site.ActAsync(Lift("case-1"), site.Root1, site.Root2);
        (await site.ExecuteAsync(signed with { Act = signed.Act with { Id = "another" } })).Refused("DS-NEG-009");
        (await site.ExecuteAsync(signed)).Ok();

        // Frozen again: what was signed for the first time opens nothing the second time.
        (await site.Party.PostAsync("/admin/freezes", Freeze("dataset", "sales", "case-2"))).Ok();
        (await site.ExecuteAsync(signed)).Refused("DS-REG-015", 409);
        Assert.Single(RegulationState.Accept(site.Pin, null, await site.BundleAsync(), TimeProvider.System.GetUtcNow()).Value.Orders.Freezes);
    }

    [Theory]
    [InlineData("threshold", 1, false)]
    [InlineData("threshold", 2, true)]
    [InlineData("looseningThreshold", 0, false)]
    [InlineData("looseningThreshold", 1, false)]
    [InlineData("looseningThreshold", 2, true)]
    [InlineData("looseningThreshold", 3, false)]
    public void One_person_alone_neither_publishes_nor_loosens(string member, int people, bool accepted)
    {
        string Key() => RegulatorPin.Spell(Ed25519Signer.Generate().PublicKey);
        var file = Path.GetTempFileName();
        File.WriteAllText(file, new JsonObject { ["did"] = Owner, ["displayName"] = new JsonObject { ["en"] = "R", ["zh"] = "监" }, ["rootKeys"] = new JsonArray(Key(), Key()), [member] = people }.ToJsonString());
        Assert.Equal(accepted, Regulator.RegulatorConfig.Load(file).IsOk);
        File.Delete(file);
    }

    [Fact]
    public async Task A_new_online_key_ends_the_old_one_even_in_the_hands_of_a_thief()
    {
        await using var site = await RegulatorSite.StartAsync("rotate");
        (await site.PublishAsync(RegulatorSite.Sign(await site.RulesAsync(1, Plates), site.Root1, site.Root2))).Ok();
        (await site.Party.PostAsync("/admin/freezes", Freeze("dataset", "sales", "case-1"))).Ok();
        var first = RegulationState.Accept(site.Pin, null, await site.BundleAsync(), TimeProvider.System.GetUtcNow()).Value;
        var stolen = new Ed25519Signer(await File.ReadAllBytesAsync(Path.Combine(site.Party.Directory, "keys", "stamp-ed25519"), TestContext.Current.CancellationToken));
        Assert.Equal(first.RuleSet.StampKey.KeyId, stolen.PublicKey.KeyId);

        var next = (await site.Party.PostAsync("/admin/stamp-key", new JsonObject())).Ok();
        Assert.Equal(next.ToJsonString(), (await site.Party.PostAsync("/admin/stamp-key", new JsonObject())).Ok().ToJsonString());
        var rules = await site.RulesAsync(2, Plates);
        rules = rules with { StampKey = rules.StampKey with { PublicKey = next["publicKey"]!.GetValue<string>(), KeyId = next["keyId"]!.GetValue<string>() } };
        (await site.PublishAsync(RegulatorSite.Sign(rules, site.Root1))).Refused("DS-NEG-008");
        Assert.Equal(stolen.PublicKey.KeyId, (await site.Party.ReadAsync("/admin/status"))["stampKey"]!["keyId"]!.GetValue<string>()); // until two signed, the old one goes on
        (await site.PublishAsync(RegulatorSite.Sign(rules, site.Root1, site.Root2))).Ok();
        var second = RegulationState.Accept(first, await site.BundleAsync(), TimeProvider.System.GetUtcNow()).Value;
        Assert.Equal(next["keyId"]!.GetValue<string>(), second.RuleSet.StampKey.KeyId);
        Assert.Single(second.Orders.Freezes); // what stood stands, under the new key

        // The thief lifts the freeze and stamps, under either version.
        foreach (var (state, code) in ((RegulationState, string)[])[(second, "DS-NEG-007"), (first, "DS-NEG-010")])
        {
            var now = TimeProvider.System.GetUtcNow();
            var orders = RegulationSignatures.Sign(new StandingOrders(site.Party.Did, 99, now, [], []), stolen).Value;
            var stamp = RegulationSignatures.Sign(new Stamp(site.Party.Did, state.RuleSet.Version, state.Document.Hash, 99, RegulationSignatures.HashOf(Jws.Parse(orders, int.MaxValue).Value), now), stolen);
            Assert.Equal(code, RegulationState.Accept(second, state.Bundle with { Orders = orders, Stamp = stamp }, now).Error?.Code);
            Assert.False(second.AcceptStamp(stamp, now).IsOk);
        }
        await site.Party.Process.StopAsync();
        await site.Party.RestartAsync();
        Assert.True(RegulationState.Accept(second, await site.BundleAsync(), TimeProvider.System.GetUtcNow()).IsOk);
        Assert.Equal(["stamp-ed25519"], Directory.GetFiles(Path.Combine(site.Party.Directory, "keys"), "stamp-*").Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_restart_goes_on_and_an_older_copy_of_the_store_cannot_take_numbers_back()
    {
        await using var site = await RegulatorSite.StartAsync("restart");
        (await site.PublishAsync(RegulatorSite.Sign(await site.RulesAsync(1, Plates), site.Root1, site.Root2))).Ok();
        await site.Party.Process.StopAsync();
        var copy = Directory.CreateDirectory(Path.Combine(site.Root, "copy")).FullName;
        foreach (var file in Directory.GetFiles(site.Party.Directory, "state.db*"))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        await site.Party.RestartAsync();
        (await site.Party.PostAsync("/admin/freezes", Freeze("dataset", "sales", "case-1"))).Ok();
        (await site.PublishAsync(RegulatorSite.Sign(await site.RulesAsync(2, Plates), site.Root1, site.Root2))).Ok();
        var known = RegulationState.Accept(site.Pin, null, await site.BundleAsync(), TimeProvider.System.GetUtcNow()).Value;
        await site.Party.Process.StopAsync();
        foreach (var file in Directory.GetFiles(site.Party.Directory, "state.db*"))
            File.Delete(file);
        foreach (var file in Directory.GetFiles(copy))
            File.Copy(file, Path.Combine(site.Party.Directory, Path.GetFileName(file)));
        await site.Party.RestartAsync();

        // The old copy lacks the freeze: nothing of it is served; what is published next is above everything that was ever published.
        (await site.Party.Wire.SendAsync(HttpMethod.Get, "/regulation/bundle", null, null)).Refused("DS-REG-013", 409);
        Assert.Equal("DS-REG-013", (await site.Party.ReadAsync("/admin/status"))["code"]!.GetValue<string>());
        (await site.PublishAsync(RegulatorSite.Sign(await site.RulesAsync(2, Abroad), site.Root1, site.Root2))).Refused("DS-REG-012");
        (await site.PublishAsync(RegulatorSite.Sign(await site.RulesAsync(3, Abroad), site.Root1, site.Root2))).Ok();
        Assert.True(RegulationState.Accept(known, await site.BundleAsync(), TimeProvider.System.GetUtcNow()).IsOk);
    }

    [Fact]
    public async Task Nodes_get_every_change_at_once_and_silence_is_shown()
    {
        await using var site = await RegulatorSite.StartAsync("push");
        await using var node = await ListeningNode.StartAsync("did:web:listener.example");
        (await site.PublishAsync(RegulatorSite.Sign(await site.RulesAsync(1, Plates), site.Root1, site.Root2))).Ok();
        (await site.Party.PostAsync("/admin/nodes", JsonNode.Parse("""{"did":"did:web:x.example"}"""))).Refused("DS-REG-011");
        (await site.Party.PostAsync("/admin/nodes", node.Card)).Ok();
        Assert.Equal(1, RegulationBundle.Read(await node.NextAsync(Soon)).Value.RuleSet.GetProperty("version").GetInt32());
        (await site.Party.PostAsync("/admin/freezes", Freeze("contract", "c-1", "case-9"))).Ok();
        var pushed = RegulationState.Accept(site.Pin, null, RegulationBundle.Read(await node.NextAsync(Soon)).Value, TimeProvider.System.GetUtcNow()).Value;
        Assert.Equal("c-1", Assert.Single(pushed.Orders.Freezes).Id);

        await Eventually.TrueAsync(async () => await StandingAsync() == "behind", Soon, () => "it answered, but did not acknowledge");
        (await AcknowledgeAsync(node.Persona, pushed, node.Persona.Did)).Ok();
        Assert.Equal("current", await StandingAsync());

        // The next change meets a node that is gone: shown, and tried again until it is back.
        node.Status = 503;
        (await site.Party.PostAsync("/admin/freezes", Freeze("contract", "c-2", "case-9"))).Ok();
        await Eventually.TrueAsync(async () => await StandingAsync() == "noAnswer", Soon, () => "the node answers 503");
        while (node.Pushed.Reader.TryRead(out _))
        {
        }
        node.Status = 200;
        Assert.Equal(2, RegulationState.Accept(site.Pin, null, RegulationBundle.Read(await node.NextAsync(Soon)).Value, TimeProvider.System.GetUtcNow()).Value.Orders.Freezes.Count);
        await Eventually.TrueAsync(async () => await StandingAsync() == "behind", Soon, () => "it answers again");

        async Task<string> StandingAsync() => (await site.Party.ReadAsync("/admin/status"))["nodes"]![0]!["state"]!.GetValue<string>();

        Task<Answer> AcknowledgeAsync(Persona signer, RegulationState held, string about) => site.Party.FromAsync(
            signer, HttpMethod.Post, RegulationPaths.Acknowledgements, new SignedPaper(Signed(signer, held, about, site.Party.Did)));
    }

    [Fact]
    public async Task An_acknowledgement_counts_only_from_the_node_itself_and_for_this_regulator()
    {
        await using var site = await RegulatorSite.StartAsync("ack");
        await using var node = await ListeningNode.StartAsync("did:web:listener.example");
        (await site.PublishAsync(RegulatorSite.Sign(await site.RulesAsync(1, Plates), site.Root1, site.Root2))).Ok();
        (await site.Party.PostAsync("/admin/nodes", node.Card)).Ok();
        var held = RegulationState.Accept(site.Pin, null, await site.BundleAsync(), TimeProvider.System.GetUtcNow()).Value;
        var stranger = Persona.Fresh("did:web:stranger.example");
        var impostor = Persona.Fresh(node.Persona.Did);
        (await site.Party.FromAsync(stranger, HttpMethod.Post, RegulationPaths.Acknowledgements, new SignedPaper(Signed(stranger, held, stranger.Did, site.Party.Did)))).Refused("DS-SIG-003", 401);
        (await site.Party.FromAsync(impostor, HttpMethod.Post, RegulationPaths.Acknowledgements, new SignedPaper(Signed(impostor, held, node.Persona.Did, site.Party.Did)))).Refused("DS-SIG-003", 401);
        (await site.Party.FromAsync(node.Persona, HttpMethod.Post, RegulationPaths.Acknowledgements, new SignedPaper(Signed(impostor, held, node.Persona.Did, site.Party.Did)))).Refused("DS-SIG-003", 401);
        (await site.Party.FromAsync(node.Persona, HttpMethod.Post, RegulationPaths.Acknowledgements, new SignedPaper(Signed(node.Persona, held, "did:web:other.example", site.Party.Did)))).Refused("DS-REG-007", 400);
        (await site.Party.FromAsync(node.Persona, HttpMethod.Post, RegulationPaths.Acknowledgements, new SignedPaper(Signed(node.Persona, held, node.Persona.Did, site.Party.Did, "did:web:other.example")))).Refused("DS-REG-007", 400);
        (await site.Party.FromAsync(node.Persona, HttpMethod.Post, RegulationPaths.Acknowledgements, new SignedPaper(Signed(node.Persona, held, node.Persona.Did, "did:web:other.example")))).Refused("DS-SIG-004", 401);
        Assert.Null((await site.Party.ReadAsync("/admin/status"))["nodes"]![0]!["acknowledged"]);
        (await site.Party.FromAsync(node.Persona, HttpMethod.Post, RegulationPaths.Acknowledgements, new SignedPaper(Signed(node.Persona, held, node.Persona.Did, site.Party.Did)))).Ok();
        Assert.Equal(1, (await site.Party.ReadAsync("/admin/status"))["nodes"]![0]!["acknowledged"]!["version"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_bundle_that_is_known_costs_nothing_and_root_keys_are_not_on_the_host()
    {
        await using var site = await RegulatorSite.StartAsync("etag");
        (await site.PublishAsync(RegulatorSite.Sign(await site.RulesAsync(1, Plates), site.Root1, site.Root2))).Ok();
        var stamp = RegulationState.Accept(site.Pin, null, await site.BundleAsync(), TimeProvider.System.GetUtcNow()).Value.Stamp.Time.ToUnixTimeSeconds();
        Assert.Equal(204, (await site.Party.Wire.SendAsync(HttpMethod.Get, $"/regulation/bundle?after={stamp}", null, null)).Status);
        Assert.Equal(200, (await site.Party.Wire.SendAsync(HttpMethod.Get, $"/regulation/bundle?after={stamp - 1}", null, null)).Status);
        var alone = await site.Party.Wire.SendAsync(HttpMethod.Get, "/regulation/stamp", null, null);
        Assert.Equal((await site.BundleAsync()).Stamp, System.Text.Encoding.ASCII.GetString(alone.Body));
        await site.Party.Process.StopAsync(); // its files are its own while it runs
        foreach (var file in Directory.EnumerateFiles(site.Party.Directory, "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).LinkTarget is null))
        {
            var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            foreach (var seed in (byte[][])[site.Root1.ExportSeed(), site.Root2.ExportSeed()])
                Assert.True(bytes.AsSpan().IndexOf(seed) < 0, file);
        }
    }

    private static string Signed(Persona signer, RegulationState held, string about, string audience, string? regulator = null)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var body = new RegulationAcknowledgement(
            about, regulator ?? held.Pin.Did, held.RuleSet.Version, held.Document.Hash, held.Orders.Sequence, now, now,
            [new RegulationEffect(RegulationEffect.Contract, "c-1", "freeze/case-9", "sales")], [], 0);
        return SignedDocument.Create(body, signer.Signer, signer.Did, [audience], RegulationAcknowledgement.Typ, TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1), TimeProvider.System);
    }
}
