using System.CommandLine;
using System.Text.Json.Nodes;
using DataSpace.Cli;
using DataSpace.Cli.Session;

namespace DataSpace.EndToEnd.Support;

/// <summary>The command line in the tests' own process: the same commands, with output that a test reads.</summary>
internal static class Commands
{
    /// <summary>Runs a command against a node; its output and what it said on the side.</summary>
    public static async Task<(string Output, string Errors)> RunAsync(int exit, Party node, params string[] words)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var globals = new GlobalOptions(words.Contains("zh") ? Language.Zh : Language.En) { Output = output, Errors = errors };
        var parse = CommandTree.Build(globals).Parse([.. words, "--node", node.Process.Directory]);
        Assert.Empty(parse.Errors);
        var code = await parse.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken);
        Assert.True(exit == code, $"{string.Join(' ', words)}: exit {code}, expected {exit}\n{output}\n{errors}");
        return (output.ToString(), errors.ToString());
    }

    /// <summary>The same with <c>--json</c>: one document and nothing else on the output.</summary>
    public static async Task<JsonNode> JsonAsync(int exit, Party node, params string[] words) => JsonNode.Parse((await RunAsync(exit, node, [.. words, "--json"])).Output)!;

    /// <summary>A job spec as a file.</summary>
    public static async Task<string> SpecAsync(string folder, JsonNode spec)
    {
        var file = Path.Combine(folder, Kernel.Identity.RandomId.New() + ".json");
        await File.WriteAllTextAsync(file, spec.ToJsonString(), TestContext.Current.CancellationToken);
        return file;
    }
}
