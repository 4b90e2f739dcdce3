using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Sums;
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
        object[] sums = query.Value is { } value ? SumSteps(plan, query, value, receiver, sender) : [];
        var next = 8 + sums.Length;
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
            .. sums,
            PlanView.Step(next, PlanTexts.EachProvider, PlanTexts.Analyst, query.Value is null ? PlanTexts.Closing : PlanTexts.ClosingWithSum, PlanView.Bytes(Egress.StatusBytes),
                string.Create(CultureInfo.InvariantCulture, $"the number of common subjects, rounded down to a multiple of {query.Minimum}{SumTold(plan, query, false)}; below {query.Minimum} one constant refusal"),
                string.Create(CultureInfo.InvariantCulture, $"共有主体数，向下取整到 {query.Minimum} 的倍数{SumTold(plan, query, true)}；不足 {query.Minimum} 时统一拒绝")),
            PlanView.Step(next + 1, PlanTexts.Analyst, PlanTexts.EachProvider, PlanTexts.Receipt, "≈ 1 KB", "a digest of the result", "结果的摘要"),
        ];
    }

    private static object[] SumSteps(JobPlan plan, IntersectQuery query, ValueQuery value, string receiver, string sender)
    {
        var sizes = SumSizes.Of(IntersectionCheck.TermsOf(plan));
        return
        [
            PlanView.Step(8, PlanTexts.Name(sender), PlanTexts.Name(receiver), PlanTexts.SumKey, PlanView.Bytes(sizes.KeyBytes), "nothing: a key that was made for this run", "无信息：为本次运行生成的密钥"),
            PlanView.Step(9, PlanTexts.Name(sender), PlanTexts.Name(receiver), PlanTexts.SumValues, "≤ " + PlanView.Bytes(sizes.MostValueBytes),
                $"nothing: {value.Column} of each of its subjects between {value.Min} and {value.Max}, under a key that {receiver} does not have", $"无信息：各主体的 {value.Column}（限于 {value.Min} 至 {value.Max}），{receiver} 没有密钥"),
            PlanView.Step(10, PlanTexts.Name(receiver), PlanTexts.Name(sender), PlanTexts.SumReply, PlanView.Bytes(sizes.ReplyBytes),
                $"{sender}'s node: the exact sum of its own {value.Column} over the common subjects, and not which they are; 0 when they are fewer than the minimum", $"{sender} 的节点得知其 {value.Column} 在共有主体上的准确总和（不知是哪些）；不足最小交集时为 0"),
        ];
    }

    /// <summary>What is told beside the number.</summary>
    private static string SumTold(JobPlan plan, IntersectQuery query, bool chinese)
    {
        if (query.Value is not { } value)
            return "";
        var grain = ValueText.Unscaled(IntersectionSender.SumGrainOf(IntersectionCheck.TermsOf(plan)), value.Decimals);
        var isMean = query.Result == IntersectQuery.Mean;
        return chinese ? $"；{value.Column} 的总和，向下取整到 {grain} 的倍数{(isMean ? "，以及两者之商" : "")}"
            : $"; the sum of {value.Column}, rounded down to a multiple of {grain}{(isMean ? ", and the one divided by the other" : "")}";
    }

    public static List<object> Warnings(JobPlan plan, IntersectQuery query, Func<string, string> nameOf) =>
    [
        .. query.Value is null ? (object[])[] :
        [
            new
            {
                code = "chosen-by-the-receiver",
                en = $"{nameOf(query.Receiver)}'s node chooses what is added up, unseen: one that does not keep to the protocol could choose one subject alone, and weigh it so that rounding does not hide its value. The owner of the values named it in its contract.",
                zh = $"由 {nameOf(query.Receiver)} 的节点选择求和对象且不可见：若其不遵循协议，可只选一个主体并加权以绕过取整。数值提供方已在合约中指名该节点。",
            },
        ],
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

    private static string AtMost(int items, int bytes) => "≤ " + PlanView.Bytes(((long)items * bytes) + ((items / 4096) + 1L) * IntersectionParty.MessageOverheadBytes);
}
