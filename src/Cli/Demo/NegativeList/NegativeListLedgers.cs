using DataSpace.Cli.Session;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Cli.Demo.NegativeList;

/// <summary>The last screen: every ledger verified; the regulator's acts in its own, what was suspended and resumed in the nodes'.</summary>
internal static class NegativeListLedgers
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static async Task ShowAsync(DemoRun run, DemoRegulator regulator, CancellationToken cancel)
    {
        var ui = run.Ui;
        run.Title(7, NegativeListTexts.Ledgers);
        var table = ui.Table(ui.T(NegativeListTexts.Ledger), ui.T(NegativeListTexts.Entries), ui.T(NegativeListTexts.Acts), ui.T(DemoTexts.Verdict));
        foreach (var node in run.Nodes.Values)
        {
            EntryKind[] expected = node.Key == DemoRegulator.Key ? [EntryKind.RegulatorAct] : node.Key == DemoFolder.Coordinator ? [] : [EntryKind.Suspended, EntryKind.Resumed];
            var (report, kinds) = await ReadAsync(node, expected, cancel);
            var lacking = expected.Except(kinds).Select(k => k.ToString()).ToList();
            run.Require(report.Ok && lacking.Count == 0, NegativeListTexts.LedgerBad, node.Key, string.Join(", ", lacking));
            var acts = kinds.Where(k => k is EntryKind.RegulatorAct or EntryKind.Suspended or EntryKind.Resumed).GroupBy(k => k).Select(g => $"{g.Key} {Money.Number(g.Count())}");
            ui.Row(table, node.Client.Info.Name, Money.Number(report.Size), string.Join(", ", acts), ui.T(DemoTexts.Verified));
        }
        ui.Show(table);
        run.ByHand($"dataspace ledger verify --dir {DemoRun.Typed(run.Nodes[DemoRegulator.Key].LedgerDirectory)}");
        run.Summary["ledgersVerified"] = run.Nodes.Count;
    }

    /// <summary>Publication follows the commit by a moment.</summary>
    private static async Task<(VerifyReport Report, IReadOnlyList<EntryKind> Kinds)> ReadAsync(DemoNode node, EntryKind[] expected, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var vkey = node.Client.Info.LedgerVkey;
            var report = await Task.Run(() => LedgerVerifier.Verify(node.LedgerDirectory, new VerifyOptions { ExpectedVkey = vkey }), cancel);
            IReadOnlyList<EntryKind> kinds = OfflineLog.Read(node.LedgerDirectory, vkey!).TryGet(out var log, out _) ? [.. log.Records.Select(r => r.Entry.Kind)] : [];
            if (!expected.Except(kinds).Any() || TimeProvider.System.GetElapsedTime(started) > Limit)
                return (report, kinds);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancel);
        }
    }
}
