using System.Diagnostics;
using System.Text.Json;
using DataSpace.Cli.Run;
using Xunit;

namespace DataSpace.Cli.Tests;

/// <summary>
/// Runs the command line as its users do: its own environment, no terminal, closed input. Commands that look at the machine or start programs run as processes; the
/// others in this one, through the same <c>Program.RunAsync</c>.
/// </summary>
internal static class CliProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly string[] Absent = ["LC_ALL", "LC_MESSAGES", "LC_CTYPE", "NO_COLOR", "DATASPACE_NODE", "DATASPACE_HOME", "DATASPACE_DEBUG", "COLUMNS"];
    private static readonly string[] OfTheCommand = [.. Absent.Where(n => n != "DATASPACE_HOME"), "LANG", "TERM"];
    private static readonly string[] NeedsProcess = ["doctor", "demo", "connector", "coordinator", "run"];

    /// <summary>The program in its own output folder, of the same configuration as the tests: a copy beside the tests would run on their runtime.</summary>
    private static string ProgramFile { get; } = Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", "DataSpace.Cli", Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), "dataspace.dll"));

    /// <summary>Runs to the end. The environment is small and fixed: language, path, home.</summary>
    public static Task<CliRun> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs with extra environment variables; a null value removes one.</summary>
    public static async Task<CliRun> RunAsync((string Name, string? Value)[] environment, params string[] arguments)
    {
        if (!arguments.Any(NeedsProcess.Contains) && environment.All(v => OfTheCommand.Contains(v.Name)))
            return await RunHereAsync(environment, arguments);
        using var process = Start(environment, arguments);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return new CliRun(process.ExitCode, output, await error);
    }

    private static async Task<CliRun> RunHereAsync((string Name, string? Value)[] environment, string[] arguments)
    {
        string? Variable(string name)
        {
            foreach (var (given, value) in environment)
            {
                if (given == name)
                    return value;
            }
            return name == "LANG" ? "C.UTF-8" : Absent.Contains(name) ? null : Environment.GetEnvironmentVariable(name);
        }
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await Cli.Program.RunAsync(arguments, Variable, output, errors, TestContext.Current.CancellationToken);
        return new CliRun(code, output.ToString(), errors.ToString());
    }

    /// <summary>Starts and leaves the rest to the caller, who ends it by its id.</summary>
    public static Process Start((string Name, string? Value)[] environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Installation.DotNet, [ProgramFile, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
            StandardErrorEncoding = System.Text.Encoding.UTF8,
            UseShellExecute = false,
        };
        foreach (var name in Absent)
            start.Environment.Remove(name);
        start.Environment["LANG"] = "C.UTF-8";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}

/// <summary>What a run left behind.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Stdout as one JSON document.</summary>
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Fails with everything the run said when the exit code is another.</summary>
    public CliRun Exits(int expected)
    {
        Assert.True(ExitCode == expected, $"exit {ExitCode}, expected {expected}\n--- stdout\n{Output}\n--- stderr\n{Errors}");
        return this;
    }
}

/// <summary>A folder of its own, removed at the end.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cli-test-").FullName;

    public string File(string name, string content)
    {
        var path = System.IO.Path.Combine(Path, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
