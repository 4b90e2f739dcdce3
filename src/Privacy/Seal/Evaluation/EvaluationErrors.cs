using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Seal.Evaluation;

/// <summary>The error catalogue of products of ciphertexts and plaintexts (DS-PRV-220 to 224).</summary>
public static class EvaluationErrors
{
    /// <summary>Too many products for the noise that has to hide them.</summary>
    public static readonly ErrorKind NoiseExhausted = new(
        "DS-PRV-220", 422, "Too many products for the noise that has to hide them", "乘积过多，无法容纳所需的掩盖噪声",
        "Add fewer products in one reply.",
        "请减少单个应答中的乘积数量。");

    /// <summary>The seed of a seeded ciphertext is not in the one accepted form.</summary>
    public static readonly ErrorKind SeedForm = new(
        "DS-PRV-221", 422, "The seed of a seeded ciphertext is not in the one accepted form", "种子密文的种子形式不被接受",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and its default generator.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2 及其默认随机数生成器重新生成。");
}
