using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;

namespace DataSpace.Privacy.Tests.Intersection;

/// <summary>A connection that breaks at every message: what was committed is sent again, nothing is computed twice.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("dataspace-psi-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Broken_connections_change_nothing()
    {
        using var parties = new TwoParties(TwoParties.Keys(0, 4100), TwoParties.Keys(4000, 200));
        using var receiverSpool = new MessageSpool(Path.Combine(_directory, "r"), 1_000_000);
        using var senderSpool = new MessageSpool(Path.Combine(_directory, "s"), 1_000_000);
        while (!parties.Receiver.IsComplete)
        {
            Speak(parties.Receiver, receiverSpool);
            Deliver(receiverSpool, parties.Sender);
            Speak(parties.Sender, senderSpool);
            Deliver(senderSpool, parties.Receiver);
        }

        Assert.Equal(100, parties.Receiver.Finish().Value.Count);
        Assert.Equal(3, receiverSpool.Count);
        Assert.Equal(4, senderSpool.Count);
    }

    [Fact]
    public void A_message_that_did_arrive_is_not_taken_again()
    {
        using var parties = HostileNetworkTests.Small();
        using var spool = new MessageSpool(Path.Combine(_directory, "r"), 1_000_000);
        Speak(parties.Receiver, spool);
        Assert.Equal(0, parties.Sender.Received);
        Assert.True(parties.Sender.Receive(spool.Read(0)).IsOk);
        Assert.Equal(1, parties.Sender.Received);
        Assert.Same(ConversationErrors.OutOfOrder, parties.Sender.Receive(spool.Read(0)).Error!.Kind);
    }

    [Fact]
    public void A_party_that_lost_its_process_starts_anew_with_fresh_keys_and_the_old_messages_are_worth_nothing()
    {
        using var lost = HostileNetworkTests.Small();
        Assert.Null(lost.Converse());
        using var parties = HostileNetworkTests.Small();
        Assert.Equal(3, parties.Result().Count);
        Assert.DoesNotContain(parties.Said, said => lost.Said.Any(old => old.Message.AsSpan(88, 32).SequenceEqual(said.Message.AsSpan(88, 32))));
    }

    [Fact]
    public void The_file_is_bounded_private_and_gone_afterwards()
    {
        using var parties = HostileNetworkTests.Small();
        var path = Path.Combine(_directory, "r");
        using (var spool = new MessageSpool(path, 220))
        {
            var message = parties.Receiver.Next().Value!;
            Assert.Equal(216, message.Payload.Length);
            Assert.True(spool.Append(message).IsOk);
            Assert.Same(ConversationErrors.SpoolFull, spool.Append(message).Error!.Kind);
            Assert.Equal(message.Payload.ToArray(), spool.Read(0));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            Assert.Throws<IOException>(() => new MessageSpool(path, 1));
        }

        Assert.False(File.Exists(path));
    }

    private static void Speak(IntersectionParty party, MessageSpool spool)
    {
        while (party.Next().Value is { } message)
            Assert.True(spool.Append(message).IsOk);
    }

    /// <summary>Every connection carries one message and breaks; some break before it arrives.</summary>
    private static void Deliver(MessageSpool spool, IntersectionParty peer)
    {
        for (var attempt = 0; peer.Received < spool.Count; attempt++)
        {
            var message = spool.Read(peer.Received);
            if (attempt % 2 == 1)
                Assert.Equal(default, peer.Receive(message).Value);
        }
    }
}
