using System.Text.Json;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Negotiation;
using DataSpace.Hosting;
using DataSpace.Hosting.Http;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Kernel.Identity;
using DataSpace.Kernel.Policy;
using DataSpace.Kernel.Policy.Lint;
using DataSpace.Kernel.Results;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Uses;

/// <summary>A question about a use: under an agreement of this node, or under an offer of one of its datasets.</summary>
internal sealed record ExplainRequest(string? AgreementId, string? DatasetId, string? OfferId, WhatIf Use);

/// <summary>
/// What would be decided, without spending: an agreement that this node gave is judged by the gate that uses pass, an offer as if it had been concluded now. For an
/// agreement that this node received only its own copy of the contract answers; the owner's gate stays the owner's.
/// </summary>
internal sealed class PolicyExplainer(
    AgreementBook agreements, DatasetRegistry datasets, ComplianceCheck compliance, UseGate gate, NegotiationDesk negotiations, PolicyDecisionPoint decisions, UseFacts facts,
    ConnectorConfig config, NodeIdentity self, TimeProvider clock)
{
    public async Task<Result<object>> ExplainAsync(ExplainRequest asked, CancellationToken cancellation)
    {
        if (asked.Use.Consumer is { } consumer && !ParticipantId.Parse(consumer).IsOk)
            return LintErrors.BadQuestion.Of("consumer");
        if (asked.AgreementId is not { } id)
            return asked is { DatasetId: { } dataset, OfferId: { } offer } ? UnderOffer(asked.Use, dataset, offer) : LintErrors.BadQuestion.Of();
        if (await agreements.FindAsync(id, AgreementBook.Provider, cancellation) is { } given)
            return await GivenAsync(asked.Use, given, cancellation);
        return await agreements.FindAsync(id, AgreementBook.Consumer, cancellation) is { } received ? Received(asked.Use, received) : ConnectorErrors.AgreementUnknown.Of(id);
    }

    private async Task<Result<object>> GivenAsync(WhatIf use, BoundAgreement agreement, CancellationToken cancellation)
    {
        if (!datasets.All.TryGetValue(agreement.Row.DatasetId, out var dataset))
            return ConnectorErrors.DatasetUnknown.Of(agreement.Row.DatasetId);
        if (!datasets.VersionOf(dataset, self.DatasetVersionKey).TryGet(out var version, out var error) || !(await compliance.HoldAsync(dataset, version, cancellation)).TryGet(out var listing, out error))
            return error;
        var request = RequestOf(use, agreement, dataset, version) with { Listing = listing };
        var question = gate.Question(request);
        return View(gate.Preview(request).TryGet(out var decision, out error) ? PolicyAnswer.Of(decision, question) : Refused(error, question), null);
    }

    private Result<object> Received(WhatIf use, BoundAgreement agreement)
    {
        var question = Complete(use.AskOf(agreement.Policy, clock.GetUtcNow()), use, agreement.Row.Provider);
        return View(PolicyAnswer.Of(decisions.Decide(question), question), "consumer");
    }

    private Result<object> UnderOffer(WhatIf use, string datasetId, string offerId)
    {
        if (!datasets.All.TryGetValue(datasetId, out var dataset))
            return ConnectorErrors.DatasetUnknown.Of(datasetId);
        if (dataset.Offers.FirstOrDefault(o => o.Id == offerId) is not { } offer)
            return ConnectorErrors.OfferUnknown.Of(offerId);
        var now = clock.GetUtcNow();
        var consumer = use.Consumer ?? self.Did;
        if (!WhatIf.Agreed(offer.Compiled.Source, datasetId, self.Did, consumer, now).TryGet(out var policy, out var error))
            return error;
        var question = Complete(use.AskOf(policy, now), use, self.Did);
        return View(negotiations.CheckOffer(offer.Offer.WithTarget(datasetId), consumer).TryGet(out _, out error)
            ? PolicyAnswer.Of(decisions.Decide(question), question) : Refused(error, question), "offer");
    }

    /// <summary>The gate's own refusal; when the contract itself denies, its rule is named.</summary>
    private PolicyAnswer Refused(DsError error, PolicyRequest question)
        => decisions.Decide(question) is { Outcome: PolicyOutcome.Deny } denied && denied.Reason!.Code == error.Code ? PolicyAnswer.Of(denied, question) : PolicyAnswer.Of(error, question);

    private PolicyRequest Complete(PolicyRequest question, WhatIf use, string provider)
        => facts.Complete(question, PlanOf(use, [], 1), use.Role) with
        {
            ConsumerRegion = use.ConsumerRegion ?? facts.RegionOf(question.Consumer),
            ExecutionRegion = use.ExecutionRegion ?? facts.RegionOf(provider),
        };

    /// <summary>
    /// An order as the use would have one: the contract's own bounds, one group, the columns asked for. It is never signed, sent or stored; its hash is no job's.
    /// </summary>
    private UseRequest RequestOf(WhatIf use, BoundAgreement agreement, PublishedDataset dataset, string version)
    {
        var entry = new RosterEntry(self.Did, agreement.Row.ProviderKeyId, agreement.Row.DatasetId, agreement.Row.AgreementId, agreement.Row.AgreementHash);
        var partners = use.Partners().Select(p => new RosterEntry(p.Did, p.KeyId, "", "", ""));
        var plan = PlanOf(use, [entry, .. partners], 1 + use.Partners().Count);
        if (plan.Kind == JobKinds.Aggregate)
            plan = plan with { Aggregate = QueryOf(use, agreement.Policy, plan.Roster.Count) };
        var order = new JobOrder(
            "what-if", plan, JobOrders.HashOf(plan), use.Consumer ?? agreement.Row.Consumer, use.Consumer ?? agreement.Row.Consumer, use.Role ?? Jobs.AnalystDesk.Role, "", "", "", "");
        return new UseRequest(order, WhatIf.AgreementId, entry, agreement, dataset, version)
        {
            Columns = [.. (use.Columns ?? []).Concat(use.GroupKeys ?? []).Distinct(StringComparer.Ordinal)],
            GroupKeys = use.GroupKeys ?? [],
        };
    }

    private JobPlan PlanOf(WhatIf use, IReadOnlyList<RosterEntry> roster, int parties)
        => new(1, use.Computation ?? (parties > 1 ? JobKinds.Aggregate : JobKinds.Sql), "what if", use.Purpose ?? "", config.SpaceId, roster, 60_000);

    private static AggregateQuery QueryOf(WhatIf use, CompiledPolicy policy, int parties)
    {
        var terms = policy.Terms[0].Obligations;
        var key = use.GroupKeys is { Count: > 0 } keys ? keys[0] : "";
        var measures = terms.Clamps.Where(c => use.Columns?.Contains(c.Column) ?? false)
            .Select(c => new MeasureQuery(c.Column, c.Decimals, AggregationShapes.Unscaled(c.Min, c.Decimals), AggregationShapes.Unscaled(c.Max, c.Decimals), ["sum"])).ToList();
        var query = new AggregateQuery(key, ["0"], measures, [], use.MinimumGroupSize ?? terms.MinimumGroupSize, 10, use.DominancePercent ?? terms.DominancePercent);
        return AggregationShapes.Of(query, parties).IsOk ? query with { MaxRowsPerParty = AggregationShapes.LargestRowBound(query, parties) } : query;
    }

    private static object View(PolicyAnswer answer, string? note) => new
    {
        answer.Outcome,
        answer.Code,
        answer.Title,
        answer.TitleZh,
        answer.DecidedBy,
        answer.Detail,
        answer.PolicyVersion,
        answer.PendingDuties,
        answer.Rules,
        note,
    };
}

