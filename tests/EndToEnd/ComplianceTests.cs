using System.Diagnostics;
using System.Text.Json.Nodes;
using DataSpace.EndToEnd.Support;
using DataSpace.Kernel.Identity;
using DataSpace.Ledger.Receipts;
using DataSpace.Protocol;
using DataSpace.Protocol.Codec;
using DataSpace.Protocol.Messages;

namespace DataSpace.EndToEnd;

/// <summary>
/// A dataset whose check did not pass is not listed, not negotiated and not used, its neighbours stay, and the owner is told why. Phone numbers are synthetic.
/// </summary>
public sealed class ComplianceTests(SharedSpace shared)
{
    private const string NotListed = "DS-CLS-020";

    private Space Space => shared.Space;

    private Party Owner => Space.SupplierA;

    [Fact]
    public async Task Undeclared_phone_numbers_keep_a_dataset_out_of_the_catalogue_and_its_neighbours_in_it()
    {
        var shown = (await Space.Leader.ReadAsync("/admin/catalog"))["datasets"]!.AsArray()
            .Where(d => d!["participant"]!.GetValue<string>() == Owner.Did).Select(d => d!["datasetId"]!.GetValue<string>()).ToList();
        Assert.Contains("investments", shown);
        Assert.Contains(Designs.CallsDeclared, shown);
        foreach (var withheld in (string[])[Designs.Calls, Designs.Unclassified, Designs.Torn, Designs.InAnothersName])
        {
            Assert.DoesNotContain(withheld, shown);
            var answer = await Owner.FromAsync(Space.Leader.Persona, HttpMethod.Get, DspBase.Path + CatalogPaths.Dataset(withheld));
            Assert.Equal((404, NotListed), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task An_offer_that_is_not_this_owners_to_make_keeps_its_dataset_out_and_the_decision_says_why()
    {
        var dataset = (await Owner.ReadAsync("/admin/datasets"))["datasets"]!.AsArray().Single(d => d!["datasetId"]!.GetValue<string>() == Designs.InAnothersName)!.ToJsonString();
        Assert.Contains("DS-POL-036", dataset, StringComparison.Ordinal);
        Assert.Contains("not-ours", dataset, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_catalogue_carries_the_classification_and_only_powers_of_ten()
    {
        var answer = await Owner.FromAsync(Space.Leader.Persona, HttpMethod.Get, DspBase.Path + CatalogPaths.Dataset(Designs.CallsDeclared));
        var classification = answer.Ok()["dataspace:classification"]!;
        Assert.Equal("{\"industry\":\"C31\",\"grade\":\"general-2\",\"securityLevel\":\"002\",\"personal\":\"personal\",\"region\":\"CN\",\"scale\":{\"rows\":10,\"subjects\":1}}",
            classification.ToJsonString());
    }

    [Fact]
    public async Task A_provider_refuses_to_negotiate_what_it_does_not_list()
    {
        // Asked past the catalogue, as somebody who knows the dataset's name would.
        var listed = (await Owner.FromAsync(Space.Leader.Persona, HttpMethod.Get, DspBase.Path + CatalogPaths.Dataset("investments"))).Body;
        Assert.True(DspCodec.Read<Dataset>(listed).TryGet(out var investments, out _));
        var offer = investments.Policies.First(o => o.Id == Space.Joint);
        foreach (var (dataset, expected) in ((string, string?)[])[(Designs.Calls, NotListed), (Designs.Torn, NotListed), (Designs.CallsDeclared, null)])
        {
            var request = new ContractRequestMessage(RandomId.NewUrn(), null, offer.WithTarget(dataset), "https://localhost:1/dsp") { MessageId = RandomId.NewUrn() };
            var answer = await Owner.FromAsync(Space.SupplierB.Persona, HttpMethod.Post, DspBase.Path + NegotiationPaths.InitialRequest, JsonNode.Parse(DspCodec.Write(request)));
            if (expected is not null)
                answer.Refused(expected, 403);
            else
                Assert.NotEqual(NotListed, answer.Code); // whatever else it says to this consumer, it is not that
        }
    }

    [Fact]
    public async Task The_owner_learns_column_class_and_share_from_the_command_line_and_no_value()
    {
        var (exit, text) = await CliAsync("dataset", "check", "--dataset", Designs.Calls, "--node", Owner.Process.Directory);
        Assert.True(exit == 1, text);
        foreach (var part in (string[])["note", "phone", "DS-CLS-013", Designs.Calls])
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.DoesNotContain("138", text, StringComparison.Ordinal);
        var (_, chinese) = await CliAsync("dataset", "check", "--dataset", Designs.Calls, "--lang", "zh", "--node", Owner.Process.Directory);
        Assert.Contains("手机号", chinese, StringComparison.Ordinal);
        // What follows the document on the error stream is the progress of a slow machine.
        var (good, json) = await CliAsync("dataset", "check", "--dataset", Designs.CallsDeclared, "--json", "--node", Owner.Process.Directory);
        Assert.True(good == 0, json);
        var column = JsonNode.Parse(json[..(json.LastIndexOf('}') + 1)])!["datasets"]![0]!["columns"]!.AsArray().First(c => c!["name"]!.GetValue<string>() == "note")!;
        Assert.Equal(("personal", "phone"), (column["declared"]!.GetValue<string>(), column["found"]![0]!["class"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData(Designs.Unclassified, "DS-CLS-004", "\"classification\"")]
    [InlineData(Designs.Torn, "DS-CLS-015", "DS-SBX-103")]
    public async Task Every_reason_says_what_to_do(string dataset, string code, string part)
    {
        var view = (await Owner.PostAsync($"/admin/datasets/{dataset}/check")).Ok()["datasets"]![0]!;
        Assert.False(view["listed"]!.GetValue<bool>());
        var finding = view["findings"]![0]!;
        Assert.Equal(code, finding["code"]!.GetValue<string>());
        Assert.Contains(part, finding["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotEmpty(finding["adviceZh"]!.GetValue<string>());
        Assert.Contains(dataset, (await Owner.ReadAsync("/admin/status"))["withheld"]!.AsArray().Select(w => w!["datasetId"]!.GetValue<string>()));
    }

    [Fact]
    public async Task The_checks_stand_in_the_ledger()
    {
        var log = await Ledgers.ReadWhenAsync(Owner, r => r.Any(e => e.Entry.Kind == EntryKind.ListingChecked));
        var entries = log.Where(e => e.Entry.Kind == EntryKind.ListingChecked).Select(e => ListingCheckedPayload.FromFields(e.PayloadFields).Value).ToList();
        Assert.Contains(entries, e => e.DatasetId == "investments" && e.Outcome == "listed");
        var refused = entries.First(e => e.DatasetId == Designs.Calls);
        Assert.Equal("refused", refused.Outcome);
        Assert.StartsWith("DS-CLS-013 note phone", Assert.Single(refused.Findings), StringComparison.Ordinal);
        // The same finding again is the same entry.
        var before = entries.Count(e => e.DatasetId == Designs.Calls);
        (await Owner.PostAsync($"/admin/datasets/{Designs.Calls}/check")).Ok();
        var after = await Ledgers.ReadWhenAsync(Owner, r => r.Any(e => e.Entry.Kind == EntryKind.ListingChecked));
        Assert.Equal(before, after.Count(e => e.Entry.Kind == EntryKind.ListingChecked && ListingCheckedPayload.FromFields(e.PayloadFields).Value.DatasetId == Designs.Calls));
    }

    [Fact]
    public async Task A_file_that_changed_is_checked_again_before_the_next_use()
    {
        var agreement = await Space.AgreeAsync(Owner, Designs.CallsLater, Designs.Sql);
        var spec = Jobs.SqlSpec(Owner, Designs.CallsLater, $"SELECT year, SUM(invest) AS total FROM {Designs.CallsLater} GROUP BY year", agreement);
        var first = await Space.RunAsync(spec);
        Assert.True(first.State == "COMPLETED", first.Why + Space.Story());
        var spent = await Space.SpentAsync(Owner, agreement);

        var file = Path.Combine(Space.Root, "data", Owner.Name, Designs.CallsLater + ".csv");
        var written = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, Designs.WithNotes(SpaceDesign.Csv(Owner), calls: true));
        File.SetLastWriteTimeUtc(file, written); // an old date does not make an old file
        var refused = await Space.RunAsync(spec);
        Assert.Equal("FAILED", refused.State);
        Assert.True(refused.Codes.SequenceEqual([NotListed]), refused.Why.ToJsonString());
        Assert.Equal(spent, await Space.SpentAsync(Owner, agreement));
        foreach (var secret in (string[])["phone", "note", "DS-CLS-013"]) // why is between the owner and its data
            Assert.DoesNotContain(secret, refused.Why["reasons"]!.ToJsonString(), StringComparison.Ordinal);

        File.WriteAllText(file, Designs.WithNotes(SpaceDesign.Csv(Owner), calls: false));
        var again = await Space.RunAsync(spec);
        Assert.True(again.State == "COMPLETED", again.Why + Space.Story());
    }

    [Fact]
    public async Task A_result_is_listed_only_with_its_provenance_and_no_wider_than_its_contracts()
    {
        var outcome = await Space.RunAsync(shared.Spec);
        Assert.True(outcome.State == "COMPLETED", outcome.Why + Space.Story());
        var (file, parquet) = (Path.Combine(Space.Root, "resold.csv"), Path.Combine(Space.Root, "resold.parquet"));
        var (exit, text) = await CliAsync("job", "result", outcome.JobId, "--out", file, "--node", Space.Leader.Process.Directory);
        Assert.True(exit == 0, text);
        var columns = File.ReadAllLines(file).First().Split(',');
        var wider = Path.Combine(Space.Root, "resold.odrl.json");
        var offer = JsonNode.Parse(File.ReadAllText(Path.Combine(Space.Root, Space.Joint + ".odrl.json")))!;
        var constraints = offer["permission"]![0]!["constraint"]!.AsArray();
        foreach (var (term, value) in ((string, JsonNode)[])[("dataspace:column", new JsonArray([.. columns.Select(c => (JsonNode)c)])), ("dataspace:groupKey", columns[0])])
            constraints.Single(c => c!["leftOperand"]!.GetValue<string>() == term)!["rightOperand"] = value;
        constraints.Remove(constraints.Single(c => c!["leftOperand"]!.GetValue<string>() == "dataspace:clamp"));
        var equal = Path.Combine(Space.Root, "resold-equal.odrl.json");
        File.WriteAllText(equal, offer.ToJsonString());
        constraints.Single(c => c!["leftOperand"]!.GetValue<string>() == "purpose")!["rightOperand"] = "advertising";
        File.WriteAllText(wider, offer.ToJsonString());

        var original = File.ReadAllText(Space.Leader.ConfigFile);
        try
        {
            Assert.Equal(["DS-CLS-019"], await ListedAsync(equal, "general-3", null));
            Assert.Equal(["DS-CLS-018"], await ListedAsync(wider, "general-3", file + ".provenance.jws"));
            Assert.Equal(["DS-CLS-021"], await ListedAsync(equal, "general-1", file + ".provenance.jws"));
            Assert.Empty(await ListedAsync(equal, "general-3", file + ".provenance.jws"));
            // The same as Parquet: typed, read by DuckDB, bound to a provenance of its own.
            (exit, text) = await CliAsync("job", "result", outcome.JobId, "--out", parquet, "--node", Space.Leader.Process.Directory);
            Assert.True(exit == 0, text);
            Assert.Equal(["DS-CLS-019"], await ListedAsync(equal, "general-3", null, parquet));
            Assert.Empty(await ListedAsync(equal, "general-3", parquet + ".provenance.jws", parquet));
        }
        finally
        {
            File.WriteAllText(Space.Leader.ConfigFile, original);
            Assert.Equal(204, (await Space.Leader.PostAsync("/admin/reload")).Status);
        }

        async Task<string[]> ListedAsync(string policy, string grade, string? provenance, string? path = null)
        {
            var config = JsonNode.Parse(original)!;
            var dataset = new JsonObject
            {
                ["id"] = "resold",
                ["title"] = new JsonObject { ["en"] = "resold", ["zh"] = "resold" },
                ["path"] = path ?? file,
                ["format"] = path is null ? "csv" : "parquet",
                ["columns"] = new JsonArray([.. columns.Select(c => (JsonNode)new JsonObject { ["name"] = c, ["type"] = c == columns[0] ? "integer" : "double" })]),
                ["classification"] = new JsonObject { ["industry"] = "C31", ["grade"] = grade, ["personalInformation"] = false },
                ["offers"] = new JsonArray(new JsonObject { ["id"] = "resold", ["policy"] = policy }),
            };
            if (provenance is not null)
                dataset["derivedFrom"] = new JsonArray(provenance);
            config["datasets"]!.AsArray().Add((JsonNode)dataset);
            File.WriteAllText(Space.Leader.ConfigFile, config.ToJsonString());
            var reloaded = await Space.Leader.PostAsync("/admin/reload");
            Assert.True(reloaded.Status == 204, reloaded.ToString());
            var view = (await Space.Leader.PostAsync("/admin/datasets/resold/check")).Ok()["datasets"]![0]!;
            var found = view["findings"]!.AsArray().Select(f => f!["code"]!.GetValue<string>()).Distinct().ToArray();
            Assert.Equal(found.Length == 0, view["listed"]!.GetValue<bool>());
            return found;
        }
    }

    private static async Task<(int Exit, string Output)> CliAsync(params string[] arguments)
    {
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "DataSpace.Cli", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "dataspace.dll"));
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = System.Text.Encoding.UTF8 };
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["COLUMNS"] = "160";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await errors);
    }
}
