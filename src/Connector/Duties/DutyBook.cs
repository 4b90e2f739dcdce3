using System.Text;
using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Duties;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Duties;

/// <summary>
/// What this owner's uses owe: durable rows, changed one at a time. Every step can be repeated; entries in the ledger have ids that follow from use and duty, so that a
/// repetition after a crash finds the first one.
/// </summary>
internal sealed class DutyBook(IDbContextFactory<ConnectorState> store, AuditLedger ledger, TimeProvider clock) : IDisposable
{
    /// <summary>Deadline of a notice after a use when the contract names none.</summary>
    public static readonly TimeSpan InformWithin = TimeSpan.FromHours(24);

    private static readonly TimeSpan FirstLook = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _turn = new(1, 1);

    public void Dispose() => _turn.Dispose();

    /// <summary>
    /// Why no use under this contract may begin now: a duty of an earlier one is overdue. Null when none is. Judged by deadline and clock, not by whether somebody has noticed yet;
    /// once noticed it stays until it is made good, whatever the clock says.
    /// </summary>
    public DsError? Problem(BoundAgreement agreement)
    {
        if (agreement.Policy.Terms.All(t => t.Obligations.Duties.Count == 0))
            return null;
        var (scope, now) = (ScopeOf(agreement), clock.GetUtcNow());
        using var db = store.CreateDbContext();
        var overdue = db.OwedDuties.AsNoTracking()
            .Where(d => d.Scope == scope && (d.State == DutyStates.Breached || (d.State == DutyStates.Pending && d.Deadline != null && d.Deadline < now)))
            .OrderBy(d => d.Deadline).FirstOrDefault();
        return overdue is null ? null
            : (overdue.Action == RuleActions.Delete ? DutyErrors.DeletionOverdue : DutyErrors.InformOverdue).Of($"{overdue.DutyId}, use {overdue.UseId[..16]}");
    }

    /// <summary>Records what a use will owe, before its Grant. Repeating it changes nothing.</summary>
    public Task PlanAsync(UseRequest use, string useId, IEnumerable<DutyTerm> duties, CancellationToken cancellation) => InTurnAsync(async db =>
    {
        foreach (var duty in duties)
        {
            if (await db.OwedDuties.FindAsync([useId, duty.Id], cancellation) is null)
                db.OwedDuties.Add(RowOf(use, useId, duty));
        }
        return 0;
    }, cancellation);