/// <summary>The endpoint behind <c>dataspace policy explain</c>.</summary>
internal static class ExplainEndpoint
{
    private const int MaxBytes = 64 * 1024;

    public static void MapPolicyExplain(this WebApplication app)
        => app.MapPost("/admin/policy/explain", ExplainAsync).RequireAdmin().WithSummary("What would be decided about a use and by which rule. Spends nothing.");

    private static async Task<IResult> ExplainAsync(HttpRequest request, PolicyExplainer explainer, CancellationToken cancellation)
    {
        if (request.ContentLength is null or > MaxBytes)
            return HostErrors.RequestTooLarge.Of($"at most {MaxBytes} bytes").ToProblem();
        if (!request.HasJsonContentType())
            return HostErrors.MalformedRequest.Of("content type is application/json").ToProblem();
        try
        {
            if (await request.ReadFromJsonAsync<ExplainRequest>(JobJson.Options, cancellation) is not { Use: not null } asked)
                return LintErrors.BadQuestion.Of("use").ToProblem();
            return (await explainer.ExplainAsync(asked, cancellation)).TryGet(out var view, out var error) ? Results.Json(view, JobJson.Options) : error.ToProblem();
        }
        catch (JsonException e)
        {
            return LintErrors.BadQuestion.Of($"at {e.Path}").ToProblem();
        }
    }
}
