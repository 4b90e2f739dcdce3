using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Privacy.Aggregation.Dropout;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Dropouts;

/// <summary>What the dry run says about owners that may be gone: the messages that this costs, the threshold, and what happens.</summary>
internal static class DropoutView
{
    private static readonly Bilingual SharesSent = new("signed shares of two fresh secrets, sealed owner to owner", "已签名的份额（两个新秘密），逐方密封");
    private static readonly Bilingual SetShown = new("the signed headers of all contributions", "全部贡献的已签名头");
    private static readonly Bilingual SetSigned = new("signature under the set of survivors", "对幸存方集合的签名");
    private static readonly Bilingual Told = new("shares that unmask the sum, sealed to the analyst", "去除总和掩码的份额，仅分析方可打开");

    /// <summary>Before the roster: shares.</summary>
    public static IEnumerable<(Bilingual From, Bilingual To, Bilingual Message, string Size, string En, string Zh)> Before(int parties)
    {
        yield return (PlanTexts.EachProvider, PlanTexts.CoordinatorAndProviders, SharesSent, PlanView.Bytes(parties * 150L), "the coordinator: sizes; an owner: one share of each secret, uniform by itself", "协调方：仅大小；数据方：每个秘密的一个份额，单独为均匀随机");
    }

    /// <summary>After the contributions: agreement, and what is told.</summary>
    public static IEnumerable<(Bilingual From, Bilingual To, Bilingual Message, string Size, string En, string Zh)> After(int parties)
    {
        yield return (PlanTexts.Coordinator, PlanTexts.Providers, SetShown, PlanView.Bytes(parties * 1024L), "which owners contributed", "哪些数据方作出了贡献");
        yield return (PlanTexts.EachProvider, PlanTexts.All, SetSigned, "≈ 1 KB", "the same", "同上");
        yield return (PlanTexts.EachProvider, PlanTexts.Analyst, Told, PlanView.Bytes(1024 + (parties * 45L)), "the masks that are left in the sum; no contribution by itself, not even of an owner that is left out", "总和中剩余的掩码；任何单独贡献（包括未计入的一方）均不可见");
    }

    /// <summary>The threshold, and what happens.</summary>
    public static IEnumerable<object> Warnings(JobPlan plan)
    {
        var parties = plan.Roster.Count;
        if (plan.Aggregate is { MinimumParties: { } minimum })
        {
            var threshold = DropoutTerms.ThresholdOf(parties);
            yield return new
            {
                code = "dropout",
                en = string.Create(CultureInfo.InvariantCulture, $"Up to {parties - minimum} of {parties} owners may be gone after all shares are exchanged; at least {threshold} must sign the same set of contributions and tell their shares. ")
                    + "The result is then over the others and says so. An owner that granted its use has spent it. Exact results of these datasets are bound to the owners in the result from then on.",
                zh = string.Create(CultureInfo.InvariantCulture, $"交换份额之后，{parties} 个数据方中最多可缺席 {parties - minimum} 个；至少 {threshold} 个须对同一组贡献签名并公开其份额。")
                    + "结果仅含其余各方并予注明。已授权的使用即已计。此后这些数据集的精确结果仅限于结果所含各方。",
            };
        }
        else if (parties >= AggregateQuery.FewestForDropout && plan.EpsilonMicro is null)
        {
            yield return new
            {
                code = "no-dropout",
                en = string.Create(CultureInfo.InvariantCulture, $"Any owner that is gone fails the job. With minimumParties from {DropoutTerms.ThresholdOf(parties)} to {parties - 1} in the spec it can go on without some."),
                zh = string.Create(CultureInfo.InvariantCulture, $"任何一方缺席即失败。在作业说明中设置 minimumParties（{DropoutTerms.ThresholdOf(parties)} 至 {parties - 1}）后可在部分缺席时继续。"),
            };
        }
    }
}
