using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;
using DataSpace.Ledger.Vault;

namespace DataSpace.Ledger.Sequencing;

/// <summary>
/// A node's append-only log with its uses and budgets. One process, one writer task; all members may be called from any thread.
/// What a method acknowledges is durable and covered by a checkpoint that this ledger signed. After a storage failure the ledger
/// stops: it acknowledges nothing more until it is opened anew, and recovery decides what was durable.
/// </summary>
public sealed partial class AuditLedger : IAsyncDisposable
{
    private const string LockFile = "ledger.lock";
    private const string RefusedKey = "refused";
    private const long MaxClockLagMs = 60_000;
    private const int MaxIdLength = 512;
    private static readonly byte[] TagDomain = Encoding.ASCII.GetBytes("dataspace/agreement-tag/v1\n");

    private readonly LedgerOptions _options;
    private readonly ISigner _signer;
    private readonly TimeProvider _clock;
    private readonly VerifierKey _key;
    private readonly FileStream _lock;
    private readonly LedgerStore _store;
    private readonly LedgerStore _reader;
    private readonly LedgerStore _publisherStore;
    private readonly PayloadVault _vault;
    private readonly StaticPublisher _publisher;
    private readonly Action<FaultPoint> _fault;
    private readonly Lock _writeGate = new();
    private readonly Lock _readGate = new();
    private readonly Channel<WorkItem> _work;
    private readonly Channel<bool> _published = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly RightEdge _edge;
    private readonly RecentEvents _recent;
    private readonly TaskCompletionSource<bool> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _open;
    private Task _resuming = Task.CompletedTask;
    private readonly Task _writer;
    private readonly Task _publishing;
    private Checkpoint _latest;
    private long _lastTimeMs;
    private DsError? _stopped;
    private DsError? _refused;
    private int _disposed;

