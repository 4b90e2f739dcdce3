using System.Text;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Ledger.Receipts;

namespace DataSpace.EndToEnd;

/// <summary>Records of one owner by keyword, through the whole path: contract, grant and quota, the conversation with the analyst's node, report, receipt. The owner's data is synthetic.</summary>
[Collection(CountedUses.Name)]
public sealed class LookupTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    [Fact]
    public async Task Finds_and_misses_are_told_to_the_analyst_alone_and_the_database_is_built_once()
    {
        var spec = await Space.LookupSpecAsync(["f-011", "F-999", " f-008 ", "F-007"], questions: 6);
        var plan = (await Space.PlanAsync(spec)).Ok();
        Assert.Empty(plan["refusals"]!.AsArray());
        Assert.All(plan["steps"]!.AsArray(), s => Assert.NotEqual("", s!["learns"]!["zh"]!.GetValue<string>()));
        Assert.Contains("that 6 questions are asked", plan["steps"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(["quota", "single-records"], plan["warnings"]!.AsArray().Select(w => w!["code"]!.GetValue<string>()));

        var outcome = await Space.RunAsync(spec);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        Assert.Equal(["code", "found", "rating", "credit"], outcome.Result!["columns"]!.AsArray().Select(c => c!["name"]!.GetValue<string>()));
        string?[][] expected = [["f-011", "true", "AA", "1011.5"], ["F-999", "false", null, null], [" f-008 ", "true", "AA", "1008.5"], ["F-007", "true", null, "1007.5"]];
        Assert.Equal(expected, outcome.Result["rows"]!.AsArray().Select(r => r!.AsArray().Select(v => v?.GetValue<string>()).ToArray()));
        Assert.Equal("personal", outcome.Result["classification"]!["personal"]!.GetValue<string>()); // records, not statistics

        var log = await Ledgers.ReadWhenAsync(Space.SupplierA, r => r.Receipts().Any(x => x.Payload.ResultDigest == outcome.Result["resultDigest"]!.GetValue<string>()));
        var grant = log.Grants().Single(g => g.Payload.JobId == outcome.JobId);
        var report = log.Reports().Single(r => r.Payload.GrantHash == grant.Record.LeafHash.Hex());
        Assert.Equal(6, report.Payload.Units["resultCells"]); // as many as were declared, found or not
        Ledgers.AssertSound(Space.SupplierA);
        await NobodyElseHasAsync("999", outcome.JobId);

        // Again, with other keywords: no new database, no hint, and messages of the same sizes.
        (string File, DateTime Written)[] Databases() => [.. Directory.EnumerateFiles(Space.SupplierA.Directory, "lookup-*").Order(StringComparer.Ordinal).Select(f => (f, File.GetLastWriteTimeUtc(f)))];
        var written = Databases();
        Assert.NotEmpty(written);
        Assert.All(written, w => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(w.File)));
        var again = await Space.RunAsync(await Space.LookupSpecAsync(["F-998"], questions: 6));
        Assert.True(again.State == "COMPLETED", again.Why + Space.Story());
        Assert.Equal("false", again.Result!["rows"]![0]![1]!.GetValue<string>());
        Assert.Equal(written, Databases());
        // The receipt tells the owner a digest: the same question about the same data never has the same one.
        var same = await Space.RunAsync(await Space.LookupSpecAsync(["F-998"], questions: 6));
        Assert.Equal(again.Result["rows"]!.ToJsonString(), same.Result!["rows"]!.ToJsonString());
        Assert.NotEqual(again.Result["resultDigest"]!.GetValue<string>(), same.Result["resultDigest"]!.GetValue<string>());
        async Task<List<long>> SaidByAsync(Party party, string job) => [.. (await Space.SightsAsync(job)).Where(s => s.From == party.Did && s.What.Contains("messages", StringComparison.Ordinal)).Select(s => s.Bytes)];
        Assert.Equal((await SaidByAsync(Space.Leader, outcome.JobId)).Sum(), (await SaidByAsync(Space.Leader, again.JobId)).Sum());
        Assert.InRange((await SaidByAsync(Space.SupplierA, again.JobId)).Sum(), 1, 100_000); // the hint alone is larger
        Assert.True((await SaidByAsync(Space.SupplierA, outcome.JobId)).Sum() > 1_000_000);
    }

    [Fact]
    public async Task The_quota_counts_questions_of_all_jobs_and_refuses_before_anything_is_evaluated()
    {
        var first = await Space.RunAsync(await Space.LookupSpecAsync(["F-001", "F-003"], LookupDesign.Capped, questions: 3));
        Assert.True(first.State == "COMPLETED", first.Why + Space.Story());
        var spec = await Space.LookupSpecAsync(["F-001", "F-002", "F-003"], LookupDesign.Capped);
        var agreement = spec["inputs"]![0]!["agreement"]!.GetValue<string>();
        var before = await Space.SpentAsync(Space.SupplierA, agreement);
        var refused = await Space.RunAsync(spec);
        Assert.Equal(("FAILED", "DS-CON-030"), (refused.State, refused.Codes[0]));
        Assert.Equal(before, await Space.SpentAsync(Space.SupplierA, agreement));
        Assert.Contains(await Ledgers.ReadWhenAsync(Space.SupplierA, _ => true), r => r.Entry.Kind == EntryKind.Denied);
        var rest = await Space.RunAsync(await Space.LookupSpecAsync(["F-002", "F-004"], LookupDesign.Capped));
        Assert.True(rest.State == "COMPLETED", rest.Why + Space.Story());
        Assert.Equal("1002.5", rest.Result!["rows"]![0]![3]!.GetValue<string>());
    }

    [Fact]
    public async Task Columns_keys_and_sizes_that_are_not_agreed_are_refused_by_the_owner_too()
    {
        var column = await Space.LookupSpecAsync(["F-001"]);
        column["lookup"]!["columns"] = new JsonArray("rating", "note");
        Assert.Equal("DS-POL-027", Assert.Single((await Space.PlanAsync(column)).Ok()["refusals"]!.AsArray())!["code"]!.GetValue<string>());
        var steps = await Space.LookupSpecAsync(["F-001"]);
        steps["lookup"]!["key"]![0]!["steps"] = new JsonArray("trim");
        var size = await Space.LookupSpecAsync(["F-001"]);
        size["lookup"]!["recordBytes"] = 128;
        var identifier = await Space.LookupSpecAsync(["F-001"]);
        identifier["lookup"]!["columns"] = new JsonArray("phone");
        foreach (var (spec, code) in ((JsonObject, string)[])[(column, "DS-POL-027"), (steps, "DS-CON-031"), (size, "DS-CON-031"), (identifier, "DS-SBX-202")])
        {
            var outcome = await Space.RunAsync(spec);
            Assert.Equal(("FAILED", code), (outcome.State, outcome.Codes[0]));
        }
        var keyword = await Space.LookupSpecAsync(["F-001", " "]);
        (await Space.PlanAsync(keyword)).Refused("DS-PRV-205");
        var many = await Space.LookupSpecAsync(["F-001", "F-002"]);
        many["lookup"]!["questions"] = 1;
        (await Space.PlanAsync(many)).Refused("DS-JOB-011");
    }

    [Fact]
    public async Task A_record_that_does_not_fit_withholds_and_the_use_stays_spent()
    {
        var spec = await Space.LookupSpecAsync(["F-001"], LookupDesign.TooLong);
        var agreement = spec["inputs"]![0]!["agreement"]!.GetValue<string>();
        var before = await Space.SpentAsync(Space.SupplierA, agreement);
        var outcome = await Space.RunAsync(spec);
        Assert.Equal(("FAILED", "DS-JOB-030"), (outcome.State, outcome.Codes[0]));
        Assert.DoesNotContain("DS-PRV", outcome.Why["reasons"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(before + 1, await Space.SpentAsync(Space.SupplierA, agreement));
        Assert.Contains("DS-PRV-207", File.ReadAllText(Path.Combine(Space.SupplierA.Directory, "logs", "node.log")), StringComparison.Ordinal);
    }

    /// <summary>A keyword that is in no data: owner and coordinator hold it nowhere, and the order that both have does not either.</summary>
    private async Task NobodyElseHasAsync(string keyword, string jobId)
    {
        foreach (var party in (Party[])[Space.SupplierA, Space.Coordinator])
        {
            var files = Directory.EnumerateFiles(party.Directory, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) is var n && (n.Contains(".db", StringComparison.Ordinal) || n.EndsWith(".log", StringComparison.Ordinal))).ToList();
            Assert.True(files.Count >= 2, string.Join(' ', files));
            foreach (var file in files)
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var copy = new MemoryStream();
                await stream.CopyToAsync(copy, TestContext.Current.CancellationToken);
                Assert.True(copy.GetBuffer().AsSpan(0, (int)copy.Length).IndexOf(Encoding.UTF8.GetBytes("F-" + keyword)) < 0, $"{file} holds the keyword of {jobId}");
            }
        }
    }
}
