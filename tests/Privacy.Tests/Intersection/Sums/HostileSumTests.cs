using System.Buffers.Binary;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Sums;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Seal.Evaluation;
using DataSpace.Privacy.Tests.Seal;
using DataSpace.Privacy.Tests.Seal.Evaluation;

namespace DataSpace.Privacy.Tests.Intersection.Sums;

/// <summary>A network, a sender and a receiver that do not keep to the protocol of a sum, and what each of them sees.</summary>
public sealed class HostileSumTests(SealFixture seal)
{
    private static readonly SealParameterSet Set = SealParameterSet.Products1;

    [Theory]
    [InlineData((byte)IntersectionStep.Key)]
    [InlineData((byte)IntersectionStep.Values)]
    [InlineData((byte)IntersectionStep.Reply)]
    public void A_network_that_alters_drops_repeats_or_reorders_is_found(byte step)
    {
        var random = new Random(step);
        for (var i = 0; i < 6; i++)
        {
            var at = random.Next();
            Assert.Equal(ConversationErrors.SignatureInvalid, Run(step, m => { m[IntersectionMessage.HeaderBytes + (at % (m.Length - IntersectionMessage.OverheadBytes))] ^= 1; return [m]; })?.Kind);
        }

        Assert.Equal(ConversationErrors.SignatureInvalid, Run(step, m => [TwoParties.Forge(false, m, x => x, Kernel.Crypto.Ed25519Signer.Generate())])?.Kind);
        Assert.Equal(ConversationErrors.MessageLength, Run(step, m => [m[..^1]])?.Kind);
        Assert.Equal(ConversationErrors.MessageLength, Run(step, m => [[.. m, 0]])?.Kind);
        Assert.Equal(ConversationErrors.OutOfOrder, Run(step, m => [m, m])?.Kind);
    }

    [Fact]
    public void A_sender_whose_key_or_values_are_not_in_the_one_accepted_form_is_refused()
    {
        // Signed by the sender itself: it is its content that is refused.
        Assert.Equal(PrivacyErrors.CtParameters, Forged(IntersectionStep.Key, payload => payload[20] ^= 1)?.Kind);
        Assert.Equal(PrivacyErrors.CtTransparent, Forged(IntersectionStep.Key, payload => payload[(CiphertextLayout.DataOffset + ((payload.Length - CiphertextLayout.DataOffset) / 2))..].Clear())?.Kind);
        Assert.Equal(PrivacyErrors.CtScale, Forged(IntersectionStep.Values, payload => BinaryPrimitives.WriteDoubleLittleEndian(payload[73..], 2.0))?.Kind);
        Assert.Equal(PrivacyErrors.CtNttForm, Forged(IntersectionStep.Values, payload => payload[48] = 1)?.Kind);
        Assert.Equal(PrivacyErrors.CtCoefficientRange, Forged(IntersectionStep.Values, payload => payload[CiphertextLayout.DataOffset + 7] = 0xff)?.Kind);
        Assert.Equal(EvaluationErrors.SeedForm, Forged(IntersectionStep.Values, payload => payload[^65] = 2)?.Kind);
    }

    [Fact]
    public void A_receiver_whose_reply_is_no_ciphertext_of_the_right_level_is_refused()
    {
        Assert.Equal(PrivacyErrors.CtTransparent, Forged(IntersectionStep.Reply, payload => payload[(CiphertextLayout.DataOffset + ((payload.Length - CiphertextLayout.DataOffset) / 2))..].Clear())?.Kind);
        Assert.Equal(PrivacyErrors.CtScale, Forged(IntersectionStep.Reply, payload => BinaryPrimitives.WriteDoubleLittleEndian(payload[73..], 0.5))?.Kind);
        // The name of another level, and that of the other plain modulus.
        Assert.Equal(PrivacyErrors.CtParameters, Forged(IntersectionStep.Reply, payload => Set.Levels[1].Prefix[16..48].CopyTo(payload[16..]))?.Kind);
        Assert.Equal(PrivacyErrors.CtParameters, Forged(IntersectionStep.Reply, payload => SealParameterSet.Products2.Levels[2].Prefix[16..48].CopyTo(payload[16..]))?.Kind);
        Assert.Equal(PrivacyErrors.CtCoefficientRange, Forged(IntersectionStep.Reply, payload => payload[CiphertextLayout.DataOffset + 7] = 0xff)?.Kind);
        // As many bytes as they like of a full level have the wrong length already.
        Assert.NotEqual(Set.Ciphertext.TotalBytes, SumPlan.ReplyBytes);
    }

