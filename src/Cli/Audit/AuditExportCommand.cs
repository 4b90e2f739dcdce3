using System.CommandLine;
using System.Security.Cryptography;
using DataSpace.Cli.Ledger;
using DataSpace.Cli.Session;
using DataSpace.Ledger.Audit;
using DataSpace.Ledger.Witnessing;

namespace DataSpace.Cli.Audit;

/// <summary><c>dataspace audit export</c>.</summary>
internal static class AuditExportCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var dir = globals.Option<string[]>("--dir", AuditTexts.Dir, "DIR", required: true);
        var outFile = globals.Option<string>("--out", AuditTexts.Out, "FILE", required: true);
        var payloads = globals.Option<string>("--payloads", AuditTexts.Payloads, "metering|none|all");
        payloads.AcceptOnlyFromAmong("metering", "none", "all");
        payloads.DefaultValueFactory = _ => "metering";
        var from = globals.Option<long>("--from", AuditTexts.From, "N");
        var to = globals.Option<long?>("--to", AuditTexts.To, "N");
        var policyFile = globals.Option<string?>("--policy", AuditTexts.PolicyOut, "FILE");
        return globals.Handle(globals.Command("export", AuditTexts.ExportAbout, dir, outFile, payloads, from, to, policyFile), async (ui, parse, cancel) =>
        {
            var (first, last) = (parse.GetValue(from), parse.GetValue(to));
            if (first < 0 || last < first)
                throw new CommandStopped(CliErrors.BadArguments.Of("--from, --to"), ExitCode.Usage);
            var policy = parse.GetValue(policyFile) is { } rules ? await AuditCommand.ReadTextAsync(rules, WitnessPolicy.MaxBytes, cancel) : null;
            if (policy is not null)
                WitnessPolicy.Parse(policy).OrStop();
            var (file, chosen) = (parse.GetRequiredValue(outFile), Enum.Parse<DisclosedPayloads>(parse.GetRequiredValue(payloads), ignoreCase: true));
            var directories = parse.GetRequiredValue(dir).Select(LedgerCommand.Locate).ToList();
            var written = await ui.ProgressAsync(ui.T(AuditTexts.Exporting), progress => Task.Run(() => AuditExport.Write(file, new AuditExportOptions
            {
                Directories = directories,
                Payloads = chosen,
                From = first,
                To = last + 1,
                Policy = policy,
                Progress = progress,
            }, TimeProvider.System), cancel));
            var manifest = written.OrStop();
            await using var stream = File.OpenRead(file);
            Show(ui, file, stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel)), manifest, chosen);
            return ExitCode.Ok;
        });
    }

    private static void Show(Ui ui, string file, long size, string digest, AuditManifest manifest, DisclosedPayloads chosen)
    {
        if (ui.Json)
        {
            ui.WriteJson(new { file, size, sha256 = digest, payloads = chosen.ToString(), logs = manifest.Logs, statement = manifest.Statement });
            return;
        }
        foreach (var log in manifest.Logs)
        {
            ui.Line(LedgerTexts.Origin, log.Origin);
            ui.Line(LedgerTexts.Size, log.Size, log.Root);
        }
        ui.Unbroken(ui.T(AuditTexts.Exported, file, size, digest));
        ui.Line(chosen switch { DisclosedPayloads.None => AuditTexts.LeavesNone, DisclosedPayloads.Metering => AuditTexts.LeavesMetering, _ => AuditTexts.LeavesAll });
        ui.Unbroken(ui.T(AuditTexts.Next, file));
    }
}
