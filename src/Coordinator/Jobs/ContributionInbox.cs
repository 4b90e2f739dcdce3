using System.Text.Json;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Intersection.Many;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Coordinator.Jobs;

/// <summary>What the coordinator does with a contribution: check form and proofs, remember sizes and digests, add.</summary>
internal sealed class ContributionInbox(PeerDirectory peers, LogKeys logs, TimeProvider clock)
{
    private const int MaxClosingBytes = 256;

    /// <summary>Signature, digests, grant proof and ciphertext form; the Grant that it is made under. Content is opaque.</summary>
    public Result<GrantPayload> Check(JobRow job, PartyRow party, ContributionEnvelope envelope)
    {
        // The log that is pinned for the participant, whatever its document says today; one with two histories proves nothing.
        if (!logs.Trusted(party.Participant).TryGet(out var vkey, out var untrusted))
            return untrusted;
        var order = Order(job);
        var verified = Contributions.Verify(order, job.JobHash, party.Participant, envelope, order.ServiceParty, peers.Key, vkey, clock);
        if (!verified.TryGet(out var contribution, out var error))
            return error.Code == JobErrors.ContributionInvalid.Code && error.Detail?.StartsWith("grant", StringComparison.Ordinal) == true
                ? CoordinatorErrors.NoGrantProof.Of(error.Detail)
                : CoordinatorErrors.BadContribution.Of($"{error.Code} {error.Detail}");
        if (order.Plan.Intersect is { } sets && contribution.Payload.Length != ClosingBytes(order.Plan, sets, party.Participant))
            return CoordinatorErrors.BadContribution.Of("closing of an intersection");
        if (order.Plan is { Conversation: not JobConversation.None, Aggregate: null } && contribution.Payload.Length is < 32 or > MaxClosingBytes)
            return CoordinatorErrors.BadContribution.Of("closing of a conversation");
        if (order.Plan.Aggregate is not { } query)
            return contribution.Grant;
        var shape = AggregationShapes.Of(query, order.Plan.Roster.Count);
        if (!shape.IsOk)
            return shape.Error;
        var form = ContributionAdder.Check(shape.Value, contribution.Payload);
        return form.IsOk ? contribution.Grant : CoordinatorErrors.BadContribution.Of(form.Error.Code);
    }

    private static int ClosingBytes(JobPlan plan, IntersectQuery query, string participant)
        => plan.Roster.Count == 2 ? Privacy.Intersection.IntersectionParty.ClosingBytes : query.Receiver == participant ? ManyClosing.LeaderBytes(plan.Roster.Count - 1) : ManyClosing.PartyBytes;

    /// <summary>The ciphertext sum; empty for kinds without one.</summary>
    public static Result<byte[]> SumOf(JobOrder order, IReadOnlyList<byte[]> payloads)
        => order.Plan.Aggregate is { } query
            ? AggregationShapes.Of(query, order.Plan.Roster.Count).TryGet(out var shape, out var error) ? ContributionAdder.SumOf(shape, payloads, query.MinimumParties is null ? shape.Parties : payloads.Count) : error
            : Array.Empty<byte>();

    /// <summary>Sums the stored contributions of a job.</summary>
    public static async Task<Result<byte[]>> SumAsync(CoordinatorState db, JobRow job, IReadOnlyList<PartyRow> parties, CancellationToken cancellation)
        => SumOf(Order(job), [.. (await EnvelopesAsync(db, parties, cancellation)).Select(e => e.Contribution.Payload)]);

    /// <summary>The contributions that are here, in roster order.</summary>
    public static async Task<List<ContributionEnvelope>> EnvelopesAsync(CoordinatorState db, IReadOnlyList<PartyRow> parties, CancellationToken cancellation)
    {
        var envelopes = new List<ContributionEnvelope>();
        foreach (var party in parties.Where(p => p.Header is not null))
            envelopes.Add(JsonSerializer.Deserialize<ContributionEnvelope>(await db.BlobAsync(party.JobHash, BlobNames.Contribution(party.Participant), cancellation), JobJson.Options)!);
        return envelopes;
    }

    /// <summary>Keeps a checked contribution, what was seen of it, and the provider's newest checkpoint: whoever shows an older one later was rolled back.</summary>
    public async Task KeepAsync(CoordinatorState db, JobRow job, PartyRow party, ContributionEnvelope envelope, DateTimeOffset now, CancellationToken cancellation)
    {
        var jobHash = job.JobHash;
        (party.Header, party.State) = (envelope.Contribution.Statement, PartyStates.Ready);
        db.AddBlob(jobHash, BlobNames.Contribution(party.Participant), JsonSerializer.SerializeToUtf8Bytes(envelope, JobJson.Options));
        var payload = envelope.Contribution.Payload;
        var plan = Order(job).Plan;
        var what = plan.Conversation == JobConversation.None || plan.Aggregate is not null ? Sights.Ciphertexts : plan.Intersect is null ? Sights.TalkClosing : Sights.Closing;
        if (payload.Length > 0)
            db.See(jobHash, party.Participant, what, payload, now);
        db.See(jobHash, party.Participant, Sights.SealedStatus, envelope.Contribution.Sealed, now);
        var proof = Convert.FromBase64String(envelope.GrantProof);
        db.See(jobHash, party.Participant, Sights.GrantProof, proof, now);
        if (GrantProof.Decode(proof).TryGet(out var grant, out _))
            await KeepCheckpointAsync(db, party.Participant, grant.Inner.Proof.CheckpointNote, cancellation);
    }

    private async Task KeepCheckpointAsync(CoordinatorState db, string did, string note, CancellationToken cancellation)
    {
        if (logs.VkeyOf(did) is not { } vkey || !VerifierKey.ParseLog(vkey).TryGet(out var key, out _)
            || !Checkpoint.Open(note, key).TryGet(out var checkpoint, out _))
            return;
        var row = await db.Checkpoints.FindAsync([did], cancellation);
        if (row is null)
            db.Checkpoints.Add(new CheckpointRow { Did = did, Size = checkpoint.Size, Note = note });
        // Another log of the participant begins anew.
        else if (checkpoint.Size > row.Size || !Checkpoint.Open(row.Note, key).IsOk)
            (row.Size, row.Note) = (checkpoint.Size, note);
    }

    /// <summary>What the analyst signed.</summary>
    public static JobOrder Order(JobRow job)
    {
        // Verified when it was accepted; the stored row is ours, so reading the payload suffices here.
        var payload = Kernel.Crypto.Jws.Parse(job.Order, Kernel.Crypto.SignedMessage.MaxDocumentChars).Value.Payload;
        using var claims = JsonDocument.Parse(payload);
        return claims.RootElement.GetProperty("body").Deserialize<JobOrder>(JobJson.Options)!;
    }
}
