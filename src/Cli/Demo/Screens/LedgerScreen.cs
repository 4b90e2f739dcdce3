using DataSpace.Cli.Session;
using DataSpace.Ledger.Fsck;

namespace DataSpace.Cli.Demo.Screens;

/// <summary>Screen 7: all four ledgers verified with the keys the nodes announced; then one byte is flipped in a copy and the verifier names the entry.</summary>
internal static class LedgerScreen
{
    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        var ui = run.Ui;
        run.Title(7, DemoTexts.LedgerTitle);
        var table = ui.Table(ui.T(DemoTexts.Ledger), ui.T(DemoTexts.Entries), "root", ui.T(DemoTexts.Verdict));
        foreach (var node in run.Nodes.Values)
        {
            var report = await VerifyAsync(ui, node.LedgerDirectory, node.Client.Info.LedgerVkey, cancel);
            run.Require(report.Ok, DemoTexts.LedgerBad, node.Key, report.Problems.Count > 0 ? report.Problems[0] : "");
            ui.Row(table, node.Client.Info.Name, Money.Number(report.Size), report.RootHash[..16] + (ui.IsUnicode ? "…" : "..."), ui.T(DemoTexts.Verified));
        }
        ui.Show(table);
        run.ByHand($"dataspace ledger verify --dir {DemoRun.Typed(run.Nodes["supplier-a"].LedgerDirectory)}");
        await FlipAsync(run, cancel);
    }

    private static Task<VerifyReport> VerifyAsync(Ui ui, string directory, string? vkey, CancellationToken cancel)
        => ui.BusyAsync(ui.T(Cli.Ledger.LedgerTexts.Verifying), () => Task.Run(() => LedgerVerifier.Verify(directory, new VerifyOptions { ExpectedVkey = vkey }), cancel));

    private static async Task FlipAsync(DemoRun run, CancellationToken cancel)
    {
        var ui = run.Ui;
        var node = run.Nodes["supplier-a"];
        var copy = Path.Combine(run.Folder.Root, "tampered-copy");
        FolderCopy.PublishedFiles(node.LedgerDirectory, copy);
        // The longest bundle is the one that the checkpoint covers; shorter ones are its beginnings, left by earlier checkpoints.
        var bundle = Directory.EnumerateFiles(Path.Combine(copy, "tile", "entries"), "*", SearchOption.AllDirectories).MaxBy(f => new FileInfo(f).Length)!;
        var bytes = await File.ReadAllBytesAsync(bundle, cancel);
        bytes[MiddleOfAnEntry(bytes)] ^= 1;
        await File.WriteAllBytesAsync(bundle, bytes, cancel);
        var report = await VerifyAsync(ui, copy, node.Client.Info.LedgerVkey, cancel);
        var named = report.Problems.FirstOrDefault(p => p.Where.StartsWith("entry ", StringComparison.Ordinal));
        run.Require(!report.Ok && named is not null, DemoTexts.FlipUnseen);
        ui.Line(DemoTexts.Flipped, Path.GetRelativePath(copy, bundle));
        foreach (var problem in report.Problems.OrderByDescending(p => p == named).Take(3))
            ui.Styled("red", "  " + ui.Plain(problem.ToString()));
        run.ByHand($"dataspace ledger verify --dir {DemoRun.Typed(copy)}");
        run.Summary["flippedByteNamed"] = named!.Where;
    }

    /// <summary>A byte inside an entry, past the middle of the bundle: entries follow each other as two length bytes and content.</summary>
    private static int MiddleOfAnEntry(byte[] bundle)
    {
        var at = 0;
        while (true)
        {
            var length = (bundle[at] << 8) | bundle[at + 1];
            if (at + 2 + length > bundle.Length / 2)
                return at + 2 + (length / 2);
            at += 2 + length;
        }
    }
}
