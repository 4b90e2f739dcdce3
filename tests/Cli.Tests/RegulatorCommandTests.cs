using System.IO.Compression;
using System.Text;
using System.Text.Json;
using DataSpace.Kernel.NegativeList;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary>From a table to a rule set signed by two people, without a host; and what tables, workbooks and key files may do to the officer.</summary>
public sealed class RegulatorCommandTests : IDisposable
{
    private const string Did = "did:web:regulator.example";
    private const string Header = "id,basis,titleEn,titleZh,route,industry,field,gradeAtLeast,volumeSubjects,participant\n";
    private readonly string _folder = Directory.CreateTempSubdirectory("regulator-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    private async Task<string> KeyAsync(string name) => (await CliProcess.RunAsync("regulator", "keygen", At(name), "--json")).Exits(0).Json.GetProperty("publicKey").GetString()!;

    private async Task<CliRun> ImportAsync(string table, params string[] more)
        => await CliProcess.RunAsync(["regulator", "import", table, "--version-number", "1", "--regulator", Did, "--stamp-key", await KeyAsync(Guid() + ".key"), "--json", .. more]);

    private static string Guid() => Kernel.Identity.RandomId.New();

    private static string[] Problems(CliRun run) => [.. run.Json.GetProperty("error").GetProperty("problems").EnumerateArray().Select(p => p.GetString()!)];

    [Fact]
    public async Task From_the_template_to_two_signatures()
    {
        var template = Path.Combine(Repository(), "contracts", "policies", "negative-list-rules.csv");
        var imported = (await ImportAsync(template, "--out", At("rules.json"), "--valid-from", "2027-01-01", "--valid-days", "10")).Exits(0).Json;
        Assert.Equal(6, imported.GetProperty("rules").GetInt32());
        Assert.Empty(imported.GetProperty("unknownPatterns").EnumerateArray());
        var set = SignedRuleSet.Read(File.ReadAllBytes(At("rules.json"))).Value;
        var document = RuleSetReader.Read(set.RuleSet).Value;
        var rule = document.Content.Rules.Single(r => r.Id == "EXPORT-02");
        Assert.Equal((RuleRoute.SecurityAssessment, 1_000_000L, "abroad", "idCard"), (rule.Route, rule.Match.Volume!.Subjects!.Value, rule.Match.DestinationRegion![0], rule.Match.Pattern![0]));
        Assert.Equal(6, document.Content.Rules.Single(r => r.Id == "CORE-01").Match.GradeAtLeast);
        Assert.Equal(new DateTimeOffset(2027, 1, 11, 0, 0, 0, TimeSpan.Zero), document.Content.ValidUntil);

        string[] people = [await KeyAsync("one.key"), await KeyAsync("two.key")];
        (await CliProcess.RunAsync("regulator", "sign", At("rules.json"), "--key", At("one.key"))).Exits(0);
        var again = (await CliProcess.RunAsync("regulator", "sign", At("rules.signed.json"), "--key", At("one.key"), "--json")).Exits(1);
        Assert.Equal("DS-REG-034", again.Json.GetProperty("error").GetProperty("code").GetString());
        (await CliProcess.RunAsync("regulator", "sign", At("rules.signed.json"), "--key", At("two.key"))).Exits(0);
        var signed = SignedRuleSet.Read(File.ReadAllBytes(At("rules.signed.json"))).Value;
        Assert.Equal(2, signed.Approvals.Count);
        Assert.Equal(document.Hash, RuleSetReader.Read(signed.RuleSet).Value.Hash);
        // Both approvals stand before the check that nodes make: what fails next is only the missing stamp.
        var pin = RegulatorPin.Create(Did, "x", people).Value;
        var bundle = new RegulationBundle(signed.RuleSet, signed.Approvals, "", "");
        Assert.Equal("DS-NEG-001", RegulationState.Accept(pin, null, bundle, document.Content.ValidFrom).Error?.Code);
        Assert.Equal("DS-NEG-008", RegulationState.Accept(pin, null, bundle with { Approvals = [signed.Approvals[0]] }, document.Content.ValidFrom).Error?.Code);
    }

    [Fact]
    public async Task Every_wrong_cell_is_named_by_row_and_column_at_once()
    {
        var table = Write("rules.csv", Header + """
            A-1,b,t,标题,prohibited,C36,,,,
            A-1,b,t,标题,prohibited,C36,,,,
            A-2,b,t,标题,forbidden,C36,,,,
            A-3,,t,标题,prohibited,,,seven,,
            A-4,b,t,标题,prohibited,,,,-5,
            A-5,b,t,标题,prohibited,,,,,acme
            A-6,b,t,标题,prohibited,,,,,
            A 7,b,t,标题,prohibited,C36,,,,
            """);
        var run = (await ImportAsync(table)).Exits(2);
        Assert.Equal("DS-REG-030", run.Json.GetProperty("error").GetProperty("code").GetString());
        var problems = Problems(run);
        foreach (var part in (string[])["row 3, column A", "row 4, column E", "row 5, column B", "row 5, column H", "row 6, column I", "row 7: DS-NEG-003", "row 8: DS-NEG-003", "row 9: DS-NEG-003"])
            Assert.Contains(problems, p => p.StartsWith(part, StringComparison.Ordinal));
        Assert.False(File.Exists(At("rules.json")));
        var chinese = (await ImportAsync(table, "--lang", "zh")).Exits(2);
        Assert.Contains(Problems(chinese), p => p.StartsWith("第 4 行", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("id,basis,titleEn,titleZh,colour\n", "unknown heading")]
    [InlineData("id,basis,titleEn,titleZh,route,route\n", "stands twice")]
    [InlineData("id,basis\n", "heading missing: route")]
    [InlineData("", "no rules")]
    [InlineData(Header, "no rules")]
    public async Task A_heading_that_is_not_understood_is_refused_not_guessed(string text, string said)
        => Assert.Contains(Problems((await ImportAsync(Write("rules.csv", text))).Exits(2)), p => p.Contains(said, StringComparison.Ordinal));

    [Fact]
    public async Task A_file_of_another_encoding_is_told_apart()
    {
        File.WriteAllBytes(At("rules.csv"), [.. Encoding.ASCII.GetBytes("id,basis\n"), 0xC7, 0xD2]);
        Assert.Contains(Problems((await ImportAsync(At("rules.csv"))).Exits(2)), p => p.Contains("CSV UTF-8", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Right_to_left_text_in_a_cell()
        => Assert.Contains(Problems((await ImportAsync(Write("rules.csv", Header + "A-1,b,t\u202Ex,标题,prohibited,C36,,,,\n"))).Exits(2)), p => p.StartsWith("row 2: DS-NEG-005", StringComparison.Ordinal));

    [Fact]
    public async Task Ten_thousand_rows_and_one()
    {
        var rows = string.Concat(Enumerable.Range(0, 10_001).Select(i => $"A-{i},b,t,标题,prohibited,C36,,,,\n"));
        Assert.Contains(Problems((await ImportAsync(Write("rules.csv", Header + rows))).Exits(2)), p => p.Contains("10000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_Excel_workbook_is_read_as_text()
    {
        var path = Workbook("rules.xlsx", Sheet(
            Row(1, Shared(0), Inline("basis/依据"), Inline("titleEn"), Inline("titleZh"), Inline("route/途径"), Inline("字段"), Inline("gradeAtLeast")),
            Row(3, Inline("X-1"), Inline("b"), Inline("t"), Shared(1), Inline("禁止"), Inline("gps_*；*_lat"), "<c t=\"n\"><v>5</v></c>")), "id", "车辆轨迹");
        (await ImportAsync(path, "--out", At("out.json"))).Exits(0);
        var rule = Assert.Single(RuleSetReader.Read(SignedRuleSet.Read(File.ReadAllBytes(At("out.json"))).Value.RuleSet).Value.Content.Rules);
        Assert.Equal(("X-1", "车辆轨迹", 5), (rule.Id, rule.TitleZh, rule.Match.GradeAtLeast!.Value));
        Assert.Equal(["gps_*", "*_lat"], rule.Match.Field!);
    }

    [Theory]
    [InlineData("<c t=\"str\"><f>1+1</f><v>2</v></c>", "holds a formula")]
    [InlineData("<c><v>2</v><f>HYPERLINK(1)</f></c>", "holds a formula")]
    [InlineData("<c t=\"e\"><v>#REF!</v></c>", "holds an error value")]
    public async Task A_formula_is_a_finding_not_a_value(string cell, string said)
    {
        var path = Workbook("rules.xlsx", Sheet(
            Row(1, Inline("id"), Inline("basis"), Inline("titleEn"), Inline("titleZh"), Inline("route"), Inline("gradeAtLeast")),
            Row(2, Inline("X-1"), Inline("b"), Inline("t"), Inline("标题"), Inline("prohibited"), cell)));
        Assert.Contains(Problems((await ImportAsync(path)).Exits(2)), p => p.StartsWith("row 2, column F", StringComparison.Ordinal) && p.Contains(said, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_workbook_that_unpacks_without_end_or_reads_other_files_is_refused_in_bounded_time()
    {
        var bomb = Workbook("bomb.xlsx", new string(' ', 200 * 1024 * 1024));
        Assert.True(new FileInfo(bomb).Length < 4 * 1024 * 1024);
        var entities = Workbook("entities.xlsx", "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/hostname\">]><worksheet>&a;</worksheet>");
        foreach (var path in (string[])[bomb, entities, Write("text.xlsx", "no archive"), WorkbookWithout("xl/workbook.xml", "empty.xlsx", "<x/>")])
            Assert.Equal("DS-REG-031", (await ImportAsync(path)).Exits(2).Json.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_key_file_that_others_can_read_or_that_contradicts_itself_signs_nothing()
    {
        (await ImportAsync(Write("rules.csv", Header + "A-1,b,t,标题,prohibited,C36,,,,\n"))).Exits(0);
        await KeyAsync("one.key");
        Assert.Equal("DS-REG-033", (await CliProcess.RunAsync("regulator", "keygen", At("one.key"), "--json")).Exits(2).Json.GetProperty("error").GetProperty("code").GetString());
        File.SetUnixFileMode(At("one.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Equal("DS-REG-032", await SignAsync("one.key"));
        var other = JsonDocument.Parse(File.ReadAllText(At("one.key"))).RootElement.GetProperty("keyId").GetString()!;
        await KeyAsync("two.key");
        var text = File.ReadAllText(At("two.key"));
        File.WriteAllText(At("two.key"), text.Replace(JsonDocument.Parse(text).RootElement.GetProperty("keyId").GetString()!, other, StringComparison.Ordinal));
        Assert.Equal("DS-REG-032", await SignAsync("two.key"));
        Assert.False(File.Exists(At("rules.signed.json")));

        async Task<string> SignAsync(string key)
            => (await CliProcess.RunAsync("regulator", "sign", At("rules.json"), "--key", At(key), "--json")).Exits(2).Json.GetProperty("error").GetProperty("code").GetString()!;
    }

    [Theory]
    [InlineData("DS-CLI-001", "regulator")]
    [InlineData("DS-CLI-001", "regulator", "freeze", "galaxy", "x", "--case", "c")]
    [InlineData("DS-CLI-001", "regulator", "freeze", "dataset", "x")]
    [InlineData("DS-CLI-001", "regulator", "freeze", "dataset", "x", "--case", "c")]
    [InlineData("DS-CLI-001", "regulator", "lift", "dataset", "x", "--case", "c")]
    [InlineData("DS-CLI-001", "regulator", "freeze", "contract", "x", "--case", "c", "--provider", "did:web:p.example")]
    [InlineData("DS-CLI-002", "regulator", "freeze", "contract", "x", "--case", "c")]
    [InlineData("DS-CLI-002", "regulator", "freeze", "dataset", "x", "--case", "c", "--provider", "did:web:p.example")]
    [InlineData("DS-CLI-001", "regulator", "clear", "d", "--participant", "did:web:x.example", "--rule", "R", "--case", "c", "--until", "2030-01-01")]
    [InlineData("DS-CLI-001", "regulator", "clear", "d", "--provider", "did:web:p.example", "--participant", "did:web:x.example", "--rule", "R", "--case", "c")]
    [InlineData("DS-CLI-001", "regulator", "clear", "d", "--provider", "did:web:p.example", "--participant", "did:web:x.example", "--rule", "R", "--case", "c", "--until", "soon")]
    [InlineData("DS-REG-035", "regulator", "import", "x.csv", "--version-number", "1")]
    [InlineData("DS-CLI-032", "regulator", "sign", "/nowhere/rules.json", "--key", "/nowhere/key")]
    public async Task A_wrong_command_line_exits_2_and_says_what_to_do(string code, params string[] arguments)
        => Assert.Equal(code, (await CliProcess.RunAsync([.. arguments, "--json"])).Exits(2).Json.GetProperty("error").GetProperty("code").GetString());

    private static string Repository()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "DataSpace.sln")))
                return folder;
        }
        throw new DirectoryNotFoundException();
    }

    private static string Inline(string text) => $"<c t=\"inlineStr\"><is><r><t xml:space=\"preserve\"> {text[..1]}</t></r><r><t>{text[1..]}</t></r><rPh sb=\"0\" eb=\"1\"><t>guide</t></rPh></is></c>";

    private static string Shared(int index) => $"<c t=\"s\"><v>{index}</v></c>";

    private static string Row(int number, params string[] cells)
        => $"<row r=\"{number}\">{string.Concat(cells.Select((c, i) => c.Replace("<c", $"<c r=\"{(char)('A' + i)}{number}\"", StringComparison.Ordinal)))}</row>";

    private static string Sheet(params string[] rows)
        => $"<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{string.Concat(rows)}</sheetData></worksheet>";

    private string Workbook(string name, string sheet, params string[] strings) => WorkbookWithout(null, name, sheet, strings);

    private string WorkbookWithout(string? skip, string name, string sheet, params string[] strings)
    {
        using var archive = ZipFile.Open(At(name), ZipArchiveMode.Create);
        Part("xl/workbook.xml", "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"hidden\" state=\"hidden\" r:id=\"r9\"/><sheet name=\"s\" r:id=\"r1\"/></sheets></workbook>");
        Part("xl/_rels/workbook.xml.rels", "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r9\" Target=\"worksheets/none.xml\"/><Relationship Id=\"r1\" Target=\"worksheets/sheet1.xml\"/></Relationships>");
        Part("xl/sharedStrings.xml", $"<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{string.Concat(strings.Select(s => $"<si><t>{s}</t></si>"))}</sst>");
        Part("xl/worksheets/sheet1.xml", sheet);
        return At(name);

        void Part(string part, string text)
        {
            if (part == skip)
                return;
            using var writer = new StreamWriter(archive.CreateEntry(part, CompressionLevel.Optimal).Open());
            writer.Write(text);
        }
    }
}
