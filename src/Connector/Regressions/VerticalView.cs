using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Uses;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regressions;

/// <summary>The dry run of a vertical model: who says what to whom and what everybody learns from it.</summary>
internal static class VerticalView
{
    public static object[] Steps(JobPlan plan, RegressQuery query, Func<string, string> nameOf)
        => query.Model == RegressQuery.Logistic ? Logistic(plan, query, nameOf) : Linear(plan, query, nameOf);

    /// <summary>Steps 2 and 3 of whatever begins with an intersection for each owner.</summary>
    public static object[] Meet(string first, string second) =>
    [
        PlanView.Step(2, PlanTexts.EachProvider, PlanTexts.All, PlanTexts.RoundZero, "≈ 1 KB", "the dataset's version", "数据集版本"),
        PlanView.Step(3, PlanTexts.EachProvider, PlanTexts.EachProvider, new("two intersections, each owner receiving one", "两次求交，双方各接收一次"), "≈ 76 B × 2 × rows",
            $"{first} and {second}: which of their own rows are common; the coordinator: how many subjects each has", $"{first} 与 {second} 得知自身哪些行为共有；协调方得知各方主体数"),
    ];

    private static object[] Linear(JobPlan plan, RegressQuery query, Func<string, string> nameOf)
    {
        var first = nameOf(query.Label.Participant!);
        var second = nameOf(plan.Roster.First(r => r.Participant != query.Label.Participant).Participant);
        var terms = VerticalCheck.LeastSquares(plan.Roster, query, query.MinimumSubjects);
        var doublings = string.Create(CultureInfo.InvariantCulture, $"about {terms.Doublings} × {terms.MegabytesPerDoubling:F1} MB");
        var products = string.Create(CultureInfo.InvariantCulture, $"≈ {terms.MegabytesOfProducts:F0} MB");
        return
        [
            PlanView.Step(1, PlanTexts.Analyst, PlanTexts.CoordinatorAndProviders, PlanTexts.Order, "≈ 4 KB", "model, columns, label and its bounds, ridge, contracts, limits", "模型、列、标签及其界限、岭参数、合约与上限"),
            .. Meet(first, second),
            PlanView.Step(4, PlanTexts.Name(second), PlanTexts.Name(first), new("its whitened columns, encrypted under its own key", "以自身密钥加密的白化列"), products,
                "nothing: ciphertexts under the other's key; the coordinator: sizes, and from them about how many rows are common", "无信息：对方密钥下的密文；协调方由大小大致得知共有行数"),
            PlanView.Step(5, PlanTexts.Name(first), PlanTexts.Name(second), new("products of its columns and the label with them, masked: both then hold shares of the Gram system", "自身列及标签与其乘积（带掩码）：此后双方各持有格拉姆方程组的份额"), products,
                "nothing: values uniform modulo 2^120", "无信息：模 2^120 均匀的数值"),
            PlanView.Step(6, PlanTexts.Name(second), PlanTexts.Name(first), new("encrypted shares of the system, its powers and its solution", "方程组、其幂次及解的加密份额"), doublings, "nothing: ciphertexts under the other's key", "无信息：对方密钥下的密文"),
            PlanView.Step(7, PlanTexts.Name(first), PlanTexts.Name(second), new("masked products of both parties' shares", "双方份额的带掩码乘积"), doublings, "nothing: values uniform modulo 2^120", "无信息：模 2^120 均匀的数值"),
            PlanView.Step(8, PlanTexts.EachProvider, PlanTexts.EachProvider, new("shares of the certificate's number, sealed to the other owner", "证明数的份额，仅对方可打开"), "≈ 1 MB",
                "both owners: that the residual of the normal equations is small; where it is not, how large it is", "双方得知正规方程残差很小；若非如此，则得知其大小"),
            PlanView.Step(9, PlanTexts.EachProvider, PlanTexts.EachProvider, new("shares of the mean squared error and of the other's weights, sealed to it", "均方误差及对方权重的份额，仅对方可打开"), "≈ 1 MB",
                $"both owners: the mean squared error to a ten-thousandth of the square of half the label's range; {first}: weights of its columns and the constant; {second}: weights of its columns", $"双方得知均方误差（精确至标签半幅平方的万分之一）；{first} 得知自身列权重与常数项；{second} 得知自身列权重"),
            PlanView.Step(10, PlanTexts.EachProvider, PlanTexts.Analyst, PlanTexts.Closing, PlanView.Bytes(Egress.StatusBytes), "that both saw the same conversation; why there is no model, where there is none", "双方会话一致；若无模型则为其原因"),
            PlanView.Step(11, PlanTexts.Analyst, PlanTexts.EachProvider, PlanTexts.Receipt, "≈ 1 KB", "a digest of the result", "结果的摘要"),
        ];
    }

