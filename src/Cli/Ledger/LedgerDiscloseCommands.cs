using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Ledger.Audit;
using DataSpace.Ledger.Disclosing;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Notes;

namespace DataSpace.Cli.Ledger;

/// <summary>
/// <c>dataspace ledger disclose</c> asks another node for a range of its log; <c>dataspace ledger disclosed</c> checks a kept answer without network. Both verify here, and believe
/// neither the node that was asked nor the one that asked.
/// </summary>
internal static class LedgerDiscloseCommands
{
    private const int MaxFileBytes = 16 * 1024 * 1024;
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Disclose(GlobalOptions globals)
    {
        var participant = globals.Option<string>("--participant", LedgerTexts.DiscloseParticipant, "DID", required: true);
        var caseId = globals.Option<string>("--case", LedgerTexts.DiscloseCase, "ID", required: true);
        var from = globals.Option<long>("--from", LedgerTexts.EraseFrom, "N", required: true);
        var to = globals.Option<long>("--to", LedgerTexts.To, "N", required: true);
        var field = globals.Option<string[]>("--field", LedgerTexts.DiscloseField, "NAME");
        var output = globals.Option<string?>("--out", LedgerTexts.DiscloseOut, "FILE");
        return globals.Handle(globals.Command("disclose", LedgerTexts.Disclose, participant, caseId, from, to, field, output), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var fields = parse.GetValue(field) is { Length: > 0 } named ? named : null;
            var json = await node.PostAsync("admin/ledger/disclosures",
                new { did = parse.GetValue(participant), caseId = parse.GetValue(caseId), from = parse.GetValue(from), to = parse.GetValue(to) + 1, fields }, cancel).OrStop();
            var answer = NodeClient.Read<KeptDisclosure>(json).OrStop();
            if (parse.GetValue(output) is { } file)
                await WriteAsync(file, answer with { Ledger = AuditStatement.Current }, cancel);
            return Show(ui, answer, vkey: null);
        });
    }

    public static Command Disclosed(GlobalOptions globals)
    {
        var file = globals.Argument("FILE", LedgerTexts.DisclosedFile);
        var vkey = globals.Option<string?>("--vkey", LedgerTexts.DisclosedVkey, "KEY");
        return globals.Handle(globals.Command("disclosed", LedgerTexts.Disclosed, file, vkey), async (ui, parse, cancel)
            => Show(ui, await ReadAsync(parse.GetRequiredValue(file), cancel), parse.GetValue(vkey)));
    }

    private static int Show(Ui ui, KeptDisclosure kept, string? vkey)
    {
        if (vkey is not null && vkey != kept.Vkey)
            throw new CommandStopped(CliErrors.LedgerBroken.Of("vkey"), ExitCode.Negative);
        byte[] bytes;
        try
        {
            bytes = Convert.FromBase64String(kept.Answer);
        }
        catch (FormatException)
        {
            throw new CommandStopped(CliErrors.BadAnswer.Of("answer"), ExitCode.Negative);
        }
        var log = VerifierKey.ParseLog(kept.Vkey).OrStop();
        var verified = DisclosureAnswer.Verify(bytes, kept.Request, log.Key, kept.Vkey).OrStop();
        if (ui.Json)
            ui.WriteJson(new
            {
                origin = kept.Request.Origin,
                caseId = kept.Request.CaseId,
                asker = kept.Request.Asker,
                size = verified.Checkpoint.Size,
                recordedAt = verified.RecordedAt,
                entries = verified.Answers.Select(a => new
                {
                    index = a.Index,
                    kind = a.Kind?.ToString(),
                    time = a.IsRefused ? null : Time(a.TimeMs),
                    refused = a.IsRefused,
                    code = a.Code.Length == 0 ? null : a.Code,
                    hiddenFields = a.HiddenFields,
                    fields = a.Fields.ToDictionary(f => f.Label, f => FieldText.Of(f.Value)),
                }),
                ledger = AuditStatement.Current,
            });
        else
            ShowTable(ui, kept.Request, verified);
        return verified.Answers.Any(a => a.Code.Length > 0) ? ExitCode.Refused : ExitCode.Ok;
    }

    private static void ShowTable(Ui ui, DisclosureRequest request, VerifiedDisclosure verified)
    {
        ui.Line(LedgerTexts.Origin, request.Origin);
        var table = ui.Table("#", ui.T(LedgerTexts.When), ui.T(LedgerTexts.Kind), ui.T(LedgerTexts.Content), "code");
        foreach (var a in verified.Answers)
        {
            var content = a.IsRefused ? ui.T(LedgerTexts.RefusedEntry)
                : string.Join('\n', a.Fields.Select(f => $"{f.Label}: {FieldText.Of(f.Value)}").Concat(a.HiddenFields > 0 ? [ui.T(LedgerTexts.HiddenFields, a.HiddenFields)] : []));
            ui.Row(table, Money.Number(a.Index), a.IsRefused ? "" : Time(a.TimeMs), a.Kind?.ToString() ?? "", content, a.Code);
        }
        ui.Show(table);
        ui.Styled("green", ui.T(LedgerTexts.DisclosureComplete, verified.Answers.Count, verified.Answers.Count(a => a.IsRefused), verified.RecordedAt));
    }

    private static string Time(long timeMs) => DateTimeOffset.FromUnixTimeMilliseconds(timeMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    // Disclosed content is the asker's to guard.
    private static async Task WriteAsync(string file, KeptDisclosure answer, CancellationToken cancel)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using var stream = new FileStream(file, options);
            await JsonSerializer.SerializeAsync(stream, answer, Web, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandStopped(CliErrors.NoFile.Of(file), ExitCode.Usage);
        }
    }

    private static async Task<KeptDisclosure> ReadAsync(string file, CancellationToken cancel)
    {
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes)
                throw new CommandStopped(CliErrors.NoFile.Of($"{file}: > {MaxFileBytes} B"), ExitCode.Usage);
            return JsonSerializer.Deserialize<KeptDisclosure>(await File.ReadAllBytesAsync(file, cancel), Web) is { Request: not null, Vkey: not null, Answer: not null } kept
                ? kept
                : throw new JsonException();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CommandStopped(CliErrors.NoFile.Of(file), ExitCode.Usage);
        }
    }
}

/// <summary>An answer as an asker keeps it.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Vkey">Verifier key of the log.</param>
/// <param name="Answer">Base64 of the answer.</param>
/// <param name="Ledger">What this proves and what not.</param>
internal sealed record KeptDisclosure(DisclosureRequest Request, string Vkey, string Answer, AuditStatement? Ledger = null);
