using System.Text.Json;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Regulation;
using DataSpace.Regulator.Nodes;
using DataSpace.Regulator.Publication;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Regulator;

/// <summary>The supervision view: what is in force, what is frozen and cleared, how every node stands.</summary>
internal static class StatusEndpoint
{
    private const int MaxListed = 1_000;

    public static void MapStatus(this WebApplication app)
        => app.MapGet("/admin/status", StatusAsync).RequireAdmin().WithSummary("Rule set, stamp, freezes, clearances, nodes and their acknowledgements.");

    private static async Task<IResult> StatusAsync(
        NodeIdentity self, RegulatorConfig config, StampKeyStore keys, PublicationDesk desk, AuditLedger ledger,
        IDbContextFactory<RegulatorStore> store, IServiceProvider services, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var nodes = await db.Nodes.AsNoTracking().OrderBy(n => n.Did).ToListAsync(cancellation);
        var current = desk.Current;
        var state = current?.State;
        return Results.Json(new
        {
            self.Did,
            self.Name,
            role = "regulator",
            threshold = config.Threshold,
            rootKeys = config.Pin.RootKeys.Select(k => k.KeyId),
            stampKey = new { publicKey = RegulatorPin.Spell(keys.Signer.PublicKey), keyId = keys.Signer.PublicKey.KeyId, notAfter = state?.RuleSet.StampKey.NotAfter },
            nextStampKey = keys.Next is { } next ? new { publicKey = RegulatorPin.Spell(next.PublicKey), keyId = next.PublicKey.KeyId } : null,
            looseningThreshold = config.Loosening,
            code = desk.Why?.Code,
            detail = desk.Why?.ToString(),
            ruleSet = state is null ? null : new { state.RuleSet.Version, hash = state.Document.Hash, rules = state.RuleSet.Rules.Count, state.RuleSet.ValidFrom, state.RuleSet.ValidUntil, state.RuleSet.Mode },
            stampedAt = state?.Stamp.Time,
            freezeSequence = state?.Orders.Sequence,
            freezes = state?.Orders.Freezes.Take(MaxListed) ?? [],
            clearances = state?.Orders.Clearances.Take(MaxListed) ?? [],
            nodes = nodes.Select(n => View(n, current)),
            ledger = new { ledger.Origin, ledger.Latest.Size, rootHash = Convert.ToBase64String(ledger.Latest.RootHash.Span), refusal = ledger.Refusal?.Code },
            witnessing = Witnessing.Summary(services),
        }, JobJson.Options);
    }

    /// <summary>
    /// <c>current</c>: it acknowledged what is in force; <c>behind</c>: it answers but has not; <c>noAnswer</c>: it does not answer, and refuses uses by
    /// itself once its stamp is stale; <c>new</c>: nothing was sent yet.
    /// </summary>
    private static object View(NodeRow row, Publication.Publication? current)
    {
        var card = NodeBook.CardOf(row);
        var acknowledgement = row.Acknowledgement is null ? null : Body(row.Acknowledgement);
        var standing = row.NoAnswerSince is not null ? "noAnswer"
            : acknowledgement is not null && current is not null && (row.AckVersion, row.AckSequence) == (current.Content.Version, current.Content.Sequence) ? "current"
            : row.LastSeen is null ? "new" : "behind";
        return new
        {
            row.Did,
            card.Name,
            card.Role,
            card.Url,
            state = standing,
            row.LastSeen,
            row.NoAnswerSince,
            code = row.LastCode,
            acknowledged = acknowledgement is null ? null : new
            {
                acknowledgement.Version,
                acknowledgement.FreezeSequence,
                receivedAt = row.AckAt,
                arrivedAt = DateTimeOffset.FromUnixTimeMilliseconds(acknowledgement.ArrivedAtMs),
                doneAt = DateTimeOffset.FromUnixTimeMilliseconds(acknowledgement.DoneAtMs),
                tookMs = acknowledgement.DoneAtMs - acknowledgement.ArrivedAtMs,
                suspended = acknowledgement.Suspended.Take(MaxListed),
                resumed = acknowledgement.Resumed.Take(MaxListed),
                acknowledgement.StillSuspended,
            },
        };
    }

    /// <summary>The body of a document that was verified when it arrived; it may have expired since.</summary>
    private static RegulationAcknowledgement? Body(string document)
        => Jws.Parse(document, SignedMessage.MaxDocumentChars).TryGet(out var jws, out _) && CanonicalJson.Parse(jws.Payload).TryGet(out var claims, out _)
            ? claims.GetProperty("body").Deserialize<RegulationAcknowledgement>(JobJson.Options)
            : null;
}
