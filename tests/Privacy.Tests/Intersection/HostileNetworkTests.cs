using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Tests.Aggregation;

namespace DataSpace.Privacy.Tests.Intersection;

/// <summary>The coordinator that relays is the attacker: it has every message and no party's signing key.</summary>
public sealed class HostileNetworkTests
{
    // Those of a sum: Sums/HostileSumTests.cs.
    private static readonly IntersectionStep[] Steps = [.. Enum.GetValues<IntersectionStep>().Where(step => step <= IntersectionStep.Own)];

    public static TheoryData<int> EveryStep => [.. Steps.Select(step => (int)step)];

    [Theory]
    [MemberData(nameof(EveryStep))]
    public void A_message_under_a_key_that_the_attacker_put_in_place_is_refused(int step)
    {
        using var parties = Small();
        var attacker = Ed25519Signer.Generate();
        AssertRefused(parties, ConversationErrors.SignatureInvalid, (fromReceiver, _, message) =>
            [(int)TwoParties.StepOf(message) == step ? TwoParties.Forge(fromReceiver, message, same => same, attacker) : message]);
    }

    [Fact]
    public void An_attacker_that_plays_a_party_of_its_own_gets_no_answer()
    {
        using var parties = Small();
        var attacker = Ed25519Signer.Generate();
        using var impostor = IntersectionReceiver.Create(
            new IntersectionRun(Scenario.Grant, parties.Context, attacker, TwoParties.SenderSigner.PublicKey), TwoParties.Set(TwoParties.Keys(0, 10))).Value;
        Assert.Same(ConversationErrors.SignatureInvalid, parties.Sender.Receive(impostor.Next().Value!.Payload).Error!.Kind);
        Assert.Same(ConversationErrors.RunClosed, parties.Sender.Next().Error!.Kind);
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public void A_flipped_bit_anywhere_is_refused(int step)
    {
        int length;
        using (var probe = Small())
        {
            Assert.Null(probe.Converse());
            length = probe.Said.First(said => (int)TwoParties.StepOf(said.Message) == step).Message.Length;
        }

        for (var at = 0; at < length; at++)
        {
            using var parties = Small();
            var refused = parties.Converse((_, _, message) =>
            {
                if ((int)TwoParties.StepOf(message) == step)
                    message[at] ^= (byte)(1 << (at % 8));
                return [message];
            });
            Assert.NotNull(refused);
            var expected = at switch
            {
                < 5 or 6 or 7 => [ConversationErrors.MessageHeader],
                5 or (>= 8 and < 12) => [ConversationErrors.OutOfOrder],
                < 16 => [IntersectionErrors.CountMismatch],
                < 20 => [IntersectionErrors.SetTooLarge, IntersectionErrors.CountMismatch, ConversationErrors.SignatureInvalid],
                < 24 => [ConversationErrors.MessageHeader],
                < 56 => [ConversationErrors.OtherRun],
                < 88 => [ConversationErrors.OtherTranscript],
                _ => (ErrorKind[])[ConversationErrors.SignatureInvalid],
            };
            Assert.Contains(refused.Kind, expected);
            AssertNothingTold(parties);
        }
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public void A_message_that_comes_twice_is_refused(int step)
    {
        using var parties = Small();
        AssertRefused(parties, ConversationErrors.OutOfOrder, (_, _, message) => (int)TwoParties.StepOf(message) == step ? [message, message] : [message]);
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public void A_message_of_another_job_is_refused(int step)
    {
        using var other = new TwoParties(TwoParties.Keys(0, 5), TwoParties.Keys(2, 5), jobId: "another job");
        Assert.Null(other.Converse());
        using var parties = Small();
        AssertRefused(parties, ConversationErrors.OtherRun, (_, index, message) => [(int)TwoParties.StepOf(message) == step ? other.Said[index].Message : message]);
    }

    [Theory]
    [InlineData((int)IntersectionStep.Answer)]
    [InlineData((int)IntersectionStep.Masked)]
    [InlineData((int)IntersectionStep.Tags)]
    [InlineData((int)IntersectionStep.Own)]
    public void A_message_of_an_earlier_run_of_the_same_job_is_refused(int step)
    {
        using var earlier = Small();
        Assert.Null(earlier.Converse());
        using var parties = Small();
        AssertRefused(parties, ConversationErrors.OtherTranscript, (_, index, message) => [(int)TwoParties.StepOf(message) == step ? earlier.Said[index].Message : message]);
    }

    [Fact]
    public void An_opening_that_is_replayed_gets_an_answer_that_nobody_can_use()
    {
        using var earlier = Small();
        Assert.Null(earlier.Converse());
        using var parties = Small();
        Assert.True(parties.Sender.Receive(earlier.Said[0].Message).IsOk);
        _ = parties.Sender.Next().Value;
        Assert.Same(ConversationErrors.OtherTranscript, parties.Sender.Receive(earlier.Said[2].Message).Error!.Kind);
    }

    [Fact]
    public void Chunks_in_another_order_are_refused()
    {
        using var parties = new TwoParties(TwoParties.Keys(0, 4100), TwoParties.Keys(0, 3));
        byte[]? kept = null;
        AssertRefused(parties, ConversationErrors.OutOfOrder, (_, index, message) =>
        {
            if (index != 2)
                return index == 3 ? [message, kept!] : [message];
            kept = message;
            return [];
        });
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public void A_cut_or_lengthened_message_is_refused(int step)
    {
        foreach (var change in (Func<byte[], byte[]>[])[m => m[..^1], m => [.. m, 0], m => m[..80], _ => [], m => [.. m, .. new byte[IntersectionMessage.MostBytes]]])
        {
            using var parties = Small();
            AssertRefused(parties, ConversationErrors.MessageLength, (_, _, message) => [(int)TwoParties.StepOf(message) == step ? change(message) : message]);
        }
    }

    [Fact]
    public void A_party_that_drops_out_at_any_step_leaves_nothing()
    {
        using var whole = Small();
        Assert.Null(whole.Converse());
        for (var cut = 0; cut < whole.Said.Count; cut++)
        {
            using var parties = Small();
            var arrived = 0;
            _ = parties.Converse((_, _, message) => arrived++ < cut ? [message] : []);
            Assert.False(parties.Receiver.IsComplete);
            Assert.Same(ConversationErrors.Incomplete, parties.Receiver.Finish().Error!.Kind);
            parties.Receiver.Dispose();
            AssertNothingTold(parties);
        }
    }

    internal static TwoParties Small() => new(TwoParties.Keys(0, 5), TwoParties.Keys(2, 5));

    internal static void AssertRefused(TwoParties parties, ErrorKind expected, Network network)
    {
        Assert.Same(expected, parties.Converse(network)?.Kind);
        AssertNothingTold(parties);
    }

    /// <summary>Whichever side refused, the receiver has no result, and the side that refused says nothing more.</summary>
    private static void AssertNothingTold(TwoParties parties)
    {
        // A message too many after everything was said is refused as well; the result is then complete and not asked for.
        Assert.Contains(parties.Receiver.Finish().Error!.Kind, (ErrorKind[])[ConversationErrors.RunClosed, ConversationErrors.Incomplete]);
    }
}
