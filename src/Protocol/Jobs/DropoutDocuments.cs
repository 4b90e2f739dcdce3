namespace DataSpace.Protocol.Jobs;

/// <summary>
/// Owner → coordinator → all owners and the analyst, in jobs that may go on without some owners (JWS, typ <see cref="Typ"/>), before anything is granted: one share of two fresh secrets for each owner, sealed to it. Learned by the
/// coordinator: sizes; by an owner: one share of each, which alone is uniform.
/// </summary>
/// <param name="JobHash">Hex.</param>
/// <param name="RosterHash">Hex; binds the shares to all owners' keys of this job.</param>
/// <param name="Participant">DID.</param>
/// <param name="Shares">Base64 of the message of shares.</param>
public sealed record SharesStatement(string JobHash, string RosterHash, string Participant, string Shares)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-shares+jws";
}

/// <summary>
/// Owner → coordinator → survivors and the analyst (JWS, typ <see cref="Typ"/>): it contributed, and agrees that these contributions and no others are added up. The first set stands. Learned by all: who contributed, who is gone.
/// </summary>
/// <param name="JobHash">Hex.</param>
/// <param name="RosterHash">Hex.</param>
/// <param name="Participant">DID of the signer.</param>
/// <param name="Survivors">DIDs in roster order.</param>
/// <param name="SetDigest">Hex SHA-256 over roster hash, minimum, survivors and the digests of their contributions.</param>
public sealed record SurvivorStatement(string JobHash, string RosterHash, string Participant, IReadOnlyList<string> Survivors, string SetDigest)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-survivors+jws";
}

/// <summary>Coordinator → survivor: the signed headers (compact JWS of <see cref="ContributionStatement"/>) of the contributions that are to be added, in roster order.</summary>
public sealed record SurvivorsRequest(IReadOnlyList<string> Contributions);

/// <summary>Coordinator → survivor: compact JWS of <see cref="SurvivorStatement"/>, more than two thirds of all owners over one set.</summary>
public sealed record UnmaskRequest(IReadOnlyList<string> Statements);

/// <summary>Survivor → coordinator → analyst: the signed header (JWS, typ <see cref="Typ"/>) of what it tells.</summary>
/// <param name="JobHash">Hex.</param>
/// <param name="RosterHash">Hex.</param>
/// <param name="Participant">DID.</param>
/// <param name="UseId">Hex; the use of its contribution.</param>
/// <param name="GrantHash">Hex leaf hash of that use's Grant.</param>
/// <param name="SetDigest">Hex; the set of survivors.</param>
/// <param name="SealedDigest">Hex SHA-256 of the box.</param>
public sealed record ToldStatement(string JobHash, string RosterHash, string Participant, string UseId, string GrantHash, string SetDigest, string SealedDigest)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-told-shares+jws";
}

/// <summary>What a survivor tells. Learned by the analyst, who alone opens it: of each survivor a share of its self-mask, of each other owner a share of its mask key; by the coordinator: the size.</summary>
/// <param name="Statement">Compact JWS of a <see cref="ToldStatement"/>.</param>
/// <param name="Sealed">Base64 of the shares, sealed to the analyst's key of the job.</param>
public sealed record ToldShare(string Statement, string Sealed);

/// <summary>Coordinator → analyst, beside the survivors' contributions: how they went on.</summary>
/// <param name="Survivors">DIDs in roster order; the bundle's contributions are theirs.</param>
/// <param name="Shares">Compact JWS of <see cref="SharesStatement"/> of all owners, in roster order.</param>
/// <param name="Statements">Compact JWS of <see cref="SurvivorStatement"/>.</param>
/// <param name="Told">What survivors told.</param>
public sealed record SurvivorBundle(IReadOnlyList<string> Survivors, IReadOnlyList<string> Shares, IReadOnlyList<string> Statements, IReadOnlyList<ToldShare> Told);
