using System.Globalization;
using DataSpace.Connector.Jobs;
using DataSpace.Privacy.Lookup;
using DataSpace.Protocol.Jobs;

namespace DataSpace.Connector.Lookups;

/// <summary>The dry run of a look-up: who says what to whom, what everybody learns from it, and what it costs at most.</summary>
internal static class LookupView
{
    private const int ElementBytes = 32;
    private const int ProofBytes = 64;
    private const int FrameBytes = 144;

    public static object[] Steps(JobPlan plan, LookupQuery query, Func<string, string> nameOf)
    {
        var owner = nameOf(plan.Roster[0].Participant);
        var questions = query.Questions.ToString(CultureInfo.InvariantCulture);
        return
        [
            PlanView.Step(1, PlanTexts.Analyst, PlanTexts.CoordinatorAndProviders, PlanTexts.Order, "≈ 4 KB",
                $"the key's parts and steps, columns, purpose, contract, and that there are {questions} questions; no keyword", $"键的组成与步骤、列、用途、合约，以及共 {questions} 个问题；不含任何关键词"),
            PlanView.Step(2, PlanTexts.Provider, PlanTexts.All, PlanTexts.RoundZero, "≈ 1 KB", "the dataset's version", "数据集版本"),
            PlanView.Step(3, PlanTexts.Name(owner), PlanTexts.Analyst, PlanTexts.LookupOffer, Size(LookupParameters.Bytes),
                "the number of records, rounded up, and the size of one", "记录数（向上取整）与记录大小"),
            PlanView.Step(4, PlanTexts.Analyst, PlanTexts.Name(owner), PlanTexts.LookupAsk, Size((query.Questions * ElementBytes) + 1),
                $"{owner}: that {questions} questions are asked, and whether the hint is here already; elements that cannot be told from random ones", $"{owner} 得知有 {questions} 个问题、提示数据是否已有；元素与随机元素不可区分"),
            PlanView.Step(5, PlanTexts.Name(owner), PlanTexts.Analyst, PlanTexts.LookupEvaluated, Size((query.Questions * ElementBytes) + ProofBytes),
                "what the keywords become under the owner's key, with a proof that it is the published one", "关键词在数据方密钥下的取值，并证明所用为公布的密钥"),
            PlanView.Step(6, PlanTexts.Name(owner), PlanTexts.Analyst, PlanTexts.LookupHint, $"≤ {PlanView.Bytes(LookupShape.MostHintBytes)}, once per version",
                "nothing that can be opened; for a million records of 64 bytes about 22 MB", "无可解读的信息；一百万条 64 字节记录约 22 MB"),
            PlanView.Step(7, PlanTexts.Analyst, PlanTexts.Name(owner), PlanTexts.LookupQueries, $"≤ {questions} × {Size(LookupShape.MostQueryBytes)}",
                $"{owner}: nothing more, whatever the keywords are and whether they are found", $"{owner}：除此之外无信息，与关键词及是否命中无关"),
            PlanView.Step(8, PlanTexts.Name(owner), PlanTexts.Analyst, PlanTexts.LookupAnswers, $"≤ {questions} × {PlanView.Bytes(LookupShape.MostAnswerBytes)}",
                "per keyword one record, or that there is none; of others sealed bytes", "每个关键词一条记录或未命中；其余为密封字节"),
            PlanView.Step(9, PlanTexts.Provider, PlanTexts.Analyst, PlanTexts.LookupClosing, PlanView.Bytes(Egress.StatusBytes), "that both saw the same conversation", "双方会话一致"),
            PlanView.Step(10, PlanTexts.Analyst, PlanTexts.Provider, PlanTexts.Receipt, "≈ 1 KB", "a salted digest of the result, from which nothing can be guessed", "加盐的结果摘要，无法据以猜测内容"),
        ];
    }

    public static List<object> Warnings(LookupQuery query) =>
    [
        new
        {
            code = "quota",
            en = string.Create(CultureInfo.InvariantCulture, $"Every use counts {query.Questions} questions against the owner's quota for you and everyone who counts as one with you, found or not."),
            zh = string.Create(CultureInfo.InvariantCulture, $"每次使用按 {query.Questions} 个问题计入数据方为您及关联方设定的配额，无论是否命中。"),
        },
        new
        {
            code = "single-records",
            en = "What is found is a record of one subject: it is graded like the data itself, not like a statistic.",
            zh = "命中的是单个主体的记录：其分级等同于原始数据，而非统计结果。",
        },
    ];

    private static string Size(int bytes) => PlanView.Bytes(bytes + FrameBytes + 1023);
}
