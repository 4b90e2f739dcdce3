using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regulation;

/// <summary>The analyst's side of regulation: what is already known to be refused, and whether a result may be opened.</summary>
internal sealed class RegulationOutlook(RegulationRegister register, RegulationGate gate, NoticeBook notices, AgreementBook agreements, NodeIdentity self)
{
    /// <summary>Refusals of a plan that this node knows of: by its own list, or because the owner said so.</summary>
    public async Task<IReadOnlyList<RefusalNotice>> ForeseeAsync(IReadOnlyList<RosterEntry> roster, IReadOnlyList<BoundAgreement> bound, CancellationToken cancellation)
    {
        var said = await notices.SuspendedAsync(cancellation);
        var refusals = new List<RefusalNotice>();
        foreach (var (entry, agreement) in roster.Zip(bound))
        {
            if (gate.AsConsumer(agreement) is { } frozen)
                refusals.Add(RefusalNotice.Of(self.Did, frozen));
            else if (said.TryGetValue(entry.AgreementId, out var notice))
                refusals.Add(RefusalNotice.Of(entry.Participant, NoticeBook.ErrorOf(notice)));
        }
        return refusals;
    }

    /// <summary>Why this node neither starts a job under these contracts nor opens its result now, or null.</summary>
    public DsError? Problem(IReadOnlyList<BoundAgreement> bound)
        // As old as every contract of the job says; whether the data is of a grade for which that counts is the owner's to judge.
        => register.WhyUnavailable(bound.Select(b => ContractTerms.StampExtensionOf(b.Policy) ?? Stamp.Lifetime).DefaultIfEmpty(Stamp.ExtendedLifetime).Min())
            ?? bound.Select(gate.AsConsumer).FirstOrDefault(e => e is not null);

    /// <summary>The same of a job that runs.</summary>
    public async Task<DsError?> ProblemAsync(JobRow job, CancellationToken cancellation)
    {
        if (!register.Applies)
            return null;
        var order = JsonSerializer.Deserialize<JobOrder>(job.OrderJson, JobJson.Options)!;
        var bound = new List<BoundAgreement>();
        foreach (var entry in order.Plan.Roster)
        {
            if (await agreements.FindAsync(entry.AgreementId, AgreementBook.Consumer, cancellation) is { } agreement)
                bound.Add(agreement);
        }
        return Problem(bound);
    }
}
