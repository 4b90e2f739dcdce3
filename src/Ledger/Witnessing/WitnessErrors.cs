using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Witnessing;

/// <summary>Refusals of witnesses, of the quorum and of gossip. Statuses of the first six are those of C2SP tlog-witness.</summary>
public static class WitnessErrors
{
    /// <summary>The witness knows no such log.</summary>
    public static readonly ErrorKind OriginUnknown = new("DS-WIT-001", 404,
        "This witness knows no log of this name.", "该见证方不认识此名称的日志。",
        "The log's owner must be a member that this node knows, and its log must be the one pinned here.", "日志所有者须为本节点已知的成员，且日志须为此处固定的日志。");

    /// <summary>The request to a witness is not of the form that the specification gives.</summary>
    public static readonly ErrorKind SubmissionMalformed = new("DS-WIT-002", 400,
        "The request to the witness is malformed.", "发给见证方的请求格式错误。",
        "Send: old size, at most 63 proof hashes, an empty line, the checkpoint (C2SP tlog-witness).", "请依次发送：旧大小、至多 63 个证明哈希、空行、检查点（C2SP tlog-witness）。");

    /// <summary>No valid signature of the log.</summary>
    public static readonly ErrorKind CheckpointUnsigned = new("DS-WIT-003", 403,
        "The checkpoint is not signed by its log.", "检查点没有其日志的有效签名。",
        "Submit the checkpoint as the log signed it.", "请提交日志签名的原始检查点。");

    /// <summary>The old size lies beyond the checkpoint.</summary>
    public static readonly ErrorKind OldSizeAhead = new("DS-WIT-004", 400,
        "The old size is larger than the checkpoint.", "旧大小超过检查点大小。",
        "A log grows; a witness never goes back.", "日志只增不减；见证方不会后退。");

    /// <summary>The old size is not what the witness holds.</summary>
    public static readonly ErrorKind OldSizeWrong = new("DS-WIT-005", 409,
        "The old size is not the size this witness holds.", "旧大小与见证方所持大小不符。",
        "Prove consistency from the size in the answer.", "请从答复中的大小开始证明一致性。");

    /// <summary>The proof does not show that the log was extended.</summary>
    public static readonly ErrorKind ProofRejected = new("DS-WIT-006", 422,
        "The proof does not show that the log was only extended.", "证明未能表明日志仅被追加。",
        "Compute the proof from the log's own tiles; two histories are never witnessed.", "请用日志自身的分片计算证明；两份历史不会被见证。");

    /// <summary>A log has shown two histories.</summary>
    public static readonly ErrorKind Equivocation = new("DS-WIT-007", 403,
        "The participant's log has shown two different histories.", "该参与方的日志出现了两份不同的历史。",
        "Its grants are not trusted. Keep the proof (dataspace ledger gossip) and settle the matter with the participant; it goes on only under a new origin.", "其授予不再受信任。请保留证据（dataspace ledger gossip）并与该参与方处理；其只能以新的来源名继续。");

    /// <summary>A tlog-policy file that cannot be read.</summary>
    public static readonly ErrorKind PolicyMalformed = new("DS-WIT-008", 400,
        "The witness policy is malformed.", "见证策略格式错误。",
        "Lines are: log VKEY; witness NAME VKEY [URL]; group NAME (all, any or a number) MEMBERS; quorum NAME or none. Names are defined before they are used.", "每行为：log VKEY；witness NAME VKEY [URL]；group NAME（all、any 或数字）成员；quorum NAME 或 none。名称须先定义后使用。");

    /// <summary>Too few witnesses cosigned.</summary>
    public static readonly ErrorKind QuorumMissing = new("DS-WIT-009", 503,
        "Not enough witnesses have cosigned the log.", "为日志联署的见证方不足。",
        "Look at dataspace ledger status: which witness does not answer, and since when. Nothing is lost; ask again.", "请查看 dataspace ledger status：哪个见证方未应答及自何时起。没有任何损失，可重试。");

    /// <summary>Two histories are claimed but not proven.</summary>
    public static readonly ErrorKind EvidenceInvalid = new("DS-WIT-010", 400,
        "The evidence does not prove two histories of one log.", "证据不能证明同一日志存在两份历史。",
        "Both checkpoints must be signed by the log and contradict each other.", "两个检查点都须由该日志签名且相互矛盾。");

    /// <summary>A new origin is only for a log that refuses.</summary>
    public static readonly ErrorKind NothingToRecover = new("DS-WIT-011", 409,
        "The log is not one that was rolled back.", "该日志并未回退。",
        "A new origin exhausts every budget; it is for a node restored from an old backup only.", "启用新来源名会使所有额度用尽；仅用于从旧备份恢复的节点。");

    /// <summary>A statement about a new origin that does not hold.</summary>
    public static readonly ErrorKind StatementInvalid = new("DS-WIT-012", 403,
        "The statement about the continued log is not valid.", "关于日志延续的声明无效。",
        "It must be signed by the participant's key and continue the log that is pinned here.", "声明须由参与方密钥签名，且延续此处固定的日志。");

    /// <summary>The store of witnessed logs is full.</summary>
    public static readonly ErrorKind TooManyLogs = new("DS-WIT-013", 503,
        "This witness holds as many logs as it can.", "该见证方持有的日志已达上限。",
        "Ask another witness.", "请改用其他见证方。");

    /// <summary>A use older than the log that would record it.</summary>
    public static readonly ErrorKind OlderThanLog = new("DS-WIT-014", 403,
        "The order is older than the log this node continues under.", "该任务早于本节点当前延续的日志。",
        "The node was restored from a backup; what was signed before cannot be told from what it already did. Submit the job anew.", "该节点曾从备份恢复；此前签署的任务无法与已执行的区分。请重新提交任务。");

    /// <summary>A mirror holds nothing of the kind.</summary>
    public static readonly ErrorKind NotMirrored = new("DS-WIT-015", 404,
        "This mirror does not hold that log or file.", "该镜像未持有此日志或文件。",
        "See the list of mirrored logs; a file appears once its checkpoint was verified.", "请查看镜像日志列表；文件在其检查点验证后才会出现。");
}
