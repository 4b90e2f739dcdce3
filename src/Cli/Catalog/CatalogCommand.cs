using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Catalog;

/// <summary><c>dataspace catalog</c>: datasets and offers of every participant, without a row of data.</summary>
internal static class CatalogCommand
{
    public static Command Build(GlobalOptions globals)
        => globals.Handle(globals.Command("catalog", CatalogTexts.About), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var json = await node.GetAsync("admin/catalog", cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                Show(ui, NodeClient.Read<CatalogView>(json).OrStop());
            return ExitCode.Ok;
        });

    /// <summary>Shows who holds what, then what each offer allows.</summary>
    public static void Show(Ui ui, CatalogView catalog)
    {
        foreach (var member in catalog.Unreachable ?? [])
            ui.Styled("yellow", ui.T(CatalogTexts.Unreachable, member.ParticipantName ?? member.Participant, member.Code));
        if (catalog.Datasets.Count == 0)
        {
            ui.Line(CatalogTexts.None);
            return;
        }
        var table = ui.Table(ui.T(CatalogTexts.Owner), ui.T(CatalogTexts.Dataset), ui.T(CatalogTexts.Columns), ui.T(CatalogTexts.Classification), ui.T(CatalogTexts.Offers));
        foreach (var dataset in catalog.Datasets)
        {
            ui.Row(table,
                dataset.ParticipantName ?? dataset.Participant,
                $"{dataset.DatasetId}\n{ui.T(dataset.Title?.En, dataset.Title?.Zh)}",
                string.Join('\n', (dataset.Columns ?? []).Select(c => c.Role is null or "other" ? c.Name : $"{c.Name} ({Role(ui, c.Role)})")),
                string.Join('\n', ((string[])[Class(dataset.Classification), .. dataset.Scenarios ?? []]).Where(t => t.Length > 0)),
                string.Join('\n', (dataset.Offers ?? []).Select(o => o.OfferId)));
        }
        ui.Show(table);
        ShowTerms(ui, catalog);
    }

    private static string Class(ClassificationView? c)
        => c is null ? "" : string.Join('\n', ((string?[])[c.Industry, c.Grade, c.Personal is "none" ? null : c.Personal, c.Region]).Where(t => !string.IsNullOrEmpty(t)));

    private static void ShowTerms(Ui ui, CatalogView catalog)
    {
        var table = ui.Table(ui.T(CatalogTexts.Offer), ui.T(CatalogTexts.Purpose), ui.T(CatalogTexts.Uses), ui.T(CatalogTexts.MinGroup), ui.T(CatalogTexts.Dominance), ui.T(CatalogTexts.Price), ui.T(CommonTexts.Duties));
        foreach (var dataset in catalog.Datasets)
        {
            foreach (var offer in dataset.Offers ?? [])
            {
                // An offer with several permissions has a row for each; a node of an older version tells the first one's terms alone.
                var first = offer.Summary;
                var permissions = first?.Permissions is { Count: > 0 } all ? all
                    : [new PermissionView(null, first?.Purpose, first?.Uses, null, first?.MinGroupSize, first?.Dominance, first?.PricePerUseMinor, first?.Currency, first?.Columns, null)];
                foreach (var (terms, at) in permissions.Select((p, at) => (p, at)))
                {
                    ui.Row(table,
                        at == 0 ? $"{dataset.ParticipantName}: {offer.OfferId}" : "",
                        at == 0 && first?.StampExtension is { } age ? $"{terms.Purpose}\n{ui.T(CatalogTexts.StampExtension, age)}" : terms.Purpose ?? "",
                        terms.UsesLimit is { } uses ? Money.Number(uses) : "",
                        terms.MinGroupSize is { } k ? Money.Number(k) : "",
                        terms.Dominance ?? "",
                        terms.PricePerUseMinor is { } price ? Money.Show(price, terms.Currency) : "",
                        DutyLines.Of(ui, terms.Duties));
                }
            }
        }
        ui.Show(table);
    }

    private static string Role(Ui ui, string role) => role switch
    {
        "subject" => ui.T(CatalogTexts.Subject),
        "group" => ui.T(CatalogTexts.Group),
        "measure" => ui.T(CatalogTexts.Measure),
        _ => role,
    };
}
