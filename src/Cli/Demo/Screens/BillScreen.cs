using DataSpace.Cli.Ledger;
using DataSpace.Cli.Session;
using DataSpace.Metering.Rating;

namespace DataSpace.Cli.Demo.Screens;

/// <summary>Screen 8: every provider's meter and bill, computed from its own ledger and again from a copy; byte for byte the same.</summary>
internal static class BillScreen
{
    public static Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        var ui = run.Ui;
        run.Title(8, DemoTexts.BillTitle);
        var table = ui.Table(ui.T(DemoTexts.Supplier), ui.T(LedgerTexts.Granted), ui.T(LedgerTexts.Receipted), ui.T(DemoTexts.Uses), ui.T(DemoTexts.Amount), ui.T(DemoTexts.Digest));
        var bills = new List<object>();
        foreach (var owner in DemoFolder.Owners)
        {
            cancel.ThrowIfCancellationRequested();
            var node = run.Nodes[owner];
            var own = Recompute(run, node.LedgerDirectory, node.Client.Info.LedgerVkey);
            var copy = Path.Combine(run.Folder.Root, "bill-copy", owner);
            FolderCopy.WithVault(node.LedgerDirectory, copy);
            var again = Recompute(run, copy, node.Client.Info.LedgerVkey);
            run.Require(own.Bill.Compare(again.Bill.ToCanonicalJson()) is null, DemoTexts.BillsDiffer, owner);
            var digest = LedgerBillCommand.Digest(own.Bill);
            ui.Row(table, node.Client.Info.Name,
                Money.Number(own.Readings.Sum(r => r.UsesGranted)), Money.Number(own.Readings.Sum(r => r.UsesReceipted)),
                Money.Number(own.Bill.Lines.Sum(l => l.Uses)),
                string.Join(", ", own.Bill.Totals.Select(t => Money.Show(t.AmountMinor, t.Currency))),
                digest[..16] + (ui.IsUnicode ? "…" : "..."));
            run.Require(own.Bill.Lines.Count > 0, DemoTexts.NothingBilled, owner);
            bills.Add(new { owner, uses = own.Bill.Lines.Sum(l => l.Uses), totals = own.Bill.Totals, sha256 = digest });
        }
        ui.Show(table);
        ui.Styled("green", ui.T(DemoTexts.BillsEqual));
        run.ByHand($"dataspace ledger bill --dir {DemoRun.Typed(run.Nodes["supplier-a"].LedgerDirectory)} --consumer {DemoRun.Typed(Path.Combine(run.Analyst.Directory, "node.json"))}");
        run.Summary["bills"] = bills;
        return Task.CompletedTask;
    }

    private static Statement Recompute(DemoRun run, string directory, string? vkey) => Statement.Recompute(directory, new StatementRequest
    {
        ConsumerKeys = LedgerBillCommand.ReadConsumers([Path.Combine(run.Analyst.Directory, "node.json")]),
        ExpectedVkey = vkey,
    }).OrStop();
}
