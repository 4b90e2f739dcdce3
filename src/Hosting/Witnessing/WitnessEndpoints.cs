using System.Globalization;
using DataSpace.Hosting.Http;
using DataSpace.Kernel.Results;
using DataSpace.Ledger;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Sequencing;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Witnessing;
using DataSpace.Protocol.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace DataSpace.Hosting.Witnessing;

/// <summary>The owner's decision to go on under a new log.</summary>
public sealed record NewOriginRequest(string Reason);

/// <summary>The witness endpoint of every node (C2SP tlog-witness), what is public about its own log, and the owner's view of all of it.</summary>
internal static class WitnessEndpoints
{
    public const string AddPath = "/witness/add-checkpoint";
    public const string ContinuationPath = "/ledger/continuation";
    private const string SizeType = "text/x.tlog.size";
    private const string Text = "text/plain; charset=utf-8";
    private const int MaxReasonChars = 200;
    private const int MaxListed = 200;

    public static string ReadPath(string origin) => $"/witness/{Witness.HashOf(origin)}/checkpoint";

    public static void MapWitness(this WebApplication app)
    {
        var open = app.MapGroup(string.Empty).WithMetadata(new OpenToEveryone());
        open.MapPost(AddPath, AddAsync).WithMetadata(new SubmissionSize())
            .WithSummary("Cosigns a checkpoint that extends the one cosigned before (C2SP tlog-witness): 200, 400, 403, 404, 409 with the size held, 422.");
        open.MapGet("/witness/{originHash}/checkpoint", Cosigned).WithSummary("Newest checkpoint of a log that this node cosigned; the log is named by the hex SHA-256 of its origin.");
        open.MapGet("/ledger/cosigned", (HttpContext http, AuditLedger ledger)
            => LogFiles.Serve(http, PublicFiles.TryResolve(ledger.Directory, PublicFiles.Cosigned), PublicFiles.Cosigned, HostErrors.NotFound)).WithSummary("Newest checkpoint of this node's log with the cosignatures of its witnesses.");
        open.MapGet("/ledger/vkeys", (HttpContext http, AuditLedger ledger)
            => LogFiles.Serve(http, PublicFiles.TryResolve(ledger.Directory, PublicFiles.FurtherKeys), PublicFiles.FurtherKeys, HostErrors.NotFound)).WithSummary("Further verifier keys of this node's log and of its witness (ML-DSA-44, SM2), one a line; 404 when it has none.");
        open.MapGet("/ledger/proofs/{index}", (HttpContext http, AuditLedger ledger, string index) =>
        {
            http.Response.Headers.CacheControl = LogFiles.Fresh;
            return Prove(ledger, index).TryGet(out var proof, out var error) ? Results.Text(proof.Format(), Text) : error.ToProblem();
        }).WithSummary("Proof that an entry is in this node's log (C2SP tlog-proof), under the cosigned checkpoint where that covers it; the entry, as public as its tile, is the extra line.");
        open.MapGet(ContinuationPath, Continuation).WithSummary("Proof of entry 0 of a log that continues another one; 404 for a first log.");
        open.MapGet("/ledger/ended/{number}/{**path}", Ended).WithSummary("Checkpoint, tiles and bundles of a log that this node has ended.");
        app.MapPost(GossipWorker.EvidencePath, Accuse).RequirePeer().WithMetadata(new PeerBodyLimit(EquivocationProof.MaxBytes))
            .WithSummary("A proof that a log has two histories; judged by the log's own signatures.");
        var admin = app.MapGroup("/admin/ledger").RequireAdmin();
        admin.MapGet("/status", Status).WithSummary("This node's log: size, cosigned size, quorum, witnesses.");
        admin.MapGet("/proofs/{index}", (AuditLedger ledger, string index) => Prove(ledger, index).TryGet(out var proof, out var error)
            ? Results.Json(new { vkey = ledger.VerifierKey, proof = proof.Format() }, JobJson.Options) : error.ToProblem()).WithSummary("The same proof with the key to check it by.");
        admin.MapGet("/gossip", Gossip).WithSummary("Newest checkpoints of others, logs whose tiles do not bear out what was heard, proofs of two histories.");
        admin.MapPost("/new-origin", NewOrigin).WithSummary("Ends a log that was rolled back; the node goes on under the next one after its restart, with every budget exhausted.");
    }

