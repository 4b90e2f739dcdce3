using DataSpace.Kernel.Results;

namespace DataSpace.Connector.Duties;

/// <summary>Refusals about duties: what cannot be carried out (POL 095), and what happens when duties are carried out (DUT).</summary>
public static class DutyErrors
{
    /// <summary>The contract has a duty that no node carries out.</summary>
    public static readonly ErrorKind NotCarriedOut = new("DS-POL-095", 403,
        "The contract has a duty that this node cannot carry out", "合约含有本节点无法履行的义务",
        "Name as informed party this owner, the consumer or a member whose key the owner confirmed.", "请将告知对象设为数据方、使用方或密钥已确认的成员。");

    /// <summary>The party to be informed did not acknowledge while the use waited.</summary>
    public static readonly ErrorKind NotAcknowledged = new("DS-DUT-001", 503,
        "The party to be informed before the use did not acknowledge in time", "须在使用前告知的一方未及时确认",
        "Nothing was spent. Ask that party to bring its node up, then submit the job again.", "未消耗任何次数。请该方恢复节点后重新提交任务。");

    /// <summary>The party to be informed did not acknowledge while the granted use stood still.</summary>
    public static readonly ErrorKind UseUnacknowledged = new("DS-DUT-011", 503,
        "The party to be informed during the use did not acknowledge in time", "须在使用中告知的一方未及时确认",
        "The use is spent and nothing was released. Ask that party to bring its node up before the next job.", "本次使用已计入，未放行任何结果。请该方恢复节点后再提交任务。");

    /// <summary>An acknowledgement that is none of this notice.</summary>
    public static readonly ErrorKind AcknowledgementInvalid = new("DS-DUT-002", 403,
        "The acknowledgement does not fit the notice", "确认与告知内容不符",
        "The informed party must sign the very notice it got, with the key that the owner confirmed.", "被告知方须以数据方已确认的密钥签署其收到的告知。");

    /// <summary>A notice that is not well-formed, or not from whom it says.</summary>
    public static readonly ErrorKind NoticeInvalid = new("DS-DUT-003", 403,
        "The notice about a use cannot be accepted", "使用告知无法接受",
        "Notices are signed by the data's owner for this node.", "告知须由数据方签署并指明本节点。");

    /// <summary>Another content under the same use and duty.</summary>
    public static readonly ErrorKind NoticeDiffers = new("DS-DUT-004", 409,
        "Another notice of this use was acknowledged before", "该次使用的另一份告知已被确认",
        "A use has one notice per duty; send the first one again.", "每次使用的每项义务仅有一份告知，请重发第一份。");

    /// <summary>Too many notices of one owner are kept.</summary>
    public static readonly ErrorKind TooManyNotices = new("DS-DUT-005", 429,
        "This node keeps no more notices of this owner", "本节点不再保存该数据方的告知",
        "Old notices are dropped after 90 days.", "旧告知保存 90 天后清除。");

    /// <summary>An earlier use under the contract left an inform duty undone.</summary>
    public static readonly ErrorKind InformOverdue = new("DS-DUT-006", 403,
        "A notice that an earlier use under this contract owes is overdue", "该合约此前一次使用应作的告知已逾期",
        "The owner's node keeps trying; uses go on when the informed party has acknowledged.", "数据方节点会继续尝试；被告知方确认后即可继续使用。");

    /// <summary>An earlier result was not deleted in time.</summary>
    public static readonly ErrorKind DeletionOverdue = new("DS-DUT-007", 403,
        "The result of an earlier use under this contract was not shown to be deleted in time", "该合约此前一次使用的结果未按期证明已删除",
        "Bring the consumer's node up: it deletes what is due and sends its statement; uses go on then.", "请恢复使用方节点：其会删除到期结果并发送声明，随后即可继续使用。");

    /// <summary>A statement of deletion that does not fit.</summary>
    public static readonly ErrorKind StatementInvalid = new("DS-DUT-008", 403,
        "The statement of deletion does not fit the use", "删除声明与使用记录不符",
        "It names use, contract and result as the receipt does, is signed by the consumer, and proves the entry in the consumer's ledger.", "声明须与回执中的使用、合约与结果一致，由使用方签名并附其账本证明。");

    /// <summary>No such use, or none that owes a deletion.</summary>
    public static readonly ErrorKind NothingOwed = new("DS-DUT-009", 404,
        "No deletion is owed for this use", "该次使用没有应履行的删除义务",
        "Nothing more needs to be done for it.", "无需再作处理。");

    /// <summary>The result is no more.</summary>
    public static readonly ErrorKind ResultDeleted = new("DS-DUT-010", 410,
        "The result was deleted, as its contract asks", "结果已按合约要求删除",
        "Run the job again if the contract still allows a use; read the result before the date that job status shows.", "若合约仍允许，可重新运行任务；请在任务状态所示日期之前读取结果。");
}
