using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Protocol.Duties;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Duties;

/// <summary>
/// The owner's side of a deletion: believes only the consumer of the contract, by the key pinned there, about exactly the use and result that the owner knows, with the entry in the
/// consumer's own ledger. Then the duty is done, by this owner's clock late or not.
/// </summary>
internal sealed class DeletionDesk(
    IDbContextFactory<ConnectorState> store, DutyBook book, AgreementBook agreements, PeerDirectory peers, NodeIdentity self, TimeProvider clock)
{
    private const int MaxDocumentChars = 256 * 1024;
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>Takes a statement from <paramref name="caller"/>; repeating it changes nothing.</summary>
    public async Task<Result<Unit>> TakeAsync(string? document, string caller, CancellationToken cancellation)
    {
        if (document is not { Length: <= MaxDocumentChars } || Claimed(document) is not { } useId)
            return DutyErrors.StatementInvalid.Of("form");
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.OwedDuties.AsNoTracking().FirstOrDefaultAsync(d => d.UseId == useId && d.Action == RuleActions.Delete, cancellation) is not { } row || row.Consumer != caller
            || await agreements.FindAsync(row.AgreementId, AgreementBook.Provider, cancellation) is not { } agreement)
            return DutyErrors.NothingOwed.Of();
        PublicKey? Pinned(string did, string kid) => did == agreement.Row.Consumer && kid == agreement.Row.ConsumerKeyId ? agreement.ConsumerKey : null;
        if (!SignedDocument.Verify<DeletionStatement>(document, new DocumentExpectation(DeletionStatement.Typ, self.Did, caller), Pinned, clock).TryGet(out var signed, out var error))
            return DutyErrors.StatementInvalid.Of(error.Code);
        if (Problem(row, signed.Body, agreement) is { } problem)
            return problem;
        return await book.DoneAsync(row.UseId, row.DutyId, document, DutyDesk.HashOf(document), cancellation);
    }

    private DsError? Problem(OwedDutyRow row, DeletionStatement statement, BoundAgreement agreement)
    {
        var said = statement.Deletion;
        if (said.UseId != row.UseId || said.JobHash != row.JobHash || said.AgreementId != row.AgreementId)
            return DutyErrors.StatementInvalid.Of("another use");
        if (row.ResultDigest is { } digest && said.ResultDigest != digest)
            return DutyErrors.StatementInvalid.Of("another result");
        var now = clock.GetUtcNow();
        if (said.DeletedAtMs < (row.CreatedAt - Skew).ToUnixTimeMilliseconds() || said.DeletedAtMs > (now + Skew).ToUnixTimeMilliseconds())
            return DutyErrors.StatementInvalid.Of("its time cannot be");
        var bytes = new byte[statement.LedgerProof.Length];
        if (peers.Find(row.Consumer)?.LedgerVkey is not { } vkey || !Convert.TryFromBase64String(statement.LedgerProof, bytes, out var length)
            || !EntryProof.Decode(bytes.AsMemory(0, length)).TryGet(out var proof, out _)
            || !proof.Verify(agreement.ConsumerKey, vkey, EntryKind.DutyDone).TryGet(out var entry, out _)
            || !DutyDonePayload.FromFields(entry.Fields).TryGet(out var done, out _))
            return DutyErrors.StatementInvalid.Of("no entry in the consumer's ledger");
        return done.UseId == row.UseId && done.ContractId == row.AgreementId && done.ProofHash == DeletionSender.HashOf(said)
            ? null : DutyErrors.StatementInvalid.Of("the consumer's ledger says something else");
    }

    /// <summary>The use that a document speaks of; worth nothing before it is verified.</summary>
    private static string? Claimed(string document)
    {
        if (!Jws.Parse(document, MaxDocumentChars).TryGet(out var jws, out _))
            return null;
        try
        {
            using var claims = JsonDocument.Parse(jws.Payload);
            return claims.RootElement.GetProperty("body").GetProperty("deletion").GetProperty("useId").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
