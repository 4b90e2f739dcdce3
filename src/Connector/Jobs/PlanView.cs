using System.Globalization;
using DataSpace.Hosting.Identity;
using DataSpace.Hosting.Jobs;
using DataSpace.Hosting.Transport;
using DataSpace.Kernel.Results;
using DataSpace.Ledger.Sequencing;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Jobs;

/// <summary>The dry run as people see it: parties, messages and what each learns from them, contracts, price, refusals known in advance.</summary>
internal sealed class PlanView(PeerDirectory peers, NodeIdentity self, AuditLedger ledger, CoordinatorLink link)
{
    /// <param name="bound">The plan.</param>
    /// <param name="declared">What the catalogue tells of it.</param>
    public object Of(BoundPlan bound, DeclaredPlan declared)
    {
        var plan = bound.Plan;
        var price = bound.Terms.Select(t => t.Price).ToList();
        var shape = plan.Aggregate is { } query ? AggregationShapes.Of(query, plan.Roster.Count).Value : null;
        return new
        {
            bound.PlanHash,
            plan.Kind,
            plan.Title,
            plan.Purpose,
            plan.SpaceId,
            parties = Parties(plan, declared),
            steps = plan switch
            {
                { Aggregate: not null } => AggregateSteps(plan, shape!.MessageBytes, Learnt(plan.Aggregate!)),
                { Intersect: { } intersect } => Intersections.IntersectionView.Steps(plan, intersect, NameOf),
                { Regress: { Mode: RegressQuery.Vertical } regress } => Regressions.VerticalView.Steps(plan, regress, NameOf),
                { Regress: { } regress } => Regressions.HorizontalView.Steps(plan, regress),
                { Lookup: { } lookup } => Lookups.LookupView.Steps(plan, lookup, NameOf),
                { Score: { } score } => Scores.ScoreView.Steps(plan, score, NameOf, self.Did),
                _ => SqlSteps(plan),
            },
            contracts = bound.Inputs.Zip(bound.Terms, Contract).ToList(),
            slots = shape is null ? null : new
            {
                scale = plan.Aggregate!.Bins is { } bins ? $"{bins.Column}: rows per bin, whole numbers"
                    : string.Join(", ", plan.Aggregate.Measures.Select(m => $"{m.Column}: 10^-{m.Decimals}")),
                maxRowsPerParty = plan.Aggregate.MaxRowsPerParty,
                statistics = shape.Describe().Select(s => new
                {
                    name = s.Statistic,
                    bits = s.BitsNeeded,
                    available = s.BitsAvailable,
                    bound = s.Bound.ToString(CultureInfo.InvariantCulture),
                    scale = $"10^-{s.Decimals}",
                    moduli = s.Moduli,
                }),
            },
            privacy = shape?.Noise is null ? null : NoiseView.Of(shape, plan.Aggregate!.Noise!),
            totalPriceMinor = price.Sum(p => p?.Minor ?? 0),
            currency = price.FirstOrDefault(p => p is not null)?.Currency.Code ?? "CNY",
            declared.Classification,
            warnings = bound.Inputs.Where(i => i.OutOf > 1).Select(Chosen).Concat(Warnings(plan)),
            refusals = bound.Refusals.Select(r => new { r.Code, participantName = NameOf(r.Participant), r.Title, r.TitleZh, r.Detail, r.Advice, r.AdviceZh }),
        };
    }

    private string NameOf(string did) => did == self.Did ? self.Name : peers.Find(did)?.Name ?? did;

    private IEnumerable<object> Parties(JobPlan plan, DeclaredPlan declared)
        => plan.Roster.Zip(declared.ReplyBucketsMs, (r, bucket) => (object)new { did = r.Participant, name = NameOf(r.Participant), role = PlanTexts.Provider, replyBucketMs = bucket })
            .Append(new { did = self.Did, name = self.Name, role = PlanTexts.Analyst })
            .Append(new { did = link.CoordinatorDid, name = NameOf(link.CoordinatorDid ?? string.Empty), role = PlanTexts.Coordinator });

