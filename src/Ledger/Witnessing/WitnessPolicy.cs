using System.Globalization;
using System.Text;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Notes;

namespace DataSpace.Ledger.Witnessing;

/// <summary>A witness of a policy.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Key">Its verifier key: of cosignature/v1, or of an ML-DSA-44 or SM2 cosignature.</param>
/// <param name="Url">Where to ask it, when the file says.</param>
public sealed record PolicyWitness(string Name, VerifierKey Key, string? Url);

/// <summary>Whether a quorum cosigned, and who did.</summary>
/// <param name="IsMet">The quorum is there.</param>
/// <param name="Times">Seconds since 1970 of each witness's cosignature; null for those without one.</param>
public sealed record QuorumState(bool IsMet, IReadOnlyDictionary<string, long?> Times);

/// <summary>
/// Which logs are trusted and who must have cosigned them (C2SP tlog-policy): <c>log</c>, <c>witness</c>, <c>group</c> and one <c>quorum</c> line. Immutable.
/// </summary>
/// <remarks>
/// Keys of one name are one party. A log is trusted by its Ed25519 key; further <c>log</c> lines with keys of that name (ML-DSA-44, SM2) demand those signatures in
/// addition. A witness with several keys has a line, and a name in this file, for each; a group counts it once however many of them signed, and <c>all</c> demands all of them.
/// </remarks>
public sealed class WitnessPolicy
{
    /// <summary>Longest file, in bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    private const int MaxLines = 2000;
    private const string None = "none";
    private readonly List<(string Name, (int Threshold, IReadOnlyList<string> Members) Rule)> _ordered = [];
    private readonly Dictionary<string, PolicyWitness> _witnesses = new(StringComparer.Ordinal);
    private readonly List<VerifierKey> _logs = [];
    private string? _quorum;

    private WitnessPolicy()
    {
    }

    /// <summary>Keys of trusted logs; none when the policy names none.</summary>
    public IReadOnlyList<VerifierKey> Logs => _logs;

    /// <summary>Keys that must have signed a log's published checkpoint beside the log's own.</summary>
    public IReadOnlyList<VerifierKey> CountersignersOf(string origin) => [.. _logs.Where(l => l.IsAdditional && l.Name == origin)];

    /// <summary>All witnesses.</summary>
    public IReadOnlyCollection<PolicyWitness> Witnesses => _witnesses.Values;

    /// <summary>True when somebody must cosign.</summary>
    public bool DemandsQuorum => _quorum is not null and not None;

