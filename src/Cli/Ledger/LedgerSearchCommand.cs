using System.CommandLine;
using System.Globalization;
using DataSpace.Cli.Session;
using DataSpace.Ledger.Audit;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Cli.Ledger;

/// <summary><c>dataspace ledger search</c>: the owner's own ledger by policy, contract, participant, time and result, offline.</summary>
internal static class LedgerSearchCommand
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 100_000;

    public static Command Build(GlobalOptions globals)
    {
        var dir = globals.Option<string>("--dir", LedgerTexts.Dir, "DIR", required: true);
        var contract = globals.Option<string?>("--contract", LedgerTexts.SearchContract, "ID");
        var participant = globals.Option<string?>("--participant", LedgerTexts.SearchParticipant, "DID");
        var policy = globals.Option<string?>("--policy", LedgerTexts.SearchPolicy, "ID");
        var result = globals.Option<string?>("--result", LedgerTexts.SearchResult, "TEXT");
        var kind = globals.Option<string?>("--kind", LedgerTexts.SearchKind, "KIND");
        var since = globals.Option<string?>("--since", LedgerTexts.SearchSince, "TIME");
        var until = globals.Option<string?>("--until", LedgerTexts.SearchUntil, "TIME");
        var limit = globals.Option<int?>("--limit", LedgerTexts.SearchLimit, "N");
        var vkey = globals.Option<string?>("--vkey", LedgerTexts.Vkey, "KEY");
        return globals.Handle(globals.Command("search", LedgerTexts.Search, dir, contract, participant, policy, result, kind, since, until, limit, vkey), async (ui, parse, cancel) =>
        {
            var query = new LedgerQuery
            {
                Contract = parse.GetValue(contract),
                Participant = parse.GetValue(participant),
                Policy = parse.GetValue(policy),
                Result = parse.GetValue(result),
                Kind = Kind(parse.GetValue(kind)),
                SinceMs = Time(parse.GetValue(since), "--since"),
                UntilMs = Time(parse.GetValue(until), "--until"),
                Limit = parse.GetValue(limit) is not { } most ? DefaultLimit : most is >= 1 and <= MaxLimit ? most : throw Wrong($"--limit 1..{MaxLimit}"),
            };
            var directory = LedgerCommand.Locate(parse.GetRequiredValue(dir));
            var found = (await ui.BusyAsync(ui.T(LedgerTexts.Searching), () => Task.Run(() => LedgerSearch.Find(directory, query, parse.GetValue(vkey)), cancel))).OrStop();
            if (ui.Json)
                ui.WriteJson(new { origin = found.Origin, size = found.Size, matches = found.Matches, closed = found.Closed, entries = found.Entries.Select(Entry), ledger = AuditStatement.Current });
            else
                Show(ui, found);
            return found.Matches > 0 ? ExitCode.Ok : ExitCode.Negative;
        });
    }

    private static void Show(Ui ui, SearchResult found)
    {
        ui.Line(LedgerTexts.Origin, found.Origin);
        var table = ui.Table("#", ui.T(LedgerTexts.When), ui.T(LedgerTexts.Kind), ui.T(LedgerTexts.ContractColumn), ui.T(LedgerTexts.ParticipantColumn), ui.T(LedgerTexts.PolicyColumn), ui.T(LedgerTexts.ResultColumn));
        foreach (var e in found.Entries)
            ui.Row(table, Money.Number(e.Index), Show(e.TimeMs), e.Kind.ToString(), e.Grant is { } grant && e.Contract.Length == 0 ? ui.T(LedgerTexts.OfGrant, grant) : e.Contract, e.Participant, e.Policy, e.Result);
        ui.Show(table);
        ui.Line(LedgerTexts.Found, found.Entries.Count, found.Matches, found.Size);
        if (found.Closed > 0)
            ui.Line(LedgerTexts.FoundClosed, found.Closed);
    }

    private static object Entry(FoundEntry e) => new
    {
        index = e.Index,
        time = Show(e.TimeMs),
        kind = e.Kind.ToString(),
        contract = e.Contract,
        participant = e.Participant,
        policy = e.Policy,
        result = e.Result,
        grant = e.Grant,
    };

    private static string Show(long timeMs) => DateTimeOffset.FromUnixTimeMilliseconds(timeMs).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static EntryKind? Kind(string? text)
        => text is null ? null
            : Enum.TryParse<EntryKind>(text, ignoreCase: true, out var kind) && Enum.IsDefined(kind) && !char.IsAsciiDigit(text[0]) ? kind
            : throw Wrong($"--kind {text}: {string.Join(", ", Enum.GetNames<EntryKind>())}");

    // A day, a month or a moment; always UTC.
    private static long? Time(string? text, string option)
    {
        if (text is null)
            return null;
        string[] formats = ["yyyy-MM", "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"];
        return DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
            : throw Wrong($"{option} {text}: 2026-11, 2026-11-29 or 2026-11-29T08:00:00Z");
    }

    private static CommandStopped Wrong(string what) => new(CliErrors.BadArguments.Of(what), ExitCode.Usage);
}
