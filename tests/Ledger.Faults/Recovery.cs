using System.Globalization;

namespace DataSpace.Ledger.Faults;

/// <summary>What everyone does after a fault: open the store again, check every promise, carry all uses through, check again.</summary>
public static class Recovery
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Recovers a directory; empty when every promise held throughout.</summary>
    /// <param name="directory">Directory.</param>
    /// <param name="journal">What was heard before the fault; goes on hearing.</param>
    /// <param name="first">Number of the first use that may be unfinished; all before it are done.</param>
    /// <param name="count">Uses that the load was to carry through; one more is added.</param>
    /// <param name="keep">Takes the directory when all is done, for the second verifier.</param>
    /// <param name="fully">See <see cref="LogInvariants.Check"/>.</param>
    public static async Task<IReadOnlyList<Breach>> CheckAsync(string directory, Journal journal, int first, int count, Action<string> keep, bool fully = true)
    {
        using var limit = new CancellationTokenSource(Patience);
        if (!Load.Open(directory).TryGet(out var ledger, out var refused))
            return [new Breach(BreachKind.Unsound, "does not open again: " + refused)];
        try
        {
            await using (ledger)
            {
                await ledger.WaitPublishedAsync(ledger.Latest.Size, limit.Token).ConfigureAwait(false);
                var breaches = LogInvariants.Check(directory, journal, fully);
                if (breaches.Count > 0)
                    return breaches;
                if (await Load.RunAsync(ledger, first, count + 1, callers: 2, journal.Add, limit.Token).ConfigureAwait(false) is { } error)
                    return [new Breach(BreachKind.Unsound, "goes on for a while only: " + error)];
                if (ledger.BudgetSpent(Load.Budget) is var spent && spent != first + count + 1)
                    return [new Breach(BreachKind.CountedTwice, string.Create(CultureInfo.InvariantCulture, $"{first + count + 1} uses cost {spent}"))];
                await ledger.WaitPublishedAsync(ledger.Latest.Size, limit.Token).ConfigureAwait(false);
            }
            keep(directory);
            return LogInvariants.Check(directory, journal, fully);
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException)
        {
            return [new Breach(BreachKind.Unsound, e.GetType().Name + ": " + e.Message)];
        }
    }

    /// <summary>Checks what is published of a store that rightly does not open; empty when every promise that its files can keep was kept.</summary>
    /// <param name="directory">Directory of the store.</param>
    /// <param name="journal">What was heard; null where the published files themselves are older than what was heard, so that only their own soundness is left to check.</param>
    /// <param name="keep">Takes the directory, for the second verifier.</param>
    public static IReadOnlyList<Breach> CheckShut(string directory, Journal? journal, Action<string> keep)
    {
        keep(directory);
        using var published = new Scratch();
        CopyPublished(directory, published.Path);
        return LogInvariants.CheckPublished(published.Path, journal);
    }

    /// <summary>Copies what a log has published, without its stores.</summary>
    public static void CopyPublished(string source, string target)
    {
        Copy(Path.Combine(source, "tile"), Directory.CreateDirectory(Path.Combine(target, "tile")).FullName);
        foreach (var file in (string[])["checkpoint", "vkey"])
            File.Copy(Path.Combine(source, file), Path.Combine(target, file));
    }

    /// <summary>Copies a store, without the lock of whoever has it open.</summary>
    public static void Copy(string source, string target)
    {
        foreach (var folder in Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(target, Path.GetRelativePath(source, folder)));
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "ledger.lock"))
            File.Copy(file, Path.Combine(target, Path.GetRelativePath(source, file)), overwrite: true);
    }
}
