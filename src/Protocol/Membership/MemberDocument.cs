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
    /// <value>
    /// All keys whose signatures count, with <see cref="PublicKey"/> among them; null when there is only that one. A key that is announced here by a
    /// document under a known key may sign the next document: that is how a participant changes its key.
    /// </value>
    [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MemberKey>? Keys { get; init; }

    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-member+jws";
}

/// <summary>One of a participant's keys.</summary>
/// <param name="PublicKey">Base64url Ed25519 public key.</param>
/// <param name="KeyId">Its id.</param>
/// <param name="ValidFrom">First moment of signatures under it.</param>
/// <param name="ValidUntil">End, exclusive; null while open.</param>
public sealed record MemberKey(string PublicKey, string KeyId, DateTimeOffset ValidFrom, DateTimeOffset? ValidUntil = null);

/// <summary>Connector → coordinator: asks to join with its self-signed document.</summary>
public sealed record JoinRequest(string Document);

/// <summary>Coordinator → connector: <c>pending</c>, <c>approved</c> or <c>rejected</c>.</summary>
public sealed record JoinAnswer(string State);

/// <summary>Approved members, each as its self-signed document.</summary>
public sealed record MemberList(IReadOnlyList<string> Documents);