    private static object[] Logistic(JobPlan plan, RegressQuery query, Func<string, string> nameOf)
    {
        var first = nameOf(query.Label.Participant!);
        var second = nameOf(plan.Roster.First(r => r.Participant != query.Label.Participant).Participant);
        var perIteration = string.Create(CultureInfo.InvariantCulture, $"{query.Iterations} ×");
        return
        [
            PlanView.Step(1, PlanTexts.Analyst, PlanTexts.CoordinatorAndProviders, PlanTexts.Order, "≈ 4 KB", "model, columns, label, ridge, range, iterations, contracts, limits", "模型、列、标签、岭参数、范围、迭代次数、合约与上限"),
            .. Meet(first, second),
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

    public static List<object> Warnings(JobPlan plan, RegressQuery query) => query.Model == RegressQuery.Logistic ? OfLogistic(plan, query) : OfLinear(plan, query);

    private static object SemiHonest => new
    {
        code = "semi-honest",
        en = "Both owners' nodes must follow the protocol: one that gives other values into it than its rows have gets another model, and one that sends what is no share learns more than is told here.",
        zh = "双方节点须遵循协议：输入非真实数值将得到不同的模型，发送非份额者所得将多于此处所述。",
    };

    private static List<object> OfLinear(JobPlan plan, RegressQuery query)
    {
        var terms = VerticalCheck.LeastSquares(plan.Roster, query, query.MinimumSubjects);
        var (failure, error) = (Math.Ceiling(terms.FailureBits), Math.Ceiling(VerticalCheck.LeastSquares(plan.Roster, query, query.MaxRowsPerParty).ErrorBits));
        return
        [
            SemiHonest,
            new
            {
                code = "exact-weights",
                en = "Weights are told to nine digits and are exact functions of both owners' rows; equal models before and after a change of few rows tell of these rows. Owners cap how often.",
                zh = "权重以九位有效数字告知，是双方数据的精确函数；少量行变动前后的相同模型会透露这些行的信息。次数由数据方限定。",
            },
            new
            {
                code = "lift",
                en = string.Create(CultureInfo.InvariantCulture, $"Chance that a rounding on shares goes wrong: below 2^{failure}; the certificate refuses what comes of it. A model that passes is within 2^{error} of the exact solution whatever the data are, as a fraction of half the label's range or of the solution where that is larger."),
                zh = string.Create(CultureInfo.InvariantCulture, $"份额取整出错的概率低于 2^{failure}；其后果由证明拒绝。通过的模型无论数据如何与精确解相差不超过 2^{error}（以标签半幅或解的范数中较大者为单位）。"),
            },
        ];
    }

    private static List<object> OfLogistic(JobPlan plan, RegressQuery query)
    {
        var widths = plan.Roster.Zip(query.Features).OrderByDescending(p => p.First.Participant == query.Label.Participant).Select(p => RegressQuery.WidthOf(p.Second)).ToList();
        var terms = new VerticalTerms(query.MinimumSubjects, widths[0], widths[1], 1, query.HalfPeriod!.Value, query.Iterations);
        return
        [
            SemiHonest,
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
