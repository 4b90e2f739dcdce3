using DataSpace.Kernel.Results;

namespace DataSpace.Sandbox;

/// <summary>
/// Error rows of this room. 0xx: the sandbox cannot run; 1xx: the dataset; 2xx: the statement, known before any data is touched;
/// 3xx: the run and what may be released.
/// </summary>
public static class SandboxErrors
{
    /// <summary>No bubblewrap on the host.</summary>
    public static readonly ErrorKind BubblewrapMissing = new(
        "DS-SBX-001", 503, "The sandbox program bubblewrap is not installed", "未安装沙箱程序 bubblewrap",
        "Install it (Debian: apt-get install bubblewrap) or set BubblewrapPath. Guest statements never run outside a sandbox.",
        "请安装（Debian：apt-get install bubblewrap）或设置 BubblewrapPath。语句绝不会在沙箱之外运行。");

    /// <summary>The worker directory lacks the executable or the engine.</summary>
    public static readonly ErrorKind WorkerMissing = new(
        "DS-SBX-002", 503, "The sandbox worker is not published", "沙箱工作程序尚未发布",
        "Run dotnet publish src/SandboxWorker -c Release -r linux-x64 and set WorkerDirectory to its output.",
        "请运行 dotnet publish src/SandboxWorker -c Release -r linux-x64，并将 WorkerDirectory 指向其输出目录。");

    /// <summary>bubblewrap is there but the kernel refuses the namespaces.</summary>
    public static readonly ErrorKind UserNamespacesUnavailable = new(
        "DS-SBX-003", 503, "This host does not allow user namespaces", "本机不允许用户命名空间",
        "Check sysctl user.max_user_namespaces and kernel.unprivileged_userns_clone, AppArmor's userns restriction, and the container's seccomp profile.",
        "请检查 sysctl user.max_user_namespaces、kernel.unprivileged_userns_clone、AppArmor 的 userns 限制以及容器的 seccomp 配置。");

    /// <summary>The launcher started but the worker does not answer as it should.</summary>
    public static readonly ErrorKind WorkerBroken = new(
        "DS-SBX-004", 503, "The sandbox worker does not start", "沙箱工作程序无法启动",
        "Publish it again; the incident in the owner's log says what the launcher saw.", "请重新发布；数据方日志中的事件记录了启动器看到的情况。");

    /// <summary>Not Linux on x86-64.</summary>
    public static readonly ErrorKind PlatformUnsupported = new(
        "DS-SBX-005", 503, "The sandbox needs Linux on x86-64", "沙箱需要 x86-64 Linux",
        "Run the connector on such a host.", "请在此类主机上运行连接器。");

    /// <summary>A limit outside its range.</summary>
    public static readonly ErrorKind LimitsInvalid = new(
        "DS-SBX-006", 400, "A sandbox limit is outside its range", "沙箱限额超出允许范围",
        "Correct the limit named in the detail.", "请更正详情中指出的限额。");

    /// <summary>The kernel has no task or memory left for a start.</summary>
    public static readonly ErrorKind HostBusy = new(
        "DS-SBX-007", 503, "The host has no room for another sandbox now", "主机暂无资源启动新的沙箱",
        "Try again later, or run fewer at a time.", "请稍后重试，或减少并发。");

    /// <summary>The file is not there.</summary>
    public static readonly ErrorKind DatasetMissing = new(
        "DS-SBX-101", 404, "The dataset's file does not exist", "数据集文件不存在",
        "The owner corrects the path in the dataset's configuration.", "请数据方更正数据集配置中的路径。");

    /// <summary>The sandbox user may not read it.</summary>
    public static readonly ErrorKind DatasetUnreadable = new(
        "DS-SBX-102", 503, "The sandbox user may not read the dataset's file", "沙箱用户无权读取数据集文件",
        "Give read access to the slot uid (setfacl -m u:61001:r FILE), or run the connector as an ordinary user who owns the file.",
        "请授予槽位用户读取权限（setfacl -m u:61001:r 文件），或以拥有该文件的普通用户运行连接器。");

