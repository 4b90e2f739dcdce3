using System.CommandLine;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Policy.Lint;

namespace DataSpace.Cli.Policy;

/// <summary><c>dataspace policy lint FILE</c>: exit 0 clean, 1 warnings with <c>--strict</c>, 2 errors.</summary>
internal static class PolicyLintCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var file = globals.Argument("FILE", PolicyTexts.File);
        var strict = globals.Option<bool>("--strict", PolicyTexts.Strict);
        return globals.Handle(globals.Command("lint", PolicyTexts.Lint, file, strict), async (ui, parse, cancel) =>
        {
            var findings = PolicyCommand.AsOdrl(await PolicyCommand.ReadAsync(parse.GetRequiredValue(file), cancel)).TryGet(out var policy, out var error)
                ? PolicyLint.Check(policy) : [new LintFinding(LintSeverity.Error, error.Kind, "", error.Detail)];
            var errors = findings.Count(f => f.Severity == LintSeverity.Error);
            if (ui.Json)
                WriteJson(ui, findings, errors);
            else
                Show(ui, findings, errors);
            return errors > 0 ? ExitCode.Usage : findings.Count > 0 && parse.GetValue(strict) ? ExitCode.Negative : ExitCode.Ok;
        });
    }

    private static void WriteJson(Ui ui, IReadOnlyList<LintFinding> findings, int errors) => ui.WriteJson(new
    {
        errors,
        warnings = findings.Count - errors,
        findings = findings.Select(f => new
        {
            severity = f.Severity == LintSeverity.Error ? "error" : "warning",
            code = f.Kind.Code,
            pointer = f.Pointer,
            title = f.Kind.Title,
            titleZh = f.Kind.TitleZh,
            detail = f.Detail,
            advice = f.Kind.Advice,
            adviceZh = f.Kind.AdviceZh,
        }),
    });

    private static void Show(Ui ui, IReadOnlyList<LintFinding> findings, int errors)
    {
        if (findings.Count == 0)
        {
            ui.Styled("green", ui.T(PolicyTexts.Clean));
            return;
        }
        var table = ui.Table("", ui.T(PolicyTexts.HeadCode), ui.T(PolicyTexts.HeadWhere), ui.T(PolicyTexts.HeadFinding));
        foreach (var f in findings)
            ui.Row(table, f.Severity == LintSeverity.Error ? "✗" : "!", f.Kind.Code, f.Pointer.Length == 0 ? "/" : f.Pointer, ui.T(f.Kind.Title, f.Kind.TitleZh) + (f.Detail is null ? "" : ": " + f.Detail));
        ui.Show(table);
        ui.Line(PolicyTexts.Found, errors, findings.Count - errors);
    }
}
