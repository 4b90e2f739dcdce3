using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using DataSpace.Kernel.NegativeList;

namespace DataSpace.Hosting.Regulation;

/// <summary>Somebody says that it holds something newer. A hint, no proof: what it hands over is judged by its signatures.</summary>
/// <param name="Source">DID of who says so; authenticated.</param>
/// <param name="Regulator">DID of the regulator, pinned here.</param>
/// <param name="Version">Version of the rule set that it claims to hold.</param>
/// <param name="Sequence">Number of the standing orders likewise.</param>
internal sealed record RegulationHint(string Source, string Regulator, int Version, long Sequence);

/// <summary>
/// What a node holds of every pinned regulator (rule set version and hash, number of the standing orders), in a header of every message between nodes and of every answer: whoever is
/// behind learns it with the next word it exchanges with anybody. One per node; thread-safe. A liar costs a look at that liar, then nothing for a growing time.
/// </summary>
public sealed class RegulationMarks(TimeProvider clock)
{
    /// <summary>Name of the header: <c>did;version;hash;sequence</c> for each regulator, separated by commas.</summary>
    public const string Header = "DataSpace-Regulation";

    private const int MaxHeaderChars = 12_000;
    private const int MaxDidChars = 512;
    private const int MaxLiars = 1_024;
    private const int MaxWaiting = 32;

    /// <value>How long a source is not believed after it had nothing newer to show; doubled every time, up to <see cref="LongestPenalty"/>.</value>
    private static readonly TimeSpan FirstPenalty = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPenalty = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, (DateTimeOffset Until, TimeSpan Penalty)> _liars = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string, string), bool> _waiting = new();

    // Full means that looks are under way already: what is dropped is said again with the next message.
    private readonly Channel<RegulationHint> _hints = Channel.CreateBounded<RegulationHint>(new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.Wait });
    private RegulationRegister? _register;

    /// <summary>The header's value; null at a node that pins no regulator.</summary>
    public string? Own => _register?.Marks;

    internal ChannelReader<RegulationHint> Hints => _hints.Reader;

    internal void Attach(RegulationRegister register) => _register = register;

    /// <summary>Spells what is held.</summary>
    internal static string? Spell(IEnumerable<HeldRegulation> held)
    {
        var marks = held.Select(h => h.State).OfType<RegulationState>()
            .Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Pin.Did};{s.RuleSet.Version};{s.Document.Hash};{s.Orders.Sequence}")).ToList();
        return marks.Count == 0 ? null : string.Join(',', marks);
    }

    /// <summary>What a peer's message or answer carried. Anything that is no such header, and whoever is not newer, is passed over.</summary>
    public void Heard(string source, string? header)
    {
        if (_register is not { Applies: true } register || string.IsNullOrEmpty(header) || header.Length > MaxHeaderChars || IsDisbelieved(source))
            return;
        var entries = 0;
        foreach (var range in header.AsSpan().Split(','))
        {
            if (++entries > PinnedRegulators.MaxRegulators)
                return;
            if (Read(header.AsSpan()[range]) is not var (did, version, sequence) || !register.IsBehind(did, version, sequence) || !_waiting.TryAdd((source, did), true))
                continue;
            if (!_hints.Writer.TryWrite(new RegulationHint(source, did, version, sequence)))
                _waiting.TryRemove((source, did), out _);
        }
    }

    /// <summary>How a look ended. Nothing newer: the source is not believed for a while.</summary>
    internal void Settle(RegulationHint hint, bool newer)
    {
        if (newer)
        {
            _liars.TryRemove(hint.Source, out _);
            Drop(hint);
            return;
        }
        if (_liars.Count >= MaxLiars)
            _liars.Clear(); // sources are authenticated peers; more of them than this is a space of another size
        var penalty = _liars.TryGetValue(hint.Source, out var known) ? known.Penalty * 2 : FirstPenalty;
        penalty = penalty > LongestPenalty ? LongestPenalty : penalty;
        _liars[hint.Source] = (clock.GetUtcNow() + penalty, penalty);
        Drop(hint);
    }

    /// <summary>Asked again when the hint's turn comes: it may have been said while an earlier one of the same source was looked into.</summary>
    internal bool IsToFollow(RegulationHint hint)
    {
        if (!IsDisbelieved(hint.Source))
            return true;
        Drop(hint);
        return false;
    }

    private void Drop(RegulationHint hint) => _waiting.TryRemove((hint.Source, hint.Regulator), out _);

    private bool IsDisbelieved(string source) => _liars.TryGetValue(source, out var liar) && clock.GetUtcNow() < liar.Until;

    private static (string Did, int Version, long Sequence)? Read(ReadOnlySpan<char> entry)
    {
        Span<Range> parts = stackalloc Range[5];
        return entry.Split(parts, ';', StringSplitOptions.TrimEntries) == 4 && entry[parts[0]].Length is > 0 and <= MaxDidChars
            && int.TryParse(entry[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            && long.TryParse(entry[parts[3]], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)
            ? (entry[parts[0]].ToString(), version, sequence)
            : null;
    }
}
