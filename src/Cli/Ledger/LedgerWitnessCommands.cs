using System.CommandLine;
using System.Globalization;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Ledger;

/// <summary><c>dataspace ledger status|gossip|new-origin|reconcile</c>: what a running node knows of witnesses, of other logs, and of its own log's past.</summary>
internal static class LedgerWitnessCommands
{
    private const int Listed = 100;

    public static Command Status(GlobalOptions globals) => globals.Handle(globals.Command("status", LedgerTexts.StatusAbout), async (ui, parse, cancel) =>
    {
        using var node = globals.OpenNode(parse);
        var json = await node.GetAsync("admin/ledger/status", cancel).OrStop();
        var view = NodeClient.Read<LedgerStatusView>(json).OrStop();
        if (ui.Json)
            ui.WriteJson(json);
        else
            Show(ui, view);
        return view.Refusal is null ? ExitCode.Ok : ExitCode.Negative;
    });

    public static Command Gossip(GlobalOptions globals) => globals.Handle(globals.Command("gossip", LedgerTexts.GossipAbout), async (ui, parse, cancel) =>
    {
        using var node = globals.OpenNode(parse);
        var json = await node.GetAsync("admin/ledger/gossip", cancel).OrStop();
        var view = NodeClient.Read<GossipView>(json).OrStop();
        if (ui.Json)
            ui.WriteJson(json);
        else
            Show(ui, view);
        return view.Equivocations is { Count: > 0 } ? ExitCode.Negative : ExitCode.Ok;
    });

    public static Command NewOrigin(GlobalOptions globals)
    {
        var reason = globals.Option<string>("--reason", LedgerTexts.Reason, "TEXT", required: true);
        return globals.Handle(globals.Command("new-origin", LedgerTexts.NewOriginAbout, reason), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var json = await node.PostAsync("admin/ledger/new-origin", new { reason = parse.GetRequiredValue(reason) }, cancel).OrStop();
            var view = NodeClient.Read<NewOriginView>(json).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                ui.Line(LedgerTexts.NewOriginDecided, view.OldOrigin, view.NewOrigin, view.KeptSize, view.KnownSize);
            return ExitCode.Ok;
        });
    }

    public static Command Regrant(GlobalOptions globals)
    {
        var agreement = globals.Argument("AGREEMENT", LedgerTexts.RegrantAgreement);
        var reason = globals.Option<string>("--reason", LedgerTexts.RegrantReason, "TEXT", required: true);
        return globals.Handle(globals.Command("regrant", LedgerTexts.RegrantAbout, agreement, reason), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            var json = await node.PostAsync("admin/agreements/regrant", new { agreementId = parse.GetRequiredValue(agreement), reason = parse.GetRequiredValue(reason) }, cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                ui.Line(LedgerTexts.Regranted, NodeClient.Read<RegrantView>(json).OrStop().Limits.Count, parse.GetRequiredValue(agreement));
            return ExitCode.Ok;
        });
    }

    public static Command Reconcile(GlobalOptions globals) => globals.Handle(globals.Command("reconcile", LedgerTexts.ReconcileAbout), async (ui, parse, cancel) =>
    {
        using var node = globals.OpenNode(parse);
        var json = await node.PostAsync("admin/reconciliation", null, cancel).OrStop();
        var view = NodeClient.Read<ReconciliationView>(json).OrStop();
        if (ui.Json)
            ui.WriteJson(json);
        else
            Show(ui, view);
        return view.Unreported is { Count: > 0 } || view.Disputes is { Count: > 0 } ? ExitCode.Negative : ExitCode.Ok;
    });

    private static void Show(Ui ui, ReconciliationView view)
    {
        ui.Line(LedgerTexts.Reconciled, view.Granted, view.Denied, view.Refused, view.Unreported?.Count ?? 0);
        foreach (var silent in (view.Unreported ?? []).Take(Listed))
            ui.Styled("red", ui.T(LedgerTexts.SilentOwner, silent.Participant, silent.JobId, silent.Code ?? ""));
        foreach (var dispute in (view.Disputes ?? []).Take(Listed))
            ui.Styled("yellow", ui.T(LedgerTexts.Disputed, dispute.UseId, dispute.Filer, dispute.Silent, dispute.Reason));
    }

    private static void Show(Ui ui, LedgerStatusView view)
    {
        ui.Line(LedgerTexts.Origin, view.Origin);
        ui.Line(LedgerTexts.Size, view.Size, view.RootHash);
        if (view.Continues is { } old)
            ui.Line(LedgerTexts.Continues, old);
        if (view.Refusal is { } refusal)
            ui.Styled("red", ui.T(LedgerTexts.Refuses, refusal, view.HeldByOthers ?? 0));
        ui.Styled(view.QuorumMet ? "green" : "yellow", ui.T(view.QuorumMet ? LedgerTexts.QuorumMet : LedgerTexts.QuorumMissing, view.CosignedSize));
        var table = ui.Table(ui.T(LedgerTexts.WitnessColumn), ui.T(LedgerTexts.CosignedColumn), ui.T(LedgerTexts.When), "code");
        foreach (var witness in view.Witnesses ?? [])
            ui.Row(table, witness.Did, Money.Number(witness.Size), Time(witness.At), witness.Code ?? "");
        ui.Show(table);
    }

    private static void Show(Ui ui, GossipView view)
    {
        var table = ui.Table(ui.T(LedgerTexts.LogColumn), ui.T(LedgerTexts.SizeColumn), ui.T(LedgerTexts.RootColumn));
        foreach (var head in (view.Checkpoints ?? []).Take(Listed))
            ui.Row(table, head.Origin, Money.Number(head.Size), head.RootHash);
        ui.Show(table);
        foreach (var log in (view.Unproven ?? []).Take(Listed))
            ui.Styled("yellow", ui.T(LedgerTexts.Unproven, log.Origin, log.HeldSize, log.HeardSize, log.From));
        foreach (var fork in view.Equivocations ?? [])
            ui.Styled("red", ui.T(LedgerTexts.Equivocation, fork.Code ?? "", fork.Origin, Time(fork.Found)));
        if (view.Equivocations is not { Count: > 0 })
            ui.Line(LedgerTexts.NoEquivocation);
    }

    private static string Time(DateTimeOffset? at) => at?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}

