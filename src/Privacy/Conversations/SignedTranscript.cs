using System.Buffers.Binary;
using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Conversations;

/// <summary>What a conversation is bound to, and who signs in it.</summary>
/// <param name="Protocol">Name and version, for example <c>private-lookup/1</c>: part of everything that is signed.</param>
/// <param name="Context">SHA-256 of what both parties must agree on (job, contracts, plan, versions, terms); 32 bytes.</param>
/// <param name="Own">Signs this party's messages.</param>
/// <param name="Peer">The other party's key as the signed job or the agreement names it; never a key that came with a message.</param>
public sealed record ConversationTerms(string Protocol, ReadOnlyMemory<byte> Context, ISigner Own, PublicKey Peer);

/// <summary>
/// The one conversation as one party sees it. Wire form: an 80-byte header, a payload, an Ed25519 signature of 64 bytes. Header, integers little-endian: magic <c>DSPC</c>, version 1, step,
/// two zero bytes, part (int32), payload length (int32), context digest, digest of the message before this one, of either party. The signature is over the protocol's name, the header and the
/// payload's SHA-256. Every message names the one before, so that both parties can only go on when they have seen the same bytes in the same order. Owned by one state machine.
/// </summary>
public sealed class SignedTranscript
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderBytes = 80;

    /// <summary>Bytes after it.</summary>
    public const int SignatureBytes = 64;

    private const int StepAt = 5, PartAt = 8, LengthAt = 12, ContextAt = 16, PreviousAt = 48;
    private readonly ConversationTerms _terms;
    private readonly byte[] _tag;
    private byte[] _last;

    /// <summary>An empty conversation.</summary>
    public SignedTranscript(ConversationTerms terms)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(terms.Context.Length, SHA256.HashSizeInBytes);
        _terms = terms;
        _last = terms.Context.ToArray();
        _tag = System.Text.Encoding.ASCII.GetBytes($"DataSpace {terms.Protocol} message\n");
    }

    /// <summary>Messages of the peer that were accepted.</summary>
    public int Received { get; private set; }

    /// <summary>Digest of the newest message of either party, and with it of all before.</summary>
    public ReadOnlyMemory<byte> Last => _last;

    private static ReadOnlySpan<byte> Magic => "DSPC\u0001"u8;

    /// <summary>Signs the next message of this party.</summary>
    /// <param name="step">Which message, as the protocol numbers them.</param>
    /// <param name="part">Which of several of one step, or which round; from 0.</param>
    /// <param name="payload">Content.</param>
    public byte[] Write(byte step, int part, ReadOnlySpan<byte> payload)
    {
        var message = new byte[HeaderBytes + payload.Length + SignatureBytes];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, IConversationPart.MostMessageBytes);
        Header(message, step, part, payload.Length);
        payload.CopyTo(message.AsSpan(HeaderBytes));
        _terms.Own.Sign(SignedBytes(message)).CopyTo(message, message.Length - SignatureBytes);
        _last = SHA256.HashData(message);
        return message;
    }

    /// <summary>As <see cref="Write(byte, int, ReadOnlySpan{byte})"/>, of an owner under its Grant.</summary>
    public ProtocolMessage Write(GrantHandle grant, byte step, string stepName, int part, ReadOnlySpan<byte> payload)
        => new(grant, _terms.Protocol, stepName, Write(step, part, payload));

    /// <summary>What an owner says to everybody when all is said: the digest of the conversation, 32 bytes.</summary>
    public ProtocolMessage Close(GrantHandle grant) => new(grant, _terms.Protocol, "close", _last);

    /// <summary>What an owner says of a conversation that broke off: the digest so far, 32 bytes.</summary>
    public ProtocolMessage BreakOff(GrantHandle grant) => new(grant, _terms.Protocol, "brokenoff", _last);

    /// <summary>The payload of the message that is due from the peer; nothing of it is looked at before the signature holds.</summary>
    /// <param name="message">As received.</param>
    /// <param name="step">Step that is due.</param>
    /// <param name="part">Part that is due.</param>
    /// <param name="payloadBytes">Exact length, where it follows from what is known.</param>
    /// <returns>DS-PRV-162 to 166 or 177 when it is not the message that is due.</returns>
    public Result<ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> message, byte step, int part, int payloadBytes) => Read(message, step, part, payloadBytes, payloadBytes);

    /// <summary>As above, where the peer chooses a length between two bounds.</summary>
    public Result<ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> message, byte step, int part, int leastBytes, int mostBytes)
    {
        if (Problem(message.Span, step, part, leastBytes, mostBytes) is { } problem)
            return problem;
        if (!_terms.Peer.Verify(SignedBytes(message.Span), message.Span[^SignatureBytes..]))
            return ConversationErrors.SignatureInvalid.Of();
        _last = SHA256.HashData(message.Span);
        Received++;
        return message[HeaderBytes..^SignatureBytes];
    }

    /// <summary>Step and part that a message says it is, unverified: for a reader that may be owed one of several. Null when it is too short.</summary>
    public static (byte Step, int Part)? Peek(ReadOnlySpan<byte> message)
        => message.Length < HeaderBytes + SignatureBytes ? null : (message[StepAt], BinaryPrimitives.ReadInt32LittleEndian(message[PartAt..]));

    private DsError? Problem(ReadOnlySpan<byte> message, byte step, int part, int leastBytes, int mostBytes)
    {
        var length = message.Length - HeaderBytes - SignatureBytes;
        if (length < 0 || message.Length > IConversationPart.MostMessageBytes)
            return ConversationErrors.MessageLength.Of();
        Span<byte> due = stackalloc byte[HeaderBytes];
        Header(due, step, part, length);
        if (!Same(message, due, 0, StepAt) || !Same(message, due, StepAt + 1, PartAt))
            return ConversationErrors.MessageHeader.Of();
        if (!Same(message, due, ContextAt, PreviousAt))
            return ConversationErrors.OtherRun.Of();
        if (message[StepAt] != step || !Same(message, due, PartAt, LengthAt))
            return ConversationErrors.OutOfOrder.Of();
        if (!Same(message, due, LengthAt, ContextAt) || length < leastBytes || length > mostBytes)
            return ConversationErrors.MessageLength.Of();
        return Same(message, due, PreviousAt, HeaderBytes) ? null : ConversationErrors.OtherTranscript.Of();
    }

    private byte[] SignedBytes(ReadOnlySpan<byte> message)
    {
        var signed = new byte[_tag.Length + HeaderBytes + SHA256.HashSizeInBytes];
        _tag.CopyTo(signed, 0);
        message[..HeaderBytes].CopyTo(signed.AsSpan(_tag.Length));
        SHA256.HashData(message[HeaderBytes..^SignatureBytes], signed.AsSpan(_tag.Length + HeaderBytes));
        return signed;
    }

    private void Header(Span<byte> header, byte step, int part, int payloadBytes)
    {
        header[..HeaderBytes].Clear();
        Magic.CopyTo(header);
        header[StepAt] = step;
        BinaryPrimitives.WriteInt32LittleEndian(header[PartAt..], part);
        BinaryPrimitives.WriteInt32LittleEndian(header[LengthAt..], payloadBytes);
        _terms.Context.Span.CopyTo(header[ContextAt..]);
        _last.CopyTo(header[PreviousAt..]);
    }

    private static bool Same(ReadOnlySpan<byte> message, ReadOnlySpan<byte> due, int from, int to) => message[from..to].SequenceEqual(due[from..to]);
}
