using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;

namespace DataSpace.Hosting.Regulation;

/// <summary>What a node holds of one regulator.</summary>
/// <param name="Pin">The regulator as pinned.</param>
/// <param name="State">Its verified word, or null while there is none.</param>
/// <param name="Problem">Why there is none, or why the last bundle was refused.</param>
/// <param name="ArrivedAt">When the present rule set and orders arrived at this node.</param>
public sealed record HeldRegulation(RegulatorPin Pin, RegulationState? State, DsError? Problem, DateTimeOffset? ArrivedAt)
{
    /// <summary>
    /// By how much this node's clock is off the regulator's, as far as its newest stamp shows, in milliseconds: below 0 when the stamp came before its own time, else the age of the youngest
    /// stamp that arrived (a stamp is at most a minute old where it is fetched). Null when none arrived since the start.
    /// </summary>
    public long? ClockMs { get; init; }
}

/// <summary>A bundle took effect.</summary>
/// <param name="State">What holds from now on.</param>
/// <param name="Content">False when only the stamp is newer.</param>
/// <param name="ArrivedAt">When it arrived.</param>
/// <param name="From">Who carried it: a DID, or empty for this node's own disk.</param>
public sealed record RegulationChange(RegulationState State, bool Content, DateTimeOffset ArrivedAt, string From);

/// <summary>Wants to know when rules change; called one after the other, never in parallel.</summary>
public interface IRegulationListener
{
    /// <summary>Repeatable: the same change may be told twice, at start-up for example.</summary>
    Task OnChangedAsync(RegulationChange change, CancellationToken cancellation);
}

/// <summary>
/// The regulators' word at this node. Thread-safe: readers see one immutable state per regulator; accepting is one at a time. What is accepted is durable,
/// with its marks in the ledger's file, before anyone is judged by it.
/// </summary>
public sealed class RegulationRegister
{
    private readonly Lock _gate = new();
    private readonly BundleShelf _shelf;
    private readonly AuditLedger _ledger;
    private readonly TimeProvider _clock;
    private readonly RegulationQueue _changes;
    private volatile IReadOnlyDictionary<string, HeldRegulation> _held;
    private volatile string? _marks;
    private long _newestStampMs;

    /// <summary>Opens what is on disk; what does not verify or is behind the marks is not used.</summary>
    public RegulationRegister(PinnedRegulators pinned, NodeOptions options, AuditLedger ledger, RegulationQueue changes, TimeProvider clock)
    {
        (_shelf, _ledger, _clock, _changes) = (new BundleShelf(options, ledger), ledger, clock, changes);
        _newestStampMs = pinned.All.Select(r => _shelf.MarkOf(r.Pin.Did)?.StampTime.ToUnixTimeMilliseconds() ?? 0).DefaultIfEmpty().Max();
        _held = pinned.All.ToDictionary(r => r.Pin.Did, r => Open(r.Pin), StringComparer.Ordinal);
        _marks = RegulationMarks.Spell(_held.Values);
    }

    /// <summary>What is held, for the header of messages; null when nothing is.</summary>
    public string? Marks => _marks;

    /// <summary>True when somebody who holds this version and these orders of a pinned regulator is ahead of this node.</summary>
    public bool IsBehind(string regulator, int version, long sequence)
        => _held.TryGetValue(regulator, out var held)
            && (held.State is not { } state || version > state.RuleSet.Version || (version == state.RuleSet.Version && sequence > state.Orders.Sequence));

    /// <summary>False when no regulator is pinned: then no negative list applies at this node.</summary>
    public bool Applies => _held.Count > 0;

    /// <summary>Every pinned regulator.</summary>
    public IReadOnlyCollection<HeldRegulation> All => (IReadOnlyCollection<HeldRegulation>)_held.Values;

    /// <summary>The moment by which regulation is judged (law 6), or that the clock cannot be trusted.</summary>
    public Result<DateTimeOffset> Now()
    {
        var last = Math.Max(_ledger.LastTimeMs, Volatile.Read(ref _newestStampMs));
        return TrustedClock.Read(_clock.GetUtcNow(), last > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(last) : null);
    }

    /// <summary>The strictest answer of all regulators; null when none is pinned. The request's time is set here.</summary>
    public RegulationDecision? Ask(RegulationRequest request)
    {
        var held = _held;
        if (held.Count == 0)
            return null;
        if (!Now().TryGet(out var now, out var error))
            return RegulationDecision.Unavailable(held.Keys.First(), error);
        var timed = request with { Now = now };
        return RegulationDecision.Strictest([.. held.Values.Select(h => h.State is { } state
            ? state.Decide(timed)
            : RegulationDecision.Unavailable(h.Pin.Did, h.Problem ?? NegativeListErrors.NoRuleSet.Of(h.Pin.Name)))]);
    }

    /// <summary>Null while every pinned regulator's word is there and fresh, else why not. <paramref name="extended"/>: a stamp up to a day old will do.</summary>
    public DsError? WhyUnavailable(bool extended = false) => WhyUnavailable(extended ? Stamp.ExtendedLifetime : Stamp.Lifetime);

    /// <summary>The same for contracts that accept a stamp of this age.</summary>
    public DsError? WhyUnavailable(TimeSpan oldest)
    {
        if (_held.Count == 0)
            return null;
        if (!Now().TryGet(out var now, out var error))
            return error;
        return _held.Values.Select(h => h.State is { } state ? state.WhyUnavailable(now, oldest) : h.Problem ?? NegativeListErrors.NoRuleSet.Of(h.Pin.Name))
            .FirstOrDefault(e => e is not null);
    }

