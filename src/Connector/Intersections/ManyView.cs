using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Privacy.Intersection.Many;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Intersections;

/// <summary>The dry run of an intersection of more than two owners.</summary>
internal static class ManyView
{
    private static readonly Bilingual Others = new("each other owner", "其他每个数据方");
    private static readonly Bilingual InOrder = new("those points under its own key too", "上述点再以自身密钥计算");
    private static readonly Bilingual InSecretOrder = new("those points under its own key too, in an order that the others share", "上述点再以自身密钥计算，按其他各方共知的次序");
    private static readonly Bilingual Table = new("a table of shares, found only under that key", "份额表，仅凭该密钥可查");

    public static object[] Steps(JobPlan plan, IntersectQuery query, Func<string, string> nameOf)
    {
        var leader = nameOf(query.Receiver);
        var most = plan.Roster.Zip(query.MaxItems).ToLookup(p => p.First.Participant == query.Receiver, p => p.Second);
        var (own, other) = (most[true].First(), most[false].Max());
        var isIds = query.Result == IntersectQuery.Ids;
        var said = PlanView.Bytes(ManyClosing.MostBytesSaid(own, 0));
        return
        [
            PlanView.Step(1, PlanTexts.Analyst, PlanTexts.CoordinatorAndProviders, PlanTexts.Order, "≈ 4 KB", "the key's parts and steps, purpose, contracts, limits", "键的组成与步骤、用途、合约与上限"),
            PlanView.Step(2, PlanTexts.EachProvider, PlanTexts.All, PlanTexts.RoundZero, "≈ 1 KB", "the dataset's version", "数据集版本"),
            PlanView.Step(3, PlanTexts.Name(leader), Others, PlanTexts.Opening, "≈ 1 KB", $"each of them and the coordinator: how many subjects {leader} has", $"其他各方与协调方得知 {leader} 的主体数"),
            PlanView.Step(4, Others, PlanTexts.Name(leader), PlanTexts.Answer, "≈ 1 KB", $"{leader} and the coordinator: how many subjects each has", $"{leader} 与协调方得知每方的主体数"),
            PlanView.Step(5, PlanTexts.Name(leader), Others, PlanTexts.Blinded, "≤ " + said, "nothing more: points that cannot be told from random ones", "除此之外无信息：与随机点不可区分"),
            PlanView.Step(6, Others, PlanTexts.Name(leader), isIds ? InOrder : InSecretOrder, "≤ " + said, "nothing yet", "暂无信息"),
            isIds
                ? PlanView.Step(7, Others, PlanTexts.Name(leader), Table, "≤ " + PlanView.Bytes(ManyClosing.MostBytesSaid(0, other)),
                    $"{leader}: which of its own subjects all others have too, and not which some have; the coordinator: nothing", $"{leader} 得知自己的哪些主体其他各方都有（不知哪些仅部分方有）；协调方无所得")
                : PlanView.Step(7, Others, PlanTexts.Name(leader), Table, "≤ " + PlanView.Bytes(ManyClosing.MostBytesSaid(0, other)),
                    $"{leader}'s node: how many subjects are common to all, exactly, and not which; the coordinator: nothing", $"{leader} 的节点得知各方共有主体的准确数量（不知是哪些）；协调方无所得"),
            PlanView.Step(8, PlanTexts.EachProvider, PlanTexts.Analyst, PlanTexts.Closing, PlanView.Bytes(Egress.StatusBytes),
                string.Create(CultureInfo.InvariantCulture, $"the number of subjects common to all, rounded down to a multiple of {query.Minimum}; below {query.Minimum} one constant refusal"),
                string.Create(CultureInfo.InvariantCulture, $"各方共有主体数，向下取整到 {query.Minimum} 的倍数；不足 {query.Minimum} 时统一拒绝")),
            PlanView.Step(9, PlanTexts.Analyst, PlanTexts.EachProvider, PlanTexts.Receipt, "≈ 1 KB", "a digest of the result", "结果的摘要"),
        ];
    }

    public static object ColludingWarning(IntersectQuery query, Func<string, string> nameOf) => new
    {
        code = "leader-with-others",
        en = $"{nameOf(query.Receiver)} together with other owners can find out, of each subject it asked about, whether all remaining owners have it. Where one owner remains, that is its set as far as they ask.",
        zh = $"{nameOf(query.Receiver)} 若与其他数据方合谋，可得知其所问的每个主体是否为其余各方所共有；若只余一方，即等于所问范围内该方的集合。",
    };
}
