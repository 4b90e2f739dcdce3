using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Regression;

/// <summary>Texts of <c>regress vertical</c>.</summary>
internal static class VerticalTexts
{
    public static readonly Phrase About = new(
        "A logistic model over columns that a clinic and a laboratory have of the same patients, trained over ciphertexts; each gets its own weights.",
        "诊所与检验室对同一批患者各有不同的列：在密文上训练逻辑回归，各方仅得自身列的权重。");
    public static readonly Phrase Data = new(
        "One public table (Wisconsin diagnostic breast cancer), split by column; the ids are made up from row numbers: it holds none of its own.",
        "一张公开表（Wisconsin 乳腺癌诊断数据）按列拆分；编号由行号编造，原表没有标识。");
    public static readonly Phrase Contract = new("A contract with each owner: a model, and for it which patients are common", "与双方订立合约：建模，并为此得知共同患者");
    public static readonly Phrase Plan = new("What everybody will learn", "各方将得知什么");
    public static readonly Phrase Train = new("The training: two intersections, 128 iterations, a certificate", "训练：两次求交、128 次迭代与一次证明");
    public static readonly Phrase Failed = new("the job ended as {0}", "任务以 {0} 结束");
    public static readonly Phrase NoPart = new("the laboratory's node keeps {0} models instead of one", "检验室节点保存了 {0} 个模型，应为 1 个");
    public static readonly Phrase Wrong = new("both parts together are right for {0:P1} of the patients only", "两部分合并后仅对 {0:P1} 的患者判断正确");
    public static readonly Phrase Told = new("The clinic's weights and the laboratory's, put together: right for {0:0.0}% of the patients.", "将诊所与检验室的权重合并：对 {0:0.0}% 的患者判断正确。");
    public static readonly Phrase OnlyADemo = new("Only a demo, which reads both nodes' files, can put them together.", "只有能读取两个节点文件的演示才能将其合并。");
    public static readonly Phrase CoordinatorSaw = new("The coordinator carried {0} deliveries, {1} bytes in all, ciphertexts every one; {2:0} s from the order to the result.", "协调方转交 {0} 次，共 {1} 字节，均为密文；自指令至结果 {2:0} 秒。");
    public static readonly Phrase Done = new("Everything above was observed. {0:0} s.", "以上各项均已实际观察到。用时 {0:0} 秒。");
}
