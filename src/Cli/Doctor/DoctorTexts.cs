using DataSpace.Cli.Session;
using DataSpace.Sandbox.Cgroups;

namespace DataSpace.Cli.Doctor;

/// <summary>Texts of <c>doctor</c>.</summary>
internal static class DoctorTexts
{
    public static readonly Phrase About = new("Check this machine, offline; every problem comes with its fix.", "离线检查本机；每个问题都给出解决办法。");
    public static readonly Phrase AllWell = new("Everything needed is here.", "所需条件均已具备。");
    public static readonly Phrase SomeBad = new("{0} to fix.", "有 {0} 项需要处理。");
    public static readonly Phrase Fix = new("fix: {0}", "解决：{0}");
    public static readonly Phrase Missing = new("not found", "未找到");
    public static readonly Phrase Works = new("works", "可用");

    public static readonly Phrase System = new("Operating system", "操作系统");
    public static readonly Phrase SystemFix = new("Use Linux on x86-64: the sandbox worker is built for it.", "请使用 x86-64 的 Linux：沙箱工作程序为其构建。");
    public static readonly Phrase Sdk = new(".NET SDK", ".NET SDK");
    public static readonly Phrase SdkFix = new("Install the .NET SDK 10.0.100 or newer and put dotnet on PATH.", "请安装 .NET SDK 10.0.100 或更新版本，并将 dotnet 加入 PATH。");
    public static readonly Phrase Namespaces = new("User namespaces", "用户命名空间");
    public static readonly Phrase NamespacesFix = new("As root: sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000", "以 root 执行：sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000");
    public static readonly Phrase Bubblewrap = new("bubblewrap", "bubblewrap");
    public static readonly Phrase BubblewrapFix = new("As root: apt-get install bubblewrap (nothing runs over data without it)", "以 root 执行：apt-get install bubblewrap（缺少它则不会对数据执行任何计算）");
    public static readonly Phrase BubblewrapBlocked = new("installed, but cannot make a sandbox here", "已安装，但此处无法创建沙箱");
    public static readonly Phrase BubblewrapBlockedFix = new("Allow namespaces for this user or container (for Docker: --security-opt seccomp=unconfined --cap-add SYS_ADMIN).", "请为该用户或容器开放命名空间（Docker：--security-opt seccomp=unconfined --cap-add SYS_ADMIN）。");
    public static readonly Phrase Profile = new("Sandbox profile of a node started here", "在此启动的节点的沙箱配置");
    public static readonly Phrase ProfileCgroups = new("memory and tasks of each run are bounded as a whole", "每次运行的内存与任务数整体受限");
    public static readonly Phrase ProfileRlimits = new("each process is bounded by itself; no control groups: {0}", "仅对单个进程设限；无控制组：{0}");
    public static readonly Phrase Worker = new("Sandbox worker", "沙箱工作程序");
    public static readonly Phrase WorkerFix = new("Run: samples/setup.sh (or: dotnet publish src/SandboxWorker -c Release)", "运行：samples/setup.sh（或：dotnet publish src/SandboxWorker -c Release）");
    public static readonly Phrase Seal = new("Microsoft SEAL (wasm)", "Microsoft SEAL（wasm）");
    public static readonly Phrase SealFix = new("Run in the repository: npm ci --ignore-scripts", "在仓库中运行：npm ci --ignore-scripts");
    public static readonly Phrase SealWrong = new("the file is not the pinned one", "文件不是锁定的版本");
    public static readonly Phrase Disk = new("Disk space", "磁盘空间");
    public static readonly Phrase DiskLine = new("{0} GB free under {1}", "{1} 下可用 {0} GB");
    public static readonly Phrase DiskFix = new("Free at least {0} GB, or set DATASPACE_HOME to a larger disk.", "请至少腾出 {0} GB，或将 DATASPACE_HOME 指向更大的磁盘。");
    public static readonly Phrase Memory = new("Memory", "内存");
    public static readonly Phrase MemoryLine = new("{0} GB available", "可用 {0} GB");
    public static readonly Phrase MemoryFix = new("Close programs until 2 GB are available (four nodes and a worker).", "请关闭其他程序，保证有 2 GB 可用（四个节点与一个工作程序）。");
    public static readonly Phrase Ports = new("Loopback ports", "本机端口");
    public static readonly Phrase PortsLine = new("a free port can be opened", "可打开空闲端口");
    public static readonly Phrase PortsFix = new("Bring the loopback interface up: ip link set lo up", "请启用回环接口：ip link set lo up");
    public static readonly Phrase Clock = new("Clock", "时钟");
    public static readonly Phrase ClockFix = new("The clock is behind this program's own build: set it (timedatectl set-ntp true, or date -s). A clock that runs back denies every use.", "时钟早于本程序的构建时间：请校准（timedatectl set-ntp true 或 date -s）。时钟倒退会使所有使用被拒绝。");
    public static readonly Phrase LocaleTitle = new("Locale", "区域设置");
    public static readonly Phrase LocaleUtf8 = new("{0}, UTF-8", "{0}，UTF-8");
    public static readonly Phrase LocaleAscii = new("{0}: plain ASCII output", "{0}：仅输出 ASCII");
    public static readonly Phrase LocaleFix = new("For Chinese: export LANG=C.UTF-8", "显示中文：export LANG=C.UTF-8");
    public static readonly Phrase Regulators = new("Regulators of the node", "节点的监管方");
    public static readonly Phrase RegulatorsNone = new("none is pinned: no negative list applies there", "未固定监管方：不适用负面清单");
    public static readonly Phrase RegulatorsUnknown = new("Is the node running? dataspace connector run", "节点是否在运行？dataspace connector run");
    public static readonly Phrase RegulatorLine = new("{0}: version {1}, stamp {2} s old, {3}, {4}", "{0}：版本 {1}，时间戳已过 {2} 秒，{3}，{4}");
    public static readonly Phrase RegulatorsFix = new("Nothing is used or released there. Look at: dataspace regulation status --node DIR", "该节点当前不使用也不释放任何数据。请查看：dataspace regulation status --node DIR");
    public static readonly Phrase RegulatorsClockFix = new("The node's clock and the regulator's differ: set it (timedatectl set-ntp true), or see why stamps come late.", "节点时钟与监管方不一致：请校准（timedatectl set-ntp true），或查明时间戳为何迟到。");
    public static readonly Phrase ClockUnknown = new("clock not compared yet", "时钟尚未比对");
    public static readonly Phrase ClockBehind = new("clock behind by {0} s", "时钟慢 {0} 秒");
    public static readonly Phrase ClockAhead = new("clock ahead or stamps late by {0} s", "时钟快或时间戳迟到 {0} 秒");
    public static readonly Phrase ClockAgrees = new("clock agrees", "时钟一致");
    public static readonly Phrase Proxy = new("Proxy", "代理");
    public static readonly Phrase ProxyNone = new("none set", "未设置");
    public static readonly Phrase ProxySet = new("{0} set; nodes on this machine are reached without it", "已设置 {0}；访问本机节点时不经过代理");
    public static readonly Phrase ProxyBad = new("{0} is not a URL", "{0} 不是 URL");
    public static readonly Phrase ProxyFix = new("Set it as http://host:port, or unset {0}.", "请设为 http://主机:端口，或取消 {0}。");
    public static readonly Phrase Hosts = new("Node programs", "节点程序");
    public static readonly Phrase HostsFix = new("Run: samples/setup.sh (or: dotnet build DataSpace.sln -c Release)", "运行：samples/setup.sh（或：dotnet build DataSpace.sln -c Release）");

    /// <summary>Why a node started here would have no control groups.</summary>
    public static Phrase Absence(CgroupAbsence absence) => absence switch
    {
        CgroupAbsence.NotMounted => new("none is mounted where it can be seen", "未挂载或不可见"),
        CgroupAbsence.ControllersMissing => new("the controllers memory and pids are not both there", "memory 与 pids 控制器不全"),
        CgroupAbsence.NotDelegated => new("none is delegated (systemd: Delegate=memory pids and DelegateSubgroup=node)", "未委派（systemd：Delegate=memory pids 与 DelegateSubgroup=node）"),
        CgroupAbsence.NotWritable => new("this user may not make one", "当前用户无权创建"),
        _ => new("a process may not be moved into one", "无法将进程移入"),
    };
}
