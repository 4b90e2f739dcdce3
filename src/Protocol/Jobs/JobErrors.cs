using DataSpace.Kernel.Results;

namespace DataSpace.Protocol.Jobs;

/// <summary>Errors of job orders and their messages, the same at analyst, coordinator and provider.</summary>
public static class JobErrors
{
    /// <summary>The order does not say what it hashes to, or breaks a limit.</summary>
    public static readonly ErrorKind BadOrder = new("DS-JOB-001", 422, "The job order is inconsistent or breaks a limit", "任务指令不一致或超出限制",
        "Plan the job again with the current version of the tools.", "请使用当前版本的工具重新制定计划。");

    /// <summary>The plan hash is not that of the plan.</summary>
    public static readonly ErrorKind PlanHashMismatch = new("DS-JOB-002", 422, "The plan hash is not that of the plan", "计划哈希与计划不符",
        "The order was altered on its way, or signed over another plan. Submit again.", "指令可能被篡改或签署了其他计划，请重新提交。");

    /// <summary>The public keys beside the order are not those it commits to.</summary>
    public static readonly ErrorKind AnalystKeysSwapped = new("DS-JOB-003", 422, "The analyst's public keys are not those that the order commits to", "分析方公钥与指令承诺不符",
        "Someone between analyst and provider swapped the keys. Do not use this coordinator until that is explained.", "分析方与提供方之间有人替换了公钥；查明之前请勿使用该协调方。");

    /// <summary>The receiver has no part in this job.</summary>
    public static readonly ErrorKind NotInRoster = new("DS-JOB-004", 403, "This node has no part in the job", "本节点不在任务名册中",
        "Plan the job with a contract of this provider.", "请以该提供方的合约重新制定计划。");

    /// <summary>A round-0 statement is missing, doubled, or does not belong to the roster.</summary>
    public static readonly ErrorKind RosterBroken = new("DS-JOB-005", 422, "The round-0 statements do not match the roster", "第零轮声明与名册不符",
        "The coordinator left out, invented or repeated a party. The job is refused.", "协调方遗漏、虚构或重复了参与方，任务被拒绝。");

    /// <summary>Two different rosters were shown for one job.</summary>
    public static readonly ErrorKind TwoRosters = new("DS-JOB-006", 409, "A second, different roster was shown for the same job", "同一任务出现了第二份不同的名册",
        "Only one set of masks exists per job; the first roster stands. Ask the coordinator to explain.", "每个任务只有一组掩码，以首份名册为准；请协调方说明。");

    /// <summary>The job is unknown here.</summary>
    public static readonly ErrorKind Unknown = new("DS-JOB-007", 404, "The job is unknown here", "此处没有该任务",
        "Send round 0 first.", "请先发送第零轮消息。");

    /// <summary>A node crashed between grant and report.</summary>
    public static readonly ErrorKind Abandoned = new("DS-JOB-008", 409, "The attempt was abandoned after the grant; the use stays spent", "授权后执行中断，本次使用不予退还",
        "Submit a new job. A value is never masked twice under one job, so this one cannot be repeated.", "请提交新任务；同一任务的掩码不会重复使用，因此无法重试。");

    /// <summary>The coordinator's sum is not the sum of the contributions.</summary>
    public static readonly ErrorKind SumMismatch = new("DS-JOB-009", 502, "The coordinator's sum is not the sum of the contributions", "协调方汇总与各方贡献之和不符",
        "The result is refused. The coordinator altered or dropped a contribution.", "结果被拒绝：协调方篡改或丢弃了贡献。");

    /// <summary>A contribution's signature, digest or proof does not verify.</summary>
    public static readonly ErrorKind ContributionInvalid = new("DS-JOB-010", 502, "A contribution does not verify", "贡献未通过验证",
        "The result is refused. Signature, digest, roster or grant proof of a contribution is wrong.", "结果被拒绝：某一贡献的签名、摘要、名册或授权证明有误。");

    /// <summary>The spec does not fit the schema or the contracts.</summary>
    public static readonly ErrorKind BadSpec = new("DS-JOB-011", 422, "The job spec is invalid", "任务说明无效",
        "Correct the named field; contracts/schemas/job-spec.schema.json describes every one.", "请更正所列字段；各字段说明见 contracts/schemas/job-spec.schema.json。");

