using System.Diagnostics;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Merkle;
using DataSpace.Ledger.Notes;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Tiles;

namespace DataSpace.Ledger.Sequencing;

public sealed partial class AuditLedger
{
    private static readonly TimeSpan MaxPublishPause = TimeSpan.FromMilliseconds(250);
    private const int EventIdBytes = 16;
    private const int CrowdSize = 16;
    private const int GatherSize = 128;
    private static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(2);
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _publishGate = new();
    private long _publishedSize;
    private Checkpoint? _publishedHead;
    private TaskCompletionSource _publishedChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Signs on the caller's thread, queues, and waits for the commit.</summary>
    private Task<Result<AppendedEntry>> SubmitAsync(
        IEntryPayload payload, string agreementId, ReadOnlyMemory<byte>? callersEventId, EntryEffect? effect, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<Result<AppendedEntry>>(cancellation);
        if (Volatile.Read(ref _disposed) != 0)
            return Refuse(LedgerErrors.Closed.Of());
        if (Refusal is { } refusal)
            return Refuse(refusal);
        WorkItem? item;
        try
        {
            if (!Prepare(payload, agreementId, callersEventId, effect).TryGet(out item, out var error))
                return Refuse(error);
        }
        catch (Exception e) when (IoFailure.IsStorage(e))
        {
            return Refuse(Stop(e)); // the key of a new agreement could not be stored
        }
        catch (InvalidOperationException) when (Volatile.Read(ref _disposed) != 0)
        {
            return Refuse(LedgerErrors.Closed.Of());
        }
        if (!_work.Writer.TryWrite(item))
            return Refuse(Volatile.Read(ref _disposed) != 0 ? LedgerErrors.Closed.Of() : LedgerErrors.Busy.Of());
        return cancellation.CanBeCanceled ? item.Done.Task.WaitAsync(cancellation) : item.Done.Task;

        static Task<Result<AppendedEntry>> Refuse(DsError error) => Task.FromResult<Result<AppendedEntry>>(error);
    }

    private Result<WorkItem> Prepare(IEntryPayload payload, string agreementId, ReadOnlyMemory<byte>? callersEventId, EntryEffect? effect)
    {
        Span<byte> random = stackalloc byte[EventIdBytes + SealedPayload.RandomBytes];
        RandomPieces.Fill(random);
        var eventId = callersEventId ?? random[..EventIdBytes].ToArray();
        if (eventId.Length != EventIdBytes || !IsId(agreementId))
            return LedgerErrors.InvalidField.Of("eventId or agreementId");
        IReadOnlyList<PayloadField> fields;
        try
        {
            fields = payload.ToFields();
        }
        catch (ArgumentException e)
        {
            return LedgerErrors.InvalidField.Of(e.ParamName);
        }
        if (FieldRules.Check(fields) is { } error)
            return error;
        var (now, last) = (_clock.GetUtcNow().ToUnixTimeMilliseconds(), Volatile.Read(ref _lastTimeMs));
        if (now < last - MaxClockLagMs)
            return LedgerErrors.ClockBehind.Of();
        var content = SealedPayload.Create(fields, random[EventIdBytes..]);
        var entry = new LedgerEntry
        {
            Kind = payload.Kind,
            EventId = eventId,
            AgreementTag = AgreementTag(agreementId, eventId.Span),
            PayloadRoot = content.Root,
            SignerKeyIds = [_signer.PublicKey.KeyId],
            TimeMs = Math.Max(now, last),
        };
        var item = new WorkItem { Entry = entry, Bytes = entry.SignAndEncode(_signer), Fields = fields, Payload = content, Effect = effect, CallersEventId = callersEventId is not null };
        if (item.Bytes.Length > LedgerEntry.MaxBytes)
            return LedgerErrors.EntryTooLarge.Of();
        item.Hash();
        return item;
    }

