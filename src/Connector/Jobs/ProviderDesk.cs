using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Dropouts;
using DataSpace.Connector.Regulation;
using DataSpace.Connector.Uses;
using DataSpace.Hosting;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Privacy.Aggregation;
using DataSpace.Protocol.Jobs;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// A provider's side of jobs up to the point where data would be touched: verifies the order with the keys that this node pinned itself,
/// issues the round-0 statement once, takes one roster once, answers questions for the contribution.
/// </summary>
internal sealed class ProviderDesk(
    IDbContextFactory<ConnectorState> store, AgreementBook agreements, DatasetRegistry datasets, ComplianceCheck compliance, UseGate gate, RegulationGate regulation,
    AuditLedger ledger, PeerDirectory peers, NodeIdentity self, MaskKeys maskKeys, DropoutParts dropouts, RosterRule rosters, Scores.ScoredModels models, NoiseDesk noiseDesk, Duties.DutyBook duties, CrashPoints crashPoints, IBus bus, TimeProvider clock)
{
    /// <summary>How long round 0 waits for its roster.</summary>
    public static readonly TimeSpan RosterWait = TimeSpan.FromMinutes(3);

    private const int MaxAnalystKeyBytes = 4 * 1024 * 1024;
    private const int MaxUnfinishedUses = 100;
    private const int MaxUnfinishedUsesPerConsumer = 40;

    /// <summary>Round 0. Repeating it gives the same statement: a second key for one job would be a second mask.</summary>
    public async Task<Result<string>> OpenAsync(JobEnvelope envelope, string carrier, CancellationToken cancellation)
    {
        if (envelope.AnalystKeys.Length > MaxAnalystKeyBytes)
            return JobErrors.BadOrder.Of("public keys");
        if (!(await VerifyAsync(envelope.Order, envelope.AnalystKeys, cancellation)).TryGet(out var use, out var error))
            return error;
        if (use.Order.ServiceParty != carrier)
            return JobErrors.BadOrder.Of("the order names another coordinator");
        // A checkpoint of a log that this node has ended, or that it never signed, says nothing about the present one.
        if (envelope.CheckpointHeld is { } held && ledger.CheckNotRolledBack(held) is { IsOk: false } rolledBack && rolledBack.Error.Kind != Ledger.LedgerErrors.NoteSignature)
            return rolledBack.Error;

        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Uses.AsNoTracking().FirstOrDefaultAsync(u => u.JobHash == use.JobHash, cancellation) is { } known)
            return known.RoundZero;
        // The mask key is gone if the state store was lost after the use was granted: such a job can never be answered again.
        if (ledger.FindUse(UseIdOf(use)) is { Output: null })
            return JobErrors.Abandoned.Of();
        // Known before anybody's use is spent; what counts is asked again when results are bound to parties.
        if (!gate.Preview(use).TryGet(out var decision, out error) || (error = rosters.Problem(use.Order, use.Entry.DatasetId, use.Order.Plan.Roster) ?? await models.ProblemAsync(use, cancellation)) is not null)
        {
            await gate.RecordDenialAsync(use.JobHash, use.Entry.AgreementId, error.Code, cancellation);
            return error;
        }
        // Only what can still come to life counts, and nobody may fill the house alone: a job that lost another party leaves its round 0 behind.
        var since = clock.GetUtcNow() - RosterWait;
        var open = db.Uses.AsNoTracking().Where(u => u.State == UseStates.Running || (u.State == UseStates.Rostered && u.ReceivedAt > since));
        if (await open.CountAsync(cancellation) >= MaxUnfinishedUses
            || await open.CountAsync(u => u.Consumer == use.Order.Consumer, cancellation) >= MaxUnfinishedUsesPerConsumer)
            return ConnectorErrors.Busy.Of($"at most {MaxUnfinishedUses}, {MaxUnfinishedUsesPerConsumer} of one consumer");
        // After all that can refuse here: promised to a job that has a place in the house.
        if (!gate.Promise(use, decision).TryGet(out _, out error))
        {
            await gate.RecordDenialAsync(use.JobHash, use.Entry.AgreementId, error.Code, cancellation);
            return error;
        }
        return await IssueAsync(db, use, envelope, cancellation);
    }

    /// <summary>Round 1: the roster. The first one stands; a different second one is an attack.</summary>
    public async Task<Result<Unit>> AcceptRosterAsync(string jobHash, RoundOneRequest request, string carrier, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Uses.FindAsync([jobHash], cancellation) is not { } row)
            return JobErrors.Unknown.Of();
        if (!(await ReadAsync(row, cancellation)).TryGet(out var use, out var error))
            return error;
        if (use.Order.ServiceParty != carrier)
            return JobErrors.Unknown.Of();
        var statements = JobOrders.VerifyRoster(use.Order, jobHash, request.RoundZeros, self.Did, PinnedCoProvider, clock);
        if (!statements.TryGet(out var verified, out error))
            return error;
        var own = verified.First(s => s.Participant == self.Did);
        if (row.RoundZero != request.RoundZeros[verified.ToList().IndexOf(own)])
            return JobErrors.RosterBroken.Of("this node's own statement was altered");
        var rosterHash = JobOrders.RosterHash(jobHash, verified);
        if (row.RosterHash is { } first)
        {
            if (first != rosterHash)
                return JobErrors.TwoRosters.Of();
            if (row.State == UseStates.Running)
                await bus.Publish(new RunUse(jobHash), CancellationToken.None); // the first wake-up may have been lost; a second one does no harm
            return Unit.Value;
        }
        if (clock.GetUtcNow() - row.ReceivedAt > RosterWait)
        {
            maskKeys.Forget(jobHash);
            dropouts.Forget(jobHash);
            gate.Forget(jobHash);
            return JobErrors.Abandoned.Of("the roster came too late; nothing was spent");
        }
        if (use.Order.Plan.HasDropout && dropouts.Take(new DropoutDocuments(use.Order, jobHash, rosterHash, self.Did, PinnedCoProvider, clock), request.Shares).Error is { } unshared)
            return unshared;
        (row.RosterHash, row.RoundZeros, row.State) = (rosterHash, JsonSerializer.Serialize(request.RoundZeros, JobJson.Options), UseStates.Running);
        row.Revision++;
        await db.SaveChangesAsync(cancellation);
        await bus.Publish(new RunUse(jobHash), CancellationToken.None);
        return Unit.Value;
    }

    /// <summary>The contribution, when it is committed. The bytes are those in the ledger's file, always the same.</summary>
    public async Task<Result<ContributionAnswer>> AnswerAsync(string jobHash, string carrier, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var row = await db.Uses.AsNoTracking().FirstOrDefaultAsync(u => u.JobHash == jobHash, cancellation);
        if (row is null || Unverified(row.Order).ServiceParty != carrier)
            return JobErrors.Unknown.Of();
        if (row.State == UseStates.Refused)
            return new ContributionAnswer(ContributionAnswer.Refused, null, JsonSerializer.Deserialize<RefusalNotice>(row.Refusal!, JobJson.Options));
        if (row.State != UseStates.Committed)
        {
            return row.Hold is { } hold
                ? new ContributionAnswer(ContributionAnswer.Suspended, null, JsonSerializer.Deserialize<RefusalNotice>(hold, JobJson.Options))
                : new ContributionAnswer(ContributionAnswer.Running);
        }
        // Granted and computed under rules that may be old by now: what leaves is judged by those in force.
        if (await agreements.FindAsync(row.AgreementId, AgreementBook.Provider, cancellation) is not { } agreement)
            return ConnectorErrors.AgreementUnknown.Of(row.AgreementId);
        var useId = GrantPayload.ComputeUseId(jobHash, row.AgreementId, JobOrders.ContributeStep);
        if (!(await regulation.ReleaseAsync(agreement, Unverified(row.Order), RosterOf(row.RoundZeros), useId, cancellation)).TryGet(out var held, out var error))
            return error;
        if (held is not null)
            return new ContributionAnswer(ContributionAnswer.Suspended, null, RefusalNotice.Of(self.Did, RegulationGate.Explain(held)));
        if (ledger.FindUse(useId) is not { Output: { } committed, ReportIndex: { } report })
            return JobErrors.Abandoned.Of();
        if (!ledger.ProveGrant(useId).TryGet(out var grantProof, out error)
            || !ledger.ProveEntry(report, label => !label.StartsWith(ReportPayload.OwnerOnlyPrefix, StringComparison.Ordinal)).TryGet(out var reportProof, out error))
            return error;
        if (row.ReleasedAt is null)
            await duties.ReleasedAsync(useId, cancellation);
        await db.Uses.Where(u => u.JobHash == jobHash && u.ReleasedAt == null).ExecuteUpdateAsync(set => set.SetProperty(u => u.ReleasedAt, clock.GetUtcNow()), cancellation);
        return new ContributionAnswer(ContributionAnswer.Ready, new ContributionEnvelope(
            JsonSerializer.Deserialize<Contribution>(committed.Span, JobJson.Options)!,
            Convert.ToBase64String(grantProof.Encode()), Convert.ToBase64String(reportProof.Encode())));
    }

    /// <summary>
    /// Proof that this node's log speaks of a job: its Grant, or the Denied with the code that the coordinator was given. Shows which job, and of a refusal the code;
    /// every other field stays behind its hash.
    /// </summary>
    public async Task<Result<FiledEntry>> EvidenceAsync(string jobHash, string? code, string caller, CancellationToken cancellation)
    {
        const int MaxCode = 64;
        if (peers.Find(caller)?.Role != "coordinator" || !Digest.IsSha256Hex(jobHash) || code?.Length > MaxCode)
            return JobErrors.Unknown.Of();
        await using var db = await store.CreateDbContextAsync(cancellation);
        var row = await db.Uses.AsNoTracking().FirstOrDefaultAsync(u => u.JobHash == jobHash, cancellation);
        var granted = row is null ? null : ledger.FindUse(GrantPayload.ComputeUseId(jobHash, row.AgreementId, JobOrders.ContributeStep));
        var index = granted?.GrantIndex ?? (code is null ? null : ledger.IndexOf(UseGate.DenialEvent(jobHash, code)));
        if (index is null)
            return JobErrors.Unknown.Of();
        return ledger.ProveEntry(index.Value, label => label is "jobHash" || (granted is null && label is "code")).TryGet(out var proof, out var error)
            ? new FiledEntry(Convert.ToBase64String(proof.Encode()))
            : error;
    }

    /// <summary>A stored use with everything the gate needs, verified again: what was true at round 0 may have ended since.</summary>
    public async Task<Result<UseRequest>> ReadAsync(UseRow row, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        return await VerifyAsync(row.Order, await db.BlobAsync(row.JobHash, BlobNames.UseKeys, cancellation), cancellation);
    }

    /// <summary>A co-provider's key. The id is a hash of the key, so whoever serves the bytes cannot swap them; which ids are accepted is the contract's say.</summary>
    public PublicKey? PinnedCoProvider(string did, string keyId)
        => did == self.Did ? (keyId == self.Signer.PublicKey.KeyId ? self.Signer.PublicKey : null) : peers.Key(did, keyId);

    private async Task<Result<UseRequest>> VerifyAsync(string token, byte[] analystKeys, CancellationToken cancellation)
    {
        if (!Jws.Parse(token, SignedMessage.MaxDocumentChars).TryGet(out var jws, out var error))
            return error;
        JobOrder claimed;
        try
        {
            claimed = Unverified(token);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return JobErrors.BadOrder.Of("not a job order");
        }
        if (claimed.Plan.Roster.FirstOrDefault(r => r.Participant == self.Did) is not { } entry)
            return JobErrors.NotInRoster.Of();
        if (await agreements.FindAsync(entry.AgreementId, AgreementBook.Provider, cancellation) is not { } agreement)
            return ConnectorErrors.AgreementUnknown.Of(entry.AgreementId);
        if (jws.KeyId != agreement.Row.ConsumerKeyId)
            return JobErrors.AnalystKeyNotPinned.Of();
        // From here on the claims are held against the key pinned in the agreement, not against anything the coordinator says.
        PublicKey? Pinned(string did, string kid) => did == agreement.Row.Consumer && kid == agreement.Row.ConsumerKeyId ? agreement.ConsumerKey : null;
        if (!JobOrders.Verify(token, analystKeys, self.Did, Pinned, clock).TryGet(out var order, out error))
            return error;
        if (ledger.ContinuedAtMs is { } since && order.IssuedAt.ToUnixTimeMilliseconds() <= since)
            return Ledger.Witnessing.WitnessErrors.OlderThanLog.Of();
        if (entry.AgreementHash != agreement.Row.AgreementHash || entry.KeyId != agreement.Row.ProviderKeyId)
            return ConnectorErrors.AgreementDiffers.Of();
        if (entry.DatasetId != agreement.Row.DatasetId || !datasets.All.TryGetValue(entry.DatasetId, out var dataset))
            return ConnectorErrors.DatasetUnknown.Of(entry.DatasetId);
        if (!datasets.VersionOf(dataset, self.DatasetVersionKey).TryGet(out var version, out error))
            return error;
        if (order.Body.AnalystKeysDigest.Length > 0 && AggregationKeysProblem(order.Body, analystKeys) is { } bad)
            return bad;
        if (!(await compliance.HoldAsync(dataset, version, cancellation)).TryGet(out var listing, out error))
            return error;
        return new UseRequest(order.Body, order.Hash, entry, agreement, dataset, version) { Listing = listing, AnalystKeys = analystKeys };
    }

    private static DsError? AggregationKeysProblem(JobOrder order, byte[] keys)
    {
        if (order.Plan.Aggregate is not { } query)
            return null;
        if (!Hosting.Jobs.AggregationShapes.Of(query, order.Plan.Roster.Count).TryGet(out var shape, out var error))
            return error;
        return AnalystKeys.CheckPublic(shape, keys, Convert.FromHexString(order.AnalystKeysDigest)).Error;
    }

    private async Task<Result<string>> IssueAsync(ConnectorState db, UseRequest use, JobEnvelope envelope, CancellationToken cancellation)
    {
        string? noise = null;
        if (use.Order.Plan.EpsilonMicro is not null && !(await noiseDesk.KeyIdAsync(cancellation)).TryGet(out noise, out var missing))
            return missing;
        var ephemeral = ProviderRound.NewKey();
        var shareKey = use.Order.Plan.HasDropout ? ProviderRound.NewKey() : null;
        var notAfter = EndOf(envelope.Order);
        IReadOnlyList<string> audiences = Audiences(use.Order);
        var statement = new RoundZeroStatement(use.JobHash, self.Did, self.Signer.PublicKey.KeyId, Convert.ToBase64String(ephemeral.PublicKey), use.DatasetVersion, use.Listing!.Classification!.ToStatement(), noise, shareKey is null ? null : Convert.ToBase64String(shareKey.PublicKey));
        var signed = SignedDocument.Create(statement, self.Signer, self.Did, audiences, RoundZeroStatement.Typ, notAfter, clock);
        db.Uses.Add(new UseRow
        {
            JobHash = use.JobHash,
            Consumer = use.Order.Consumer,
            AgreementId = use.Entry.AgreementId,
            Order = envelope.Order,
            RoundZero = signed,
            State = UseStates.Rostered,
            ReceivedAt = clock.GetUtcNow(),
            NotAfter = notAfter,
        });
        db.AddBlob(use.JobHash, BlobNames.UseKeys, envelope.AnalystKeys);
        try
        {
            await db.SaveChangesAsync(cancellation);
            maskKeys.Keep(use.JobHash, ephemeral);
            if (shareKey is not null)
                dropouts.Keep(use.JobHash, shareKey, notAfter);
            crashPoints.Reach(CrashPoint.AfterStatement);
            return signed;
        }
        catch (DbUpdateException)
        {
            // Two deliveries raced; the first one's key stands.
            ephemeral.Dispose();
            shareKey?.Dispose();
            await using var again = await store.CreateDbContextAsync(cancellation);
            return await again.Uses.AsNoTracking().FirstOrDefaultAsync(u => u.JobHash == use.JobHash, cancellation) is { } first
                ? first.RoundZero
                : HostErrors.DirectoryNotWritable.Of("state.db");
        }
    }

    /// <summary>Everyone who may rely on this node's statements in a job.</summary>
    public static IReadOnlyList<string> Audiences(JobOrder order)
        => [.. order.Plan.Roster.Select(r => r.Participant).Append(order.Consumer).Append(order.ServiceParty).Distinct(StringComparer.Ordinal)];

    /// <summary>Statements live as long as the order they answer.</summary>
    private DateTimeOffset EndOf(string order)
    {
        using var claims = JsonDocument.Parse(Jws.Parse(order, SignedMessage.MaxDocumentChars).Value.Payload);
        var expiry = DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty("exp").GetInt64());
        var longest = clock.GetUtcNow() + JobOrders.MaxLifetime;
        return expiry < longest ? expiry : longest;
    }

    private static string UseIdOf(UseRequest use) => GrantPayload.ComputeUseId(use.JobHash, use.Entry.AgreementId, JobOrders.ContributeStep);

    /// <summary>Hash of the job that an order speaks of, verified or not; empty when it is none.</summary>
    public static string HashOf(string order) => Jws.Parse(order, SignedMessage.MaxDocumentChars).TryGet(out var jws, out _) ? Digest.Sha256Hex(jws.Payload.Span) : string.Empty;

    /// <summary>The order of a row: verified when the row was written.</summary>
    public static JobOrder Unverified(string token) => BodyOf<JobOrder>(token);

    /// <summary>The statements of a row: verified when it was written. Empty before round 1.</summary>
    public static IReadOnlyList<RoundZeroStatement> RosterOf(string? roundZeros)
        => roundZeros is null ? [] : [.. JsonSerializer.Deserialize<List<string>>(roundZeros, JobJson.Options)!.Select(BodyOf<RoundZeroStatement>)];

    private static T BodyOf<T>(string token)
    {
        using var claims = JsonDocument.Parse(Jws.Parse(token, SignedMessage.MaxDocumentChars).Value.Payload);
        return claims.RootElement.GetProperty("body").Deserialize<T>(JobJson.Options) ?? throw new JsonException();
    }
}

/// <summary>Bus message: do the work of a use.</summary>
public sealed record RunUse(string JobHash);

internal static class UseStates
{
    public const string Rostered = "rostered";
    public const string Running = "running";
    public const string Committed = "committed";
    public const string Refused = "refused";
}
