using System.Globalization;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection.Keys;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Lookup;

/// <summary>What a conversation of questions is bound to; both parties must know all of it alike, or they understand nothing of each other. The version of the data is the owner's
/// to say: it stands in the offer (<see cref="LookupParameters.IsOf"/>), and the client holds it against what the owner signed in round 0.</summary>
/// <param name="JobId">The job.</param>
/// <param name="ContractId">The contract.</param>
/// <param name="PlanHash">Digest of the signed plan, lower-case hex.</param>
/// <param name="Owner">Participant that has the data.</param>
/// <param name="Client">Participant that asks.</param>
/// <param name="Rule">How a keyword is written before it is compared.</param>
/// <param name="ValueColumns">Columns of a record, in order.</param>
/// <param name="Questions">How many keywords are asked about, 1 to <see cref="MostQuestions"/>. That many questions are put, whatever the keywords are.</param>
/// <param name="RecordBytes">Size of a record with its padding.</param>
public sealed record LookupContext(
    string JobId, string ContractId, string PlanHash, string Owner, string Client, KeyRule Rule, IReadOnlyList<string> ValueColumns, int Questions, int RecordBytes)
{
    /// <summary>Name of the protocol.</summary>
    public const string Protocol = "private-lookup/1";

    /// <summary>Most keywords of one job.</summary>
    public const int MostQuestions = 16;

    /// <summary>Most value columns.</summary>
    public const int MostColumns = 32;

    /// <summary>SHA-256 over the canonical JSON of everything above, 32 bytes.</summary>
    internal ReadOnlyMemory<byte> Digest => Kernel.Crypto.Digest.Sha256(CanonicalJson.OfTexts(
    [
        ["DataSpace " + Protocol, JobId, ContractId, PlanHash, Owner, Client, Rule.Digest, Number(Questions), Number(RecordBytes)], [.. ValueColumns],
    ]));

    internal DsError? Problem
        => Questions is < 1 or > MostQuestions ? LookupErrors.TermsInvalid.Of("number of keywords")
            : ValueColumns.Count is < 1 or > MostColumns ? LookupErrors.TermsInvalid.Of("number of columns")
            : RecordBytes is < LookupShape.MinRecordBytes or > LookupShape.MaxRecordBytes ? LookupErrors.TermsInvalid.Of("size of a record")
            : Ristretto255.IsAvailable ? null : LookupErrors.LibraryMissing.Of();

    internal ConversationTerms Terms(ISigner own, PublicKey peer) => new(Protocol, Digest, own, peer);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Messages of a conversation, in the order in which steps follow each other.</summary>
internal enum LookupStep : byte
{
    /// <summary>Owner → client: <see cref="LookupParameters"/>.</summary>
    Offer = 1,

    /// <summary>Client → owner: one blinded element per question, then 1 where it needs the hint and 0 where it has it.</summary>
    Ask = 2,

    /// <summary>Owner → client: the evaluated elements and one proof.</summary>
    Evaluated = 3,

    /// <summary>Owner → client: a piece of the hint.</summary>
    Hint = 4,

    /// <summary>Client → owner: a query, four bytes per column.</summary>
    Query = 5,

    /// <summary>Owner → client: its answer, two bytes per row.</summary>
    Answer = 6,
}

/// <summary>Sizes that both parties work out alike.</summary>
internal static class LookupSizes
{
    /// <summary>Bytes of a piece of the hint; the last one is what is left.</summary>
    public const int HintPiece = 4 * 1024 * 1024;

    public static int HintPieces(LookupShape shape) => (int)((shape.HintBytes + HintPiece - 1) / HintPiece);

    public static int PieceBytes(LookupShape shape, int piece) => (int)Math.Min(HintPiece, shape.HintBytes - ((long)piece * HintPiece));

    public static int AskBytes(int questions) => (questions * Ristretto255.ElementBytes) + 1;

    public static int EvaluatedBytes(int questions) => (questions * Ristretto255.ElementBytes) + Voprf.ProofBytes;
}
