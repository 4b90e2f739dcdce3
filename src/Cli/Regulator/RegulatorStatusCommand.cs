using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Regulator;

/// <summary>GET /admin/status of the regulator.</summary>
internal sealed record RegulatorStatusView(
    string Did, string? Name, string? Code, string? Detail, OnlineKeyView StampKey, RuleSetView? RuleSet, string? StampedAt,
    long? FreezeSequence, IReadOnlyList<FreezeView>? Freezes, IReadOnlyList<ClearanceView>? Clearances, IReadOnlyList<WatchedNodeView>? Nodes,
    OnlineKeyView? NextStampKey = null, int LooseningThreshold = 0);

/// <summary>The host's online key.</summary>
internal sealed record OnlineKeyView(string PublicKey, string KeyId, string? NotAfter);

/// <summary>The rule set in force.</summary>
internal sealed record RuleSetView(int Version, string Hash, int Rules, string? ValidFrom, string? ValidUntil, string? Mode);

/// <summary>A standing freeze.</summary>
internal sealed record FreezeView(string Target, string Id, string CaseId, string? Since, string? Provider = null);

/// <summary>A standing clearance.</summary>
internal sealed record ClearanceView(string DatasetId, string Participant, string RuleId, string? Until, string? CaseId, string? Provider = null);

/// <summary>A node as the regulator sees it.</summary>
internal sealed record WatchedNodeView(string Did, string? Name, string State, string? LastSeen, string? NoAnswerSince, string? Code, AcknowledgedView? Acknowledged);

/// <summary>A node's newest acknowledgement.</summary>
internal sealed record AcknowledgedView(long Version, long FreezeSequence, long? TookMs, IReadOnlyList<EffectView>? Suspended, int? StillSuspended);

/// <summary><c>dataspace regulator status</c>.</summary>
internal static class RegulatorStatusCommand
{
    public static Command Build(GlobalOptions globals) => globals.Handle(globals.Command("status", RegulatorTexts.Status), async (ui, parse, cancel) =>
    {
        using var node = globals.OpenNode(parse);
        var json = await node.GetAsync("admin/status", cancel).OrStop();
        if (ui.Json)
            ui.WriteJson(json);
        else
            Show(ui, NodeClient.Read<RegulatorStatusView>(json).OrStop());
        return ExitCode.Ok;
    });

    private static string Named(string? provider, string id) => provider is null ? id : $"{provider}/{id}";

    private static void Show(Ui ui, RegulatorStatusView view)
    {
        if (view.RuleSet is { } set)
            ui.Line(RegulatorTexts.InForce, set.Version, set.Rules, set.ValidUntil, view.StampedAt);
        else
            ui.Line(RegulatorTexts.NotInForce, view.Detail ?? view.Code);
        ui.Line(RegulatorTexts.OnlineKey, view.StampKey.PublicKey);
        if (view.NextStampKey is { } next)
            ui.Line(RegulatorTexts.NextKey, next.PublicKey);
        ui.Line(RegulatorTexts.LoosenedBy, view.LooseningThreshold);
        foreach (var freeze in view.Freezes ?? [])
            ui.Line(RegulatorTexts.FrozenLine, freeze.Target, Named(freeze.Provider, freeze.Id), freeze.CaseId, freeze.Since);
        foreach (var clearance in view.Clearances ?? [])
            ui.Line(RegulatorTexts.ClearedLine, Named(clearance.Provider, clearance.DatasetId), clearance.Participant, clearance.RuleId, clearance.Until, clearance.CaseId);
        if (view.Nodes is not { Count: > 0 } nodes)
        {
            ui.Line(RegulatorTexts.NoNodes);
            return;
        }
        var table = ui.Table(ui.T(RegulatorTexts.Node), ui.T(RegulatorTexts.State), ui.T(RegulatorTexts.LastSeen), ui.T(RegulatorTexts.Acknowledged));
        foreach (var watched in nodes)
        {
            ui.Row(table, watched.Name ?? watched.Did,
                watched.NoAnswerSince is { } since ? ui.T(RegulatorTexts.NoAnswerSince, since, watched.Code) : watched.State,
                watched.LastSeen ?? "-",
                watched.Acknowledged is { } ack ? ui.T(RegulatorTexts.AcknowledgedAs, ack.Version, ack.FreezeSequence, ack.Suspended?.Count ?? 0) : "-");
        }
        ui.Show(table);
    }
}
