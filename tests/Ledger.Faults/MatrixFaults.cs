using System.Globalization;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Ledger.Faults;

/// <summary>
/// Every step of a commit and of a publication {fails, fails after it was done}, each time it is met while three entries are added over the edge of a tile: 254 to 257, where the
/// first tile of level 0 becomes full, and 65,534 to 65,537, where the first of level 1 does.
/// </summary>
public sealed class MatrixFaults(params int[] edges) : IFaultKind
{
    private const int FullySize = 1000; // longer logs are not verified from their first entry on after each fault
    private readonly Dictionary<int, Scratch> _edges = [];

    /// <inheritdoc />
    public string Kind => "matrix";

    /// <inheritdoc />
    public Task<string?> WhyNotAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellation)
    {
        var points = new List<string>();
        foreach (var edge in edges)
            points.AddRange(await FindAsync(edge, cancellation).ConfigureAwait(false));
        return points;
    }

    private async Task<IReadOnlyList<string>> FindAsync(int edge, CancellationToken cancellation)
    {
        var scratch = _edges[edge] = new Scratch();
        await Load.FillAsync(scratch.Path, edge, cancellation).ConfigureAwait(false);
        using var clean = new Scratch(scratch.Path);
        var met = new Dictionary<FaultPoint, int>();
        await UseOnceAsync(clean.Path, new Journal(), at =>
        {
            lock (met)
                met[at] = met.GetValueOrDefault(at) + 1;
        }).ConfigureAwait(false);
        return [.. from point in Enum.GetValues<FaultPoint>()
                   from number in Enumerable.Range(1, met.GetValueOrDefault(point))
                   select string.Create(CultureInfo.InvariantCulture, $"{edge}:{point}:{number}")];
    }

    /// <inheritdoc />
    public bool IsInEverySample(string name) => Parse(name) is var (edge, point, number) && edge > FullySize && IsFullyVerified(edge, point, number);

    /// <inheritdoc />
    public async Task<FaultResult> RunAsync(string name, SecondOpinion second, CancellationToken cancellation)
    {
        var (edge, point, number) = Parse(name);
        using var scratch = new Scratch(_edges[edge].Path);
        var (journal, met) = (new Journal(), 0);
        var code = await UseOnceAsync(scratch.Path, journal, at => ThrowAt(at == point && Interlocked.Increment(ref met) == number)).ConfigureAwait(false);
        var fully = IsFullyVerified(edge, point, number);
        Action<string> keep = fully ? second.Keep(name) : _ => { };
        var breaches = await Recovery.CheckAsync(scratch.Path, journal, 0, 1, keep, fully).ConfigureAwait(false);
        // The last step's failure can go unnoticed by a caller who has its answer already.
        return new FaultResult(met < number ? Outcome.NotMet : code is null ? Outcome.WentOn : Outcome.Refused, breaches);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var scratch in _edges.Values)
            scratch.Dispose();
    }

    // All signatures of a long log take seconds: it is verified fully once, and by the second verifier.
    private static bool IsFullyVerified(int edge, FaultPoint point, int number) => edge <= FullySize || point == FaultPoint.AfterCheckpoint && number == 1;

    private static (int Edge, FaultPoint Point, int Number) Parse(string name)
    {
        var parts = name.Split(':');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), Enum.Parse<FaultPoint>(parts[1]), int.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    // Faults count from the first use on: opening publishes too. Returns the code of the refusal, or null.
    private static async Task<string?> UseOnceAsync(string directory, Journal journal, Action<FaultPoint> fault)
    {
        var armed = false;
        await using var ledger = Load.Open(directory, at =>
        {
            if (Volatile.Read(ref armed))
                fault(at);
        }).Value;
        Volatile.Write(ref armed, true);
        return (await Load.RunAsync(ledger, 0, 1, callers: 1, journal.Add, CancellationToken.None).ConfigureAwait(false))?.Code;
    }

    private static void ThrowAt(bool here)
    {
        if (here)
            throw new IOException("injected");
    }
}
