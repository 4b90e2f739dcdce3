namespace DataSpace.Protocol.Duties;

/// <summary>Where nodes meet about duties. Every path takes a peer's request token.</summary>
public static class DutyPaths
{
    /// <summary>On a connector. POST: <see cref="SignedDuty"/> with a <see cref="DutyNotice"/>; answered with one that holds a <see cref="DutyAcknowledgement"/>.</summary>
    public const string Notices = "/peer/duties/notices";

    /// <summary>On a connector. POST: <see cref="SignedDuty"/> with a <see cref="DeletionStatement"/>; 204 when the owner is satisfied.</summary>
    public const string Deletions = "/peer/duties/deletions";
}

/// <summary>A signed document about a duty on its way (compact JWS).</summary>
public sealed record SignedDuty(string Document);

/// <summary>
/// Owner → the party that a duty names (JWS, typ <see cref="Typ"/>, audience = that party): a use of data is about to happen, is happening, or has happened. The content of one use and
/// duty never changes, so that a repetition informs nobody twice.
/// </summary>
/// <param name="UseId">The use, lower-case hex.</param>
/// <param name="DutyId">The duty, <c>duty/…</c>.</param>
/// <param name="Phase"><c>before</c>, <c>during</c> or <c>after</c>.</param>
/// <param name="AgreementId">The contract that lays the duty down.</param>
/// <param name="JobHash">The signed order, lower-case hex.</param>
/// <param name="DatasetId">The owner's dataset.</param>
/// <param name="Consumer">DID of who uses the data.</param>
/// <param name="Purpose">The purpose that the order declares.</param>
/// <param name="AtMs">When the notice was made, milliseconds since 1970 by the owner's clock.</param>
/// <param name="ReportHash">After a use: the Report's leaf hash in the owner's ledger, lower-case hex.</param>
/// <param name="GrantHash">During a use: the Grant's leaf hash, in the same form.</param>
public sealed record DutyNotice(
    string UseId, string DutyId, string Phase, string AgreementId, string JobHash, string DatasetId, string Consumer, string Purpose, long AtMs, string? ReportHash = null, string? GrantHash = null)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-duty-notice+jws";
}

/// <summary>The informed party → owner (JWS, typ <see cref="Typ"/>, audience = the owner): exactly this notice arrived.</summary>
/// <param name="NoticeHash">SHA-256 of the notice's canonical JSON, lower-case hex.</param>
/// <param name="UseId">The use.</param>
/// <param name="DutyId">The duty.</param>
public sealed record DutyAcknowledgement(string NoticeHash, string UseId, string DutyId)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-duty-ack+jws";
}

/// <summary>
/// Consumer → owner (JWS, typ <see cref="Typ"/>, audience = the owner): the result of a use, and everything derived from it at the consumer's node, is deleted. It is the consumer's
/// word; the entry in its ledger makes that word one it cannot take back.
/// </summary>
/// <param name="Deletion">What was deleted.</param>
/// <param name="LedgerProof">The consumer's own <c>DutyDone</c> entry with its proof (base64), whose <c>proofHash</c> is the hash of <paramref name="Deletion"/>.</param>
public sealed record DeletionStatement(DeletedResult Deletion, string LedgerProof)
{
    /// <summary>JWS type.</summary>
    public const string Typ = "dataspace-duty-deletion+jws";
}

/// <summary>A result that is no more.</summary>
/// <param name="UseId">The use, lower-case hex.</param>
/// <param name="JobHash">The signed order, lower-case hex.</param>
/// <param name="AgreementId">The contract.</param>
/// <param name="DeletedAtMs">When, milliseconds since 1970 by the consumer's clock.</param>
/// <param name="ResultDigest">Digest of the result as in the receipt; null when the job never came to one.</param>
public sealed record DeletedResult(string UseId, string JobHash, string AgreementId, long DeletedAtMs, string? ResultDigest = null);
