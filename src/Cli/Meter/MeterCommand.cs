using System.CommandLine;
using DataSpace.Cli.Ledger;
using DataSpace.Cli.Session;
using DataSpace.Kernel.Results;
using DataSpace.Metering.Meters;

namespace DataSpace.Cli.Meter;

/// <summary><c>dataspace meter …</c>: offline, from a ledger directory.</summary>
internal static class MeterCommand
{
    public static Command Build(GlobalOptions globals)
        => globals.Command("meter", MeterTexts.About, Fold(globals), Verify(globals), Export(globals));

    private static Command Fold(GlobalOptions globals)
    {
        var dir = globals.Option<string>("--dir", LedgerTexts.Dir, "DIR", required: true);
        var vkey = globals.Option<string?>("--vkey", LedgerTexts.Vkey, "KEY");
        var exact = globals.Option<bool>("--exact", MeterTexts.WithExact);
        return globals.Handle(globals.Command("fold", MeterTexts.Fold, dir, vkey, exact), async (ui, parse, cancel) =>
        {
            var directory = LedgerCommand.Locate(parse.GetRequiredValue(dir));
            var state = (await ui.BusyAsync(ui.T(MeterTexts.Working), () => Task.Run(() => MeterProjector.Run(directory, parse.GetValue(vkey)), cancel))).OrStop();
            Show(ui, state, parse.GetValue(exact));
            ui.Line(MeterTexts.Counted, state.Size, state.Added);
            return ExitCode.Ok;
        });
    }

    private static Command Verify(GlobalOptions globals)
    {
        var dir = globals.Option<string>("--dir", LedgerTexts.Dir, "DIR", required: true);
        var vkey = globals.Option<string?>("--vkey", LedgerTexts.Vkey, "KEY");
        return globals.Handle(globals.Command("verify", MeterTexts.Verify, dir, vkey), async (ui, parse, cancel) =>
        {
            var directory = LedgerCommand.Locate(parse.GetRequiredValue(dir));
            var state = (await ui.BusyAsync(ui.T(MeterTexts.Working), () => Task.Run(() => MeterProjector.Verify(directory, parse.GetValue(vkey)), cancel))).OrStop();
            if (ui.Json)
                ui.WriteJson(new { ok = true, origin = state.Origin, size = state.Size, sums = state.Sums.Count });
            ui.Styled("green", ui.T(MeterTexts.Same, state.Size, state.Sums.Count));
            return ExitCode.Ok;
        });
    }

    private static Command Export(GlobalOptions globals)
    {
        var dir = globals.Option<string>("--dir", LedgerTexts.Dir, "DIR", required: true);
        var output = globals.Option<string>("--out", MeterTexts.Out, "FILE", required: true);
        var contract = globals.Option<string?>("--contract", LedgerTexts.Contract, "ID");
        var period = globals.Option<string?>("--period", LedgerTexts.Period, "yyyy-MM");
        var vkey = globals.Option<string?>("--vkey", LedgerTexts.Vkey, "KEY");
        var exact = globals.Option<bool>("--exact", MeterTexts.Exact);
        return globals.Handle(globals.Command("export", MeterTexts.Export, dir, output, contract, period, vkey, exact), async (ui, parse, cancel) =>
        {
            var options = new UsageEventOptions
            {
                ContractId = parse.GetValue(contract),
                Period = parse.GetValue(period),
                ExpectedVkey = parse.GetValue(vkey),
                WithExact = parse.GetValue(exact),
            };
            var file = parse.GetRequiredValue(output);
            var directory = LedgerCommand.Locate(parse.GetRequiredValue(dir));
            var count = (await ui.BusyAsync(ui.T(MeterTexts.Working), () => Task.Run(() => Write(directory, file, options), cancel))).OrStop();
            if (ui.Json)
                ui.WriteJson(new { events = count, file, mediaType = UsageEvents.MediaType });
            ui.Line(MeterTexts.Exported, count, file);
            return ExitCode.Ok;
        });
    }

    /// <summary>The file appears whole or not at all.</summary>
    private static Result<long> Write(string directory, string file, UsageEventOptions options)
    {
        var temporary = file + ".tmp";
        Result<long> written;
        using (var stream = File.Create(temporary))
            written = UsageEvents.Write(directory, stream, options);
        if (written.IsOk)
            File.Move(temporary, file, overwrite: true);
        else
            File.Delete(temporary);
        return written;
    }

    private static void Show(Ui ui, MeterState state, bool withExact)
    {
        var shown = state.Sums.Where(s => withExact || !s.Unit.StartsWith(MeterNames.Exact, StringComparison.Ordinal)).ToList();
        if (ui.Json)
        {
            ui.WriteJson(new { origin = state.Origin, size = state.Size, added = state.Added, sums = shown.Select(s => new { contract = s.ContractId, period = s.Period, unit = s.Unit, value = s.Value }) });
            return;
        }
        ui.Line(LedgerTexts.Origin, state.Origin);
        var table = ui.Table(ui.T(LedgerTexts.ContractColumn), ui.T(LedgerTexts.Month), ui.T(MeterTexts.Unit), ui.T(MeterTexts.Sum));
        foreach (var sum in shown)
            ui.Row(table, sum.ContractId, sum.Period, sum.Unit, Money.Bytes(sum.Value));
        ui.Show(table);
    }
}
