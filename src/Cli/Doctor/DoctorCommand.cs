using System.CommandLine;
using DataSpace.Cli.Session;
using Spectre.Console;

namespace DataSpace.Cli.Doctor;

/// <summary><c>dataspace doctor</c>: what this machine lacks, each with the exact fix. Uses no network beyond the loopback, and the node where one is named.</summary>
internal static class DoctorCommand
{
    public static Command Build(GlobalOptions globals)
        => globals.Handle(globals.Command("doctor", DoctorTexts.About), async (ui, parse, cancel) =>
        {
            var folder = parse.GetValue(globals.Node) ?? Environment.GetEnvironmentVariable("DATASPACE_NODE");
            var findings = await RunAsync(ui, cancel, string.IsNullOrWhiteSpace(folder) ? null : (u, c) => RegulationCheck.RunAsync(u, globals, parse, c));
            if (ui.Json)
                ui.WriteJson(new { ok = findings.All(f => f.Ok), checks = findings.Select(f => new { id = f.Id, ok = f.Ok, title = f.Title, detail = f.Detail, fix = f.Fix }) });
            return findings.All(f => f.Ok) ? ExitCode.Ok : ExitCode.Negative;
        });

    /// <summary>Runs all checks and prints each as it is known.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(Ui ui, CancellationToken cancel, Func<Ui, CancellationToken, Task<Finding>>? more = null)
    {
        var findings = new List<Finding>();
        foreach (var check in more is null ? DoctorChecks.All : [.. DoctorChecks.All, more])
        {
            cancel.ThrowIfCancellationRequested();
            var finding = await check(ui, cancel);
            findings.Add(finding);
            Show(ui, finding);
        }
        var bad = findings.Count(f => !f.Ok);
        if (bad == 0)
            ui.Line(DoctorTexts.AllWell);
        else
            ui.Styled("red", ui.T(DoctorTexts.SomeBad, bad));
        return findings;
    }

    private static void Show(Ui ui, Finding finding)
    {
        if (ui.Json)
            return;
        var sign = ui.IsUnicode ? finding.Ok ? "✓" : "✗" : finding.Ok ? "[OK]" : "[XX]";
        ui.Human.MarkupLine($"[{(finding.Ok ? "green" : "red")}]{Markup.Escape(sign)}[/] {Markup.Escape(finding.Title)}: {Markup.Escape(ui.Plain(finding.Detail))}");
        if (finding.Fix is not null)
            ui.Line("    " + ui.T(DoctorTexts.Fix, finding.Fix));
    }
}

/// <summary>Outcome of one check.</summary>
/// <param name="Id">Stable name for machines.</param>
/// <param name="Ok">True when nothing needs doing.</param>
/// <param name="Title">What was looked at.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Fix">The exact command or step, when not ok.</param>
internal sealed record Finding(string Id, bool Ok, string Title, string Detail, string? Fix);
