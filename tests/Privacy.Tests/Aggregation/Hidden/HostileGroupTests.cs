using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation.Hidden;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Tests.Aggregation.Hidden;

/// <summary>Owners and network as attackers of the conversation that places groups.</summary>
public sealed class HostileGroupTests
{
    private static readonly GroupContext Context = HiddenParties.Context(5);

    public static TheoryData<string> BadElements => ["00".PadRight(64, '0'), "01".PadRight(64, '0'), "00" + new string('f', 62), "ed" + new string('f', 60) + "7f", "ec" + new string('f', 60) + "7f"];

    [Theory]
    [MemberData(nameof(BadElements))]
    public void Elements_that_are_none_end_the_run(string hex)
    {
        var bad = Convert.FromHexString(hex);
        Refused(HiddenGroupErrors.ElementInvalid, true, payload => Put(payload, 64, bad));
        Refused(HiddenGroupErrors.ProofInvalid, false, payload => Put(payload, 0, bad)); // as the public key
        Refused(HiddenGroupErrors.ProofInvalid, false, payload => Put(payload, 64, bad));
    }

    [Fact]
    public void No_more_and_no_fewer_codes_are_evaluated_than_the_plan_has_room_for()
    {
        Refused(ConversationErrors.MessageLength, true, payload => [.. payload, .. payload[..32]]);
        Refused(ConversationErrors.MessageLength, true, payload => payload[..^32]);
        Refused(ConversationErrors.MessageLength, true, payload => payload[..^1]);
        Refused(ConversationErrors.MessageLength, false, payload => payload[..^1]);
        Assert.Same(HiddenGroupErrors.OwnerFailed, GroupAsker.Create(Scenario.Grant, Context, ["1", "2", "3", "4", "5", "6"], "did:web:asker", HiddenParties.AskerSigner, HiddenParties.HolderSigner.PublicKey).Error?.Kind);
        using var holder = GroupKeyHolder.Create(Context).Value;
        Assert.Same(HiddenGroupErrors.OwnerFailed, holder.ValuesOf(["1", "2", "3", "4", "5", "6"]).Error?.Kind);
        foreach (var maximum in (int[])[0, -1, GroupContext.MostGroups + 1])
            Assert.Same(HiddenGroupErrors.TermsInvalid, GroupKeyHolder.Create(HiddenParties.Context(maximum)).Error?.Kind);
    }

    [Fact]
    public void A_second_question_is_not_answered_and_ends_the_key()
    {
        using var holder = GroupKeyHolder.Create(Context).Value;
        var conversation = holder.With(Scenario.Grant, "did:web:asker", HiddenParties.HolderSigner, HiddenParties.AskerSigner.PublicKey);
        var ask = Ask(Context).Next().Value!.Payload;
        Assert.True(conversation.Receive(ask).IsOk);
        Assert.NotNull(conversation.Next().Value);
        Assert.Null(conversation.Next().Value);
        Assert.Same(ConversationErrors.OutOfOrder, conversation.Receive(ask).Error?.Kind);
        Assert.Same(ConversationErrors.RunClosed, conversation.Next().Error?.Kind);
        Assert.Same(ConversationErrors.RunClosed, holder.ValuesOf(["1"]).Error?.Kind);
    }

    [Fact]
    public void A_holder_with_two_keys_is_found_out()
    {
        using var other = OprfKey.Create();
        using var tweaked = Context.Function().Tweak(other)!;
        byte[] blinded = [];
        byte[] Answer(bool fromAsker, byte[] message, int evaluated)
        {
            if (fromAsker)
            {
                blinded = HiddenParties.Payload(message);
                return message;
            }

            var payload = HiddenParties.Payload(message);
            Poprf.TryEvaluate(tweaked, blinded.AsSpan(0, 32 * evaluated), payload.AsSpan(32, 32 * evaluated));
            return HiddenParties.Forge(false, message, payload);
        }

        foreach (var evaluated in (int[])[1, 5])
        {
            using var holder = GroupKeyHolder.Create(Context).Value;
            Assert.Same(HiddenGroupErrors.ProofInvalid, HiddenParties.Converse(holder, Context, ["a"], (from, message) => Answer(from, message, evaluated)).Error?.Kind);
        }
    }

