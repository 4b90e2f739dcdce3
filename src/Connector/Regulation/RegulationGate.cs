using System.Globalization;
using System.Text;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Uses;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Regulation;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.NegativeList;
using DataSpace.Kernel.Results;
using DataSpace.Ledger;
using DataSpace.Ledger.Receipts;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regulation;

/// <summary>
/// Asks the regulators' list, before any contract is asked: at listing, negotiation, every use and every release. Without a pinned regulator there is nothing to
/// ask; with one and without its fresh word the answer is no (law 6). Thread-safe.
/// </summary>
internal sealed class RegulationGate(RegulationRegister register, DatasetRegistry datasets, ConnectorConfig config, DatasetVolumes volumes, ComplianceCheck check, AuditLedger ledger, NodeIdentity self)
{
    /// <summary>Beginning of every code with which the list refuses.</summary>
    private const string Area = "DS-NEG-";

    /// <summary>True for a refusal that a newer list or a fresh stamp can lift: a running job waits for that.</summary>
    public static bool IsRegulation(DsError error) => error.Code.StartsWith(Area, StringComparison.Ordinal);

    /// <summary>Why a dataset may not stand in the catalogue, or null.</summary>
    public RegulationDecision? Listing(PublishedDataset dataset) => Refusing(ListingQuestion(dataset));

    /// <summary>The question behind it: what is declared, and what the last compliance check found.</summary>
    public RegulationRequest ListingQuestion(PublishedDataset dataset) => RegulationQuestions.Listing(dataset, check.KnownOf(dataset), self.Did);

    /// <summary>Why a contract with this consumer may not be concluded, or goes no further, or null.</summary>
    public RegulationDecision? Contract(PublishedDataset dataset, ContractTerms terms)
        => Refusing(ContractQuestion(dataset, terms));

    /// <summary>The question behind it.</summary>
    public RegulationRequest ContractQuestion(PublishedDataset dataset, ContractTerms terms) => RegulationQuestions.Contract(dataset, check.KnownOf(dataset), self.Did, terms, RegionOf(terms.Consumer));

    /// <summary>The same of a concluded agreement; one whose dataset is gone from the configuration is judged as one of which nothing is known.</summary>
    public RegulationDecision? Contract(BoundAgreement agreement) => Refusing(ContractQuestion(agreement));

    /// <summary>The question behind it.</summary>
    public RegulationRequest ContractQuestion(BoundAgreement agreement)
        => datasets.All.TryGetValue(agreement.Row.DatasetId, out var dataset)
            ? ContractQuestion(dataset, ContractTerms.Of(agreement))
            : RegulationQuestions.Contract(agreement.Row.DatasetId, self.Did, ContractTerms.Of(agreement), RegionOf(agreement.Row.Consumer));

    /// <summary>What the list says about a use; spends nothing. Null: no list applies.</summary>
    public Result<RegulationDecision?> Use(UseRequest use)
    {
        if (!register.Applies)
            return (RegulationDecision?)null;
        var question = OwnQuestion(use);
        var total = DatasetVolumes.RowsOf(use.Listing) is { } rows ? rows + SpentOf(question.DatasetId, question.Consumer!) : (long?)null;
        var decision = Judge(question with { RecordsThisYear = total, SubjectsThisYear = total }, use.Order.Plan, use.Roster)!;
        return decision.Allowed ? decision : Explain(decision);
    }

    /// <summary>Why a committed contribution may not leave now, or null. The year's volume was judged and counted when it was granted.</summary>
    public RegulationDecision? Release(BoundAgreement agreement, JobOrder order, IReadOnlyList<RoundZeroStatement> roster)
        => register.Applies && Judge(ReleaseQuestion(agreement, order), order.Plan, roster) is { Allowed: false } refusing ? refusing : null;

    /// <summary>
    /// The same, at the moment of release: one that passes under an old stamp stands in the ledger first. The value is the refusal; an error says that the entry could not be written.
    /// </summary>
    public async Task<Result<RegulationDecision?>> ReleaseAsync(
        BoundAgreement agreement, JobOrder order, IReadOnlyList<RoundZeroStatement> roster, string useId, CancellationToken cancellation)
    {
        if (!register.Applies)
            return (RegulationDecision?)null;
        var decision = Judge(ReleaseQuestion(agreement, order), order.Plan, roster);
        if (decision is { Allowed: false })
            return decision;
        return await NoteAsync(decision, agreement.Row.AgreementId, useId, cancellation) is { } unnoted ? unnoted : (RegulationDecision?)null;
    }

    /// <summary>The question behind it. A dataset that left the configuration meanwhile frees nothing: then nothing is known of it.</summary>
    public RegulationRequest ReleaseQuestion(BoundAgreement agreement, JobOrder order)
    {
        var columns = order.Plan.Sql is not null ? null : PlanCheck.ColumnsOf(order.Plan, self.Did);
        var question = datasets.All.TryGetValue(agreement.Row.DatasetId, out var dataset)
            ? RegulationQuestions.Use(dataset, check.KnownOf(dataset), self.Did, order, ContractTerms.Of(agreement), columns, RegionOf(order.Consumer))
            : RegulationQuestions.Use(ContractQuestion(agreement), order);
        var spent = SpentOf(question.DatasetId, question.Consumer!);
        return question with { Stage = RegulationStage.Release, RecordsThisYear = spent, SubjectsThisYear = spent };
    }

