using DataSpace.Kernel.Results;

namespace DataSpace.Privacy;

/// <summary>The error catalogue of this room. No row carries SEAL's own text or a data value.</summary>
public static class PrivacyErrors
{
    // SEAL engine (001-019)
    /// <summary>Microsoft SEAL's WebAssembly file is missing.</summary>
    public static readonly ErrorKind SealMissing = new(
        "DS-PRV-001", 500, "Microsoft SEAL's WebAssembly file is missing", "缺少 Microsoft SEAL 的 WebAssembly 文件",
        "Run `npm ci --ignore-scripts` in the repository's root and build again, or set the option's path.",
        "在仓库根目录运行 `npm ci --ignore-scripts` 后重新构建，或在选项中设置路径。");

    /// <summary>SEAL's WebAssembly file is not the pinned one.</summary>
    public static readonly ErrorKind SealDigest = new(
        "DS-PRV-002", 500, "SEAL's WebAssembly file is not the pinned one", "SEAL 的 WebAssembly 文件与固定摘要不符",
        "Delete it and restore the locked npm package.",
        "删除该文件并重新恢复锁定的 npm 包。");

    /// <summary>The directory of compiled modules is open to others.</summary>
    public static readonly ErrorKind CacheNotPrivate = new(
        "DS-PRV-003", 500, "The directory of compiled modules is open to others", "编译模块目录对其他用户开放",
        "Remove it, or set its mode to 0700 after checking who wrote to it.",
        "删除该目录，或在确认写入者后将权限设为 0700。");

    /// <summary>SEAL refused an operation.</summary>
    public static readonly ErrorKind SealRefused = new(
        "DS-PRV-004", 500, "SEAL refused an operation", "SEAL 拒绝了一次运算",
        "Check that key and data belong to the same parameters.",
        "请确认密钥与数据属于同一组参数。");

    /// <summary>SEAL stopped in the middle of an operation and was restarted.</summary>
    public static readonly ErrorKind SealTrapped = new(
        "DS-PRV-005", 500, "SEAL stopped in the middle of an operation and was restarted", "SEAL 在运算中停止并已重新启动",
        "Start the job again; if it repeats, tell the operator of this node.",
        "请重新发起作业；若重复出现，请联系本节点管理员。");

    /// <summary>A slot vector has the wrong length or a value at or above the plain modulus.</summary>
    public static readonly ErrorKind SlotRange = new(
        "DS-PRV-006", 500, "A slot vector has the wrong length or a value at or above the plain modulus", "槽向量长度错误或数值不小于明文模数",
        "Encode the values again.",
        "请重新编码数值。");

