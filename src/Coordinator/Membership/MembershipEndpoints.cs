using System.Text.Json;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Coordinator.Membership;

/// <summary>Joining, approval and the member list. Documents are handed on exactly as their subjects signed them.</summary>
internal static class MembershipEndpoints
{
    private const int MaxMembers = 10_000;
    private const int MaxPending = 500;
    private const int MaxJoinBytes = 16 * 1024;

    public static void MapMembership(this WebApplication app)
    {
        app.MapPost("/members/join", JoinAsync).WithMetadata(new OpenToEveryone())
            .WithSummary("Asks to join with a self-signed member document; repeat to renew it or to learn the state.");
        app.MapGet("/members", ListForMemberAsync).RequirePeer().WithSummary("Approved members, each as its self-signed document.");
        var admin = app.MapGroup("/admin/members").RequireAdmin();
        admin.MapGet("/", ListForOperatorAsync).WithSummary("Everyone who asked to join.");
        admin.MapPost("/{did}/approve", (string did, string? keyId, IDbContextFactory<CoordinatorState> store, PeerDirectory peers, TimeProvider clock, CancellationToken c)
            => DecideAsync(did, keyId, MemberStates.Approved, store, peers, clock, c)).WithSummary("Approves a member; with keyId only if that is its key.");
        admin.MapPost("/{did}/reject", (string did, IDbContextFactory<CoordinatorState> store, PeerDirectory peers, TimeProvider clock, CancellationToken c)
            => DecideAsync(did, null, MemberStates.Rejected, store, peers, clock, c)).WithSummary("Rejects or removes a member.");
    }

    /// <summary>After a restart: approved members are known again.</summary>
    public static async Task RestoreAsync(IServiceProvider services)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<CoordinatorState>>().CreateDbContextAsync();
        var peers = services.GetRequiredService<PeerDirectory>();
        foreach (var member in await db.Members.Where(m => m.State == MemberStates.Approved).ToListAsync())
            _ = peers.Learn(member.Document); // an expired document comes back with the member's next renewal
    }

    private static async Task<IResult> JoinAsync(HttpRequest request, IDbContextFactory<CoordinatorState> store, PeerDirectory peers, TimeProvider clock, CancellationToken cancellation)
    {
        if (request.ContentLength is null or > MaxJoinBytes)
            return HostErrors.RequestTooLarge.Of($"at most {MaxJoinBytes} bytes, with Content-Length").ToProblem();
        if (!request.HasJsonContentType())
            return HostErrors.MalformedRequest.Of("content type is application/json").ToProblem();
        JoinRequest? join;
        try
        {
            join = await request.ReadFromJsonAsync<JoinRequest>(JobJson.Options, cancellation);
        }
        catch (JsonException e)
        {
            return HostErrors.MalformedRequest.Of($"at {e.Path}").ToProblem();
        }
        var verified = MemberDocuments.Verify(join?.Document ?? string.Empty, clock);
        if (!verified.TryGet(out var signed, out var error))
            return error.ToProblem();
        var document = signed.Body;
        await using var db = await store.CreateDbContextAsync(cancellation);
        var row = await db.Members.FindAsync([document.Did], cancellation);
        if (row is null)
        {
            var yesterday = clock.GetUtcNow() - TimeSpan.FromDays(1);
            await db.Members.Where(m => m.State == MemberStates.Pending && m.ChangedAt < yesterday).ExecuteDeleteAsync(cancellation);
            if (await db.Members.CountAsync(cancellation) >= MaxMembers || await db.Members.CountAsync(m => m.State == MemberStates.Pending, cancellation) >= MaxPending)
                return CoordinatorErrors.TooManyMembers.Of($"at most {MaxMembers}").ToProblem();
            row = new MemberRow
            {
                Did = document.Did,
                Name = document.Name,
                Url = document.Url,
                PublicKey = document.PublicKey,
                Document = join!.Document,
                State = MemberStates.Pending,
                ChangedAt = clock.GetUtcNow(),
            };
            db.Members.Add(row);
        }
        else if (row.PublicKey != document.PublicKey && row.State != MemberStates.Approved)
        {
            // Nobody owns a DID by asking first: until the operator approves one key, the latest applicant stands in the list.
            (row.PublicKey, row.State, row.ChangedAt) = (document.PublicKey, MemberStates.Pending, clock.GetUtcNow());
            (row.Name, row.Url, row.Document) = (document.Name, document.Url, join!.Document);
        }
        else if (row.PublicKey != document.PublicKey && peers.Key(document.Did, document.KeyId) is null)
        {
            return Kernel.Crypto.CryptoErrors.UnknownKey.Of("another key is registered for this participant").ToProblem();
        }
        else
        {
            // The registered key, or one that it has announced.
            (row.Name, row.Url, row.Document, row.PublicKey) = (document.Name, document.Url, join!.Document, document.PublicKey);
        }
        await db.SaveChangesAsync(cancellation);
        if (row.State == MemberStates.Approved)
            _ = peers.Learn(row.Document);
        return Results.Json(new JoinAnswer(row.State), JobJson.Options);
    }

    private static async Task<IResult> ListForMemberAsync(HttpContext http, IDbContextFactory<CoordinatorState> store, CancellationToken cancellation)
    {
        _ = http.CallOf();
        await using var db = await store.CreateDbContextAsync(cancellation);
        var documents = await db.Members.Where(m => m.State == MemberStates.Approved).OrderBy(m => m.Did).Select(m => m.Document).ToListAsync(cancellation);
        return Results.Json(new MemberList(documents), JobJson.Options);
    }

    private static async Task<IResult> ListForOperatorAsync(IDbContextFactory<CoordinatorState> store, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var members = await db.Members.AsNoTracking().OrderBy(m => m.ChangedAt).ToListAsync(cancellation);
        return Results.Json(new { members = members.Select(m => new { m.Did, m.Name, m.State, m.Url, keyId = KeyIdOf(m.PublicKey) }) }, JobJson.Options);
    }

    private static string KeyIdOf(string publicKey)
        => Kernel.Crypto.PublicKey.FromEd25519(System.Buffers.Text.Base64Url.DecodeFromChars(publicKey)).KeyId;

    private static async Task<IResult> DecideAsync(
        string did, string? keyId, string state, IDbContextFactory<CoordinatorState> store, PeerDirectory peers, TimeProvider clock, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Members.FindAsync([did], cancellation) is not { } row)
            return CoordinatorErrors.MemberUnknown.Of(did).ToProblem();
        if (keyId is not null && keyId != KeyIdOf(row.PublicKey))
            return CoordinatorErrors.MemberUnknown.Of("its key is another one").ToProblem();
        (row.State, row.ChangedAt) = (state, clock.GetUtcNow());
        await db.SaveChangesAsync(cancellation);
        if (state == MemberStates.Approved)
        {
            var learned = peers.Learn(row.Document);
            if (!learned.IsOk)
                return learned.Error.ToProblem();
        }
        else
        {
            peers.Forget(did);
        }
        return Results.Json(new { row.Did, row.Name, row.State, row.Url }, JobJson.Options);
    }
}

/// <summary>States of a membership.</summary>
internal static class MemberStates
{
    public const string Pending = "pending";
    public const string Approved = "approved";
    public const string Rejected = "rejected";
}
