using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Hosting.Disclosing;
using DataSpace.Ledger.Disclosing;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;

namespace DataSpace.EndToEnd;

/// <summary>Nodes ask each other for ranges of their logs; only whom the owner entitled, under its case and with the pinned key, sees anything, and every request is an entry.</summary>
public sealed class DisclosureTests
{
    private const string Case = "case-2026-7";
    private const string Ask = "/admin/ledger/disclosures";

    [Fact]
    public async Task An_entitled_node_is_shown_a_range_whole_and_nobody_else_is_shown_anything()
    {
        await using var space = await Space.StartAsync();
        var owner = space.SupplierA;
        await Entitle(space, owner, space.Leader, space.Leader.KeyId);
        await space.AgreeAsync(owner);
        var size = (await owner.ReadAsync("/admin/ledger/status"))["size"]!.GetValue<long>();
        Assert.True(size >= 1, size.ToString(System.Globalization.CultureInfo.InvariantCulture));

        var shown = await AskAsync(space.Leader, owner, Case, size);
        Assert.All(shown.Answers, a => Assert.True(a is { IsRefused: false, Code: "", HiddenFields: 0 } && a.Fields.Count > 0));
        Assert.Equal(size, shown.RecordedAt);
        // The management token of the asker alone does not help: another participant, another case, another key.
        var other = await AskAsync(space.SupplierB, owner, Case, size);
        var anotherCase = await AskAsync(space.Leader, owner, "another case", size);
        Assert.All(other.Answers.Concat(anotherCase.Answers), a => Assert.True(a is { IsRefused: true, Code: "DS-LED-043" }));
        await Entitle(space, owner, space.Leader, space.SupplierB.KeyId);
        Assert.All((await AskAsync(space.Leader, owner, Case, size)).Answers, a => Assert.True(a.IsRefused));
        (await space.Leader.PostAsync(Ask, Question(owner, Case, 1_000_000))).Refused("DS-LED-041", 400);
        (await space.Leader.PostAsync(Ask, Question(owner, Case, 200))).Refused("DS-LED-024", 404);

        var records = (await Ledgers.ReadWhenAsync(owner, all => all.Count(r => r.Entry.Kind == EntryKind.DisclosureGiven) == 4)).Where(r => r.Entry.Kind == EntryKind.DisclosureGiven)
            .Select(r => DisclosureGivenPayload.FromFields(r.PayloadFields).Value).ToList();
        Assert.Equal([space.Leader.Did, space.SupplierB.Did, space.Leader.Did, space.Leader.Did], records.Select(r => r.Asker));
        Assert.Equal([size, 0, 0, 0], records.Select(r => r.Disclosed));
        await Entitle(space, owner, space.Leader, space.Leader.KeyId);
        await ByCommandLineAsync(space, owner);
    }

