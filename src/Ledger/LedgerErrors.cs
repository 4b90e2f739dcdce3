using DataSpace.Kernel.Results;

namespace DataSpace.Ledger;

/// <summary>The error catalogue of the ledger. Codes are stable; a new row takes the next free number.</summary>
public static class LedgerErrors
{
    /// <summary>The directory, or the file system under it, refuses writing.</summary>
    public static readonly ErrorKind DirectoryReadOnly = new("DS-LED-001", 503,
        "The ledger directory cannot be written.", "账本目录不可写。",
        "Make the directory writable for the service account, then restart. No use is granted until then.", "请让服务账号可写该目录后重启；在此之前不会授予任何使用。");

    /// <summary>Another process or another open ledger holds the lock.</summary>
    public static readonly ErrorKind Locked = new("DS-LED-002", 503,
        "The ledger is already open.", "账本已被占用。",
        "Stop the other process that uses this directory; one ledger has one writer.", "请停止使用该目录的其他进程；一个账本只有一个写入者。");

    /// <summary>The disk is full; the ledger stopped.</summary>
    public static readonly ErrorKind DiskFull = new("DS-LED-003", 507,
        "The disk of the ledger is full.", "账本所在磁盘已满。",
        "Free space, then restart. The request was not acknowledged; look it up by its use id before asking again.", "请释放空间后重启。该请求未被确认，重试前请按使用编号查询。");

    /// <summary>The store was made with another signing key.</summary>
    public static readonly ErrorKind KeyMismatch = new("DS-LED-004", 409,
        "The signing key is not the one this ledger was made with.", "签名密钥与该账本不符。",
        "Load the original key, or start a new ledger under a new origin.", "请加载原密钥，或以新的来源名新建账本。");

    /// <summary>The store was made under another origin.</summary>
    public static readonly ErrorKind OriginMismatch = new("DS-LED-005", 409,
        "The ledger in this directory has another origin.", "该目录中的账本来源名不同。",
        "Use the origin the ledger was made with, or another directory.", "请使用原来源名，或换一个目录。");

    /// <summary>Unknown schema version.</summary>
    public static readonly ErrorKind SchemaUnknown = new("DS-LED-006", 500,
        "The ledger file has an unknown format version.", "账本文件的格式版本未知。",
        "Run the software version that wrote it, or a later one.", "请运行写入它的软件版本或更新的版本。");

    /// <summary>The stored state contradicts itself.</summary>
    public static readonly ErrorKind Corrupt = new("DS-LED-007", 500,
        "The ledger file contradicts itself.", "账本文件自相矛盾。",
        "Do not repair by hand. Keep the directory as evidence and run `dataspace ledger verify`.", "请勿手工修复。保留目录作为证据并运行 `dataspace ledger verify`。");

    /// <summary>The ledger stopped after an earlier write failure.</summary>
    public static readonly ErrorKind Stopped = new("DS-LED-008", 503,
        "The ledger stopped after a write failure.", "账本在写入失败后已停止。",
        "Restart the node; recovery decides what was durable.", "请重启节点；恢复过程会判定哪些内容已落盘。");

    /// <summary>Too many appends are waiting.</summary>
    public static readonly ErrorKind Busy = new("DS-LED-009", 503,
        "Too many ledger entries are waiting.", "等待写入的账本条目过多。",
        "Retry with the same event id after a pause.", "请稍后用相同的事件编号重试。");

    /// <summary>The event id is taken by other content.</summary>
    public static readonly ErrorKind EventConflict = new("DS-LED-010", 409,
        "The event id was used before with other content.", "该事件编号已用于其他内容。",
        "Use a fresh random event id for a new event.", "新事件请使用新的随机事件编号。");

    /// <summary>The use id was granted before.</summary>
    public static readonly ErrorKind UseAlreadyGranted = new("DS-LED-011", 409,
        "This use was granted before.", "该次使用已被授予。",
        "Look the use up and resend its committed output; a use is granted once.", "请查询该次使用并重发已提交的输出；每次使用只授予一次。");

    /// <summary>A budget would be overspent.</summary>
    public static readonly ErrorKind BudgetExhausted = new("DS-LED-012", 403,
        "A budget of the contract is exhausted.", "合约的额度已用尽。",
        "Negotiate a new contract or ask the owner to re-grant the budget.", "请重新协商合约，或请提供方重新授予额度。");

    /// <summary>A debit names no budget that exists.</summary>
    public static readonly ErrorKind BudgetUnknown = new("DS-LED-013", 403,
        "A debit names an unknown budget.", "扣减项所指的额度不存在。",
        "Define the budgets of a contract before the first use.", "请在首次使用前定义合约的额度。");

    /// <summary>A budget was defined before with another limit or contract.</summary>
    public static readonly ErrorKind BudgetConflict = new("DS-LED-014", 409,
        "The budget exists with another limit or contract.", "该额度已存在且上限或合约不同。",
        "Change a limit only by a logged re-grant.", "只能通过记账的重新授予更改上限。");

