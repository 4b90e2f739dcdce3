using DataSpace.Kernel.Results;

namespace DataSpace.Privacy.Conversations;

/// <summary>
/// The messages that a party has said, in a file of its own: committed before they leave, resent byte for byte when a connection breaks. Nothing is ever computed
/// twice under one key. The file is readable by its owner alone, bounded, flushed to disk per message, and deleted with the spool. Owned by one thread.
/// </summary>
public sealed class MessageSpool : IDisposable
{
    private readonly FileStream _file;
    private readonly long _maxBytes;
    private readonly List<(long Offset, int Length)> _messages = [];
    private int _released;

    /// <param name="path">A path that does not exist yet.</param>
    /// <param name="maxBytes">Most bytes to hold.</param>
    public MessageSpool(string path, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        _maxBytes = maxBytes;
        _file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            Options = FileOptions.DeleteOnClose,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
    }

    /// <summary>Messages held.</summary>
    public int Count => _messages.Count;

    /// <summary>Commits a message; only then may it leave.</summary>
    /// <returns>DS-PRV-173 when the limit would be passed; nothing is written then.</returns>
    public Result<Unit> Append(ProtocolMessage message) => Append(message.Payload);

    /// <summary>As above, of an analyst, who says nothing about data.</summary>
    public Result<Unit> Append(ReadOnlyMemory<byte> message)
    {
        if (_file.Length + message.Length > _maxBytes) // of those that nobody has released
            return ConversationErrors.SpoolFull.Of();
        var offset = _file.Length;
        RandomAccess.Write(_file.SafeFileHandle, message.Span, offset);
        _file.Flush(flushToDisk: true);
        _messages.Add((offset, message.Length));
        return Unit.Value;
    }

    /// <summary>Number of the first message that is still held.</summary>
    public int First => _released;

    /// <summary>Message number <paramref name="index"/>, from 0; not before <see cref="First"/>.</summary>
    public byte[] Read(int index)
    {
        var (offset, length) = _messages[index];
        var message = new byte[length];
        for (var read = 0; read < length;)
        {
            var part = RandomAccess.Read(_file.SafeFileHandle, message.AsSpan(read), offset + read);
            read += part > 0 ? part : throw new EndOfStreamException("The spool is shorter than what was written to it.");
        }

        return message;
    }

    /// <summary>
    /// The other party has every message before number <paramref name="count"/>: where that is all of them they leave the disk. Long conversations of large messages would fill it otherwise. Whoever asks for a released one
    /// gets none, and the conversation ends.
    /// </summary>
    public void Release(int count)
    {
        if (count < _messages.Count || _released == _messages.Count)
            return;
        _released = _messages.Count;
        _file.SetLength(0);
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();
}
