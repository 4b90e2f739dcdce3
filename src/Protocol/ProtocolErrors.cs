using DataSpace.Kernel.Results;

namespace DataSpace.Protocol;

/// <summary>Errors of the Dataspace Protocol room, area <c>DSP</c>. Details name fields, never values that a peer sent.</summary>
public static class ProtocolErrors
{
    /// <summary>More bytes than <see cref="Codec.DspLimits.MaxMessageBytes"/>.</summary>
    public static readonly ErrorKind MessageTooLarge = new("DS-DSP-001", 413,
        "The protocol message is too large", "协议消息过大",
        "Send at most 1 MiB in one message.", "单条消息不得超过 1 MiB。");

    /// <summary>Not JSON, nested too deeply, a name given twice, or text that is not Unicode.</summary>
    public static readonly ErrorKind MalformedJson = new("DS-DSP-002", 400,
        "The protocol message is not acceptable JSON", "协议消息不是可接受的 JSON",
        "Send one JSON object in UTF-8, at most 32 levels deep, with every name once.", "请发送一个 UTF-8 编码的 JSON 对象，嵌套不超过 32 层，名称不得重复。");

    /// <summary><c>@context</c> is not an array that holds the 2025-1 context and nothing unknown.</summary>
    public static readonly ErrorKind UnknownContext = new("DS-DSP-003", 400,
        "The message context is not Dataspace Protocol 2025-1", "消息上下文不是数据空间协议 2025-1",
        "Send @context as an array of text with the 2025-1 context address.", "请以文本数组形式发送 @context，并包含 2025-1 上下文地址。");

    /// <summary><c>@type</c> differs from what this endpoint takes, or carries a prefix.</summary>
    public static readonly ErrorKind WrongType = new("DS-DSP-004", 400,
        "The message type is not the one expected here", "消息类型与此处要求不符",
        "Send the type that the protocol names for this path, without a prefix.", "请发送该路径规定的类型，且不带前缀。");

    /// <summary>A required field is absent.</summary>
    public static readonly ErrorKind MissingField = new("DS-DSP-005", 400,
        "A required field is missing", "缺少必填字段",
        "Add the named field.", "请补充所指出的字段。");

    /// <summary>A field has another JSON type, or a value outside its rule.</summary>
    public static readonly ErrorKind InvalidField = new("DS-DSP-006", 400,
        "A field is not valid", "字段无效",
        "Correct the named field.", "请更正所指出的字段。");

    /// <summary>Text or a list exceeds its limit.</summary>
    public static readonly ErrorKind FieldTooLong = new("DS-DSP-007", 400,
        "A field is too long", "字段过长",
        "Shorten the named field.", "请缩短所指出的字段。");

    /// <summary>Two fields of which exactly one must be given.</summary>
    public static readonly ErrorKind ExactlyOneOf = new("DS-DSP-008", 400,
        "Exactly one of two fields must be given", "两个字段必须且只能提供一个",
        "Open a negotiation with callbackAddress; answer in one with the peer's process id.", "发起协商时提供 callbackAddress；在已有协商中提供对方的流程标识。");

    /// <summary>A process id that cannot stand in a URL path.</summary>
    public static readonly ErrorKind InvalidPid = new("DS-DSP-009", 400,
        "A process id is not valid", "流程标识无效",
        "Use at most 128 visible ASCII characters without / \\ ? # % or spaces, for example urn:uuid:….", "请使用不超过 128 个可见 ASCII 字符，且不含 / \\ ? # % 或空格，例如 urn:uuid:…。");

    /// <summary>An offer or agreement without the shape that the protocol demands.</summary>
    public static readonly ErrorKind PolicyShape = new("DS-DSP-010", 400,
        "The policy does not have the shape of an offer or agreement", "策略不符合要约或协议的结构",
        "Give @type, @id, the target where it belongs, and at least one permission or prohibition.", "请提供 @type、@id、位置正确的 target，以及至少一条许可或禁止。");