    [Fact]
    public void A_reply_that_no_choice_of_values_adds_up_to_is_refused()
    {
        using var parties = new TwoParties(TwoParties.Keys(0, 50), SumTests.Rows(0, 50), TwoParties.NewSumTerms(), seal.Engine);
        byte[]? key = null;
        // A receiver that multiplies what it was given; the sender, who knows its own values, sees more than all of them.
        Assert.Null(parties.Converse((_, _, message) =>
        {
            if (TwoParties.StepOf(message) == IntersectionStep.Key)
                key = IntersectionMessage.Payload(message).ToArray();
            if (TwoParties.StepOf(message) != IntersectionStep.Reply)
                return [message];
            var mask = new ulong[Set.Degree];
            mask[0] = 1_000_000;
            var forged = new ProductSum(Set).Finish(seal.Engine.Encrypt(Set, key!, [new ulong[Set.Degree]]).Value[0], mask, 40, SumPlan.SwitchedDown).Value;
            return [TwoParties.Forge(true, message, m => { forged.CopyTo(m, IntersectionMessage.HeaderBytes); return m; })];
        }));
        Assert.Equal(IntersectionErrors.SumOutOfBounds, parties.Sender.TellSum().Error?.Kind);
    }

    /// <summary>
    /// What the model does not prevent: a receiver that chooses one item alone. The sender then learns that one of its own values, which it knows; what is told to others is rounded to what the minimum
    /// can weigh, here to nothing. Weights instead of ones get further, up to the sum of all values: that is why a contract must name its receiver.
    /// </summary>
    [Fact]
    public void A_receiver_that_chooses_one_item_alone_tells_others_nothing_by_it()
    {
        var rows = SumTests.Rows(0, 50).ToList();
        using var parties = new TwoParties(TwoParties.Keys(0, 50), rows, TwoParties.NewSumTerms(minimum: 5), seal.Engine);
        var (keys, values) = (new List<byte[]>(), new List<byte[]>());
        Assert.Null(parties.Converse((_, _, message) =>
        {
            if (TwoParties.StepOf(message) is IntersectionStep.Key or IntersectionStep.Values)
                (TwoParties.StepOf(message) == IntersectionStep.Key ? keys : values).Add(IntersectionMessage.Payload(message).ToArray());
            if (TwoParties.StepOf(message) != IntersectionStep.Reply)
                return [message];
            var sum = new ProductSum(Set);
            sum.Add(EvaluatedCiphertext.Parse(Set, values[0]).Value, PlainOperand.Encode(Set, [1]).Value);
            var forged = sum.Finish(seal.Engine.Encrypt(Set, keys[0], [new ulong[Set.Degree]]).Value[0], new ulong[Set.Degree], 40, SumPlan.SwitchedDown).Value;
            return [TwoParties.Forge(true, message, m => { forged.CopyTo(m, IntersectionMessage.HeaderBytes); return m; })];
        }));
        Assert.Contains(Encoding(parties.Sender.TellSum().Value), (string[])["{\"sum\":\"0\"}", "{\"sum\":\"-5000\"}"]);
        static string Encoding(ProtocolMessage told) => System.Text.Encoding.ASCII.GetString(told.Payload.Span);
    }

