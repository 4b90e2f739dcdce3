using DataSpace.Kernel.Results;

namespace DataSpace.Ledger.Audit;

/// <summary>Refusals of the audit bundle as a file. What a bundle shows to be wrong with a log is a finding in the report, not one of these.</summary>
public static class AuditErrors
{
    /// <summary>The file is not a bundle as we write it.</summary>
    public static readonly ErrorKind Malformed = new("DS-AUD-001", 400,
        "The file is not an audit bundle of the known form.", "该文件不是已知格式的审计包。",
        "Ask for a new export; a bundle is verified as it was written, byte for byte.", "请重新索取导出文件；审计包须逐字节保持原样方可验证。");

    /// <summary>Something in the bundle is longer or more than is read.</summary>
    public static readonly ErrorKind TooLarge = new("DS-AUD-002", 413,
        "The audit bundle or a file in it is over its limit.", "审计包或其中某个文件超过上限。",
        "Do not unpack it by other means. Ask for fewer logs or fewer payloads.", "请勿以其他方式解包；请减少日志或载荷后重新导出。");

    /// <summary>A file differs from its digest.</summary>
    public static readonly ErrorKind Altered = new("DS-AUD-003", 403,
        "A file in the audit bundle is not the one that was exported.", "审计包中的文件与导出时不一致。",
        "Treat the bundle as altered on its way and ask for a new export.", "请视该审计包为途中被更改，并重新索取。");

    /// <summary>A log cannot be exported.</summary>
    public static readonly ErrorKind NotExported = new("DS-AUD-004", 400,
        "The ledger cannot be exported.", "账本无法导出。",
        "Run dataspace ledger verify on the directory to see what is wrong with it.", "请对该目录运行 dataspace ledger verify 查明问题。");

    /// <summary>The bundle cannot be read or written.</summary>
    public static readonly ErrorKind FileFailed = new("DS-AUD-005", 400,
        "The audit bundle cannot be read or written.", "审计包无法读取或写入。",
        "Check the path, the permissions and the free space.", "请检查路径、权限与剩余空间。");
}