    /// <summary>The clock is too far behind the last entry.</summary>
    public static readonly ErrorKind ClockBehind = new("DS-LED-015", 503,
        "The clock is more than 60 seconds behind the last ledger entry.", "时钟比最后一条账本记录落后超过 60 秒。",
        "Set the clock of the node right; stale time means no.", "请校准节点时钟；时间过期即拒绝。");

    /// <summary>Somebody holds a later state of this ledger than the ledger itself.</summary>
    public static readonly ErrorKind RolledBack = new("DS-LED-016", 503,
        "The ledger is older than a checkpoint it signed.", "账本比其已签名的检查点更旧。",
        "It was restored from a backup. Continue under a new origin; all budgets start exhausted there.", "账本来自备份恢复。请以新的来源名继续；其中所有额度从用尽开始。");

    /// <summary>Two histories carry this ledger's signature.</summary>
    public static readonly ErrorKind Forked = new("DS-LED-017", 503,
        "Two different histories carry this ledger's signature.", "存在两份带有该账本签名的不同历史。",
        "Stop the node and keep both checkpoints; together they are the proof.", "请停止节点并保留两个检查点；两者合起来即为证据。");

    /// <summary>Entry or payload over its size limit.</summary>
    public static readonly ErrorKind EntryTooLarge = new("DS-LED-018", 413,
        "A ledger entry is over its size limit.", "账本条目超过大小上限。",
        "Shorten the fields; large content belongs behind a digest.", "请缩短字段；大内容应以摘要代替。");

    /// <summary>A payload field is missing or has a wrong form.</summary>
    public static readonly ErrorKind InvalidField = new("DS-LED-019", 400,
        "A payload field is missing or malformed.", "载荷字段缺失或格式错误。",
        "See contracts/schemas/ledger-payloads.cddl for the fields of each entry kind.", "各类条目的字段见 contracts/schemas/ledger-payloads.cddl。");

    /// <summary>No such use, or the handle does not belong to this ledger.</summary>
    public static readonly ErrorKind UseUnknown = new("DS-LED-020", 404,
        "The ledger knows no such use.", "账本中没有该次使用。",
        "Ask for a grant first.", "请先申请授予。");

    /// <summary>The use has its report already.</summary>
    public static readonly ErrorKind UseAlreadyReported = new("DS-LED-021", 409,
        "This use has been reported before.", "该次使用已有报告。",
        "Resend the committed output; a use is reported once.", "请重发已提交的输出；每次使用只报告一次。");

    /// <summary>The report does not match what it is filed with.</summary>
    public static readonly ErrorKind ReportMismatch = new("DS-LED-022", 400,
        "The report does not match its grant or its output.", "报告与其授予或输出不符。",
        "Compute the output digest over the exact bytes and take the grant hash from the handle.", "请对确切的输出字节计算摘要，并使用句柄中的授予哈希。");

    /// <summary>The entry kind has its own method.</summary>
    public static readonly ErrorKind WrongKind = new("DS-LED-023", 400,
        "This entry kind cannot be appended this way.", "该类条目不能以此方式追加。",
        "Grants, reports and budget re-grants have their own operations, because they change budgets or uses.", "授予、报告与额度重新授予有各自的操作，因为它们会改变额度或使用。");

    /// <summary>No such index.</summary>
    public static readonly ErrorKind IndexOutOfRange = new("DS-LED-024", 404,
        "The ledger has no entry at this index.", "账本在该序号处没有条目。",
        "Ask for an index below the size of the latest checkpoint.", "请使用小于最新检查点大小的序号。");

    /// <summary>A signed note, key or checkpoint cannot be parsed.</summary>
    public static readonly ErrorKind NoteMalformed = new("DS-LED-025", 400,
        "A signed note, key or checkpoint is malformed.", "签名便笺、密钥或检查点格式错误。",
        "Pass it on byte for byte as it was received.", "请按收到的内容逐字节传递。");

    /// <summary>A signed note has no valid signature by a known key.</summary>
    public static readonly ErrorKind NoteSignature = new("DS-LED-026", 403,
        "A signed note is not signed by the expected key.", "签名便笺没有预期密钥的有效签名。",
        "Check which origin and which verifier key you trust.", "请核对所信任的来源名与验证密钥。");

    /// <summary>An entry is not deterministic CBOR of the known form.</summary>
    public static readonly ErrorKind EntryMalformed = new("DS-LED-027", 400,
        "A ledger entry is malformed.", "账本条目格式错误。",
        "See contracts/schemas/ledger-entry.cddl.", "见 contracts/schemas/ledger-entry.cddl。");

    /// <summary>The signature of an entry does not verify.</summary>
    public static readonly ErrorKind EntrySignature = new("DS-LED-028", 403,
        "A ledger entry is not signed by the expected key.", "账本条目没有预期密钥的有效签名。",
        "Check the signer's key in the agreement.", "请核对协议中的签名方密钥。");

    /// <summary>A proof cannot be parsed.</summary>
    public static readonly ErrorKind ProofMalformed = new("DS-LED-029", 400,
        "A ledger proof is malformed or over its size limit.", "账本证明格式错误或超过大小上限。",
        "Pass it on byte for byte as it was received.", "请按收到的内容逐字节传递。");

