using System.Text.Json;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary>A model's card for people: what it is, whose, how well it fits, what it cost, what was opened.</summary>
internal static class ModelCardLines
{
    /// <summary>Nothing where there is none.</summary>
    public static void Show(Ui ui, ModelCardView? card)
    {
        if (card is null)
            return;
        if (card.ScoredRows is { } scored)
        {
            ui.Line(JobTexts.CardScored, scored, card.CommonRows ?? 0, card.OffGrid ?? 0);
            ui.Line(ui.Plain("  " + ui.T(card.Within?.En, card.Within?.Zh)));
            return;
        }
        ui.Line(JobTexts.CardModel, card.Mode is null ? card.Model ?? "" : $"{card.Model}, {card.Mode}", card.Label?.Column ?? "", card.Ridge ?? "0");
        foreach (var party in card.Parties ?? [])
            ui.Line(JobTexts.CardParty, party.Participant ?? "", party.Dataset ?? "", party.Columns ?? 0);
        if (card.Rows is { } rows)
            ui.Line(JobTexts.CardRows, rows, card.Rounds ?? 0, card.LeastSubjects ?? 0);
        if (card is { CommonRows: { } rowsOfBoth, SquaredError: not null })
            ui.Line(JobTexts.CardCommonLinear, rowsOfBoth, Text(card.SquaredError));
        else if (card.CommonRows is { } common)
            ui.Line(JobTexts.CardCommon, common, card.Iterations ?? 0, Text(card.LogLoss));
        if (card.Deviance is not null)
            ui.Line(JobTexts.CardFit, Text(card.Deviance), Text(card.NullDeviance), Text(card.Explained));
        if (card.Converged is { } converged)
            ui.Line(converged ? JobTexts.CardConverged : JobTexts.CardNotConverged);
        if (card.Certificate is { } certificate)
            ui.Line(ui.Plain("  " + ui.T(certificate.En, certificate.Zh)));
        if (card.EpsilonMicro is { } micro)
            ui.Line(JobTexts.CardEpsilon, (micro / 1_000_000m).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture));
        foreach (var opened in card.Opened ?? [])
            ui.Line(JobTexts.CardOpened, ui.T(opened.En, opened.Zh));
    }

    private static string Text(JsonElement? value) => value is { } element ? JobViews.Cell(element) : "";
}
