using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Hosting.Jobs;

/// <summary>A contribution whose signature, digests and proofs verified.</summary>
/// <param name="Statement">The provider's signed header.</param>
/// <param name="Payload">Masked ciphertexts; empty for kind <c>sql</c>.</param>
/// <param name="Sealed">Reply sealed to the analyst.</param>
/// <param name="Grant">The opened Grant.</param>
/// <param name="GrantProof">Its proof.</param>
/// <param name="Report">The Report as verified; fields the owner keeps are absent.</param>
public sealed record VerifiedContribution(
    ContributionStatement Statement, byte[] Payload, byte[] Sealed, GrantPayload Grant, GrantProof GrantProof, VerifiedEntry Report)
{
    /// <summary>Leaf hash of the Report, hex.</summary>
    public string ReportHash => Convert.ToHexStringLower(Report.LeafHash.Span);
}

/// <summary>Makes the digests of contributions and verifies them: the same checks at the coordinator and at the analyst.</summary>
public static class Contributions
{
    private const int MaxPayloadBytes = 40 * 1024 * 1024;
    private const int MaxSealedBytes = 4 * 1024 * 1024;

    /// <summary>Digest that the Report commits to: of the whole committed contribution.</summary>
    public static string OutputDigest(ReadOnlySpan<byte> committed) => Digest.Sha256Hex(committed);

    /// <summary>
    /// Verifies one contribution against the order: signer, digests, roster hash (when <paramref name="rosterHash"/> is given), and that its Grant
    /// and Report stand in the provider's log, for this job, plan, contract and use. The key is the one that <paramref name="keys"/> pins.
    /// </summary>
    public static Result<VerifiedContribution> Verify(
        JobOrder order, string jobHash, string participant, ContributionEnvelope envelope, string audience, KeyResolver keys, string vkey,
        TimeProvider clock, string? rosterHash = null)
    {
        if (order.Plan.Roster.FirstOrDefault(r => r.Participant == participant) is not { } entry || keys(participant, entry.KeyId) is not { } key)
            return Invalid("the signer is not the party in the roster");
        var signed = SignedDocument.Verify<ContributionStatement>(
            envelope.Contribution.Statement, new DocumentExpectation(ContributionStatement.Typ, audience, participant), keys, clock);
        if (!signed.TryGet(out var document, out var error))
            return Invalid("signature: " + error.Code);
        var statement = document.Body;
        if (document.KeyId != entry.KeyId || statement.Participant != participant || statement.JobHash != jobHash || statement.Step != JobOrders.ContributeStep)
            return Invalid("statement of another job, party or step");
        if (rosterHash is not null && statement.RosterHash != rosterHash)
            return Invalid("roster hash");
        if (envelope.Contribution.Payload is not { Length: <= MaxPayloadBytes } payload || Digest.Sha256Hex(payload) != statement.PayloadDigest)
            return Invalid("payload digest");
        if (envelope.Contribution.Sealed is not { Length: <= MaxSealedBytes } sealedReply || Digest.Sha256Hex(sealedReply) != statement.SealedDigest)
            return Invalid("sealed digest");

        if (!VerifyGrant(order, jobHash, entry, statement, envelope.GrantProof, key, vkey).TryGet(out var grant, out error))
            return error;
        if (Decode(envelope.ReportProof, EntryProof.MaxBytes) is not { } reportBytes
            || !EntryProof.Decode(reportBytes).TryGet(out var reportProof, out error)
            || !reportProof.Verify(key, vkey, EntryKind.Report).TryGet(out var report, out error))
            return Invalid("report proof");
        if (!ReportNames(report, statement.GrantHash))
            return Invalid("report of another grant");
        return new VerifiedContribution(statement, payload, sealedReply, grant.Payload, grant.Proof, report);
    }

    /// <summary>That a participant's use for this job is granted in its log, before there is a contribution. Keys as at <see cref="Verify"/>.</summary>
    public static Result<Unit> VerifyGranted(JobOrder order, string jobHash, string participant, string grantProof, KeyResolver keys, string vkey)
    {
        if (order.Plan.Roster.FirstOrDefault(r => r.Participant == participant) is not { } entry || keys(participant, entry.KeyId) is not { } key)
            return Invalid("the signer is not the party in the roster");
        return VerifyGrant(order, jobHash, entry, null, grantProof, key, vkey).TryGet(out _, out var error) ? Unit.Value : error;
    }

    private static Result<(GrantPayload Payload, GrantProof Proof)> VerifyGrant(
        JobOrder order, string jobHash, RosterEntry entry, ContributionStatement? statement, string grantProof, PublicKey key, string vkey)
    {
        if (Decode(grantProof, EntryProof.MaxBytes) is not { } bytes || !GrantProof.Decode(bytes).TryGet(out var proof, out _))
            return Invalid("grant proof malformed");
        if (!proof.Verify(key, vkey).TryGet(out var grant, out var error))
            return Invalid("grant proof: " + error.Code);
        var expectedUse = GrantPayload.ComputeUseId(jobHash, entry.AgreementId, JobOrders.ContributeStep);
        return (statement is null || (Convert.ToHexStringLower(proof.GrantHash.Span) == statement.GrantHash && statement.UseId == expectedUse)) && grant.UseId == expectedUse
            && grant.JobHash == jobHash && grant.PlanHash == order.PlanHash && grant.ContractId == entry.AgreementId
            && grant.DatasetId == entry.DatasetId && grant.Participant == order.Consumer && grant.Nonce == order.Nonce
            ? (grant, proof)
            : Invalid("grant of another use");
    }

    private static bool ReportNames(VerifiedEntry report, string grantHash)
        => report.Fields.FirstOrDefault(f => f.Label == "grantHash") is { } field && Convert.ToHexStringLower(PayloadDigest(field)) == grantHash;

    private static byte[] PayloadDigest(PayloadField field)
    {
        var reader = new System.Formats.Cbor.CborReader(field.Value);
        return reader.ReadByteString();
    }

    private static byte[]? Decode(string base64, int maxBytes)
    {
        if (base64.Length / 4 * 3 > maxBytes)
            return null;
        var bytes = new byte[base64.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(base64, bytes, out var written) ? bytes[..written] : null;
    }

    private static DsError Invalid(string what) => JobErrors.ContributionInvalid.Of(what);
}
