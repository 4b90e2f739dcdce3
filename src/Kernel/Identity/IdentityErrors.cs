using DataSpace.Kernel.Results;

namespace DataSpace.Kernel.Identity;

/// <summary>Refusals of identifiers, key sets and DID documents. Area IDN.</summary>
public static class IdentityErrors
{
    /// <summary>Not a did:web of the accepted form.</summary>
    public static readonly ErrorKind InvalidDid = new("DS-IDN-001", 400,
        "The participant id is not a valid did:web", "参与方标识不是有效的 did:web",
        "Write did:web: and a lower-case host name, a port as %3A and digits, and path parts after colons.", "请写 did:web: 加小写主机名，端口写作 %3A 加数字，路径各段以冒号分隔。");

    /// <summary>A DID document that is malformed, or not this participant's.</summary>
    public static readonly ErrorKind InvalidDocument = new("DS-IDN-002", 422,
        "The DID document cannot be used", "DID 文档无法使用",
        "Serve the participant's own document with at least one Ed25519 JsonWebKey2020 method.", "请提供参与方自身的文档，其中至少有一个 Ed25519 的 JsonWebKey2020 方法。");

    /// <summary>A set of keys with duplicates, no key, or an impossible validity.</summary>
    public static readonly ErrorKind InvalidKeySet = new("DS-IDN-003", 422,
        "The key set is not valid", "密钥集无效",
        "Give every key one id and a validity that begins before it ends; keep 1 to 32 keys.", "每个密钥应有唯一标识，有效期起早于止；密钥数量为 1 到 32。");

    /// <summary>No key of the set is valid at the moment.</summary>
    public static readonly ErrorKind NoCurrentKey = new("DS-IDN-004", 422,
        "The participant has no valid key at this time", "参与方当前没有有效密钥",
        "Rotate: publish a new key before the last one ends.", "请轮换密钥：在旧密钥到期前公布新密钥。");
}
