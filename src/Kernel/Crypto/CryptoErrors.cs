using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Crypto;

/// <summary>Refusals of signed messages, canonical JSON and sealed boxes. Area SIG.</summary>
public static class CryptoErrors
{
    /// <summary>The text is not a compact JWS of the one accepted form.</summary>
    public static readonly ErrorKind Malformed = new("DS-SIG-001", 401,
        "The signed message is malformed", "签名消息格式错误",
        "Send a compact JWS with exactly the protected header members alg, kid and typ.", "请发送紧凑格式的 JWS，受保护头部只含 alg、kid、typ 三项。");

    /// <summary>The signature does not verify under the named key.</summary>
    public static readonly ErrorKind BadSignature = new("DS-SIG-002", 401,
        "The signature is not valid", "签名无效",
        "Sign again with the key named in the header; check that nothing rewrote the message on its way.", "请用头部所指的密钥重新签名，并检查消息在途中未被改写。");

    /// <summary>The issuer has no such key that is valid now.</summary>
    public static readonly ErrorKind UnknownKey = new("DS-SIG-003", 401,
        "The signing key is not known for this issuer", "签名密钥不属于该签发方",
        "Publish the key in the issuer's DID document, or renew the agreement that pins it.", "请在签发方的 DID 文档中公布该密钥，或更新固定该密钥的协议。");

    /// <summary>The message was signed for someone else.</summary>
    public static readonly ErrorKind WrongAudience = new("DS-SIG-004", 401,
        "The message is addressed to another participant", "消息的接收方不是本参与方",
        "Name this participant's DID as audience.", "请将本参与方的 DID 填为接收方。");

    /// <summary>The validity of the message has ended.</summary>
    public static readonly ErrorKind Expired = new("DS-SIG-005", 401,
        "The message has expired", "消息已过期",
        "Sign a fresh message; check the clocks of both hosts.", "请重新签名，并检查双方主机的时钟。");

    /// <summary>The message was issued in the future.</summary>
    public static readonly ErrorKind NotYetValid = new("DS-SIG-006", 401,
        "The message is dated in the future", "消息的签发时间在未来",
        "Check the clocks of both hosts; at most 5 s of difference is tolerated.", "请检查双方主机的时钟，最多容许相差 5 秒。");

    /// <summary>The message id was consumed before, or the replay store cannot hold more.</summary>
    public static readonly ErrorKind Replayed = new("DS-SIG-007", 401,
        "The message was already used", "消息已被使用过",
        "Sign a new message for every request.", "请为每次请求单独签名。");

    /// <summary>The body is not the one that was signed.</summary>
    public static readonly ErrorKind BodyDigestMismatch = new("DS-SIG-008", 401,
        "The request body is not the signed one", "请求正文与签名不符",
        "Send exactly the bytes whose SHA-256 stands in the token.", "请原样发送令牌中所记摘要对应的正文。");

    /// <summary>Method or path differ from the signed ones.</summary>
    public static readonly ErrorKind WrongRequest = new("DS-SIG-009", 401,
        "The token was signed for another request", "令牌是为另一请求签发的",
        "Sign method, path and query of this very request.", "请对本次请求的方法、路径和查询参数签名。");

    /// <summary>The message is of another type than expected.</summary>
    public static readonly ErrorKind WrongType = new("DS-SIG-010", 401,
        "The signed message is of another type", "签名消息的类型不符",
        "Send the document type that this step expects.", "请发送该步骤要求的文档类型。");

    /// <summary>The lifetime exceeds what the message type allows.</summary>
    public static readonly ErrorKind LifetimeTooLong = new("DS-SIG-011", 401,
        "The message lives longer than allowed", "消息有效期超过上限",
        "Request tokens live at most 60 s, documents at most 24 h.", "请求令牌最长 60 秒，文档最长 24 小时。");

    /// <summary>Another participant signed than the expected one.</summary>
    public static readonly ErrorKind WrongIssuer = new("DS-SIG-012", 401,
        "The message was signed by another participant", "消息的签发方不符",
        "The document must come from the participant this step expects.", "该步骤要求由指定参与方签发文档。");

    /// <summary>JSON that has no single canonical form.</summary>
    public static readonly ErrorKind NotCanonicalizable = new("DS-SIG-013", 400,
        "The JSON has no canonical form", "JSON 无法规范化",
        "Remove duplicate names, lone surrogates and integers beyond 2^53, and keep to the limits of size and depth.", "请去除重复名称、孤立代理字符和超过 2^53 的整数，并遵守大小与层级限制。");

    /// <summary>A sealed box does not open under this key, info and additional data.</summary>
    public static readonly ErrorKind CannotOpen = new("DS-SIG-014", 400,
        "The sealed message cannot be opened", "密封消息无法打开",
        "It was sealed to another key or context, or altered on its way; ask the sender to seal it again.", "消息可能用其他密钥或上下文密封，或在途中被改动；请发送方重新密封。");

    /// <summary>A public key that would give a predictable shared secret, or has a wrong length.</summary>
    public static readonly ErrorKind WeakKey = new("DS-SIG-015", 400,
        "The key-agreement key is not acceptable", "密钥协商公钥不可接受",
        "Send a freshly generated X25519 public key of 32 bytes.", "请发送新生成的 32 字节 X25519 公钥。");
}
