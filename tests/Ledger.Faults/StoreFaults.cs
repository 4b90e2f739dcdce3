using System.Globalization;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Fsck;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Ledger.Faults;

/// <summary>What operators and clients do to a store: two processes, a lock file that somebody removed, a clock that went back, backups, races of retries.</summary>
public sealed class StoreFaults : IFaultKind
{
    private const int Racers = 200;
    private readonly Scratch _edge = new();
    private readonly Dictionary<string, Func<Strike, Task<Outcome>>> _points = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public string Kind => "store";

    /// <inheritdoc />
    public Task<string?> WhyNotAsync(CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellation)
    {
        await Load.FillAsync(_edge.Path, 254, cancellation).ConfigureAwait(false);
        _points["two-processes"] = TwoProcessesAsync;
        _points["lock-file-removed"] = LockFileRemovedAsync;
        _points["clock-back-30s"] = strike => ClockAsync(strike, TimeSpan.FromSeconds(30), null);
        _points["clock-back-2h"] = strike => ClockAsync(strike, TimeSpan.FromHours(2), "DS-LED-015");
        _points["backup-of-ledger"] = strike => BackupAsync(strike, name => name.StartsWith("ledger.db", StringComparison.Ordinal));
        _points["backup-of-ledger-unpublished"] = strike => BackupAsync(strike, name => name.StartsWith("ledger.db", StringComparison.Ordinal) || name == "checkpoint");
        _points["backup-of-vault"] = strike => BackupAsync(strike, name => name.EndsWith(".db", StringComparison.Ordinal) && name != "ledger.db");
        _points["backup-of-everything"] = WholeBackupAsync;
        for (var i = 0; i < 3; i++)
            _points[string.Create(CultureInfo.InvariantCulture, $"race-of-{Racers}-retries-{i}")] = RaceAsync;
        return [.. _points.Keys];
    }

    /// <inheritdoc />
    public async Task<FaultResult> RunAsync(string name, SecondOpinion second, CancellationToken cancellation)
    {
        using var scratch = new Scratch(_edge.Path);
        var strike = new Strike(scratch.Path, second.Keep(name), cancellation);
        var outcome = await _points[name](strike).ConfigureAwait(false);
        return new FaultResult(outcome, strike.Breaches, StaysShut: strike.StaysShut);
    }

    /// <inheritdoc />
    public void Dispose() => _edge.Dispose();

    private static async Task<Outcome> TwoProcessesAsync(Strike strike)
    {
        using var first = Writer.Start(strike.Store, 0, 1_000_000, callers: 4);
        if (await first.StandardOutput.ReadLineAsync(strike.Cancellation).ConfigureAwait(false) is { } line)
            strike.Journal.Add(line);
        var other = new Journal();
        using (var second = Writer.Start(strike.Store, 0, 1, callers: 1))
            await Writer.HearAsync(second, other, strike.Cancellation).ConfigureAwait(false);
        strike.Expect(other.Refused == "DS-LED-002", $"the second process was answered {other.Refused}");
        strike.Expect(Load.Open(strike.Store).Error?.Code == "DS-LED-002", "a third opened the store");
        first.Kill();
        await Writer.HearAsync(first, strike.Journal, strike.Cancellation).ConfigureAwait(false);
        await strike.RecoverAsync(strike.Store, callers: 4).ConfigureAwait(false);
        return Outcome.Refused;
    }

    // Two writers who do not know of each other: whoever comes second finds another checkpoint than its own and stops.
    private static async Task<Outcome> LockFileRemovedAsync(Strike strike)
    {
        var one = Load.Open(strike.Store).Value;
        File.Delete(Path.Combine(strike.Store, "ledger.lock"));
        DsError? failed;
        await using (var two = Load.Open(strike.Store).Value)
        {
            await Task.WhenAll(Load.RunAsync(one, 0, 10, callers: 4, strike.Journal.Add, strike.Cancellation), Load.RunAsync(two, 0, 10, callers: 4, strike.Journal.Add, strike.Cancellation)).ConfigureAwait(false);
            failed = one.Refusal ?? two.Refusal;
        }
        await one.DisposeAsync().ConfigureAwait(false);
        strike.Expect(failed is not null, "two writers went on with one store");
        strike.Breaches.AddRange(await Recovery.CheckAsync(strike.Store, strike.Journal, 0, 10, strike.Keep).ConfigureAwait(false));
        return Outcome.Refused;
    }

    private static async Task<Outcome> ClockAsync(Strike strike, TimeSpan back, string? code)
    {
        await using (var ledger = Load.Open(strike.Store, clock: new LateClock(back)).Value)
        {
            var refused = await Load.RunAsync(ledger, 0, 2, callers: 2, strike.Journal.Add, CancellationToken.None).ConfigureAwait(false);
            strike.Expect(refused?.Code == code, $"answered {refused}");
        }
        // The verification refuses a log whose times fall.
        await strike.RecoverAsync(strike.Store, callers: 2).ConfigureAwait(false);
        return code is null ? Outcome.WentOn : Outcome.Refused;
    }

