using DataSpace.Connector.Agreements;
using DataSpace.Connector.Datasets;
using DataSpace.Connector.Uses;
using DataSpace.Kernel.Classification;
using DataSpace.Kernel.NegativeList;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regulation;

/// <summary>
/// What this node's configuration and contracts say, in the words of the list. What nobody declared is null and counts against the request: an owner who declares
/// nothing is not judged more mildly. Pure.
/// </summary>
internal static class RegulationQuestions
{
    /// <summary>A dataset in the catalogue: all of its columns.</summary>
    public static RegulationRequest Listing(PublishedDataset dataset, Datasets.Listing? looked, string provider) => new()
    {
        Stage = RegulationStage.Listing,
        Now = default, // the register's clock
        DatasetId = dataset.Config.Id,
        Provider = provider,
        Industries = dataset.Config.Classification is { } classification ? [classification.Industry] : null,
        GradeRank = GradeRank(dataset.Config.Classification?.Grade),
        Scenarios = dataset.Config.Scenarios,
        Columns = Columns(dataset, looked, dataset.Config.Columns.Select(c => c.Name)),
    };

    /// <summary>A contract, concluded or about to be: the columns, purposes and partners that it permits.</summary>
    public static RegulationRequest Contract(PublishedDataset dataset, Datasets.Listing? looked, string provider, ContractTerms terms, string? region) => Listing(dataset, looked, provider) with
    {
        Stage = RegulationStage.Negotiation,
        Consumer = terms.Consumer,
        ContractId = terms.ContractId,
        Purposes = terms.Purposes,
        Scenarios = Scenarios(dataset, terms),
        Columns = Columns(dataset, looked, terms.Columns ?? dataset.Config.Columns.Select(c => c.Name)),
        DestinationRegion = region,
        ContractExtendsStamp = terms.StampExtension is not null,
        StampExtension = terms.StampExtension,
    };

    /// <summary>A contract whose dataset left the configuration: whatever was declared of it is not known any more, and counts against it.</summary>
    public static RegulationRequest Contract(string datasetId, string provider, ContractTerms terms, string? region) => new()
    {
        Stage = RegulationStage.Negotiation,
        Now = default,
        DatasetId = datasetId,
        Provider = provider,
        Consumer = terms.Consumer,
        ContractId = terms.ContractId,
        Purposes = terms.Purposes,
        DestinationRegion = region,
    };

    /// <summary>A use: what this order touches, and everyone who takes part in it.</summary>
    public static RegulationRequest Use(
        PublishedDataset dataset, Datasets.Listing? looked, string provider, JobOrder order, ContractTerms terms, IReadOnlyList<string>? columns, string? region)
        => Use(Contract(dataset, looked, provider, terms, region), order) with
        {
            // Which columns a statement reads is known once the sandbox has looked at it; until then all of them count.
            Columns = Columns(dataset, looked, columns is { Count: > 0 } ? columns : dataset.Config.Columns.Select(c => c.Name)),
        };

    /// <summary>A use under a contract as far as the order says it; the columns are the contract's.</summary>
    public static RegulationRequest Use(RegulationRequest contract, JobOrder order) => contract with
    {
        Stage = RegulationStage.Use,
        Purposes = [order.Plan.Purpose],
        OtherParties = [.. order.Plan.Roster.Select(r => r.Participant).Where(p => p != contract.Provider && p != order.Consumer).Append(order.ServiceParty)],
    };

    /// <summary>
    /// A joint use once its owners have signed what goes in: judged by the grade of what comes out (<see cref="DerivedGrade"/>), never below this dataset's own. Somebody's
    /// unreadable word counts against the use.
    /// </summary>
    public static RegulationRequest Joint(RegulationRequest question, JobPlan plan, IReadOnlyList<RoundZeroStatement> roster)
    {
        if (roster.Count < 2)
            return question;
        var inputs = roster.Select(s => plan.Roster.FirstOrDefault(r => r.Participant == s.Participant) is { } entry && s.Classification is { } said
            && said.ToInput(entry.Participant, entry.DatasetId).TryGet(out var input, out _) ? input : null).OfType<GradedInput>().ToList();
        var joint = inputs.Count == roster.Count ? GradeRank(DerivedGrade.Of(inputs, GradedOperation.Rows).Grade.Name()) : null;
        return question with { GradeRank = question.GradeRank is { } own && joint is { } derived ? Math.Max(own, derived) : null };
    }

