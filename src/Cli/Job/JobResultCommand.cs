using System.CommandLine;
using DataSpace.Cli.Node;
using DataSpace.Cli.Session;

namespace DataSpace.Cli.Job;

/// <summary><c>dataspace job result JOB</c>: the released table, with the grants behind it; with <c>--out</c> as a file with its provenance beside it.</summary>
internal static class JobResultCommand
{
    public static Command Build(GlobalOptions globals)
    {
        var job = globals.Argument("JOB", JobTexts.JobArgument);
        var output = globals.Option<string?>("--out", JobTexts.ResultOut, "FILE");
        return globals.Handle(globals.Command("result", JobTexts.Result, job, output), async (ui, parse, cancel) =>
        {
            using var node = globals.OpenNode(parse);
            if (parse.GetValue(output) is { } file)
            {
                var isParquet = file.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);
                var exported = await node.PostAsync(JobCommand.PathOf(parse.GetRequiredValue(job), isParquet ? "export?format=parquet" : "export"), new { }, cancel).OrStop();
                var provenance = file + ".provenance.jws";
                await File.WriteAllTextAsync(provenance, exported.GetProperty("provenance").GetString(), cancel);
                if (isParquet)
                    await File.WriteAllBytesAsync(file, exported.GetProperty("parquet").GetBytesFromBase64(), cancel);
                else
                    await File.WriteAllTextAsync(file, exported.GetProperty("csv").GetString(), cancel);
                if (ui.Json)
                    ui.WriteJson(new { file, provenance, fileDigest = exported.GetProperty("fileDigest").GetString() });
                ui.Line(JobTexts.ResultWritten, file, provenance);
                return ExitCode.Ok;
            }
            var json = await node.GetAsync(JobCommand.PathOf(parse.GetRequiredValue(job), "result"), cancel).OrStop();
            if (ui.Json)
                ui.WriteJson(json);
            else
                JobViews.ShowResult(ui, NodeClient.Read<ResultView>(json).OrStop());
            return ExitCode.Ok;
        });
    }
}
