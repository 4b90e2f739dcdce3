using DataSpace.Kernel.Results;

namespace DataSpace.Connector;

/// <summary>Errors of the connector.</summary>
public static class ConnectorErrors
{
    /// <summary>No such dataset.</summary>
    public static readonly ErrorKind DatasetUnknown = new("DS-CON-001", 404, "There is no such dataset", "没有该数据集",
        "Look it up in the catalogue.", "请查看目录。");

    /// <summary>The offer is not published for this dataset.</summary>
    public static readonly ErrorKind OfferUnknown = new("DS-CON-002", 409, "The offer is not published for this dataset", "该数据集未发布此要约",
        "Take an offer from the current catalogue, unchanged.", "请使用当前目录中的要约且不作改动。");

    /// <summary>The agreement is unknown to this node.</summary>
    public static readonly ErrorKind AgreementUnknown = new("DS-CON-003", 403, "The agreement is unknown to this node", "本节点没有该合约",
        "Negotiate a contract first; a finalised agreement has an id.", "请先协商合约；合约完成后会有标识。");

    /// <summary>The agreement hash in the job differs.</summary>
    public static readonly ErrorKind AgreementDiffers = new("DS-CON-004", 409, "The job names another version of the agreement", "任务指定的合约版本不同",
        "Plan the job again; both sides must hold the same agreement with the same keys.", "请重新制定计划；双方须持有相同且密钥一致的合约。");

    /// <summary>The node is not yet an approved member.</summary>
    public static readonly ErrorKind NotJoined = new("DS-CON-005", 409, "This node is not yet an approved member of the space", "本节点尚未成为空间的批准成员",
        "Ask the operator to approve it: dataspace members approve.", "请运营方批准：dataspace members approve。");

    /// <summary>No coordinator is configured.</summary>
    public static readonly ErrorKind NoCoordinator = new("DS-CON-006", 409, "No coordinator is configured", "未配置协调方",
        "Start the connector with --coordinator FILE, the coordinator's node.json.", "请以 --coordinator FILE（协调方的 node.json）启动连接器。");

    /// <summary>The participant is unknown.</summary>
    public static readonly ErrorKind ParticipantUnknown = new("DS-CON-007", 404, "There is no such participant in the space", "空间中没有该参与方",
        "List the catalogue to see who takes part.", "请查看目录了解参与方。");

    /// <summary>The participant's catalogue could not be read; the detail names the participant and the code that its node, or the coordinator for it, answered with.</summary>
    public static readonly ErrorKind CatalogUnread = new("DS-CON-024", 502, "The participant's catalogue cannot be read at present", "暂时无法读取该参与方的目录",
        "Its node is away or just starting: try again in a moment, or ask its operator.", "对方节点离线或正在启动：请稍后重试，或联系其运维人员。");

    /// <summary>The consumer used a key other than the pinned one.</summary>
    public static readonly ErrorKind KeyNotPinned = new("DS-CON-008", 403, "The key is not the one pinned in the agreement", "密钥与合约固定的密钥不符",
        "Negotiate a new agreement if the key was rotated.", "若密钥已轮换请重新签约。");

    /// <summary>A policy of an offer cannot be enforced.</summary>
    public static readonly ErrorKind PolicyNotEnforceable = new("DS-CON-009", 500, "An offer's policy cannot be enforced", "要约的策略无法执行",
        "Correct the policy file; a term that cannot be enforced is never offered.", "请更正策略文件；无法执行的条款不得发布。");

    /// <summary>The negotiation is unknown.</summary>
    public static readonly ErrorKind NegotiationUnknown = new("DS-CON-010", 404, "There is no such negotiation", "没有该协商",
        "Check the id.", "请检查标识。");

    /// <summary>The dataset's file changed while the job ran.</summary>
    public static readonly ErrorKind DatasetChanged = new("DS-CON-011", 409, "The dataset changed between round 0 and the use", "数据集在第零轮与使用之间发生变化",
        "Submit the job again; the version of the data is part of what all parties signed.", "请重新提交；数据版本是各方签署内容的一部分。");