    // Some of the store's files are older than the rest.
    private static async Task<Outcome> BackupAsync(Strike strike, Func<string, bool> isRestored)
    {
        using var backup = new Scratch(strike.Store);
        await using (var ledger = Load.Open(strike.Store).Value)
            await Load.RunAsync(ledger, 0, 2, callers: 1, strike.Journal.Add, strike.Cancellation).ConfigureAwait(false);
        foreach (var file in Directory.EnumerateFiles(backup.Path).Where(f => isRestored(Path.GetFileName(f))))
            File.Copy(file, Path.Combine(strike.Store, Path.GetFileName(file)), overwrite: true);
        var opened = Load.Open(strike.Store);
        if (opened.IsOk)
            await opened.Value.DisposeAsync().ConfigureAwait(false);
        strike.Expect(opened.Error?.Code == "DS-LED-016", $"answered {opened.Error?.ToString() ?? "by opening"}");
        // A restored checkpoint is older than what was shown: by itself it verifies, and whoever holds a later one sees that it went back.
        var isOlder = isRestored("checkpoint");
        strike.StayShut(strike.Store, isOlder ? null : strike.Journal);
        if (isOlder)
            ExpectSeenAsOlder(strike, strike.Store);
        return Outcome.Refused;
    }

    private static async Task<Outcome> WholeBackupAsync(Strike strike)
    {
        using var backup = new Scratch(strike.Store);
        await using (var ledger = Load.Open(strike.Store).Value)
            await Load.RunAsync(ledger, 0, 2, callers: 1, strike.Journal.Add, strike.Cancellation).ConfigureAwait(false);
        await using (var ledger = Load.Open(backup.Path).Value)
            strike.Expect(ledger.CheckNotRolledBack(strike.Journal.Checkpoints[^1].Note).Error?.Code == "DS-LED-016", "a restored log went on beside a later checkpoint");
        await using (var ledger = Load.Open(backup.Path).Value)
        {
            var refused = await Load.RunAsync(ledger, 0, 1, callers: 1, _ => { }, strike.Cancellation).ConfigureAwait(false);
            strike.Expect(refused?.Code == "DS-LED-016", $"a restored log answered {refused} after a restart");
        }
        strike.StayShut(backup.Path, journal: null);
        ExpectSeenAsOlder(strike, backup.Path);
        return Outcome.Refused;
    }

    private static void ExpectSeenAsOlder(Strike strike, string directory)
        => strike.Expect(!LedgerVerifier.Verify(directory, new VerifyOptions { ExpectedVkey = Load.Key.ToString(), WitnessCheckpoint = strike.Journal.Checkpoints[^1].Note }).Ok,
            "a verification with a later checkpoint did not see that the log went back");

    private static async Task<Outcome> RaceAsync(Strike strike)
    {
        await using (var ledger = Load.Open(strike.Store).Value)
        {
            ledger.DefineBudget(Load.Budget, 1_000_000_000, "contract-1");
            var grants = await AllAsync(() => ledger.GrantAsync(Load.Grant(0), [new(Load.Budget, 1)], strike.Cancellation)).ConfigureAwait(false);
            strike.Expect(grants.Count(g => g.IsOk) == 1 && grants.Count(g => g.Error?.Code == "DS-LED-011") == Racers - 1, "one use was granted more than once");
            strike.Expect(ledger.BudgetSpent(Load.Budget) == 1, $"one use cost {ledger.BudgetSpent(Load.Budget)}");
            var draft = Load.Denied(1) with { EventId = Load.EventId(-1) };
            var appends = await AllAsync(() => ledger.AppendAsync(draft, strike.Cancellation)).ConfigureAwait(false);
            strike.Expect(appends.All(a => a.IsOk) && appends.Select(a => a.Value.Index).Distinct().Count() == 1, "one event has more than one index");
            var others = await AllAsync(() => ledger.AppendAsync(Load.Denied(2) with { EventId = Load.EventId(-1) }, strike.Cancellation)).ConfigureAwait(false);
            strike.Expect(others.All(a => a.Error?.Code == "DS-LED-010"), "another content was taken for the same event");
            strike.Expect(ledger.Latest.Size == 256, string.Create(CultureInfo.InvariantCulture, $"two entries became {ledger.Latest.Size - 254}"));
            await ledger.WaitPublishedAsync(ledger.Latest.Size, strike.Cancellation).ConfigureAwait(false);
            strike.Breaches.AddRange(LogInvariants.Check(strike.Store, strike.Journal));
            strike.Keep(strike.Store);
        }
        return Outcome.WentOn;

        static Task<T[]> AllAsync<T>(Func<Task<T>> one) => Task.WhenAll(Enumerable.Range(0, Racers).Select(_ => Task.Run(one)));
    }

    private sealed class LateClock(TimeSpan back) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() - back;
    }
}
