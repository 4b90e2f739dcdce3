using System.Globalization;
using System.Text.RegularExpressions;

namespace DataSpace.Ledger.Faults;

/// <summary>One system call that a fault strikes.</summary>
/// <param name="Scenario">What the writer is doing: <c>create</c> or <c>edge</c>.</param>
/// <param name="Files">The files of the store that it is about.</param>
/// <param name="Call">Name of the system call.</param>
/// <param name="Number">Which one, from 1, counted per thread.</param>
/// <param name="Effect"><c>KILL</c> or <c>EIO</c>.</param>
public sealed record SystemCallFault(string Scenario, string Files, string Call, int Number, string Effect)
{
    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scenario}:{Files}:{Call}:{Number}:{Effect}");
}

/// <summary>
/// A real writer under strace: at every write, fsync, rename, truncation, unlink and new directory that concerns the store, the process is killed, and in another run the call
/// fails with EIO. Two scenarios: a store from nothing, and one that grows over the edge of a tile (254 to 257 entries).
/// </summary>
public sealed partial class StraceFaults : IFaultKind
{
    private const string Calls = "write,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,ftruncate,fallocate,unlink,unlinkat,rmdir,mkdir,mkdirat";
    private const int Uses = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly Dictionary<string, Scratch?> _scenarios = new(StringComparer.Ordinal) { ["create"] = null };
    private readonly Dictionary<(string Scenario, string Files), string[]> _names = [];
    private readonly Dictionary<string, SystemCallFault> _points = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public string Kind => "strace";