    /// <summary>The plan changed since the dry run.</summary>
    public static readonly ErrorKind PlanChanged = new("DS-JOB-012", 409, "The plan is no longer the one of the dry run", "计划已与预演时不同",
        "Run the dry run again and look at what changed.", "请重新预演并核对变化。");

    /// <summary>No agreement covers an input.</summary>
    public static readonly ErrorKind NoAgreement = new("DS-JOB-013", 422, "No agreement covers an input of the job", "任务输入没有对应的合约",
        "Negotiate a contract for this dataset first.", "请先就该数据集协商合约。");

    /// <summary>Contracts of the owners do not fit together.</summary>
    public static readonly ErrorKind ContractsDiffer = new("DS-JOB-014", 422, "The owners' contracts do not fit together", "各方合约无法匹配",
        "Column bounds and decimals must be equal in all contracts of a joint statistic.", "联合统计要求各合约对列的取值范围和小数位数一致。");

    /// <summary>The consumer's key is not the one pinned in the agreement.</summary>
    public static readonly ErrorKind AnalystKeyNotPinned = new("DS-JOB-015", 403, "The order is not signed by the key pinned in the agreement", "指令签名密钥与合约固定的密钥不符",
        "Negotiate a new agreement if the key was rotated; otherwise somebody pretends to be the consumer.", "若密钥已轮换请重新签约；否则有人冒充使用方。");

    /// <summary>The job was not found or has no result yet.</summary>
    public static readonly ErrorKind NoResultYet = new("DS-JOB-016", 404, "There is no result", "暂无结果",
        "Look at the job's status and reasons.", "请查看任务状态与原因。");

    /// <summary>The time for the job is over.</summary>
    public static readonly ErrorKind DeadlinePassed = new("DS-JOB-017", 504, "The job did not finish before its deadline", "任务未在期限内完成",
        "Look at the reasons: a party may be unreachable.", "请查看原因：可能有参与方不可达。");

    /// <summary>All groups of the result were suppressed.</summary>
    public static readonly ErrorKind GroupSuppressed = new("DS-JOB-018", 403, "A group has fewer subjects than the contracts' minimum at some owner", "某一方的分组主体数低于合约下限",
        "Use coarser groups or a wider filter. Nobody learns at which owner.", "请使用更粗的分组或放宽条件；任何人都不会得知是哪一方。");

    /// <summary>This roster was not the one fixed by the contract.</summary>
    public static readonly ErrorKind AnotherRoster = new("DS-JOB-019", 403, "Exact results of this dataset are bound to another set of parties", "该数据集的精确结果已绑定到另一组参与方",
        "Run the job with the same parties as before: results over two different sets would reveal the difference.", "请以相同的参与方运行：不同参与方集合的结果之差会泄露信息。");

    /// <summary>An intersection is not told, for a reason that depends on data.</summary>
    public static readonly ErrorKind IntersectionWithheld = new("DS-JOB-020", 403, "The intersection is withheld", "交集结果不予告知",
        "Too few subjects, too many, or data that could not be read: which of them stands in the owners' logs alone. The use is spent.", "主体过少、过多或数据无法读取；具体原因仅记录在数据方日志中。本次使用已计。");

    /// <summary>The other party of a protocol did not go on.</summary>
    public static readonly ErrorKind PeerSilent = new("DS-JOB-021", 504, "The other party's node did not go on with the protocol", "对方节点未继续执行协议",
        "The use is spent. Look at the other party's reasons, and submit a new job.", "本次使用已计；请查看对方的原因后提交新任务。");

    /// <summary>Every owner but one, or all, still wait for it.</summary>
    public static readonly ErrorKind AnalystLeft = new("DS-JOB-022", 504, "The analyst's node did not go on with the protocol", "分析方节点未继续执行协议",
        "It was restarted, or it refused what an owner's node said; its own log says which. Uses already granted stay spent; submit the job again.",
        "该节点可能已重启，或拒绝了某数据方节点的消息，详见其日志。已授权的使用不予退还；请重新提交任务。");

    /// <summary>A bin of the grid is suppressed, so nobody knows of how many rows a quantile would be.</summary>
    public static readonly ErrorKind QuantileUnknown = new("DS-JOB-050", 403, "A bin of the group is suppressed, so its quantiles are unknown", "该组有分箱被抑制，其分位数无从得知",
        "Ask for a coarser grid or larger groups, so that each bin holds nobody or enough subjects of every owner. Bins that were asked for before may stand in the way.",
        "请使用更粗的网格或更大的分组，使每一方在每个分箱内没有主体或主体数足够。此前查询过的分箱可能造成限制。");

