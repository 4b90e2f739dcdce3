using System.Buffers.Text;
using System.Text.Json;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;
using DataSpace.Protocol.Regulation;
using DataSpace.Regulator.Publication;

namespace DataSpace.Regulator.Nodes;

/// <summary>Nodes: registered by the officer, acknowledging by themselves, asked before a publication.</summary>
internal static class NodeEndpoints
{
    private const int MaxCardBytes = 16 * 1024;
    private static readonly TimeSpan PreviewLimit = TimeSpan.FromSeconds(30);

    public static void MapNodes(this WebApplication app)
    {
        app.MapPost(RegulationPaths.Acknowledgements, AcknowledgeAsync).RequirePeer().WithSummary("A registered node's signed acknowledgement: what it holds and what it suspended.");
        var admin = app.MapGroup("/admin").RequireAdmin();
        admin.MapPost("/nodes", RegisterAsync).WithSummary("Registers a node by its node.json: it gets every change at once.");
        admin.MapPost("/nodes/{did}/remove", RemoveAsync).WithSummary("Removes a node.");
        admin.MapPost("/preview", PreviewAsync).WithMetadata(new PreviewLimitMetadata()).WithSummary("Asks every node what a rule set would touch there; nothing is published.");
    }

    private static async Task<IResult> AcknowledgeAsync(HttpContext http, NodeBook nodes, NodeIdentity self, PeerDirectory peers, TimeProvider clock, CancellationToken cancellation)
    {
        var call = http.CallOf();
        if (!call.Read<SignedPaper>().TryGet(out var paper, out var error))
            return error.ToProblem();
        var expected = new DocumentExpectation(RegulationAcknowledgement.Typ, self.Did, call.Did);
        if (!SignedDocument.Verify<RegulationAcknowledgement>(paper.Document, expected, peers.Key, clock).TryGet(out var signed, out error))
            return error.ToProblem();
        if (signed.Body.Node != call.Did || signed.Body.Regulator != self.Did)
            return RegulatorErrors.BadAcknowledgement.Of().ToProblem();
        return (await nodes.AcknowledgeAsync(signed.Body, paper.Document, cancellation)).ToHttp();
    }

    private static async Task<IResult> RegisterAsync(HttpRequest request, NodeBook nodes, ActLog acts, PublicationDesk desk, BundlePusher pusher, CancellationToken cancellation)
    {
        if (request.ContentLength is null or > MaxCardBytes)
            return HostErrors.RequestTooLarge.Of($"at most {MaxCardBytes} bytes, with Content-Length").ToProblem();
        using var json = await JsonDocument.ParseAsync(request.Body, default, cancellation);
        if (ReadCard(json.RootElement) is not { } card)
            return RegulatorErrors.BadCard.Of().ToProblem();
        var hash = Digest.Sha256Hex(CanonicalJson.Of(card));
        var logged = await acts.AppendAsync("register", "node", card.Did, desk.Current?.State.RuleSet.Version ?? 0, string.Empty, hash, cancellation);
        if (!logged.TryGet(out _, out var error) || !(await nodes.RegisterAsync(card, cancellation)).TryGet(out _, out error))
            return error.ToProblem();
        pusher.Wake();
        return Results.Json(new { card.Did, card.Name, card.Role, card.Url }, JobJson.Options);
    }

    private static async Task<IResult> RemoveAsync(string did, NodeBook nodes, ActLog acts, PublicationDesk desk, CancellationToken cancellation)
    {
        if (!await nodes.HasAsync(did, cancellation))
            return RegulatorErrors.NodeUnknown.Of(did).ToProblem();
        // Written down before it is done, as every act.
        var logged = await acts.AppendAsync(
            "remove", "node", did, desk.Current?.State.RuleSet.Version ?? 0, string.Empty, Digest.Sha256Hex(System.Text.Encoding.UTF8.GetBytes(did)), cancellation);
        if (!logged.TryGet(out _, out var error) || !(await nodes.RemoveAsync(did, cancellation)).TryGet(out _, out error))
            return error.ToProblem();
        return Results.Json(new { did }, JobJson.Options);
    }

    /// <summary>Asks all nodes at the same time; one that does not answer is named with the code why.</summary>
    private static async Task<IResult> PreviewAsync(HttpRequest request, NodeBook nodes, INodeTransport transport, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellation);
        if (!SignedRuleSet.Read(body.GetBuffer().AsMemory(0, (int)body.Length)).TryGet(out var signed, out var error)
            || !RuleSetReader.Read(signed.RuleSet).TryGet(out var document, out error))
            return error.ToProblem();
        var question = JsonSerializer.SerializeToUtf8Bytes(new RegulationPreviewRequest(document.Json), JobJson.Options);
        var answers = await Task.WhenAll((await nodes.AllAsync(cancellation)).Select(n => AskAsync(n, question, document.Hash, transport, cancellation)));
        return Results.Json(new { document.Content.Version, ruleSetHash = document.Hash, rules = document.Content.Rules.Count, nodes = answers }, JobJson.Options);
    }

    private static async Task<object> AskAsync(MemberDocument node, byte[] question, string hash, INodeTransport transport, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(PreviewLimit);
        string code;
        try
        {
            var sent = await transport.SendAsync(PeerDirectory.PeerOf(node), HttpMethod.Post, RegulationPaths.Preview, question, limit.Token);
            if (sent.TryGet(out var response, out var error) && response.IsSuccess && Read(response) is { } answer && answer.Node == node.Did && answer.RuleSetHash == hash)
                return new { node.Did, node.Name, node.Role, answer.Datasets, answer.Contracts, answer.Jobs, wouldSuspend = answer.WouldSuspend.Take(RegulationPreviewAnswer.MaxItems) };
            code = error?.Code ?? (response!.IsSuccess ? HostErrors.PeerAnswerInvalid.Code : PeerProblem.Read(node.Did, response).Code);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            code = HostErrors.PeerUnreachable.Code;
        }
        return new { node.Did, node.Name, node.Role, code };
    }

    private static RegulationPreviewAnswer? Read(PeerAnswer response)
    {
        try
        {
            return JsonSerializer.Deserialize<RegulationPreviewAnswer>(response.Body.Span, JobJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The public part of a node.json, if it is one; what else stands in the file (its process id) is left aside.</summary>
    private static MemberDocument? ReadCard(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        string Text(string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= 512 } text ? text : string.Empty;
        var card = new MemberDocument(Text("did"), Text("name"), Text("role"), Text("url"), Text("publicKey"), Text("keyId"), Text("tlsSpki"), Text("ledgerVkey"));
        return ParticipantId.Parse(card.Did).IsOk && card.Name.Length > 0 && !card.Name.Any(char.IsControl) && card.Role is "connector" or "coordinator"
            && Uri.TryCreate(card.Url, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps
            && MemberDocuments.KeyOf(card)?.KeyId == card.KeyId && Base64Url.IsValid(card.TlsSpki, out var bytes) && bytes == 32
            ? card
            : null;
    }

    private sealed class PreviewLimitMetadata : Microsoft.AspNetCore.Http.Metadata.IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => SignedRuleSet.MaxBytes;
    }
}
