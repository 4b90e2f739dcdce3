using DataSpace.Cli.Catalog;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Screens;

/// <summary>Screen 1: who holds what, as the analyst's connector sees it.</summary>
internal static class CatalogScreen
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(1, DemoTexts.CatalogTitle);
        var catalog = await run.Ui.BusyAsync(run.Ui.T(DemoTexts.ReadingCatalog), () => CompleteAsync(run, cancel));
        CatalogCommand.Show(run.Ui, catalog);
        run.Ui.Line(DemoTexts.RowsStay);
        run.ByHand($"dataspace catalog --node {DemoRun.Typed(run.Analyst.Directory)}");
    }

    /// <summary>The coordinator caches its catalogue for a moment; waits until all three owners are in it.</summary>
    private static async Task<CatalogView> CompleteAsync(DemoRun run, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var catalog = await run.Analyst.GetAsync<CatalogView>("admin/catalog", cancel).OrStop();
            var owners = catalog.Datasets.Where(d => d.Offers is { Count: > 0 }).Select(d => d.Participant).Distinct(StringComparer.Ordinal).Count();
            if (owners >= DemoFolder.Owners.Count)
                return catalog;
            run.Require(TimeProvider.System.GetElapsedTime(started) < Limit, DemoTexts.CatalogIncomplete, owners, string.Join(", ", (catalog.Unreachable ?? []).Select(u => $"{u.ParticipantName} {u.Code}")));
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancel);
        }
    }
}
