using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
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
    }

    [Fact]
    public async Task The_owner_erases_over_the_management_interface_and_the_log_says_so()
    {
        await using var space = await Space.StartAsync();
        var owner = space.SupplierA;
        var body = new JsonObject { ["from"] = 0, ["to"] = 1, ["part"] = "content", ["ground"] = "PIPL 47", ["by"] = "officer-2" };
        var done = (await owner.PostAsync("/admin/ledger/erasures", body)).Ok();
        Assert.Equal(0, done["erased"]![0]!["index"]!.GetValue<long>());
        body["from"] = 1;
        body["to"] = 1000;
        (await owner.PostAsync("/admin/ledger/erasures", body)).Refused("DS-HST-007", 400);
        var report = LedgerVerifier.Verify(owner.LedgerDirectory);
        await Eventually.TrueAsync(() =>
        {
            report = LedgerVerifier.Verify(owner.LedgerDirectory);
            return Task.FromResult(report is { Ok: true, PayloadsErased: 1 });
        }, TimeSpan.FromSeconds(60), () => string.Join('\n', report.Problems));
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

    private static async Task Entitle(Space space, Party owner, Party asker, string keyId)
    {
        var config = JsonNode.Parse(await File.ReadAllTextAsync(owner.ConfigFile, TestContext.Current.CancellationToken))!;
        config["auditors"] = new JsonArray(new JsonObject { ["did"] = asker.Did, ["keyId"] = keyId, ["caseId"] = Case, ["payloads"] = "all" });
        await File.WriteAllTextAsync(owner.ConfigFile, config.ToJsonString(), TestContext.Current.CancellationToken);
        await owner.Process.StopAsync();
        await owner.RestartAsync();
        // Known again is who can be authenticated.
        await Eventually.TrueAsync(async () => (await owner.FromAsync(asker.Persona, HttpMethod.Post, "/ledger/disclosures", new { })).Status != 401, TimeSpan.FromSeconds(60), space.Story);
    }
}