    /// <summary>The plan is wider than the contract.</summary>
    public static readonly ErrorKind PlanExceedsContract = new("DS-CON-012", 403, "The plan asks for more than the contract allows", "计划超出合约允许范围",
        "Plan the job with the contract's bounds, minimum group and dominance rule.", "请按合约的取值范围、最小分组与主导规则制定计划。");

    /// <summary>The job is not known here.</summary>
    public static readonly ErrorKind JobUnknown = new("DS-CON-013", 404, "There is no such job", "没有该任务",
        "List the jobs of this node.", "请查看本节点的任务列表。");

    /// <summary>Too many open jobs.</summary>
    public static readonly ErrorKind Busy = new("DS-CON-014", 429, "The node has too many unfinished jobs", "节点未完成任务过多",
        "Try again when running jobs have ended.", "请待运行中的任务结束后重试。");

    /// <summary>The owner has not confirmed the peer's key.</summary>
    public static readonly ErrorKind PeerNotPinned = new("DS-CON-016", 403, "The participant's key is not confirmed by this node's owner", "本节点所有者尚未确认对方密钥",
        "Ask the participant for its key id through another channel and add it under pins in the configuration, or as accepted co-provider of an offer.",
        "请通过其他渠道向对方核实密钥标识，并写入配置的 pins，或列为要约中认可的共同提供方。");

    /// <summary>The contract has a privacy budget, and statements carry no noise.</summary>
    public static readonly ErrorKind StatementWithoutNoise = new("DS-CON-017", 403, "The contract demands noise, which SQL statements do not carry", "合约要求加噪，而 SQL 语句不支持加噪",
        "Ask for a joint statistic (kind aggregate) with epsilonMicro.", "请改用联合统计（kind aggregate）并声明 epsilonMicro。");

    /// <summary>The receipt does not belong to a use of this node.</summary>
    public static readonly ErrorKind ReceiptUnknown = new("DS-CON-015", 409, "The receipt does not fit a use of this node", "回执与本节点的使用记录不符",
        "Send the receipt to the provider whose grant it names.", "请将回执发送给其所指授权的提供方。");

    /// <summary>The dataset is not declared for intersections, or not by this key.</summary>
    public static readonly ErrorKind KeyNotDeclared = new("DS-CON-018", 403, "The dataset may not be intersected by this key", "该数据集不可按此键求交",
        "Use the key columns and steps that the owner declares; the catalogue shows them.", "请使用数据方声明的键列与规范化步骤，目录中可查。");

    /// <summary>No more intersections of this dataset for this consumer, or with this other owner.</summary>
    public static readonly ErrorKind IntersectionsExhausted = new("DS-CON-019", 403, "The intersections of this dataset are used up", "该数据集的求交次数已用尽",
        "Ask the owner: each intersection tells something about who is in the data, and their number is capped.", "请联系数据方：每次求交都会透露一些成员信息，次数有上限。");

    /// <summary>The contract demands noise, which intersections do not carry.</summary>
    public static readonly ErrorKind IntersectionWithoutNoise = new("DS-CON-020", 403, "The contract demands noise, which intersections do not carry", "合约要求加噪，而求交不支持加噪",
        "Ask for a joint statistic (kind aggregate) with epsilonMicro.", "请改用联合统计（kind aggregate）并声明 epsilonMicro。");

    /// <summary>Somebody ended the negotiation.</summary>
    public static readonly ErrorKind NegotiationTerminated = new("DS-CON-021", 409, "The negotiation was ended", "协商已被终止",
        "Read the reason; negotiate again when it no longer holds.", "请查看原因；原因消除后可重新协商。");

    /// <summary>The negotiation is final.</summary>
    public static readonly ErrorKind NegotiationOver = new("DS-CON-022", 409, "The negotiation is over and cannot be ended any more", "协商已结束，无法再终止",
        "A finalised contract runs until its own end; the owner can stop its uses.", "已完成的合约按其期限结束；数据方可停止其使用。");

    /// <summary>The provider offers other rules.</summary>
    public static readonly ErrorKind OfferChanged = new("DS-CON-023", 409, "The provider offers other rules than those asked for", "提供方给出的规则与所请求的不同",
        "Look at the offer in the catalogue and ask for that one if it suits.", "请在目录中查看该要约，合适则按其内容请求。");

