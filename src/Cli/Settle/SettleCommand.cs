using System.CommandLine;
using System.Text.Json;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Crypto;
using DataSpace.Metering.Rating;
using DataSpace.Metering.Settlement;

namespace DataSpace.Cli.Settle;

/// <summary><c>dataspace settle …</c>: statements are computed here, from ledgers on disk; nodes only write closes and disputes, and sign.</summary>
internal static class SettleCommand
{
    public static Command Build(GlobalOptions globals) => globals.Command("settle", SettleTexts.About,
        Plan(globals), Recompute(globals), Close(globals), Show(globals), Sign(globals), Verify(globals), Export(globals), SettleDisputes.Open(globals), SettleDisputes.Resolve(globals), Paid(globals), Demo.Settlement.SettlementDemo.Build(globals));

    private static Command Plan(GlobalOptions globals)
    {
        var file = globals.Argument("FILE", SettleTexts.PlanFile);
        return globals.Handle(globals.Command("plan", SettleTexts.Plan, file), (ui, parse, _) =>
        {
            var plan = SettleInputs.ReadPlan(parse.GetRequiredValue(file));
            if (ui.Json)
                ui.WriteJson(new { id = plan.Id, hash = plan.Hash, currency = plan.Currency });
            ui.Line(SettleTexts.PlanIs, plan.Id, plan.Hash);
            return Task.FromResult(ExitCode.Ok);
        });
    }

    private static Command Recompute(GlobalOptions globals)
    {
        var inputs = new SettleInputs(globals);
        var output = globals.Option<string?>("--out", SettleTexts.Out, "FILE");
        return globals.Handle(globals.Command("recompute", SettleTexts.Recompute, [.. inputs.Symbols, output]), async (ui, parse, cancel) =>
        {
            var statement = (await Task.Run(() => MonthSettlement.Compute(inputs.Read(parse)), cancel)).OrStop();
            await WriteAsync(parse.GetValue(output), statement.ToCanonicalJson(), cancel);
            Say(ui, statement);
            return ExitCode.Ok;
        });
    }

    private static Command Close(GlobalOptions globals)
    {
        var inputs = new SettleInputs(globals);
        var output = globals.Option<string?>("--out", SettleTexts.Out, "FILE");
        var presented = globals.Option<string?>("--statement", SettleTexts.As, "FILE");
        return globals.Handle(globals.Command("close", SettleTexts.Close, [.. inputs.Symbols, presented, output]), async (ui, parse, cancel) =>
        {
            var request = inputs.Read(parse);
            using var node = globals.OpenNode(parse);
            var statement = parse.GetValue(presented) is { } file
                ? (await Task.Run(() => StatementCheck.Verify(SettleInputs.ReadFile(file, CanonicalJson.MaxBytes), request, signatures: null), cancel)).OrStop().Statement
                : (await Task.Run(() => MonthSettlement.Compute(request), cancel)).OrStop();
            var answer = await CloseAsync(node, statement, cancel);
            await WriteAsync(parse.GetValue(output), statement.ToCanonicalJson(), cancel);
            if (ui.Json)
                ui.WriteJson(answer);
            ui.Line(SettleTexts.Closed, node.Info.Name, ContractsOf(node, statement).Count(), statement.Period, string.Join(", ", answer.GetProperty("indices").EnumerateArray().Select(i => i.GetRawText())));
            ui.Line(SettleTexts.Digest, statement.Hash());
            return ExitCode.Ok;
        });
    }

