using System.Buffers.Text;
using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Crypto;
using DataSpace.Ledger.Audit;
using DataSpace.Metering.Meters;
using DataSpace.Metering.Rating;

namespace DataSpace.Cli.Ledger;

/// <summary><c>dataspace ledger bill</c>: meters and bill recomputed from a ledger directory, without the node that wrote it.</summary>
internal static class LedgerBillCommand
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    public static Command Build(GlobalOptions globals)
    {
        var dir = globals.Option<string>("--dir", LedgerTexts.Dir, "DIR", required: true);
        var consumer = globals.Option<string[]>("--consumer", LedgerTexts.Consumer, "FILE|DID=KEY");
        var contract = globals.Option<string?>("--contract", LedgerTexts.Contract, "ID");
        var period = globals.Option<string?>("--period", LedgerTexts.Period, "yyyy-MM");
        var vkey = globals.Option<string?>("--vkey", LedgerTexts.Vkey, "KEY");
        return globals.Handle(globals.Command("bill", LedgerTexts.Bill, dir, consumer, contract, period, vkey), (ui, parse, _) =>
        {
            var statement = Statement.Recompute(LedgerCommand.Locate(parse.GetRequiredValue(dir)), new StatementRequest
            {
                ConsumerKeys = ReadConsumers(parse.GetValue(consumer) ?? []),
                ContractId = parse.GetValue(contract),
                Period = parse.GetValue(period),
                ExpectedVkey = parse.GetValue(vkey),
            }).OrStop();
            if (ui.Json)
                ui.WriteJson(JsonSerializer.SerializeToElement(new { statement.Origin, statement.Size, statement.RootHash, statement.Readings, statement.Bill, billSha256 = Digest(statement.Bill), ledger = AuditStatement.Current }, Web));
            else
                Show(ui, statement);
            return Task.FromResult(ExitCode.Ok);
        });
    }

    /// <summary>Lower-case hex SHA-256 of the bill's canonical form: equal for all who recompute it.</summary>
    public static string Digest(Bill bill) => Convert.ToHexStringLower(SHA256.HashData(bill.ToCanonicalJson()));

    /// <summary>Shows meters, lines, what is not billed and why, and totals.</summary>
    public static void Show(Ui ui, Statement statement)
    {
        ui.Line(LedgerTexts.Origin, statement.Origin);
        ui.Line(LedgerTexts.Size, statement.Size, statement.RootHash);
        var meters = ui.Table(ui.T(LedgerTexts.ContractColumn), ui.T(LedgerTexts.Month), ui.T(LedgerTexts.Granted), ui.T(LedgerTexts.Reported), ui.T(LedgerTexts.Receipted), ui.T(LedgerTexts.BytesOut));
        foreach (var reading in statement.Readings)
        {
            ui.Row(meters, reading.ContractId, reading.Period, Money.Number(reading.UsesGranted), Money.Number(reading.UsesReported),
                Money.Number(reading.UsesReceipted), Money.Bytes(reading.BytesOut));
        }
        ui.Show(meters);
        var lines = ui.Table(ui.T(LedgerTexts.ContractColumn), ui.T(LedgerTexts.Month), ui.T(LedgerTexts.Uses), ui.T(LedgerTexts.UnitPrice), ui.T(LedgerTexts.Amount));
        foreach (var line in statement.Bill.Lines)
            ui.Row(lines, line.ContractId, line.Period, Money.Number(line.Uses), Money.Show(line.UnitPriceMinor, line.Currency), Money.Show(line.AmountMinor, line.Currency));
        ui.Show(lines);
        foreach (var use in statement.Bill.Unbilled)
            ui.Line(LedgerTexts.Unbilled, use.GrantIndex, ui.T(Reason(use.Reason)));
        foreach (var total in statement.Bill.Totals)
            ui.Styled("bold", ui.T(LedgerTexts.Total, Money.Show(total.AmountMinor, total.Currency)));
        ui.Line(LedgerTexts.BillDigest, Digest(statement.Bill));
    }

    /// <summary>Consumers and their keys, each from a node.json that was handed over or as DID=KEY (base64url, raw Ed25519).</summary>
    public static Dictionary<string, IReadOnlyList<PublicKey>> ReadConsumers(IEnumerable<string> consumers)
    {
        var keys = new Dictionary<string, IReadOnlyList<PublicKey>>(StringComparer.Ordinal);
        foreach (var text in consumers)
        {
            var (did, encoded) = text.StartsWith("did:", StringComparison.Ordinal) && text.IndexOf('=', StringComparison.Ordinal) is > 0 and var split
                ? (text[..split], text[(split + 1)..])
                : NodeInfo.ReadFile(text).OrStop() is var info ? (info.Did, info.PublicKey ?? "") : default;
            if (Base64Url.IsValid(encoded, out var length) && length == 32 && PublicKey.TryCreate(PublicKey.Ed25519, Base64Url.DecodeFromChars(encoded)) is { } key)
                keys[did] = [.. keys.GetValueOrDefault(did) ?? [], key];
            else
                throw new CommandStopped(CliErrors.BadArguments.Of($"--consumer {text}"), ExitCode.Usage);
        }
        return keys;
    }

    private static Phrase Reason(UnbilledReason reason) => reason switch
    {
        UnbilledReason.NotReported => LedgerTexts.NotReported,
        UnbilledReason.NotReleased => LedgerTexts.NotReleased,
        UnbilledReason.NotReceipted => LedgerTexts.NotReceipted,
        UnbilledReason.ReceiptDoesNotMatch => LedgerTexts.ReceiptDoesNotMatch,
        UnbilledReason.ReceiptNotSigned => LedgerTexts.ReceiptNotSigned,
        UnbilledReason.UnitsDisagree => LedgerTexts.UnitsDisagree,
        UnbilledReason.GrantedBefore => LedgerTexts.GrantedBefore,
        _ => LedgerTexts.OtherReason,
    };
}
