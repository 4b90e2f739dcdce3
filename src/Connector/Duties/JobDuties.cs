using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Policy;
using DataSpace.Protocol.Jobs;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Duties;

/// <summary>
/// Duties of an analyst's job as <c>job status</c> and <c>job why</c> show them: what this node has to do, with its state; what the owners have to do, by their contracts, whose
/// state only their ledgers prove.
/// </summary>
internal sealed class JobDuties(IDbContextFactory<ConnectorState> store, AgreementBook agreements, PeerDirectory peers, NodeIdentity self, TimeProvider clock)
{
    /// <summary>State of a duty that another node carries out.</summary>
    public const string AtOwner = "at-owner";

    /// <summary>One row for each duty of each contract.</summary>
    public async Task<IReadOnlyList<object>> OfAsync(JobRow job, CancellationToken cancellation)
    {
        await using var db = await store.CreateDbContextAsync(cancellation);
        var kept = await db.KeptResults.AsNoTracking().Where(k => k.JobId == job.JobId).OrderBy(k => k.Owner).ToListAsync(cancellation);
        var shown = kept.Select(k => KeptResults.View(k, clock.GetUtcNow(), Name(k.Owner))).ToList();
        var order = JsonSerializer.Deserialize<JobOrder>(job.OrderJson, JobJson.Options)!;
        foreach (var entry in order.Plan.Roster)
        {
            if (await agreements.FindAsync(entry.AgreementId, AgreementBook.Consumer, cancellation) is not { } agreement)
                continue;
            foreach (var duty in agreement.Policy.Terms.SelectMany(t => t.Obligations.Duties).Where(d => d.Action != RuleActions.Delete).DistinctBy(d => d.Id))
            {
                shown.Add(new
                {
                    owner = entry.Participant,
                    ownerName = Name(entry.Participant),
                    contractId = entry.AgreementId,
                    dutyId = duty.Id,
                    action = duty.Action,
                    phase = duty.Phase.ToString().ToLowerInvariant(),
                    party = duty.Party,
                    partyName = duty.Party is { } party ? Name(party) : null,
                    state = AtOwner,
                });
            }
        }
        return shown;
    }

    private string Name(string did) => did == self.Did ? self.Name : peers.Find(did)?.Name ?? did;
}
