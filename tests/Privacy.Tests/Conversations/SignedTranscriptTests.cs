using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;

namespace DataSpace.Privacy.Tests.Conversations;

/// <summary>Somebody on the way, or the peer itself, hands over what is not due.</summary>
public class SignedTranscriptTests
{
    private readonly Ed25519Signer _one = Ed25519Signer.Generate();
    private readonly Ed25519Signer _two = Ed25519Signer.Generate();

    private SignedTranscript Speaker(string protocol = "test/1", byte context = 1) => new(new ConversationTerms(protocol, Filled(context), _one, _two.PublicKey));

    private SignedTranscript Listener(ISigner? expected = null) => new(new ConversationTerms("test/1", Filled(1), _two, (expected ?? _one).PublicKey));

    private static byte[] Filled(byte value) => [.. Enumerable.Repeat(value, 32)];

    private static ErrorKind? Kind<T>(Result<T> result) => result.Error?.Kind;

    [Fact]
    public void Both_see_one_conversation()
    {
        var (one, two) = (Speaker(), Listener());
        Assert.Equal([7, 8], two.Read(one.Write(1, 0, [7, 8]), 1, 0, 2).Value.ToArray());
        Assert.Equal([9], one.Read(two.Write(2, 0, [9]), 2, 0, leastBytes: 0, mostBytes: 4).Value.ToArray());
        Assert.Equal([], two.Read(one.Write(3, 5, []), 3, 5, 0).Value.ToArray());
        Assert.Equal(one.Last.ToArray(), two.Last.ToArray());
        Assert.Equal((1, 2), (one.Received, two.Received));
    }

    [Fact]
    public void No_bit_of_a_message_can_change()
    {
        var message = Speaker().Write(1, 0, [7, 8]);
        for (var bit = 0; bit < message.Length * 8; bit++)
        {
            var altered = message.ToArray();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            var listener = Listener();
            Assert.NotNull(listener.Read(altered, 1, 0, 0, 100).Error);
            Assert.Equal(0, listener.Received);
        }
    }

    [Fact]
    public void What_is_not_due_has_a_reason_of_its_own()
    {
        var message = Speaker().Write(1, 0, [7, 8]);
        Assert.Equal(ConversationErrors.OtherRun, Kind(Listener().Read(Speaker(context: 2).Write(1, 0, [7, 8]), 1, 0, 2)));
        Assert.Equal(ConversationErrors.SignatureInvalid, Kind(Listener().Read(Speaker("test/2").Write(1, 0, [7, 8]), 1, 0, 2)));
        Assert.Equal(ConversationErrors.SignatureInvalid, Kind(Listener(Ed25519Signer.Generate()).Read(message, 1, 0, 2)));
        Assert.Equal(ConversationErrors.OutOfOrder, Kind(Listener().Read(message, 2, 0, 2)));
        Assert.Equal(ConversationErrors.OutOfOrder, Kind(Listener().Read(message, 1, 1, 2)));
        Assert.Equal(ConversationErrors.MessageLength, Kind(Listener().Read(message, 1, 0, 3)));
        Assert.Equal(ConversationErrors.MessageLength, Kind(Listener().Read(message.AsMemory(0, message.Length - 1), 1, 0, 0, 9)));
        Assert.Equal(ConversationErrors.MessageLength, Kind(Listener().Read(new byte[20], 1, 0, 0, 9)));
        Assert.Equal(ConversationErrors.MessageLength, Kind(Listener().Read(new byte[IConversationPart.MostMessageBytes + 1], 1, 0, 0, int.MaxValue)));
        Assert.Equal(ConversationErrors.MessageHeader, Kind(Listener().Read((byte[])[0, .. message.AsSpan(1)], 1, 0, 2)));
    }

    [Fact]
    public void A_message_that_was_taken_is_not_taken_again_and_none_can_be_left_out()
    {
        var (one, two) = (Speaker(), Listener());
        var first = one.Write(1, 0, [7]);
        var second = one.Write(1, 1, [8]);
        Assert.Equal(ConversationErrors.OtherTranscript, Kind(two.Read(second, 1, 1, 1)));
        Assert.True(two.Read(first, 1, 0, 1).IsOk);
        Assert.Equal(ConversationErrors.OutOfOrder, Kind(two.Read(first, 1, 1, 1)));
        Assert.Equal(ConversationErrors.OtherTranscript, Kind(two.Read(first, 1, 0, 1)));
        Assert.True(two.Read(second, 1, 1, 1).IsOk);
    }
}
