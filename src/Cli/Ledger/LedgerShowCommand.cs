using System.CommandLine;
using System.Globalization;
using DataSpace.Cli.Session;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Cli.Ledger;

/// <summary><c>dataspace ledger show</c>: entries with the payloads that the vault beside them opens.</summary>
internal static class LedgerShowCommand
{
    private const int DefaultCount = 20;
    private const int ShortHex = 16;

    public static Command Build(GlobalOptions globals)
    {
        var dir = globals.Option<string>("--dir", LedgerTexts.Dir, "DIR", required: true);
        var from = globals.Option<long?>("--from", LedgerTexts.From, "N");
        var to = globals.Option<long?>("--to", LedgerTexts.To, "N");
        var vkey = globals.Option<string?>("--vkey", LedgerTexts.Vkey, "KEY");
        return globals.Handle(globals.Command("show", LedgerTexts.Show, dir, from, to, vkey), (ui, parse, _) =>
        {
            var log = OfflineLog.Read(LedgerCommand.Locate(parse.GetRequiredValue(dir)), parse.GetValue(vkey)).OrStop();
            var last = parse.GetValue(to) ?? log.Records.Count - 1;
            var first = parse.GetValue(from) ?? Math.Max(0, last - DefaultCount + 1);
            var records = log.Records.Where(r => r.Index >= first && r.Index <= last).ToList();
            if (ui.Json)
                ui.WriteJson(new { origin = log.Checkpoint.Origin, size = log.Checkpoint.Size, entries = records.Select(Entry) });
            else
                ShowTable(ui, log, records);
            return Task.FromResult(ExitCode.Ok);
        });
    }

    private static void ShowTable(Ui ui, OfflineLog log, List<LedgerRecord> records)
    {
        ui.Line(LedgerTexts.Origin, log.Checkpoint.Origin);
        var table = ui.Table("#", ui.T(LedgerTexts.When), ui.T(LedgerTexts.Kind), ui.T(LedgerTexts.Content));
        foreach (var record in records)
        {
            var content = record.Fields is { } fields
                ? string.Join('\n', fields.Select(f => $"{f.Label}: {Shorten(FieldText.Of(f.Value))}").Concat(record.IsErased ? [ui.T(LedgerTexts.ErasedPayload)] : []))
                : ui.T(record.IsErased ? LedgerTexts.ErasedPayload : LedgerTexts.Closed);
            ui.Row(table, Money.Number(record.Index), Time(record), record.Entry.Kind.ToString(), content);
        }
        ui.Show(table);
        ui.Line(LedgerTexts.Shown, records.Count, log.Checkpoint.Size);
    }

    private static object Entry(LedgerRecord record) => new
    {
        index = record.Index,
        time = Time(record),
        kind = record.Entry.Kind.ToString(),
        eventId = Convert.ToHexStringLower(record.Entry.EventId.Span),
        agreementTag = Convert.ToHexStringLower(record.Entry.AgreementTag.Span),
        payloadRoot = Convert.ToHexStringLower(record.Entry.PayloadRoot.Span),
        leafHash = Convert.ToHexStringLower(record.LeafHash.Span),
        signers = record.Entry.SignerKeyIds,
        erased = record.IsErased,
        fields = record.Fields?.ToDictionary(f => f.Label, f => FieldText.Of(f.Value)),
    };

    private static string Time(LedgerRecord record)
        => DateTimeOffset.FromUnixTimeMilliseconds(record.Entry.TimeMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Shorten(string value)
        => value.Length >= 2 * ShortHex && value.All(char.IsAsciiHexDigitLower) ? value[..ShortHex] + "..." : value;
}
