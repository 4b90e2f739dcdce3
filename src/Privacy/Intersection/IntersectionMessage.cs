using System.Buffers.Binary;
using System.Security.Cryptography;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection.Sums;

namespace DataSpace.Privacy.Intersection;

/// <summary>Which message of a run, in the order in which steps follow each other.</summary>
internal enum IntersectionStep : byte
{
    /// <summary>Receiver → sender: a nonce, the size of its set, a commitment to it.</summary>
    Open = 1,

    /// <summary>Sender → receiver: the same.</summary>
    Answer = 2,

    /// <summary>Receiver → sender: its items under its key.</summary>
    Masked = 3,

    /// <summary>Sender → receiver: tags of those under both keys.</summary>
    Tags = 4,

    /// <summary>Sender → receiver: its own items under its key.</summary>
    Own = 5,

    /// <summary>Sender → receiver, for a sum: a fresh public key for every plain modulus.</summary>
    Key = 6,

    /// <summary>Sender → receiver, for a sum: its values in the order of <see cref="Own"/>, encrypted, 8,192 in a message; all of them for each plain modulus.</summary>
    Values = 7,

    /// <summary>Receiver → sender, for a sum: a ciphertext for every plain modulus whose slots add up to the sum.</summary>
    Reply = 8,
}

/// <summary>
/// Wire form: an 88-byte header, a payload of a length that follows from step, total and chunk, an Ed25519 signature. Header: magic <c>DSPI</c>,
/// version 1, step, two zero bytes, chunk, items in it, items in all, four zero bytes, context digest, digest of the message before this one (of
/// either party); integers little-endian. The signature is over a tag, the header and the payload's SHA-256.
/// </summary>
internal static class IntersectionMessage
{
    public const string Protocol = "private-set-intersection/1";
    public const int ChunkItems = 4096;
    public const int HeaderBytes = 88;
    public const int SignatureBytes = 64;
    public const int NonceBytes = 32;
    public const int CommitmentBytes = 32;
    public const int PointBytes = 32;
    public const int TagBytes = 12;
    public const int OverheadBytes = HeaderBytes + SignatureBytes;
    public const int MostBytes = 1 << 20;

    private const int StepAt = 5, ChunkAt = 8, ItemsAt = 12, TotalAt = 16, ContextAt = 24, PreviousAt = 56;

    private static ReadOnlySpan<byte> Magic => "DSPI\u0001"u8;

    private static ReadOnlySpan<byte> SignatureTag => "DataSpace private-set-intersection/1 message\n"u8;

    public static int Chunks(int total) => (total + ChunkItems - 1) / ChunkItems;

    public static int ItemsIn(int chunk, int total) => Math.Min(ChunkItems, total - (chunk * ChunkItems));

    private static int ItemsIn(IntersectionStep step, int chunk, int total) => step switch
    {
        IntersectionStep.Open or IntersectionStep.Answer => 0,
        IntersectionStep.Key or IntersectionStep.Reply => 1,
        IntersectionStep.Values => SumPlan.ItemsIn(chunk, total),
        _ => ItemsIn(chunk, total),
    };

    public static int Total(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadInt32LittleEndian(message[TotalAt..]);

    public static ReadOnlyMemory<byte> Payload(ReadOnlyMemory<byte> message) => message[HeaderBytes..^SignatureBytes];

    public static ReadOnlySpan<byte> Signature(ReadOnlySpan<byte> message) => message[^SignatureBytes..];

    /// <summary>Header and payload, with room for the signature.</summary>
    public static byte[] Write(IntersectionStep step, int chunk, int total, ReadOnlySpan<byte> context, ReadOnlySpan<byte> previous, ReadOnlySpan<byte> payload)
    {
        var message = new byte[HeaderBytes + payload.Length + SignatureBytes];
        WriteHeader(message, step, chunk, total, context, previous);
        payload.CopyTo(message.AsSpan(HeaderBytes));
        return message;
    }

    public static byte[] SignedBytes(ReadOnlySpan<byte> message)
    {
        var signed = new byte[SignatureTag.Length + HeaderBytes + SHA256.HashSizeInBytes];
        SignatureTag.CopyTo(signed);
        message[..HeaderBytes].CopyTo(signed.AsSpan(SignatureTag.Length));
        SHA256.HashData(message[HeaderBytes..^SignatureBytes], signed.AsSpan(SignatureTag.Length + HeaderBytes));
        return signed;
    }

    /// <summary>The message must be the one that is due: nothing in a header is a peer's choice but the total of its own set.</summary>
    public static Result<Unit> Check(
        ReadOnlySpan<byte> message, IntersectionStep step, int chunk, int? total, int mostItems, ReadOnlySpan<byte> context, ReadOnlySpan<byte> previous)
    {
        if (message.Length is < HeaderBytes + SignatureBytes or > MostBytes)
            return ConversationErrors.MessageLength.Of();
        Span<byte> due = stackalloc byte[HeaderBytes];
        WriteHeader(due, step, chunk, total ?? Total(message), context, previous);
        if (!message[..StepAt].SequenceEqual(Magic) || !Same(message, due, StepAt + 1, ChunkAt) || !Same(message, due, TotalAt + 4, ContextAt))
            return ConversationErrors.MessageHeader.Of();
        if (!Same(message, due, ContextAt, PreviousAt))
            return ConversationErrors.OtherRun.Of();
        if (!Same(message, due, StepAt, StepAt + 1) || !Same(message, due, ChunkAt, ItemsAt))
            return ConversationErrors.OutOfOrder.Of();
        if (Total(message) < 0 || Total(message) > mostItems)
            return IntersectionErrors.SetTooLarge.Of();
        if (!Same(message, due, ItemsAt, TotalAt + 4))
            return IntersectionErrors.CountMismatch.Of();
        if (!Same(message, due, PreviousAt, HeaderBytes))
            return ConversationErrors.OtherTranscript.Of();
        return message.Length == HeaderBytes + PayloadBytes(step, chunk, total ?? 0) + SignatureBytes ? Unit.Value : ConversationErrors.MessageLength.Of();
    }

    private static int PayloadBytes(IntersectionStep step, int chunk, int total) => step switch
    {
        IntersectionStep.Masked or IntersectionStep.Own => ItemsIn(chunk, total) * PointBytes,
        IntersectionStep.Tags => ItemsIn(chunk, total) * TagBytes,
        IntersectionStep.Key => SumPlan.KeyBytes,
        IntersectionStep.Values => SumPlan.ValueBytes,
        IntersectionStep.Reply => SumPlan.ReplyBytes,
        _ => NonceBytes + CommitmentBytes,
    };

    private static void WriteHeader(Span<byte> header, IntersectionStep step, int chunk, int total, ReadOnlySpan<byte> context, ReadOnlySpan<byte> previous)
    {
        Magic.CopyTo(header);
        header[StepAt] = (byte)step;
        BinaryPrimitives.WriteInt32LittleEndian(header[ChunkAt..], chunk);
        BinaryPrimitives.WriteInt32LittleEndian(header[ItemsAt..], ItemsIn(step, chunk, total));
        BinaryPrimitives.WriteInt32LittleEndian(header[TotalAt..], total);
        context.CopyTo(header[ContextAt..]);
        previous.CopyTo(header[PreviousAt..]);
    }

    private static bool Same(ReadOnlySpan<byte> message, ReadOnlySpan<byte> due, int from, int to) => message[from..to].SequenceEqual(due[from..to]);
}
