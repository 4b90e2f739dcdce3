using DataSpace.Kernel.Results;

namespace DataSpace.Cli;

/// <summary>Errors the command line itself makes. Errors of nodes keep the node's code and texts.</summary>
public static class CliErrors
{
    /// <summary>The command line could not be understood.</summary>
    public static readonly ErrorKind BadArguments = new("DS-CLI-001", 400,
        "The command line is not understood", "无法理解命令行",
        "Run the command with --help to see what it takes.", "加 --help 运行该命令，查看用法。");

    /// <summary>No node directory was named.</summary>
    public static readonly ErrorKind NoNode = new("DS-CLI-002", 400,
        "No node was named", "未指定节点",
        "Give --node DIR (the node's data directory) or set DATASPACE_NODE.", "请使用 --node DIR（节点数据目录）或设置环境变量 DATASPACE_NODE。");

    /// <summary>The directory is not a node's data directory.</summary>
    public static readonly ErrorKind NotANode = new("DS-CLI-003", 400,
        "This is not the data directory of a node that has been started", "该目录不是已启动过的节点的数据目录",
        "Check the path; a node writes node.json and admin.token there when it starts.", "请检查路径；节点启动时会在其中写入 node.json 和 admin.token。");

    /// <summary>Nobody answers at the node's address.</summary>
    public static readonly ErrorKind Unreachable = new("DS-CLI-004", 503,
        "The node does not answer", "节点没有响应",
        "Start it with: dataspace connector run --dir DIR --config FILE (or coordinator run), then try again.",
        "请用 dataspace connector run --dir DIR --config FILE（或 coordinator run）启动节点后重试。");

    /// <summary>The server's key is not the one in node.json.</summary>
    public static readonly ErrorKind PinMismatch = new("DS-CLI-005", 503,
        "The server at the node's address shows another TLS key than the node's own", "该地址的服务器所用 TLS 密钥与节点不一致",
        "Another program holds the port, or node.json is from an older start: restart the node. Nothing was sent.",
        "可能是其他程序占用了端口，或 node.json 来自更早的启动：请重启节点。未发送任何内容。");

    /// <summary>The token was refused.</summary>
    public static readonly ErrorKind NotAllowed = new("DS-CLI-006", 401,
        "The node refused the management token", "节点拒绝了管理令牌",
        "Run as the node's owner, with the admin.token that this node wrote.", "请以节点所有者身份运行，并使用该节点写入的 admin.token。");

    /// <summary>The answer was not what the contract says.</summary>
    public static readonly ErrorKind BadAnswer = new("DS-CLI-007", 502,
        "The node's answer is not understood", "无法理解节点的应答",
        "Use the command line and the nodes of one version.", "请使用同一版本的命令行与节点。");

    /// <summary>A job spec that cannot be accepted; every problem is listed.</summary>
    public static readonly ErrorKind BadSpec = new("DS-CLI-010", 400,
        "The job spec has problems", "作业说明存在问题",
        "Correct every line listed above; the schema is contracts/schemas/job-spec.schema.json.", "请更正上面列出的每一处；模式见 contracts/schemas/job-spec.schema.json。");

    /// <summary>The plan changed between review and submission.</summary>
    public static readonly ErrorKind PlanChanged = new("DS-CLI-011", 409,
        "The plan is no longer the one you reviewed", "计划已不同于您审阅过的版本",
        "Run job plan again and submit with the new plan hash.", "请重新运行 job plan，并以新的计划哈希提交。");

    /// <summary>The plan already names refusals.</summary>
    public static readonly ErrorKind PlanRefused = new("DS-CLI-012", 403,
        "The plan names refusals; the job was not submitted", "计划中已有拒绝项；作业未提交",
        "Change the job spec as the refusals advise, or negotiate another contract. With --anyway the owners decide.", "请按拒绝项的建议修改作业说明，或另行协商合约；使用 --anyway 则由持有方裁决。");

    /// <summary>The job ended without a result.</summary>
    public static readonly ErrorKind JobEnded = new("DS-CLI-013", 409,
        "The job ended without a result", "作业结束但没有结果",
        "Run: dataspace job why JOB", "请运行：dataspace job why JOB");

    /// <summary>A host program is missing.</summary>
    public static readonly ErrorKind HostMissing = new("DS-CLI-020", 500,
        "The node program is not built", "节点程序尚未构建",
        "Run samples/setup.sh, or: dotnet build DataSpace.sln -c Release", "请运行 samples/setup.sh，或：dotnet build DataSpace.sln -c Release");

    /// <summary>A host ended or did not get ready.</summary>
    public static readonly ErrorKind HostFailed = new("DS-CLI-021", 500,
        "A node did not start", "节点未能启动",
        "The node's own words are above; its log is in its data directory.", "上面是节点自己的输出；日志在其数据目录中。");

    /// <summary>A ledger directory that cannot be read.</summary>
    public static readonly ErrorKind NoLedger = new("DS-CLI-030", 400,
        "There is no ledger in this directory", "该目录中没有账本",
        "Give the directory that holds the checkpoint and the tile folder, for example DIR/ledger.", "请给出含有 checkpoint 和 tile 文件夹的目录，例如 DIR/ledger。");

    /// <summary>A ledger that fails verification.</summary>
    public static readonly ErrorKind LedgerBroken = new("DS-CLI-031", 409,
        "The ledger does not verify", "账本验证未通过",
        "Keep the directory as it is: it is evidence. Compare with a copy that a witness holds.", "请保持该目录原样：它是证据。请与见证方持有的副本比对。");

    /// <summary>A file named on the command line is missing or unreadable.</summary>
    public static readonly ErrorKind NoFile = new("DS-CLI-032", 400,
        "A file cannot be read", "文件无法读取",
        "Check the path and its permissions.", "请检查路径及权限。");

    /// <summary>The demo found something other than what it promised.</summary>
    public static readonly ErrorKind DemoFailed = new("DS-CLI-040", 500,
        "The demo stopped", "演示已停止",
        "The directory is kept for a look; dataspace demo --clean removes it.", "目录已保留以便查看；dataspace demo --clean 可将其删除。");

    /// <summary>The negotiation was terminated without a reason.</summary>
    public static readonly ErrorKind NegotiationEnded = new("DS-CLI-050", 403,
        "The negotiation did not end in a contract", "协商未达成合约",
        "Look at the offer's terms with: dataspace catalog", "请用 dataspace catalog 查看要约条款。");

    /// <summary>What cannot be undone was asked for without <c>--yes</c>.</summary>
    public static readonly ErrorKind NotConfirmed = new("DS-CLI-060", 400,
        "This cannot be undone and was not confirmed", "该操作不可撤销且未经确认",
        "Read what would happen, then run the command again with --yes.", "请阅读将发生的情况，然后加 --yes 重新运行。");

    /// <summary>Something the program did not expect.</summary>
    public static readonly ErrorKind Unexpected = new("DS-CLI-099", 500,
        "Something unexpected happened", "发生了意外情况",
        "Run again with DATASPACE_DEBUG=1 to see where, and report it.", "请设置 DATASPACE_DEBUG=1 重新运行以查看位置，并报告该问题。");

    /// <summary>The signal arrived.</summary>
    public static readonly ErrorKind Interrupted = new("DS-CLI-130", 499,
        "Interrupted", "已中断",
        "Run the command again; what a node had begun goes on there.", "可重新执行该命令；节点上已开始的工作会继续。");
}