    /// <summary>Reads a file. Names are defined before they are used, so there are no circles; the first bad line is named.</summary>
    public static Result<WitnessPolicy> Parse(string text)
    {
        if (text.Length > MaxBytes)
            return WitnessErrors.PolicyMalformed.Of("too long");
        var policy = new WitnessPolicy();
        var lines = text.Split('\n');
        if (lines.Length > MaxLines)
            return WitnessErrors.PolicyMalformed.Of("too many lines");
        for (var i = 0; i < lines.Length; i++)
        {
            var words = lines[i].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0][0] == '#')
                continue;
            if (policy.Read(words) is { } problem)
                return WitnessErrors.PolicyMalformed.Of(string.Create(CultureInfo.InvariantCulture, $"line {i + 1}: {problem}"));
        }
        return policy._quorum is null ? WitnessErrors.PolicyMalformed.Of("no quorum line") : policy;
    }

    /// <summary>
    /// The rule that holds without a file: the coordinator and one more witness. Where there is no coordinator (its own log), any one. Null when nobody can cosign.
    /// </summary>
    public static WitnessPolicy? OfSpace(VerifierKey? coordinator, IReadOnlyList<VerifierKey> others)
    {
        if (coordinator is null && others.Count == 0)
            return null;
        var policy = new WitnessPolicy();
        foreach (var key in coordinator is null ? others : [coordinator, .. others])
            policy._witnesses[key.Name] = new PolicyWitness(key.Name, key, null);
        policy._ordered.Add(("others", (1, [.. others.Select(k => k.Name)])));
        policy._ordered.Add(("space", coordinator is null ? (1, ["others"]) : (2, [coordinator.Name, "others"])));
        policy._quorum = "space";
        return policy;
    }

    /// <summary>The policy as a file.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var log in _logs)
            text.Append(CultureInfo.InvariantCulture, $"log {log}\n");
        foreach (var witness in _witnesses.Values)
            text.Append(CultureInfo.InvariantCulture, $"witness {witness.Name} {witness.Key}{(witness.Url is null ? "" : " " + witness.Url)}\n");
        foreach (var (name, (threshold, members)) in _ordered)
            text.Append(CultureInfo.InvariantCulture, $"group {name} {(threshold > Parties(members) ? "all" : threshold)} {string.Join(' ', members)}\n");
        return text.Append(CultureInfo.InvariantCulture, $"quorum {_quorum}\n").ToString();
    }

    /// <summary>Whether enough witnesses cosigned this note. The note's own log signature is not looked at.</summary>
    /// <param name="note">The checkpoint.</param>
    /// <param name="notBefore">Cosignatures older than this do not count; null takes any.</param>
    public QuorumState Evaluate(SignedNote note, DateTimeOffset? notBefore = null)
    {
        var times = _witnesses.Values.ToDictionary(w => w.Name, w => note.CosignatureTime(w.Key), StringComparer.Ordinal);
        var earliest = notBefore?.ToUnixTimeSeconds() ?? 0;
        var holds = times.ToDictionary(t => t.Key, t => t.Value >= earliest, StringComparer.Ordinal);
        // In the order of definition: members come before their groups, and each is looked at once.
        foreach (var (name, (threshold, members)) in _ordered)
            holds[name] = threshold == members.Count ? members.All(member => holds[member]) : Parties(members.Where(member => holds[member])) >= threshold;
        return new QuorumState(_quorum == None || holds[_quorum!], times);
    }

    private string? Read(string[] words) => words[0] switch
    {
        "log" => ReadLog(words),
        "witness" => ReadWitness(words),
        "group" => ReadGroup(words),
        "quorum" => ReadQuorum(words),
        _ => "unknown word",
    };

    private string? ReadLog(string[] words)
    {
        if (words.Length is < 2 or > 3 || !VerifierKey.Parse(words[1]).TryGet(out var key, out _) || key.Type == VerifierKey.Cosignature)
            return "log VKEY [URL]";
        if (_logs.Exists(l => l.KeyId == key.KeyId && l.Name == key.Name))
            return "the log is there twice";
        _logs.Add(key);
        return null;
    }

    private string? ReadWitness(string[] words)
    {
        if (words.Length is < 3 or > 4 || !VerifierKey.Parse(words[2]).TryGet(out var key, out _) || !key.IsCosigner)
            return "witness NAME VKEY [URL], with a key of a cosignature";
        if (words.Length == 4 && (!Uri.TryCreate(words[3], UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps))
            return "the URL is not https";
        // One key under two names would count twice.
        if (IsTaken(words[1]) || _witnesses.Values.Any(w => w.Key.Key.Raw.Span.SequenceEqual(key.Key.Raw.Span)))
            return "the name or the key is taken";
        _witnesses[words[1]] = new PolicyWitness(words[1], key, words.Length == 4 ? words[3] : null);
        return null;
    }

    private string? ReadGroup(string[] words)
    {
        if (words.Length < 4)
            return "group NAME all|any|K MEMBERS";
        var members = words[3..];
        if (IsTaken(words[1]))
            return "the name is taken";
        if (members.Distinct(StringComparer.Ordinal).Count() != members.Length || Array.Exists(members, m => !IsDefined(m)))
            return "a member is unknown or there twice";
        var threshold = words[2] switch
        {
            "all" => members.Length,
            "any" => 1,
            var k when int.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= Parties(members) => count,
            _ => 0,
        };
        if (threshold == 0)
            return "the threshold is all, any or 1 to the number of members (keys of one name are one)";
        _ordered.Add((words[1], (threshold, members)));
        return null;
    }

    private string? ReadQuorum(string[] words)
    {
        if (_quorum is not null)
            return "a second quorum line";
        if (words.Length != 2 || words[1] != None && !IsDefined(words[1]))
            return "quorum NAME|none";
        _quorum = words[1];
        return null;
    }

    // Witnesses by the names of their keys; groups count for themselves.
    private int Parties(IEnumerable<string> members)
        => members.Select(member => _witnesses.TryGetValue(member, out var witness) ? (true, witness.Key.Name) : (false, member)).Distinct().Count();

    private bool IsDefined(string name) => _witnesses.ContainsKey(name) || _ordered.Exists(g => g.Name == name);

    private bool IsTaken(string name) => name == None || IsDefined(name);
}
