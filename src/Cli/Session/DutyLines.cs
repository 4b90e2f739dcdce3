using DataSpace.Cli.Node;

namespace DataSpace.Cli.Session;

/// <summary>Duties as people read them: of an offer, and of a job with their state.</summary>
internal static class DutyLines
{
    /// <summary>Duties of a permission, a line each.</summary>
    public static string Of(Ui ui, IReadOnlyList<DutyView>? duties) => string.Join('\n', (duties ?? []).Select(d => Name(ui, d)));

    /// <summary>Duties of a job with state and deadline; nothing when it has none.</summary>
    public static void Show(Ui ui, IReadOnlyList<DutyView>? duties)
    {
        if (duties is not { Count: > 0 })
            return;
        var table = ui.Table(ui.T(CommonTexts.Duties), ui.T(CommonTexts.DutyOwner), ui.T(CommonTexts.DutyState), ui.T(CommonTexts.DutyDeadline));
        foreach (var duty in duties)
            ui.Row(table, Name(ui, duty), duty.OwnerName ?? "", State(ui, duty), duty.Deadline ?? "");
        ui.Show(table);
    }

    private static string Name(Ui ui, DutyView duty)
    {
        var party = duty.PartyName ?? duty.Party ?? "";
        return duty.Action switch
        {
            "inform" => duty.Phase == "before" ? ui.T(CommonTexts.InformBefore, party) : ui.T(CommonTexts.InformAfter, party),
            "delete" => duty.Within is { } within ? ui.T(CommonTexts.DeleteWithin, within) : ui.T(CommonTexts.DeleteResult),
            "dataspace:logRecordSend" => ui.T(CommonTexts.RecordUse),
            _ => duty.Action ?? "",
        };
    }

    private static string State(Ui ui, DutyView duty)
    {
        var state = duty.State switch
        {
            "pending" => ui.T(CommonTexts.DutyPending),
            "done" => ui.T(CommonTexts.DutyDone),
            "breached" => ui.T(CommonTexts.DutyBreached),
            "at-owner" => ui.T(CommonTexts.DutyAtOwner),
            _ => duty.State ?? "",
        };
        return duty.Code is null ? state : $"{state} ({duty.Code})";
    }
}
