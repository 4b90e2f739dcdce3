using System.Buffers.Binary;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Aggregation;

/// <summary>What a message is.</summary>
internal enum AggregationMessageKind : byte
{
    Contribution = 1,
    Sum = 2,
}

/// <summary>
/// Wire form of contributions and of the sum: an 80-byte header, then the ciphertexts of the first and of the second modulus, raw and of fixed length.
/// Header: magic <c>DSAG</c>, version 1, kind, provider index (65,535 in a sum), round, roster hash, shape digest, ciphertext count per modulus;
/// integers little-endian. The length follows from the shape alone.
/// </summary>
internal static class AggregationMessage
{
    public const string Protocol = "secure-aggregation/1";
    public const string ContributionStep = "contribution";
    public const int HeaderBytes = 80;
    public const ushort SumIndex = ushort.MaxValue;

    private const byte Version = 1;
    private const int KindAt = 5, IndexAt = 6, RoundAt = 8, RosterAt = 12, ShapeAt = 44, FirstCountAt = 76, SecondCountAt = 78;

    private static ReadOnlySpan<byte> Magic => "DSAG"u8;

    public static byte[] Write(
        AggregationShape shape, AggregationMessageKind kind, ushort index, ReadOnlySpan<byte> rosterHash, int round, IEnumerable<byte[]> ciphertexts)
    {
        var message = new byte[shape.MessageBytes];
        Magic.CopyTo(message);
        message[4] = Version;
        message[KindAt] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(IndexAt), index);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(RoundAt), round);
        rosterHash.CopyTo(message.AsSpan(RosterAt));
        shape.Digest.Span.CopyTo(message.AsSpan(ShapeAt));
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(FirstCountAt), (ushort)shape.Layout.First.Ciphertexts);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(SecondCountAt), (ushort)shape.Layout.Second.Ciphertexts);
        var at = HeaderBytes;
        foreach (var ciphertext in ciphertexts)
        {
            ciphertext.CopyTo(message, at);
            at += ciphertext.Length;
        }

        if (at != message.Length)
            throw new InvalidOperationException("ciphertexts do not fill the message");
        return message;
    }

    /// <summary>Everything that one message shows by itself: header, exact length, every ciphertext.</summary>
    public static Result<Unit> Check(AggregationShape shape, AggregationMessageKind kind, ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderBytes)
            return PrivacyErrors.MessageLength.Of();
        if (!message[..4].SequenceEqual(Magic) || message[4] != Version)
            return PrivacyErrors.MessageHeader.Of();
        if (message[KindAt] != (byte)kind)
            return PrivacyErrors.MessageKind.Of();
        if (!message.Slice(ShapeAt, 32).SequenceEqual(shape.Digest.Span)
            || BinaryPrimitives.ReadUInt16LittleEndian(message[FirstCountAt..]) != shape.Layout.First.Ciphertexts
            || BinaryPrimitives.ReadUInt16LittleEndian(message[SecondCountAt..]) != shape.Layout.Second.Ciphertexts)
            return PrivacyErrors.MessageShape.Of();
        if (message.Length != shape.MessageBytes)
            return PrivacyErrors.MessageLength.Of();
        if (kind == AggregationMessageKind.Contribution ? Index(message) >= shape.Parties : Index(message) != SumIndex)
            return PrivacyErrors.MessageIndex.Of();
        if (Round(message) < 0)
            return PrivacyErrors.MessageHeader.Of();
        for (var i = 0; i < shape.TotalCiphertexts; i++)
        {
            if (CiphertextCodec.Check(SetOf(shape, i), Ciphertext(shape, message, i)).Error is { } error)
                return error;
        }

        return Unit.Value;
    }

    public static ushort Index(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt16LittleEndian(message[IndexAt..]);

    public static int Round(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadInt32LittleEndian(message[RoundAt..]);

    public static ReadOnlySpan<byte> RosterHash(ReadOnlySpan<byte> message) => message.Slice(RosterAt, 32);

    /// <summary>Everything behind the header.</summary>
    public static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> message) => message[HeaderBytes..];

    public static ReadOnlySpan<byte> Ciphertext(AggregationShape shape, ReadOnlySpan<byte> message, int index)
    {
        var length = SetOf(shape, index).Ciphertext.TotalBytes;
        return message.Slice(HeaderBytes + (index * length), length);
    }

    /// <summary>Parameters of the ciphertext at <paramref name="index"/>; both sets have the same serialized length.</summary>
    public static SealParameterSet SetOf(AggregationShape shape, int index)
        => index < shape.Layout.First.Ciphertexts ? shape.Layout.First.Set : shape.Layout.Second.Set;
}
