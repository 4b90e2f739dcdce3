using System.Text.Json;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Duties;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Duties;

/// <summary>The informed party's side: keeps each notice once, durably, and only then acknowledges it.</summary>
internal sealed class NoticeDesk(IDbContextFactory<ConnectorState> store, PeerDirectory peers, NodeIdentity self, TimeProvider clock)
{
    /// <summary>Most notices kept of one owner.</summary>
    public const int MaxPerOwner = 10_000;

    private const int MaxDocumentChars = 16 * 1024;
    private const int MaxTextChars = 512;
    private static readonly TimeSpan AcknowledgementLife = TimeSpan.FromHours(1);

    /// <summary>Takes a notice from <paramref name="caller"/>; repeating it gives an acknowledgement of the same content.</summary>
    public async Task<Result<SignedDuty>> TakeAsync(string? document, string caller, CancellationToken cancellation)
    {
        if (document is not { Length: <= MaxDocumentChars })
            return DutyErrors.NoticeInvalid.Of("size");
        if (!SignedDocument.Verify<DutyNotice>(document, new DocumentExpectation(DutyNotice.Typ, self.Did, caller), peers.Key, clock).TryGet(out var signed, out var error))
            return DutyErrors.NoticeInvalid.Of(error.Code);
        var notice = signed.Body;
        if (!IsSound(notice))
            return DutyErrors.NoticeInvalid.Of("content");
        var hash = InformDesk.HashOf(notice);
        if (await KeepAsync(caller, notice, hash, cancellation) is { } refusal)
            return refusal;
        return new SignedDuty(SignedDocument.Create(
            new DutyAcknowledgement(hash, notice.UseId, notice.DutyId), self.Signer, self.Did, [caller], DutyAcknowledgement.Typ, clock.GetUtcNow() + AcknowledgementLife, clock));
    }

    private async Task<DsError?> KeepAsync(string owner, DutyNotice notice, string hash, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.ReceivedNotices.AsNoTracking().FirstOrDefaultAsync(n => n.Owner == owner && n.UseId == notice.UseId && n.DutyId == notice.DutyId, cancellation) is { } known)
            return known.Hash == hash ? null : DutyErrors.NoticeDiffers.Of();
        if (await db.ReceivedNotices.CountAsync(n => n.Owner == owner, cancellation) >= MaxPerOwner)
            return DutyErrors.TooManyNotices.Of();
        db.ReceivedNotices.Add(new ReceivedNoticeRow
        {
            Owner = owner,
            UseId = notice.UseId,
            DutyId = notice.DutyId,
            Body = JsonSerializer.Serialize(notice, JobJson.Options),
            Hash = hash,
            ReceivedAt = clock.GetUtcNow(),
        });
        try
        {
            await db.SaveChangesAsync(cancellation);
            return null;
        }
        catch (DbUpdateException)
        {
            // Two deliveries raced: the one that was kept decides.
            await using var again = await store.CreateDbContextAsync(cancellation);
            return await again.ReceivedNotices.AnyAsync(n => n.Owner == owner && n.UseId == notice.UseId && n.DutyId == notice.DutyId && n.Hash == hash, cancellation)
                ? null : DutyErrors.NoticeDiffers.Of();
        }
    }

    private static bool IsSound(DutyNotice n)
        => Digest.IsSha256Hex(n.UseId) && Digest.IsSha256Hex(n.JobHash) && (n.ReportHash is null || Digest.IsSha256Hex(n.ReportHash)) && (n.GrantHash is null || Digest.IsSha256Hex(n.GrantHash)) && n.Phase is "before" or "during" or "after"
            && new[] { n.DutyId, n.AgreementId, n.DatasetId, n.Consumer, n.Purpose }.All(t => t is { Length: > 0 and <= MaxTextChars });
}