    /// <inheritdoc />
    public async Task<string?> WhyNotAsync(CancellationToken cancellation)
    {
        if (!OperatingSystem.IsLinux())
            return "Faults at system calls need strace, hence Linux.";
        try
        {
            using var probe = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("strace", ["-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "true"]) { RedirectStandardError = true })!;
            await probe.WaitForExitAsync(cancellation).ConfigureAwait(false);
            return probe.ExitCode == 0 ? null : "This machine does not permit ptrace: " + (await probe.StandardError.ReadToEndAsync(cancellation).ConfigureAwait(false)).Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "The program strace is not installed (Debian package: strace).";
        }
    }

    /// <summary>Prepares the scenarios and finds every point, by one run of each without a fault.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellation)
    {
        var edge = new Scratch();
        _scenarios["edge"] = edge;
        await Load.FillAsync(edge.Path, 254, cancellation).ConfigureAwait(false);
        foreach (var scenario in _scenarios.Keys.ToList())
        {
            foreach (var point in await FindAsync(scenario, cancellation).ConfigureAwait(false))
                _points.Add(point.ToString(), point);
        }
        return [.. _points.Keys];
    }

    /// <summary>Strikes one point and recovers.</summary>
    public async Task<FaultResult> RunAsync(string name, SecondOpinion second, CancellationToken cancellation)
    {
        var point = _points[name];
        using var scratch = new Scratch(_scenarios[point.Scenario]?.Path);
        var (store, trace) = (Path.Combine(scratch.Path, "store"), Path.Combine(scratch.Path, "trace"));
        MoveIntoStore(scratch.Path, store);
        var journal = new Journal();
        var how = point.Effect == "KILL" ? "signal=KILL" : "error=EIO";
        // Stopping at chosen calls alone is faster, but a signal is not injected then.
        string[] strace = ["strace", "-f", .. point.Effect == "KILL" ? (string[])[] : ["--seccomp-bpf"], "-qq", "-o", trace, "-e", "trace=" + point.Call, "-e", "signal=none",
            "-e", string.Create(CultureInfo.InvariantCulture, $"inject={point.Call}:{how}:when={point.Number}"),
            .. _names[(point.Scenario, point.Files)].SelectMany(name => (string[])["-P", name.Length == 0 ? store : Path.Combine(store, name)])];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        using var process = Writer.Start(store, 0, Uses, callers: 1, strace);
        var (exitCode, errors) = await Writer.HearAsync(process, journal, limit.Token).ConfigureAwait(false);
        var met = exitCode > 128 || (await File.ReadAllTextAsync(trace, cancellation).ConfigureAwait(false)).Contains("(INJECTED)", StringComparison.Ordinal);
        var outcome = (met, exitCode) switch
        {
            (false, _) => Outcome.NotMet,
            (_, 0) => Outcome.WentOn,
            (_, Writer.RefusedCode) => Outcome.Refused,
            _ => Outcome.Died,
        };
        var breaches = await Recovery.CheckAsync(store, journal, 0, Uses, second.Keep(name)).ConfigureAwait(false);
        // An error that a call returns is no reason to fall over: it has a code.
        if (outcome == Outcome.Died && point.Effect != "KILL")
            breaches = [.. breaches, new Breach(BreachKind.Unsound, string.Create(CultureInfo.InvariantCulture, $"ended with {exitCode} instead of a code: {errors[..Math.Min(errors.Length, 600)]}"))];
        if (outcome == Outcome.WentOn && journal.Acknowledgements.Count < 3 * Uses)
            breaches = [.. breaches, new Breach(BreachKind.Unsound, "went on without acknowledging everything")];
        return new FaultResult(outcome, breaches);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var scratch in _scenarios.Values)
            scratch?.Dispose();
    }

    private async Task<List<SystemCallFault>> FindAsync(string scenario, CancellationToken cancellation)
    {
        using var scratch = new Scratch(_scenarios[scenario]?.Path);
        var (store, trace) = (Path.Combine(scratch.Path, "store"), Path.Combine(scratch.Path, "trace"));
        MoveIntoStore(scratch.Path, store);
        var journal = new Journal();
        using var process = Writer.Start(store, 0, Uses, callers: 1, ["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-o", trace, "-e", "trace=" + Calls, "-e", "signal=none"]);
        var (exitCode, errors) = await Writer.HearAsync(process, journal, cancellation).ConfigureAwait(false);
        if (exitCode != 0 || journal.Acknowledgements.Count != 3 * Uses)
            throw new InvalidOperationException($"the writer does not run under strace: {errors}");
        var counts = new Dictionary<(string Files, string Call, string Thread), int>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in await File.ReadAllLinesAsync(trace, cancellation).ConfigureAwait(false))
        {
            if (CallLine().Match(line) is not { Success: true } call)
                continue;
            // The last name counts: a rename is about its target.
            var touched = Name().Matches(line).Select(m => m.Groups[1].Value).Where(name => name == store || name.StartsWith(store + "/", StringComparison.Ordinal)).ToList();
            if (touched.Count == 0)
                continue;
            names.UnionWith(touched.Select(name => name[store.Length..].TrimStart('/')));
            var key = (Group(touched[^1][store.Length..].TrimStart('/')), call.Groups[2].Value, call.Groups[1].Value);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }
        foreach (var group in names.GroupBy(Group, StringComparer.Ordinal))
            _names[(scenario, group.Key)] = [.. group];
        return [.. from call in counts.GroupBy(c => (c.Key.Files, c.Key.Call)).OrderBy(g => g.Key)
                   from number in Enumerable.Range(1, call.Max(c => c.Value))
                   from effect in (string[])["KILL", "EIO"]
                   select new SystemCallFault(scenario, call.Key.Files, call.Key.Call, number, effect)];
    }

    private static string Group(string name) => name switch
    {
        _ when !name.StartsWith("tile", StringComparison.Ordinal) => name.Length == 0 ? "directory" : name.Replace(".tmp", "", StringComparison.Ordinal),
        _ when name.EndsWith(".tmp", StringComparison.Ordinal) || char.IsAsciiDigit(name[^1]) && name.Contains('/', StringComparison.Ordinal) && name is not ("tile/0" or "tile/1") => "tiles",
        _ => "directory",
    };

    private static void MoveIntoStore(string scratch, string store)
    {
        var entries = Directory.GetFileSystemEntries(scratch);
        Directory.CreateDirectory(store);
        foreach (var entry in entries)
            Directory.Move(entry, Path.Combine(store, Path.GetFileName(entry)));
    }

    [GeneratedRegex(@"^(\d+)\s+(\w+)\(")]
    private static partial Regex CallLine();

    [GeneratedRegex(@"[<""](/[^<>""]*)[>""]")]
    private static partial Regex Name();
}