    /// <summary>The sender decrypts its replies slot by slot: they are uniform whichever items are common, and only their total means something.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300)]
    public void Slots_of_a_reply_are_uniform_whatever_is_common(int common)
    {
        var rows = SumTests.Rows(300 - common, 300).ToList();
        var spy = new KeySpy(seal.Engine);
        using var parties = new TwoParties(TwoParties.Keys(0, 300), rows, TwoParties.NewSumTerms(), spy);
        Assert.Null(parties.Converse());
        var reply = IntersectionMessage.Payload(parties.Said.Single(s => TwoParties.StepOf(s.Message) == IntersectionStep.Reply).Message).ToArray();
        var slots = seal.Engine.Decrypt(Set, spy.Secret!, [reply], SumPlan.SwitchedDown).Value[0];
        const int bins = 32;
        var counts = new int[bins];
        foreach (var slot in slots)
            counts[(int)((UInt128)slot * bins / Set.PlainModulus)]++;
        var expected = (double)slots.Length / bins;
        // 31 degrees of freedom: beyond 80 with a probability of about 3 in a million.
        Assert.True(counts.Sum(c => (c - expected) * (c - expected) / expected) < 80, "slots are not uniform");
    }

    [Fact]
    public void Keys_are_fresh_for_every_run_and_wiped_with_it()
    {
        var spy = new KeySpy(seal.Engine);
        byte[] first;
        using (new TwoParties(TwoParties.Keys(0, 3), SumTests.Rows(0, 3), TwoParties.NewSumTerms(), spy))
            first = [.. spy.Secret!];
        Assert.All(spy.Held!, b => Assert.Equal(0, b));
        using (new TwoParties(TwoParties.Keys(0, 3), SumTests.Rows(0, 3), TwoParties.NewSumTerms(), spy))
            Assert.NotEqual(first, spy.Secret);
    }

    private DsError? Run(byte step, Func<byte[], IEnumerable<byte[]>> change)
    {
        using var parties = new TwoParties(TwoParties.Keys(0, 3), SumTests.Rows(0, 3), TwoParties.NewSumTerms(), seal.Engine);
        return parties.Converse((_, _, message) => (byte)TwoParties.StepOf(message) == step ? change([.. message]) : [message]);
    }

    private delegate void Change(Span<byte> payload);

    private DsError? Forged(IntersectionStep step, Change change)
        => Run((byte)step, message => [TwoParties.Forge(step == IntersectionStep.Reply, message, m =>
        {
            change(m.AsSpan(IntersectionMessage.HeaderBytes, m.Length - IntersectionMessage.OverheadBytes));
            return m;
        })]);

    /// <summary>Lets a test see the secret key that a party made.</summary>
    private sealed class KeySpy(ISealEngine inner) : ISealEngine
    {
        public byte[]? Secret { get; private set; }

        public byte[]? Held { get; private set; }

        public Result<SealKeyPair> GenerateKeys(SealParameterSet set)
        {
            var made = inner.GenerateKeys(set);
            (Held, Secret) = (made.Value.SecretKey, [.. made.Value.SecretKey]);
            return made;
        }

        public Result<IReadOnlyList<byte[]>> Encrypt(SealParameterSet set, byte[] publicKey, IReadOnlyList<ulong[]> slots) => inner.Encrypt(set, publicKey, slots);

        public Result<IReadOnlyList<byte[]>> EncryptSymmetric(SealParameterSet set, SealKeyPair keys, IReadOnlyList<ulong[]> slots) => inner.EncryptSymmetric(set, keys, slots);

        public Result<IReadOnlyList<ulong[]>> Decrypt(SealParameterSet set, byte[] secretKey, IReadOnlyList<byte[]> ciphertexts, int switchedDown = 0) => inner.Decrypt(set, secretKey, ciphertexts, switchedDown);

        public void Trim() => inner.Trim();

        public void Dispose()
        {
        }
    }
}
