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
}
