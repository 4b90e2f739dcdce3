using System.Globalization;

namespace DataSpace.Ledger.Faults;

/// <summary>
/// A writer with many callers at a time is killed again and again at random moments, always on the same store. (The page cache survives a kill: this shows the order of
/// commit and acknowledgement; what the disk may lose is <see cref="PowerFaults"/>'s.)
/// </summary>
public sealed class KillFaults(int seed) : IFaultKind
{
    private const int Stores = 20;
    private const int KillsPerStore = 3;
    private const int Callers = 16;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15); // also at the lowest priority on a busy machine

    /// <inheritdoc />
    public string Kind => "kill";

    /// <inheritdoc />
    public Task<string?> WhyNotAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellation)
        => Task.FromResult<IReadOnlyList<string>>([.. Enumerable.Range(0, Stores).Select(i => string.Create(CultureInfo.InvariantCulture, $"{unchecked(seed + i) & int.MaxValue}"))]);

    /// <inheritdoc />
    public async Task<FaultResult> RunAsync(string name, SecondOpinion second, CancellationToken cancellation)
    {
        var random = new Random(int.Parse(name, CultureInfo.InvariantCulture));
        using var scratch = new Scratch();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var (journal, first, kills) = (new Journal(), 0, 0);
        while (kills < KillsPerStore)
        {
            using var process = Writer.Start(scratch.Path, first, 1_000_000, Callers);
            var (heard, last) = (0, random.Next(0, 200));
            while (heard <= last && await process.StandardOutput.ReadLineAsync(limit.Token).ConfigureAwait(false) is { } line)
            {
                journal.Add(line);
                heard++;
            }
            process.Kill();
            kills++;
            // What it said before it died counts, also what nobody had read yet.
            await Writer.HearAsync(process, journal, limit.Token).ConfigureAwait(false);
            if (journal.Refused is { } code)
                return new FaultResult(Outcome.Refused, [new Breach(BreachKind.Unsound, "the writer was refused: " + code)], kills);
            var begun = journal.Begun(first, Callers);
            if (await Recovery.CheckAsync(scratch.Path, journal, first, begun - first, second.Keep(name)).ConfigureAwait(false) is { Count: > 0 } breaches)
                return new FaultResult(Outcome.Died, breaches, kills);
            first = begun + 1;
        }
        return new FaultResult(Outcome.Died, [], kills);
    }

    /// <inheritdoc />
    public void Dispose()
    {
    }
}
