using System.Buffers.Binary;
using System.Formats.Cbor;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Receipts;

namespace DataSpace.Ledger.Fsck;

/// <summary>What is looked for; null matches everything. Texts are compared exactly.</summary>
public sealed record LedgerQuery
{
    /// <summary>Kind of entry.</summary>
    public EntryKind? Kind { get; init; }

    /// <summary>Contract (agreement) id.</summary>
    public string? Contract { get; init; }

    /// <summary>Participant, in whatever part it has in an entry.</summary>
    public string? Participant { get; init; }

    /// <summary>Policy: version of the policy that decided, or id of a decision.</summary>
    public string? Policy { get; init; }

    /// <summary>Result: outcome of a use, a check or a dispute, or the code of a refusal.</summary>
    public string? Result { get; init; }

    /// <summary>First moment, milliseconds since 1970.</summary>
    public long? SinceMs { get; init; }

    /// <summary>Moment after the last one.</summary>
    public long? UntilMs { get; init; }

    /// <summary>Entries that are listed; the rest is counted.</summary>
    public int Limit { get; init; } = 100;
}

/// <summary>An entry that was found, with the fields by which entries are found.</summary>
/// <param name="Index">Index.</param>
/// <param name="Kind">Kind.</param>
/// <param name="TimeMs">Time.</param>
/// <param name="Contract">Contract, or empty.</param>
/// <param name="Participant">Participants, or empty.</param>
/// <param name="Policy">Policy version, or empty.</param>
/// <param name="Result">Result, or empty.</param>
/// <param name="Grant">Index of the Grant that a Report or Receipt belongs to, when that matched.</param>
public sealed record FoundEntry(long Index, EntryKind Kind, long TimeMs, string Contract, string Participant, string Policy, string Result, long? Grant);

/// <summary>Result of a search.</summary>
/// <param name="Origin">The log.</param>
/// <param name="Size">Entries that were looked at.</param>
/// <param name="Matches">All matches.</param>
/// <param name="Closed">Entries whose payload is not there: they match by kind and time alone.</param>
/// <param name="Entries">The first of the matches.</param>
public sealed record SearchResult(string Origin, long Size, long Matches, long Closed, IReadOnlyList<FoundEntry> Entries);

/// <summary>
/// Searches a log of any length with the payloads in the vault beside it; nothing is copied into an index that an erasure would have to reach. A Report or Receipt names its Grant
/// alone, so it matches by contract, participant and policy when its Grant does.
/// </summary>
public static class LedgerSearch
{
    private static readonly string[] ParticipantLabels =
        ["participant", "serviceParty", "consumer", "provider", "roster", "silent", "openedBy", "regulator", "asker", "target"];

    private static readonly string[] PolicyLabels = ["policyVersion", "policyDecisionId"];
    private static readonly string[] ResultLabels = ["outcome", "code"];

    /// <summary>Searches the ledger in a directory. An error when it cannot be read or is not the log that its checkpoint signs.</summary>
    public static Result<SearchResult> Find(string directory, LedgerQuery query, string? expectedVkey = null)
    {
        if (!LogStream.Open(directory, expectedVkey).TryGet(out var log, out var error))
            return error;
        using (log)
        {
            var (found, grants, frontier) = (new List<FoundEntry>(), new Dictionary<UInt128, long>(), new Frontier());
            var (matches, closed) = (0L, 0L);
            while (frontier.Size < log.Checkpoint.Size)
            {
                if (!log.Page(frontier.Size, log.Checkpoint.Size, _ => true).TryGet(out var page, out error))
                    return error;
                foreach (var entry in page)
                {
                    frontier.Add(entry.LeafHash);
                    if (Match(entry, query, grants) is not { } match)
                        continue;
                    matches++;
                    closed += entry.Fields is null ? 1 : 0;
                    if (found.Count < query.Limit)
                        found.Add(match);
                }
            }
            return frontier.Root().AsSpan().SequenceEqual(log.Checkpoint.RootHash.Span)
                ? new SearchResult(log.Checkpoint.Origin, log.Checkpoint.Size, matches, closed, found)
                : LedgerErrors.Corrupt.Of("checkpoint: its root is not the root of the entries");
        }
    }

    private static FoundEntry? Match(StreamedEntry entry, LedgerQuery query, Dictionary<UInt128, long> grants)
    {
        var opened = entry.Fields?.ToList();
        var fields = opened?.ToDictionary(f => f.Label, f => FieldText.Of(f.Value), StringComparer.Ordinal) ?? [];
        var grant = entry.Head.Kind is not EntryKind.Grant && opened?.FirstOrDefault(f => f.Label == "grantHash") is { Label: not null } named && KeyOf(named.Value) is { } key && grants.TryGetValue(key, out var at)
            ? at : (long?)null;
        var isMeant = grant is not null || Has(query.Contract, ["contractId"], fields) && Has(query.Participant, ParticipantLabels, fields) && Has(query.Policy, PolicyLabels, fields);
        if (isMeant && entry.Head.Kind == EntryKind.Grant)
            grants[BinaryPrimitives.ReadUInt128BigEndian(entry.LeafHash)] = entry.Index; // also one before the time asked for: its Report may lie within
        return isMeant && (query.Kind is null || query.Kind == entry.Head.Kind) && Has(query.Result, ResultLabels, fields)
            && (query.SinceMs is not { } since || entry.Head.TimeMs >= since) && (query.UntilMs is not { } until || entry.Head.TimeMs < until)
            ? new FoundEntry(entry.Index, entry.Head.Kind, entry.Head.TimeMs, First(["contractId"]), string.Join(", ", ParticipantLabels.Where(fields.ContainsKey).Select(l => fields[l])),
                First(PolicyLabels), First(ResultLabels), grant)
            : null;

        string First(IEnumerable<string> labels) => labels.Where(fields.ContainsKey).Select(label => fields[label]).FirstOrDefault("");
    }

    private static bool Has(string? wanted, IEnumerable<string> labels, Dictionary<string, string> fields)
        => wanted is null || labels.Any(label => fields.TryGetValue(label, out var text) && (text == wanted || text.Split(FieldText.Separator).Contains(wanted, StringComparer.Ordinal)));

    private static UInt128? KeyOf(ReadOnlyMemory<byte> digest)
        => digest.Length == 2 + MerkleHash.SizeBytes ? BinaryPrimitives.ReadUInt128BigEndian(digest.Span[2..]) : null; // a CBOR byte string of 32 bytes has a head of two
}

/// <summary>Values of payload fields as text.</summary>
public static class FieldText
{
    /// <summary>Between the items of a list.</summary>
    public const string Separator = ", ";

    /// <summary>Text as it is, numbers in decimal, bytes in lower-case hex, lists joined.</summary>
    public static string Of(ReadOnlyMemory<byte> cbor)
    {
        try
        {
            var reader = new CborReader(cbor, CborConformanceMode.Canonical);
            switch (reader.PeekState())
            {
                case CborReaderState.TextString:
                    return reader.ReadTextString();
                case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                    return reader.ReadInt64().ToString(System.Globalization.CultureInfo.InvariantCulture);
                case CborReaderState.ByteString:
                    return Convert.ToHexStringLower(reader.ReadByteString());
                case CborReaderState.StartArray:
                    var items = new List<string>();
                    for (var left = reader.ReadStartArray() ?? 0; left > 0; left--)
                        items.Add(reader.ReadTextString());
                    return string.Join(Separator, items);
            }
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            // shown as it is
        }
        return Convert.ToHexStringLower(cbor.Span);
    }
}