/// <summary>Answer of <c>/admin/ledger/status</c>.</summary>
internal sealed record LedgerStatusView(
    string Origin, long Size, string RootHash, string? Refusal, long? HeldByOthers, string? Continues, long CosignedSize, bool QuorumMet, IReadOnlyList<WitnessView>? Witnesses);

/// <summary>A witness of the node's log.</summary>
internal sealed record WitnessView(string Did, long Size, DateTimeOffset? At, string? Code);

/// <summary>Answer of <c>/admin/ledger/gossip</c>.</summary>
internal sealed record GossipView(IReadOnlyList<HeadView>? Checkpoints, IReadOnlyList<UnprovenView>? Unproven, IReadOnlyList<EquivocationView>? Equivocations);

/// <summary>Newest checkpoint of somebody's log.</summary>
internal sealed record HeadView(string Origin, long Size, string RootHash);

/// <summary>A log whose tiles do not bear out what was heard of it.</summary>
internal sealed record UnprovenView(string Origin, long HeldSize, long HeardSize, string From);

/// <summary>A log with two histories.</summary>
internal sealed record EquivocationView(string Origin, DateTimeOffset? Found, string? Code);

/// <summary>Answer of <c>/admin/agreements/regrant</c>.</summary>
internal sealed record RegrantView(IReadOnlyDictionary<string, long> Limits);

/// <summary>Answer of <c>/admin/ledger/new-origin</c>.</summary>
internal sealed record NewOriginView(string OldOrigin, string NewOrigin, long KeptSize, long KnownSize);

/// <summary>Answer of a coordinator's <c>/admin/reconciliation</c>.</summary>
internal sealed record ReconciliationView(long Granted, long Denied, long Refused, IReadOnlyList<SilentView>? Unreported, IReadOnlyList<DisputeView>? Disputes);

/// <summary>An owner whose log says nothing about a job.</summary>
internal sealed record SilentView(string JobId, string Participant, string? Code);

/// <summary>A receipt that one side alone signed.</summary>
internal sealed record DisputeView(string UseId, string Filer, string Silent, string Reason);
