using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Regulation;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Regulation;

/// <summary>
/// Carries a change of rules out: looks at every listing, contract and unfinished job; stops what runs, writes it down (row and ledger), owes notices and the
/// acknowledgement. Repeatable; one change at a time. The gate judges by the new rules from the moment they were accepted, whatever this has come to.
/// </summary>
internal sealed partial class SuspensionBook(
    RegulationRegister register, RegulationGate gate, DatasetRegistry datasets, AgreementBook agreements, RunningUses running, RegulationMail mail, AuditLedger ledger,
    NodeIdentity self, IDbContextFactory<ConnectorState> store, IBus bus, TimeProvider clock, ILogger<SuspensionBook> log) : IRegulationListener, IRegulationReport
{
    /// <summary>A target that is or is not in the list's way.</summary>
    private sealed record Finding(string Kind, string Target, string DatasetId, string? Counterparty, RegulationDecision? Decision);

    public async Task OnChangedAsync(RegulationChange change, CancellationToken cancellation)
    {
        if (change.Content)
            await CarryOutAsync(change, cancellation);
        // Whatever waited for a fresh stamp, or for a rule to go, asks again.
        await WakeAsync(cancellation);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<SuspendedLine>> SuspendedAsync(CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var rows = await db.Suspensions.AsNoTracking().OrderByDescending(s => s.Since).Take(1000).ToListAsync(cancellation);
        return [.. rows.Select(s => new SuspendedLine(
            s.Kind, s.Target, s.DatasetId, s.Counterparty, s.Code, s.RuleId, s.Basis, s.TitleEn, s.TitleZh,
            ErrorCatalogue.Find(s.Code)?.Advice ?? string.Empty, ErrorCatalogue.Find(s.Code)?.AdviceZh ?? string.Empty, s.Regulator, s.Version, s.Since))];
    }

    private async Task CarryOutAsync(RegulationChange change, CancellationToken cancellation)
    {
        var findings = await LookAsync(cancellation);
        foreach (var job in findings.Where(f => f is { Kind: RegulationEffect.Job, Decision: not null }))
            running.Stop(job.Target, RegulationGate.Explain(job.Decision!)); // before anything is written: bytes could be under way
        await using var db = await store.CreateDbContextAsync(cancellation);
        var known = await db.Suspensions.ToDictionaryAsync(s => (s.Kind, s.Target), cancellation);
        List<RegulationEffect> suspended = [], resumed = [];
        foreach (var finding in findings)
        {
            known.Remove((finding.Kind, finding.Target), out var row);
            if (finding.Decision is { } decision && Blocks(decision))
            {
                if (row is not null && row.RuleId == RegulationGate.RuleOf(decision) && row.Code == decision.Error!.Code)
                    continue;
                if (row is not null)
                    db.Suspensions.Remove(row);
                await SuspendAsync(db, finding, decision, cancellation);
                suspended.Add(Effect(finding, RegulationGate.RuleOf(decision)));
            }
            else if (row is not null && finding.Decision is null)
            {
                resumed.Add(await ResumeAsync(db, row, change.State, cancellation));
            }
        }
        foreach (var ended in known.Values) // the dataset, contract or job is gone
            resumed.Add(await ResumeAsync(db, ended, change.State, cancellation));
        Acknowledge(db, change, suspended, resumed, findings.Count(f => f.Decision is not null) - suspended.Count);
        await db.SaveChangesAsync(cancellation);
        mail.Wake();
        if (suspended.Count + resumed.Count > 0)
            LogCarriedOut(log, change.State.RuleSet.Version, change.State.Orders.Sequence, suspended.Count, resumed.Count, (long)(clock.GetUtcNow() - change.ArrivedAt).TotalMilliseconds);
    }

    private async Task<List<Finding>> LookAsync(CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        foreach (var dataset in datasets.All.Values)
            findings.Add(new Finding(RegulationEffect.Dataset, dataset.Config.Id, dataset.Config.Id, null, gate.Listing(dataset)));
        foreach (var agreement in (await agreements.ListAsync(cancellation)).Where(a => a.Row.Role == AgreementBook.Provider))
            findings.Add(new Finding(RegulationEffect.Contract, agreement.Row.AgreementId, agreement.Row.DatasetId, agreement.Row.Consumer, gate.Contract(agreement)));
        await using var db = await store.CreateDbContextAsync(cancellation);
        var now = clock.GetUtcNow();
        var uses = await db.Uses.AsNoTracking()
            .Where(u => u.NotAfter > now && (u.State == UseStates.Running || u.State == UseStates.Rostered || (u.State == UseStates.Committed && u.ReleasedAt == null)))
            .Select(u => new { u.JobHash, u.AgreementId, u.Consumer, u.Order, u.RoundZeros }).ToListAsync(cancellation);
        foreach (var use in uses)
        {
            if (await agreements.FindAsync(use.AgreementId, AgreementBook.Provider, cancellation) is { } agreement)
                findings.Add(new Finding(RegulationEffect.Job, use.JobHash, agreement.Row.DatasetId, use.Consumer, gate.Release(agreement, ProviderDesk.Unverified(use.Order), ProviderDesk.RosterOf(use.RoundZeros))));
        }
        return findings;
    }

    /// <summary>A stale or missing list pauses by itself, at the gate; only rules and freezes suspend.</summary>
    private static bool Blocks(RegulationDecision decision) => decision.RuleId is not null || decision.CaseId is not null || decision.Error?.Kind == NegativeListErrors.NotOnWhiteList;

    private async Task SuspendAsync(ConnectorState db, Finding finding, RegulationDecision decision, CancellationToken cancellation)
    {
        var row = new SuspensionRow
        {
            Kind = finding.Kind,
            Target = finding.Target,
            DatasetId = finding.DatasetId,
            Counterparty = finding.Counterparty,
            Code = decision.Error!.Code,
            RuleId = RegulationGate.RuleOf(decision),
            Detail = RegulationGate.Explain(decision).Detail,
            Basis = decision.Basis ?? string.Empty,
            TitleEn = decision.TitleEn ?? string.Empty,
            TitleZh = decision.TitleZh ?? string.Empty,
            Regulator = decision.Regulator,
            Version = decision.RuleSetVersion,
            Since = clock.GetUtcNow(),
        };
        db.Suspensions.Add(row);
        var payload = new SuspendedPayload { TargetKind = row.Kind, Target = row.Target, Code = row.Code, RuleId = row.RuleId, RuleSetVersion = row.Version, Regulator = row.Regulator };
        var turn = 0;
        while (IsWritten(Resumed(row, turn)))
            turn++;
        await AppendOnceAsync(payload, row.Target, Suspended(row, turn), cancellation);
        if (row.Kind == RegulationEffect.Contract)
            Notify(db, row, suspended: true);
    }

    private async Task<RegulationEffect> ResumeAsync(ConnectorState db, SuspensionRow row, RegulationState state, CancellationToken cancellation)
    {
        db.Suspensions.Remove(row);
        var version = register.All.FirstOrDefault(h => h.Pin.Did == row.Regulator)?.State is { } own ? own : state;
        var payload = new ResumedPayload { TargetKind = row.Kind, Target = row.Target, RuleId = row.RuleId, RuleSetVersion = version.RuleSet.Version, Regulator = row.Regulator };
        var turn = 0;
        while (IsWritten(Suspended(row, turn + 1)))
            turn++;
        await AppendOnceAsync(payload, row.Target, Resumed(row, turn), cancellation);
        if (row.Kind == RegulationEffect.Contract)
            Notify(db, row, suspended: false);
        return new RegulationEffect(row.Kind, row.Target, row.RuleId, row.DatasetId, row.Counterparty);
    }

    /// <summary>One rule can suspend the same target again after it was freed: the turns alternate, whatever made them.</summary>
    private static byte[] Suspended(SuspensionRow row, int turn) => ActId("suspended", row, turn);

    private static byte[] Resumed(SuspensionRow row, int turn) => ActId("resumed", row, turn);

    private static byte[] ActId(string act, SuspensionRow row, int turn)
        => Digest.Sha256(CanonicalJson.Of(new { act, row.Regulator, row.Kind, row.Target, row.RuleId, row.Version, turn }))[..16];

    private bool IsWritten(byte[] actId) => ledger.IndexOf(actId) is not null;

    /// <summary>The event id follows from the act, so that a change that is carried out twice, for example after a crash, is written once.</summary>
    private async Task AppendOnceAsync(IEntryPayload payload, string target, byte[] actId, CancellationToken cancellation)
    {
        if (!IsWritten(actId) && await ledger.AppendAsync(new EntryDraft(payload, target) { EventId = actId }, cancellation) is { IsOk: false } failed)
            throw new InvalidOperationException(failed.Error.ToString());
    }

    private void Notify(ConnectorState db, SuspensionRow row, bool suspended)
    {
        if (row.Counterparty is null || row.Counterparty == self.Did)
            return;
        var notice = new RegulationNotice(
            row.Target, row.DatasetId, suspended, row.RuleId, row.Basis, row.TitleEn, row.TitleZh, suspended ? row.Code : string.Empty, row.Regulator, row.Version,
            clock.GetUtcNow().ToUnixTimeMilliseconds());
        mail.Owe(db, "notice/" + row.Target, row.Counterparty, RegulationPaths.Notices, RegulationNotice.Typ, JsonSerializer.Serialize(notice, JobJson.Options));
    }

    private void Acknowledge(ConnectorState db, RegulationChange change, List<RegulationEffect> suspended, List<RegulationEffect> resumed, int still)
    {
        var mark = change.State.Mark;
        var acknowledgement = new RegulationAcknowledgement(
            self.Did, mark.Regulator, mark.Version, mark.RuleSetHash, mark.OrdersSequence, change.ArrivedAt.ToUnixTimeMilliseconds(), clock.GetUtcNow().ToUnixTimeMilliseconds(),
            suspended, resumed, Math.Max(0, still));
        mail.Owe(db, "ack/" + mark.Regulator, mark.Regulator, RegulationPaths.Acknowledgements, RegulationAcknowledgement.Typ, JsonSerializer.Serialize(acknowledgement, JobJson.Options));
    }

    private async Task WakeAsync(CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        foreach (var hash in await db.Uses.Where(u => u.State == UseStates.Running && u.Hold != null).Select(u => u.JobHash).ToListAsync(cancellation))
            await bus.Publish(new RunUse(hash), cancellation);
    }

    private static RegulationEffect Effect(Finding finding, string rule) => new(finding.Kind, finding.Target, rule, finding.DatasetId, finding.Counterparty);

    [LoggerMessage(1, LogLevel.Warning, "Rules version {Version}, orders {Sequence}: {Suspended} suspended, {Resumed} resumed, {Ms} ms after arrival")]
    private static partial void LogCarriedOut(ILogger logger, int version, long sequence, int suspended, int resumed, long ms);
}
