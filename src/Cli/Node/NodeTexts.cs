using DataSpace.Cli.Session;

namespace DataSpace.Cli.Node;

/// <summary>Texts of <c>node</c>.</summary>
internal static class NodeTexts
{
    public static readonly Phrase About = new("One node: what left it.", "单个节点：哪些数据离开了它。");
    public static readonly Phrase Egress = new("Bytes to and from every peer, counted at the socket.", "与每个对端之间的字节数（在套接字处计数）。");
    public static readonly Phrase Node = new("node", "节点");
    public static readonly Phrase Peer = new("peer", "对端");
    public static readonly Phrase BytesOut = new("bytes out", "发出字节");
    public static readonly Phrase BytesIn = new("bytes in", "收到字节");
    public static readonly Phrase Management = new("(management, not counted below)", "（管理接口，不计入下方合计）");
    public static readonly Phrase TotalOut = new("{0}: {1} bytes left it in all, counted at the socket", "{0}：共发出 {1} 字节（在套接字处计数）");
}
