using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Cli.Session;
using Spectre.Console;

namespace DataSpace.Cli.Demo;

/// <summary>Dataset, policy and job for <c>--rows</c>: the sample's contract with a wider clamp, over generated files.</summary>
internal static class SyntheticSpace
{
    private const ulong Seed = 20_250_701;
    private const string DataFile = "synthetic.csv";

    /// <summary>Generates every owner's file, with a bar, and writes policies and job.</summary>
    public static async Task WriteAsync(DemoRun run, int rows, CancellationToken cancel)
    {
        run.Union = new PlaintextUnion(SyntheticRows.Decimals);
        if (run.Ui.IsTerminal)
        {
            await run.Ui.Human.Progress().Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
                .StartAsync(async progress =>
                {
                    foreach (var owner in DemoFolder.Owners)
                    {
                        var bar = progress.AddTask(Markup.Escape(run.Ui.T(DemoTexts.Generating, rows, owner)), maxValue: rows);
                        await Task.Run(() => Write(run, owner, rows, done => bar.Value = done, cancel), cancel);
                    }
                });
        }
        else
        {
            foreach (var owner in DemoFolder.Owners)
                await run.Ui.BusyAsync(run.Ui.T(DemoTexts.Generating, rows, owner), () => Task.Run(() => Write(run, owner, rows, _ => { }, cancel), cancel));
        }
        foreach (var name in new[] { "joint-statistics", "trial-one-use" })
            WritePolicy(run.Folder, name, "value:2:0:100000");
        File.WriteAllText(run.Folder.Job("synthetic-by-group"), JobSpec($"range: {"{"} from: 0, to: {SyntheticRows.Groups - 1} {"}"}", "[count, sum, mean, stddev_pop]"));
    }

    /// <summary>The dataset as it stands in each owner's configuration.</summary>
    public static JsonObject Dataset() => new()
    {
        ["id"] = "synthetic",
        ["title"] = new JsonObject { ["en"] = "Synthetic rows (seeded, not real)", ["zh"] = "合成数据（固定种子，非真实）" },
        ["path"] = DataFile,
        ["format"] = "csv",
        ["columns"] = new JsonArray(Column("subject", "text"), Column("grp", "integer"), Column("value", "decimal")),
        ["subjectColumn"] = "subject",
        ["classification"] = new JsonObject { ["industry"] = "C31", ["grade"] = "general-1", ["personalInformation"] = false },
        ["offers"] = new JsonArray(Offer("joint-statistics"), Offer("trial-one-use")),
    };

    private static JsonObject Column(string name, string type) => new() { ["name"] = name, ["type"] = type };

    private static JsonObject Offer(string id) => new() { ["id"] = id, ["policy"] = $"../policies/{id}.odrl.json" };

    private static void Write(DemoRun run, string owner, int rows, Action<int> progress, CancellationToken cancel)
    {
        var seed = Seed + (ulong)DemoFolder.Owners.ToList().IndexOf(owner);
        SyntheticRows.Write(Path.Combine(run.Folder.Of(owner), DataFile), seed, rows, run.Union!, progress, cancel);
    }

    /// <summary>Takes the sample's policy and replaces the terms that name columns.</summary>
    public static void WritePolicy(DemoFolder folder, string name, string valueBounds)
    {
        var path = Path.Combine(folder.Root, "policies", name + ".odrl.json");
        var policy = JsonNode.Parse(File.ReadAllText(path))!;
        foreach (var constraint in policy["permission"]![0]!["constraint"]!.AsArray())
        {
            var operand = (string?)constraint!["leftOperand"];
            if (operand == "dataspace:column")
                constraint["rightOperand"] = new JsonArray("grp", "value");
            else if (operand == "dataspace:groupKey")
                constraint["rightOperand"] = "grp";
            else if (operand == "dataspace:clamp")
                constraint["rightOperand"] = valueBounds;
        }
        File.WriteAllText(path, policy.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    /// <summary>A job over all three owners.</summary>
    /// <param name="groups">Values or range of groups, YAML.</param>
    /// <param name="statistics">Statistics, YAML.</param>
    /// <param name="epsilonMicro">For noise: what it may cost.</param>
    public static string JobSpec(string groups, string statistics, long? epsilonMicro = null) => $"""
        # Generated: seeded synthetic rows of three owners, {SyntheticRows.Groups} groups.
        version: 1
        kind: aggregate
        title: Synthetic rows by group, three owners
        purpose: supply-chain-planning
        inputs:
        {string.Join('\n', DemoFolder.Owners.Select(o => $"  - {{ participant: {o}, dataset: synthetic }}"))}
        groupBy:
          column: grp
          {groups}
        measures:
          - column: value
            statistics: {statistics}
        {(epsilonMicro is { } epsilon ? $"epsilonMicro: {Money.Number(epsilon)}" : "")}

        """;
}
