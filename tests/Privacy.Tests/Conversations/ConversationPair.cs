using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;

namespace DataSpace.Privacy.Tests.Conversations;

/// <summary>What a network makes of a message: itself, nothing, or what it likes.</summary>
/// <param name="fromFirst">Whether the first party said it.</param>
/// <param name="number">Which it is of all, from 0.</param>
/// <param name="message">The message, the network's to change.</param>
internal delegate IEnumerable<byte[]> PairNetwork(bool fromFirst, int number, byte[] message);

/// <summary>Both parts of a conversation of two owners in this process, with a network in between that a test may own.</summary>
internal sealed class ConversationPair(IConversation first, IConversation second) : IDisposable
{
    public IConversation First => first;

    public IConversation Second => second;

    /// <summary>All that was said, as it was said.</summary>
    public List<(bool FromFirst, byte[] Message)> Said { get; } = [];

    /// <summary>Who refused a message.</summary>
    public IConversation? Refuser { get; private set; }

    /// <summary>Talks until nobody has anything to say; the first refusal, or null.</summary>
    public DsError? Converse(PairNetwork? network = null)
    {
        while (true)
        {
            var fromFirst = true;
            var next = first.Next();
            if (next is { IsOk: true, Value: null })
                (fromFirst, next) = (false, second.Next());
            if (!next.TryGet(out var message, out var error))
                return error;
            if (message is null)
                return null;
            var bytes = message.Payload.ToArray();
            var number = Said.Count;
            Said.Add((fromFirst, bytes));
            foreach (var arriving in network?.Invoke(fromFirst, number, [.. bytes]) ?? [bytes])
            {
                var hearer = fromFirst ? second : first;
                if (hearer.Receive(arriving).Error is { } refused)
                {
                    Refuser = hearer;
                    return refused;
                }
            }
        }
    }

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
    }
}
