using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Metering.Reconciliation;

namespace DataSpace.Metering.Settlement;

/// <summary>Signatures over a statement: JWS (RFC 7515) whose payload is the statement's canonical JSON, one per party.</summary>
/// <param name="StatementHash">SHA-256 of the statement, lower-case hex.</param>
/// <param name="Signatures">JWS compact, in the order in which they were made.</param>
public sealed record StatementSignatures(string StatementHash, IReadOnlyList<string> Signatures)
{
    /// <summary>JWS type.</summary>
    public const string Type = "dataspace-statement+json";

    /// <summary>Longest token and file.</summary>
    public const int MaxChars = 2 * CanonicalJson.MaxBytes;

    private const int MaxSignatures = 65;

    /// <summary>Signs a statement.</summary>
    public static string Sign(StatementDocument statement, ISigner signer) => Jws.Sign(signer, Type, statement.ToCanonicalJson());

    /// <summary>Reads a file of signatures.</summary>
    public static Result<StatementSignatures> Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            return json.Length <= MaxChars && JsonSerializer.Deserialize<StatementSignatures>(json.Span, KernelJson.Options) is { Signatures.Count: <= MaxSignatures } read
                ? read
                : SettlementErrors.StatementMalformed.Of("signatures");
        }
        catch (JsonException)
        {
            return SettlementErrors.StatementMalformed.Of("signatures");
        }
    }

    /// <summary>The signatures over exactly these bytes, whoever made them.</summary>
    internal IReadOnlyList<Jws> Over(ReadOnlyMemory<byte> statement)
        => [.. Signatures.Select(s => Jws.Parse(s, MaxChars)).Where(j => j.IsOk && j.Value.Type == Type && j.Value.Payload.Span.SequenceEqual(statement.Span)).Select(j => j.Value)];

    /// <summary>
    /// Parties whose signature over exactly these bytes is missing. Nobody signs a month before it begins, so a key that had ended by then does not count; a later one does, and one that ended since.
    /// </summary>
    public IReadOnlyList<string> Missing(ReadOnlyMemory<byte> statement, string period, IEnumerable<SettlementParty> parties)
    {
        var (tokens, earliest) = (Over(statement), Months.BeginningOf(period));
        return [.. parties.Where(p => !tokens.Any(t => p.Keys.ValidWithin(earliest, DateTimeOffset.MaxValue).Any(t.VerifiesWith))).Select(p => p.Did).Distinct(StringComparer.Ordinal)];
    }
}
