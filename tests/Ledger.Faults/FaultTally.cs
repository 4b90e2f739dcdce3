using System.Globalization;

namespace DataSpace.Ledger.Faults;

/// <summary>What became of one fault.</summary>
public enum Outcome
{
    /// <summary>The fault was never met: it proves nothing and counts as no run.</summary>
    NotMet,

    /// <summary>The process ended at it.</summary>
    Died,

    /// <summary>The ledger stopped or did not open, and named a code.</summary>
    Refused,

    /// <summary>The ledger went on and acknowledged everything.</summary>
    WentOn,
}

/// <summary>One fault and what was found after it.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Breaches">Broken promises; empty when all held.</param>
/// <param name="Faults">How many faults of that outcome it took.</param>
/// <param name="StaysShut">The store rightly does not open again, for it lacks what was acknowledged: what is published was checked, nothing was carried through.</param>
public sealed record FaultResult(Outcome Outcome, IReadOnlyList<Breach> Breaches, int Faults = 1, bool StaysShut = false);

/// <summary>A kind of fault with its points. Points of one kind may run side by side.</summary>
public interface IFaultKind : IDisposable
{
    /// <summary>Name, as <c>--only</c> takes it.</summary>
    string Kind { get; }

    /// <summary>Why this machine cannot run it, or null.</summary>
    Task<string?> WhyNotAsync(CancellationToken cancellation);

    /// <summary>Prepares what all points need and names every point.</summary>
    Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellation);

    /// <summary>Whether a point belongs to every sample.</summary>
    bool IsInEverySample(string name) => false;

    /// <summary>Strikes one point, recovers, checks.</summary>
    Task<FaultResult> RunAsync(string name, SecondOpinion second, CancellationToken cancellation);
}

/// <summary>Counts of one kind of fault. Thread-safe.</summary>
/// <param name="kind">Name of the kind, as <c>--only</c> takes it.</param>
public sealed class FaultTally(string kind)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Outcome, int> _outcomes = [];
    private readonly Dictionary<BreachKind, int> _breaches = [];
    private readonly List<string> _failures = [];
    private readonly HashSet<string> _shut = new(StringComparer.Ordinal);

    /// <summary>Name of the kind.</summary>
    public string Kind => kind;

    /// <summary>Faults that were met.</summary>
    public int Runs => Count(Outcome.Died) + Count(Outcome.Refused) + Count(Outcome.WentOn);

    /// <summary>Runs after which the ledger went on and every promise held.</summary>
    public int Recovered { get; private set; }

    /// <summary>Runs after which the store rightly stays shut and every promise held of what is published.</summary>
    public int StayedShut { get; private set; }

    /// <summary>What failed, each with the arguments that show it again.</summary>
    public IReadOnlyList<string> Failures
    {
        get
        {
            lock (_gate)
                return [.. _failures];
        }
    }

    /// <summary>Runs with an outcome.</summary>
    public int Count(Outcome outcome)
    {
        lock (_gate)
            return _outcomes.GetValueOrDefault(outcome);
    }

    /// <summary>Runs with a broken promise of a kind.</summary>
    public int Count(BreachKind breach)
    {
        lock (_gate)
            return _breaches.GetValueOrDefault(breach);
    }

    /// <summary>Takes in a run.</summary>
    /// <param name="name">The fault, in the form that <c>--at</c> takes.</param>
    /// <param name="result">What was found.</param>
    public void Add(string name, FaultResult result)
    {
        var (outcome, breaches, faults, staysShut) = result;
        lock (_gate)
        {
            _outcomes[outcome] = _outcomes.GetValueOrDefault(outcome) + faults;
            foreach (var breach in breaches.Select(b => b.Kind).Distinct())
                _breaches[breach] = _breaches.GetValueOrDefault(breach) + 1;
            if (breaches.Count > 0)
                _failures.Add($"tests/faults.sh --only {kind} --at {name}\n    " + string.Join("\n    ", breaches.Take(5)));
            else if (staysShut)
            {
                _shut.Add(name);
                StayedShut += faults;
            }
            else if (outcome != Outcome.NotMet)
                Recovered += faults;
        }
    }

    /// <summary>Heading of the table.</summary>
    public const string Heading = "fault            runs    died  refused  went on  recovered  stays shut  lost  counted twice  forked  unsound";

    /// <summary>Takes in what was found later about a run that had seemed sound.</summary>
    public void Add(string name, Breach breach)
    {
        lock (_gate)
        {
            _breaches[breach.Kind] = _breaches.GetValueOrDefault(breach.Kind) + 1;
            _failures.Add($"tests/faults.sh --only {kind} --at {name}\n    {breach}");
            if (_shut.Contains(name))
                StayedShut--;
            else
                Recovered--;
        }
    }

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{kind,-14}{Runs,7}{Count(Outcome.Died),8}{Count(Outcome.Refused),9}{Count(Outcome.WentOn),9}{Recovered,11}{StayedShut,12}{Count(BreachKind.Lost),6}{Count(BreachKind.CountedTwice),15}{Count(BreachKind.Forked),8}{Count(BreachKind.Unsound),9}");
}
