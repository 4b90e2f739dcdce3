using System.Xml;
using DataSpace.Connector.Agreements;
using DataSpace.Connector.Catalog;
using DataSpace.Kernel.Classification;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>
/// Classification of a job's result: before it, from what the owners' catalogues say; after it, from what every owner signed in its round-0 statement. The analyst's node
/// computes it by the rules of <see cref="DerivedGrade"/>; it cannot grade milder than its inputs.
/// </summary>
internal static class DerivedResult
{
    /// <summary>The owners said it in their catalogues; nothing is signed yet.</summary>
    public const string FromCatalogue = "catalogue";

    /// <summary>Signed by the owners for this job.</summary>
    public const string Signed = "signed";

    /// <summary>As the API shows it; null when an input's classification is not known.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="agreements">Contracts in the order of the roster.</param>
    /// <param name="inputs">Inputs in the order of the roster; null where unknown.</param>
    /// <param name="versions">Dataset versions in the order of the roster, or null before the job.</param>
    public static object? View(JobPlan plan, IReadOnlyList<BoundAgreement> agreements, IReadOnlyList<GradedInput?> inputs, IReadOnlyList<string>? versions)
    {
        if (inputs.Any(i => i is null))
            return null;
        var derived = DerivedGrade.Of([.. inputs.Select(i => i!)], OperationOf(plan, agreements));
        var terms = StrictestTerms.Of(agreements.Select(a => a.Policy));
        return new
        {
            grade = derived.Grade.Name(),
            gradeZh = derived.Grade.NameZh(),
            securityLevel = derived.Grade.SecurityCode(),
            personal = derived.Personal.Name(),
            personalZh = derived.Personal.NameZh(),
            derived.Industries,
            derived.Regions,
            derived.Scale,
            rules = derived.Rules.Select(Rule),
            retention = terms.Retention is { } retention ? XmlConvert.ToString(retention) : null,
            terms.Recipients,
            terms.Purposes,
            parents = plan.Roster.Select((r, i) => new { participant = r.Participant, r.DatasetId, datasetVersion = versions?[i], r.AgreementId, r.AgreementHash }),
            source = versions is null ? FromCatalogue : Signed,
        };
    }

    /// <summary>
    /// Every kind of computation but an intersection's ids, a look-up's records and scores releases statistics of groups alone; how large the groups are at least, the plan or the contracts say. Of a contract with several permissions
    /// the smallest counts.
    /// </summary>
    private static GradedOperation OperationOf(JobPlan plan, IReadOnlyList<BoundAgreement> agreements)
        => plan.Intersect is { Result: IntersectQuery.Ids } || plan.Lookup is not null || plan.Score is not null ? GradedOperation.Rows : GradedOperation.Aggregate(plan.MinimumGroup ?? agreements.SelectMany(a => a.Policy.Terms).Min(t => t.Obligations.MinimumGroupSize));

    private static object Rule(GradingRule rule) => rule switch
    {
        GradingRule.Combination => new { code = "combination", en = "several owners or industries together: one grade up", zh = "多个数据方或行业的数据汇聚：级别上调一级" },
        GradingRule.ManySubjects => new { code = "many-subjects", en = "personal information of very many persons: grade up", zh = "涉及大量个人的个人信息：级别上调" },
        _ => new { code = "large-groups", en = "statistics of groups of 10 subjects or more: personal flag one step down", zh = "每组不少于 10 个主体的统计：个人信息标记下调一级" },
    };
}

/// <summary>What the catalogue tells of a plan before it runs.</summary>
/// <param name="Classification">The result's, as far as the catalogue tells; null when it does not.</param>
/// <param name="ReplyBucketsMs">In the order of the roster; null where the owner declares none.</param>
internal sealed record DeclaredPlan(object? Classification, IReadOnlyList<int?> ReplyBucketsMs);

/// <summary>Asks the catalogue how the inputs of a plan are classified, and how much the time of a reply tells.</summary>
internal sealed class CataloguePreview(CatalogReader catalog)
{
    /// <summary>As far as the catalogue tells.</summary>
    public async Task<DeclaredPlan> OfAsync(BoundPlan bound, CancellationToken cancellation)
    {
        var known = await catalog.DeclaredAsync(cancellation);
        var declared = bound.Plan.Roster.Select(r => known.GetValueOrDefault((r.Participant, r.DatasetId))).ToList();
        var inputs = bound.Plan.Roster.Zip(declared, (r, d) => d?.Classification is { } said && said.ToInput(r.Participant, r.DatasetId).TryGet(out var input, out _) ? input : null);
        return new DeclaredPlan(DerivedResult.View(bound.Plan, bound.Agreements, [.. inputs], versions: null), [.. declared.Select(d => d?.ReplyBucketMs)]);
    }
}
