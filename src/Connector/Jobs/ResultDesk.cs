using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Dropouts;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Transport;
using DataSpace.Hosting.Witnessing;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Privacy;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>A receipt that still has to be exchanged with its provider.</summary>
/// <param name="Provider">Owner.</param>
/// <param name="AgreementId">Contract.</param>
/// <param name="UseId">Use.</param>
/// <param name="GrantHash">Leaf hash of its Grant.</param>
/// <param name="ReportHash">Leaf hash of its Report.</param>
/// <param name="ResultDigest">Digest of the result.</param>
/// <param name="ReportAtMs">Time of the Report, milliseconds since 1970 by the owner's clock.</param>
/// <param name="DecisionId">The owner's policy decision, as its Grant states it.</param>
internal sealed record PendingReceipt(string Provider, string AgreementId, string UseId, string GrantHash, string ReportHash, string ResultDigest, long ReportAtMs = 0, string DecisionId = "");

/// <summary>What came out of a bundle.</summary>
internal sealed record DecodedJob(string? Json, IReadOnlyList<PendingReceipt> Receipts, IReadOnlyList<RefusalNotice> DataRefusals, IReadOnlyList<GrantPayload> Grants);

/// <summary>
/// Verifies a bundle as if the coordinator were hostile, then decodes it: statements by the keys that the agreements pin, one roster hash, grant and report
/// proofs, digests, the sum added again. Pure but for the clock.
/// </summary>
internal sealed class ResultDesk(AgreementBook agreements, PeerDirectory peers, LogKeys logs, NodeIdentity self, ISealEngine engine, TimeProvider clock, Intersections.LocalMatches? matches = null,
    Conversations.AnalystConversations? conversations = null, Lookups.HintShelf? hints = null, Regressions.LocalModels? models = null, Scores.LocalScores? scores = null)
{
    /// <summary>What the job's row and this bundle give; <paramref name="secretKey"/> is the key of a joint statistic, empty for other kinds.</summary>
    public async Task<Result<DecodedJob>> DecodeAsync(JobRow job, JobBundle bundle, byte[] secretKey, CancellationToken cancellation)
    {
        var order = JsonSerializer.Deserialize<JobOrder>(job.OrderJson, JobJson.Options)!;
        var roster = order.Plan.Roster;
        var pins = (await agreements.ListAsync(cancellation))
            .Where(a => a.Row.Role == AgreementBook.Consumer).ToDictionary(a => a.Row.AgreementId);
        PublicKey? Pinned(string did, string kid)
            => roster.FirstOrDefault(r => r.Participant == did && r.KeyId == kid) is { } entry && pins.TryGetValue(entry.AgreementId, out var agreement)
                && agreement.Row.ProviderKeyId == kid ? agreement.ProviderKey : null;
        if (!JobOrders.VerifyRoster(order, job.JobHash, bundle.RoundZeros, self.Did, Pinned, clock).TryGet(out var statements, out var error))
            return error;
        if (!DropoutResults.Entries(order.Plan, bundle).TryGet(out var entries, out error))
            return error;
        if (bundle.Contributions.Count != entries.Count)
            return JobErrors.ContributionInvalid.Of($"{bundle.Contributions.Count} contributions for {entries.Count} parties");
        var rosterHash = JobOrders.RosterHash(job.JobHash, statements);
        var contributions = new List<VerifiedContribution>();
        foreach (var (entry, envelope) in entries.Zip(bundle.Contributions))
        {
            // A log that has shown two histories proves no Grant.
            if (!logs.Trusted(entry.Participant).TryGet(out var vkey, out error))
                return error.Kind == Ledger.Witnessing.WitnessErrors.Equivocation ? error : ConnectorErrors.ParticipantUnknown.Of(entry.Participant);
            var verified = Contributions.Verify(order, job.JobHash, entry.Participant, envelope, self.Did, Pinned, vkey, clock, rosterHash);
            if (!verified.TryGet(out var contribution, out error))
                return error;
            contributions.Add(contribution);
        }
        var inputs = roster.Zip(statements, (r, s) => s.Classification!.ToInput(r.Participant, r.DatasetId).Value);
        var derived = DerivedResult.View(order.Plan, [.. roster.Select(r => pins[r.AgreementId])], [.. inputs], [.. statements.Select(s => s.DatasetVersion)]);
        var documents = order.Plan.HasDropout ? new DropoutDocuments(order, job.JobHash, rosterHash, self.Did, Pinned, clock) : null;
        return Open(job, order, bundle, secretKey, contributions, rosterHash, derived, statements, entries, documents);
    }

    private Result<DecodedJob> Open(
        JobRow job, JobOrder order, JobBundle bundle, byte[] secretKey, List<VerifiedContribution> contributions, string rosterHash, object? classification, IReadOnlyList<RoundZeroStatement> statements,
        IReadOnlyList<RosterEntry> entries, DropoutDocuments? documents)
    {
        var secrets = JsonSerializer.Deserialize<JobSecrets>(job.Secrets, JobJson.Options)!;
        using var replyKey = X25519KeyPair.Import(Convert.FromBase64String(secrets.Reply!));
        var replies = new List<SealedReply>();
        foreach (var contribution in contributions)
        {
            if (!Egress.Open(replyKey, job.JobHash, contribution.Statement.Participant, contribution.Sealed).TryGet(out var reply, out var error))
                return error;
            replies.Add(reply);
        }
        // What failed over data is said here for the first time; the coordinator could not see it.
        var refusals = replies.Zip(contributions).Where(p => !p.First.Ok)
            .Select(p => DataRefusal(p.Second.Statement.Participant, p.First.Code!)).ToList();
        object? table = null;
        if (refusals.Count == 0)
        {
            var made = order.Plan switch
            {
                { Aggregate: { } query } => Aggregate(order, query, secretKey, bundle, contributions, rosterHash, replies, documents, statements, replyKey),
                { Intersect: { } query } => Intersections.IntersectionResults.Read(order.Plan, query, contributions, replies, query.Result == IntersectQuery.Ids ? matches?.Find(job.JobHash) : null),
                { Regress: { Mode: RegressQuery.Vertical } query } => Regressions.VerticalResults.Read(order.Plan, query, contributions, models?.Find(job.JobHash)),
                { Regress: not null } => Regressions.HorizontalResults.Read(order.Plan, contributions, rosterHash, conversations?.Find(job.JobHash)),
                { Score: { } query } => Scores.ScoreResults.Read(query, contributions, scores?.Find(job.JobHash)),
                { Lookup: { } query } => Lookups.LookupResults.Read(query, contributions[0], statements[0].DatasetVersion, replies[0], conversations?.Find(job.JobHash) as Lookups.LookupPart, hints),
                _ => Table(replies[0]),
            };
            if (!made.TryGet(out table, out var error))
            {
                if (!Regressions.HorizontalResults.IsAboutData(error))
                    return error;
                refusals.Add(RefusalNotice.Of(self.Did, error));
            }
        }
        var provenance = new
        {
            planHash = order.PlanHash,
            jobHash = job.JobHash,
            contracts = entries.Select(r => r.AgreementId),
            roster = entries.Select(r => r.Participant),
            leftOut = entries.Count == order.Plan.Roster.Count ? null : order.Plan.Roster.Except(entries).Select(r => r.Participant),
            rosterHash,
            grants = contributions.Select(c => new
            {
                participant = c.Statement.Participant,
                participantName = NameOf(c.Statement.Participant),
                ledgerIndex = c.GrantProof.Inner.Proof.Index,
                origin = c.Report.Checkpoint.Origin,
                datasetVersion = c.Grant.DatasetVersion,
            }),
        };
        var content = JsonSerializer.SerializeToElement(new { table, refused = refusals.Select(r => r.Code) });
        var digest = Digest.Sha256Hex(CanonicalJson.FromElement(content).Value);
        var json = table is null ? null : JsonSerializer.Serialize(new { jobId = job.JobId, kind = job.Kind, table, resultDigest = digest, provenance, classification = JsonSerializer.SerializeToElement(classification, JobJson.Options) });
        var pending = contributions.Select(c => new PendingReceipt(c.Statement.Participant, c.Grant.ContractId, c.Statement.UseId, c.Statement.GrantHash, c.ReportHash, digest, c.Report.Entry.TimeMs, c.Grant.PolicyDecisionId)).ToList();
        foreach (var suppressed in table is ResultTable partly ? partly.Suppressed.GroupBy(s => s.Code) : [])
            refusals.Add(RefusalNotice.Of(self.Did, ErrorCatalogue.Find(suppressed.Key)!.Of(string.Join(", ", suppressed.Take(12).Select(s => s.Group)))));
        if (table is not null && DropoutResults.Notice(order.Plan, entries, NameOf) is { } partial)
            refusals.Add(RefusalNotice.Of(self.Did, partial));
        return new DecodedJob(json, pending, refusals, [.. contributions.Select(c => c.Grant)]);
    }

    private string NameOf(string did) => did == self.Did ? self.Name : peers.Find(did)?.Name ?? did;

    private Result<object?> Aggregate(
        JobOrder order, AggregateQuery query, byte[] secretKey, JobBundle bundle, List<VerifiedContribution> contributions, string rosterHash, List<SealedReply> replies, DropoutDocuments? documents,
        IReadOnlyList<RoundZeroStatement> statements, X25519KeyPair replyKey)
    {
        if (!AggregationShapes.Of(query, order.Plan.Roster.Count).TryGet(out var shape, out var error)
            || !AnalystKeys.Import(shape, secretKey).TryGet(out var keys, out error))
            return error;
        Privacy.Aggregation.Dropout.Unmasking? unmasking = null;
        if (documents is not null && !DropoutResults.Unmask(documents, bundle.Survivors!, statements, contributions, replyKey).TryGet(out unmasking, out error))
            return error;
        using (keys)
        using (unmasking)
        {
            var decoded = AnalystDecoder.Decode(
                engine, keys, shape, [.. contributions.Select(c => c.Payload)], bundle.Sum,
                [.. contributions.Select(c => (ReadOnlyMemory<byte>)Convert.FromHexString(c.Statement.PayloadDigest))], Convert.FromHexString(rosterHash), 0, unmasking);
            if (!decoded.TryGet(out var result, out error))
                return query.Hidden is not null && error.Kind == PrivacyErrors.ProviderFailed ? Privacy.Aggregation.Hidden.HiddenGroupErrors.OwnerFailed.Of() : error;
            var clamped = replies.Any(r => r.ClampedRows > 0);
            return query.Hidden is null ? ResultTable.Of(query, shape, result, clamped) : HiddenGroups.HiddenGroupResults.Read(query, shape, Convert.FromHexString(rosterHash), result, clamped);
        }
    }

    private static Result<object?> Table(SealedReply reply)
    {
        using var json = JsonDocument.Parse(reply.Table!);
        return ResultTable.Of(json.RootElement);
    }

    private static RefusalNotice DataRefusal(string participant, string code)
        => ErrorCatalogue.Find(code) is { } kind
            ? RefusalNotice.Of(participant, kind.Of())
            : new RefusalNotice(participant, code, "The owner's node refused over its data", "数据方节点因数据原因拒绝", "Ask the owner; the detail is in its log.", "请联系数据方，详情见其日志。");
}