    /// <summary>Whole and proven, by the function of another job: what was asked for there places nothing here.</summary>
    [Theory]
    [InlineData("another job", false)]
    [InlineData(null, true)]
    public void A_function_of_another_job_is_found_out(string? job, bool isRight)
    {
        using var key = OprfKey.Create();
        using var tweaked = (job is null ? Context : HiddenParties.Context(5, job)).Function().Tweak(key)!;
        byte[] blinded = [];
        byte[] Answer(bool fromAsker, byte[] message)
        {
            if (fromAsker)
            {
                blinded = HiddenParties.Payload(message);
                return message;
            }

            var (evaluated, nonce, proof) = (new byte[blinded.Length], new byte[32], new byte[Voprf.ProofBytes]);
            Ristretto255.Draw(nonce);
            Poprf.TryEvaluate(tweaked, blinded, evaluated);
            Poprf.Prove(tweaked, blinded, evaluated, nonce, proof);
            return HiddenParties.Forge(false, message, [.. key.PublicKey.Span, .. evaluated, .. proof]);
        }

        using var holder = GroupKeyHolder.Create(Context).Value;
        var heard = HiddenParties.Converse(holder, Context, ["a"], Answer);
        Assert.Equal(isRight ? null : HiddenGroupErrors.ProofInvalid, heard.Error?.Kind);
    }

    [Fact]
    public void A_message_of_another_job_or_of_nobody_is_refused()
    {
        var foreign = Ask(HiddenParties.Context(5, "another job")).Next().Value!.Payload.ToArray();
        Refuse(ConversationErrors.OtherRun, (fromAsker, message) => fromAsker ? foreign : message);
        foreach (var fromWhom in (bool[])[true, false])
        {
            Refuse(ConversationErrors.SignatureInvalid, (fromAsker, message) =>
            {
                if (fromAsker == fromWhom)
                    message[SignedTranscript.HeaderBytes + 3] ^= 1;
                return message;
            });
        }
    }

    [Fact]
    public void What_an_owner_asks_has_one_size_and_one_distribution_whatever_its_groups()
    {
        // An element that is the same in two runs would tell codes; blinds are fresh.
        var seen = new HashSet<string>();
        foreach (var codes in (string[][])[[], ["a"], ["a", "b", "c", "d", "e"], ["a"]])
        {
            var message = GroupAsker.Create(Scenario.Grant, Context, codes, "did:web:asker", HiddenParties.AskerSigner, HiddenParties.HolderSigner.PublicKey).Value.Next().Value!;
            Assert.Equal(SignedTranscript.HeaderBytes + (5 * 32) + SignedTranscript.SignatureBytes, message.Payload.Length);
            foreach (var element in HiddenParties.Payload(message.Payload.ToArray()).Chunk(32))
            {
                Assert.True(Ristretto255.IsElement(element));
                Assert.True(seen.Add(Convert.ToHexString(element)));
            }
        }
    }

    private static GroupAsker Ask(GroupContext context)
        => GroupAsker.Create(Scenario.Grant, context, ["a"], "did:web:asker", HiddenParties.AskerSigner, HiddenParties.HolderSigner.PublicKey).Value;

    private static byte[] Put(byte[] payload, int at, byte[] what)
    {
        what.CopyTo(payload, at);
        return payload;
    }

    private static void Refused(ErrorKind expected, bool fromAsker, Func<byte[], byte[]> change)
        => Refuse(expected, (from, message) => from == fromAsker ? HiddenParties.Forge(from, message, change(HiddenParties.Payload(message))) : message);

    private static void Refuse(ErrorKind expected, Func<bool, byte[], byte[]> network)
    {
        using var holder = GroupKeyHolder.Create(Context).Value;
        Assert.Same(expected, HiddenParties.Converse(holder, Context, ["a", "b"], network).Error?.Kind);
    }
}
