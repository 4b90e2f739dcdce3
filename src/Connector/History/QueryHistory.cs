using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DataSpace.Kernel.Results;
using DataSpace.Sandbox;
using Microsoft.Data.Sqlite;

namespace DataSpace.Connector.History;

/// <summary>For whom and about what an exact answer is.</summary>
/// <param name="DatasetId">Dataset, whatever its version.</param>
/// <param name="DatasetVersion">Keyed digest of the file.</param>
/// <param name="Source">Its declaration: without a subject column every row is a subject.</param>
/// <param name="Consumer">Who asks.</param>
/// <param name="Group">Everyone who counts as one with the consumer, itself included.</param>
/// <param name="MinGroup">k: the minimum group of this answer.</param>
internal sealed record AnswerContext(string DatasetId, string DatasetVersion, DatasetSource Source, string Consumer, IReadOnlyList<string> Group, int MinGroup);

/// <summary>
/// Query control across queries: remembers, per dataset and consumer, the exact sets of subjects behind every exact number that was or may have been released,
/// and withholds what would differ from them by too few (<see cref="HistoryRules"/>). A set is on disk before the answer's Report, so a crash in between only
/// makes it stricter. Answers to all members of a consumer group are compared; each is kept under its own consumer, so that regrouping loses nothing.
/// Thread-safe: one judgement at a time.
/// </summary>
internal sealed partial class QueryHistory : IDisposable
{
    /// <summary>Most sets kept for one consumer group and dataset.</summary>
    public const int MaxSets = 10_000;

    private const string KeyCheck = "keyCheck";
    private const string Blind = "blind";
    private static readonly TimeSpan IdleAfter = TimeSpan.FromSeconds(4);

    private readonly string _path;
    private readonly byte[] _secret;
    private readonly IHistoryAnchor _anchor;
    private readonly ILogger<QueryHistory> _log;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly ITimer _idle;
    private HistoryStore? _store;
    private (string Dataset, SubjectIds Ids)? _subjects;

