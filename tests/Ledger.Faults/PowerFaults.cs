using System.Globalization;

namespace DataSpace.Ledger.Faults;

/// <summary>
/// Loss of power: the calls of a real writer are replayed on a disk that keeps only what was flushed, up to each call in turn, and the store is opened from what that disk holds.
/// What the writer had acknowledged by then must be there. <c>strict</c> loses everything not flushed; <c>torn</c> keeps a part of it, drawn by the seed.
/// </summary>
public sealed class PowerFaults(int seed) : IFaultKind
{
    private const int Uses = 1;
    private readonly Dictionary<string, (Scratch? Before, List<DiskCall> Calls)> _scenarios = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public string Kind => "power";

    /// <inheritdoc />
    public async Task<string?> WhyNotAsync(CancellationToken cancellation)
    {
        using var strace = new StraceFaults();
        return await strace.WhyNotAsync(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellation)
    {
        var edge = new Scratch();
        await Load.FillAsync(edge.Path, 254, cancellation).ConfigureAwait(false);
        _scenarios["create"] = (null, await RecordAsync(null, cancellation).ConfigureAwait(false));
        _scenarios["edge"] = (edge, await RecordAsync(edge.Path, cancellation).ConfigureAwait(false));
        return [.. from scenario in _scenarios
                   from number in Enumerable.Range(1, scenario.Value.Calls.Count)
                   where scenario.Value.Calls[number - 1].Call != "say"
                   from how in new[] { "strict", string.Create(CultureInfo.InvariantCulture, $"torn-{unchecked(seed + number) & int.MaxValue}") }
                   select string.Create(CultureInfo.InvariantCulture, $"{scenario.Key}:{number}:{how}")];
    }

    /// <inheritdoc />
    public async Task<FaultResult> RunAsync(string name, SecondOpinion second, CancellationToken cancellation)
    {
        var parts = name.Split(':');
        var (before, calls) = _scenarios[parts[0]];
        var number = int.Parse(parts[1], CultureInfo.InvariantCulture);
        var random = parts[2] == "strict" ? null : new Random(int.Parse(parts[2].AsSpan(5), CultureInfo.InvariantCulture));
        var (disk, journal) = (new DiskModel(before?.Path), new Journal());
        foreach (var call in calls.Take(number))
        {
            if (call.Call == "say")
                journal.Add(System.Text.Encoding.UTF8.GetString(call.Data!).TrimEnd('\n'));
            else
                disk.Apply(call, call.Started);
        }
        using var scratch = new Scratch();
        disk.Write(scratch.Path, random);
        return new FaultResult(Outcome.Died, await Recovery.CheckAsync(scratch.Path, journal, 0, Uses, second.Keep(name)).ConfigureAwait(false));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var (before, _) in _scenarios.Values)
            before?.Dispose();
    }

    private static async Task<List<DiskCall>> RecordAsync(string? before, CancellationToken cancellation)
    {
        using var scratch = new Scratch();
        using var traces = new Scratch();
        if (before is not null)
            Recovery.Copy(before, scratch.Path);
        var (trace, journal) = (Path.Combine(traces.Path, "trace"), new Journal());
        using var process = Writer.Start(scratch.Path, 0, Uses, callers: 1, ["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", "10000000", "-o", trace, "-e", "trace=" + DiskTrace.Calls, "-e", "signal=none"]);
        var (exitCode, errors) = await Writer.HearAsync(process, journal, cancellation).ConfigureAwait(false);
        var calls = DiskTrace.Read(trace, scratch.Path);
        if (exitCode != 0 || calls.Count(c => c.Call == "say") != journal.Acknowledgements.Count * 2)
            throw new InvalidOperationException("the trace is not whole: " + errors);
        // The model must end where the real disk ended, or it proves nothing.
        var disk = new DiskModel(before);
        foreach (var call in calls)
            disk.Apply(call, call.Started);
        using var after = new Scratch();
        disk.Write(after.Path, new KeepAll());
        foreach (var file in Directory.EnumerateFiles(scratch.Path, "*", SearchOption.AllDirectories))
        {
            var modelled = Path.Combine(after.Path, Path.GetRelativePath(scratch.Path, file));
            if (!File.Exists(modelled) || !File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(modelled)))
                throw new InvalidOperationException($"the model of the disk differs from the disk in {Path.GetFileName(file)}");
        }
        return calls;
    }

    private sealed class KeepAll() : Random(0)
    {
        public override int Next(int maxValue) => maxValue - 1;

        public override int Next(int minValue, int maxValue) => maxValue - 1;
    }
}
