using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Regression.Vertical.Scoring;

/// <summary>The error catalogue of joint scoring (DS-PRV-350 to 359). No row carries a score, a part of one or a weight.</summary>
public static class ScoreErrors
{
    /// <summary>The terms of the scoring are not valid.</summary>
    public static readonly ErrorKind TermsInvalid = new(
        "DS-PRV-350", 422, "The terms of the scoring are not valid", "评分条款无效",
        "Correct the term that the detail names.",
        "请更正详情所指的条款。");

    /// <summary>A part of a score is no finite number.</summary>
    public static readonly ErrorKind PartInvalid = new(
        "DS-PRV-351", 422, "A part of a score is no finite number", "部分得分不是有限数值",
        "Fill or filter the rows in question at their owner, or train the model again.",
        "请在数据所有方补全或过滤相关行，或重新训练模型。");

    /// <summary>The other owner answered what is none of the declared answers.</summary>
    public static readonly ErrorKind AnswerInvalid = new(
        "DS-PRV-352", 422, "The other owner answered what is none of the declared answers", "对方的答复不在声明的取值之内",
        "Refuse the run; the peer does not follow the protocol, or its software is wrong.",
        "请拒绝本次运行；对方未遵循协议或软件有误。");
}