    /// <summary>What a use counts towards the volume of a calendar year, to be debited with the Grant. Empty when no list applies.</summary>
    public IReadOnlyList<BudgetDebit> Debits(UseRequest use)
    {
        if (!register.Applies || DatasetVolumes.RowsOf(use.Listing) is not { } rows)
            return [];
        var question = OwnQuestion(use);
        var most = volumes.Thresholds.Where(t => Judge(question with { RecordsThisYear = t, SubjectsThisYear = t }, use.Order.Plan, use.Roster) is { Allowed: false }).Select(t => t - 1).DefaultIfEmpty(long.MaxValue).First();
        return [BudgetDebit.WithLimit(DatasetVolumes.CounterOf(Now(), use.Dataset.Config.Id, use.Order.Consumer), DatasetVolumes.Definition, rows, most)];
    }

    /// <summary>A use under an old stamp stands in the ledger as such, once for each stamp; without that entry it does not go on.</summary>
    public async Task<DsError?> NoteAsync(RegulationDecision? decision, string contractId, string useId, CancellationToken cancellation)
    {
        if (decision is not { Allowed: true, Degraded: true })
            return null;
        var stamp = register.All.First(h => h.Pin.Did == decision.Regulator).State!.Stamp;
        var payload = new DegradedPayload
        {
            Reason = "stamp-stale",
            ContractId = contractId,
            UseId = useId,
            Regulator = decision.Regulator,
            RuleSetVersion = decision.RuleSetVersion,
            StampTimeMs = stamp.Time.ToUnixTimeMilliseconds(),
        };
        var act = Digest.Sha256(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"degraded/{decision.Regulator}/{useId}/{decision.RuleSetVersion}/{payload.StampTimeMs}")));
        return (await ledger.AppendAsync(new EntryDraft(payload, contractId) { EventId = act.AsMemory(0, 16) }, cancellation)).Error;
    }

    /// <summary>
    /// A consumer's look at a contract before it plans or opens a result: freezes it knows of itself, and whether its regulators' word is fresh. Rules are the owner's to judge:
    /// it alone knows its data.
    /// </summary>
    public DsError? AsConsumer(BoundAgreement agreement) => AsConsumer(agreement.Row.AgreementId, agreement.Row.DatasetId, agreement.Row.Provider, agreement.Row.Consumer);

    /// <summary>The same before there is a contract.</summary>
    public DsError? AsConsumer(string contract, string dataset, string provider, string consumer)
    {
        if (!register.Applies)
            return null;
        var found = register.Freezes.FirstOrDefault(f => f.Freeze.Target switch
        {
            FreezeTarget.Participant => f.Freeze.Id == provider || f.Freeze.Id == consumer,
            FreezeTarget.Dataset => f.Freeze.IsOfDataset(provider, dataset),
            _ => f.Freeze.Id == contract,
        });
        return found.Freeze is { } freeze
            ? NegativeListErrors.Frozen.Of($"{freeze.Target.ToString().ToLowerInvariant()} {freeze.Id}, case {freeze.CaseId}")
            : null;
    }

    /// <summary>A refusal in full: the rule's id, its title in both languages, its basis.</summary>
    public static DsError Explain(RegulationDecision decision)
    {
        var error = decision.Error!;
        return decision.TitleEn is null ? error : error with { Detail = $"{error.Detail}; {decision.TitleEn} / {decision.TitleZh}; {decision.Basis}" };
    }

    /// <summary>An exhausted counter of a year's volume in the list's own words; null when the error is another.</summary>
    public static DsError? Spell(DsError error)
        => error.Kind == LedgerErrors.BudgetExhausted && error.Detail?.StartsWith(DatasetVolumes.CounterPrefix, StringComparison.Ordinal) == true ? RegulationErrors.VolumeReached.Of() : null;

    /// <summary>What stands in the way, in one word: the rule, the case of a freeze, or the code.</summary>
    public static string RuleOf(RegulationDecision decision) => decision.RuleId ?? (decision.CaseId is { } freeze ? "freeze/" + freeze : string.Empty);

    private RegulationRequest OwnQuestion(UseRequest use) => RegulationQuestions.Use(
        use.Dataset, use.Listing, self.Did, use.Order, ContractTerms.Of(use.Agreement), [.. use.Columns, .. use.GroupKeys], RegionOf(use.Order.Consumer));

    /// <summary>By this dataset's own grade and, in a joint use, by that of what comes out: a list may name the one and not the other, and both have to pass.</summary>
    private RegulationDecision? Judge(RegulationRequest own, JobPlan plan, IReadOnlyList<RoundZeroStatement> roster)
        => register.Ask(own) is var decision && (decision is not { Allowed: true } || roster.Count < 2) ? decision : register.Ask(RegulationQuestions.Joint(own, plan, roster));

    private RegulationDecision? Refusing(RegulationRequest question) => register.Ask(question) is { Allowed: false } refusing ? refusing : null;

    private long SpentOf(string datasetId, string consumer) => ledger.GetBudget(DatasetVolumes.CounterOf(Now(), datasetId, consumer))?.Spent ?? 0;

    private DateTimeOffset Now() => register.Now().TryGet(out var now, out _) ? now : DateTimeOffset.UnixEpoch; // then nothing is allowed anyway

    private string? RegionOf(string consumer) => consumer == self.Did ? config.Region : config.Regions?.GetValueOrDefault(consumer);
}
