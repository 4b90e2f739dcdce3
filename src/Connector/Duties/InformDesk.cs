using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Duties;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Duties;

/// <summary>
/// Sends one notice and verifies its acknowledgement: signed by the informed party with the key that the contract pins or the owner confirmed, for exactly this notice.
/// Holds no state; sending the same notice again informs nobody twice.
/// </summary>
internal sealed class InformDesk(AgreementBook agreements, PeerDirectory peers, KeyPins pins, INodeTransport transport, NodeIdentity self, TimeProvider clock)
{
    private static readonly TimeSpan NoticeLife = TimeSpan.FromHours(1);

    /// <summary>One attempt: the acknowledgement, verified.</summary>
    public async Task<Result<string>> AskAsync(OwedDutyRow duty, CancellationToken cancellation)
    {
        if (peers.Find(duty.Party!) is not { } party)
            return ConnectorErrors.ParticipantUnknown.Of(duty.Party);
        var notice = JsonSerializer.Deserialize<DutyNotice>(duty.Notice!, JobJson.Options)!;
        var document = SignedDocument.Create(notice, self.Signer, self.Did, [duty.Party!], DutyNotice.Typ, clock.GetUtcNow() + NoticeLife, clock);
        var sent = await transport.SendAsync(
            PeerDirectory.PeerOf(party), HttpMethod.Post, DutyPaths.Notices, JsonSerializer.SerializeToUtf8Bytes(new SignedDuty(document), JobJson.Options), cancellation);
        if (!sent.TryGet(out var answer, out var error))
            return error;
        if (!answer.IsSuccess)
        {
            var refusal = PeerProblem.Read(duty.Party!, answer);
            // Only what the party says about the notice itself is a last word; being busy, down or just restarted is none.
            return answer.Status is 403 or 404 or 409 or 422 && !PeerProblem.HasJustRestarted(answer)
                ? DutyErrors.AcknowledgementInvalid.Of($"{duty.Party} answered {refusal.Code}")
                : DutyErrors.NotAcknowledged.Of($"{duty.Party} answered {refusal.Code}");
        }
        return await VerifyAsync(duty, notice, Read(answer), cancellation) is { } problem ? problem : Read(answer)!;
    }

    private async Task<DsError?> VerifyAsync(OwedDutyRow duty, DutyNotice notice, string? document, CancellationToken cancellation)
    {
        var agreement = await agreements.FindAsync(duty.AgreementId, AgreementBook.Provider, cancellation);
        PublicKey? Key(string did, string kid)
            => did != duty.Party ? null
                : did == self.Did ? (kid == self.Signer.PublicKey.KeyId ? self.Signer.PublicKey : null)
                : agreement is not null && did == agreement.Row.Consumer ? (kid == agreement.Row.ConsumerKeyId ? agreement.ConsumerKey : null)
                : pins.Problem(peers.Find(did), did) is null ? peers.Key(did, kid) : null;
        var verified = SignedDocument.Verify<DutyAcknowledgement>(document, new DocumentExpectation(DutyAcknowledgement.Typ, self.Did, duty.Party), Key, clock);
        if (!verified.TryGet(out var signed, out var error))
            return DutyErrors.AcknowledgementInvalid.Of(error.Code);
        return signed.Body == new DutyAcknowledgement(HashOf(notice), duty.UseId, duty.DutyId) ? null : DutyErrors.AcknowledgementInvalid.Of("of another notice");
    }

    /// <summary>What an acknowledgement is about: SHA-256 of the notice's canonical JSON, lower-case hex.</summary>
    public static string HashOf(DutyNotice notice) => Digest.Sha256Hex(CanonicalJson.Of(notice));

    private static string? Read(PeerAnswer answer)
    {
        try
        {
            return JsonSerializer.Deserialize<SignedDuty>(answer.Body.Span, JobJson.Options)?.Document;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
