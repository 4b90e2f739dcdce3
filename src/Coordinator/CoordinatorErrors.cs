using DataSpace.Kernel.Results;

namespace DataSpace.Coordinator;

/// <summary>Errors of the coordinator.</summary>
public static class CoordinatorErrors
{
    /// <summary>No such job of this caller.</summary>
    public static readonly ErrorKind JobUnknown = new("DS-COO-001", 404, "There is no such job of yours", "没有该任务",
        "Check the job id; only the analyst who submitted a job can ask for it.", "请检查任务标识；仅提交任务的分析方可以查询。");

    /// <summary>A job with this id but other content exists.</summary>
    public static readonly ErrorKind JobConflict = new("DS-COO-002", 409, "A job with this id and other content exists", "同一任务标识下已有不同内容的任务",
        "Submit under a fresh job id.", "请使用新的任务标识提交。");

    /// <summary>A provider in the roster is not an approved member.</summary>
    public static readonly ErrorKind ProviderNotMember = new("DS-COO-003", 422, "A provider of the job is not an approved member", "任务中的提供方不是已批准成员",
        "Plan the job again with current members.", "请以当前成员重新制定任务计划。");

    /// <summary>A contribution lacks a valid proof of its Grant.</summary>
    public static readonly ErrorKind NoGrantProof = new("DS-COO-004", 502, "A contribution came without a valid proof of its grant", "贡献未附有效的授权凭据证明",
        "Nothing is forwarded without it. Ask the provider for its ledger.", "未附证明的贡献不予转发，请向提供方核对其账本。");

    /// <summary>A contribution is malformed or signed wrongly.</summary>
    public static readonly ErrorKind BadContribution = new("DS-COO-005", 502, "A contribution is malformed or wrongly signed", "贡献格式或签名无效",
        "The job fails; submit a new one. The provider's node and version are the place to look.", "任务失败，请重新提交，并检查提供方节点及其版本。");

    /// <summary>A provider reported neither a grant nor a refusal by the deadline.</summary>
    public static readonly ErrorKind Unreported = new("DS-COO-006", 504, "A provider reported neither a grant nor a refusal by the deadline", "提供方在期限内既未授权也未拒绝",
        "Ask the provider; the dispatch is in the coordinator's ledger.", "请联系提供方；派发记录已写入协调方账本。");

    /// <summary>The job is finished and cannot be cancelled.</summary>
    public static readonly ErrorKind AlreadyFinished = new("DS-COO-007", 409, "The job is already finished", "任务已结束",
        "Nothing to do.", "无需处理。");

    /// <summary>The order names another coordinator.</summary>
    public static readonly ErrorKind NotTheServiceParty = new("DS-COO-008", 403, "The job names another coordinator", "任务指定了其他协调方",
        "Send it to the coordinator named in the order.", "请发送至任务中指定的协调方。");

    /// <summary>The member list is full.</summary>
    public static readonly ErrorKind TooManyMembers = new("DS-COO-009", 429, "The space has as many members as it can take", "空间成员数已达上限",
        "Ask the operator to remove members that have left.", "请联系运营方移除已退出的成员。");

    /// <summary>Too many unfinished jobs.</summary>
    public static readonly ErrorKind TooManyJobs = new("DS-COO-010", 429, "Too many unfinished jobs", "未完成任务过多",
        "Wait for running jobs to finish.", "请等待正在运行的任务结束。");

    /// <summary>No such member.</summary>
    public static readonly ErrorKind MemberUnknown = new("DS-COO-011", 404, "There is no such member", "没有该成员",
        "List the members to see who asked to join.", "请查看成员列表。");

    /// <summary>Evidence that is no entry of the caller's own log.</summary>
    public static readonly ErrorKind BadEvidence = new("DS-COO-012", 400,
        "This is no such entry of the caller's own log.", "这不是调用方自身日志中的该类条目。",
        "Send the proof of the entry under the log that is pinned for you here.", "请发送该条目在此处为您固定的日志下的证明。");
}