    /// <summary>The short form for a host's own status.</summary>
    public static object Summary(IServiceProvider services)
    {
        var cosigned = services.GetRequiredService<CosignedLog>().Now;
        return new
        {
            cosignedSize = cosigned.Size,
            quorumMet = cosigned.QuorumMet,
            witnesses = cosigned.Witnesses.Count,
            equivocations = services.GetRequiredService<CheckpointBook>().Forks.Select(f => f.Origin),
            code = services.GetRequiredService<CheckpointBook>().Forks.Count > 0 ? WitnessErrors.Equivocation.Code : null,
        };
    }

    private static async Task<IResult> AddAsync(HttpRequest request, Witness witness, AuditLedger ledger, WitnessStore store, GossipWorker gossip, CancellationToken cancellation)
    {
        // A node whose own log was rolled back was restored from a backup: what it cosigned meanwhile it does not know either.
        if (ledger.Refusal is { } sick)
            return sick.ToProblem();
        if (request.ContentLength > CheckpointSubmission.MaxBytes)
            return WitnessErrors.SubmissionMalformed.Of("too long").ToProblem();
        using var body = new MemoryStream();
        var buffer = new byte[4096];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (body.Length + read > CheckpointSubmission.MaxBytes)
                return WitnessErrors.SubmissionMalformed.Of("too long").ToProblem();
            body.Write(buffer, 0, read);
        }
        var answer = witness.AddCheckpoint(body.GetBuffer().AsSpan(0, (int)body.Length));
        if (answer.Contradicted is { } other && store.Cosigned(other.Origin) is { } held)
            gossip.Contradict(held, other);
        if (answer.UnknownOrigin is { } origin)
            gossip.Follow(origin);
        return answer switch
        {
            { Cosignature: { } line } => Results.Text(line, Text),
            { HeldSize: { } size } => Results.Text(string.Create(CultureInfo.InvariantCulture, $"{size}\n"), SizeType, statusCode: StatusCodes.Status409Conflict),
            _ => answer.Error!.ToProblem(),
        };
    }

    private static IResult Cosigned(string originHash, Witness witness)
        => originHash.Length == 64 && witness.Cosigned(originHash) is { } checkpoint ? Results.Text(checkpoint.Note, Text) : WitnessErrors.OriginUnknown.Of().ToProblem();

    private static IResult Continuation(AuditLedger ledger)
        => ledger.ContinuedAtMs is not null && ledger.ProveEntry(0).TryGet(out var proof, out _)
            ? Results.Bytes(proof.Encode(), "application/octet-stream")
            : HostErrors.NotFound.Of().ToProblem();

    private static IResult Ended(HttpContext http, string number, string path, AuditLedger ledger)
        => LogFiles.Serve(http, number.Length < 12 && number.All(char.IsAsciiDigit) ? PublicFiles.TryResolve(LogSuccession.ArchiveOf(ledger.Directory, "/" + number), path) : null, path, HostErrors.NotFound);

    private static Result<TlogProof> Prove(AuditLedger ledger, string index)
        => long.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? ledger.ProveCosigned(number) : LedgerErrors.IndexOutOfRange.Of();

    private static IResult Accuse(HttpContext http, GossipWorker gossip)
        => gossip.Accept(http.CallOf().Body.Span).TryGet(out var isNew, out var error) ? Results.Json(new { isNew }, JobJson.Options) : error.ToProblem();

    private static IResult Status(AuditLedger ledger, CosignedLog cosigned)
    {
        var (latest, now) = (ledger.Latest, cosigned.Now);
        var continued = ledger.GetMark(LogSuccession.ContinuedMark);
        return Results.Json(new
        {
            ledger.Origin,
            vkey = ledger.VerifierKey,
            latest.Size,
            rootHash = Convert.ToBase64String(latest.RootHash.Span),
            refusal = ledger.Refusal?.Code,
            heldByOthers = ledger.Contradiction?.Size,
            continues = continued?.Note,
            cosignedSize = now.Size,
            quorumMet = now.QuorumMet,
            policy = now.Policy?.ToString(),
            witnesses = now.Witnesses,
            successor = LogSuccession.Appointed(ledger.Directory)?.NewOrigin,
        }, JobJson.Options);
    }

    private static IResult Gossip(WitnessStore store, CheckpointBook book, GossipWorker gossip, LogKeys keys) => Results.Json(new
    {
        checkpoints = store.AllSeen(MaxListed).Select(c => new
        {
            c.Origin,
            c.Size,
            rootHash = Convert.ToBase64String(c.RootHash.Span),
            pinned = LogKeys.Split(c.Origin) is { } log && keys.PinOf(log.Did) == c.Origin,
        }),
        unproven = gossip.Unproven,
        equivocations = book.Forks.Select(f => new
        {
            f.Origin,
            found = DateTimeOffset.FromUnixTimeMilliseconds(f.AtMs),
            f.Reported,
            code = WitnessErrors.Equivocation.Code,
            proof = System.Text.Json.JsonDocument.Parse(f.Proof).RootElement,
        }),
    }, JobJson.Options);

    private static IResult NewOrigin(NewOriginRequest request, AuditLedger ledger)
    {
        if (string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > MaxReasonChars)
            return HostErrors.MalformedRequest.Of($"reason has 1 to {MaxReasonChars} characters").ToProblem();
        if (ledger.Refusal is not { } refusal || (refusal.Kind != LedgerErrors.RolledBack && refusal.Kind != LedgerErrors.Forked)
            || ledger.Contradiction is not { } known || LogKeys.Split(ledger.Origin) is not { } log)
            return WitnessErrors.NothingToRecover.Of().ToProblem();
        var order = new SuccessionOrder(ledger.Origin, LogKeys.OriginOf(log.Did, log.Number + 1), request.Reason.Trim(), known.Note);
        LogSuccession.Appoint(ledger.Directory, order);
        return Results.Json(new { order.OldOrigin, order.NewOrigin, knownSize = known.Size, keptSize = ledger.Latest.Size, restart = true }, JobJson.Options);
    }

    /// <summary>The server's own limit of this one endpoint.</summary>
    private sealed class SubmissionSize : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => CheckpointSubmission.MaxBytes + 1024;
    }
}

/// <summary>Registration of witnessing and gossip, the same on every node.</summary>
public static class Witnessing
{
    /// <summary>Adds witness, gossip and the collector of cosignatures.</summary>
    internal static IServiceCollection AddWitnessing(this IServiceCollection services, WitnessStore store, WitnessConfig config, Identity.AdditionalKeys additional)
        => services.AddSingleton(_ => store) // by a factory: ends with the node
            .AddSingleton(config).AddSingleton<LogKeys>().AddSingleton<CheckpointBook>().AddSingleton<GossipDesk>().AddSingleton<CosignedLog>()
            .AddSingleton(s => new Witness(s.GetRequiredService<Identity.NodeIdentity>().Did, s.GetRequiredService<Identity.NodeIdentity>().Signer, store,
                s.GetRequiredService<LogKeys>().FindForeign, s.GetRequiredService<TimeProvider>(), additional.Witness))
            .AddSingleton<GossipWorker>().AddHostedService(s => s.GetRequiredService<GossipWorker>()).AddHostedService<CosignatureCollector>();

    /// <summary>What a host's status says about witnesses and gossip.</summary>
    public static object Summary(IServiceProvider services) => WitnessEndpoints.Summary(services);
}
