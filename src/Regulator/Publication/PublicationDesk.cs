using System.Text.Json;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Regulator.Publication;

/// <summary>A bundle ready to be served. Immutable.</summary>
/// <param name="State">What it was verified as, by the same code as at the nodes.</param>
/// <param name="Json">Its bytes.</param>
/// <param name="ETag">Changes with rule set, orders and stamp.</param>
internal sealed record Publication(RegulationState State, byte[] Json, string ETag)
{
    /// <summary>Rule set version and number of orders: what a node has to follow at once.</summary>
    public (int Version, long Sequence) Content => (State.RuleSet.Version, State.Orders.Sequence);
}

/// <summary>
/// Holds what is published and changes it: one change at a time, under a lock; readers take <see cref="Current"/> without one. The order of every
/// change: check, ledger entry (durable), store, numbers that only rise (marks in the ledger's file), then the world. What a crash leaves half done was seen
/// by nobody and is shown after the restart.
/// </summary>
internal sealed class PublicationDesk(
    RegulatorConfig config, StampKeyStore keys, ActLog acts, AuditLedger ledger, IDbContextFactory<RegulatorStore> store, TimeProvider clock) : IDisposable
{
    private const string VersionMark = "regulator/version";
    private const string SequenceMark = "regulator/orders";
    private const string StampMark = "regulator/stamp";
    private readonly SemaphoreSlim _gate = new(1);
    private volatile Publication? _current;
    private volatile DsError? _why = RegulatorErrors.NothingPublished.Of();

    /// <summary>Raised, outside the lock, when rule set or orders changed.</summary>
    public event Action? Changed;

    /// <summary>What is served, or null.</summary>
    public Publication? Current => _current;

    /// <summary>Why nothing is served; null while something is.</summary>
    public DsError? Why => _current is null ? _why : null;

    /// <summary>After a start: what was published is served again, under a fresh stamp.</summary>
    public async Task RestoreAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            await RestoreUnderLockAsync(cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Publishes a rule set that enough root keys signed. Nodes would accept it: it passes their own check first.</summary>
    public async Task<Result<Publication>> PublishAsync(SignedRuleSet signed, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (!RuleSetReader.Read(signed.RuleSet).TryGet(out var document, out var error))
                return error;
            if (document.Content.Version <= (ledger.GetMark(VersionMark)?.Value ?? 0))
                return RegulatorErrors.VersionTaken.Of($"version {document.Content.Version}, known {ledger.GetMark(VersionMark)?.Value}");
            if (keys.Find(document.Content.StampKey.KeyId) is not { } onlineKey)
                return RegulatorErrors.ForeignStampKey.Of(keys.Signer.PublicKey.KeyId);
            await using var db = await store.CreateDbContextAsync(cancellation);
            var orders = await NextOrdersAsync(db, cancellation);
            if (!RegulationSignatures.Sign(orders, onlineKey).TryGet(out var ordersToken, out error) || !Check(signed, ordersToken, orders.Sequence).TryGet(out var checkedState, out error))
                return error;
            var logged = await acts.AppendAsync("publish", "ruleSet", "version/" + document.Content.Version, document.Content.Version, string.Empty, document.Hash, cancellation);
            if (!logged.TryGet(out _, out error))
                return error;
            db.RuleSets.Add(new RuleSetRow
            {
                Version = document.Content.Version,
                Hash = document.Hash,
                Json = signed.RuleSet.GetRawText(),
                Approvals = JsonSerializer.Serialize(signed.Approvals),
                PublishedAt = clock.GetUtcNow(),
            });
            await SaveOrdersAsync(db, orders, ordersToken, cancellation);
            if (!Raise(document.Content.Version, orders.Sequence).TryGet(out _, out error))
                return error;
            // From here on the old key signs nothing; a crash before this line is made good at the next start.
            keys.Promote(onlineKey.PublicKey.KeyId);
            Show(checkedState);
        }
        finally
        {
            _gate.Release();
        }
        Changed?.Invoke();
        return _current!;
    }

    /// <summary>
    /// Changes freezes or clearances: <paramref name="edit"/> changes the rows or says why not; what results is signed, logged, stored and shown.
    /// </summary>
    public async Task<Result<Publication>> ChangeOrdersAsync(
        string act, string targetKind, string target, string caseId, Func<RegulatorStore, RegulationState, Task<DsError?>> edit, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_current is not { } current)
                return _why ?? RegulatorErrors.NothingPublished.Of();
            await using var db = await store.CreateDbContextAsync(cancellation);
            if (await edit(db, current.State) is { } refusal)
                return refusal;
            var orders = await NextOrdersAsync(db, cancellation);
            var signed = new SignedRuleSet(current.State.Bundle.RuleSet, current.State.Bundle.Approvals);
            if (!RegulationSignatures.Sign(orders, keys.Signer).TryGet(out var token, out var error) || !Check(signed, token, orders.Sequence).TryGet(out var checkedState, out error))
                return error;
            var logged = await acts.AppendAsync(act, targetKind, target, current.State.RuleSet.Version, caseId, checkedState.OrdersHash, cancellation);
            if (!logged.TryGet(out _, out error))
                return error;
            await SaveOrdersAsync(db, orders, token, cancellation);
            if (!Raise(current.State.RuleSet.Version, orders.Sequence).TryGet(out _, out error))
                return error;
            Show(checkedState);
        }
        finally
        {
            _gate.Release();
        }
        Changed?.Invoke();
        return _current!;
    }

    /// <summary>The next online key, to be named by the next rule set; the act is in the ledger before the key is told to anybody.</summary>
    public async Task<Result<Kernel.Crypto.PublicKey>> PrepareKeyAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            var known = keys.Next is not null;
            if (!keys.Prepare().TryGet(out var next, out var error))
                return error;
            var (key, version) = (next.PublicKey, _current?.State.RuleSet.Version ?? 0);
            if (!known && !(await acts.AppendAsync("prepareKey", "stampKey", key.KeyId, version, string.Empty, Digest.Sha256Hex(key.Raw.Span), cancellation)).TryGet(out _, out error))
                return error;
            return key;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A fresh stamp over what is published; called every minute. A clock that ran back stamps nothing.</summary>
    public async Task StampAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (_current is not { } current)
            {
                // A clock that was set right again, a disk that is writable again: service goes on by itself.
                await RestoreUnderLockAsync(cancellation);
                return;
            }
            var result = Now().TryGet(out var now, out var error)
                ? current.State.AcceptStamp(Stamp(current.State.Document, current.State.OrdersHash, current.State.Orders.Sequence, now), now)
                : error;
            // An expired rule set ends the service of bundles: nodes deny by themselves, and so says the status.
            if (result.TryGet(out var state, out error))
                Show(state);
            else
                (_current, _why) = (null, error);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task RestoreUnderLockAsync(CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var row = await db.RuleSets.OrderByDescending(r => r.Version).FirstOrDefaultAsync(cancellation);
        var orders = await db.Orders.FirstOrDefaultAsync(cancellation);
        if (row is null || orders is null)
            return;
        // An older copy of the store may lack a freeze or a rule: it is not served, not even under a fresh stamp.
        if (row.Version < (ledger.GetMark(VersionMark)?.Value ?? 0) || orders.Sequence < (ledger.GetMark(SequenceMark)?.Value ?? 0))
        {
            (_current, _why) = (null, RegulatorErrors.StoreRolledBack.Of($"version {row.Version}, orders {orders.Sequence}"));
            return;
        }
        if (!Raise(row.Version, orders.Sequence).TryGet(out _, out var error))
        {
            (_current, _why) = (null, error);
            return;
        }
        using var json = JsonDocument.Parse(row.Json);
        if (RuleSetReader.Read(json.RootElement).TryGet(out var document, out _))
            keys.Promote(document.Content.StampKey.KeyId);
        var signed = new SignedRuleSet(json.RootElement.Clone(), JsonSerializer.Deserialize<string[]>(row.Approvals)!);
        Assemble(signed, orders.Document, orders.Sequence);
    }

    private void Assemble(SignedRuleSet signed, string ordersToken, long sequence)
    {
        if (Check(signed, ordersToken, sequence).TryGet(out var state, out var error))
            Show(state);
        else
            (_current, _why) = (null, error);
    }

    /// <summary>What nodes would say to it, with a fresh stamp.</summary>
    private Result<RegulationState> Check(SignedRuleSet signed, string ordersToken, long sequence)
    {
        if (!Now().TryGet(out var now, out var error) || !RuleSetReader.Read(signed.RuleSet).TryGet(out var document, out error)
            || !Jws.Parse(ordersToken, RegulationSignatures.MaxOrdersChars).TryGet(out var orders, out error))
            return error;
        if (keys.Find(document.Content.StampKey.KeyId) is null)
            return RegulatorErrors.ForeignStampKey.Of(keys.Signer.PublicKey.KeyId);
        var stamp = Stamp(document, RegulationSignatures.HashOf(orders), sequence, now);
        var bundle = new RegulationBundle(signed.RuleSet, signed.Approvals, ordersToken, stamp);
        return RegulationState.Accept(config.Pin, _current?.State.Mark, bundle, now);
    }

    private string Stamp(RuleSetDocument document, string ordersHash, long sequence, DateTimeOffset now)
        => RegulationSignatures.Sign(new Stamp(config.Did, document.Content.Version, document.Hash, sequence, ordersHash, now), keys.Find(document.Content.StampKey.KeyId)!);

    private Result<DateTimeOffset> Now()
    {
        var last = Math.Max(ledger.LastTimeMs, ledger.GetMark(StampMark)?.Value ?? 0);
        return TrustedClock.Read(clock.GetUtcNow(), DateTimeOffset.FromUnixTimeMilliseconds(last));
    }

    private Result<Unit> Raise(int version, long sequence)
        => ledger.RaiseMark(VersionMark, version).TryGet(out _, out var error) ? ledger.RaiseMark(SequenceMark, sequence) : error;

    private void Show(RegulationState state)
    {
        _ = ledger.RaiseMark(StampMark, state.Stamp.Time.ToUnixTimeMilliseconds());
        var mark = state.Mark;
        _current = new Publication(state, state.Bundle.ToJson(), $"\"{mark.Version}-{mark.OrdersSequence}-{mark.StampTime.ToUnixTimeMilliseconds()}\"");
    }

    private async Task<StandingOrders> NextOrdersAsync(RegulatorStore db, CancellationToken cancellation)
    {
        var row = await db.Orders.FirstOrDefaultAsync(cancellation);
        var sequence = Math.Max(row?.Sequence ?? 0, ledger.GetMark(SequenceMark)?.Value ?? 0) + 1;
        var now = clock.GetUtcNow();
        // The tracked rows are the edited ones: what is deleted in this context no longer stands.
        await db.Freezes.LoadAsync(cancellation);
        await db.Clearances.LoadAsync(cancellation);
        var freezes = db.Freezes.Local.OrderBy(f => f.Target).ThenBy(f => f.Id, StringComparer.Ordinal).ThenBy(f => f.Provider, StringComparer.Ordinal)
            .Select(f => new Freeze(f.Target, f.Id, f.CaseId, f.Since, f.Provider.Length == 0 ? null : f.Provider)).ToList();
        var clearances = db.Clearances.Local.Where(c => c.Until > now).OrderBy(c => c.DatasetId, StringComparer.Ordinal).ThenBy(c => c.Provider, StringComparer.Ordinal)
            .ThenBy(c => c.Participant, StringComparer.Ordinal).ThenBy(c => c.RuleId, StringComparer.Ordinal)
            .Select(c => new Clearance(c.DatasetId, c.Participant, c.RuleId, c.Until, c.CaseId, c.Provider)).ToList();
        return new StandingOrders(config.Did, sequence, now, freezes, clearances);
    }

    private static async Task SaveOrdersAsync(RegulatorStore db, StandingOrders orders, string token, CancellationToken cancellation)
    {
        if (await db.Orders.FirstOrDefaultAsync(cancellation) is { } row)
            (row.Sequence, row.Document, row.IssuedAt) = (orders.Sequence, token, orders.IssuedAt);
        else
            db.Orders.Add(new OrdersRow { Sequence = orders.Sequence, Document = token, IssuedAt = orders.IssuedAt });
        await db.SaveChangesAsync(cancellation);
    }
}
