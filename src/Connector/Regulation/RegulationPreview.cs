using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Jobs;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.NegativeList;
using DataSpace.Protocol.Regulation;
using Microsoft.EntityFrameworkCore;

namespace DataSpace.Connector.Regulation;

/// <summary>What a rule set would suspend here: listings, contracts and running jobs of this owner.</summary>
internal sealed class RegulationPreview(
    RegulationGate gate, DatasetRegistry datasets, AgreementBook agreements, IDbContextFactory<ConnectorState> store, NodeIdentity self, TimeProvider clock) : IRegulationPreview
{
    /// <inheritdoc />
    public async Task<RegulationPreviewAnswer> LookAsync(RuleSetDocument document, NegativeListIndex index, DateTimeOffset now, CancellationToken cancellation)
    {
        var found = new List<RegulationEffect>();
        var looked = new Dictionary<string, int> { [RegulationEffect.Dataset] = 0, [RegulationEffect.Contract] = 0, [RegulationEffect.Job] = 0 };
        void Judge(string kind, string target, string? counterparty, RegulationRequest question)
        {
            looked[kind]++;
            if (index.Evaluate(question with { Now = now }) is { Allowed: false } against)
                found.Add(new RegulationEffect(kind, target, RegulationGate.RuleOf(against), question.DatasetId, counterparty));
        }
        foreach (var dataset in datasets.All.Values)
            Judge(RegulationEffect.Dataset, dataset.Config.Id, null, gate.ListingQuestion(dataset));
        foreach (var agreement in (await agreements.ListAsync(cancellation)).Where(a => a.Row.Role == AgreementBook.Provider))
            Judge(RegulationEffect.Contract, agreement.Row.AgreementId, agreement.Row.Consumer, gate.ContractQuestion(agreement));
        await using var db = await store.CreateDbContextAsync(cancellation);
        var at = clock.GetUtcNow();
        foreach (var use in await db.Uses.AsNoTracking().Where(u => u.NotAfter > at && (u.State == UseStates.Running || u.State == UseStates.Rostered)).ToListAsync(cancellation))
        {
            var order = ProviderDesk.Unverified(use.Order);
            if (await agreements.FindAsync(use.AgreementId, AgreementBook.Provider, cancellation) is { } agreement)
                Judge(RegulationEffect.Job, use.JobHash, use.Consumer, RegulationQuestions.Joint(gate.ReleaseQuestion(agreement, order), order.Plan, ProviderDesk.RosterOf(use.RoundZeros)));
        }
        return new RegulationPreviewAnswer(
            self.Did, document.Content.Version, document.Hash, looked[RegulationEffect.Dataset], looked[RegulationEffect.Contract], looked[RegulationEffect.Job],
            [.. found.Take(RegulationPreviewAnswer.MaxItems)]);
    }
}
