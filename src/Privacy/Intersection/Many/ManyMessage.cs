using System.Buffers.Binary;
using System.Security.Cryptography;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection.Curve;

namespace DataSpace.Privacy.Intersection.Many;

/// <summary>Which message of a conversation, in the order in which steps follow each other. Payloads; integers little-endian.</summary>
internal enum ManyStep : byte
{
    /// <summary>Leader → party: commitment to its set (32), its size (4), and, to all but the first party where only the number is agreed, the sealed seed of the order (48).</summary>
    Open = 1,

    /// <summary>Party → leader: nonce (32), commitment (32), size (4); from the first party where only the number is agreed, the seed sealed for each other one.</summary>
    Answer = 2,

    /// <summary>Leader → party: its items under its blinding, 32 bytes each.</summary>
    Blinded = 3,

    /// <summary>Party → leader: those under its key too, 32 bytes each.</summary>
    Evaluated = 4,

    /// <summary>Party → leader: its table, 16 bytes per entry.</summary>
    Table = 5,
}

/// <summary>Lengths and spellings that both sides share.</summary>
internal static class ManyMessage
{
    public const string Protocol = "many-party-intersection/1";
    public const int NonceBytes = 32;
    public const int CommitmentBytes = 32;
    public const int CountBytes = 4;
    public const int ChunkItems = IntersectionMessage.ChunkItems;
    public const int PointBytes = Curve25519.PointBytes;

    /// <summary>Bytes of an <see cref="ManyStep.Open"/> to party <paramref name="other"/>.</summary>
    public static int OpenBytes(ManyContext context, int other)
        => CommitmentBytes + CountBytes + (context.Terms.Mode == IntersectionMode.Cardinality && other > 0 ? CommonOrder.SealedBytes : 0);

    /// <summary>Bytes of an <see cref="ManyStep.Answer"/> from it.</summary>
    public static int AnswerBytes(ManyContext context, int other)
        => NonceBytes + CommitmentBytes + CountBytes + (context.Terms.Mode == IntersectionMode.Cardinality && other == 0 ? CommonOrder.SealedBytes * (context.Others.Count - 1) : 0);

    public static byte[] Count(int count)
    {
        var bytes = new byte[CountBytes];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, count);
        return bytes;
    }

    public static int Count(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes);

    public static int Chunks(int total) => IntersectionMessage.Chunks(total);

    public static int ItemsIn(int chunk, int total) => IntersectionMessage.ItemsIn(chunk, total);
}

/// <summary>What everybody says when all is said, so that an analyst who holds no data can see that all conversations were of one run.</summary>
public static class ManyClosing
{
    /// <summary>A party's: digest of the last message of its conversation, and with it of all; the leader's commitment; its own.</summary>
    public const int PartyBytes = 96;

    private const int DigestBytes = 32;

    /// <summary>The leader's: its commitment, and the digest of the closing of each conversation, in the order of the others.</summary>
    public static int LeaderBytes(int others) => DigestBytes * (1 + others);

    /// <summary>True when every other party closed the conversation that the leader had with it, and the leader had committed to one set before all of them.</summary>
    /// <param name="leader">The leader's closing.</param>
    /// <param name="others">The others', in their order.</param>
    public static bool AreOfOneRun(ReadOnlyMemory<byte> leader, IReadOnlyList<ReadOnlyMemory<byte>> others)
        => leader.Length == LeaderBytes(others.Count)
            && others.Select((closing, i) => closing.Length == PartyBytes
                && closing.Span.Slice(DigestBytes, DigestBytes).SequenceEqual(leader.Span[..DigestBytes])
                && SHA256.HashData(closing.Span).AsSpan().SequenceEqual(leader.Span.Slice(DigestBytes * (1 + i), DigestBytes))).All(isSame => isSame);

    internal static byte[] OfPair(ReadOnlyMemory<byte> last, ReadOnlyMemory<byte> leader, ReadOnlyMemory<byte> party) => [.. last.Span, .. leader.Span, .. party.Span];

    internal static byte[] OfLeader(ReadOnlyMemory<byte> commitment, IEnumerable<byte[]> pairs) => [.. commitment.Span, .. pairs.SelectMany(SHA256.HashData)];

    /// <summary>Most bytes that the leader says to one party, or a party to the leader, in a run of sets of these sizes; more than either.</summary>
    public static long MostBytesSaid(int leaderItems, int partyItems)
    {
        const int Around = SignedTranscript.HeaderBytes + SignedTranscript.SignatureBytes;
        var entries = TableShape.Of(partyItems).Entries;
        return ((long)leaderItems * ManyMessage.PointBytes) + ((long)entries * TableShape.EntryBytes) + ((ManyMessage.Chunks(leaderItems) + ManyMessage.Chunks(entries) + 2L) * Around)
            + ManyMessage.NonceBytes + ManyMessage.CommitmentBytes + ManyMessage.CountBytes + (CommonOrder.SealedBytes * ManyTerms.MostOthers);
    }
}