    /// <summary>A limit on memory.</summary>
    public static readonly ErrorKind TooManyConversations = new("DS-JOB-023", 429, "Too many jobs talk with owners at once", "同时与数据方交互的任务过多",
        "Wait until some of them have ended.",
        "请等待部分任务结束。");

    /// <summary>A model is not told, for a reason that depends on data.</summary>
    public static readonly ErrorKind RegressionWithheld = new("DS-JOB-040", 403, "The model is withheld", "模型不予告知",
        "Too few subjects for so many columns, too few in a category, too many rows, one subject that outweighs the others, or data that could not be read: which of them, and at whose node, stands in the owners' logs alone. The uses are spent.",
        "主体数相对列数过少、某一类别主体过少、行数过多、个别主体权重过大或数据无法读取；具体原因及所在方仅记录在数据方日志中。本次使用已计。");

    /// <summary>The contract demands noise, which regressions do not carry.</summary>
    public static readonly ErrorKind RegressionWithoutNoise = new("DS-JOB-041", 403, "The contract demands noise, which regressions do not carry", "合约要求加噪，而回归不支持加噪",
        "Negotiate a contract without a privacy budget for this kind of computation.", "请为此类计算协商不含隐私预算的合约。");

    /// <summary>A vertical model did not pass its certificate.</summary>
    public static readonly ErrorKind CertificateRefused = new("DS-JOB-045", 409, "The model did not pass its certificate and is not told", "模型未通过其收敛证明，不予告知",
        "Scores left the range of the sigmoid, or iterations were too few. Another range or more iterations are a new job and a new use; this refusal has told both owners by how much it missed.",
        "得分超出 S 型函数范围，或迭代次数不足。更换范围或增加迭代须新建任务并计为新的使用；本次拒绝已使双方得知偏差大小。");

    /// <summary>A linear model over two owners' columns did not pass its certificate.</summary>
    public static readonly ErrorKind ResidualRefused = new("DS-JOB-051", 409, "The linear model did not pass its certificate and is not told", "线性模型未通过其残差证明，不予告知",
        "The residual of the normal equations was not small: a rounding on shares went wrong, about as rarely as the plan says, or an owner's node did not follow the protocol. Ask again as a new job, which is a new use.",
        "正规方程残差过大：份额取整出错（概率如计划所示），或某方节点未遵循协议。请以新任务重试，并计为新的使用。");

    /// <summary>The look-up is not answered, for a reason that depends on data.</summary>
    public static readonly ErrorKind LookupWithheld = new("DS-JOB-030", 403, "The look-up is withheld", "查询不予回答",
        "Too many records, a record larger than declared, or data that could not be read: which of them stands in the owner's log alone. The use is spent.", "记录过多、记录超出声明大小或数据无法读取；具体原因仅记录在数据方日志中。本次使用已计。");

    /// <summary>Fewer owners than the plan's minimum are left.</summary>
    public static readonly ErrorKind TooFewOwnersLeft = new("DS-JOB-060", 504, "Fewer owners contributed than the plan's minimum", "作出贡献的数据方少于计划下限",
        "There is no result; uses already granted stay spent. Look at who was silent, and submit the job again when they are back.", "不出结果，已授权的使用不予退还。请查看未响应的一方，待其恢复后重新提交。");

    /// <summary>Statements of survivors do not verify.</summary>
    public static readonly ErrorKind SurvivorsInvalid = new("DS-JOB-061", 422, "What is said about who contributed does not verify", "关于哪些数据方作出贡献的声明未通过验证",
        "Nothing is told. A signature, the job or the set is another one; ask the coordinator to explain.", "不公开任何份额：签名、作业或集合不符；请协调方说明。");

    /// <summary>The result is over fewer owners than the roster.</summary>
    public static readonly ErrorKind OwnersLeftOut = new("DS-JOB-062", 409, "The result is over fewer owners than were asked", "结果所含数据方少于所请求的",
        "Owners that contributed nothing in time are left out. From now on exact results of these datasets are bound to the owners that are in it.", "未及时作出贡献的数据方未计入。此后这些数据集的精确结果仅限于结果所含各方。");
}