    /// <summary>The file is not what its format says.</summary>
    public static readonly ErrorKind DatasetMalformed = new(
        "DS-SBX-103", 422, "The dataset's file is malformed", "数据集文件格式错误",
        "The owner repairs the file; the incident in the owner's log names the row.", "请数据方修复文件；数据方日志中的事件指出了所在行。");

    /// <summary>A declared column is not in the file.</summary>
    public static readonly ErrorKind DatasetColumnMissing = new(
        "DS-SBX-104", 422, "A declared column is not in the dataset's file", "数据集文件缺少已声明的列",
        "The owner aligns the declaration with the file.", "请数据方使声明与文件一致。");

    /// <summary>A value or a column has another type.</summary>
    public static readonly ErrorKind DatasetTypeMismatch = new(
        "DS-SBX-105", 422, "A column does not have its declared type", "列的类型与声明不符",
        "The owner corrects the declaration or the file.", "请数据方更正声明或文件。");

    /// <summary>The declaration itself is wrong.</summary>
    public static readonly ErrorKind DatasetDeclarationInvalid = new(
        "DS-SBX-106", 422, "The dataset's declaration is invalid", "数据集声明无效",
        "Correct what the detail names.", "请更正详情中指出的内容。");

    /// <summary>No such column in the declaration.</summary>
    public static readonly ErrorKind UnknownColumn = new(
        "DS-SBX-201", 422, "Unknown column", "未知的列", "Use the columns of the catalogue entry.", "请使用目录条目中的列。");

    /// <summary>The contract does not list the column.</summary>
    public static readonly ErrorKind ColumnNotAllowed = new(
        "DS-SBX-202", 403, "The contract does not allow this column", "合约不允许使用该列",
        "Negotiate a contract that lists it, or leave it out.", "请协商包含该列的合约，或去掉该列。");

    /// <summary>A column that names persons or firms.</summary>
    public static readonly ErrorKind IdentifierColumn = new(
        "DS-SBX-203", 403, "An identifier column cannot be used in a statement", "语句中不能使用标识列",
        "Identifiers are only counted, by the connector itself.", "标识列仅由连接器自身用于计数。");

    /// <summary>SELECT *.</summary>
    public static readonly ErrorKind SelectStar = new(
        "DS-SBX-204", 422, "SELECT * is not released", "不允许 SELECT *", "Name aggregates and declared group keys.", "请写明聚合函数和已声明的分组键。");

    /// <summary>A plain column in the output.</summary>
    public static readonly ErrorKind RowLevelOutput = new(
        "DS-SBX-205", 422, "Row-level values are not released", "不发布行级数据",
        "Aggregate the column, or group by it if the contract declares it a group key.", "请对该列做聚合；若合约声明其为分组键，可按其分组。");

    /// <summary>An output that is neither aggregate nor key.</summary>
    public static readonly ErrorKind NotAnAggregate = new(
        "DS-SBX-206", 422, "Every output must be an allowed aggregate or a declared group key", "每个输出必须是允许的聚合或已声明的分组键",
        "Allowed: count, sum, avg, stddev_pop, stddev_samp, var_pop, var_samp of a plain column.",
        "允许：对单列使用 count、sum、avg、stddev_pop、stddev_samp、var_pop、var_samp。");

    /// <summary>Anything but one plain SELECT over the dataset.</summary>
    public static readonly ErrorKind StatementNotAllowed = new(
        "DS-SBX-207", 422, "This statement or clause is not allowed", "不允许该语句或子句",
        "One SELECT from the dataset, with WHERE on constants, GROUP BY declared keys, HAVING, ORDER BY, LIMIT.",
        "仅允许对该数据集的单条 SELECT：WHERE 与常量比较、按声明的键 GROUP BY、HAVING、ORDER BY、LIMIT。");

