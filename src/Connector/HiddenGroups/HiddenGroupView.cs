using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Privacy.Aggregation.Hidden;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.HiddenGroups;

/// <summary>What the dry run says about groups that nobody lists: the messages that place them, what may be lost, and who could learn what together with whom.</summary>
internal static class HiddenGroupView
{
    private static readonly Bilingual Blinded = new("its codes, blinded, and random ones up to the maximum", "其分组代码（已盲化），并以随机值补足至上限");
    private static readonly Bilingual Evaluated = new("the same under a fresh key, with proofs", "以新密钥求值的结果与证明");

    /// <summary>What the analyst is told in the end.</summary>
    public static Bilingual Learnt { get; } = new(
        "codes and joint statistics of the groups that pass at every owner that has them; how many slots are suppressed or collided, without a code and not by whom; whether a value was outside the bounds",
        "在每个拥有该组的数据方均合规的分组：代码与联合统计；被抑制与发生碰撞的槽位数（无代码，不知由谁）；是否有值超出界限");

    /// <summary>Between roster and contributions: places.</summary>
    public static IEnumerable<(Bilingual From, Bilingual To, Bilingual Message, string Size, string En, string Zh)> Steps(JobPlan plan, int maximum, string consumer, Func<string, string> nameOf)
    {
        var holder = PlanTexts.Name(nameOf(plan.LeaderOf(consumer)));
        var others = new Bilingual("each other provider", "其他各提供方");
        yield return (others, holder, Blinded, PlanView.Bytes(maximum * 32L), "nothing: every provider sends as many, all uniform; the coordinator, who carries them, sees the size", "无：各方数量相同且均匀随机；转发的协调方仅见大小");
        yield return (holder, others, Evaluated, PlanView.Bytes(maximum * 33L), "the places of its own groups; nothing about the key, and of other providers nothing", "自身各组的槽位；对密钥及其他各方一无所知");
    }

    /// <summary>What may be lost, and what collusion would tell.</summary>
    public static IEnumerable<object> Warnings(JobPlan plan, string consumer, Func<string, string> nameOf)
    {
        if (plan.Aggregate is not { Hidden: { } hidden })
            yield break;
        string Loss(int groups) => GroupSlots.ExpectedLoss(groups, hidden.TableSlots).ToString("0.00", CultureInfo.InvariantCulture);
        yield return new
        {
            code = "hidden-groups",
            en = string.Create(CultureInfo.InvariantCulture, $"Two tables of {hidden.TableSlots} slots for up to {hidden.Maximum} groups of each owner. Of {hidden.Maximum} groups in all about {Loss(hidden.Maximum)} are lost to collisions, of {2 * hidden.Maximum} about {Loss(2 * hidden.Maximum)}; ")
                + string.Create(CultureInfo.InvariantCulture, $"a suppressed group takes a slot of each table, and a group is lost when both of its own are taken. Lost groups are counted, never shown wrong. Codes longer than {GroupSlots.MostCodeBytes} bytes are suppressed. An owner with more groups fails the job, unnamed."),
            zh = string.Create(CultureInfo.InvariantCulture, $"两张表各 {hidden.TableSlots} 个槽位，每方至多 {hidden.Maximum} 个分组。共 {hidden.Maximum} 组时预计因碰撞丢失约 {Loss(hidden.Maximum)} 组，{2 * hidden.Maximum} 组时约 {Loss(2 * hidden.Maximum)} 组；")
                + string.Create(CultureInfo.InvariantCulture, $"被抑制的分组占用每表一个槽位，某组两个槽位均被占用即丢失。丢失的分组仅计数，绝不显示错误数值。代码超过 {GroupSlots.MostCodeBytes} 字节者被抑制。任何一方分组数超限即作业失败，不指明是谁。"),
        };
        var holder = nameOf(plan.LeaderOf(consumer));
        yield return new
        {
            code = "hidden-groups-key",
            en = string.Create(CultureInfo.InvariantCulture, $"{holder} holds the key that places groups, for this job alone. Together with you it could test codes against suppressed slots; another owner could so test as many as it has fewer groups than {hidden.Maximum}. ")
                + "A public list of groups would show you as much: that some owner has something suppressed under a code.",
            zh = string.Create(CultureInfo.InvariantCulture, $"{holder} 持有本作业专用的分组定位密钥。若与您串通，可用代码逐一试探被抑制的槽位；其他数据方可试探的代码数为 {hidden.Maximum} 减其分组数。")
                + "公开的分组列表同样会显示这些：某代码下有数据方被抑制。",
        };
    }
}
