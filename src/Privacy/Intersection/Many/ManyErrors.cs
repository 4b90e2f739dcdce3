using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Intersection.Many;

/// <summary>What can go wrong among three parties and more, beyond what can among two (DS-PRV-310 to 329).</summary>
public static class ManyErrors
{
    /// <summary>The table of shares could not be made.</summary>
    public static readonly ErrorKind TableNotMade = new(
        "DS-PRV-310", 500, "The table of shares could not be made", "份额表未能生成",
        "Run again; this happens less often than once in 2^64 runs.",
        "请重新运行；此情况的概率低于 2^-64。");

    /// <summary>The keys of round 0 do not fit the run.</summary>
    public static readonly ErrorKind RoundKeysInvalid = new(
        "DS-PRV-311", 422, "The keys of round 0 do not fit the run", "第零轮密钥与本次运行不符",
        "Refuse the run; a party's key is missing, repeated, of low order, or was used before.",
        "请拒绝本次运行；某方密钥缺失、重复、阶数过低或已被使用。");

    /// <summary>The seed of the common order was not sealed for this party.</summary>
    public static readonly ErrorKind OrderSeedInvalid = new(
        "DS-PRV-312", 422, "The seed of the common order was not sealed for this party", "共同次序的种子并非为本方密封",
        "Refuse the run; the leader's node passed on something else than it was given.",
        "请拒绝本次运行；主导方节点转交的内容与其所收不同。");
}