    /// <summary>Strikes what was recorded for a use that was never granted.</summary>
    public async Task ForgetAsync(string useId, CancellationToken cancellation)
    {
        if (ledger.FindUseState(useId) is not null)
            return;
        await using var db = await store.CreateDbContextAsync(cancellation);
        await db.OwedDuties.Where(d => d.UseId == useId && d.State == DutyStates.Planned).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>The duty of a use, with its notice made; what was made once stays. <paramref name="grantHash"/> is the leaf hash of a use that was granted.</summary>
    public Task<OwedDutyRow> BeginAsync(UseRequest use, string useId, DutyTerm duty, CancellationToken cancellation, string? grantHash = null) => InTurnAsync(async db =>
    {
        if (await db.OwedDuties.FindAsync([useId, duty.Id], cancellation) is not { } row)
            db.OwedDuties.Add(row = RowOf(use, useId, duty));
        row.Notice ??= NoticeOf(row, null, grantHash);
        return row;
    }, cancellation);

    /// <summary>The Report of a use is committed: its record is proven, its notice is due.</summary>
    public async Task ReportedAsync(string useId, CancellationToken cancellation)
    {
        if (ledger.FindUseState(useId)?.ReportIndex is not { } report)
            return;
        var bytes = ledger.EntryBytes(report)!.Value;
        var hash = Convert.ToHexStringLower(Ledger.Merkle.MerkleHash.Leaf(bytes.Span));
        var at = DateTimeOffset.FromUnixTimeMilliseconds(LedgerEntry.Decode(bytes).Value.TimeMs);
        var recorded = await InTurnAsync(async db =>
        {
            var rows = await db.OwedDuties.Where(d => d.UseId == useId && d.State == DutyStates.Planned).ToListAsync(cancellation);
            foreach (var row in rows.Where(r => r is { Action: RuleActions.Inform, Phase: "after" }))
            {
                (row.State, row.Notice, row.NextTryAt) = (DutyStates.Pending, NoticeOf(row, hash), at);
                row.Deadline = at + TimeSpan.FromTicks(row.WithinTicks);
                row.Revision++;
            }
            return rows.Where(r => r.Action == RuleActions.LogRecordSend).Select(r => r.DutyId).ToList();
        }, cancellation);
        foreach (var duty in recorded)
            await DoneAsync(useId, duty, hash, hash, cancellation);
    }

    /// <summary>A contribution is about to be handed out for the first time: from now on the time runs in which its result must be deleted.</summary>
    public Task ReleasedAsync(string useId, CancellationToken cancellation) => InTurnAsync(async db =>
    {
        foreach (var row in await db.OwedDuties.Where(d => d.UseId == useId && d.Action == RuleActions.Delete && d.State == DutyStates.Planned).ToListAsync(cancellation))
        {
            (row.State, row.Deadline) = (DutyStates.Pending, clock.GetUtcNow() + TimeSpan.FromTicks(row.WithinTicks));
            row.Revision++;
        }
        return 0;
    }, cancellation);

    /// <summary>The consumer receipted a result: a statement of deletion must speak of this one.</summary>
    public async Task ReceiptedAsync(string useId, string resultDigest, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        await db.OwedDuties.Where(d => d.UseId == useId && d.Action == RuleActions.Delete && d.ResultDigest == null)
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.ResultDigest, resultDigest), cancellation);
    }

    /// <summary>A duty was carried out: the proof is kept, then the entry written, then the row closed. Repeating it with any proof gives the first one's entry.</summary>
    /// <param name="useId">The use.</param>
    /// <param name="dutyId">The duty.</param>
    /// <param name="proof">What proves it.</param>
    /// <param name="proofHash">Its SHA-256, lower-case hex.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<Result<Unit>> DoneAsync(string useId, string dutyId, string proof, string proofHash, CancellationToken cancellation)
        => InTurnAsync<Result<Unit>>(async db =>
        {
            if (await db.OwedDuties.FindAsync([useId, dutyId], cancellation) is not { } row)
                return DutyErrors.NothingOwed.Of();
            if (row.State == DutyStates.Done)
                return Unit.Value;
            // Late is late, also when nobody had looked yet.
            if (await BreachAsync(row) is { } unwritten)
                return unwritten;
            if (row.Proof is null)
            {
                row.Proof = proof + "\n" + proofHash;
                row.Revision++;
                await db.SaveChangesAsync(CancellationToken.None);
            }
            return await CloseAsync(row);
        }, cancellation);

    /// <summary>After a crash between proof and entry: writes the entry. False when there is no proof yet.</summary>
    public Task<Result<bool>> ResumeAsync(string useId, string dutyId, CancellationToken cancellation) => InTurnAsync<Result<bool>>(async db =>
    {
        if (await db.OwedDuties.FindAsync([useId, dutyId], cancellation) is not { Proof: not null } row)
            return false;
        if (row.State == DutyStates.Done)
            return true;
        return (await CloseAsync(row)).TryGet(out _, out var error) ? true : error;
    }, cancellation);

    /// <summary>A deadline passed: the entry first, then the row. Something that was proven meanwhile is no breach.</summary>
    public Task<Result<Unit>> BreachAsync(string useId, string dutyId, CancellationToken cancellation) => InTurnAsync<Result<Unit>>(async db =>
    {
        if (await db.OwedDuties.FindAsync([useId, dutyId], cancellation) is { } row && await BreachAsync(row) is { } unwritten)
            return unwritten;
        return Unit.Value;
    }, cancellation);

    private async Task<DsError?> BreachAsync(OwedDutyRow row)
    {
        if (row is not { State: DutyStates.Pending, Proof: null, Deadline: { } deadline } || deadline >= clock.GetUtcNow())
            return null;
        var payload = new DutyBreachedPayload
        {
            DutyId = row.DutyId,
            Phase = row.Phase,
            ContractId = row.AgreementId,
            UseId = row.UseId,
            DeadlineMs = deadline.ToUnixTimeMilliseconds(),
            Reason = row.Action == RuleActions.Delete ? "not-deleted" : "not-acknowledged",
        };
        var written = await ledger.AppendAsync(new EntryDraft(payload, row.AgreementId) { EventId = EventId("duty-breached", row.UseId, row.DutyId) }, CancellationToken.None);
        if (!written.TryGet(out _, out var error))
            return error;
        (row.State, row.BreachedAt) = (DutyStates.Breached, clock.GetUtcNow());
        row.Revision++;
        return null;
    }

    /// <summary>An attempt failed: the next one later, and later each time.</summary>
    public Task FailedAsync(string useId, string dutyId, DsError error, CancellationToken cancellation) => InTurnAsync(async db =>
    {
        if (await db.OwedDuties.FindAsync([useId, dutyId], cancellation) is { } row && row.State != DutyStates.Done)
        {
            row.LastCode = error.Code;
            row.NextTryAt = clock.GetUtcNow() + Backoff(++row.Attempts);
            row.Revision++;
        }
        return 0;
    }, cancellation);

    /// <summary>1, 2, 4 … seconds, at most five minutes.</summary>
    public static TimeSpan Backoff(int attempts) => TimeSpan.FromSeconds(Math.Min(300, 1 << Math.Clamp(attempts - 1, 0, 9)));

    /// <summary>Id of the entry about a duty of a use: a repetition finds the first entry.</summary>
    public static ReadOnlyMemory<byte> EventId(string domain, string useId, string dutyId)
        => Digest.Sha256(Encoding.ASCII.GetBytes($"{domain}/{useId}/{dutyId}")).AsMemory(0, 16);

    private async Task<Result<Unit>> CloseAsync(OwedDutyRow row)
    {
        var payload = new DutyDonePayload { DutyId = row.DutyId, Phase = row.Phase, ContractId = row.AgreementId, UseId = row.UseId, ProofHash = row.Proof![^64..] };
        var written = await ledger.AppendAsync(new EntryDraft(payload, row.AgreementId) { EventId = EventId("duty-done", row.UseId, row.DutyId) }, CancellationToken.None);
        if (!written.TryGet(out _, out var error))
            return error;
        (row.State, row.DoneAt, row.LastCode) = (DutyStates.Done, clock.GetUtcNow(), null);
        row.Revision++;
        return Unit.Value;
    }

    private async Task<T> InTurnAsync<T>(Func<ConnectorState, Task<T>> change, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await using var db = await store.CreateDbContextAsync(cancellation);
            var result = await change(db);
            await db.SaveChangesAsync(CancellationToken.None);
            return result;
        }
        finally
        {
            _turn.Release();
        }
    }

    private OwedDutyRow RowOf(UseRequest use, string useId, DutyTerm duty) => new()
    {
        UseId = useId,
        DutyId = duty.Id,
        Action = duty.Action,
        Phase = PhaseOf(duty.Phase),
        AgreementId = use.Agreement.Row.AgreementId,
        Scope = ScopeOf(use.Agreement),
        Consumer = use.Agreement.Row.Consumer,
        DatasetId = use.Entry.DatasetId,
        JobHash = use.JobHash,
        Purpose = use.Order.Plan.Purpose,
        Party = duty.Party,
        WithinTicks = (duty.Within ?? (duty.Action == RuleActions.Inform ? InformWithin : TimeSpan.Zero)).Ticks,
        State = DutyStates.Planned,
        CreatedAt = clock.GetUtcNow(),
        NextTryAt = clock.GetUtcNow() + FirstLook,
    };

    private string NoticeOf(OwedDutyRow row, string? reportHash, string? grantHash = null) => JsonSerializer.Serialize(
        new DutyNotice(row.UseId, row.DutyId, row.Phase, row.AgreementId, row.JobHash, row.DatasetId, row.Consumer, row.Purpose, clock.GetUtcNow().ToUnixTimeMilliseconds(), reportHash, grantHash),
        JobJson.Options);

    private static string ScopeOf(BoundAgreement agreement) => AgreementBook.BudgetId(agreement, "duties");

    private static string PhaseOf(DutyPhase phase) => phase switch { DutyPhase.Before => "before", DutyPhase.During => "during", _ => "after" };
}
