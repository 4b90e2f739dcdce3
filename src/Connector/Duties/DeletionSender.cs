using System.Text.Json;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Duties;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Duties;

/// <summary>
/// Says to owners that results are gone: first in this node's own ledger, then signed and with the proof of that entry. Repeated until the owner takes it; repeating writes no
/// second entry.
/// </summary>
internal sealed class DeletionSender(IDbContextFactory<ConnectorState> store, AuditLedger ledger, PeerDirectory peers, INodeTransport transport, NodeIdentity self, TimeProvider clock)
{
    private const int MaxAtOnce = 32;
    private static readonly TimeSpan StatementLife = TimeSpan.FromHours(1);

    /// <summary>Sends what is owed now.</summary>
    public async Task SendDueAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var db = await store.CreateDbContextAsync(cancellation);
        var due = await db.KeptResults.AsNoTracking().Where(k => k.State == KeptStates.Wiped && k.NextTryAt <= now).OrderBy(k => k.NextTryAt).Take(MaxAtOnce).ToListAsync(cancellation);
        foreach (var row in due)
        {
            var problem = await SendAsync(row, cancellation);
            var (attempts, next) = (row.Attempts + 1, clock.GetUtcNow() + DutyBook.Backoff(row.Attempts + 1));
            var mine = db.KeptResults.Where(k => k.UseId == row.UseId);
            if (problem is null)
                await mine.ExecuteUpdateAsync(set => set.SetProperty(k => k.State, KeptStates.Stated).SetProperty(k => k.StatedAt, clock.GetUtcNow()).SetProperty(k => k.LastCode, (string?)null), cancellation);
            else
                await mine.ExecuteUpdateAsync(set => set.SetProperty(k => k.Attempts, attempts).SetProperty(k => k.NextTryAt, next).SetProperty(k => k.LastCode, problem.Code), cancellation);
        }
    }

    private async Task<DsError?> SendAsync(KeptResultRow row, CancellationToken cancellation)
    {
        var deletion = new DeletedResult(row.UseId, row.JobHash, row.AgreementId, row.DeletedAt!.Value.ToUnixTimeMilliseconds(), row.ResultDigest);
        var payload = new DutyDonePayload { DutyId = row.DutyId, Phase = "after", ContractId = row.AgreementId, UseId = row.UseId, ProofHash = HashOf(deletion) };
        var draft = new EntryDraft(payload, row.AgreementId) { EventId = DutyBook.EventId("result-deleted", row.UseId, row.DutyId) };
        if (!(await ledger.AppendAsync(draft, CancellationToken.None)).TryGet(out var entry, out var error) || !ledger.ProveEntry(entry.Index).TryGet(out var proof, out error))
            return error;
        if (peers.Find(row.Owner) is not { } owner)
            return ConnectorErrors.ParticipantUnknown.Of(row.Owner);
        var statement = new DeletionStatement(deletion, Convert.ToBase64String(proof.Encode()));
        var document = SignedDocument.Create(statement, self.Signer, self.Did, [row.Owner], DeletionStatement.Typ, clock.GetUtcNow() + StatementLife, clock);
        var sent = await transport.SendAsync(
            PeerDirectory.PeerOf(owner), HttpMethod.Post, DutyPaths.Deletions, JsonSerializer.SerializeToUtf8Bytes(new SignedDuty(document), JobJson.Options), cancellation);
        if (!sent.TryGet(out var answer, out error))
            return error;
        if (answer.IsSuccess)
            return null;
        var refusal = PeerProblem.Read(row.Owner, answer);
        // While its order lives, a use can still be granted that the owner does not know of now.
        return refusal.Code == DutyErrors.NothingOwed.Code
            ? clock.GetUtcNow() > row.OrderEndsAt ? null : DutyErrors.NothingOwed.Of()
            : DutyErrors.StatementInvalid.Of(refusal.Code);
    }

    /// <summary>What the entry in this node's ledger commits to: SHA-256 of the canonical JSON, lower-case hex.</summary>
    public static string HashOf(DeletedResult deletion) => Digest.Sha256Hex(CanonicalJson.Of(deletion));
}
