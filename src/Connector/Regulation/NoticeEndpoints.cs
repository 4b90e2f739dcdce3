using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Regulation;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Regulation;

/// <summary>
/// What the other party of a contract says about its suspension. Signed with the key that the contract pins; it changes nothing at the gate (the owner decides about
/// its data), it tells this side why nothing goes and spares it hopeless jobs.
/// </summary>
internal sealed class NoticeBook(IDbContextFactory<ConnectorState> store, AgreementBook agreements, NodeIdentity self, TimeProvider clock)
{
    /// <summary>Keeps a notice; the newest of a contract counts.</summary>
    public async Task<Result<Unit>> TakeAsync(string document, CancellationToken cancellation)
    {
        BoundAgreement? agreement = null;
        if (Claimed(document) is { } id)
            agreement = await agreements.FindAsync(id, AgreementBook.Consumer, cancellation);
        if (agreement is null)
            return RegulationErrors.NoticeInvalid.Of();
        PublicKey? Pinned(string did, string kid) => did == agreement.Row.Provider && kid == agreement.Row.ProviderKeyId ? agreement.ProviderKey : null;
        var verified = SignedDocument.Verify<RegulationNotice>(document, new DocumentExpectation(RegulationNotice.Typ, self.Did, agreement.Row.Provider), Pinned, clock);
        if (!verified.TryGet(out var signed, out var error))
            return error;
        var at = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(signed.Body.AtMs, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
        var body = JsonSerializer.Serialize(signed.Body, JobJson.Options);
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.RegulationNotices.FindAsync([signed.Body.AgreementId], cancellation) is not { } row)
            db.RegulationNotices.Add(new RegulationNoticeRow { AgreementId = signed.Body.AgreementId, Sender = signed.Issuer, Suspended = signed.Body.Suspended, Body = body, At = at });
        else if (at >= row.At)
            (row.Suspended, row.Body, row.At) = (signed.Body.Suspended, body, at);
        await db.SaveChangesAsync(cancellation);
        return Unit.Value;
    }

    /// <summary>The standing notice of each contract that the other party suspended.</summary>
    public async Task<IReadOnlyDictionary<string, RegulationNotice>> SuspendedAsync(CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        return (await db.RegulationNotices.AsNoTracking().Where(n => n.Suspended).ToListAsync(cancellation))
            .ToDictionary(n => n.AgreementId, n => JsonSerializer.Deserialize<RegulationNotice>(n.Body, JobJson.Options)!, StringComparer.Ordinal);
    }

    /// <summary>A notice as a refusal.</summary>
    public static DsError ErrorOf(RegulationNotice notice)
        => RegulationErrors.SuspendedThere.Of($"{notice.Code}, rule {notice.RuleId}, list version {notice.Version}; {notice.TitleEn} / {notice.TitleZh}; {notice.Basis}");

    private static string? Claimed(string document)
    {
        if (!Jws.Parse(document, SignedMessage.MaxRequestTokenChars).TryGet(out var jws, out _))
            return null;
        try
        {
            using var claims = JsonDocument.Parse(jws.Payload);
            return claims.RootElement.GetProperty("body").GetProperty("agreementId").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>Where notices arrive.</summary>
internal static class NoticeEndpoints
{
    public static void MapNotices(this WebApplication app)
        => app.MapPost(RegulationPaths.Notices, async (HttpContext http, NoticeBook book, CancellationToken c) =>
        {
            var call = http.CallOf();
            if (!call.Read<SignedPaper>().TryGet(out var paper, out var error))
                return error.ToProblem();
            return (await book.TakeAsync(paper.Document, c)).TryGet(out _, out error) ? Results.NoContent() : error.ToProblem();
        }).RequirePeer().WithSummary("The other party of a contract says that a regulator's list suspended it, or that it goes on.");
}