    /// <summary>General 1 to 4, important 5, core 6; null when it is none of these words.</summary>
    public static int? GradeRank(string? grade) => grade switch
    {
        "general-1" => 1,
        "general-2" => 2,
        "general-3" => 3,
        "general-4" => 4,
        "important" => 5,
        "core" => 6,
        _ => null,
    };

    /// <summary>Of the offer behind the contract (its rules are the same), else of the dataset.</summary>
    private static IReadOnlyList<string>? Scenarios(PublishedDataset dataset, ContractTerms terms)
    {
        var said = dataset.Offers.Where(o => o.Compiled.RulesHash == terms.RulesHash).Select(o => o.Scenarios ?? dataset.Config.Scenarios).ToList();
        return said.Count == 0 ? dataset.Config.Scenarios : said.Contains(null) ? null : [.. said.SelectMany(s => s!).Distinct(StringComparer.Ordinal)];
    }

    private static IReadOnlyList<RegulatedColumn> Columns(PublishedDataset dataset, Datasets.Listing? looked, IEnumerable<string> names)
        => [.. names.Distinct(StringComparer.Ordinal).Select(n => new RegulatedColumn(n, DataClasses(dataset, looked, n)))];

    /// <summary>
    /// What the compliance check found in the column. Classes that the owner reviewed away count too: its word frees a listing of a finding, not of a regulator's rule.
    /// Null (nobody looked, or the owner says "personal" and nothing was recognised) is taken at its worst.
    /// </summary>
    private static string[]? DataClasses(PublishedDataset dataset, Datasets.Listing? looked, string column)
    {
        if (looked is null || !ReferenceEquals(looked.Dataset, dataset) || looked.Columns.FirstOrDefault(c => c.Name == column) is not { } found)
            return null;
        string[] classes = [.. found.Found.Select(f => f.Class).Concat(found.Reviewed).Distinct(StringComparer.Ordinal)];
        return classes.Length == 0 && found.Declared != PersonalInformation.None.Name() ? null : classes;
    }
}

/// <summary>What a contract says, as far as the list asks for it.</summary>
internal sealed record ContractTerms(string Consumer, string? ContractId, IReadOnlyList<string>? Purposes, IReadOnlyList<string>? Columns, string RulesHash, TimeSpan? StampExtension)
{
    /// <summary>From a compiled policy: the union over its permissions, since any of them may be used.</summary>
    public static ContractTerms Of(string consumer, string? contractId, Kernel.Policy.CompiledPolicy policy)
    {
        var purposes = policy.Terms.Any(t => t.Purposes is null) ? null : policy.Terms.SelectMany(t => t.Purposes!).Distinct(StringComparer.Ordinal).ToList();
        var columns = policy.Terms.SelectMany(t => t.Obligations.AllowedColumns.Concat(t.Obligations.AllowedGroupKeys)).Distinct(StringComparer.Ordinal).ToList();
        return new ContractTerms(consumer, contractId, purposes, columns.Count == 0 ? null : columns, policy.RulesHash, StampExtensionOf(policy));
    }

    /// <summary>The shortest that any permission states; one that states none allows none.</summary>
    public static TimeSpan? StampExtensionOf(Kernel.Policy.CompiledPolicy policy)
        => policy.Terms.Any(t => t.Obligations.StampExtension is null) ? null : policy.Terms.Min(t => t.Obligations.StampExtension);

    /// <summary>Of a concluded agreement.</summary>
    public static ContractTerms Of(BoundAgreement agreement) => Of(agreement.Row.Consumer, agreement.Row.AgreementId, agreement.Policy);
}