    /// <summary>A proof does not prove what it claims.</summary>
    public static readonly ErrorKind ProofInvalid = new("DS-LED-030", 403,
        "A ledger proof does not verify.", "账本证明未通过验证。",
        "Treat the entry as not logged and ask the owner for a fresh proof.", "请视该条目为未记账，并向提供方索取新的证明。");

    /// <summary>Opened fields do not match the commitment.</summary>
    public static readonly ErrorKind PayloadMismatch = new("DS-LED-031", 403,
        "The opened fields do not match the entry's commitment.", "公开的字段与条目的承诺不符。",
        "Treat the fields as forged.", "请视这些字段为伪造。");

    /// <summary>Any other write failure.</summary>
    public static readonly ErrorKind WriteFailed = new("DS-LED-032", 503,
        "The ledger could not be written.", "账本写入失败。",
        "Look at the node's log and disk, then restart. The request was not acknowledged.", "请检查节点日志与磁盘后重启。该请求未被确认。");

    /// <summary>The ledger was closed.</summary>
    public static readonly ErrorKind Closed = new("DS-LED-033", 503,
        "The ledger is closed.", "账本已关闭。",
        "The node is stopping; retry with the same event id after its restart.", "节点正在停止；请在重启后用相同的事件编号重试。");

    /// <summary>A receipt's signature does not verify.</summary>
    public static readonly ErrorKind ReceiptSignature = new("DS-LED-034", 403,
        "A receipt is not signed by the expected party.", "回执没有预期一方的有效签名。",
        "Check the pinned keys of the agreement.", "请核对协议中固定的密钥。");

    /// <summary>The payload is not in the vault.</summary>
    public static readonly ErrorKind PayloadAbsent = new("DS-LED-035", 404,
        "The payload of this entry is not in the vault.", "该条目的载荷不在保险库中。",
        "The commitment stays provable; the content cannot be opened here.", "承诺仍可证明，但内容无法在此公开。");

    /// <summary>The committed output is over its size limit.</summary>
    public static readonly ErrorKind OutputTooLarge = new("DS-LED-036", 413,
        "The output to commit is over its size limit.", "待提交的输出超过大小上限。",
        "Ask for fewer groups or statistics.", "请减少分组或统计量。");

    /// <summary>The payload was erased, and an entry of the log says so.</summary>
    public static readonly ErrorKind PayloadErased = new("DS-LED-037", 410,
        "The payload of this entry was erased.", "该条目的载荷已被删除。",
        "The commitment stays provable; the log's Erased entry names the legal ground.", "承诺仍可证明；账本中的删除条目写明了法律依据。");

    /// <summary>Metering fields before the end of their retention.</summary>
    public static readonly ErrorKind MeteringRetained = new("DS-LED-038", 409,
        "The metering fields of this entry are under statutory retention.", "该条目的计量字段仍在法定保存期内。",
        "Erase the content alone; the metering fields hold no personal data and can be erased after that day.", "请仅删除内容部分；计量字段不含个人信息，保存期满后方可删除。");

    /// <summary>An entry whose payload is not erased at all, or has nothing to erase.</summary>
    public static readonly ErrorKind NotErasable = new("DS-LED-039", 409,
        "The payload of this entry cannot be erased.", "该条目的载荷不可删除。",
        "Choose another entry, or wait for the end of the retention of its metering fields.", "请选择其他条目，或等待其计量字段保存期满。");

    /// <summary>Decided, but another process still reads the files.</summary>
    public static readonly ErrorKind ErasurePending = new("DS-LED-040", 503,
        "The erasure is decided but not complete: another process reads the vault.", "删除已决定但尚未完成：另一进程正在读取保险库。",
        "End that process and repeat the erasure; the node's next start completes it as well.", "请结束该进程后重试；节点下次启动时也会自动完成。");

    /// <summary>A disclosure was asked for too many entries, or too much of them.</summary>
    public static readonly ErrorKind RangeTooLong = new("DS-LED-041", 400,
        "The range of a disclosure is empty or too long.", "披露请求的范围为空或过长。",
        "Ask for at most 256 entries at a time, or for fewer fields.", "请每次最多请求 256 条，或减少字段。");

    /// <summary>An answer that does not verify.</summary>
    public static readonly ErrorKind DisclosureInvalid = new("DS-LED-042", 502,
        "A disclosure is incomplete, altered or not recorded in the log.", "披露答复不完整、被改动或未记入日志。",
        "Treat it as no answer; keep it and the request as evidence.", "请视为未答复；保留该答复与请求作为证据。");

    /// <summary>The owner entitled this asker to nothing of the kind.</summary>
    public static readonly ErrorKind NotEntitled = new("DS-LED-043", 403,
        "The asker is not entitled to this entry or field under this case.", "请求方在该案件下无权查看该条目或字段。",
        "The owner enters askers, cases and ranges in the node's configuration (auditors).", "由数据方在节点配置（auditors）中登记请求方、案件与范围。");
}
