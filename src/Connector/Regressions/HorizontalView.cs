using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Privacy.Regression.Horizontal;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Regressions;

/// <summary>The dry run of a model: who says what to whom, what everybody learns from it, what it costs at most.</summary>
internal static class HorizontalView
{
    private static readonly Bilingual Hello = new("a fresh key, the roster's hash", "新密钥与名册哈希");
    private static readonly Bilingual Weights = new("weights of the round, sealed", "本轮权重（密封）");
    private static readonly Bilingual Sums = new("masked sums at these weights, sealed", "在该权重下带掩码的汇总（密封）");
    private static readonly Bilingual Closing = new("digest of the conversation, grant and report", "会话摘要、授权与报告");

    public static object[] Steps(JobPlan plan, RegressQuery query)
    {
        if (query.Mode != RegressQuery.Horizontal || !HorizontalDesigns.Of(plan).TryGet(out var design, out _))
            return [];
        var (rounds, owners) = (design.Rounds, design.Owners);
        string Times(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{rounds} × {(bytes < 1024 ? bytes + " B" : PlanView.Bytes(bytes))}");
        return
        [
            PlanView.Step(1, PlanTexts.Analyst, PlanTexts.CoordinatorAndProviders, PlanTexts.Order, "≈ 8 KB", "label, columns with their public bounds, model, rounds, purpose, contracts", "标签、各列及其公开界限、模型、轮数、用途与合约"),
            PlanView.Step(2, PlanTexts.EachProvider, PlanTexts.All, PlanTexts.RoundZero, "≈ 1 KB", "a random key, the dataset's version", "随机密钥与数据集版本"),
            PlanView.Step(3, PlanTexts.EachProvider, PlanTexts.Analyst, Hello, "≈ 1 KB", "whether all owners saw one roster", "各数据方所见名册是否一致"),
            PlanView.Step(4, PlanTexts.Analyst, PlanTexts.EachProvider, Weights, Times(design.WeightBytes + 200),
                "each owner: where the model stands, and from its course something about the sums of the others; the coordinator: a size", "各数据方得知模型当前权重，并可由其变化推知其他各方汇总的部分信息；协调方仅见大小"),
            PlanView.Step(5, PlanTexts.EachProvider, PlanTexts.Analyst, Sums, Times(design.AnswerBytes + 200),
                string.Create(CultureInfo.InvariantCulture, $"the sum over all {owners} owners in each round: rows, deviance, gradient ({design.Width} numbers) and Hessian ({design.Width * (design.Width + 1) / 2} numbers), or that some owner withholds its part; of one owner's part uniform numbers; the coordinator: a size"),
                string.Create(CultureInfo.InvariantCulture, $"每轮得知全部 {owners} 方之和：行数、偏差、梯度（{design.Width} 个数）与黑塞矩阵（{design.Width * (design.Width + 1) / 2} 个数），或某方不提供；单方部分仅为均匀随机数；协调方仅见大小")),
            PlanView.Step(6, PlanTexts.EachProvider, PlanTexts.Analyst, Closing, PlanView.Bytes(Egress.StatusBytes), "that both heard the same", "双方所闻一致"),
            PlanView.Step(7, PlanTexts.Analyst, PlanTexts.EachProvider, PlanTexts.Receipt, "≈ 1 KB", "a digest of the result", "结果的摘要"),
        ];
    }

    public static List<object> Warnings(JobPlan plan, string self)
    {
        var warnings = new List<object>
        {
            new
            {
                code = "sums-opened",
                en = "The sums of every round are opened to the analyst, exactly: with codes they are counts and totals per code and per pair of codes. Owners withhold what is below the minimum; no privacy budget bounds what several models tell together.",
                zh = "每轮汇总均精确地向分析方公开：对分类列即为各代码及代码两两组合的计数与合计。低于下限的由数据方保留；多个模型合起来透露的信息没有隐私预算约束。",
            },
            new
            {
                code = "weights-chosen",
                en = "Owners check bounds, start and spread of the weights, not that they are Newton's: an analyst that chooses others learns sums at those.",
                zh = "数据方检查权重的界限、起点与分散程度，但不验证其确为牛顿步；若分析方另选权重，则得知该权重下的汇总。",
            },
        };
        if (plan.Roster.Any(r => r.Participant == self))
        {
            warnings.Add(new
            {
                code = plan.Roster.Count == 2 ? "two-owners" : "own-data",
                en = plan.Roster.Count == 2 ? "You are one of the two owners: every opened sum shows the other's exactly." : "You are also an owner: subtracting your own part leaves the sum of the others.",
                zh = plan.Roster.Count == 2 ? "您是两方之一：每个公开的汇总都等于透露对方的精确值。" : "您同时也是数据方：减去自己的部分即得其余各方之和。",
            });
        }
        return warnings;
    }
}
