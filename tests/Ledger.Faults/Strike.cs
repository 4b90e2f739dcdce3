namespace DataSpace.Ledger.Faults;

/// <summary>One store in somebody's hands.</summary>
/// <param name="Store">Its directory.</param>
/// <param name="Keep">Takes the log that the second verifier looks at.</param>
/// <param name="Cancellation">Ends it.</param>
internal sealed record Strike(string Store, Action<string> Keep, CancellationToken Cancellation)
{
    public Journal Journal { get; } = new();

    public List<Breach> Breaches { get; } = [];

    /// <summary>The store rightly does not open again.</summary>
    public bool StaysShut { get; private set; }

    public void Expect(bool holds, string otherwise)
    {
        if (!holds)
            Breaches.Add(new Breach(BreachKind.Unsound, otherwise));
    }

    /// <summary>Checks what is published of a store that rightly does not open again.</summary>
    /// <param name="directory">Directory of the store.</param>
    /// <param name="journal">See <see cref="Recovery.CheckShut"/>.</param>
    public void StayShut(string directory, Journal? journal)
    {
        StaysShut = true;
        Breaches.AddRange(Recovery.CheckShut(directory, journal, Keep));
    }

    /// <summary>Recovers a directory and checks every promise.</summary>
    public async Task RecoverAsync(string directory, int callers)
        => Breaches.AddRange(await Recovery.CheckAsync(directory, Journal, 0, Journal.Begun(0, callers), Keep).ConfigureAwait(false));
}
