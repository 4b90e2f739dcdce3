using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Conversations;

/// <summary>The analyst's part in one job: a conversation with every owner, which may wait for each other. Every member may be called from several threads at once.</summary>
internal interface IAnalystPart : IDisposable
{
    /// <summary>The conversation with this owner of the roster; always the same object.</summary>
    IAnalystConversation With(string owner);

    /// <summary>Most bytes that the analyst may have to say to one owner.</summary>
    long MostBytesSaid { get; }

    /// <summary>Rounds taken and rounds in all, where the protocol has rounds.</summary>
    (int Done, int Of)? Rounds => null;
}

/// <summary>Makes the analyst's part of one kind of job.</summary>
internal interface IAnalystPartFactory
{
    /// <summary>One of <see cref="JobKinds"/>.</summary>
    string Kind { get; }

    /// <summary>A fresh part.</summary>
    /// <param name="job">The job, with its secrets.</param>
    /// <param name="order">What this node signed.</param>
    /// <param name="keyOf">The key of an owner of the roster that the agreement pins.</param>
    Result<IAnalystPart> Create(JobRow job, JobOrder order, Func<string, PublicKey> keyOf);
}

/// <summary>
/// Conversations of this node as the analyst. In memory: what a process that died had said cannot be said again, and the job ends. Thread-safe.
/// </summary>
internal sealed partial class AnalystConversations(
    IDbContextFactory<ConnectorState> store, AgreementBook agreements, IEnumerable<IAnalystPartFactory> factories, NodeOptions options, ILogger<AnalystConversations> log) : IDisposable
{
    private const string SpoolPrefix = "conversation-as-analyst-";
    private const int MaxJobs = 50;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Talk> _talks = new(StringComparer.Ordinal);

    /// <summary>One exchange with the coordinator that the job names.</summary>
    public async Task<Result<RelayAnswer>> ExchangeAsync(string jobHash, string owner, RelayRequest request, string carrier, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var row = await db.Jobs.AsNoTracking().FirstOrDefaultAsync(j => j.JobHash == jobHash, cancellation);
        if (row is null || JsonSerializer.Deserialize<JobOrder>(row.OrderJson, JobJson.Options) is not { Plan.Conversation: JobConversation.WithAnalyst } order || order.ServiceParty != carrier
            || order.Plan.Roster.All(r => r.Participant != owner))
            return JobErrors.Unknown.Of();
        if (row.State != AnalystStates.Running)
            return new RelayAnswer(RelayAnswer.Over, 0, []);
        if (!(await FindOrStartAsync(row, order, cancellation)).TryGet(out var talk, out var error))
        {
            LogNotStarted(log, error.Code);
            return new RelayAnswer(RelayAnswer.Left, 0, []);
        }
        var session = talk.Sessions[owner];
        var answer = await session.ExchangeAsync(request, cancellation);
        if (session.End.IsCompletedSuccessfully && await session.End is { } ended)
        {
            talk.Fail(ended);
            LogEnded(log, ended.Code, ended.Detail);
        }
        return talk.Problem is null ? answer : answer with { State = RelayAnswer.Left, Messages = [] };
    }

    /// <summary>The part of a job in this process, for whoever reads its result; null after a restart.</summary>
    public IAnalystPart? Find(string jobHash)
    {
        lock (_gate)
            return _talks.GetValueOrDefault(jobHash)?.Part;
    }

    /// <summary>Why this node did not go on with a job, or null.</summary>
    public DsError? Problem(string jobHash)
    {
        lock (_gate)
            return _talks.GetValueOrDefault(jobHash)?.Problem;
    }

    /// <summary>The job is over: its keys go.</summary>
    public void Forget(string jobHash)
    {
        Talk? talk;
        lock (_gate)
            _talks.Remove(jobHash, out talk);
        talk?.Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var talk in _talks.Values)
            talk.Dispose();
        _talks.Clear();
    }

    private async Task<Result<Talk>> FindOrStartAsync(JobRow row, JobOrder order, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_talks.TryGetValue(row.JobHash, out var known))
                return known;
        }
        var pins = (await agreements.ListAsync(cancellation)).Where(a => a.Row.Role == AgreementBook.Consumer).ToDictionary(a => a.Row.AgreementId, a => a.ProviderKey);
        if (order.Plan.Roster.FirstOrDefault(r => !pins.ContainsKey(r.AgreementId)) is { } unpinned)
            return ConnectorErrors.AgreementUnknown.Of(unpinned.AgreementId);
        lock (_gate)
        {
            if (_talks.TryGetValue(row.JobHash, out var known))
                return known;
            return _talks.Count >= MaxJobs ? JobErrors.TooManyConversations.Of() : Start(row, order, owner => pins[order.Plan.Roster.First(r => r.Participant == owner).AgreementId]);
        }
    }

    private Result<Talk> Start(JobRow row, JobOrder order, Func<string, PublicKey> keyOf)
    {
        if (factories.FirstOrDefault(f => f.Kind == order.Plan.Kind) is not { } factory)
            return JobErrors.BadSpec.Of(order.Plan.Kind);
        if (!factory.Create(row, order, keyOf).TryGet(out var part, out var error))
            return error;
        var sessions = new Dictionary<string, ConversationSession>(StringComparer.Ordinal);
        foreach (var (entry, i) in order.Plan.Roster.Select((r, i) => (r, i)))
            sessions[entry.Participant] = new ConversationSession(part.With(entry.Participant), new MessageSpool(Path.Combine(options.Directory, $"{SpoolPrefix}{row.JobHash}-{i}"), part.MostBytesSaid));
        return _talks[row.JobHash] = new Talk(part, sessions);
    }

    private sealed class Talk(IAnalystPart part, Dictionary<string, ConversationSession> sessions) : IDisposable
    {
        private volatile DsError? _problem;

        public IAnalystPart Part => part;

        public Dictionary<string, ConversationSession> Sessions => sessions;

        public DsError? Problem => _problem;

        /// <summary>What goes wrong with one owner ends the job with all.</summary>
        public void Fail(DsError why)
        {
            _problem ??= why;
            foreach (var session in sessions.Values)
                session.Stop(why);
        }

        public void Dispose()
        {
            foreach (var session in sessions.Values)
                session.Dispose();
            part.Dispose();
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The conversation did not start: {Code}")]
    private static partial void LogNotStarted(ILogger logger, string code);

    [LoggerMessage(2, LogLevel.Warning, "The conversation ended: {Code} {Detail}")]
    private static partial void LogEnded(ILogger logger, string code, string? detail);
}
