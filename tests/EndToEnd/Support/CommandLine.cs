using System.Diagnostics;
using System.Text.Json.Nodes;

namespace DataSpace.EndToEnd.Support;

/// <summary>The command line as people run it, in the tests' process, and the verifier in another language.</summary>
internal static class CommandLine
{
    /// <summary>Not 0, whatever the reason is: the code says it.</summary>
    public const int AnyRefusal = -1;

    /// <summary>Runs <c>dataspace</c> with these arguments, which ask for JSON; fails unless it ends with this exit code.</summary>
    public static async Task<JsonNode> RunAsync(int exit, params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await Cli.Program.RunAsync(arguments, name => name == "LANG" ? "C.UTF-8" : null, output, errors, TestContext.Current.CancellationToken);
        Assert.True(exit == AnyRefusal ? code != 0 : code == exit, $"{string.Join(' ', arguments)}: {code}\n{output}\n{errors}");
        return JsonNode.Parse(output.ToString())!;
    }

    /// <summary>Runs the verifier in another language; its exit code and what it said.</summary>
    public static async Task<(int ExitCode, string Output)> ForeignVerifierAsync(params string[] arguments)
    {
        var (code, output, errors) = await StartAsync("node", [Path.Combine(Layout.Root, "tests", "foreign-verifier", "verify.mjs"), .. arguments]);
        return (code, output + errors);
    }

    private static async Task<(int Code, string Output, string Errors)> StartAsync(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = System.Text.Encoding.UTF8 };
        start.Environment["LANG"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await errors);
    }
}
