using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary>What a result inherits from its inputs, in a few lines.</summary>
internal static class DerivedLines
{
    private const int ShownHexDigits = 12;

    public static void Show(Ui ui, DerivedView? derived)
    {
        if (derived is null)
            return;
        var isSigned = derived.Source == "signed";
        ui.Line(isSigned ? JobTexts.DerivedSigned : JobTexts.DerivedExpected,
            ui.T(derived.Grade, derived.GradeZh), derived.SecurityLevel, ui.T(JobTexts.DerivedPersonal, ui.T(derived.Personal, derived.PersonalZh)),
            string.Join(", ", derived.Industries ?? []), string.Join(", ", derived.Regions ?? []));
        foreach (var rule in derived.Rules ?? [])
            ui.Line(JobTexts.DerivedRule, ui.T(rule.En, rule.Zh));
        ui.Line(JobTexts.DerivedTerms,
            derived.Retention is { } retention ? ui.T(JobTexts.AtMost, retention) : ui.T(JobTexts.NoLimit), Few(ui, derived.Recipients), Few(ui, derived.Purposes));
        foreach (var parent in isSigned ? derived.Parents ?? [] : [])
            ui.Line(JobTexts.DerivedParent, parent.Participant, parent.DatasetId, Short(parent.DatasetVersion), Short(parent.AgreementHash));
    }

    private static string Few(Ui ui, IReadOnlyList<string>? values)
        => values is null ? ui.T(JobTexts.Anybody) : values.Count == 0 ? ui.T(JobTexts.Nobody) : string.Join(", ", values);

    private static string Short(string? hex) => hex is { Length: > ShownHexDigits } ? hex[..ShownHexDigits] + "…" : hex ?? "";
}