    private AuditLedger(LedgerOptions options, ISigner signer, TimeProvider clock, VerifierKey key, Parts parts)
    {
        (_options, _signer, _clock, _key) = (options, signer, clock, key);
        (_lock, _store, _vault) = (parts.Lock, parts.Store!, parts.Vault!);
        (_reader, _publisherStore, _publisher) = (parts.Reader!, parts.PublisherStore!, parts.Publisher!);
        (_edge, _recent, _latest, _lastTimeMs, _refused) = (parts.Edge!, parts.Recent!, parts.Head!, parts.LastTimeMs, parts.Refused);
        _fault = parts.Fault;
        _work = Channel.CreateBounded<WorkItem>(new BoundedChannelOptions(options.MaxPending) { SingleReader = true });
        _open = options.AskFirst is { } limit && _latest.Size > 0 ? Task.WhenAny(_answered.Task, Task.Delay(limit)) : Task.CompletedTask;
        _writer = Task.Factory.StartNew(RunWriter, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _publishing = Task.Run(RunPublisherAsync);
    }

    /// <summary>Name of the log.</summary>
    public string Origin => _options.Origin;

    /// <summary>Verifier key in its text form (C2SP signed-note).</summary>
    public string VerifierKey => _key.ToString();

    /// <summary>Key that signs entries and checkpoints.</summary>
    public PublicKey PublicKey => _signer.PublicKey;

    /// <summary>Directory of store and published files.</summary>
    public string Directory => _options.Directory;

    /// <summary>Newest durable checkpoint; its publication follows at once.</summary>
    public Checkpoint Latest => Volatile.Read(ref _latest);

    /// <summary>Newest checkpoint whose tiles can be fetched; what witnesses and peers are told.</summary>
    public Checkpoint Published => (Volatile.Read(ref _publishedHead) ?? Latest) with { Origin = Origin };

    /// <summary>Why the ledger takes no entries now, or null.</summary>
    public DsError? Refusal => Volatile.Read(ref _stopped) ?? Volatile.Read(ref _refused);

    /// <summary>
    /// Appends an entry. Repeating the same event id with the same content gives the entry of the first time.
    /// Cancelling stops the waiting, not the append.
    /// </summary>
    public Task<Result<AppendedEntry>> AppendAsync(EntryDraft draft, CancellationToken cancellation)
        => draft.Payload.Kind is EntryKind.Grant or EntryKind.Report or EntryKind.BudgetRegranted
            ? Task.FromResult<Result<AppendedEntry>>(LedgerErrors.WrongKind.Of(draft.Payload.Kind.ToString()))
            : SubmitAsync(draft.Payload, draft.AgreementId, draft.EventId, effect: null, cancellation);

    /// <summary>
    /// Grants a use: use id, budgets, entry and checkpoint in one transaction. A use id that was granted before or a budget that
    /// does not suffice refuses this use alone. A debit with a limit makes its counter in the same transaction when there is none.
    /// Nothing gives a spent budget back.
    /// </summary>
    public async Task<Result<GrantedUse>> GrantAsync(
        GrantPayload payload, IReadOnlyList<BudgetDebit> debits, CancellationToken cancellation)
    {
        if (payload.UseId != GrantPayload.ComputeUseId(payload.JobHash, payload.ContractId, payload.Step))
            return LedgerErrors.InvalidField.Of("useId");
        if (MergeDebits(debits) is not { } merged)
            return LedgerErrors.InvalidField.Of("debits");
        var effect = new GrantEffect(payload.UseId, payload.ContractId, merged);
        var appended = await SubmitAsync(payload, payload.ContractId, callersEventId: null, effect, cancellation).ConfigureAwait(false);
        return appended.TryGet(out var entry, out var error)
            ? new GrantedUse(new GrantHandle(payload.UseId, entry.Index, entry.LeafHash), entry)
            : error;
    }

    /// <summary>Appends the Report of a use and commits the exact bytes that will leave, in one transaction; once per use.</summary>
    public async Task<Result<AppendedEntry>> ReportAsync(
        GrantHandle grant, ReportPayload payload, ReadOnlyMemory<byte> committedOutput, CancellationToken cancellation)
    {
        if (committedOutput.Length > _options.MaxOutputBytes)
            return LedgerErrors.OutputTooLarge.Of();
        if (payload.GrantHash != Convert.ToHexStringLower(grant.GrantHash.Span))
            return LedgerErrors.ReportMismatch.Of("grantHash");
        if (payload.OutputDigest != Convert.ToHexStringLower(SHA256.HashData(committedOutput.Span)))
            return LedgerErrors.ReportMismatch.Of("outputDigest");
        if (Volatile.Read(ref _disposed) != 0)
            return LedgerErrors.Closed.Of();
        if (Refusal is { } refusal)
            return refusal;
        if (UseState(grant.UseId) is not { } use || !ReportEffect.IsSameGrant(use.Handle, grant))
            return LedgerErrors.UseUnknown.Of();
        var effect = new ReportEffect(grant, committedOutput);
        return await SubmitAsync(payload, use.ContractId, callersEventId: null, effect, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Raises a budget's limit by a logged entry, in one transaction. The old limit must be the current one. An <paramref name="eventId"/> raises it once: repeated with the same
    /// payload it gives the entry of the first time, with another it is refused.
    /// </summary>
    public async Task<Result<AppendedEntry>> RegrantBudgetAsync(BudgetRegrantedPayload payload, CancellationToken cancellation, ReadOnlyMemory<byte>? eventId = null)
    {
        if (payload.NewLimit <= payload.OldLimit || payload.OldLimit < 0)
            return LedgerErrors.InvalidField.Of("newLimit");
        var effect = new RegrantEffect(payload.BudgetId, payload.ContractId, payload.OldLimit, payload.NewLimit);
        return await SubmitAsync(payload, payload.ContractId, eventId, effect, cancellation).ConfigureAwait(false);
    }

    /// <summary>Defines a budget. Repeating the same definition changes nothing; another limit or contract is refused.</summary>
    public Result<Unit> DefineBudget(string budgetId, long limit, string contractId)
        => Define(new BudgetState(budgetId, contractId, limit, Spent: 0));

    /// <summary>
    /// Defines a budget with nothing left, for a node that was restored and continues under a new origin:
    /// only <see cref="RegrantBudgetAsync"/> makes it usable. Counters that debits make would start at nothing spent: define them
    /// here first, with their definition in place of the contract.
    /// </summary>
    public Result<Unit> DefineExhaustedBudget(string budgetId, long limit, string contractId)
        => Define(new BudgetState(budgetId, contractId, limit, Spent: limit));

    /// <summary>
    /// Compares with a checkpoint of this ledger that somebody else holds. One with our valid signature that is larger than ours,
    /// or that has another root at its size, makes this ledger refuse all appends from now on, also after a restart.
    /// A note that we did not sign changes nothing.
    /// </summary>
    public Result<Unit> CheckNotRolledBack(string checkpointNote)
    {
        if (!Checkpoint.Open(checkpointNote, _key).TryGet(out var theirs, out var error))
            return error;
        var ours = Latest;
        if (theirs.Size > ours.Size)
        {
            // What was committed a moment ago may be published, and come back, before its writer has told anybody here.
            lock (_writeGate)
                ours = Latest;
        }
        error = theirs.Size > ours.Size
            ? LedgerErrors.RolledBack.Of($"ours {ours.Size}, theirs {theirs.Size}")
            : RootAt(theirs.Size).AsSpan().SequenceEqual(theirs.RootHash.Span) ? null : LedgerErrors.Forked.Of($"size {theirs.Size}");
        if (error is null)
            return Refusal is { } refusal ? refusal : Unit.Value;
        lock (_writeGate)
        {
            if (_stopped is { } stopped)
                return stopped;
            Volatile.Write(ref _refused, error);
            try
            {
                // Of several the longest is kept: a log that continues this one names it.
                if (Contradiction is not { } known || known.Size < theirs.Size)
                    _store.SetMeta(RefusedKey, error.Code + "\n" + checkpointNote);
            }
            catch (Exception e) when (IoFailure.IsStorage(e))
            {
                Stop(e);
            }
        }
        WitnessesAnswered(); // what waits is refused now
        WakePublicationWaiters();
        return error;
    }

    /// <summary>The checkpoint because of which this ledger refuses: the longest that was heard of. Null when it does not.</summary>
    public Checkpoint? Contradiction
    {
        get
        {
            lock (_writeGate)
                return _store.Meta(RefusedKey) is { } refused && Checkpoint.Open(refused[(refused.IndexOf('\n', StringComparison.Ordinal) + 1)..], _key).TryGet(out var theirs, out _) ? theirs : null;
        }
    }

    /// <summary>The witnesses were asked for what they hold of this log, and at least one answered; or there is none. What waited is signed from now on.</summary>
    public void WitnessesAnswered() => _answered.TrySetResult(true);

    /// <summary>Waits until the published directory holds a checkpoint of at least this size.</summary>
    public async Task WaitPublishedAsync(long size, CancellationToken cancellation)
    {
        while (true)
        {
            // Taken before the questions: what changes after them completes it.
            var changed = Volatile.Read(ref _publishedChanged).Task;
            if (Volatile.Read(ref _publishedSize) >= size)
                return;
            if ((Refusal ?? (_publishing.IsCompleted ? LedgerErrors.Closed.Of() : null)) is { } refusal)
                throw new InvalidOperationException(refusal.ToString());
            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Rewrites published files that differ from the ledger file (bit rot, a careless copy); returns how many did.</summary>
    public int RepairPublished()
    {
        lock (_publishGate)
            return _publisher.Repair();
    }

    /// <summary>Finishes what is queued, publishes and closes. A stopped ledger publishes nothing more.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _answered.TrySetResult(false);
        await _resuming.ConfigureAwait(false);
        await _erasing.WaitAsync().ConfigureAwait(false);
        _work.Writer.TryComplete();
        await _writer.ConfigureAwait(false);
        _published.Writer.TryComplete();
        await _closing.CancelAsync().ConfigureAwait(false);
        await _publishing.ConfigureAwait(false);
        WakePublicationWaiters();
        _publisherStore.Dispose();
        _reader.Dispose();
        _vault.Dispose();
        _store.Dispose();
        _closing.Dispose();
        _erasing.Dispose();
        await _lock.DisposeAsync().ConfigureAwait(false);
    }

    private Result<Unit> Define(BudgetState budget)
    {
        if (budget.Limit < 0 || !IsId(budget.BudgetId) || !IsId(budget.ContractId))
            return LedgerErrors.InvalidField.Of("budget");
        lock (_writeGate)
        {
            if (Refusal is { } refusal)
                return refusal;
            try
            {
                if (_store.FindBudget(budget.BudgetId) is { } known)
                {
                    return known.Limit == budget.Limit && known.ContractId == budget.ContractId
                        ? Unit.Value
                        : LedgerErrors.BudgetConflict.Of(budget.BudgetId);
                }
                _store.InsertBudget(budget);
                return Unit.Value;
            }
            catch (Exception e) when (IoFailure.IsStorage(e))
            {
                return Stop(e);
            }
        }
    }

    // One debit per budget: the amounts together, the strictest limit. Two meanings of one counter in one Grant are a caller's mistake.
    private static List<BudgetDebit>? MergeDebits(IReadOnlyList<BudgetDebit> debits)
    {
        const int MaxDebits = 32;
        if (debits.Count > MaxDebits || debits.Any(d => d.Amount < 1 || d.Limit < 0 || !IsId(d.BudgetId) || d.Limit is null != (d.Definition.Length == 0)))
            return null;
        var merged = new List<BudgetDebit>(debits.Count);
        try
        {
            foreach (var group in debits.GroupBy(d => d.BudgetId, StringComparer.Ordinal))
            {
                var first = group.First();
                if (group.Any(d => d.Definition != first.Definition) || first.Definition.Length > MaxIdLength)
                    return null;
                merged.Add(first with { Amount = group.Aggregate(0L, (sum, d) => checked(sum + d.Amount)), Limit = group.Min(d => d.Limit) });
            }
            return merged;
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private static bool IsId(string id) => id.Length is > 0 and <= MaxIdLength;
}
