using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using DataSpace.Ledger.Faults;
using Xunit;

namespace DataSpace.Ledger.Tests.Fsck;

/// <summary>What the verifier in the other language says of a log.</summary>
/// <param name="Ok">No problem.</param>
/// <param name="Size">Size that the checkpoint names.</param>
/// <param name="Root">Root that it names, lower-case hex.</param>
/// <param name="Problems">Each as <c>where: what</c>.</param>
internal sealed record ForeignReport(bool Ok, long Size, string Root, IReadOnlyList<string> Problems);

/// <summary>
/// Runs <c>tests/foreign-verifier</c>, written from the C2SP specifications for Node, over directories of logs. One start of Node (about 0.1 s) takes any
/// number of them.
/// </summary>
internal static class ForeignVerifier
{
    public static readonly string Folder = Path.Combine(Vectors.Root, "tests", "foreign-verifier");

    /// <summary>Fails the test unless every directory verifies.</summary>
    public static async Task CheckAsync(params string[] directories)
    {
        foreach (var (report, directory) in (await VerifyAsync(directories)).Zip(directories))
            Assert.True(report.Ok, directory + "\n" + string.Join('\n', report.Problems));
    }

    /// <summary>A report for each directory.</summary>
    public static Task<IReadOnlyList<ForeignReport>> VerifyAsync(params string[] directories) => VerifyAsync([], directories);

    /// <summary>The same with options, for example <c>--witness</c>.</summary>
    public static async Task<IReadOnlyList<ForeignReport>> VerifyAsync(IReadOnlyList<string> options, IReadOnlyList<string> directories)
    {
        var (exitCode, output) = await RunAsync("verify.mjs", ["--json", .. options, .. directories]);
        using var json = JsonDocument.Parse(output);
        var reports = json.RootElement.GetProperty("logs").EnumerateArray().Select(log => new ForeignReport(
            log.GetProperty("ok").GetBoolean(), log.GetProperty("size").GetInt64(), log.GetProperty("root").GetString()!,
            [.. log.GetProperty("problems").EnumerateArray().Select(p => $"{p.GetProperty("where").GetString()}: {p.GetProperty("what").GetString()}")])).ToList();
        Assert.Equal(reports.TrueForAll(report => report.Ok) ? 0 : 1, exitCode);
        return reports;
    }

    /// <summary>Runs one of its programs; exit code 2 (usage) fails the test.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        var cancel = TestContext.Current.CancellationToken;
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(Folder, program), .. arguments])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var errors = node.StandardError.ReadToEndAsync(cancel);
            var output = await node.StandardOutput.ReadToEndAsync(cancel);
            await node.WaitForExitAsync(cancel);
            Assert.True(node.ExitCode is 0 or 1 && (await errors).Length == 0, $"{program} ended with {node.ExitCode}: {await errors}");
            return (node.ExitCode, output);
        }
        catch (Win32Exception)
        {
            Assert.Fail("Node is not installed, and the second verifier needs it: apt-get install nodejs (samples/setup.sh tests does).");
            throw;
        }
    }
}

/// <summary>Copies of published logs at many moments, for one start of the verifier.</summary>
internal sealed class ForeignBatch : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("foreign-").FullName;
    private readonly List<string> _copies = [];

    /// <summary>Copies what a log has published now.</summary>
    public void Add(string directory, string name)
    {
        var copy = Path.Combine(_root, $"{_copies.Count:D3} {name}");
        _copies.Add(Published.Copy(directory, copy));
    }

    /// <summary>Fails the test unless all of them verify.</summary>
    public Task CheckAsync()
    {
        Assert.NotEmpty(_copies);
        return ForeignVerifier.CheckAsync([.. _copies]);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}

/// <summary>The public part of a log's directory.</summary>
internal static class Published
{
    public static string Copy(string directory, string target)
    {
        Directory.CreateDirectory(Path.Combine(target, "tile"));
        foreach (var name in new[] { "checkpoint", "vkey" })
            File.Copy(Path.Combine(directory, name), Path.Combine(target, name));
        if (Directory.Exists(Path.Combine(directory, "tile"))) // an empty log has none
            Recovery.Copy(Path.Combine(directory, "tile"), Path.Combine(target, "tile"));
        return target;
    }
}