    private static Command Sign(GlobalOptions globals)
    {
        var file = globals.Argument("STATEMENT", SettleTexts.Statement);
        var inputs = new SettleInputs(globals);
        var signatures = globals.Option<string?>("--signatures", SettleTexts.Signatures, "FILE");
        return globals.Handle(globals.Command("sign", SettleTexts.Sign, [file, .. inputs.Symbols, signatures]), async (ui, parse, cancel) =>
        {
            var path = parse.GetRequiredValue(file);
            var bytes = SettleInputs.ReadFile(path, CanonicalJson.MaxBytes);
            using var node = globals.OpenNode(parse);
            // What is signed was computed by whoever signs it.
            var statement = StatementCheck.Verify(bytes, inputs.Read(parse), signatures: null).OrStop().Statement;
            var target = parse.GetValue(signatures) ?? SignaturesOf(path);
            var before = File.Exists(target) ? StatementSignatures.Read(SettleInputs.ReadFile(target, StatementSignatures.MaxChars)).OrStop().Signatures : [];
            var token = await SignAsync(node, statement, cancel);
            var after = new StatementSignatures(statement.Hash(), [.. before.Where(s => s != token), token]);
            await WriteAsync(target, CanonicalJson.Of(after), cancel);
            if (ui.Json)
                ui.WriteJson(new { file = target, statementHash = after.StatementHash, signatures = after.Signatures.Count });
            ui.Line(SettleTexts.Signed, node.Info.Name, target);
            return ExitCode.Ok;
        });
    }

    private static Command Verify(GlobalOptions globals)
    {
        var file = globals.Argument("STATEMENT", SettleTexts.Statement);
        var inputs = new SettleInputs(globals);
        var signatures = globals.Option<string?>("--signatures", SettleTexts.Signatures, "FILE");
        return globals.Handle(globals.Command("verify", SettleTexts.Verify, [file, .. inputs.Symbols, signatures]), async (ui, parse, cancel) =>
        {
            var bytes = SettleInputs.ReadFile(parse.GetRequiredValue(file), CanonicalJson.MaxBytes);
            var signed = parse.GetValue(signatures) is { } path ? StatementSignatures.Read(SettleInputs.ReadFile(path, StatementSignatures.MaxChars)).OrStop() : null;
            var check = (await Task.Run(() => StatementCheck.Verify(bytes, inputs.Read(parse), signed), cancel)).OrStop();
            if (ui.Json)
                ui.WriteJson(new { ok = true, statementHash = check.Statement.Hash(), closes = check.Closes, signers = check.Signers });
            ui.Styled("green", ui.T(SettleTexts.Holds, check.Closes, check.Signers));
            return ExitCode.Ok;
        });
    }

    private static Command Paid(GlobalOptions globals)
    {
        var contract = globals.Option<string>("--contract", SettleTexts.Contract, "ID", required: true);
        var amount = globals.Option<string>("--amount", SettleTexts.Amount, "AMOUNT", required: true);
        var currency = globals.Option<string>("--currency", SettleTexts.Currency, "CODE", required: true);
        var reference = globals.Option<string>("--reference", SettleTexts.Reference, "TEXT", required: true);
        return globals.Handle(globals.Command("paid", SettleTexts.Paid, contract, amount, currency, reference), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var answer = await node.PostAsync("admin/settlement/payments", new
            {
                contractId = parse.GetRequiredValue(contract),
                amount = parse.GetRequiredValue(amount),
                currency = parse.GetRequiredValue(currency),
                reference = parse.GetRequiredValue(reference),
            }, cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(answer);
            ui.Line(SettleTexts.Appended, answer.GetProperty("index").GetInt64(), node.Info.Name);
            ui.Line(SettleTexts.Owed, Money.Show(answer.GetProperty("owedMinor").GetInt64(), parse.GetRequiredValue(currency)));
            return ExitCode.Ok;
        });
    }

    private static Command Show(GlobalOptions globals)
    {
        var file = globals.Argument("STATEMENT", SettleTexts.Statement);
        return globals.Handle(globals.Command("show", SettleTexts.Show, file), (ui, parse, _) =>
        {
            Say(ui, StatementDocument.Read(SettleInputs.ReadFile(parse.GetRequiredValue(file), CanonicalJson.MaxBytes)).OrStop());
            return Task.FromResult(ExitCode.Ok);
        });
    }

