using System.CommandLine;
using DataSpace.Cli.Session;
using DataSpace.Ledger.Fsck;

namespace DataSpace.Cli.Ledger;

/// <summary><c>dataspace ledger verify</c>: every entry, tile, signature and payload, and with a witness's checkpoint also that nothing was cut off.</summary>
internal static class LedgerVerifyCommand
{
    private const int ListedProblems = 20;
    private const int MaxCheckpointBytes = 64 * 1024;

    public static Command Build(GlobalOptions globals)
    {
        var dir = globals.Option<string>("--dir", LedgerTexts.Dir, "DIR", required: true);
        var witness = globals.Option<string?>("--witness", LedgerTexts.Witness, "CHECKPOINT");
        var vkey = globals.Option<string?>("--vkey", LedgerTexts.Vkey, "KEY");
        return globals.Handle(globals.Command("verify", LedgerTexts.Verify, dir, witness, vkey), async (ui, parse, cancel) =>
        {
            var directory = LedgerCommand.Locate(parse.GetRequiredValue(dir));
            var note = parse.GetValue(witness) is { } file ? await ReadCheckpointAsync(file, cancel) : null;
            var report = await ui.BusyAsync(ui.T(LedgerTexts.Verifying), () => Task.Run(
                () => LedgerVerifier.Verify(directory, new VerifyOptions { WitnessCheckpoint = note, ExpectedVkey = parse.GetValue(vkey) }), cancel));
            if (ui.Json)
                WriteJson(ui, directory, report, note is not null);
            else
                Show(ui, report, note is not null);
            return report.Ok ? ExitCode.Ok : ExitCode.Negative;
        });
    }

    /// <summary>Shows a report; the problems, when there are any, each with its place.</summary>
    public static void Show(Ui ui, VerifyReport report, bool withWitness)
    {
        ui.Line(LedgerTexts.Origin, report.Origin);
        ui.Line(LedgerTexts.Size, report.Size, report.RootHash);
        ui.Line(LedgerTexts.Kinds, string.Join(", ", report.Counts.OrderBy(c => c.Key).Select(c => $"{c.Key} {Money.Number(c.Value)}")));
        ui.Line(LedgerTexts.Payloads, report.PayloadsChecked, report.PayloadsAbsent);
        foreach (var problem in report.Problems.Take(ListedProblems))
            ui.Styled("red", "  " + ui.Plain(problem.ToString()));
        if (report.ProblemCount > ListedProblems)
            ui.Line(LedgerTexts.MoreProblems, report.ProblemCount - ListedProblems);
        if (report.Ok)
            ui.Styled("green", ui.T(LedgerTexts.Verified));
        else
            ui.Styled("red", ui.T(LedgerTexts.NotVerified, CliErrors.LedgerBroken.Code, report.ProblemCount));
        if (!report.Ok)
            ui.Line(CommonTexts.NextStep, ui.T(CliErrors.LedgerBroken.Advice, CliErrors.LedgerBroken.AdviceZh));
        else if (!withWitness)
            ui.Line(LedgerTexts.WitnessHint);
    }

    private static void WriteJson(Ui ui, string directory, VerifyReport report, bool withWitness) => ui.WriteJson(new
    {
        ok = report.Ok,
        directory,
        origin = report.Origin,
        vkey = report.Vkey,
        size = report.Size,
        rootHash = report.RootHash,
        counts = report.Counts.ToDictionary(c => c.Key.ToString(), c => c.Value),
        payloadsChecked = report.PayloadsChecked,
        payloadsAbsent = report.PayloadsAbsent,
        comparedWithWitness = withWitness,
        problemCount = report.ProblemCount,
        problems = report.Problems.Select(p => new { where = p.Where, what = p.What }),
        notices = report.Notices.Select(p => new { where = p.Where, what = p.What }),
    });

    private static async Task<string> ReadCheckpointAsync(string path, CancellationToken cancel)
    {
        try
        {
            if (new FileInfo(path).Length > MaxCheckpointBytes)
                throw new CommandStopped(CliErrors.NoFile.Of($"{path}: > {MaxCheckpointBytes} B"), ExitCode.Usage);
            return await File.ReadAllTextAsync(path, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandStopped(CliErrors.NoFile.Of(path), ExitCode.Usage);
        }
    }
}
