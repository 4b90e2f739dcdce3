using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regressions;

/// <summary>The dry run of a vertical model: who says what to whom and what everybody learns from it.</summary>
internal static class VerticalView
{
    public static object[] Steps(JobPlan plan, RegressQuery query, Func<string, string> nameOf)
    {
        var first = nameOf(query.Label.Participant!);
        var second = nameOf(plan.Roster.First(r => r.Participant != query.Label.Participant).Participant);
        var perIteration = string.Create(CultureInfo.InvariantCulture, $"{query.Iterations} ×");
        return
        [
            PlanView.Step(1, PlanTexts.Analyst, PlanTexts.CoordinatorAndProviders, PlanTexts.Order, "≈ 4 KB", "model, columns, label, ridge, range, iterations, contracts, limits", "模型、列、标签、岭参数、范围、迭代次数、合约与上限"),
            PlanView.Step(2, PlanTexts.EachProvider, PlanTexts.All, PlanTexts.RoundZero, "≈ 1 KB", "the dataset's version", "数据集版本"),
            PlanView.Step(3, PlanTexts.EachProvider, PlanTexts.EachProvider, new("two intersections, each owner receiving one", "两次求交，双方各接收一次"), "≈ 76 B × 2 × rows",
                $"{first} and {second}: which of their own rows are common; the coordinator: how many subjects each has", $"{first} 与 {second} 得知自身哪些行为共有；协调方得知各方主体数"),
            PlanView.Step(4, PlanTexts.EachProvider, PlanTexts.EachProvider, new("public keys of this job alone", "仅供本任务使用的公钥"), "2 × 1.3 MB", "nothing", "无信息"),
            PlanView.Step(5, PlanTexts.Name(first), PlanTexts.Name(second), new("encrypted shares, waves and errors; masked answers", "加密的份额、波值与误差；带掩码的应答"), perIteration + " ≈ 6 MB",
                "nothing: ciphertexts under the other's key, and values uniform modulo 2^80", "无信息：对方密钥下的密文，以及模 2^80 均匀的数值"),
            PlanView.Step(6, PlanTexts.Name(second), PlanTexts.Name(first), new("the same", "同上"), perIteration + " ≈ 6 MB", "nothing, for the same reason; the coordinator: sizes, and from them about how many rows are common", "同理无信息；协调方由大小大致得知共有行数"),
            PlanView.Step(7, PlanTexts.EachProvider, PlanTexts.EachProvider, new("shares of the certificate's number, sealed to the other owner", "证明数的份额，仅对方可打开"), "≈ 1 MB",
                "both owners: that the certificate holds; where it does not, by how much it fails", "双方得知证明成立；若不成立，则得知偏差大小"),
            PlanView.Step(8, PlanTexts.EachProvider, PlanTexts.EachProvider, new("shares of the loss and of the other's weights, sealed to it", "损失及对方权重的份额，仅对方可打开"), "≈ 1 MB",
                $"both owners: the mean loss to three digits; {first}: weights of its columns and the constant; {second}: weights of its columns", $"双方得知平均损失（三位小数）；{first} 得知自身列权重与常数项；{second} 得知自身列权重"),
            PlanView.Step(9, PlanTexts.EachProvider, PlanTexts.Analyst, PlanTexts.Closing, PlanView.Bytes(Egress.StatusBytes), "that both saw the same conversation; why there is no model, where there is none", "双方会话一致；若无模型则为其原因"),
            PlanView.Step(10, PlanTexts.Analyst, PlanTexts.EachProvider, PlanTexts.Receipt, "≈ 1 KB", "a digest of the result", "结果的摘要"),
        ];
    }

    public static List<object> Warnings(JobPlan plan, RegressQuery query)
    {
        var widths = plan.Roster.Zip(query.Features).OrderByDescending(p => p.First.Participant == query.Label.Participant).Select(p => RegressQuery.WidthOf(p.Second)).ToList();
        var terms = new VerticalTerms(query.MinimumSubjects, widths[0], widths[1], 1, query.HalfPeriod!.Value, query.Iterations);
        return
        [
            new
            {
                code = "semi-honest",
                en = "Both owners' nodes must follow the protocol: one that gives other values into it than its rows have gets another model, and one that sends what is no share learns more than is told here.",
                zh = "双方节点须遵循协议：输入非真实数值将得到不同的模型，发送非份额者所得将多于此处所述。",
            },
            new
            {
                code = "refusal-tells",
                en = "A model that fails its certificate is not told, but both owners then know by how much it failed; another range is another job and another such number.",
                zh = "未通过证明的模型不予告知，但双方将得知偏差大小；更换范围即为新任务，并再次披露此类数值。",
            },
            new
            {
                code = "lift",
                en = string.Create(CultureInfo.InvariantCulture, $"Chance that a rounding on shares goes wrong in this run of {query.MinimumSubjects} rows: below 2^{Math.Ceiling(terms.FailureBits)}; proportional to the rows; the certificate refuses what comes of it."),
                zh = string.Create(CultureInfo.InvariantCulture, $"{query.MinimumSubjects} 行时份额取整出错的概率低于 2^{Math.Ceiling(terms.FailureBits)}，与行数成正比；其后果由证明拒绝。"),
            },
        ];
    }
}