    /// <summary>The same by hand: asked, kept and checked offline; another key, another case and a changed file are refused. And one entry's proof for everybody.</summary>
    private static async Task ByCommandLineAsync(Space space, Party owner)
    {
        var (kept, changed) = (Path.Combine(space.Root, "kept.json"), Path.Combine(space.Root, "changed.json"));
        Task<JsonNode> DiscloseAsync(int exit, string caseId, string file) => CommandLine.RunAsync(
            exit, "ledger", "disclose", "--participant", owner.Did, "--case", caseId, "--from", "0", "--to", "1", "--out", file, "--node", space.Leader.Directory, "--json");
        var shown = await DiscloseAsync(0, Case, kept);
        Assert.All(shown["entries"]!.AsArray(), e => Assert.False(e!["refused"]!.GetValue<bool>()));
        Assert.NotEmpty(shown["ledger"]!["doesNotProve"]!.AsArray());
        Assert.All((await DiscloseAsync(CommandLine.AnyRefusal, "another case", changed))["entries"]!.AsArray(), e => Assert.Equal("DS-LED-043", e!["code"]!.GetValue<string>()));
        var vkey = VerifierKey.ForLog(owner.Did + "/log/1", owner.Persona.Signer.PublicKey).ToString();
        Assert.Equal(shown["entries"]!.ToJsonString(), (await CommandLine.RunAsync(0, "ledger", "disclosed", kept, "--vkey", vkey, "--json"))["entries"]!.ToJsonString());
        var json = JsonNode.Parse(await File.ReadAllTextAsync(kept, TestContext.Current.CancellationToken))!;
        Assert.NotEmpty(json["ledger"]!["proves"]!.AsArray());
        var answer = Convert.FromBase64String(json["answer"]!.GetValue<string>());
        answer[answer.Length / 2] ^= 1;
        json["answer"] = Convert.ToBase64String(answer);
        await File.WriteAllTextAsync(changed, json.ToJsonString(), TestContext.Current.CancellationToken);
        Assert.NotNull((await CommandLine.RunAsync(CommandLine.AnyRefusal, "ledger", "disclosed", changed, "--vkey", vkey, "--json"))["error"]);

        // Proven under the checkpoint that the witnesses cosigned, and checked by the other verifier.
        JsonNode? status = null;
        await Eventually.TrueAsync(async () =>
        {
            status = await owner.ReadAsync("/admin/ledger/status");
            return status["quorumMet"]!.GetValue<bool>();
        }, TimeSpan.FromSeconds(60), () => status + space.Story());
        var (proof, policy, forged) = (Path.Combine(space.Root, "0.tlog-proof"), Path.Combine(space.Root, "policy"), Path.Combine(space.Root, "forged.tlog-proof"));
        await File.WriteAllTextAsync(policy, status!["policy"]!.GetValue<string>(), TestContext.Current.CancellationToken);
        var proven = await CommandLine.RunAsync(0, "ledger", "prove", "0", "--out", proof, "--node", owner.Directory, "--json");
        Assert.True(proven["cosigners"]!.AsArray().Count >= 2);
        Assert.NotEmpty(proven["ledger"]!["doesNotProve"]!.AsArray());
        var good = await CommandLine.ForeignVerifierAsync("--proof", proof, "--vkey", vkey, "--policy", policy);
        Assert.True(good.ExitCode == 0 && good.Output.Contains("entry 0 of " + owner.Did, StringComparison.Ordinal), good.Output);
        var text = await File.ReadAllTextAsync(proof, TestContext.Current.CancellationToken);
        var own = text.IndexOf("\n\u2014 " + owner.Did, StringComparison.Ordinal);
        foreach (var (made, finding) in ((string, string)[])[
            (text.Replace("index 0\n", "index 1\n", StringComparison.Ordinal), "not in the tree"),
            (text[..(text.IndexOf('\n', own + 1) + 1)], "quorum")]) // the log's own signature alone
        {
            await File.WriteAllTextAsync(forged, made, TestContext.Current.CancellationToken);
            var bad = await CommandLine.ForeignVerifierAsync("--proof", forged, "--vkey", vkey, "--policy", policy);
            Assert.True(bad.ExitCode == 1 && bad.Output.Contains(finding, StringComparison.Ordinal), bad.Output);
        }
        // As open as the tiles, and no more than they.
        Assert.Equal(200, (await owner.Wire.SendAsync(HttpMethod.Get, "/ledger/proofs/0", null, null)).Status);
        (await owner.Wire.SendAsync(HttpMethod.Get, "/ledger/proofs/1000000", null, null)).Refused("DS-LED-024", 404);
    }

    [Fact]
    public async Task The_owner_erases_over_the_management_interface_and_the_log_says_so()
    {
        await using var space = await Space.StartAsync();
        var owner = space.SupplierA;
        string[] erase = ["ledger", "erase", "--from", "0", "--ground", "PIPL 47", "--by", "officer-2", "--node", owner.Directory, "--json"];
        Assert.NotNull((await CommandLine.RunAsync(CommandLine.AnyRefusal, erase))["error"]); // asked to confirm, nothing is erased
        Assert.Equal(0, LedgerVerifier.Verify(owner.LedgerDirectory).PayloadsErased);
        Assert.Equal(0, (await CommandLine.RunAsync(0, [.. erase, "--yes"]))["erased"]![0]!["index"]!.GetValue<long>());
        var body = new JsonObject { ["from"] = 1, ["to"] = 1000, ["part"] = "content", ["ground"] = "PIPL 47", ["by"] = "officer-2" };
        (await owner.PostAsync("/admin/ledger/erasures", body)).Refused("DS-HST-007", 400);
        var report = LedgerVerifier.Verify(owner.LedgerDirectory);
        await Eventually.TrueAsync(() =>
        {
            report = LedgerVerifier.Verify(owner.LedgerDirectory);
            return Task.FromResult(report is { Ok: true, PayloadsErased: 1 });
        }, TimeSpan.FromSeconds(60), () => string.Join('\n', report.Problems));
    }

