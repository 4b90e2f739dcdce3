using DataSpace.Cli.Session;

namespace DataSpace.Cli.Demo.Regression;

/// <summary>Texts of <c>regress vertical</c>.</summary>
internal static class VerticalTexts
{
    public static readonly Phrase About = new(
        "A logistic model over columns that two owners have of the same subjects, trained over ciphertexts; each gets its own weights. With it scores (hospital-and-lab) or least squares (bank-and-merchant).",
        "两个数据方对同一批主体各有不同的列：在密文上训练逻辑回归，各方仅得自身列的权重。另有评分（hospital-and-lab）或最小二乘（bank-and-merchant）。");
    public static readonly Phrase SampleOption = new("Which two: hospital-and-lab (a clinic and a laboratory) or bank-and-merchant.", "哪两方：hospital-and-lab（诊所与检验室）或 bank-and-merchant（银行与商户）。");
    public static readonly Phrase Tumours = new(
        "One public table (Wisconsin diagnostic breast cancer), split by column; the ids are made up from row numbers: it holds none of its own.",
        "一张公开表（Wisconsin 乳腺癌诊断数据）按列拆分；编号由行号编造，原表没有标识。");
    public static readonly Phrase Credits = new(
        "One public table (Statlog German Credit), split by column and row; the phone numbers are made up from row numbers: it holds none of its own.",
        "一张公开表（Statlog 德国信用数据）按列、按行拆分；电话号码由行号编造，原表没有标识。");
    public static readonly Phrase TooMuch = new("A model that asks for personal status and origin as well:", "若模型还索要婚姻性别与外籍身份：");
    public static readonly Phrase NotRefused = new("nobody refused it", "未被拒绝");
    public static readonly Phrase Contract = new("A contract with each owner: a model, and for it which subjects are common", "与双方订立合约：建模，并为此得知共同主体");
    public static readonly Phrase Plan = new("What everybody will learn", "各方将得知什么");
    public static readonly Phrase Train = new("The training: two intersections, a fixed number of iterations, a certificate", "训练：两次求交、固定次数的迭代与一次证明");
    public static readonly Phrase Failed = new("the job ended as {0}", "任务以 {0} 结束");
    public static readonly Phrase NoPart = new("the other owner's node keeps {0} models instead of one", "对方节点保存了 {0} 个模型，应为 1 个");
    public static readonly Phrase Wrong = new("both parts together are right for {0:P1} of the common subjects only", "两部分合并后仅对 {0:P1} 的共同主体判断正确");
    public static readonly Phrase Told = new("Both owners' weights, put together: right for {0:0.0}% of the common subjects.", "将双方的权重合并：对 {0:0.0}% 的共同主体判断正确。");
    public static readonly Phrase OnlyADemo = new("Only a demo, which reads both nodes' files, can put them together.", "只有能读取两个节点文件的演示才能将其合并。");
    public static readonly Phrase CoordinatorSaw = new("The coordinator carried {0} deliveries, {1} bytes in all, ciphertexts every one; {2:0} s from the order to the result.", "协调方转交 {0} 次，共 {1} 字节，均为密文；自指令至结果 {2:0} 秒。");
    public static readonly Phrase Solve = new("The same columns by least squares: a linear probability, solved once instead of trained", "同样的列，最小二乘：线性概率模型，一次求解而非训练");
    public static readonly Phrase Unsolved = new("the normal equations of the common rows are off by {0:0.0e0} per row", "共同行的正规方程每行偏差达 {0:0.0e0}");
    public static readonly Phrase Solved = new(
        "Both owners' weights, put together, solve the normal equations of the common rows but for {0:0.0e0} per row; right for {1:0.0}% of the common subjects.",
        "将双方的权重合并：满足共同行的正规方程，每行偏差不超过 {0:0.0e0}；对 {1:0.0}% 的共同主体判断正确。");
    public static readonly Phrase Scores = new("Scores of the first common rows by that model, in classes: one round over ciphertexts", "以该模型对前若干共有行评分，以类别告知：一轮密文交互");
    public static readonly Phrase Differs = new("row {0} was told class {1}, which no score within a step of its own has", "第 {0} 行被告知类别 {1}，与其得分一步以内的任何得分均不符");
    public static readonly Phrase AsPlain = new("{0} rows, each in the class that the plain model gives it, or that of a score at most {1} away.", "{0} 行，均与明文模型的类别一致，或为相差不超过 {1} 的得分的类别。");
    public static readonly Phrase Done = new("Everything above was observed. {0:0} s.", "以上各项均已实际观察到。用时 {0:0} 秒。");
}