    private byte[] AgreementTag(string agreementId, ReadOnlySpan<byte> eventId)
    {
        Span<byte> tagged = stackalloc byte[TagDomain.Length + EventIdBytes];
        TagDomain.CopyTo(tagged);
        eventId.CopyTo(tagged[TagDomain.Length..]);
        var tag = new byte[MerkleHash.SizeBytes];
        ShortHmac.Compute(_vault.AgreementKey(agreementId).Span, tagged, tag);
        return tag;
    }

    // On a thread of its own: in the pool it would queue behind the callers who sign, and every commit with it.
    private void RunWriter()
    {
        var batch = new List<WorkItem>(_options.MaxBatch);
        using var pause = new ManualResetEventSlim();
        _open.GetAwaiter().GetResult();
        // Closed before anybody answered or the time was over: what waited was never signed, and is not now.
        var closed = ReferenceEquals((_open as Task<Task>)?.GetAwaiter().GetResult(), _answered.Task) && !_answered.Task.GetAwaiter().GetResult();
        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            // Where many came last time, more are signing now: they share one commit. A lone caller never waits.
            if (batch.Count >= CrowdSize && _work.Reader.Count < GatherSize)
                pause.Wait(GatherTime);
            batch.Clear();
            while (batch.Count < _options.MaxBatch && _work.Reader.TryRead(out var item))
                batch.Add(item);
            CommitOrStop(batch, closed);
        }
    }

    private void CommitOrStop(List<WorkItem> batch, bool closed)
    {
        Checkpoint? checkpoint = null;
        DsError? failure;
        lock (_writeGate)
        {
            failure = Refusal ?? (closed ? LedgerErrors.Closed.Of() : null);
            if (failure is null)
            {
                try
                {
                    checkpoint = Commit(batch);
                }
#pragma warning disable CA1031 // Whatever went wrong, the state of the transaction is unknown: stop, acknowledge nothing.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    failure = Stop(e);
                    _store.Abandon();
                }
            }
        }
        foreach (var item in batch)
            item.Done.SetResult(checkpoint is null ? failure! : item.Outcome(checkpoint));
    }

    // Everything a batch changes is one transaction. The vault's commit lies before the ledger's, so that no entry lacks its payload.
    private Checkpoint Commit(List<WorkItem> batch)
    {
        // Callers sign concurrently; the log's times rise, so late comers are signed again with the time of their place.
        batch.Sort(static (a, b) => a.Entry.TimeMs.CompareTo(b.Entry.TimeMs));
        var (first, lastTimeMs) = (_edge.Size, _lastTimeMs);
        var accepted = new List<WorkItem>(batch.Count);
        var pending = new Dictionary<UInt128, WorkItem>();
        _store.Begin();
        // Also where nothing is accepted: what another writer put there is not this one's to acknowledge.
        if (!_store.HeadIs(_latest))
            throw new InvalidDataException("the checkpoint was changed by somebody else");
        foreach (var item in batch)
        {
            var eventKey = RecentEvents.Key(item.Entry.EventId);
            // An id that was made here, at random, cannot have been used before.
            if (item.CallersEventId && IsDuplicate(item, eventKey, pending))
                continue;
            if ((item.Refusal = item.Effect?.Check(_store)) is not null)
                continue;
            if (item.Entry.TimeMs < lastTimeMs)
                Resign(item, lastTimeMs);
            lastTimeMs = item.Entry.TimeMs;
            Insert(item);
            if (item.CallersEventId)
                pending.Add(eventKey, item);
            accepted.Add(item);
        }
        if (accepted.Count > 0)
            return CommitAccepted(first, accepted, lastTimeMs);
        _store.Commit();
        return _latest;
    }

    private Checkpoint CommitAccepted(long first, List<WorkItem> accepted, long lastTimeMs)
    {
        for (var level = 0; level < _edge.Levels; level++)
        {
            // A level above the first changes only when a tile below it was completed.
            if (level > 0 && _edge.Size >> (8 * level) == first >> (8 * level))
                break;
            if (_edge.Partial(level) is { } partial)
                _store.PutTile(partial.Path, partial.Hashes);
        }
        var next = Checkpoint.Sign(Origin, _edge.Size, _edge.Root(), _signer);
        var isIndexed = _recent.Count + accepted.Count > _options.MaxRecentEvents;
        if (isIndexed)
            _store.IndexEvents(_recent.With(accepted), _edge.Size);
        _store.Advance(next, lastTimeMs);
        _vault.Write(first, accepted, _fault);
        _fault(FaultPoint.BeforeCommit);
        _store.Commit();
        _fault(FaultPoint.AfterCommit);
        if (isIndexed)
            _recent.Clear();
        else
            _recent.Add(accepted);
        Volatile.Write(ref _lastTimeMs, lastTimeMs);
        Volatile.Write(ref _latest, next);
        _published.Writer.TryWrite(true);
        return next;
    }

    private void Insert(WorkItem item)
    {
        item.Index = _edge.Size;
        _store.InsertEntry(item.Index, item.Bytes);
        item.Effect?.Apply(_store, item.Index, item.LeafHash);
        _edge.Add(item.LeafHash, _store.PutTile);
    }

    private void Resign(WorkItem item, long timeMs)
    {
        item.Entry = item.Entry with { TimeMs = timeMs };
        item.Bytes = item.Entry.SignAndEncode(_signer);
        item.Hash();
    }

    // The same event again: the first entry when the content is the same, a conflict when it is not or can no longer be compared.
    private bool IsDuplicate(WorkItem item, UInt128 eventKey, Dictionary<UInt128, WorkItem> pending)
    {
        if (pending.TryGetValue(eventKey, out var earlier))
        {
            (item.Repeats, item.Refusal) = item.SameContent(earlier.Entry, earlier.Fields) ? (earlier, (DsError?)null) : (null, LedgerErrors.EventConflict.Of());
            return true;
        }
        if ((_recent.Find(item.Entry.EventId) ?? _store.FindEvent(item.Entry.EventId)) is not { } index)
            return false;
        var bytes = _store.Entry(index) ?? throw new InvalidDataException("an entry is missing");
        if (!LedgerEntry.Decode(bytes).TryGet(out var entry, out _))
            throw new InvalidDataException("a stored entry is malformed");
        if (_vault.Open(index, entry.PayloadRoot.Span).TryGet(out var leaves, out _)
            && item.SameContent(entry, PayloadLeaf.Shown(leaves)))
            item.RepeatsStored = (index, bytes);
        else
            item.Refusal = LedgerErrors.EventConflict.Of();
        return true;
    }

    private async Task RunPublisherAsync()
    {
        while (await _published.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            _published.Reader.TryRead(out _);
            var watch = Stopwatch.StartNew();
            if (Volatile.Read(ref _stopped) is not null)
                continue;
            try
            {
                lock (_publishGate)
                {
                    _publisher.Publish();
                    Volatile.Write(ref _publishedHead, _publisher.Published);
                    Volatile.Write(ref _publishedSize, _publisher.PublishedSize);
                }
            }
#pragma warning disable CA1031 // A log that cannot be published is silent to its readers: stop.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Stop(e);
            }
            WakePublicationWaiters();
            // Under load, leave the disk and the processor to the writer: one part publishing, three parts pause.
            var pause = TimeSpan.FromTicks(Math.Min(3 * watch.Elapsed.Ticks, MaxPublishPause.Ticks));
            await Task.Delay(pause, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void WakePublicationWaiters()
        => Interlocked.Exchange(ref _publishedChanged, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    // Returns what the failed operation answers; every later one answers that the ledger has stopped.
    private DsError Stop(Exception e)
    {
        var failure = IoFailure.Classify(e);
        Interlocked.CompareExchange(ref _stopped, LedgerErrors.Stopped.Of("after " + failure.Code), null);
        WakePublicationWaiters();
        return failure;
    }
}
