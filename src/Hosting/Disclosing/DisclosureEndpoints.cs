using System.Security.Cryptography;
using System.Text.Json;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Audit;
using DataSpace.Ledger.Disclosing;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Witnessing;
using DataSpace.Protocol.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Hosting.Disclosing;

/// <summary>What a peer asks of this node's log; who asks is said by its token.</summary>
/// <param name="Origin">The log.</param>
/// <param name="CaseId">Case.</param>
/// <param name="From">First entry.</param>
/// <param name="To">Entry after the last one.</param>
/// <param name="Nonce">32 random bytes, lower-case hex.</param>
/// <param name="Fields">Labels asked for; null: all.</param>
public sealed record DisclosureQuestion(string Origin, string CaseId, long From, long To, string Nonce, IReadOnlyList<string>? Fields = null);

/// <summary>What the owner of this node wants to ask another one.</summary>
/// <param name="Did">Whose log.</param>
/// <param name="CaseId">Case.</param>
/// <param name="From">First entry.</param>
/// <param name="To">Entry after the last one.</param>
/// <param name="Fields">Labels asked for; null: all.</param>
public sealed record AskRequest(string? Did, string? CaseId, long From, long To, IReadOnlyList<string>? Fields);

/// <summary>Disclosure of ranges of the log: answered to peers whom the owner entitled, asked on the owner's word.</summary>
internal static class DisclosureEndpoints
{
    public const string Path = "/ledger/disclosures";

    public static void MapDisclosures(this WebApplication app)
    {
        var peers = app.Services.GetRequiredService<PeerDirectory>();
        foreach (var card in app.Services.GetRequiredService<Auditors>().Cards)
            peers.Trust(card);
        app.MapPost(Path, AnswerAsync).RequirePeer()
            .WithSummary("An auditor or regulator asks for at most 256 entries under a case: one disclosure or one signed refusal for each, recorded in this log first.");
        app.MapPost("/admin/ledger/disclosures", AskAsync).RequireAdmin()
            .WithSummary("Asks another node for entries of its log, verifies the answer and returns it.");
    }

    private static async Task<IResult> AnswerAsync(HttpContext http, AuditLedger ledger, Auditors auditors, CancellationToken cancellation)
    {
        var call = http.CallOf();
        if (!call.Read<DisclosureQuestion>().TryGet(out var asked, out var error))
            return error.ToProblem();
        var request = new DisclosureRequest(asked.Origin, asked.CaseId, call.Did, asked.From, asked.To, asked.Fields, asked.Nonce);
        if (request.Check() is { } malformed)
            return malformed.ToProblem();
        var answer = await ledger.DiscloseAsync(request, auditors.Find(call.Did, call.KeyId, asked.CaseId), cancellation);
        return answer.TryGet(out var bytes, out error) ? Results.Bytes(bytes, "application/cbor") : error.ToProblem();
    }

    private static async Task<IResult> AskAsync(AskRequest ask, NodeIdentity self, PeerDirectory peers, LogKeys logs, INodeTransport transport, CancellationToken cancellation)
    {
        if (ask.Did is null || ask.CaseId is null)
            return HostErrors.MalformedRequest.Of("did and caseId").ToProblem();
        if (!logs.Trusted(ask.Did).TryGet(out var vkey, out var error))
            return error.ToProblem();
        if (peers.Find(ask.Did) is not { } member)
            return WitnessErrors.OriginUnknown.Of(ask.Did).ToProblem();
        var log = VerifierKey.ParseLog(vkey).Value;
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var request = new DisclosureRequest(log.Name, ask.CaseId, self.Did, ask.From, ask.To, ask.Fields, nonce);
        if (request.Check() is { } malformed)
            return malformed.ToProblem();
        var question = JsonSerializer.SerializeToUtf8Bytes(new DisclosureQuestion(request.Origin, request.CaseId, request.From, request.To, nonce, request.Fields), JobJson.Options);
        if (!(await transport.SendAsync(PeerDirectory.PeerOf(member), HttpMethod.Post, Path, question, cancellation)).TryGet(out var answer, out error))
            return error.ToProblem();
        if (!answer.IsSuccess)
            return Refusal(PeerProblem.Read(ask.Did, answer), answer.Status).ToProblem();
        return DisclosureAnswer.Verify(answer.Body, request, log.Key, vkey).TryGet(out var verified, out error)
            ? Results.Json(View(verified, vkey, answer.Body), JobJson.Options)
            : error.ToProblem();
    }

    private static DsError Refusal(RefusalNotice said, int status)
        => new(new ErrorKind(said.Code, status is >= 400 and < 500 ? status : StatusCodes.Status502BadGateway, said.Title, said.TitleZh, said.Advice, said.AdviceZh), said.Detail);

    // As the asker can keep and check it: the raw answer, and what it answers.
    private static object View(VerifiedDisclosure verified, string vkey, ReadOnlyMemory<byte> answer) => new
    {
        request = verified.Request,
        vkey,
        recordedAt = verified.RecordedAt,
        size = verified.Checkpoint.Size,
        disclosed = verified.Answers.Count(a => !a.IsRefused),
        refused = verified.Answers.Count(a => a.IsRefused),
        answer = Convert.ToBase64String(answer.Span),
        ledger = AuditStatement.Current,
    };
}