    /// <summary>No more questions about this dataset for this consumer.</summary>
    public static readonly ErrorKind LookupsExhausted = new("DS-CON-030", 403, "The questions about this dataset are used up", "该数据集的查询次数已用尽",
        "Ask the owner: every question may open one record, and their number is capped for a consumer with its group.", "请联系数据方：每次提问可能打开一条记录，同一使用方（含其关联方）的次数有上限。");

    /// <summary>The dataset is not declared for look-ups, or not by this key and record.</summary>
    public static readonly ErrorKind LookupNotDeclared = new("DS-CON-031", 403, "The dataset may not be looked up in this way", "该数据集不可按此方式查询",
        "Use the key columns, steps and record size that the owner declares; the catalogue shows them.", "请使用数据方声明的键列、规范化步骤与记录大小，目录中可查。");

    /// <summary>The contract demands noise, which records do not carry.</summary>
    public static readonly ErrorKind LookupWithoutNoise = new("DS-CON-032", 403, "The contract demands noise, which records do not carry", "合约要求加噪，而按关键词查询的记录不支持加噪",
        "Ask for a joint statistic (kind aggregate) with epsilonMicro.", "请改用联合统计（kind aggregate）并声明 epsilonMicro。");

    /// <summary>The plan lets more owners be gone than the contract can do without.</summary>
    public static readonly ErrorKind TooFewWithoutDropouts = new("DS-CON-045", 403, "The plan lets more owners be gone than the contract can do without", "计划允许缺席的数据方多于合约所能接受",
        "Raise minimumParties: the contract must permit a result over the fewest owners that the plan accepts.", "请提高 minimumParties：合约须允许计划所接受的最少数据方的结果。");

    /// <summary>The dataset is not declared for scores, or not for so many different answers.</summary>
    public static readonly ErrorKind ScoresNotDeclared = new("DS-CON-260", 403, "The rows of this dataset may not be scored in this way", "该数据集的行不可按此方式评分",
        "Ask for fewer different answers (fewer digits or thresholds), as many as the owner declares; the catalogue shows it.", "请减少答复的不同取值（更少的小数位或阈值），不超过数据方声明的数目，目录中可查。");

    /// <summary>No more scores of this dataset for this consumer.</summary>
    public static readonly ErrorKind ScoresExhausted = new("DS-CON-261", 403, "The scores of rows of this dataset are used up", "该数据集的评分行数已用尽",
        "Ask the owner: every score tells about one row, and their number is capped for a consumer with its group.", "请联系数据方：每个评分都透露一行的信息，同一使用方（含其关联方）的行数有上限。");

    /// <summary>Rows of this dataset are scored by this model under another rounding already.</summary>
    public static readonly ErrorKind OtherRounding = new("DS-CON-262", 403, "This model tells scores of this dataset under another rounding already", "该模型对该数据集的评分已绑定另一种取整方式",
        "Ask again with the grid, digits or thresholds of the first time: two roundings of one score tell more than either.", "请沿用首次的网格、小数位或阈值：同一得分的两种取整所透露的多于其中任一种。");

    /// <summary>This node has no such model.</summary>
    public static readonly ErrorKind ModelUnknown = new("DS-CON-263", 404, "This node has no part of such a model for this analyst", "本节点没有该分析方的此模型的部分",
        "Name a finished vertical model of your own by its job id, with its columns and its two owners. A result that was deleted scores nothing any more.", "请以作业编号指定自己已完成的纵向模型，其列与两方须一致。已删除的结果不能再用于评分。");

    /// <summary>The contract demands noise, which scores do not carry.</summary>
    public static readonly ErrorKind ScoreWithoutNoise = new("DS-CON-264", 403, "The contract demands noise, which scores do not carry", "合约要求加噪，而评分不支持加噪",
        "Negotiate a contract without a privacy budget for this kind of computation.", "请为此类计算协商不含隐私预算的合约。");

    /// <summary>Scores are withheld for a reason that depends on data.</summary>
    public static readonly ErrorKind ScoresWithheld = new("DS-CON-265", 403, "The scores are withheld", "评分不予告知",
        "Too few rows are common, too many rows, or data that could not be read: which of them stands in the owners' logs alone. The uses and the quota are spent.", "共有行过少、行数过多或数据无法读取；具体原因仅记录在数据方日志中。本次使用与配额已计。");
}
