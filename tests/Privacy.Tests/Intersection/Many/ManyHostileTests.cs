using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Many;
using DataSpace.Privacy.Tests.Aggregation;

namespace DataSpace.Privacy.Tests.Intersection.Many;

/// <summary>The coordinator that relays is the attacker, or a party is: whatever is not the message that is due ends the run with everybody.</summary>
public sealed class ManyHostileTests
{
    public static TheoryData<int> EveryStep => [.. Enum.GetValues<ManyStep>().Select(step => (int)step)];

    [Theory]
    [MemberData(nameof(EveryStep))]
    public void A_flipped_bit_anywhere_is_refused(int step)
    {
        // Every header byte, and some of payload and signature.
        foreach (var at in Enumerable.Range(0, 80).Concat([80, 99, 111, 113, -64, -20, -1]))
        {
            using var parties = Small();
            var refused = parties.Converse((other, _, message) =>
            {
                if (other == 1 && (int)ManyParties.StepOf(message) == step)
                    message[at < 0 ? message.Length + at : at] ^= 4;
                return [message];
            });
            Assert.NotNull(refused);
            AssertNothingTold(parties);
        }
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public void A_message_that_comes_twice_or_in_the_other_conversation_or_from_another_run_is_refused(int step)
    {
        bool Is(byte[] message) => (int)ManyParties.StepOf(message) == step;
        using (var parties = Small())
            AssertRefused(parties, ConversationErrors.OutOfOrder, (_, _, message) => Is(message) ? [message, message] : [message]);
        using (var parties = Small())
        {
            // What was said with the first party, to the second: another conversation, even under one signature.
            AssertRefused(parties, ConversationErrors.OtherRun, (other, fromLeader, message) =>
                other == 1 && Is(message) ? [parties.Said.Where(s => s.Other == 0 && Is(s.Message)).Select(s => Resized(s.Message, message.Length)).First()] : [message]);
        }
        using var old = Small("f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
        Assert.Null(old.Converse());
        using (var parties = Small())
            AssertRefused(parties, ConversationErrors.OtherRun, (other, _, message) => Is(message) ? [old.Said.First(s => s.Other == other && Is(s.Message)).Message] : [message]);
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public void A_message_under_a_key_that_the_attacker_put_in_place_is_refused(int step)
    {
        var attacker = Ed25519Signer.Generate();
        using var parties = Small();
        AssertRefused(parties, ConversationErrors.SignatureInvalid, (other, fromLeader, message) =>
            [(int)ManyParties.StepOf(message) == step ? ManyParties.Forge(other, fromLeader, message, same => same, attacker) : message]);
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public void A_wrong_length_is_refused_even_from_a_party(int step)
    {
        // A table's too: its size follows from that of the set.
        foreach (var change in (Func<byte[], byte[]>[])[p => [.. p, 0], p => p[..^1], p => [], p => [.. p, .. new byte[16]], p => p[..^16]])
        {
            using var parties = Small();
            AssertRefused(parties, ConversationErrors.MessageLength, (other, fromLeader, message) =>
                [(int)ManyParties.StepOf(message) == step ? ManyParties.Forge(other, fromLeader, message, change) : message]);
        }
    }

    [Theory]
    [InlineData((int)ManyStep.Open, 32)]
    [InlineData((int)ManyStep.Answer, 64)]
    public void A_set_of_ten_gigabytes_is_refused_before_anything_is_held(int step, int at)
    {
        foreach (var count in (int[])[10_001, 335_544_320, int.MaxValue, -1])
        {
            using var parties = Small();
            AssertRefused(parties, IntersectionErrors.SetTooLarge, (other, fromLeader, message) =>
                [(int)ManyParties.StepOf(message) == step ? ManyParties.Forge(other, fromLeader, message, p => [.. p[..at], .. BitConverter.GetBytes(count), .. p[(at + 4)..]]) : message]);
        }
        using var few = Small(minimum: 3);
        AssertRefused(few, IntersectionErrors.SetTooSmall, (other, fromLeader, message) =>
            [(int)ManyParties.StepOf(message) == step ? ManyParties.Forge(other, fromLeader, message, p => [.. p[..at], .. BitConverter.GetBytes(2), .. p[(at + 4)..]]) : message]);
    }

    public static TheoryData<string, string> HostilePoints => new()
    {
        { "0000000000000000000000000000000000000000000000000000000000000000", "DS-PRV-161" },
        { "0100000000000000000000000000000000000000000000000000000000000000", "DS-PRV-161" },
        { "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800", "DS-PRV-161" },
        { "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157", "DS-PRV-161" },
        { "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "DS-PRV-161" },
        { "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "DS-PRV-160" },
        { "0900000000000000000000000000000000000000000000000000000000000080", "DS-PRV-160" },
    };

    [Theory]
    [MemberData(nameof(HostilePoints))]
    public void Points_of_low_order_and_such_that_are_not_canonical_are_refused(string point, string code)
    {
        foreach (var step in (ManyStep[])[ManyStep.Blinded, ManyStep.Evaluated])
        {
            using var parties = Small();
            var refused = parties.Converse((other, fromLeader, message) =>
                [ManyParties.StepOf(message) == step && other == 1 ? ManyParties.Forge(other, fromLeader, message, p => [.. p[..32], .. Convert.FromHexString(point), .. p[64..]]) : message]);
            Assert.Equal(code, refused?.Code);
            AssertNothingTold(parties);
        }
    }

    [Fact]
    public void A_seed_of_the_order_that_was_not_sealed_for_this_party_is_refused()
    {
        foreach (var change in (Func<byte[], byte[]>[])[p => [.. p[..40], (byte)(p[40] ^ 1), .. p[41..]], p => [.. p[..36], .. new byte[48]]])
        {
            using var parties = Small(mode: IntersectionMode.Cardinality);
            AssertRefused(parties, ManyErrors.OrderSeedInvalid, (other, fromLeader, message) =>
                [ManyParties.StepOf(message) == ManyStep.Open && other == 2 ? ManyParties.Forge(other, fromLeader, message, change) : message]);
        }
        // The leader gives one party what was sealed for another.
        using var swapped = Small(mode: IntersectionMode.Cardinality);
        byte[]? first = null;
        AssertRefused(swapped, ManyErrors.OrderSeedInvalid, (other, fromLeader, message) =>
        {
            if (ManyParties.StepOf(message) != ManyStep.Open || other == 0)
                return [message];
            var seed = first;
            first ??= message[116..164];
            return [seed is null ? message : ManyParties.Forge(other, fromLeader, message, p => [.. p[..36], .. seed])];
        });
    }

    [Fact]
    public void A_party_that_drops_out_at_any_message_leaves_the_leader_without_a_result()
    {
        int said;
        using (var probe = Small())
        {
            Assert.Null(probe.Converse());
            said = probe.Said.Count;
        }

        for (var dropped = 0; dropped < said; dropped++)
        {
            using var parties = Small();
            var index = 0;
            int? gone = null; // nothing more is carried between the leader and this party
            Assert.Null(parties.Converse((other, _, message) =>
            {
                if (index++ == dropped)
                    gone = other;
                return gone == other ? [] : [message];
            }));
            AssertNothingTold(parties);
            Assert.Same(ConversationErrors.Incomplete, parties.Leader.Close().Error!.Kind);
        }
    }

    [Fact]
    public void What_goes_wrong_with_one_ends_the_run_with_all_and_wipes()
    {
        using var parties = Small();
        Assert.NotNull(parties.Converse((other, fromLeader, message) => [other == 2 && !fromLeader ? [.. message[..^1], (byte)(message[^1] ^ 1)] : message]));
        for (var i = 0; i < 3; i++)
        {
            Assert.Same(ConversationErrors.RunClosed, parties.Leader.With(i).Next().Error!.Kind);
            Assert.Same(ConversationErrors.RunClosed, parties.Leader.With(i).Receive(parties.Said[0].Message).Error!.Kind);
            Assert.All(((LeaderConversation)parties.Leader.With(i)).Values, value => Assert.Equal((UInt128)0, value));
        }
        Assert.Same(ConversationErrors.RunClosed, parties.Leader.Finish().Error!.Kind);
    }

    [Fact]
    public void Keys_of_round_0_that_do_not_fit_are_refused()
    {
        using var parties = Small();
        using var stranger = EphemeralKey.Generate();
        Assert.Same(ManyErrors.RoundKeysInvalid, parties.Party(0, ["a"], stranger).Error!.Kind); // not the one that was signed
        Assert.Same(ManyErrors.RoundKeysInvalid, parties.Party(0, ["a"]).Error!.Kind); // used before
        Result<ManyParty> With(EphemeralKey own, params byte[][] roundKeys) => ManyParty.Create(
            new ManyRun(Scenario.Grant, parties.Context, ManyParties.Signers[0]), 0, TwoParties.Set(["a"]), ManyParties.LeaderSigner.PublicKey, own, roundKeys, TestContext.Current.CancellationToken);
        foreach (var bad in (byte[][])[new byte[32], new byte[31], stranger.PublicKey])
        {
            using var own = EphemeralKey.Generate();
            Assert.Same(ManyErrors.RoundKeysInvalid, With(own, own.PublicKey, stranger.PublicKey, bad).Error!.Kind);
        }
        using var alone = EphemeralKey.Generate();
        Assert.Same(ManyErrors.RoundKeysInvalid, With(alone, alone.PublicKey).Error!.Kind);
    }

    [Fact]
    public void Terms_are_checked_before_anything_is_computed()
    {
        Result<ManyLeader> With(ManyContext context, params string[] keys) => ManyLeader.Create(new ManyRun(Scenario.Grant, context, ManyParties.LeaderSigner), TwoParties.Set(keys), [.. ManyParties.Signers.Take(context.Others.Count).Select(s => s.PublicKey)]);
        var good = ManyParties.NewContext(2, minimum: 2, most: 3);
        Assert.True(With(good, "a", "b", "c").IsOk);
        Assert.Same(IntersectionErrors.SetTooLarge, With(good, "a", "b", "c", "d").Error!.Kind);
        Assert.Same(IntersectionErrors.SetTooSmall, With(good, "a").Error!.Kind);
        foreach (var bad in (ManyContext[])[good with { Others = ["did:web:p0.example"] }, good with { Others = ["x", "x"] }, good with { Leader = "did:web:p1.example" }, good with { RosterHash = "x" },
            good with { Terms = good.Terms with { Mode = (IntersectionMode)9 } }, good with { Terms = good.Terms with { MinimumIntersection = -1 } }, good with { Terms = good.Terms with { MaxPartyItems = [1, IntersectionTerms.MostItems + 1] } }, ManyParties.NewContext(8) with { OtherVersions = [] }])
            Assert.Same(IntersectionErrors.TermsInvalid, With(bad, "a", "b").Error!.Kind);
        Assert.NotEqual(good.Digest.ToArray(), (good with { Terms = good.Terms with { MinimumIntersection = 3 } }).Digest.ToArray());
        Assert.NotEqual(good.DigestWith(0).ToArray(), good.DigestWith(1).ToArray());
    }

    private static ManyParties Small(string? rosterHash = null, IntersectionMode mode = IntersectionMode.Ids, int minimum = 0)
        => new([TwoParties.Keys(0, 9), TwoParties.Keys(1, 8), TwoParties.Keys(0, 7), TwoParties.Keys(2, 9)], mode, minimum, most: 10_000, rosterHash);

    private static byte[] Resized(byte[] message, int length)
    {
        Array.Resize(ref message, length);
        BitConverter.TryWriteBytes(message.AsSpan(12), length - 144);
        return message;
    }

    private static void AssertRefused(ManyParties parties, ErrorKind expected, Carrier carrier)
    {
        Assert.Same(expected, parties.Converse(carrier)?.Kind);
        AssertNothingTold(parties);
    }

    private static void AssertNothingTold(ManyParties parties) => Assert.False(parties.Leader.Finish().IsOk);
}
