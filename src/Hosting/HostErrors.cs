using DataSpace.Kernel.Results;

namespace DataSpace.Hosting;

/// <summary>Errors of the host itself: start-up, transport, management API.</summary>
public static class HostErrors
{
    /// <summary>The configured port is taken.</summary>
    public static readonly ErrorKind PortInUse = new("DS-HST-001", 500, "The port is in use", "端口已被占用",
        "Choose another port with --port, or --port 0 for any free one.", "请用 --port 指定其他端口，或用 --port 0 自动选择空闲端口。");

    /// <summary>The node directory cannot be written.</summary>
    public static readonly ErrorKind DirectoryNotWritable = new("DS-HST-002", 500, "The node directory cannot be written", "节点目录不可写",
        "Check owner, permissions and free space of the directory given with --dir.", "请检查 --dir 所指目录的属主、权限与剩余空间。");

    /// <summary>Configuration is invalid.</summary>
    public static readonly ErrorKind BadConfiguration = new("DS-HST-003", 500, "The configuration is invalid", "配置无效",
        "Correct the named setting; contracts/schemas/connector-config.schema.json describes every one.", "请更正所列配置项；各项说明见 contracts/schemas/connector-config.schema.json。");

    /// <summary>A key file is readable by others.</summary>
    public static readonly ErrorKind KeyFileTooOpen = new("DS-HST-004", 500, "A key file is readable by others", "密钥文件对其他用户可读",
        "Set its mode to 0600 and rotate the key if others may have read it.", "请将其权限设为 0600；如可能已泄露，请轮换密钥。");

    /// <summary>The caller of the management API has no valid token.</summary>
    public static readonly ErrorKind AdminTokenRequired = new("DS-HST-005", 401, "The management API needs the node's token", "管理接口需要节点令牌",
        "Use the command line with --node DIR, or send the token from DIR/admin.token as a bearer token.", "请使用命令行 --node DIR，或以 DIR/admin.token 中的令牌作为 Bearer 令牌。");

    /// <summary>The request body is larger than the limit.</summary>
    public static readonly ErrorKind RequestTooLarge = new("DS-HST-006", 413, "The request is too large", "请求过大",
        "Stay below the documented size limit of this endpoint.", "请遵守该接口的大小限制。");

    /// <summary>The request is malformed.</summary>
    public static readonly ErrorKind MalformedRequest = new("DS-HST-007", 400, "The request is malformed", "请求格式错误",
        "Compare the request with the description at /openapi/v1.json.", "请对照 /openapi/v1.json 中的接口说明。");

    /// <summary>The peer could not be reached.</summary>
    public static readonly ErrorKind PeerUnreachable = new("DS-HST-008", 502, "The other node cannot be reached", "无法连接对方节点",
        "Check that the node runs and that its address and certificate pin are current.", "请确认对方节点正在运行，且地址与证书指纹为最新。");

    /// <summary>The peer's certificate is not the pinned one.</summary>
    public static readonly ErrorKind PeerCertificateMismatch = new("DS-HST-009", 502, "The other node shows a certificate that is not the pinned one", "对方节点证书与固定指纹不符",
        "Do not continue. Ask the other party through another channel whether it changed its certificate.", "请勿继续，并通过其他渠道向对方核实证书是否变更。");

    /// <summary>The caller is not an approved member of the space.</summary>
    public static readonly ErrorKind NotAMember = new("DS-HST-010", 403, "The caller is not an approved member of the space", "调用方不是本空间的已批准成员",
        "Join the space and wait for the operator's approval.", "请先申请加入空间并等待运营方批准。");

    /// <summary>An unexpected failure inside the node.</summary>
    public static readonly ErrorKind Internal = new("DS-HST-011", 500, "The node failed unexpectedly", "节点内部错误",
        "Look for the trace id in the node's log.", "请凭跟踪号查看节点日志。");

    /// <summary>Nothing is at this address.</summary>
    public static readonly ErrorKind NotFound = new("DS-HST-012", 404, "There is no such thing here", "未找到所请求的对象",
        "Check the id; it may belong to another node.", "请检查标识，它可能属于其他节点。");

    /// <summary>The peer answered something that cannot be understood.</summary>
    public static readonly ErrorKind PeerAnswerInvalid = new("DS-HST-013", 502, "The other node's answer is invalid", "对方节点的应答无效",
        "Compare the versions of both nodes; keep the log entry with the trace id.", "请核对双方节点版本，并保留带跟踪号的日志。");

    /// <summary>The sealed state store belongs to another identity or version.</summary>
    public static readonly ErrorKind StateVersion = new("DS-HST-014", 500, "The state store is of another version", "状态库版本不符",
        "Start the matching version of the node, or restore the store that belongs to it.", "请使用匹配版本的节点，或恢复对应的状态库。");
}
