using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Cli.Run;
using DataSpace.EndToEnd.Support;
using DataSpace.Ledger.Notes;

namespace DataSpace.EndToEnd;

/// <summary><c>dataspace demo</c> as a process without a terminal.</summary>
public sealed class DemoProcessTests : IDisposable
{
    private const int SigInt = 2;
    private const string AllPoints = "DATASPACE_ALL_POINTS";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);
    private readonly string _home = Directory.CreateTempSubdirectory("demo-").FullName;

    private static readonly string[] DemoFolders = ["chain-leader", "supplier-a", "supplier-b"];

    private string Root => Path.Combine(_home, "demo");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Interrupted_it_leaves_nothing_behind_and_the_next_run_reaches_its_end()
    {
        IReadOnlyList<int> nodes = [];
        var (exit, output, _) = await RunAsync(async demo =>
        {
            await Eventually.TrueAsync(() => Task.FromResult(demo.HasExited || (nodes = Nodes()).Count == 4), Limit, () => "four nodes");
            Assert.True(Posix.Signal(demo.Id, SigInt));
        });
        Assert.Equal((130, "DS-CLI-130"), (exit, JsonNode.Parse(output)!["error"]!["code"]!.GetValue<string>()));
        Assert.Equal(4, nodes.Count);
        Assert.DoesNotContain(nodes, Posix.IsAlive);
        Assert.False(Directory.Exists(Root));

        (exit, output, var errors) = await RunAsync(_ => Task.CompletedTask);
        Assert.True(exit == 0, $"exit {exit}\n{output}\n{errors}");
        var summary = JsonNode.Parse(output)!;
        Assert.True(summary["ok"]!.GetValue<bool>());
        Assert.Equal(["DS-POL-027", "DS-JOB-018", "DS-POL-026"], summary["refusals"]!.AsArray().Select(r => r!.GetValue<string>()));
        Assert.All(summary["bills"]!.AsArray(), b => Assert.True(b!["uses"]!.GetValue<int>() > 0));
        Assert.DoesNotContain(summary["nodes"]!.AsArray().Select(n => n!["pid"]!.GetValue<int>()), Posix.IsAlive);
        AssertWitnessesAreNotTheOperator();
    }

    [Fact]
    public async Task With_a_thousand_made_up_rows_all_figures_equal_the_plain_sums()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(AllPoints) == "1", $"a second demo is four more nodes; {AllPoints}=1 takes both");
        var (exit, output, errors) = await RunAsync(_ => Task.CompletedTask, "--rows", "1000");
        Assert.True(exit == 0, $"exit {exit}\n{output}\n{errors}");
        var summary = JsonNode.Parse(output)!;
        Assert.True(summary["ok"]!.GetValue<bool>());

        // Not the demo's own comparison alone: counts and sums once more, from the files that it made.
        var rows = DemoFolders.SelectMany(owner => File.ReadLines(Path.Combine(Root, owner, "synthetic.csv")).Skip(1)).Select(line => line.Split(',')).ToList();
        Assert.Equal(3 * 1000, rows.Count);
        var plain = rows.GroupBy(r => r[1]).ToDictionary(g => g.Key, g => (Count: g.Count(), Sum: g.Sum(r => decimal.Parse(r[2], CultureInfo.InvariantCulture))), StringComparer.Ordinal);
        var result = summary["result"]!.AsArray().ToDictionary(r => r![0]!.ToString(), r => (Count: int.Parse(r![1]!.ToString(), CultureInfo.InvariantCulture), Sum: decimal.Parse(r[2]!.ToString(), CultureInfo.InvariantCulture)), StringComparer.Ordinal);
        Assert.Equal(plain.OrderBy(p => p.Key, StringComparer.Ordinal), result.OrderBy(p => p.Key, StringComparer.Ordinal));
        Assert.Equal(4 * plain.Count, summary["comparedWithPlaintext"]!.GetValue<int>()); // count, sum, mean and deviation of every group
    }

    /// <summary>The coordinator and a supplier cosigned each supplier's log; the chain leader, who runs the coordinator, is asked by nobody.</summary>
    private void AssertWitnessesAreNotTheOperator()
    {
        string DidOf(string node) => JsonNode.Parse(File.ReadAllText(Path.Combine(Root, node, "node", "node.json")))!["did"]!.GetValue<string>();
        foreach (var (owner, other) in ((string, string)[])[("supplier-a", "supplier-b"), ("supplier-b", "supplier-a")])
        {
            var cosigned = File.ReadAllText(Path.Combine(Root, owner, "node", "ledger", "cosigned"));
            var names = SignedNote.Parse(cosigned).Value.Signatures.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
            Assert.Equivalent(new[] { DidOf(owner) + "/log/1", DidOf("coordinator"), DidOf(other) }, names, strict: true);
        }
    }

    /// <summary>Process ids as the demo writes them down while it starts nodes.</summary>
    private IReadOnlyList<int> Nodes()
    {
        try
        {
            return [.. JsonSerializer.Deserialize<Dictionary<string, int>>(File.ReadAllText(Path.Combine(Root, "processes.json")))!.Values];
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return []; // not yet, or not whole
        }
    }

    private async Task<(int Exit, string Output, string Errors)> RunAsync(Func<Process, Task> meanwhile, params string[] arguments)
    {
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "DataSpace.Cli", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "dataspace.dll"));
        // Whoever runs the tests in the background may have told them to ignore Ctrl-C; the demo must not inherit that.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", Installation.DotNet, program, "demo", "--yes", "--json", .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        start.Environment["DATASPACE_HOME"] = _home;
        start.Environment["LANG"] = "C.UTF-8";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using var demo = Process.Start(start)!;
        demo.StandardInput.Close();
        var errors = demo.StandardError.ReadToEndAsync(limit.Token);
        var output = demo.StandardOutput.ReadToEndAsync(limit.Token);
        try
        {
            await meanwhile(demo);
            await demo.WaitForExitAsync(limit.Token);
            return (demo.ExitCode, await output, await errors);
        }
        finally
        {
            if (!demo.HasExited)
                Posix.Signal(demo.Id, Posix.SigTerm); // it ends its nodes itself
        }
    }
}
