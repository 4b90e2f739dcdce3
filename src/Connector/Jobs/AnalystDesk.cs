using System.Text.Json;
using DataSpace.Connector.Regulation;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Storage;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;
using DataSpace.Protocol.Jobs;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Jobs;

/// <summary>Bus message: take an analyst's job one step further.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Quiet">Looks in a row that found nothing new.</param>
public sealed record AdvanceAnalystJob(string JobId, int Quiet = 0);

/// <summary>Submits jobs: fresh keys per job, a signed order, a durable row. Keys and results stay in this connector.</summary>
internal sealed class AnalystDesk(
    IDbContextFactory<ConnectorState> store, JobPlanner planner, RegulationOutlook outlook, CoordinatorLink link, ActorBook actors, NodeIdentity self, ISealEngine engine, IBus bus, TimeProvider clock)
{
    /// <summary>Role that this node's orders state.</summary>
    public const string Role = "analyst";

    private const int MaxRunningJobs = 50;

    /// <summary>Submits under the hash of the reviewed plan; <paramref name="actor"/> is the name of who asks, or null.</summary>
    public async Task<Result<string>> SubmitAsync(JobSpec spec, string planHash, string? actor, CancellationToken cancellation)
    {
        if (link.CoordinatorDid is not { } coordinator)
            return ConnectorErrors.NoCoordinator.Of();
        if (link.Membership != "approved")
            return ConnectorErrors.NotJoined.Of(link.Membership);
        if (!(await planner.PlanAsync(spec, cancellation)).TryGet(out var bound, out var error))
            return error;
        if (bound.PlanHash != planHash)
            return JobErrors.PlanChanged.Of(bound.PlanHash);
        if (outlook.Problem(bound.Agreements) is { } unlawful)
            return unlawful;
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Jobs.CountAsync(j => j.State == AnalystStates.Running, cancellation) >= MaxRunningJobs)
            return ConnectorErrors.Busy.Of($"at most {MaxRunningJobs}");
        if (!(await actors.PseudonymAsync(actor, cancellation)).TryGet(out var pseudonym, out error))
            return error;

        byte[] publicKeys = [], secretKey = [];
        if (bound.Plan.Aggregate is { } query)
        {
            if (!AggregationShapes.Of(query, bound.Plan.Roster.Count).TryGet(out var shape, out error)
                || !AnalystKeys.Generate(engine, shape).TryGet(out var keys, out error))
                return error;
            using (keys)
                (publicKeys, secretKey) = (keys.PublicKeys, keys.ExportSecret());
        }
        using var reply = X25519KeyPair.Generate();
        var row = Sign(bound, pseudonym, coordinator, publicKeys, reply, new JobSecrets(Convert.ToBase64String(reply.ExportPrivateKey()), spec.Lookup?.Parts()));
        db.Jobs.Add(row);
        db.AddBlob(row.JobHash, BlobNames.JobKeys, publicKeys);
        db.AddBlob(row.JobHash, BlobNames.SecretKey, secretKey);
        db.KeptResults.AddRange(Duties.KeptResults.Of(row.JobId, row.JobHash, bound.Plan, bound.Agreements, row.NotAfter));
        await db.SaveChangesAsync(cancellation);
        await bus.Publish(new AdvanceAnalystJob(row.JobId), cancellation);
        return row.JobId;
    }

    /// <summary>After a restart.</summary>
    public async Task ResumeAsync()
    {
        await using var db = await store.CreateDbContextAsync();
        foreach (var id in await db.Jobs.Where(j => j.State == AnalystStates.Running || j.PendingReceipts != null).Select(j => j.JobId).ToListAsync())
            await bus.Publish(new AdvanceAnalystJob(id));
    }

    private JobRow Sign(BoundPlan bound, string actor, string coordinator, byte[] publicKeys, X25519KeyPair reply, JobSecrets secrets)
    {
        var now = clock.GetUtcNow();
        var order = new JobOrder(
            RandomId.New(), bound.Plan, bound.PlanHash, self.Did, actor, Role, coordinator, RandomId.New(),
            publicKeys.Length == 0 ? string.Empty : Digest.Sha256Hex(publicKeys), System.Buffers.Text.Base64Url.EncodeToString(reply.PublicKey.Span));
        var notAfter = now + TimeSpan.FromMinutes(bound.NotAfterMinutes);
        IReadOnlyList<string> audiences = [.. bound.Plan.Roster.Select(r => r.Participant).Append(coordinator).Distinct(StringComparer.Ordinal)];
        var token = SignedDocument.Create(order, self.Signer, self.Did, audiences, JobOrder.Typ, notAfter, clock);
        var hash = Digest.Sha256Hex(Jws.Parse(token, SignedMessage.MaxDocumentChars).Value.Payload.Span);
        return new JobRow
        {
            JobId = order.JobId,
            JobHash = hash,
            Title = bound.Plan.Title,
            Kind = bound.Plan.Kind,
            Order = token,
            OrderJson = JsonSerializer.Serialize(order, JobJson.Options),
            Secrets = JsonSerializer.SerializeToUtf8Bytes(secrets, JobJson.Options),
            State = AnalystStates.Running,
            Stage = AnalystStages.Dispatch,
            CreatedAt = now,
            StageStartedAt = now,
            NotAfter = notAfter,
            Trail = JsonSerializer.Serialize<List<TrailLine>>([new(now, self.Name, "order signed", "指令已签名")], JobJson.Options),
        };
    }
}

/// <summary>Secrets of a job; in the node's own state file (directory mode 0700) until the job ends.</summary>
/// <param name="Reply">Key of sealed replies.</param>
/// <param name="Keywords">What a look-up looks for, one text per part of the key.</param>
internal sealed record JobSecrets(string? Reply = null, IReadOnlyList<IReadOnlyList<string>>? Keywords = null);

/// <summary>One line of a job's story.</summary>
internal sealed record TrailLine(DateTimeOffset At, string Party, string En, string Zh);

internal static class AnalystStates
{
    public const string Running = "RUNNING";
    public const string Completed = "COMPLETED";
    public const string Failed = "FAILED";
    public const string Cancelled = "CANCELLED";
}

internal static class AnalystStages
{
    public const string Sign = "sign";
    public const string Dispatch = "dispatch";
    public const string Wait = "wait";
    public const string Decode = "decode";
    public const string Receipt = "receipt";
    public const string Done = "done";
}
