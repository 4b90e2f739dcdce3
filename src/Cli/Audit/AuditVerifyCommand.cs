using System.CommandLine;
using DataSpace.Cli.Session;
using DataSpace.Ledger.Audit;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Witnessing;

namespace DataSpace.Cli.Audit;

/// <summary><c>dataspace audit verify</c>: exit code 0 when nothing contradicts the logs, 1 when something does, 2 when a file is no bundle.</summary>
internal static class AuditVerifyCommand
{
    private const int ListedProblems = 20;

    public static Command Build(GlobalOptions globals)
    {
        var files = new Argument<string[]>("FILE") { Description = AuditTexts.Files.In(globals.Language), Arity = ArgumentArity.OneOrMore };
        var vkey = globals.Option<string[]>("--vkey", AuditTexts.Vkey, "KEY");
        var policyFile = globals.Option<string?>("--policy", AuditTexts.Policy, "FILE");
        var witness = globals.Option<string[]>("--witness", AuditTexts.Witness, "CHECKPOINT");
        return globals.Handle(globals.Command("verify", AuditTexts.VerifyAbout, files, vkey, policyFile, witness), async (ui, parse, cancel) =>
        {
            var witnesses = new List<HeldCheckpoint>();
            foreach (var file in parse.GetValue(witness) ?? [])
                witnesses.Add(new HeldCheckpoint(file, await AuditCommand.ReadTextAsync(file, SignedNote.MaxBytes, cancel)));
            var options = new AuditOptions
            {
                Vkeys = [.. (parse.GetValue(vkey) ?? []).Select(key => VerifierKey.ParseLog(key).OrStop().ToString())],
                Policy = parse.GetValue(policyFile) is { } rules ? WitnessPolicy.Parse(await AuditCommand.ReadTextAsync(rules, WitnessPolicy.MaxBytes, cancel)).OrStop() : null,
                Witnesses = witnesses,
            };
            var bundles = parse.GetRequiredValue(files);
            var verified = await ui.ProgressAsync(ui.T(AuditTexts.Verifying), progress => Task.Run(() => AuditVerifier.Verify(bundles, options with { Progress = progress }), cancel));
            if (!verified.TryGet(out var report, out var error))
                throw new CommandStopped(error, error.Kind == AuditErrors.FileFailed ? ExitCode.Usage : ExitCode.Negative);
            if (ui.Json)
                WriteJson(ui, report);
            else
                Show(ui, report);
            return report.Ok ? ExitCode.Ok : ExitCode.Negative;
        });
    }

    private static void Show(Ui ui, AuditReport report)
    {
        var table = ui.Table(ui.T(AuditTexts.Log), ui.T(AuditTexts.Entries), "root", ui.T(AuditTexts.Cosigned), ui.T(AuditTexts.Held), ui.T(AuditTexts.Fields), ui.T(AuditTexts.Verdict));
        foreach (var log in report.Logs)
        {
            var cosigned = log.CosignedSize is { } size ? $"{Money.Number(size)} {string.Join(", ", log.Cosigners)}" : ui.T(AuditTexts.NoPolicy);
            ui.Row(table, log.Log.Origin, Money.Number(log.Log.Size), log.Log.Root[..16], cosigned, Money.Number(log.Ledger.HeldCompared), Money.Number(log.FieldsShown),
                ui.T(log.Ledger.Ok ? AuditTexts.Good : AuditTexts.Bad));
        }
        ui.Show(table);
        ui.Line(AuditTexts.Uses, report.Uses.Matched, report.Uses.OneSided, report.Uses.OtherLogAbsent, report.Uses.Unreceipted);
        foreach (var (contract, units) in report.Uses.Units)
            ui.Line(AuditTexts.Units, ui.Plain(contract), string.Join(", ", units.Select(unit => $"{ui.Plain(unit.Key)} {Money.Number(unit.Value)}")));
        foreach (var listed in report.Uses.Listed.Take(ListedProblems))
            ui.Styled("yellow", "  " + ui.Plain(listed.ToString()));
        if (report.Logs.Any(log => !log.IsKeyGiven))
        {
            ui.Line(AuditTexts.OwnKeys);
            foreach (var log in report.Logs.Where(log => !log.IsKeyGiven))
                ui.Unbroken("  " + log.Ledger.Vkey);
        }
        ShowStatement(ui, report.Manifests[0].Statement);
        ShowFindings(ui, report);
    }

    private static void ShowFindings(Ui ui, AuditReport report)
    {
        var problems = report.AllProblems.ToList();
        foreach (var problem in problems.Take(ListedProblems))
            ui.Styled("red", "  " + ui.Plain(problem.ToString()));
        if (problems.Count > ListedProblems)
            ui.Line(AuditTexts.MoreFindings, problems.Count - ListedProblems);
        foreach (var conflict in report.Logs.SelectMany(log => log.Ledger.Conflicts).Take(ListedProblems))
        {
            ui.Line(AuditTexts.Published);
            ui.Unbroken(conflict.OwnNote);
            ui.Line(AuditTexts.HeldBy, conflict.Holder.Length == 0 ? ui.T(AuditTexts.Witnessed) : ui.Plain(conflict.Holder));
            ui.Unbroken(conflict.HeldNote);
        }
        if (report.Ok)
            ui.Styled("green", ui.T(AuditTexts.AllGood));
        else
            ui.Styled("red", ui.T(AuditTexts.NotGood, CliErrors.LedgerBroken.Code, problems.Count));
    }

    /// <summary>What ledgers prove and what not, in the language of the session.</summary>
    public static void ShowStatement(Ui ui, AuditStatement statement)
    {
        var zh = ui.Language == Language.Zh;
        ui.Line(AuditTexts.Proves);
        foreach (var line in zh ? statement.ProvesZh : statement.Proves)
            ui.Line("  - " + ui.Plain(line));
        ui.Line(AuditTexts.DoesNotProve);
        foreach (var line in zh ? statement.DoesNotProveZh : statement.DoesNotProve)
            ui.Line("  - " + ui.Plain(line));
    }

    private static void WriteJson(Ui ui, AuditReport report) => ui.WriteJson(new
    {
        ok = report.Ok,
        logs = report.Logs.Select(log => new
        {
            bundle = log.Bundle,
            origin = log.Log.Origin,
            vkey = log.Ledger.Vkey,
            keyGiven = log.IsKeyGiven,
            size = log.Log.Size,
            rootHash = log.Log.Root,
            counts = log.Ledger.Counts.ToDictionary(c => c.Key.ToString(), c => c.Value),
            cosignedSize = log.CosignedSize,
            cosigners = log.Cosigners,
            checkpointsCompared = log.Ledger.HeldCompared,
            fieldsShown = log.FieldsShown,
            conflicts = log.Ledger.Conflicts.Select(c => new { holder = c.Holder, heldNote = c.HeldNote, ownNote = c.OwnNote, fork = c.IsFork }),
        }),
        uses = new
        {
            matched = report.Uses.Matched,
            oneSided = report.Uses.OneSided,
            otherLogAbsent = report.Uses.OtherLogAbsent,
            unreceipted = report.Uses.Unreceipted,
            units = report.Uses.Units,
            listed = report.Uses.Listed.Select(p => new { where = p.Where, what = p.What }),
        },
        problems = report.AllProblems.Select(p => new { where = p.Where, what = p.What }),
        statement = Statement(report.Manifests[0].Statement),
    });

    private static object Statement(AuditStatement statement)
        => new { proves = statement.Proves, provesZh = statement.ProvesZh, doesNotProve = statement.DoesNotProve, doesNotProveZh = statement.DoesNotProveZh };
}
