using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Regulation;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Doctor;

/// <summary>With <c>--node</c>: which regulators the node pins, how fresh their word is, and whether its clock agrees with theirs.</summary>
internal static class RegulationCheck
{
    private const string Id = "regulators";

    /// <value>Stamps are made every minute; one that arrives later than this is late, or this clock is ahead.</value>
    private const long LateMs = 120_000;

    public static async Task<Finding> RunAsync(Ui ui, GlobalOptions globals, ParseResult parse, CancellationToken cancel)
    {
        using var node = globals.OpenNode(parse);
        if (!(await node.GetAsync<RegulationView>("admin/regulation/status", cancel)).TryGet(out var view, out var error))
            return new Finding(Id, false, ui.T(DoctorTexts.Regulators), error.Code, ui.T(DoctorTexts.RegulatorsUnknown));
        if (!view.Applies)
            return new Finding(Id, true, ui.T(DoctorTexts.Regulators), ui.T(DoctorTexts.RegulatorsNone), null);
        var lines = (view.Regulators ?? []).Select(r => r.StampAgeSeconds is { } age
            ? ui.T(DoctorTexts.RegulatorLine, r.Name ?? r.Did, r.Version, age, ClockOf(ui, r.ClockMs), r.Code ?? ui.T(DoctorTexts.Works))
            : $"{r.Name ?? r.Did}: {r.Code}");
        var off = (view.Regulators ?? []).Any(r => r.ClockMs is < -1_000 or > LateMs);
        var fix = view.Code is not null ? ui.T(DoctorTexts.RegulatorsFix) : off ? ui.T(DoctorTexts.RegulatorsClockFix) : null;
        return new Finding(Id, fix is null, ui.T(DoctorTexts.Regulators), string.Join("; ", lines), fix);
    }

    private static string ClockOf(Ui ui, long? ms) => ms switch
    {
        null => ui.T(DoctorTexts.ClockUnknown),
        < -1_000 => ui.T(DoctorTexts.ClockBehind, (-ms.Value + 999) / 1_000),
        > LateMs => ui.T(DoctorTexts.ClockAhead, ms.Value / 1_000),
        _ => ui.T(DoctorTexts.ClockAgrees),
    };
}
