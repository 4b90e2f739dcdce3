namespace DataSpace.Ledger.Faults;

/// <summary>One store in somebody's hands.</summary>
/// <param name="Store">Its directory.</param>
/// <param name="Keep">Takes the log that the second verifier looks at.</param>
/// <param name="Cancellation">Ends it.</param>
internal sealed record Strike(string Store, Action<string> Keep, CancellationToken Cancellation)
{
    public Journal Journal { get; } = new();

    public List<Breach> Breaches { get; } = [];

    public void Expect(bool holds, string otherwise)
    {
        if (!holds)
            Breaches.Add(new Breach(BreachKind.Unsound, otherwise));
    }

    /// <summary>Recovers a directory and checks every promise.</summary>
    public async Task RecoverAsync(string directory, int callers)
        => Breaches.AddRange(await Recovery.CheckAsync(directory, Journal, 0, Journal.Begun(0, callers), Keep).ConfigureAwait(false));
}