    /// <summary>Every freeze in force, with its regulator.</summary>
    public IEnumerable<(RegulationState State, Freeze Freeze)> Freezes
        => _held.Values.Select(h => h.State).OfType<RegulationState>().SelectMany(s => s.Orders.Freezes.Select(f => (s, f)));

    /// <summary>
    /// Judges a bundle by its signatures and takes it when it is newer. Answers whether it was; the one that is held already is no error.
    /// Codes of a refusal are those of <see cref="NegativeListErrors"/>.
    /// </summary>
    public Result<bool> Accept(ReadOnlyMemory<byte> json, string from)
    {
        if (!RegulationBundle.Read(json).TryGet(out var bundle, out var error))
            return error;
        if (bundle.ClaimedRegulator is not { } did || !_held.TryGetValue(did, out var held))
            return NegativeListErrors.UnknownRegulator.Of(bundle.ClaimedRegulator);
        if (held.State is { } same && same.Bundle.Stamp == bundle.Stamp && same.Bundle.Orders == bundle.Orders)
            return false; // the online key's words are those that were verified: nothing newer can be in the rest
        if (!Now().TryGet(out var now, out error))
            return error;
        lock (_gate)
        {
            held = _held[did];
            var accepted = held.State is { } previous
                ? RegulationState.Accept(previous, bundle, now)
                : RegulationState.Accept(held.Pin, _shelf.MarkOf(did), bundle, now);
            if (!accepted.TryGet(out var state, out error))
            {
                if (held.State is null)
                    Put(held with { Problem = error });
                return error.Code == NegativeListErrors.StampOlder.Code ? false : error;
            }
            if (held.State is { } known && known.Stamp.Time == state.Stamp.Time && known.Mark == state.Mark)
                return false;
            if (_shelf.Keep(state) is { IsOk: false } failed)
                return failed.Error;
            var content = held.State is not { } before || before.Document.Hash != state.Document.Hash || before.OrdersHash != state.OrdersHash;
            var arrived = _clock.GetUtcNow();
            Volatile.Write(ref _newestStampMs, Math.Max(_newestStampMs, state.Stamp.Time.ToUnixTimeMilliseconds()));
            Put(new HeldRegulation(held.Pin, state, null, content ? arrived : held.ArrivedAt) { ClockMs = ClockOf(held, state) });
            _changes.Tell(new RegulationChange(state, content, arrived, from));
            return true;
        }
    }

    /// <summary>
    /// A newer stamp over what is held already, as it comes between two changes. True: everything this stamp speaks of is here. False: it speaks of something else, or of something older;
    /// the bundle tells. So it does where
    /// the key or the rule set changed.
    /// </summary>
    public bool AcceptStamp(string regulator, string stamp)
    {
        if (!_held.TryGetValue(regulator, out var held) || held.State is null)
            return false;
        if (held.State.Bundle.Stamp == stamp)
            return true;
        if (!Now().TryGet(out var now, out _))
            return false;
        lock (_gate)
        {
            held = _held[regulator];
            if (!held.State!.AcceptStamp(stamp, now).TryGet(out var state, out _) || !_shelf.Keep(state).IsOk)
                return false;
            Volatile.Write(ref _newestStampMs, Math.Max(_newestStampMs, state.Stamp.Time.ToUnixTimeMilliseconds()));
            Put(held with { State = state, Problem = null, ClockMs = ClockOf(held, state) });
            _changes.Tell(new RegulationChange(state, Content: false, _clock.GetUtcNow(), regulator));
            return true;
        }
    }

    /// <summary>The newest bundle of a regulator (of the only one, when none is named) if its stamp is younger than <paramref name="after"/>, as JSON; null when there is nothing to tell.</summary>
    public Result<byte[]?> Newest(string? regulator, DateTimeOffset after)
    {
        var held = regulator is null ? _held.Values.FirstOrDefault() : _held.GetValueOrDefault(regulator);
        if (held is null)
            return NegativeListErrors.UnknownRegulator.Of(regulator);
        return held.State is { } state && state.Stamp.Time > after ? state.Bundle.ToJson() : (byte[]?)null;
    }

    /// <summary>At start-up, and when this node's own datasets changed: everybody looks at everything again.</summary>
    public void Announce()
    {
        foreach (var held in _held.Values)
        {
            if (held.State is { } state)
                _changes.Tell(new RegulationChange(state, Content: true, held.ArrivedAt ?? _clock.GetUtcNow(), string.Empty));
        }
    }

    /// <summary>A stamp from the future says more than any that is late on its way.</summary>
    private long ClockOf(HeldRegulation held, RegulationState state)
    {
        var age = (long)(_clock.GetUtcNow() - state.Stamp.Time).TotalMilliseconds;
        return age < 0 || held.ClockMs is not { } known || age < known ? age : known;
    }

    private HeldRegulation Open(RegulatorPin pin)
    {
        if (_shelf.Read(pin.Did) is not { } json)
            return new HeldRegulation(pin, null, null, null);
        if (!RegulationBundle.Read(json).TryGet(out var bundle, out var error))
            return new HeldRegulation(pin, null, error, null);
        if (!Now().TryGet(out var moment, out error))
            return new HeldRegulation(pin, null, error, null);
        return RegulationState.Accept(pin, _shelf.MarkOf(pin.Did), bundle, moment).TryGet(out var state, out error)
            ? new HeldRegulation(pin, state, null, moment)
            : new HeldRegulation(pin, null, error, null);
    }

    private void Put(HeldRegulation held)
    {
        _held = new Dictionary<string, HeldRegulation>(_held, StringComparer.Ordinal) { [held.Pin.Did] = held };
        _marks = RegulationMarks.Spell(_held.Values);
    }
}
