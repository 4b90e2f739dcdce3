using DataSpace.Kernel.Crypto;
using DataSpace.Metering.Reconciliation;

namespace DataSpace.Metering.Settlement;

/// <summary>What is known about one party's signature under a statement.</summary>
/// <param name="Party">Participant id.</param>
/// <param name="State"><see cref="Signed"/>, <see cref="Unverified"/> or <see cref="Missing"/>.</param>
/// <param name="KeyId">Key that signed; empty when none did.</param>
public sealed record StatementSigner(string Party, string State, string KeyId)
{
    /// <summary>A signature over exactly these bytes verifies with a key of the party.</summary>
    public const string Signed = "signed";

    /// <summary>The party's keys were not given: whose the signatures are was not looked at.</summary>
    public const string Unverified = "unverified";

    /// <summary>No signature of this party was given.</summary>
    public const string Missing = "missing";

    /// <summary>All parties of a statement, payer first, with the state of their signatures.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="signatures">Signatures; null when none are there.</param>
    /// <param name="known">Parties whose keys are known.</param>
    public static IReadOnlyList<StatementSigner> Of(StatementDocument statement, StatementSignatures? signatures, IReadOnlyList<SettlementParty> known)
    {
        var tokens = signatures?.Over(statement.ToCanonicalJson()) ?? [];
        return [.. statement.Contracts.Select(c => c.Provider).Prepend(statement.Consumer).Distinct(StringComparer.Ordinal).Select(did => StateOf(did, tokens, known.Where(p => p.Did == did).ToList(), Months.BeginningOf(statement.Period)))];
    }

    private static StatementSigner StateOf(string did, IReadOnlyList<Jws> tokens, List<SettlementParty> known, DateTimeOffset earliest)
    {
        if (known.Count == 0)
            return new StatementSigner(did, tokens.Count == 0 ? Missing : Unverified, "");
        return tokens.FirstOrDefault(t => known.SelectMany(p => p.Keys.ValidWithin(earliest, DateTimeOffset.MaxValue)).Any(t.VerifiesWith)) is { } token
            ? new StatementSigner(did, Signed, token.KeyId)
            : new StatementSigner(did, Missing, "");
    }
}