    [Fact]
    public async Task An_auditor_who_is_known_by_its_card_alone_is_shown_its_range_or_refused_by_signature()
    {
        await using var space = await Space.StartAsync();
        var owner = space.SupplierA;
        // No member, no node: whoever can sign and was introduced by file.
        var auditor = Persona.Fresh("did:web:auditor.example");
        var unknown = await owner.FromAsync(auditor, HttpMethod.Post, "/ledger/disclosures", Asked(0, 1));
        Assert.Equal(401, unknown.Status);

        var card = Path.Combine(space.Root, "auditor.json");
        await File.WriteAllTextAsync(card, new JsonObject
        {
            ["did"] = auditor.Did,
            ["name"] = "Auditor",
            ["role"] = "connector",
            ["url"] = "https://auditor.example",
            ["publicKey"] = Base64Url.EncodeToString(auditor.Signer.PublicKey.Raw.Span),
            ["keyId"] = auditor.Signer.PublicKey.KeyId,
            ["tlsSpki"] = Base64Url.EncodeToString(new byte[32]),
            ["ledgerVkey"] = VerifierKey.ForLog(auditor.Did + "/log/1", auditor.Signer.PublicKey).ToString(),
        }.ToJsonString(), TestContext.Current.CancellationToken);
        await Entitle(owner, space, auditor, auditor.Signer.PublicKey.KeyId, new JsonObject { ["card"] = card, ["from"] = 0, ["to"] = 1 });

        Assert.All((await AnsweredAsync(Case, Asked(0, 1))).Answers, a => Assert.True(a is { IsRefused: false, HiddenFields: 0 } && a.Fields.Count > 0));
        // That request is the next entry, which the auditor is not entitled to; neither is it to anything under another case.
        var beyond = await AnsweredAsync(Case, Asked(0, 2));
        Assert.Equal([false, true], beyond.Answers.Select(a => a.IsRefused));
        Assert.All((await AnsweredAsync("another case", Asked(0, 1) with { CaseId = "another case" })).Answers, a => Assert.True(a is { IsRefused: true, Code: "DS-LED-043" }));
        // Its name under another key is nobody.
        Assert.Equal(401, (await owner.FromAsync(Persona.Fresh(auditor.Did), HttpMethod.Post, "/ledger/disclosures", Asked(0, 1))).Status);
        var records = (await Ledgers.ReadWhenAsync(owner, all => all.Count(r => r.Entry.Kind == EntryKind.DisclosureGiven) == 3)).Where(r => r.Entry.Kind == EntryKind.DisclosureGiven)
            .Select(r => DisclosureGivenPayload.FromFields(r.PayloadFields).Value);
        Assert.Equal([(auditor.Did, 1L), (auditor.Did, 1L), (auditor.Did, 0L)], records.Select(r => (r.Asker, (long)r.Disclosed)));

        DisclosureQuestion Asked(long from, long to) => new(owner.Did + "/log/1", Case, from, to, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));

        async Task<VerifiedDisclosure> AnsweredAsync(string caseId, DisclosureQuestion asked)
        {
            var answer = await owner.FromAsync(auditor, HttpMethod.Post, "/ledger/disclosures", asked);
            Assert.Equal(200, answer.Status);
            var request = new DisclosureRequest(asked.Origin, caseId, auditor.Did, asked.From, asked.To, null, asked.Nonce);
            var key = owner.Persona.Signer.PublicKey;
            return DisclosureAnswer.Verify(answer.Body, request, key, VerifierKey.ForLog(asked.Origin, key).ToString()).Value;
        }
    }

    private static JsonObject Question(Party owner, string caseId, long size) => new() { ["did"] = owner.Did, ["caseId"] = caseId, ["from"] = 0, ["to"] = size };

    // Verified here again: neither node is believed.
    private static async Task<VerifiedDisclosure> AskAsync(Party asker, Party owner, string caseId, long size)
    {
        var json = (await asker.PostAsync(Ask, Question(owner, caseId, size))).Ok();
        var asked = json["request"]!;
        var request = new DisclosureRequest(asked["origin"]!.GetValue<string>(), caseId, asker.Did, 0, size, null, asked["nonce"]!.GetValue<string>());
        var vkey = VerifierKey.ForLog(owner.Did + "/log/1", owner.Persona.Signer.PublicKey).ToString();
        Assert.Equal(vkey, json["vkey"]!.GetValue<string>());
        return DisclosureAnswer.Verify(Convert.FromBase64String(json["answer"]!.GetValue<string>()), request, owner.Persona.Signer.PublicKey, vkey).Value;
    }

    private static Task Entitle(Space space, Party owner, Party asker, string keyId) => Entitle(owner, space, asker.Persona, keyId, []);

    private static async Task Entitle(Party owner, Space space, Persona asker, string keyId, JsonObject more)
    {
        var config = JsonNode.Parse(await File.ReadAllTextAsync(owner.ConfigFile, TestContext.Current.CancellationToken))!;
        more["did"] = asker.Did;
        more["keyId"] = keyId;
        more["caseId"] = Case;
        more["payloads"] = "all";
        config["auditors"] = new JsonArray(more);
        ConfigSchemas.AssertValid("connector", config.ToJsonString());
        await File.WriteAllTextAsync(owner.ConfigFile, config.ToJsonString(), TestContext.Current.CancellationToken);
        await owner.Process.StopAsync();
        await owner.RestartAsync();
        // Known again is who can be authenticated.
        await Eventually.TrueAsync(async () => (await owner.FromAsync(asker, HttpMethod.Post, "/ledger/disclosures", new { })).Status != 401, TimeSpan.FromSeconds(60), space.Story);
    }
}