    /// <param name="directory">Where <c>history.db</c> lies: beside the ledger.</param>
    /// <param name="secret">A secret of this node; ids of subjects are keyed with what is derived from it.</param>
    /// <param name="anchor">Notices a lost file.</param>
    /// <param name="clock">For giving memory back.</param>
    /// <param name="log">The owner's log.</param>
    public QueryHistory(string directory, byte[] secret, IHistoryAnchor anchor, TimeProvider clock, ILogger<QueryHistory> log)
    {
        (_path, _secret, _anchor, _log) = (Path.Combine(directory, HistoryStore.FileName), HMACSHA256.HashData(secret, "dataspace/query-history/1"u8), anchor, log);
        _idle = clock.CreateTimer(static state => ((QueryHistory)state!).ForgetSubjects(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Why no exact answer can be given now, before anything is spent; null when one can.</summary>
    /// <param name="datasetId">Dataset.</param>
    /// <param name="group">The consumer and everyone who counts as one with it.</param>
    /// <param name="cells">Cells that the answer may have.</param>
    public async Task<DsError?> RefusalAsync(string datasetId, IReadOnlyList<string> group, int cells, CancellationToken cancellation)
    {
        using var turn = await EnterAsync(cancellation);
        return Guarded<Unit>(() => Opened().TryGet(out var store, out var error) ? HasRoom(store, datasetId, group, cells) ? Unit.Value : HistoryErrors.Full.Of() : error).Error;
    }

    /// <summary>Answers about a dataset that the consumer group got; for the owner's eyes.</summary>
    public async Task<Result<long>> AnswersAsync(string datasetId, IReadOnlyList<string> group, CancellationToken cancellation)
    {
        using var turn = await EnterAsync(cancellation);
        return Guarded<long>(() => Opened().TryGet(out var store, out var error) ? group.Sum(member => store.Count(datasetId, member).Answers) : error);
    }

    /// <summary>What the file holds and what it lacks; for the owner's eyes.</summary>
    public async Task<Result<HistoryStatus>> StatusAsync(CancellationToken cancellation)
    {
        using var turn = await EnterAsync(cancellation);
        return Guarded<HistoryStatus>(() => Readable().TryGet(out var store, out var error)
            ? new HistoryStatus(Gap(store), store.Head(), Math.Max(0, _anchor.Answers - store.Head()), MaxSets, store.Counts()) : error);
    }

    /// <summary>
    /// The owner accepts that earlier answers are unknown and lets exact answers begin again. What the file still knows stays in force; what it lacks is compared with nothing
    /// from now on. <paramref name="record"/> logs the decision and must succeed before it takes effect. A newer copy
    /// that is found later may be put back as long as no answer was given since.
    /// </summary>
    public async Task<Result<HistoryStatus>> BeginAsync(Func<Task<DsError?>> record, CancellationToken cancellation)
    {
        using (await EnterAsync(cancellation))
        {
            var refused = Guarded<Unit>(() => !Readable().TryGet(out var store, out var error) ? error : Gap(store) is null ? HistoryErrors.NothingMissing.Of() : Unit.Value).Error;
            if (refused is not null || (refused = await record()) is not null)
                return refused;
            refused = Guarded<Unit>(() =>
            {
                if (!Readable().TryGet(out var store, out var error))
                    return error;
                var lost = Math.Max(0, _anchor.Answers - store.Head()) + (store.Meta(HistoryStore.LostKey) is { } before ? long.Parse(before, CultureInfo.InvariantCulture) : 0);
                store.Begin();
                store.SetMeta(HistoryStore.LostKey, lost.ToString(CultureInfo.InvariantCulture));
                store.SetMeta(Blind, "0");
                store.Commit();
                return Unit.Value;
            }).Error;
            if (refused is not null)
                return refused;
            LogBegun(_log);
        }
        return await StatusAsync(cancellation);
    }

    /// <summary>Control of one answer, for the sandbox.</summary>
    public IAnswerControl Control(AnswerContext context) => new AnswerControl(this, context);

    /// <inheritdoc />
    public void Dispose()
    {
        _idle.Dispose();
        _store?.Dispose();
        _turn.Dispose();
    }

    private static bool HasRoom(HistoryStore store, string datasetId, IReadOnlyList<string> group, int more)
        => group.Sum(member => store.Count(datasetId, member).Sets) + more <= MaxSets;

    /// <summary>The file, when it is the one that the ledger knows.</summary>
    private Result<HistoryStore> Opened()
    {
        if (!Readable().TryGet(out var store, out var error))
            return error;
        return Gap(store) is { } gap ? gap : store;
    }

    /// <summary>What the file does not know although the ledger does; null when nothing.</summary>
    private DsError? Gap(HistoryStore store)
        => store.Meta(Blind) != "0" ? HistoryErrors.Missing.Of() : store.Head() < _anchor.Answers ? HistoryErrors.RolledBack.Of() : null;

    /// <summary>The file, when it is one of this node.</summary>
    private Result<HistoryStore> Readable()
    {
        var check = Convert.ToHexStringLower(HMACSHA256.HashData(_secret, "check"u8));
        // A file that is made anew beside a ledger with uses knows nothing of them, and remembers that.
        _store ??= HistoryStore.Open(_path, () => new Dictionary<string, string> { [KeyCheck] = check, [Blind] = _anchor.HasUses ? "1" : "0" });
        return _store.Meta(KeyCheck) == check
            ? _store : Refused(HistoryErrors.Unusable, "history.db was written under another secret (keys/dataset-version-key)");
    }

    /// <summary>The mark stands at least here, or the error.</summary>
    private DsError? Anchored(long answers) => _anchor.Answers >= answers ? null : _anchor.Raise(answers).Error;

    private DsError Refused(ErrorKind kind, string detail)
    {
        LogUnusable(_log, detail, null);
        return kind.Of();
    }

    /// <summary>Storage failures as a code; what was begun is undone, and what was held in memory read again.</summary>
    private Result<T> Guarded<T>(Func<Result<T>> work)
    {
        try
        {
            return work();
        }
        catch (SubjectLimitException)
        {
            Abandon();
            return HistoryErrors.TooManySubjects.Of();
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            LogUnusable(_log, e.Message, e);
            Abandon();
            return HistoryErrors.Unusable.Of();
        }
    }

    private void Abandon()
    {
        _subjects = null;
        _store?.Dispose(); // an open transaction dies with its connection
        _store = null;
    }

    private SubjectIds SubjectsOf(HistoryStore store, string dataset)
    {
        _idle.Change(IdleAfter, Timeout.InfiniteTimeSpan);
        if (_subjects is { } held && held.Dataset == dataset)
            return held.Ids;
        var ids = store.Subjects(dataset);
        _subjects = (dataset, ids);
        return ids;
    }

    private void ForgetSubjects()
    {
        if (!_turn.Wait(0))
        {
            _idle.Change(IdleAfter, Timeout.InfiniteTimeSpan);
            return;
        }
        _subjects = null;
        _turn.Release();
    }

    private async Task<IDisposable> EnterAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        return new Turn(_turn);
    }

    private byte[] SubjectKey(string dataset) => HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes("subject/" + dataset));

    [LoggerMessage(1, LogLevel.Error, "The history of answers cannot be used: {Detail}")]
    private static partial void LogUnusable(ILogger logger, string detail, Exception? exception);

    [LoggerMessage(2, LogLevel.Warning, "The owner let exact answers begin again without the record of earlier ones")]
    private static partial void LogBegun(ILogger logger);

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}

/// <summary>State of the history.</summary>
/// <param name="Problem">Why no exact answer is given; null when they are.</param>
/// <param name="Answers">Answers known, with those accepted as lost.</param>
/// <param name="Unknown">Answers that the ledger counted and the file lacks; 0 when uses were granted before there was a count.</param>
/// <param name="MaxSets">Most sets of one consumer group and dataset.</param>
/// <param name="Counts">By dataset and consumer.</param>
internal sealed record HistoryStatus(DsError? Problem, long Answers, long Unknown, int MaxSets, IReadOnlyList<HistoryCount> Counts);