    private static Command Export(GlobalOptions globals)
    {
        var file = globals.Argument("STATEMENT", SettleTexts.Statement);
        var format = globals.Option<string>("--format", SettleTexts.Format, "FORMAT", required: true);
        format.AcceptOnlyFromAmong("json", "csv", "pdf");
        var output = globals.Option<string>("--out", SettleTexts.Out, "FILE", required: true);
        return globals.Handle(globals.Command("export", SettleTexts.Export, file, format, output), async (ui, parse, cancel) =>
        {
            var statement = StatementDocument.Read(SettleInputs.ReadFile(parse.GetRequiredValue(file), CanonicalJson.MaxBytes)).OrStop();
            var target = parse.GetRequiredValue(output);
            await WriteAsync(target, parse.GetRequiredValue(format) switch
            {
                "csv" => StatementExport.ToCsv(statement),
                "pdf" => StatementExport.ToPdf(statement),
                _ => statement.ToCanonicalJson(),
            }, cancel);
            if (ui.Json)
                ui.WriteJson(new { file = target, statementHash = statement.Hash() });
            ui.Line(SettleTexts.Written, target);
            return ExitCode.Ok;
        });
    }

    /// <summary>Shows a statement: items with shares, what is not billed, totals, hash.</summary>
    public static void Say(Ui ui, StatementDocument statement)
    {
        if (ui.Json)
        {
            ui.WriteJson(new { statementHash = statement.Hash(), statement = Element(statement) });
            return;
        }
        ui.Line(SettleTexts.Head, statement.Period, statement.Consumer);
        var items = ui.Table(ui.T(SettleTexts.Item), ui.T(Ledger.LedgerTexts.Month), ui.T(Ledger.LedgerTexts.Amount), ui.T(SettleTexts.Before), ui.T(SettleTexts.Party), ui.T(SettleTexts.Share));
        for (var i = 0; i < statement.Items.Count; i++)
        {
            var item = statement.Items[i];
            for (var s = 0; s < Math.Max(1, item.Shares.Count); s++)
            {
                ui.Row(items, s == 0 ? Money.Number(i + 1) : "", s == 0 ? item.ForPeriod : "", s == 0 ? Money.Show(item.AmountMinor, item.Currency) : "",
                    s == 0 && item.PreviousMinor != 0 ? Money.Show(item.PreviousMinor, item.Currency) : "",
                    s < item.Shares.Count ? item.Shares[s].Party : "", s < item.Shares.Count ? Money.Show(item.Shares[s].AmountMinor, item.Currency) : "");
            }
        }
        ui.Show(items);
        foreach (var use in statement.Disputes.Concat(statement.Unbilled))
            ui.Line(SettleTexts.Disputed, use.GrantIndex, use.Period, use.Reason);
        foreach (var total in statement.Totals)
            ui.Styled("bold", ui.T(Ledger.LedgerTexts.Total, Money.Show(total.AmountMinor, total.Currency)));
        ui.Unbroken(ui.T(SettleTexts.Digest, statement.Hash()));
    }

    /// <summary>Lets a node write its closes of a statement's month.</summary>
    public static async Task<JsonElement> CloseAsync(NodeClient node, StatementDocument statement, CancellationToken cancel)
    {
        var contracts = ContractsOf(node, statement).Select(c => (c.ContractId, Log: c.Provider == node.Info.Did ? c.ProviderLog : c.ConsumerLog))
            .Select(c => new { contractId = c.ContractId, size = c.Log.Size, rootHash = c.Log.RootHash }).ToList();
        return await node.PostAsync("admin/settlement/close", new { statement = Element(statement), contracts }, cancel).OrStop();
    }

    /// <summary>Lets a node sign a statement.</summary>
    public static async Task<string> SignAsync(NodeClient node, StatementDocument statement, CancellationToken cancel)
        => (await node.PostAsync("admin/settlement/signatures", Element(statement), cancel).OrStop()).GetProperty("signature").GetString()!;

    private static IEnumerable<SettledContract> ContractsOf(NodeClient node, StatementDocument statement)
        => statement.Contracts.Where(c => node.Info.Did == statement.Consumer || c.Provider == node.Info.Did);

    private static JsonElement Element(StatementDocument statement) => JsonDocument.Parse(statement.ToCanonicalJson()).RootElement;

    private static string SignaturesOf(string statement) => (statement.EndsWith(".json", StringComparison.Ordinal) ? statement[..^5] : statement) + ".signatures.json";

    private static async Task WriteAsync(string? path, byte[] bytes, CancellationToken cancel)
    {
        if (path is null)
            return;
        await File.WriteAllBytesAsync(path + ".tmp", bytes, cancel);
        File.Move(path + ".tmp", path, overwrite: true);
    }
}
