using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DataSpace.Ledger.Faults;

/// <summary>
/// The verifier in the other language (<c>tests/foreign-verifier</c>, Node) over what was published after each fault. One start takes many logs, so copies are kept until
/// there are enough. Thread-safe.
/// </summary>
public sealed class SecondOpinion : IDisposable
{
    private const int Batch = 40;
    private readonly Scratch _kept = new();
    private readonly Lock _gate = new();
    private List<(string Name, string Copy)> _waiting = [];
    private int _copies;

    /// <summary>Logs that it has looked at.</summary>
    public int Verified { get; private set; }

    /// <summary>Why it cannot be asked here, or null.</summary>
    public static async Task<string?> WhyNotAsync(CancellationToken cancellation)
    {
        if (Program() is null)
            return "tests/foreign-verifier is not there.";
        try
        {
            using var probe = Process.Start(new ProcessStartInfo("node", ["--version"]) { RedirectStandardOutput = true })!;
            await probe.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return probe.ExitCode == 0 ? null : "Node does not start.";
        }
        catch (Win32Exception)
        {
            return "Node is not installed (Debian package: nodejs).";
        }
    }

    /// <summary>Takes a copy of what a log has published.</summary>
    public Action<string> Keep(string name) => directory =>
    {
        var copy = Path.Combine(_kept.Path, Interlocked.Increment(ref _copies).ToString(CultureInfo.InvariantCulture));
        Recovery.CopyPublished(directory, Directory.CreateDirectory(copy).FullName);
        lock (_gate)
            _waiting.Add((name, copy));
    };

    /// <summary>Verifies what was kept, when it is enough or when it is <paramref name="last"/>. Returns what it found, with the name of the fault.</summary>
    public async Task<IReadOnlyList<(string Name, Breach Breach)>> VerifyAsync(bool last, CancellationToken cancellation)
    {
        List<(string Name, string Copy)> logs;
        lock (_gate)
        {
            if (_waiting.Count == 0 || _waiting.Count < Batch && !last)
                return [];
            (logs, _waiting) = (_waiting, []);
            Verified += logs.Count;
        }
        using var node = Process.Start(new ProcessStartInfo("node", [Program()!, "--json", "--vkey", Load.Key.ToString(), .. logs.Select(log => log.Copy)]) { RedirectStandardOutput = true })!;
        using var json = await JsonDocument.ParseAsync(node.StandardOutput.BaseStream, cancellationToken: cancellation).ConfigureAwait(false);
        await node.WaitForExitAsync(cancellation).ConfigureAwait(false);
        var found = new List<(string, Breach)>();
        foreach (var (report, (name, copy)) in json.RootElement.GetProperty("logs").EnumerateArray().Zip(logs))
        {
            Directory.Delete(copy, recursive: true);
            if (!report.GetProperty("ok").GetBoolean())
                found.Add((name, new Breach(BreachKind.Unsound, "the second verifier: " + report.GetProperty("problems")[0].GetRawText())));
        }
        return found;
    }

    /// <inheritdoc />
    public void Dispose() => _kept.Dispose();

    private static string? Program()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, "tests", "foreign-verifier", "verify.mjs") is var program && File.Exists(program))
                return program;
        }
        return null;
    }
}
