using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Conversations;

/// <summary>
/// One party's part in a conversation of two, free of transport: it says the next message when it is its turn and takes the peer's when it is due. A caller commits a message before it
/// sends it and resends those bytes when a connection breaks; who lost its process starts again under a new Grant. One caller at a time.
/// </summary>
public interface IConversationPart : IDisposable
{
    /// <summary>Longest message of any conversation, in bytes, with header and signature.</summary>
    public const int MostMessageBytes = 8 * 1024 * 1024;

    /// <summary>Messages of the peer that were accepted so far; after a broken connection the peer resends from here.</summary>
    int Received { get; }

    /// <summary>True when this part has said and heard everything.</summary>
    bool IsComplete { get; }

    /// <summary>True where the last message of the conversation is the peer's: then nobody waits for this part's messages once it is complete.</summary>
    bool EndsByHearing { get; }

    /// <summary>Takes the message that is due. Any error closes the run and wipes its keys.</summary>
    Result<Unit> Receive(ReadOnlyMemory<byte> message);
}

/// <summary>An owner's part: what it says is computed from data, under a Grant.</summary>
public interface IConversation : IConversationPart
{
    /// <summary>The next message, or null while the peer's is awaited and when all is said.</summary>
    Result<ProtocolMessage?> Next();

    /// <summary>
    /// True when everything is heard and what is still to be said is a result, or opens one: it leaves when the use's Report is in the ledger, not before. False in a conversation whose result
    /// leaves in another way.
    /// </summary>
    bool SaysResult => false;

    /// <summary>
    /// What this party reports where the conversation has broken off after something of a result had left (sums of a first round, rows in common): the digest of what was said and heard. Null where nothing had left, and
    /// there is nothing to report. Also after the run was closed.
    /// </summary>
    ProtocolMessage? BreakOff() => null;

    /// <summary>When all is said: the digest of the whole conversation, and what else both parties know alike. The same bytes from both.</summary>
    Result<ProtocolMessage> Close();
}

/// <summary>The part of the analyst, who holds no data in this conversation: what it says is computed from the order and from what owners said.</summary>
public interface IAnalystConversation : IConversationPart
{
    /// <summary>The next message, or null while the peer's is awaited and when all is said.</summary>
    Result<ReadOnlyMemory<byte>?> Next();

    /// <summary>As <see cref="IConversation.Close"/>.</summary>
    Result<ReadOnlyMemory<byte>> Close();
}