    private object Contract(BoundInput input, Kernel.Policy.UseObligations terms)
    {
        var agreement = input.Agreement;
        var debit = terms.Uses;
        // Our own ledger knows what was spent of contracts with ourselves; of other owners' counters only what came with results is known.
        var own = agreement.Row.Provider == self.Did;
        var spent = own && debit is not null
            ? ledger.GetBudget(Agreements.AgreementBook.BudgetId(agreement, debit.Key))?.Spent
            : null;
        return new
        {
            participantName = NameOf(agreement.Row.Provider),
            agreement.Row.AgreementId,
            usesLimit = debit?.Limit,
            usesSpent = spent,
            usesKnown = own || debit is null ? (long?)null : input.SpentOf(debit),
            debit = debit?.Amount ?? 0,
            minGroupSize = terms.MinimumGroupSize,
            privacyBudgetMicro = terms.Privacy?.BudgetMicroEpsilon,
            dominance = Agreements.TermsView.Dominance(terms),
            pricePerUseMinor = terms.Price?.Minor ?? 0,
            currency = terms.Price?.Currency.Code ?? "CNY",
            // Null where there is a price: uses go on whether they are paid or not.
            creditLimitMinor = terms.Credit?.Minor,
            permissions = Agreements.TermsView.Of(agreement.Policy, own ? Agreements.TermsView.SpentOf(ledger, agreement) : null),
        };
    }

    /// <summary>Which of several contracts the plan takes, and why.</summary>
    private object Chosen(BoundInput input)
    {
        var (name, id, dataset) = (NameOf(input.Entry.Participant), input.Entry.AgreementId, input.Entry.DatasetId);
        return new
        {
            code = "agreement-chosen",
            en = string.Create(CultureInfo.InvariantCulture, $"{input.OutOf} contracts with {name} cover {dataset}. Taken: {id}, ") + (input.IsFit
                ? "the newest that admits this plan and has uses left as far as this node knows. The job spec can name another."
                : "the newest; none of them admits this plan. The job spec can name another."),
            zh = string.Create(CultureInfo.InvariantCulture, $"与 {name} 就 {dataset} 有 {input.OutOf} 份合约，选用 {id}：") + (input.IsFit
                ? "在允许本计划且据本节点所知仍有剩余次数的合约中最新的一份。作业说明可另行指定。"
                : "最新的一份；各合约均不允许本计划。作业说明可另行指定。"),
        };
    }

    /// <summary>What the analyst is told in the end.</summary>
    private static Bilingual Learnt(AggregateQuery query) => query switch
    {
        { Hidden: not null } => HiddenGroups.HiddenGroupView.Learnt,
        { Bins.Quantiles: not null } => new(
            "the joint number of rows in every bin of the grid, from which the quantiles are read; which bins were suppressed, not by whom",
            "网格每个分箱的联合行数（分位数由此读出）；哪些分箱被抑制（不知由谁）"),
        { Bins: not null } => new("the joint number of rows in every bin; which bins were suppressed, not by whom", "每个分箱的联合行数；哪些分箱被抑制（不知由谁）"),
        { Matrix: not null } => new(
            "the joint count, sums, sums of squares and of products of the columns; which groups were suppressed, not by whom; whether a value was outside the bounds",
            "联合计数、各列的和、平方和与乘积和；哪些组被抑制（不知由谁）；是否有值超出界限"),
        _ => new("the joint statistics per group; which groups were suppressed, not by whom; whether a value was outside the bounds", "各组联合统计；哪些组被抑制（不知由谁）；是否有值超出界限"),
    };

    private object[] AggregateSteps(JobPlan plan, int messageBytes, Bilingual learnt)
    {
        var parties = plan.Roster.Count;
        var steps = new List<(Bilingual From, Bilingual To, Bilingual Message, string Size, string En, string Zh)>
        {
            (PlanTexts.Analyst, PlanTexts.CoordinatorAndProviders, PlanTexts.OrderWithKeys, "≈ 0.4 MB", "the query, purpose, roster, contracts", "查询内容、用途、名册与合约"),
            (PlanTexts.EachProvider, PlanTexts.All, PlanTexts.RoundZero, "≈ 1 KB", "a random key, the dataset's version", "随机密钥与数据集版本"),
        };
        if (plan.HasDropout)
            steps.AddRange(Dropouts.DropoutView.Before(parties));
        steps.Add((PlanTexts.Coordinator, PlanTexts.Providers, PlanTexts.RoundOne, $"≈ {parties} KB", "who takes part (already in the order)", "参与方名册（指令中已有）"));
        if (plan.Aggregate!.Hidden is { } hidden)
            steps.AddRange(HiddenGroups.HiddenGroupView.Steps(plan, hidden.Maximum, self.Did, NameOf));
        steps.Add((PlanTexts.EachProvider, PlanTexts.Coordinator, PlanTexts.Contribution, Bytes(messageBytes), "sizes and digests; ciphertexts it has no key for", "仅大小与摘要；密文无法解开"));
        if (plan.HasDropout)
            steps.AddRange(Dropouts.DropoutView.After(parties));
        steps.Add((PlanTexts.Coordinator, PlanTexts.Analyst, PlanTexts.Sum, Bytes(messageBytes * (parties + 1)), learnt.En, learnt.Zh));
        steps.Add((PlanTexts.Analyst, PlanTexts.EachProvider, PlanTexts.Receipt, "≈ 1 KB", "a digest of the result", "结果的摘要"));
        return [.. steps.Select((s, i) => Step(i + 1, s.From, s.To, s.Message, s.Size, s.En, s.Zh))];
    }

