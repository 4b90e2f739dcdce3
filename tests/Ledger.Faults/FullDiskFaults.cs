using System.Globalization;

namespace DataSpace.Ledger.Faults;

/// <summary>A disk that is full after so many KiB more: the writer stops with a code, and what it acknowledged is there (ENOSPC).</summary>
public sealed class FullDiskFaults : IFaultKind
{
    private const int Steps = 12;
    private const int StepKib = 24;
    private readonly Scratch _edge = new();

    /// <inheritdoc />
    public string Kind => "full-disk";

    /// <inheritdoc />
    public Task<string?> WhyNotAsync(CancellationToken cancellation) => SmallDisk.WhyNotAsync(cancellation);

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellation)
    {
        await Load.FillAsync(_edge.Path, 254, cancellation).ConfigureAwait(false);
        return [.. Enumerable.Range(1, Steps).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i * StepKib}k"))];
    }

    /// <inheritdoc />
    public async Task<FaultResult> RunAsync(string name, SecondOpinion second, CancellationToken cancellation)
    {
        using var scratch = new Scratch(_edge.Path);
        using var after = new Scratch();
        var strike = new Strike(scratch.Path, second.Keep(name), cancellation);
        var freeKib = int.Parse(name.AsSpan(0, name.Length - 1), CultureInfo.InvariantCulture);
        var exitCode = await SmallDisk.RunAsync(strike.Store, after.Path, freeKib, strike.Journal, cancellation).ConfigureAwait(false);
        strike.Expect(exitCode == Writer.RefusedCode && strike.Journal.Refused is "DS-LED-003" or "DS-LED-008" or "DS-LED-032",
            string.Create(CultureInfo.InvariantCulture, $"ended with {exitCode}, answered {strike.Journal.Refused}"));
        await strike.RecoverAsync(after.Path, callers: 1).ConfigureAwait(false);
        return new FaultResult(Outcome.Refused, strike.Breaches);
    }

    /// <inheritdoc />
    public void Dispose() => _edge.Dispose();
}
