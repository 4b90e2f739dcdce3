namespace DataSpace.Protocol.Membership;

/// <summary>
/// What a participant says about itself (JWS by its own key, typ <see cref="Typ"/>). The coordinator's registry hands these documents
/// on unchanged: it is a phone book, not an authority; peers' keys count once they are pinned in an agreement.
/// </summary>
/// <param name="Did">The participant.</param>
/// <param name="Name">Display name.</param>
/// <param name="Role"><c>connector</c> or <c>coordinator</c>.</param>
/// <param name="Url">Base URL of the node.</param>
/// <param name="PublicKey">Base64url Ed25519 public key.</param>
/// <param name="KeyId">Its id.</param>
/// <param name="TlsSpki">Base64url SHA-256 of the TLS certificate's public key.</param>
/// <param name="LedgerVkey">Verifier key of the node's log (signed-note vkey).</param>
public sealed record MemberDocument(string Did, string Name, string Role, string Url, string PublicKey, string KeyId, string TlsSpki, string LedgerVkey)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-member+jws";
}

/// <summary>Connector → coordinator: asks to join with its self-signed document.</summary>
public sealed record JoinRequest(string Document);

/// <summary>Coordinator → connector: <c>pending</c>, <c>approved</c> or <c>rejected</c>.</summary>
public sealed record JoinAnswer(string State);

/// <summary>Approved members, each as its self-signed document.</summary>
public sealed record MemberList(IReadOnlyList<string> Documents);