    /// <summary>A rightOperand that is a JSON number, boolean or null.</summary>
    public static readonly ErrorKind RightOperandNotText = new("DS-DSP-011", 400,
        "A right operand is not text, an object or an array", "右操作数不是文本、对象或数组",
        "Write numbers and booleans as text, for example \"20\".", "请将数字和布尔值写成文本，例如 \"20\"。");

    /// <summary>The state table has no such step for this sender.</summary>
    public static readonly ErrorKind IllegalTransition = new("DS-DSP-012", 400,
        "The message does not fit the state of the negotiation", "消息与协商当前状态不符",
        "Ask for the state of the negotiation and continue from there.", "请查询协商状态后再继续。");

    /// <summary>The process ids in the message belong to another negotiation.</summary>
    public static readonly ErrorKind PidMismatch = new("DS-DSP-013", 400,
        "The message names another negotiation", "消息指向另一协商",
        "Send the process ids of this negotiation.", "请发送本协商的流程标识。");

    /// <summary>No negotiation with this id for this caller.</summary>
    public static readonly ErrorKind NegotiationNotFound = new("DS-DSP-014", 404,
        "There is no such negotiation", "协商不存在",
        "Check the process id.", "请检查流程标识。");

    /// <summary>The agreement's rules or target are not those of the last offer.</summary>
    public static readonly ErrorKind AgreementDiffersFromOffer = new("DS-DSP-015", 400,
        "The agreement differs from the offer", "协议与要约不一致",
        "Conclude the agreement over exactly the rules and target of the last offer.", "协议必须与最后一份要约的规则和标的完全一致。");

    /// <summary>Assigner or assignee are not the two parties of the negotiation.</summary>
    public static readonly ErrorKind AgreementParties = new("DS-DSP-016", 400,
        "The agreement names other parties", "协议所列当事方不符",
        "Name the provider as assigner and the consumer as assignee.", "请将提供方列为 assigner，使用方列为 assignee。");

    /// <summary>A message id seen before came with other content.</summary>
    public static readonly ErrorKind MessageIdReused = new("DS-DSP-017", 400,
        "A message id was used for two different messages", "同一消息标识用于两条不同消息",
        "Repeat a message unchanged or give the new one its own id.", "重发时不得更改消息；新消息请使用新标识。");

    /// <summary>The catalogue request carries a filter.</summary>
    public static readonly ErrorKind FilterNotSupported = new("DS-DSP-018", 400,
        "Catalogue filters are not supported", "不支持目录筛选",
        "Ask without a filter.", "请去掉筛选条件后重试。");

    /// <summary>No dataset with this id in the catalogue that this caller may see.</summary>
    public static readonly ErrorKind DatasetNotFound = new("DS-DSP-019", 404,
        "There is no such dataset", "数据集不存在",
        "Look the dataset up in the catalogue.", "请在目录中查找数据集。");

    /// <summary>The peer answered with an error body of the protocol.</summary>
    public static readonly ErrorKind PeerRefused = new("DS-DSP-020", 502,
        "The other side refused the message", "对方拒绝了该消息",
        "Read the code and reasons it gave; the negotiation did not move.", "请查看对方给出的代码和原因；协商状态未改变。");

    /// <summary>The protocol's error body for a failure within a negotiation.</summary>
    public static Messages.ContractNegotiationError ToNegotiationError(DsError error, string providerPid, string consumerPid)
        => new(providerPid, consumerPid, error.Code, Reasons(error));

    /// <summary>The protocol's error body for a failure of the catalogue.</summary>
    public static Messages.CatalogError ToCatalogError(DsError error) => new(error.Code, Reasons(error));

    private static IReadOnlyList<string> Reasons(DsError error)
        => error.Detail is null ? [error.Kind.Title] : [error.Kind.Title, error.Detail];
}
