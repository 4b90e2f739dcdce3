using System.Text.Json.Nodes;
using DataSpace.Coordinator.Catalog;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.NegativeList;
using DataSpace.Protocol.Regulation;

namespace DataSpace.Coordinator.Regulation;

/// <summary>
/// What a rule set would withhold from the federated catalogue, by what members' catalogues declare: a coordinator knows no data classes and no contracts. It stands in for owners that
/// the regulator has not registered or that do not answer it; where an owner answers, its own answer counts. The owner is named as counterparty.
/// </summary>
internal sealed class CatalogPreview(FederatedCatalog catalog, DispatchRules rules, NodeIdentity self) : IRegulationPreview
{
    private const int MaxDatasets = 20_000;

    /// <inheritdoc />
    public async Task<RegulationPreviewAnswer> LookAsync(RuleSetDocument document, NegativeListIndex index, DateTimeOffset now, CancellationToken cancellation)
    {
        var found = new List<RegulationEffect>();
        var looked = 0;
        foreach (var member in (await catalog.ReadAsync(cancellation)).Members.Where(m => m.Catalog is not null))
        {
            if (JsonNode.Parse(member.Catalog!.Value.GetRawText())?["dataset"] is not JsonArray datasets)
                continue;
            foreach (var dataset in datasets.OfType<JsonObject>().Take(MaxDatasets - looked))
            {
                looked++;
                var question = rules.Question(member.Did, dataset) with { Now = now };
                if (index.Evaluate(question) is { Allowed: false } against)
                    found.Add(new RegulationEffect(RegulationEffect.Dataset, question.DatasetId, against.RuleId ?? string.Empty, question.DatasetId, member.Did));
            }
        }
        return new RegulationPreviewAnswer(self.Did, document.Content.Version, document.Hash, looked, 0, 0, [.. found.Take(RegulationPreviewAnswer.MaxItems)]);
    }
}