    // Ciphertexts and public keys (020-049); the detail says which of the two
    /// <summary>Serialized object has the wrong length.</summary>
    public static readonly ErrorKind CtLength = new(
        "DS-PRV-020", 422, "Serialized object has the wrong length", "序列化对象长度错误",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Serialized object does not begin with SEAL's magic number.</summary>
    public static readonly ErrorKind CtMagic = new(
        "DS-PRV-021", 422, "Serialized object does not begin with SEAL's magic number", "序列化对象缺少 SEAL 魔数",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Serialized object has an unknown header size.</summary>
    public static readonly ErrorKind CtHeaderSize = new(
        "DS-PRV-022", 422, "Serialized object has an unknown header size", "序列化对象头部大小未知",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Serialized object comes from another SEAL version.</summary>
    public static readonly ErrorKind CtVersion = new(
        "DS-PRV-023", 422, "Serialized object comes from another SEAL version", "序列化对象来自其他 SEAL 版本",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Compressed objects are not accepted.</summary>
    public static readonly ErrorKind CtCompressed = new(
        "DS-PRV-024", 422, "Compressed objects are not accepted", "不接受压缩对象",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Reserved header bytes are not zero.</summary>
    public static readonly ErrorKind CtReserved = new(
        "DS-PRV-025", 422, "Reserved header bytes are not zero", "保留头部字节非零",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Declared length differs from the actual one.</summary>
    public static readonly ErrorKind CtDeclaredLength = new(
        "DS-PRV-026", 422, "Declared length differs from the actual one", "声明长度与实际长度不符",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Object belongs to other encryption parameters.</summary>
    public static readonly ErrorKind CtParameters = new(
        "DS-PRV-027", 422, "Object belongs to other encryption parameters", "对象属于其他加密参数",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Object is in the wrong NTT form.</summary>
    public static readonly ErrorKind CtNttForm = new(
        "DS-PRV-028", 422, "Object is in the wrong NTT form", "对象的 NTT 形式错误",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Object must have exactly two polynomials.</summary>
    public static readonly ErrorKind CtPolynomialCount = new(
        "DS-PRV-029", 422, "Object must have exactly two polynomials", "对象必须恰有两个多项式",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Polynomial degree is not the expected one.</summary>
    public static readonly ErrorKind CtDegree = new(
        "DS-PRV-030", 422, "Polynomial degree is not the expected one", "多项式次数不符",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Number of coefficient moduli is not the expected one.</summary>
    public static readonly ErrorKind CtModulusCount = new(
        "DS-PRV-031", 422, "Number of coefficient moduli is not the expected one", "系数模数个数不符",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Scale must be 1.</summary>
    public static readonly ErrorKind CtScale = new(
        "DS-PRV-032", 422, "Scale must be 1", "比例因子必须为 1",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Correction factor must be 1.</summary>
    public static readonly ErrorKind CtCorrectionFactor = new(
        "DS-PRV-033", 422, "Correction factor must be 1", "校正因子必须为 1",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Inner header is not the expected one.</summary>
    public static readonly ErrorKind CtInnerHeader = new(
        "DS-PRV-034", 422, "Inner header is not the expected one", "内部头部不符",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Number of coefficients is not the expected one.</summary>
    public static readonly ErrorKind CtCoefficientCount = new(
        "DS-PRV-035", 422, "Number of coefficients is not the expected one", "系数个数不符",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Seed-compressed objects are not accepted.</summary>
    public static readonly ErrorKind CtSeeded = new(
        "DS-PRV-036", 422, "Seed-compressed objects are not accepted", "不接受种子压缩对象",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>A coefficient is not below its modulus.</summary>
    public static readonly ErrorKind CtCoefficientRange = new(
        "DS-PRV-037", 422, "A coefficient is not below its modulus", "系数不小于其模数",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    /// <summary>Transparent ciphertext: it can be read without the key.</summary>
    public static readonly ErrorKind CtTransparent = new(
        "DS-PRV-038", 422, "Transparent ciphertext: it can be read without the key", "透明密文：无需密钥即可读取",
        "Refuse the message; ask its sender to build it with SEAL 4.1.2 and the job's parameters, uncompressed.",
        "请拒绝该消息；要求发送方使用 SEAL 4.1.2、作业参数且不压缩地重新生成。");

    // Aggregation: shape and local values (050-069)
    /// <summary>The shape of the aggregation is invalid.</summary>
    public static readonly ErrorKind ShapeInvalid = new(
        "DS-PRV-050", 400, "The shape of the aggregation is invalid", "聚合形状无效",
        "Correct the job: see the detail.",
        "请按详情修改作业。");

    /// <summary>Secure aggregation takes 2 to 1,024 providers.</summary>
    public static readonly ErrorKind ShapeParties = new(
        "DS-PRV-051", 400, "Secure aggregation takes 2 to 1,024 providers", "安全聚合需要 2 至 1024 个提供方",
        "Add a provider; with one provider use the `sql` computation.",
        "请增加提供方；仅一个提供方时请使用 `sql` 计算。");

    /// <summary>Minimum group size is below released moments plus one.</summary>
    public static readonly ErrorKind ShapeGroupSize = new(
        "DS-PRV-052", 400, "Minimum group size is below released moments plus one", "最小组规模小于已发布矩数加一",
        "Raise the minimum group size, or leave out sums of squares.",
        "请提高最小组规模，或不发布平方和。");

    /// <summary>The declared bounds could overflow the fixed-point range.</summary>
    public static readonly ErrorKind ShapeOverflow = new(
        "DS-PRV-053", 400, "The declared bounds could overflow the fixed-point range", "声明的边界可能超出定点数范围",
        "Lower rows per party, value bounds or decimals; the detail names the statistic.",
        "请降低每方行数、数值边界或小数位；详情给出具体统计量。");

    /// <summary>Too many groups and statistics for one job.</summary>
    public static readonly ErrorKind ShapeTooLarge = new(
        "DS-PRV-054", 400, "Too many groups and statistics for one job", "分组与统计量过多",
        "Split the job; the detail gives the limit in ciphertexts.",
        "请拆分作业；详情给出密文数上限。");

    /// <summary>Minimum group is below what a matrix of covariances needs under the contract.</summary>
    public static readonly ErrorKind MatrixGroupSize = new(
        "DS-PRV-290", 403, "Minimum group size is too small for a matrix of covariances", "最小组规模不足以发布协方差矩阵",
        "Take the number of columns that the contract bounds plus two, or more; make the plan anew.",
        "最小组规模应不小于合约限定数值范围的列数加二；请重新生成计划。");

    /// <summary>Local cells do not match the shape of the job.</summary>
    public static readonly ErrorKind CellsMismatch = new(
        "DS-PRV-055", 500, "Local cells do not match the shape of the job", "本地单元与作业形状不符",
        "Report this: the sandbox's output and the plan disagree.",
        "请报告：沙箱输出与计划不一致。");

    // Aggregation: keys, roster, masks (070-089)
    /// <summary>Analyst's public keys are malformed.</summary>
    public static readonly ErrorKind AnalystKeysInvalid = new(
        "DS-PRV-070", 422, "Analyst's public keys are malformed", "分析方公钥格式错误",
        "The analyst must make a new job.",
        "分析方需新建作业。");

    /// <summary>Analyst's keys belong to another job shape.</summary>
    public static readonly ErrorKind AnalystKeysOtherShape = new(
        "DS-PRV-071", 422, "Analyst's keys belong to another job shape", "分析方密钥属于其他作业形状",
        "Use the keys that the analyst signed for this job.",
        "请使用分析方为本作业签名的密钥。");

    /// <summary>Analyst's keys are not the ones the analyst signed.</summary>
    public static readonly ErrorKind AnalystKeysSwapped = new(
        "DS-PRV-077", 422, "Analyst's keys are not the ones the analyst signed", "分析方密钥不是其签名的密钥",
        "Refuse the job: someone on the way replaced the keys.",
        "请拒绝作业：途中有人替换了密钥。");

    /// <summary>Stored analyst secret is damaged or belongs to another job.</summary>
    public static readonly ErrorKind SecretInvalid = new(
        "DS-PRV-072", 500, "Stored analyst secret is damaged or belongs to another job", "保存的分析方私钥已损坏或属于其他作业",
        "The job cannot be opened any more; start a new one.",
        "该作业无法再解密；请新建作业。");

    /// <summary>Roster of ephemeral keys is invalid.</summary>
    public static readonly ErrorKind RosterInvalid = new(
        "DS-PRV-073", 422, "Roster of ephemeral keys is invalid", "临时密钥名册无效",
        "Start the job again with one fresh key per provider; see the detail.",
        "请以每方一个新密钥重新发起作业；见详情。");

    /// <summary>This provider's key is not at its place in the roster.</summary>
    public static readonly ErrorKind OwnKeyNotInRoster = new(
        "DS-PRV-074", 422, "This provider's key is not at its place in the roster", "本方密钥不在名册的对应位置",
        "Refuse the job: the roster was altered.",
        "请拒绝作业：名册已被修改。");

    /// <summary>A provider's ephemeral key is a low-order point.</summary>
    public static readonly ErrorKind WeakKey = new(
        "DS-PRV-075", 422, "A provider's ephemeral key is a low-order point", "某提供方的临时密钥为低阶点",
        "Refuse the job: that key hides nothing.",
        "请拒绝作业：该密钥不能提供保护。");

    /// <summary>This key has already masked a value for this roster and round.</summary>
    public static readonly ErrorKind MaskReuse = new(
        "DS-PRV-076", 409, "This key has already masked a value for this roster and round", "该密钥已在此名册与轮次中使用",
        "Resend the committed bytes; a second value under one mask would reveal both.",
        "请重发已提交的字节；同一掩码下的第二个值会泄露两者。");

    // Aggregation: messages and decoding (100-129)
    /// <summary>Message header is not one of this protocol.</summary>
    public static readonly ErrorKind MessageHeader = new(
        "DS-PRV-100", 422, "Message header is not one of this protocol", "消息头部不属于本协议",
        "Refuse the message; its sender must follow secure-aggregation/1.",
        "请拒绝该消息；发送方须遵循 secure-aggregation/1。");

    /// <summary>Message has the wrong length.</summary>
    public static readonly ErrorKind MessageLength = new(
        "DS-PRV-101", 422, "Message has the wrong length", "消息长度错误",
        "Refuse the message; its sender must follow secure-aggregation/1.",
        "请拒绝该消息；发送方须遵循 secure-aggregation/1。");

    /// <summary>Message belongs to another job shape.</summary>
    public static readonly ErrorKind MessageShape = new(
        "DS-PRV-102", 422, "Message belongs to another job shape", "消息属于其他作业形状",
        "Refuse the message; its sender must follow secure-aggregation/1.",
        "请拒绝该消息；发送方须遵循 secure-aggregation/1。");

    /// <summary>Message belongs to another roster or round.</summary>
    public static readonly ErrorKind MessageRoster = new(
        "DS-PRV-103", 422, "Message belongs to another roster or round", "消息属于其他名册或轮次",
        "Refuse the message; its sender must follow secure-aggregation/1.",
        "请拒绝该消息；发送方须遵循 secure-aggregation/1。");

    /// <summary>Message is of the other kind (contribution or sum).</summary>
    public static readonly ErrorKind MessageKind = new(
        "DS-PRV-104", 422, "Message is of the other kind (contribution or sum)", "消息类型错误（贡献或总和）",
        "Refuse the message; its sender must follow secure-aggregation/1.",
        "请拒绝该消息；发送方须遵循 secure-aggregation/1。");

    /// <summary>Message names a provider outside the roster.</summary>
    public static readonly ErrorKind MessageIndex = new(
        "DS-PRV-105", 422, "Message names a provider outside the roster", "消息中的提供方不在名册内",
        "Refuse the message; its sender must follow secure-aggregation/1.",
        "请拒绝该消息；发送方须遵循 secure-aggregation/1。");

    /// <summary>A contribution is missing.</summary>
    public static readonly ErrorKind ContributionMissing = new(
        "DS-PRV-106", 422, "A contribution is missing", "缺少一份贡献",
        "Any dropout fails the job: start it again.",
        "任何缺席都会使作业失败：请重新发起。");

    /// <summary>A contribution appears twice.</summary>
    public static readonly ErrorKind ContributionDuplicate = new(
        "DS-PRV-107", 422, "A contribution appears twice", "贡献重复出现",
        "The coordinator sent one provider's message twice; refuse the job.",
        "协调方重复发送了同一提供方的消息；请拒绝作业。");

    /// <summary>A contribution differs from the digest its provider signed.</summary>
    public static readonly ErrorKind ContributionAltered = new(
        "DS-PRV-108", 422, "A contribution differs from the digest its provider signed", "贡献与提供方签名的摘要不符",
        "The message was altered on its way; refuse the job.",
        "消息在途中被修改；请拒绝作业。");

    /// <summary>The coordinator's sum is not the sum of the contributions.</summary>
    public static readonly ErrorKind SumMismatch = new(
        "DS-PRV-109", 422, "The coordinator's sum is not the sum of the contributions", "协调方的总和与各贡献之和不符",
        "Refuse the job and keep both as evidence.",
        "请拒绝作业并保留两者作为证据。");

    /// <summary>The check slots do not add up: masks or contributions are inconsistent.</summary>
    public static readonly ErrorKind CheckSlotMismatch = new(
        "DS-PRV-110", 422, "The check slots do not add up: masks or contributions are inconsistent", "校验槽不一致：掩码或贡献有误",
        "Refuse the job: a party used another roster, or the noise overflowed.",
        "请拒绝作业：某方使用了其他名册，或噪声溢出。");

    /// <summary>A provider could not contribute; the sealed status does not say who.</summary>
    public static readonly ErrorKind ProviderFailed = new(
        "DS-PRV-111", 409, "A provider could not contribute; the sealed status does not say who", "某提供方未能贡献；密封状态不指明是谁",
        "Ask the providers' owners: the reason stands in their own logs.",
        "请询问各数据方：原因记录在其自身日志中。");

    /// <summary>A decoded statistic lies outside the declared bounds.</summary>
    public static readonly ErrorKind ResultOutOfBounds = new(
        "DS-PRV-112", 422, "A decoded statistic lies outside the declared bounds", "解码的统计量超出声明边界",
        "A provider contributed values outside the contract; nothing was released.",
        "某提供方贡献了合约之外的数值；未发布任何结果。");

    // Noise (130-149)
    /// <summary>Nothing bounds what one subject can do to a figure.</summary>
    public static readonly ErrorKind NoiseTermsInvalid = new(
        "DS-PRV-130", 422, "Noise has no valid bound to be scaled to", "噪声缺少有效的界限",
        "Correct the terms that the detail names: epsilon, groups per subject, value bounds, decimals.",
        "请更正详情所指的条款：epsilon、每主体组数、数值边界、小数位。");

    /// <summary>A use's epsilon cannot be divided among its figures.</summary>
    public static readonly ErrorKind NoiseEpsilonTooSmall = new(
        "DS-PRV-131", 422, "The epsilon of this use is too small to be divided among its figures", "本次使用的 epsilon 太小，无法分配到各统计量",
        "Ask for fewer measures, or spend more epsilon.",
        "请减少统计量，或使用更多 epsilon。");

    /// <summary>The job demands noise and this node made none.</summary>
    public static readonly ErrorKind NoiseMissing = new(
        "DS-PRV-132", 500, "The job demands noise and none was made", "作业要求加噪但未生成噪声",
        "Report this: exact figures were about to leave, and did not.",
        "请报告：精确数值险些发出，但已被阻止。");

    /// <summary>Noise that no budget pays for.</summary>
    public static readonly ErrorKind NoiseUncharged = new(
        "DS-PRV-133", 403, "The job asks for noise, and the contract has no privacy budget to charge it to", "作业要求加噪，但合约没有可扣减的隐私预算",
        "Leave epsilonMicro out and get exact figures, or conclude a contract with a privacy budget with every owner of the job.",
        "去掉 epsilonMicro 以获得精确结果，或与作业的每个数据方订立带隐私预算的合约。");
}
