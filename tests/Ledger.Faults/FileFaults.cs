using System.Globalization;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Ledger.Faults;

/// <summary>
/// Files that are not what was written: the tail of each write-ahead log cut or garbled at every 512 bytes, each published file with a bit flipped, cut, or gone.
/// A store that lacks something acknowledged must not open; a published file that is wrong must be named and is made again.
/// </summary>
public sealed class FileFaults(int seed) : IFaultKind
{
    private const int StepBytes = 512;
    private const int TailBytes = 40 * 1024;
    private const int Uses = 2;
    private readonly Scratch _live = new();
    private readonly Scratch _closed = new();
    private readonly List<string> _lines = [];

    /// <inheritdoc />
    public string Kind => "files";

    /// <inheritdoc />
    public Task<string?> WhyNotAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellation)
    {
        using var scratch = new Scratch();
        await Load.FillAsync(scratch.Path, 254, cancellation).ConfigureAwait(false);
        await using (var ledger = Load.Open(scratch.Path).Value)
        {
            if (await Load.RunAsync(ledger, 0, Uses, callers: 1, _lines.Add, cancellation).ConfigureAwait(false) is { } error)
                throw new InvalidOperationException(error.ToString());
            Recovery.Copy(scratch.Path, _live.Path); // nothing is under way: these are the files of a process that was killed now
        }
        Recovery.Copy(scratch.Path, _closed.Path);
        var points = new List<string>();
        foreach (var log in Directory.EnumerateFiles(_live.Path, "*.db-wal").Order(StringComparer.Ordinal))
        {
            var length = new FileInfo(log).Length;
            for (var at = Math.Max(0, length - TailBytes); at < length; at += StepBytes)
                points.AddRange([Name(log, at, "cut"), Name(log, at, "garbled")]);
        }
        var needed = TilePath.Between(0, 254 + 3 * Uses).Select(path => path.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_closed.Path, "tile"), "*", SearchOption.AllDirectories).Append(Path.Combine(_closed.Path, "checkpoint")).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(_closed.Path, file);
            points.AddRange([$"{name}:flipped", $"{name}:cut"]);
            // A partial tile may go once there is a later one.
            if (name == "checkpoint" || needed.Contains(name))
                points.Add($"{name}:gone");
        }
        return points;

        static string Name(string log, long at, string how) => string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(log)}:{at}:{how}");
    }

    /// <inheritdoc />
    public async Task<FaultResult> RunAsync(string name, SecondOpinion second, CancellationToken cancellation)
    {
        var journal = new Journal();
        foreach (var line in _lines)
            journal.Add(line);
        var parts = name.Split(':');
        if (parts.Length == 3)
            return await TailAsync(parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2] == "cut", journal, second.Keep(name)).ConfigureAwait(false);
        return await PublishedAsync(parts[0], parts[1], journal, second.Keep(name), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _live.Dispose();
        _closed.Dispose();
    }

    private async Task<FaultResult> TailAsync(string log, int at, bool cut, Journal journal, Action<string> keep)
    {
        using var scratch = new Scratch(_live.Path);
        foreach (var index in Directory.EnumerateFiles(scratch.Path, "*-shm"))
            File.Delete(index);
        var file = Path.Combine(scratch.Path, log);
        var bytes = await File.ReadAllBytesAsync(file).ConfigureAwait(false);
        if (!cut)
            new Random(unchecked(seed + at)).NextBytes(bytes.AsSpan(at, Math.Min(StepBytes, bytes.Length - at)));
        await File.WriteAllBytesAsync(file, cut ? bytes[..at] : bytes).ConfigureAwait(false);
        if (!Load.Open(scratch.Path).TryGet(out var ledger, out var refused))
        {
            // It may not open again, so no use is carried through; what it has published still stands.
            return new FaultResult(Outcome.Refused, refused.Kind == LedgerErrors.RolledBack || refused.Kind == LedgerErrors.Corrupt
                ? Recovery.CheckShut(scratch.Path, journal, keep)
                : [new Breach(BreachKind.Unsound, "refused for another reason: " + refused)], StaysShut: true);
        }
        await ledger.DisposeAsync().ConfigureAwait(false);
        return new FaultResult(Outcome.WentOn, await Recovery.CheckAsync(scratch.Path, journal, 0, Uses, keep).ConfigureAwait(false));
    }

    private async Task<FaultResult> PublishedAsync(string name, string how, Journal journal, Action<string> keep, CancellationToken cancellation)
    {
        using var scratch = new Scratch(_closed.Path);
        var file = Path.Combine(scratch.Path, name);
        var bytes = await File.ReadAllBytesAsync(file, cancellation).ConfigureAwait(false);
        if (how == "gone")
            File.Delete(file);
        else
        {
            bytes[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(file, how == "cut" ? bytes[..(bytes.Length / 2)] : bytes, cancellation).ConfigureAwait(false);
        }
        var report = LedgerVerifier.Verify(scratch.Path, new VerifyOptions { ExpectedVkey = Load.Key.ToString() });
        if (report.Ok)
            return new FaultResult(Outcome.WentOn, [new Breach(BreachKind.Unsound, "the verification did not see it")]);
        if (!Load.Open(scratch.Path).TryGet(out var ledger, out var refused))
            return new FaultResult(Outcome.Refused, [new Breach(BreachKind.Unsound, "does not open, though only a published file is wrong: " + refused)]);
        await using (ledger.ConfigureAwait(false))
            ledger.RepairPublished();
        return new FaultResult(Outcome.Refused, await Recovery.CheckAsync(scratch.Path, journal, 0, Uses, keep).ConfigureAwait(false));
    }
}
