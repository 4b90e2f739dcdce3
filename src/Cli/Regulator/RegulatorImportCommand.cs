using System.CommandLine;
using System.Text.Json;
using DataSpace.Cli.Node;
using DataSpace.Cli.Regulator.Table;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Cli.Regulator;

/// <summary><c>dataspace regulator import TABLE</c>: a table of rules becomes an unsigned rule set.</summary>
internal static class RegulatorImportCommand
{
    private const int DefaultDays = 30;

    public static Command Build(GlobalOptions globals)
    {
        var table = globals.Argument("TABLE", RegulatorTexts.Table);
        var version = globals.Option<int>("--version-number", RegulatorTexts.Version, "N", required: true);
        var regulator = globals.Option<string?>("--regulator", RegulatorTexts.RegulatorDid, "DID");
        var stampKey = globals.Option<string?>("--stamp-key", RegulatorTexts.StampKey, "KEY");
        var from = globals.Option<string?>("--valid-from", RegulatorTexts.ValidFrom, "DATE");
        var days = globals.Option<int?>("--valid-days", RegulatorTexts.ValidDays, "N");
        var whitelist = globals.Option<string?>("--whitelist", RegulatorTexts.Whitelist, "INDUSTRIES");
        var output = globals.Option<string?>("--out", RegulatorTexts.Out, "FILE");
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 400)
                result.AddError("1..400");
        });
        version.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError("1..");
        });
        return globals.Handle(globals.Command("import", RegulatorTexts.Import, table, version, regulator, stampKey, from, days, whitelist, output), async (ui, parse, cancel) =>
        {
            var (did, key) = await WhoAsync(globals, parse, parse.GetValue(regulator), parse.GetValue(stampKey), cancel);
            var now = TimeProvider.System.GetUtcNow();
            var issued = new DateTimeOffset(now.Ticks - (now.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
            var start = parse.GetValue(from) is { } text ? RegulatorFiles.ReadTime("--valid-from", text, ui) : issued;
            var until = start + TimeSpan.FromDays(parse.GetValue(days) ?? DefaultDays);
            var industries = parse.GetValue(whitelist)?.Split([',', '，'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var frame = new RuleSet(
                did, parse.GetRequiredValue(version), issued, start, until, industries is null ? RuleSetMode.Negative : RuleSetMode.Whitelist,
                new StampKey(RegulatorPin.Spell(key), key.KeyId, until), [], industries is null or ["all"] ? null : industries);
            var input = parse.GetRequiredValue(table);
            var (rules, problems) = RuleTable.Read(await ReadTableAsync(input, ui, cancel), frame, ui);
            if (problems.Count > 0)
                throw new CommandStopped(RegulatorCliErrors.BadTable.Of(Path.GetFileName(input)), ExitCode.Usage, problems);
            var document = RuleSetReader.Of(frame with { Rules = rules }).OrStop();
            var path = parse.GetValue(output) ?? Path.ChangeExtension(input, ".json");
            await RegulatorFiles.WriteAsync(path, document.Content, replace: false, cancel);
            Tell(ui, document, path);
            return ExitCode.Ok;
        });
    }

    private static void Tell(Ui ui, RuleSetDocument document, string path)
    {
        var unknown = document.Content.Rules.SelectMany(r => r.Match.Pattern ?? []).Where(p => PersonalData.Parse(p) is null).Distinct().Order(StringComparer.Ordinal).ToList();
        if (ui.Json)
            ui.WriteJson(new { file = path, version = document.Content.Version, rules = document.Content.Rules.Count, validUntil = document.Content.ValidUntil, ruleSetHash = document.Hash, unknownPatterns = unknown });
        ui.Line(RegulatorTexts.Imported, document.Content.Rules.Count, document.Content.Version, document.Content.ValidUntil.ToString("u"), path);
        if (unknown.Count > 0)
            ui.Note(ui.T(RegulatorTexts.UnknownPatterns, string.Join(", ", unknown)));
        ui.Line(RegulatorTexts.NextPreview, path);
    }

    /// <summary>Who publishes and which online key is entrusted: from the options, else from the regulator's host.</summary>
    private static async Task<(string Did, PublicKey Key)> WhoAsync(GlobalOptions globals, ParseResult parse, string? did, string? stampKey, CancellationToken cancel)
    {
        if (did is null || stampKey is null)
        {
            if ((parse.GetValue(globals.Node) ?? globals.Variable("DATASPACE_NODE")) is not { Length: > 0 })
                throw new CommandStopped(RegulatorCliErrors.WhichRegulator.Of(), ExitCode.Usage);
            using var node = globals.OpenNode(parse);
            var status = await node.GetAsync<RegulatorStatusView>("admin/status", cancel).OrStop();
            did ??= status.Did;
            stampKey ??= status.StampKey.PublicKey;
        }
        var raw = System.Buffers.Text.Base64Url.IsValid(stampKey, out var length) && length == 32 ? System.Buffers.Text.Base64Url.DecodeFromChars(stampKey) : null;
        return raw is null ? throw new CommandStopped(RegulatorCliErrors.WhichRegulator.Of("--stamp-key"), ExitCode.Usage) : (did, PublicKey.FromEd25519(raw));
    }

    private static async Task<TableRows> ReadTableAsync(string path, Ui ui, CancellationToken cancel)
        => Path.GetExtension(path).ToLowerInvariant() is ".xlsx" or ".xlsm"
            ? XlsxTable.Read(await RegulatorFiles.ReadBytesAsync(path, XlsxTable.MaxBytes, cancel), ui)
            : CsvTable.Read(await RegulatorFiles.ReadBytesAsync(path, CsvTable.MaxBytes, cancel), ui);
}
