using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Connector.Regressions;
using DataSpace.Connector.Uses;
using DataSpace.Privacy.Regression.Vertical.Scoring;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Scores;

/// <summary>The dry run of a scoring: who says what to whom and what everybody learns from it.</summary>
internal static class ScoreView
{
    private const int Slots = 8192;
    private const double TextBytes = 263_000; // of one ciphertext of either, as it travels

    public static object[] Steps(JobPlan plan, ScoreQuery query, Func<string, string> nameOf, string analyst)
    {
        var (asker, answerer) = (nameOf(analyst), nameOf(plan.Roster.First(r => r.Participant != analyst).Participant));
        var texts = (query.Rows + (Slots / query.Telling.Levels) - 1) / (Slots / query.Telling.Levels);
        var size = string.Create(CultureInfo.InvariantCulture, $"≈ {texts * TextBytes / 1e6:0.0} MB");
        var told = query.Telling.Thresholds is { } thresholds
            ? (En: string.Create(CultureInfo.InvariantCulture, $"one of {thresholds.Count + 1} classes"), Zh: string.Create(CultureInfo.InvariantCulture, $"{thresholds.Count + 1} 个类别之一"))
            : (En: string.Create(CultureInfo.InvariantCulture, $"a {query.Telling.Scale} with {query.Telling.Digits} decimal places"), Zh: string.Create(CultureInfo.InvariantCulture, $"{query.Telling.Digits} 位小数的{(query.Telling.Scale == ScoreTelling.Probability ? "概率" : "得分")}"));
        return
        [
            PlanView.Step(1, PlanTexts.Analyst, PlanTexts.CoordinatorAndProviders, PlanTexts.Order, "≈ 4 KB", "which model, its columns, how many rows, what is told of a score, contracts, limits", "哪个模型、其列、行数、告知方式、合约与上限"),
            .. VerticalView.Meet(asker, answerer),
            PlanView.Step(4, PlanTexts.Name(asker), PlanTexts.Name(answerer), new("per row the level of its own part of the score, encrypted under its own fresh key; as many rows as the plan says", "逐行以新密钥加密的自身部分得分所在级别；行数固定为计划所定"), size,
                "nothing: ciphertexts under the other's key; the coordinator: a size that the plan tells", "无信息：对方密钥下的密文；协调方仅得知计划已定的大小"),
            PlanView.Step(5, PlanTexts.Name(answerer), PlanTexts.Name(asker), new("the same times its table of answers per level, masked; after its Report", "与自身逐级答复表的乘积（带掩码）；在其报告之后发出"), size,
                $"{asker}: for each of at most {query.Rows} common rows {told.En}, and so, knowing its own part of the score, in which range {answerer}'s part lies; the coordinator: nothing", $"{asker} 对至多 {query.Rows} 个共有行各得知{told.Zh}，因知自身部分，亦知 {answerer} 部分所在区间；协调方无所得"),
            PlanView.Step(6, PlanTexts.EachProvider, PlanTexts.Analyst, PlanTexts.Closing, PlanView.Bytes(Egress.StatusBytes), "that both saw the same conversation; why there are no scores, where there are none", "双方会话一致；若无评分则为其原因"),
            PlanView.Step(7, PlanTexts.Analyst, PlanTexts.EachProvider, PlanTexts.Receipt, "≈ 1 KB", "a digest of the result", "结果的摘要"),
        ];
    }

    public static List<object> Warnings(ScoreQuery query)
    {
        var rule = ScoreCheck.RuleOf(query.Telling);
        string Ends(int steps) => (steps * rule.Step).ToString(CultureInfo.InvariantCulture);
        return
        [
            new
            {
                code = "semi-honest",
                en = $"The analyst's node must follow the protocol. One that encrypts something else than a single level reads at most 40 bits a row, and never more than the other owner's part of the score rounded to {query.Telling.Step}; nobody notices.",
                zh = $"分析方节点须遵循协议。若加密的并非单一级别，每行至多读出 40 比特，且绝不超过对方部分得分按 {query.Telling.Step} 取整的值；此举无法被察觉。",
            },
            new
            {
                code = "rows-counted",
                en = $"The other owner's quota counts {query.Rows} rows, whether so many are common or not, and is not given back.",
                zh = $"对方配额按 {query.Rows} 行计，无论共有行是否达到该数，且不予退还。",
            },
            new
            {
                code = "first-rounding",
                en = "What is told of a score now is all that this model will ever tell of this dataset's rows to this consumer: another grid, number of digits or list of thresholds will be refused.",
                zh = "本次的告知方式即该模型就该数据集对该使用方的唯一方式：其他网格、小数位或阈值列表将被拒绝。",
            },
            new
            {
                code = "grid",
                en = $"Answers are those of a score at most {query.Telling.Step} from the exact one. A row whose own part is not between {Ends(rule.First)} and {Ends(rule.Last)} gets none.",
                zh = $"答复对应的得分与精确得分相差不超过 {query.Telling.Step}。自身部分不在 {Ends(rule.First)} 至 {Ends(rule.Last)} 之间的行无答复。",
            },
        ];
    }
}
