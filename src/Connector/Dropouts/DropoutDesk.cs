using DataSpace.Connector.Agreements;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Regulation;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Receipts;
using DataSpace.Privacy.Aggregation.Dropout;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Dropouts;

/// <summary>
/// An owner's answers in a job that may go on without some owners: shares before anything is granted; after its contribution the signature under one set of survivors; and, on enough such signatures, the shares that unmask their
/// sum, sealed to the analyst. Every answer can be asked for again and is the same. The regulators' list is asked before each of the last two.
/// </summary>
internal sealed class DropoutDesk(
    IDbContextFactory<ConnectorState> store, ProviderDesk desk, AgreementBook agreements, RegulationGate regulation, RosterRule rosters, DropoutParts parts, MaskKeys maskKeys, Egress egress, NodeIdentity self, TimeProvider clock)
{
    /// <summary>This owner's shares under the first roster that is shown here. Nothing is granted yet, and nothing spent.</summary>
    public async Task<Result<string>> SharesAsync(string jobHash, RoundOneRequest request, string carrier, CancellationToken cancellation)
    {
        if (!(await FindAsync(jobHash, carrier, cancellation)).TryGet(out var found, out var error))
            return error;
        var (row, order, part) = found;
        IReadOnlyList<string> statements = request.RoundZeros ?? [];
        if (!JobOrders.VerifyRoster(order, jobHash, statements, self.Did, desk.PinnedCoProvider, clock).TryGet(out var roster, out error))
            return error;
        var place = roster.ToList().FindIndex(s => s.Participant == self.Did);
        if (statements[place] != row.RoundZero)
            return JobErrors.RosterBroken.Of("this node's own statement was altered");
        var rosterHash = JobOrders.RosterHash(jobHash, roster);
        await part.Turn.WaitAsync(cancellation);
        try
        {
            if (part.RosterHash is { } first)
                return first == rosterHash ? part.Shares! : JobErrors.TwoRosters.Of();
            if (maskKeys.Find(jobHash) is not { } maskKey)
                return JobErrors.Abandoned.Of("restarted after round 0; nothing was spent");
            if (!Documents(order, jobHash, rosterHash).Terms.TryGet(out var terms, out error))
                return error;
            var made = DropoutParty.Create(
                terms, maskKey, part.ShareKey, place, [.. roster.Select(s => Convert.FromBase64String(s.EphemeralKey))], [.. roster.Select(s => Convert.FromBase64String(s.ShareKey!))],
                Convert.FromHexString(rosterHash));
            if (!made.TryGet(out var party, out error))
                return error;
            var statement = new SharesStatement(jobHash, rosterHash, self.Did, Convert.ToBase64String(party.Share()));
            (part.Party, part.RosterHash) = (party, rosterHash);
            return part.Shares = Sign(statement, SharesStatement.Typ, row, order);
        }
        finally
        {
            part.Turn.Release();
        }
    }

    /// <summary>
    /// Signs the set of owners whose contributions are added. From that moment exact results of this dataset for this consumer are bound to it: a later one over more, fewer or other owners is refused here, so that nobody who is
    /// left out now can be found by subtraction.
    /// </summary>
    public async Task<Result<string>> AgreeAsync(string jobHash, SurvivorsRequest request, string carrier, CancellationToken cancellation)
    {
        if (!(await FindCommittedAsync(jobHash, carrier, cancellation)).TryGet(out var found, out var error))
            return error;
        var (row, order, part) = found;
        if (!Documents(order, jobHash, row.RosterHash!).Survivors(request.Contributions).TryGet(out var survivors, out error) || !part.Party!.Agree(survivors).TryGet(out var set, out error))
            return error;
        var own = order.Plan.Roster.First(r => r.Participant == self.Did);
        IReadOnlyList<RosterEntry> parties = [.. set.Survivors.Select(s => order.Plan.Roster[s.Index])];
        if (rosters.Bind(order, own.DatasetId, parties) is { } other)
            return other;
        part.Signed = true;
        var statement = new SurvivorStatement(jobHash, row.RosterHash!, self.Did, [.. parties.Select(p => p.Participant)], Convert.ToHexStringLower(set.Digest.Span));
        return Sign(statement, SurvivorStatement.Typ, row, order);
    }

    /// <summary>Tells the shares for the set that this owner signed, when more than two thirds of all owners signed it too.</summary>
    public async Task<Result<ToldShare>> TellAsync(string jobHash, UnmaskRequest request, string carrier, CancellationToken cancellation)
    {
        if (!(await FindCommittedAsync(jobHash, carrier, cancellation)).TryGet(out var found, out var error))
            return error;
        var (row, order, part) = found;
        await part.Turn.WaitAsync(cancellation);
        try
        {
            if (part.Told is { } told)
                return told;
            if (!part.Signed)
                return DropoutErrors.OutOfOrder.Of("this owner did not sign the set");
            if (!Documents(order, jobHash, row.RosterHash!).Votes(request.Statements).TryGet(out var votes, out error) || !part.Party!.Tell(votes).TryGet(out var message, out error))
                return error;
            var context = new EgressContext(
                message.Grant, jobHash, row.RosterHash!, System.Buffers.Text.Base64Url.DecodeFromChars(order.ReplyKey), ProviderDesk.Audiences(order), row.NotAfter);
            if (!egress.Tell(context, message, Convert.ToHexStringLower(part.Party.Agreed!.Digest.Span)).TryGet(out told, out error))
                return error;
            part.Told = told;
            part.Party.Dispose(); // what was told is kept sealed; nothing else ever will be
            return told;
        }
        finally
        {
            part.Turn.Release();
        }
    }

    private async Task<Result<(UseRow Row, JobOrder Order, DropoutPart Part)>> FindAsync(string jobHash, string carrier, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        if (await db.Uses.AsNoTracking().FirstOrDefaultAsync(u => u.JobHash == jobHash, cancellation) is not { } row
            || ProviderDesk.Unverified(row.Order) is not { Plan.HasDropout: true } order || order.ServiceParty != carrier)
            return JobErrors.Unknown.Of();
        return parts.Find(jobHash) is { } part ? (row, order, part) : JobErrors.Abandoned.Of("restarted; its shares are gone");
    }

    /// <summary>Of a contribution that is committed, and that may leave under the rules in force.</summary>
    private async Task<Result<(UseRow Row, JobOrder Order, DropoutPart Part)>> FindCommittedAsync(string jobHash, string carrier, CancellationToken cancellation)
    {
        if (!(await FindAsync(jobHash, carrier, cancellation)).TryGet(out var found, out var error))
            return error;
        if (found.Row.State != UseStates.Committed || found.Part.Party is null)
            return DropoutErrors.OutOfOrder.Of();
        if (await agreements.FindAsync(found.Row.AgreementId, AgreementBook.Provider, cancellation) is not { } agreement)
            return ConnectorErrors.AgreementUnknown.Of(found.Row.AgreementId);
        var useId = GrantPayload.ComputeUseId(jobHash, found.Row.AgreementId, JobOrders.ContributeStep);
        if (!(await regulation.ReleaseAsync(agreement, found.Order, ProviderDesk.RosterOf(found.Row.RoundZeros), useId, cancellation)).TryGet(out var held, out error))
            return error;
        return held is null ? found : RegulationGate.Explain(held);
    }

    private DropoutDocuments Documents(JobOrder order, string jobHash, string rosterHash) => new(order, jobHash, rosterHash, self.Did, desk.PinnedCoProvider, clock);

    private string Sign<T>(T statement, string type, UseRow row, JobOrder order)
        where T : class
        => SignedDocument.Create(statement, self.Signer, self.Did, ProviderDesk.Audiences(order), type, row.NotAfter, clock);
}
