using System.Text.Json;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;
using DataSpace.Protocol.Regulation;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Regulator.Nodes;

/// <summary>
/// The nodes that get bundles and how each of them stands. Rows are the truth; the peer directory knows the same nodes, so that their request tokens
/// are recognised.
/// </summary>
internal sealed class NodeBook(IDbContextFactory<RegulatorStore> store, PeerDirectory peers, TimeProvider clock)
{
    /// <summary>Most nodes.</summary>
    public const int MaxNodes = 10_000;

    /// <summary>After a start: registered nodes are known again.</summary>
    public async Task RestoreAsync(CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        foreach (var row in await db.Nodes.AsNoTracking().ToListAsync(cancellation))
            peers.Trust(CardOf(row));
    }

    /// <summary>Every registered node.</summary>
    public async Task<IReadOnlyList<MemberDocument>> AllAsync(CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        return [.. (await db.Nodes.AsNoTracking().OrderBy(n => n.Did).ToListAsync(cancellation)).Select(CardOf)];
    }

    /// <summary>Adds a node, or renews its address and keys; the card came from the officer, who vouches for it.</summary>
    public async Task<Result<Unit>> RegisterAsync(MemberDocument card, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var json = JsonSerializer.Serialize(card, JobJson.Options);
        if (await db.Nodes.FindAsync([card.Did], cancellation) is { } row)
            row.Card = json;
        else if (await db.Nodes.CountAsync(cancellation) >= MaxNodes)
            return RegulatorErrors.TooMany.Of("nodes");
        else
            db.Nodes.Add(new NodeRow { Did = card.Did, Card = json, RegisteredAt = clock.GetUtcNow() });
        await db.SaveChangesAsync(cancellation);
        peers.Trust(card);
        return Unit.Value;
    }

    /// <summary>True when the node is registered.</summary>
    public async Task<bool> HasAsync(string did, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        return await db.Nodes.AnyAsync(n => n.Did == did, cancellation);
    }

    /// <summary>Removes a node.</summary>
    public async Task<Result<Unit>> RemoveAsync(string did, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Nodes.Where(n => n.Did == did).ExecuteDeleteAsync(cancellation) == 0)
            return RegulatorErrors.NodeUnknown.Of(did);
        peers.Forget(did);
        return Unit.Value;
    }

    /// <summary>Notes whether a node answered.</summary>
    public async Task NoteAsync(string did, string? failureCode, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Nodes.FindAsync([did], cancellation) is not { } row)
            return;
        var now = clock.GetUtcNow();
        if (failureCode is null)
            (row.LastSeen, row.NoAnswerSince, row.LastCode) = (now, null, null);
        else
            (row.NoAnswerSince, row.LastCode) = (row.NoAnswerSince ?? now, failureCode);
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>Keeps the newest acknowledgement; an older one that arrives late changes nothing.</summary>
    public async Task<Result<Unit>> AcknowledgeAsync(RegulationAcknowledgement ack, string document, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Nodes.FindAsync([ack.Node], cancellation) is not { } row)
            return RegulatorErrors.NodeUnknown.Of(ack.Node);
        var now = clock.GetUtcNow();
        (row.LastSeen, row.NoAnswerSince, row.LastCode) = (now, null, null);
        if (row.Acknowledgement is null || (ack.Version, ack.FreezeSequence).CompareTo((row.AckVersion, row.AckSequence)) >= 0)
            (row.Acknowledgement, row.AckVersion, row.AckSequence, row.AckAt) = (document, ack.Version, ack.FreezeSequence, now);
        await db.SaveChangesAsync(cancellation);
        return Unit.Value;
    }

    /// <summary>The stored card.</summary>
    public static MemberDocument CardOf(NodeRow row) => JsonSerializer.Deserialize<MemberDocument>(row.Card, JobJson.Options)!;
}