    private static object[] SqlSteps(JobPlan plan) =>
    [
        Step(1, PlanTexts.Analyst, PlanTexts.CoordinatorAndProviders, PlanTexts.Order, "≈ 4 KB", "the statement, purpose, contract", "语句、用途与合约"),
        Step(2, PlanTexts.Provider, PlanTexts.All, PlanTexts.RoundZero, "≈ 1 KB", "the dataset's version", "数据集版本"),
        Step(3, PlanTexts.Provider, PlanTexts.Coordinator, PlanTexts.SealedReply, Bytes(Egress.TableBytes), "its size", "仅大小"),
        Step(4, PlanTexts.Coordinator, PlanTexts.Analyst, PlanTexts.SealedForwarded, Bytes(Egress.TableBytes), $"the released rows of {plan.Roster[0].DatasetId}", $"{plan.Roster[0].DatasetId} 的已放行结果"),
        Step(5, PlanTexts.Analyst, PlanTexts.Provider, PlanTexts.Receipt, "≈ 1 KB", "a digest of the result", "结果的摘要"),
    ];

    /// <summary>One message of a job and what its readers learn.</summary>
    public static object Step(int n, Bilingual from, Bilingual to, Bilingual message, string size, string en, string zh)
        => new { n, from, to, message, size, learns = new Bilingual(en, zh) };

    /// <summary>A size for people.</summary>
    public static string Bytes(long bytes) => bytes >= 1024 * 1024
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0} KB");

    private List<object> Warnings(JobPlan plan)
    {
        if (plan.Intersect is { } intersect)
            return Intersections.IntersectionView.Warnings(plan, intersect, NameOf);
        if (plan.Regress is { Mode: RegressQuery.Vertical } regress)
            return Regressions.VerticalView.Warnings(plan, regress);
        if (plan.Regress is not null)
            return Regressions.HorizontalView.Warnings(plan, self.Did);
        if (plan.Lookup is { } lookup)
            return Lookups.LookupView.Warnings(lookup);
        if (plan.Score is { } score)
            return Scores.ScoreView.Warnings(score);
        List<object> warnings = [.. HiddenGroups.HiddenGroupView.Warnings(plan, self.Did, NameOf), .. plan.Aggregate is { Hidden: not null } ? [] : Dropouts.DropoutView.Warnings(plan)];
        if (plan.Roster.Any(r => r.Participant == self.Did) && plan.Roster.Count == 3)
        {
            warnings.Add(new
            {
                code = "own-data",
                en = "You are also an owner: subtracting your own part leaves the sum of the two others.",
                zh = "您同时也是数据方：减去自己的部分即得其余两方之和。",
            });
        }
        if (plan.Roster.Count == 2 && plan.Roster.Any(r => r.Participant == self.Did))
        {
            warnings.Add(new
            {
                code = "two-owners",
                en = "With two owners of which you are one, the result shows the other's figures (never below its minimum group).",
                zh = "仅两方且您为其一时，结果即等于对方数值（不低于其最小分组）。",
            });
        }
        if (plan.Aggregate is { DominancePercent: null })
        {
            warnings.Add(new
            {
                code = "dominance-off",
                en = "The contracts switch the dominance rule off: one subject may hold most of a total.",
                zh = "合约关闭了主导规则：某一主体可能占总量的大部分。",
            });
        }
        if (plan.Aggregate is { Bins.Quantiles: not null })
        {
            warnings.Add(new
            {
                code = "quantile-grid",
                en = "A quantile is told as the bin that contains it. A group of which a bin is suppressed has none: the number of its rows is unknown. Every bin counts as an answer in the owners' histories.",
                zh = "分位数以其所在分箱给出。某组只要有一个分箱被抑制即无分位数：其行数未知。每个分箱均计入各方的查询历史。",
            });
        }
        if (plan.EpsilonMicro is not null)
        {
            warnings.Add(new
            {
                code = "suppression-exact",
                en = "Noise covers the figures. Which groups are suppressed stays exact and is not paid for by epsilon.",
                zh = "噪声覆盖统计数值；哪些组被抑制仍为精确信息，不计入 epsilon。",
            });
            return warnings;
        }
        warnings.Add(new
        {
            code = "many-queries",
            en = "Linear combinations of many exact queries are stopped only by a privacy budget, which these contracts do not have.",
            zh = "多次精确查询的线性组合只能靠隐私预算阻止，当前合约未设置。",
        });
        return warnings;
    }
}