    /// <summary>A function outside the list.</summary>
    public static readonly ErrorKind FunctionNotAllowed = new(
        "DS-SBX-208", 422, "This function is not allowed", "不允许该函数",
        "Allowed: count, sum, avg, stddev_pop, stddev_samp, var_pop, var_samp, round, abs and + - * /. min and max name single rows.",
        "允许：count、sum、avg、stddev_pop、stddev_samp、var_pop、var_samp、round、abs 以及 + - * /。min 与 max 会暴露单行。");

    /// <summary>Grouping by something the contract does not declare.</summary>
    public static readonly ErrorKind GroupKeyNotDeclared = new(
        "DS-SBX-209", 403, "This is not a declared group key", "不是已声明的分组键",
        "Group by the keys that the contract lists.", "请按合约列出的键分组。");

    /// <summary>Another table than the dataset.</summary>
    public static readonly ErrorKind UnknownTable = new(
        "DS-SBX-210", 422, "Unknown table", "未知的表", "The only table is the dataset, under its catalogue name.", "唯一的表是以目录名称命名的数据集。");

    /// <summary>Does not parse as a SELECT.</summary>
    public static readonly ErrorKind NotParsed = new(
        "DS-SBX-211", 422, "The statement is not one valid SELECT", "语句不是一条有效的 SELECT", "Correct the syntax.", "请更正语法。");

    /// <summary>Text or tree over the caps.</summary>
    public static readonly ErrorKind StatementTooLarge = new(
        "DS-SBX-212", 413, "The statement is too long or too deep", "语句过长或嵌套过深", "Simplify it.", "请简化语句。");

    /// <summary>A structured plan that breaks its own rules.</summary>
    public static readonly ErrorKind PlanInvalid = new(
        "DS-SBX-213", 422, "The plan is invalid", "计划无效", "Correct what the detail names.", "请更正详情中指出的内容。");

    /// <summary>The bins are of a column that is no number, or an edge is no value of it.</summary>
    public static readonly ErrorKind BinsUnfit = new(
        "DS-SBX-325", 422, "The bins do not fit the column", "分箱与列不匹配",
        "Bin an integer, decimal or double column, with edges of its type.", "请对整数、小数或浮点列分箱，且边界须为该类型的值。");

    /// <summary>Every group has fewer subjects than the minimum. Also the answer when nothing matched at all.</summary>
    public static readonly ErrorKind GroupBelowMinimum = new(
        "DS-SBX-301", 403, "Every group is below the minimum number of subjects", "所有分组的主体数均低于下限",
        "Ask for coarser groups or drop a condition.", "请使用更粗的分组或去掉条件。");

    /// <summary>Every group that is large enough is dominated by one subject.</summary>
    public static readonly ErrorKind Dominated = new(
        "DS-SBX-302", 403, "One subject dominates every remaining group", "其余每个分组都由单一主体主导",
        "Ask for coarser groups.", "请使用更粗的分组。");

    /// <summary>Killed by the wall, CPU or memory limit; which of them, only the owner's log says.</summary>
    public static readonly ErrorKind WallLimit = new(
        "DS-SBX-303", 504, "The run reached its time or memory limit and was ended", "运行达到时间或内存上限，已被终止",
        "Ask for less, or agree on a higher limit.", "请减少计算量，或约定更高的上限。");

    /// <summary>More rows or bytes than agreed.</summary>
    public static readonly ErrorKind OutputTooLarge = new(
        "DS-SBX-304", 413, "The result is larger than agreed", "结果超过约定大小", "Ask for fewer groups or a LIMIT.", "请减少分组或使用 LIMIT。");

    /// <summary>Every other failure at run time: one code, one text, no detail.</summary>
    public static readonly ErrorKind QueryFailed = new(
        "DS-SBX-305", 422, "The query failed", "查询失败", "The owner's log holds the reason.", "原因记录在数据方日志中。");

    /// <summary>The caller went away.</summary>
    public static readonly ErrorKind Cancelled = new(
        "DS-SBX-306", 499, "The run was cancelled", "运行已取消", "Submit it again if it is still wanted.", "如仍需要，请重新提交。");
}
