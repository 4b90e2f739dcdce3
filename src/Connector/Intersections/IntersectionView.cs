using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Privacy.Intersection;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Intersections;

/// <summary>The dry run of an intersection: who says what to whom, what everybody learns from it, and what it costs at most.</summary>
internal static class IntersectionView
{
    private const int PointBytes = 32;
    private const int TagBytes = 12;

    public static object[] Steps(JobPlan plan, IntersectQuery query, Func<string, string> nameOf)
    {
        if (plan.Roster.Count > 2)
            return ManyView.Steps(plan, query, nameOf);
        var receiver = nameOf(query.Receiver);
        var sender = nameOf(plan.Roster.First(r => r.Participant != query.Receiver).Participant);
        var (own, other) = plan.Roster[0].Participant == query.Receiver ? (query.MaxItems[0], query.MaxItems[1]) : (query.MaxItems[1], query.MaxItems[0]);
        var isIds = query.Result == IntersectQuery.Ids;
        return
        [
            PlanView.Step(1, PlanTexts.Analyst, PlanTexts.CoordinatorAndProviders, PlanTexts.Order, "≈ 4 KB", "the key's parts and steps, purpose, contracts, limits", "键的组成与步骤、用途、合约与上限"),
            PlanView.Step(2, PlanTexts.EachProvider, PlanTexts.All, PlanTexts.RoundZero, "≈ 1 KB", "the dataset's version", "数据集版本"),
            PlanView.Step(3, PlanTexts.Name(receiver), PlanTexts.Name(sender), PlanTexts.Opening, "≈ 1 KB",
                $"{sender} and the coordinator: how many subjects {receiver} has", $"{sender} 与协调方得知 {receiver} 的主体数"),
            PlanView.Step(4, PlanTexts.Name(sender), PlanTexts.Name(receiver), PlanTexts.Answer, "≈ 1 KB",
                $"{receiver} and the coordinator: how many subjects {sender} has", $"{receiver} 与协调方得知 {sender} 的主体数"),
            PlanView.Step(5, PlanTexts.Name(receiver), PlanTexts.Name(sender), PlanTexts.Blinded, AtMost(own, PointBytes),
                "nothing more: points that cannot be told from random ones", "除此之外无信息：与随机点不可区分"),
            PlanView.Step(6, PlanTexts.Name(sender), PlanTexts.Name(receiver), isIds ? PlanTexts.Tags : PlanTexts.ShuffledTags, AtMost(own, TagBytes), "nothing yet", "暂无信息"),
            isIds
                ? PlanView.Step(7, PlanTexts.Name(sender), PlanTexts.Name(receiver), PlanTexts.OwnBlinded, AtMost(other, PointBytes),
                    $"{receiver}: which of its own subjects {sender} has too; the coordinator: nothing", $"{receiver} 得知自己的哪些主体 {sender} 也有；协调方无所得")
                : PlanView.Step(7, PlanTexts.Name(sender), PlanTexts.Name(receiver), PlanTexts.OwnBlinded, AtMost(other, PointBytes),
                    $"{receiver}'s node: how many subjects are common, exactly, and not which; the coordinator: nothing", $"{receiver} 的节点得知共有主体的准确数量（不知是哪些）；协调方无所得"),
            PlanView.Step(8, PlanTexts.EachProvider, PlanTexts.Analyst, PlanTexts.Closing, PlanView.Bytes(Egress.StatusBytes),
                string.Create(CultureInfo.InvariantCulture, $"the number of common subjects, rounded down to a multiple of {query.Minimum}; below {query.Minimum} one constant refusal"),
                string.Create(CultureInfo.InvariantCulture, $"共有主体数，向下取整到 {query.Minimum} 的倍数；不足 {query.Minimum} 时统一拒绝")),
            PlanView.Step(9, PlanTexts.Analyst, PlanTexts.EachProvider, PlanTexts.Receipt, "≈ 1 KB", "a digest of the result", "结果的摘要"),
        ];
    }

    public static List<object> Warnings(JobPlan plan, IntersectQuery query, Func<string, string> nameOf) =>
    [
        new
        {
            code = "semi-honest",
            en = $"All owners' nodes must follow the protocol: one that puts subjects into its set that it does not have asks about them. Caps on runs and sizes and the minimum bound what that tells; the minimum is kept by {nameOf(query.Receiver)}'s node.",
            zh = $"各方节点须遵循协议：若一方放入其并未持有的主体，等于对其提问。次数与规模上限及最小交集限制其所得；最小交集由 {nameOf(query.Receiver)} 的节点执行。",
        },
        new
        {
            code = "repeated-runs",
            en = "A number after the data changed, less the number before, tells about the change. It is told in steps of the minimum, and runs are capped; what differs less is mostly not seen, and not always.",
            zh = "数据变化前后两次结果之差会透露变化。结果以最小交集为步长且次数受限；更小的差异大多不可见，但并非绝对。",
        },
        .. plan.Roster.Count > 2 ? [ManyView.ColludingWarning(query, nameOf)] : (object[])[],
    ];

    private static string AtMost(int items, int bytes) => "≤ " + PlanView.Bytes(((long)items * bytes) + ((items / 4096) + 1L) * (IntersectionParty.MostMessageBytes - (4096 * PointBytes)));
}
