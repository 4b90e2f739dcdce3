using System.Text.Json;
using System.Text.Json.Nodes;
using DataSpace.Coordinator.Jobs;
using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;
using DataSpace.Protocol.Membership;

namespace DataSpace.Coordinator.Regulation;

/// <summary>
/// The regulators' list as far as a coordinator can uphold it: it knows who takes part and what catalogues say, not the data. Frozen parties, datasets and contracts are
/// not dispatched; listings that the list names are withheld. The owners judge for themselves, whatever happens here.
/// </summary>
internal sealed class DispatchRules(RegulationRegister register, TimeProvider clock) : IRegulationReport
{
    /// <summary>Why a job may not be dispatched or go on now, or null.</summary>
    public DsError? Problem(JobRow job)
    {
        if (!register.Applies)
            return null;
        using var claims = JsonDocument.Parse(Jws.Parse(job.Order, SignedMessage.MaxDocumentChars).Value.Payload);
        return Problem(claims.RootElement.GetProperty("body").Deserialize<JobOrder>(JobJson.Options)!);
    }

    /// <inheritdoc cref="Problem(JobRow)"/>
    public DsError? Problem(JobOrder order)
    {
        if (!register.Applies)
            return null;
        // A day-old stamp may do for some contracts, which the owners know; a coordinator stops only what no contract could carry.
        if (register.WhyUnavailable(extended: true) is { } stale)
            return stale;
        foreach (var (_, freeze) in register.Freezes)
        {
            var hit = freeze.Target switch
            {
                FreezeTarget.Participant => order.Consumer == freeze.Id || order.Plan.Roster.Any(r => r.Participant == freeze.Id),
                FreezeTarget.Dataset => order.Plan.Roster.Any(r => freeze.IsOfDataset(r.Participant, r.DatasetId)),
                _ => order.Plan.Roster.Any(r => r.AgreementId == freeze.Id),
            };
            if (hit)
                return NegativeListErrors.Frozen.Of($"{freeze.Target.ToString().ToLowerInvariant()} {freeze.Id}, case {freeze.CaseId}");
        }
        return null;
    }

    /// <summary>A member's catalogue without what the list withholds, by what the catalogue itself declares.</summary>
    public MemberCatalog Withhold(MemberCatalog member)
    {
        if (!register.Applies || member.Catalog is not { } catalog)
            return member;
        var json = JsonNode.Parse(catalog.GetRawText())!.AsObject();
        if (json["dataset"] is not JsonArray datasets)
            return member;
        var withheld = datasets.Where(d => d is not null && register.Ask(Question(member.Did, d)) is { Allowed: false }).ToList();
        if (withheld.Count == 0)
            return member;
        foreach (var dataset in withheld)
            datasets.Remove(dataset);
        if (datasets.Count == 0)
            json.Remove("dataset");
        return member with { Catalog = JsonSerializer.SerializeToElement(json) };
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<SuspendedLine>> SuspendedAsync(CancellationToken cancellation)
        => Task.FromResult<IReadOnlyList<SuspendedLine>>(
        [
            .. register.Freezes.Select(f => new SuspendedLine(
                f.Freeze.Target.ToString().ToLowerInvariant(), f.Freeze.Id, f.Freeze.Target == FreezeTarget.Dataset ? f.Freeze.Id : string.Empty, f.Freeze.Provider,
                NegativeListErrors.Frozen.Code, "freeze/" + f.Freeze.CaseId, string.Empty, NegativeListErrors.Frozen.Title, NegativeListErrors.Frozen.TitleZh,
                NegativeListErrors.Frozen.Advice, NegativeListErrors.Frozen.AdviceZh, f.State.Pin.Did, f.State.RuleSet.Version, f.Freeze.Since)),
        ]);

    /// <summary>What a listing is asked by: what the catalogue says of it.</summary>
    public RegulationRequest Question(string provider, JsonNode dataset)
    {
        var classification = dataset["dataspace:classification"] as JsonObject;
        return new RegulationRequest
        {
            Stage = RegulationStage.Listing,
            Now = clock.GetUtcNow(),
            DatasetId = Text(dataset["@id"]) ?? string.Empty,
            Provider = provider,
            Industries = Text(classification?["industry"]) is { } industry ? [industry] : null,
            GradeRank = Text(classification?["grade"]) switch
            {
                "general-1" => 1,
                "general-2" => 2,
                "general-3" => 3,
                "general-4" => 4,
                "important" => 5,
                "core" => 6,
                _ => null,
            },
            Scenarios = dataset["dataspace:scenarios"] is JsonArray scenarios ? [.. scenarios.Select(Text).OfType<string>()] : null,
            // Data classes are the owner's knowledge and not in the catalogue; the owner withholds by them itself.
            Columns = dataset["dataspace:columns"] is JsonArray columns ? [.. columns.Select(c => new RegulatedColumn(Text(c?["name"]) ?? string.Empty, []))] : null,
        };
    }

    private static string? Text(JsonNode? value) => value is JsonValue text && text.TryGetValue<string>(out var found) ? found : null;
}
