using System.Globalization;
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
using DataSpace.Sandbox;

namespace DataSpace.Connector.Uses;

/// <summary>A question about a use: under an agreement of this node, or under an offer of one of its datasets.</summary>
internal sealed record ExplainRequest(WhatIf Use, string? AgreementId = null, string? DatasetId = null, string? OfferId = null);

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
        use = use with { Computation = use.Computation ?? (use.Partners().Count > 0 ? JobKinds.Aggregate : JobKinds.Sql) };
        if (NotAsked(use) is { } member)
            return LintErrors.NotAsked.Of(member);
        if (!RequestOf(use, agreement, dataset, version).TryGet(out var request, out error))
            return error;
        request = request with { Listing = listing };
        var question = gate.Question(request);
        return View(gate.Preview(request).TryGet(out var decision, out error) ? PolicyAnswer.Of(decision, question) : Refused(error, question), null);
    }

    /// <summary>What the gate itself knows (its clock, where everyone is, what computes) or what this kind of computation does not state; null when all of the question can be put to it.</summary>
    private static string? NotAsked(WhatIf use)
    {
        var joint = use.Computation == JobKinds.Aggregate;
        (string Member, bool Given)[] members =
        [
            ("at", use.At is not null), ("consumerRegion", use.ConsumerRegion is not null), ("executionRegion", use.ExecutionRegion is not null),
            ("consumerAddress", use.ConsumerAddress is not null), ("algorithms", use.Algorithms is not null), ("minimumGroupSize", !joint && use.MinimumGroupSize is not null),
            ("dominancePercent", !joint && use.DominancePercent is not null), ("maxRows", !joint && use.MaxRows is not null), ("epsilonMicro", !joint && use.EpsilonMicro is not null),
        ];
        return members.FirstOrDefault(m => m.Given).Member;
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
    {
        var known = facts.Complete(question, PlanOf(use, []), use.Role);
        return known with
        {
            ConsumerRegion = use.ConsumerRegion ?? known.ConsumerRegion,
            ExecutionRegion = use.ExecutionRegion ?? facts.RegionOf(provider),
            ConsumerAddress = use.ConsumerAddress ?? known.ConsumerAddress,
            Algorithms = use.Algorithms ?? known.Algorithms,
            MaxRows = use.MaxRows ?? known.MaxRows,
        };
    }

    /// <summary>
    /// An order as the use would have one: the contract's own bounds, the columns asked for. It is never signed, sent or stored; its hash is no job's.
    /// </summary>
    private Result<UseRequest> RequestOf(WhatIf use, BoundAgreement agreement, PublishedDataset dataset, string version)
    {
        var entry = new RosterEntry(self.Did, agreement.Row.ProviderKeyId, agreement.Row.DatasetId, agreement.Row.AgreementId, agreement.Row.AgreementHash);
        var partners = use.Partners().Select(p => new RosterEntry(p.Did, p.KeyId, "", "", ""));
        var plan = PlanOf(use, [entry, .. partners]);
        if (plan.Kind == JobKinds.Aggregate)
        {
            if (!QueryOf(use, agreement, dataset, plan.Roster.Count).TryGet(out var query, out var error))
                return error;
            plan = plan with { Aggregate = query };
        }
        var order = new JobOrder(
            "what-if", plan, JobOrders.HashOf(plan), use.Consumer ?? agreement.Row.Consumer, use.Consumer ?? agreement.Row.Consumer, use.Role ?? Jobs.AnalystDesk.Role, "", "", "", "");
        return new UseRequest(order, WhatIf.AgreementId, entry, agreement, dataset, version)
        {
            Columns = [.. (use.Columns ?? []).Concat(use.GroupKeys ?? []).Distinct(StringComparer.Ordinal)],
            GroupKeys = use.GroupKeys ?? [],
        };
    }

    private JobPlan PlanOf(WhatIf use, IReadOnlyList<RosterEntry> roster)
        => new(1, use.Computation ?? (use.Partners().Count > 0 ? JobKinds.Aggregate : JobKinds.Sql), "what if", use.Purpose ?? "", config.SpaceId, roster, 60_000);

    /// <summary>As the planner makes it: bounds, minimum group, dominance and noise of the permissions that allow the use; of the first one where none does, for then the contract's refusal is the answer.</summary>
    private Result<AggregateQuery> QueryOf(WhatIf use, BoundAgreement agreement, PublishedDataset dataset, int parties)
    {
        if (use.GroupKeys is not [var key])
            return LintErrors.BadQuestion.Of("groupKeys: a joint statistic has one");
        if (CodesOf(dataset, key, use.MaxRows ?? 1) is not { } codes)
            return LintErrors.BadQuestion.Of("maxRows");
        var terms = decisions.Decide(Complete(use.AskOf(agreement.Policy, clock.GetUtcNow()), use, self.Did)).Obligations ?? agreement.Policy.Terms[0].Obligations;
        var measures = terms.Clamps.Where(c => use.Columns?.Contains(c.Column) ?? false)
            .Select(c => new MeasureQuery(c.Column, c.Decimals, AggregationShapes.Unscaled(c.Min, c.Decimals), AggregationShapes.Unscaled(c.Max, c.Decimals), ["sum"])).ToList();
        var noise = use.EpsilonMicro is { } epsilon ? new NoiseQuery(epsilon, terms.Privacy?.ContributionBound ?? 1, PlanCheck.HonestParties(agreement)) : null;
        var query = new AggregateQuery(key, codes, measures, [], use.MinimumGroupSize ?? terms.MinimumGroupSize, 10, use.DominancePercent ?? terms.DominancePercent, noise);
        return AggregationShapes.Of(query, parties).IsOk ? query with { MaxRowsPerParty = AggregationShapes.LargestRowBound(query, parties) } : query;
    }

    /// <summary>Codes of this many groups, in the column's type; null when there are not as many.</summary>
    private static List<string>? CodesOf(PublishedDataset dataset, string key, long count)
    {
        const int MostGroups = 10_000;
        var type = dataset.Source.Columns.FirstOrDefault(c => c.Name == key)?.Type;
        if (count is < 1 or > MostGroups || (type == ColumnType.Boolean && count > 2))
            return null;
        return [.. Enumerable.Range(0, (int)count).Select(i => type switch
        {
            ColumnType.Boolean => i == 0 ? "false" : "true",
            ColumnType.Date => DateOnly.FromDayNumber(i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            _ => i.ToString(CultureInfo.InvariantCulture),
        })];
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
