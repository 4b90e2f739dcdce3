using DataSpace.Cli.Session;

namespace DataSpace.Cli.Negotiation;

/// <summary>Texts of <c>negotiate</c>.</summary>
internal static class NegotiationTexts
{
    public static readonly Phrase About = new("Negotiate a usage contract for a dataset.", "为数据集协商使用合约。");
    public static readonly Phrase Participant = new("The owner's id, did:web:…", "持有方标识，did:web:…");
    public static readonly Phrase Dataset = new("The dataset's id, from the catalogue.", "数据集标识，见目录。");
    public static readonly Phrase Offer = new("The offer's id, from the catalogue.", "要约标识，见目录。");
    public static readonly Phrase Done = new("Contract {0}", "合约 {0}");
    public static readonly Phrase List = new("Negotiations of this node, of both sides.", "本节点的协商（双方）。");
    public static readonly Phrase Terminate = new("End a negotiation that is not final, and tell the other side.", "终止尚未完成的协商并通知对方。");
    public static readonly Phrase TerminateId = new("The negotiation's id, from negotiate list.", "协商标识，见 negotiate list。");
    public static readonly Phrase Reason = new("What the other side is told.", "告知对方的原因。");
    public static readonly Phrase Terminated = new("Negotiation {0} is ended; the other side is told as soon as it can be reached.", "协商 {0} 已终止；对方可达时即予告知。");
    public static readonly Phrase Id = new("negotiation", "协商");
    public static readonly Phrase Other = new("other side", "对方");
    public static readonly Phrase DatasetTitle = new("dataset", "数据集");
    public static readonly Phrase OfferTitle = new("offer", "要约");
    public static readonly Phrase State = new("state", "状态");
}
