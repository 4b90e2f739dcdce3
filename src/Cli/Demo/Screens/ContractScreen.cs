using System.Globalization;
using DataSpace.Cli.Negotiation;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Screens;

/// <summary>Screen 2: the terms, then a contract with every owner, each state as it is reached. The analyst negotiates with itself too.</summary>
internal static class ContractScreen
{
    private const string Offer = "joint-statistics";
    private const string ParticipantUnknown = "DS-CON-007";
    private static readonly TimeSpan LearnLimit = TimeSpan.FromSeconds(10);

    public static async Task ShowAsync(DemoRun run, CancellationToken cancel)
    {
        run.Title(2, DemoTexts.ContractTitle);
        ShowTerms(run, await OffersAsync(run, cancel));
        foreach (var owner in DemoFolder.Owners)
            await NegotiateAsync(run, owner, Offer, cancel);
        run.ByHand($"dataspace negotiate --participant {run.Folder.Did("supplier-a")} --dataset {run.DatasetId} --offer {Offer} --node {DemoRun.Typed(run.Analyst.Directory)}");
    }

    /// <summary>Negotiates one contract and prints the states in one growing line; gives the agreement's id.</summary>
    public static Task<string> NegotiateAsync(DemoRun run, string owner, string offer, CancellationToken cancel) => NegotiateAsync(run, owner, run.DatasetId, offer, cancel);

    /// <summary>The same for any dataset.</summary>
    public static async Task<string> NegotiateAsync(DemoRun run, string owner, string datasetId, string offer, CancellationToken cancel)
    {
        var (ui, started, first) = (run.Ui, TimeProvider.System.GetTimestamp(), true);
        var node = run.Nodes[owner].Client.Info;
        Write($"  {ui.Plain(node.Name)}: ");
        var view = await WhenKnownAsync(() => NegotiateCommand.RunAsync(run.Analyst, node.Did, datasetId, offer, state =>
        {
            Write((first ? "" : ui.IsUnicode ? " → " : " -> ") + ui.Plain(state));
            first = false;
        }, cancel), started, cancel);
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        ui.Line($" ({seconds} s)");
        if (view.State != "FINALIZED" || view.AgreementId is null)
            throw new CommandStopped(view.Error is { } problem ? NegotiateCommand.OfProblem(problem) : CliErrors.NegotiationEnded.Of(view.State), ExitCode.Refused);
        ui.Line(DemoTexts.ContractLine, view.AgreementId);
        return view.AgreementId;

        void Write(string text)
        {
            if (!ui.Json)
                ui.Human.Write(new Spectre.Console.Text(text));
        }
    }

    /// <summary>A node learns of a member that was approved a moment ago with its next look at the list; until then it says "no such participant".</summary>
    private static async Task<NegotiationView> WhenKnownAsync(Func<Task<NegotiationView>> negotiate, long started, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await negotiate();
            }
            catch (CommandStopped stop) when (stop.Error.Code == ParticipantUnknown && TimeProvider.System.GetElapsedTime(started) < LearnLimit)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancel);
            }
        }
    }

    /// <summary>What the owners offer, as the analyst's connector reads it from the catalogue.</summary>
    private static async Task<IReadOnlyList<OfferSummary>> OffersAsync(DemoRun run, CancellationToken cancel)
    {
        var datasets = (await run.Analyst.GetAsync<CatalogView>("admin/catalog", cancel).OrStop()).Datasets;
        return [.. datasets.Where(d => d.DatasetId == run.DatasetId).SelectMany(d => d.Offers ?? []).Where(o => o.OfferId == Offer).Select(o => o.Summary).OfType<OfferSummary>()];
    }

    /// <summary>The terms of all owners; where they differ, every value.</summary>
    private static void ShowTerms(DemoRun run, IReadOnlyList<OfferSummary> offers)
    {
        var ui = run.Ui;
        var table = ui.Table(ui.T(DemoTexts.Term), ui.T(DemoTexts.Value), ui.T(DemoTexts.Meaning));
        var synthetic = run.Options.Rows is not null;
        string Each(Func<OfferSummary, string?> value) => string.Join('\n', offers.Select(value).OfType<string>().Distinct(StringComparer.Ordinal));
        var groups = string.Join(", ", offers.Select(o => o.MinGroupSize ?? 0).Distinct().Select(k => Money.Number(k)));
        ui.Row(table, ui.T(DemoTexts.TermPurpose), Each(o => o.Purpose), ui.T(DemoTexts.MeansPurpose));
        ui.Row(table, ui.T(DemoTexts.TermUses), Each(o => o.Uses is { } uses ? Money.Number(uses) : null), ui.T(DemoTexts.MeansUses));
        ui.Row(table, ui.T(DemoTexts.TermGroup), "k = " + groups, ui.T(synthetic ? DemoTexts.MeansGroupSynthetic : DemoTexts.MeansGroup, groups));
        ui.Row(table, ui.T(DemoTexts.TermDominance), Each(o => o.Dominance == "off" ? ui.T(DemoTexts.Off) : o.Dominance), ui.T(
            offers.Any(o => o.Dominance != "off") ? DemoTexts.MeansDominanceOn : synthetic ? DemoTexts.MeansDominanceSynthetic : DemoTexts.MeansDominance));
        ui.Row(table, ui.T(DemoTexts.TermColumns), Each(o => string.Join(", ", o.Columns ?? [])), ui.T(DemoTexts.MeansColumns));
        ui.Row(table, ui.T(DemoTexts.TermPartners), string.Join('\n', offers.SelectMany(o => o.CoProviders ?? []).Distinct(StringComparer.Ordinal).Select(c => Partner(run, c))), ui.T(DemoTexts.MeansPartners));
        ui.Row(table, ui.T(DemoTexts.TermPrice), Each(o => o.PricePerUseMinor is { } price ? Money.Show(price, o.Currency) : null), ui.T(DemoTexts.MeansPrice));
        ui.Show(table);
        run.Summary["offers"] = offers;
    }

    /// <summary>An accepted co-provider, <c>did#keyId</c>, for people.</summary>
    private static string Partner(DemoRun run, string coProvider)
    {
        var (did, key) = coProvider.Split('#') is [var d, var k] ? (d, k) : (coProvider, "");
        return $"{RunScreen.NameOf(run, did)} ({(key.Length > 16 ? key[..16] + (run.Ui.IsUnicode ? "…" : "...") : key)})";
    }
}
