using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Policy;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Protocol.Jobs;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace DataSpace.Connector.Uses;

/// <summary>
/// What is known about a use beyond its order: where the parties are and what would compute. Regions come from the owner's configuration alone; the consumer's
/// address from its signed member document, whose TLS key the transport pins.
/// </summary>
internal sealed class UseFacts(ConnectorConfig config, PeerDirectory peers, string? workerPath)
{
    private readonly ConcurrentDictionary<(DateTime Written, long Length), string> _digests = new();

    /// <summary>Adds the facts to a question about a job of this plan.</summary>
    public PolicyRequest Complete(PolicyRequest request, JobPlan plan, string? role) => request with
    {
        Role = role,
        ExecutionRegion = config.Region,
        ConsumerRegion = RegionOf(request.Consumer),
        ConsumerAddress = peers.Find(request.Consumer) is { } member && Uri.TryCreate(member.Url, UriKind.Absolute, out var url) ? url.Host.Trim('[', ']') : null,
        ConsumerGroup = config.ConsumerGroupOf(request.Consumer),
        Algorithms = WorkerDigest() is { } digest ? [ProtocolOf(plan), "sha256:" + digest] : [ProtocolOf(plan)],
        ExecutionEnv = plan.Kind is JobKinds.Aggregate or JobKinds.Regress or JobKinds.Lookup or JobKinds.Score || PolicyComputations.IsIntersection(plan.Kind) ? "mpc" : "sandbox",
        EncryptMode = "ciphertext",
        DeliveryMethod = "api",
        MaxRows = plan.Intersect switch
        {
            null => plan.Aggregate is { } joint ? RowsOf(joint) : plan.Regress is { } model ? RegressCheck.FiguresOf(model) : plan.Lookup?.Questions ?? plan.Score?.Rows,
            { Result: IntersectQuery.Ids } query => query.MaxItems.Max(),
            _ => 1,
        },
        OutputBytes = PlainBytes(plan),
    };

    /// <summary>Region of a participant: this node's own, or what its owner has confirmed.</summary>
    public string? RegionOf(string did) => did == config.Did ? config.Region : config.Regions?.GetValueOrDefault(did);

    /// <summary>Everyone who counts as one with this consumer.</summary>
    public IReadOnlyList<string> GroupOf(string consumer) => config.ConsumerGroupOf(consumer);

    /// <summary>Name of the protocol that releases the result.</summary>
    private static string ProtocolOf(JobPlan plan) => plan.Kind switch
    {
        JobKinds.Aggregate => "secure-aggregation/1",
        _ when PolicyComputations.IsIntersection(plan.Kind) => plan.Roster.Count > 2 ? "many-party-intersection/1" : "private-set-intersection/1",
        JobKinds.Regress => plan.Regress switch
        {
            { Mode: RegressQuery.Vertical, Model: RegressQuery.Logistic } => VerticalRun.Protocol,
            { Mode: RegressQuery.Vertical } => VerticalRun.LeastSquares,
            _ => "secure-newton/1",
        },
        JobKinds.Lookup => Privacy.Lookup.LookupContext.Protocol,
        JobKinds.Score => Privacy.Regression.Vertical.Scoring.AlignedScores.Name,
        _ => "sql-release/1",
    };

    /// <summary>Rows of a joint statistic's table, and of quantiles the bins that they are read from.</summary>
    private static long RowsOf(AggregateQuery query) => query.Matrix is { } matrix ? (long)query.GroupCount * matrix.Count * query.Measures.Count : query.AnswerCount;

    /// <summary>Plaintext size of a joint statistic: eight bytes a figure, known before anything runs. A table's size is bounded when it is released.</summary>
    private static long? PlainBytes(JobPlan plan) => plan.Aggregate is { } query
        ? (long)query.FigureCount * sizeof(long)
        : plan.Intersect switch
        {
            { Result: IntersectQuery.Cardinality } => sizeof(long),
            { Value: not null } => 3 * sizeof(long), // number, sum, and their quotient
            _ => plan.Lookup is { } lookup ? (long)lookup.Questions * lookup.RecordBytes : plan.Score is { } score ? (long)score.Rows * sizeof(int) : null,
        };

    /// <summary>SHA-256 of the program that reads the data, as it lies on disk now; null when it is missing.</summary>
    public string? WorkerDigest()
    {
        if (workerPath is null)
            return null;
        try
        {
            var file = new FileInfo(workerPath);
            return _digests.GetOrAdd((file.LastWriteTimeUtc, file.Length), _ =>
            {
                using var bytes = file.OpenRead();
                return Convert.ToHexStringLower(SHA256.HashData(bytes));
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // no digest satisfies no term that asks for one
        }
    }
}
