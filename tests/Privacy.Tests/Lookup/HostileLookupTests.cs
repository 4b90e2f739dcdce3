using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Lookup;
using DataSpace.Privacy.Lookup.Oprf;

namespace DataSpace.Privacy.Tests.Lookup;

/// <summary>Network and peers as attackers: the network has no keys, a peer signs whatever it likes.</summary>
public sealed class HostileLookupTests
{
    private static readonly byte[] Hint = LookupParties.Database.Hint.ToArray();

    public static TheoryData<string> BadElements => ["00".PadRight(64, '0'), "01".PadRight(64, '0'), "00" + new string('f', 62), "ed" + new string('f', 60) + "7f", "ec" + new string('f', 60) + "7f"];

    [Theory]
    [MemberData(nameof(BadElements))]
    public void Elements_that_are_none_end_the_conversation(string hex)
    {
        var bad = Convert.FromHexString(hex);
        Refused(LookupErrors.ElementInvalid, LookupStep.Ask, payload => bad.CopyTo(payload, 32));
        Refused(LookupErrors.ProofInvalid, LookupStep.Evaluated, payload => bad.CopyTo(payload, 32));
        Refused(LookupErrors.ElementInvalid, LookupStep.Offer, payload => bad.CopyTo(payload, 64));
    }

    [Fact]
    public void An_owner_that_evaluates_under_another_key_is_found_out()
    {
        using var other = OprfKey.Create();
        // One element of four under the other key, with the honest proof for the rest; and all of them with a proof for that key.
        using var parties = Small();
        byte[]? blinded = null;
        LookupNetwork one = (fromOwner, _, message) =>
        {
            if (LookupParties.StepOf(message) == LookupStep.Ask)
                blinded = LookupParties.Payload(message)[..^1].ToArray();
            return LookupParties.StepOf(message) != LookupStep.Evaluated ? [message]
                : [parties.Forge(fromOwner, message, payload => Voprf.TryEvaluate(other, blinded.AsSpan(64, 32), payload.AsSpan(64, 32)))];
        };
        Assert.Same(LookupErrors.ProofInvalid, parties.Converse(one)?.Kind);

        using var again = Small();
        LookupNetwork all = (fromOwner, _, message) =>
        {
            if (LookupParties.StepOf(message) == LookupStep.Ask)
                blinded = LookupParties.Payload(message)[..^1].ToArray();
            return LookupParties.StepOf(message) != LookupStep.Evaluated ? [message] : [again.Forge(fromOwner, message, payload =>
            {
                Voprf.TryEvaluate(other, blinded, payload.AsSpan(0, 128));
                var nonce = new byte[32];
                Ristretto255.Draw(nonce);
                Voprf.Verifiable.Prove(other, blinded, payload.AsSpan(0, 128), nonce, payload.AsSpan(128));
            })];
        };
        Assert.Same(LookupErrors.ProofInvalid, again.Converse(all)?.Kind);
    }

    [Fact]
    public void A_hint_of_another_digest_is_refused()
    {
        using var parties = new LookupParties(["user-1"]);
        LookupNetwork network = (fromOwner, _, message) => LookupParties.StepOf(message) != LookupStep.Hint ? [message] : [parties.Forge(fromOwner, message, payload => payload[7] ^= 1)];
        Assert.Same(LookupErrors.HintDiffers, parties.Converse(network)?.Kind);
        Assert.Null(parties.Client.Hint); // and is not kept
        Assert.Same(ConversationErrors.RunClosed, parties.Client.Next().Error!.Kind);
    }

    [Fact]
    public void Offers_outside_the_limits_are_refused_before_anything_is_set_aside()
    {
        foreach (var (at, value) in ((int, int)[])[(0, int.MaxValue), (0, 0), (0, -1024), (0, 1025), (4, int.MaxValue), (4, 0), (8, 4096), (8, -1), (12, 1)])
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Refused(LookupErrors.OfferInvalid, LookupStep.Offer, payload => BitConverter.TryWriteBytes(payload.AsSpan(at), value));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000); // what was announced would be 2 GB; a run of its own takes some
        }
    }

    [Theory]
    [InlineData((int)LookupStep.Offer)]
    [InlineData((int)LookupStep.Ask)]
    [InlineData((int)LookupStep.Evaluated)]
    [InlineData((int)LookupStep.Query)]
    [InlineData((int)LookupStep.Answer)]
    public void Payloads_of_another_length_are_refused(int step)
    {
        foreach (var length in (int[])[0, 1, 31, 127, 4095])
        {
            Refused(ConversationErrors.MessageLength, (LookupStep)step, static _ => { }, _ => new byte[length]);
            Refused(ConversationErrors.MessageLength, (LookupStep)step, static _ => { }, payload => [.. payload, .. new byte[length + 1]]);
        }
    }

    [Fact]
    public void A_client_that_asks_more_than_it_paid_for_is_refused()
    {
        // Enumeration: five elements in a conversation of four questions, a fifth query, and a second asking.
        Refused(ConversationErrors.MessageLength, LookupStep.Ask, static _ => { }, payload => [.. payload[..128], .. payload[..32], payload[^1]]);
        foreach (var step in (LookupStep[])[LookupStep.Ask, LookupStep.Query])
        {
            using var parties = Small();
            var queries = 0;
            Assert.Same(ConversationErrors.OutOfOrder, parties.Converse((_, _, message) =>
                LookupParties.StepOf(message) != step || (step == LookupStep.Query && ++queries < 4) ? [message] : [message, message])?.Kind);
        }
    }

    [Fact]
    public void Whatever_the_network_does_ends_the_conversation()
    {
        byte[][] earlier;
        using (var first = Small())
        {
            Assert.Null(first.Converse());
            earlier = [.. first.Said.Select(m => m.Message)];
        }

        for (var place = 0; place < earlier.Length; place++)
        {
            var at = place;
            if (at > 0) // an offer of the same database in the same run is the same message
            {
                using var parties = Small();
                Assert.NotNull(parties.Converse((_, i, message) => i == at ? [earlier[at]] : [message]));
            }

            using (var parties = new LookupParties(["user-1", "user-2", "nobody"], hint: Hint, jobId: "another job"))
                Assert.Same(ConversationErrors.OtherRun, parties.Converse((_, i, message) => i == at ? [earlier[at]] : [message])?.Kind);
            using (var parties = Small())
                Assert.Same(ConversationErrors.SignatureInvalid, parties.Converse((_, i, message) => i == at ? [Flipped(message, message.Length - 1)] : [message])?.Kind);
            using (var parties = Small())
                Assert.NotNull(parties.Converse((_, i, message) => i == at ? [Flipped(message, SignedTranscript.HeaderBytes)] : [message]));
            using (var parties = Small())
            {
                // Dropped: nobody goes on, or the next message does not fit.
                var refused = parties.Converse((_, i, message) => i == at ? [] : [message]);
                Assert.True(refused is not null || !parties.Client.IsComplete);
            }
        }

        using var swapped = Small();
        byte[]? held = null;
        Assert.NotNull(swapped.Converse((_, _, message) => LookupParties.StepOf(message) != LookupStep.Query ? [message] : held is null ? Hold(message) : [message, held]));
        IEnumerable<byte[]> Hold(byte[] message)
        {
            held = message;
            return [];
        }
    }

    [Fact]
    public void A_conversation_about_another_job_or_column_is_not_understood()
    {
        foreach (var other in (LookupContext[])[LookupParties.NewContext(4, jobId: "other"), LookupParties.NewContext(4, columns: ["name", "salary"])])
        {
            using var owner = LookupOwner.Create(Aggregation.Scenario.Grant, other, LookupParties.Database, LookupParties.Version, LookupParties.OwnerSigner, LookupParties.ClientSigner.PublicKey).Value;
            using var client = LookupClient.Create(LookupParties.NewContext(4), [["user-1"]], static _ => null, LookupParties.ClientSigner, LookupParties.OwnerSigner.PublicKey).Value;
            Assert.Same(ConversationErrors.OtherRun, client.Receive(owner.Next().Value!.Payload).Error!.Kind);
        }
    }

    [Fact]
    public void A_database_of_another_version_answers_nothing()
    {
        var refused = LookupOwner.Create(Aggregation.Scenario.Grant, LookupParties.NewContext(4), LookupParties.Database, "v2", LookupParties.OwnerSigner, LookupParties.ClientSigner.PublicKey);
        Assert.Same(LookupErrors.DatabaseDamaged, refused.Error!.Kind);
        using var parties = Small();
        Assert.Null(parties.Converse());
        // What the owner said in the conversation is held against what it signed in round 0.
        Assert.True(parties.Client.Parameters!.IsOf(LookupParties.Version));
        Assert.False(parties.Client.Parameters.IsOf("v2"));
    }

    [Fact]
    public void Values_of_an_earlier_key_open_nothing_of_a_later_version()
    {
        using var later = LookupParties.Build(300);
        Assert.NotEqual(LookupParties.Database.Parameters.Digest.ToArray(), later.Parameters.Digest.ToArray());
        LookupParties.Rule.TryDigest(["user-1"], out var item);
        var output = new byte[Voprf.OutputBytes];
        Voprf.Verifiable.Evaluate(LookupParties.Database.Key, System.Runtime.InteropServices.MemoryMarshal.AsBytes([item]), output);
        var derived = new byte[LookupEntry.DerivedBytes];
        var entry = LookupEntry.Derive(output, derived);
        Assert.True(Holds(LookupParties.Database, entry));
        Assert.False(Holds(later, entry)); // whoever kept F_k does not get around the quota

        static bool Holds(LookupDatabase database, LookupEntry entry)
        {
            var shape = database.Parameters.Shape;
            var column = entry.Column(database.Parameters.Salt, shape.Columns);
            for (var slot = 0; slot < shape.Slots; slot++)
            {
                var bytes = new byte[shape.EntryBytes];
                for (var i = 0; i < bytes.Length; i++)
                    bytes[i] = database.Cells.Span[((((slot * shape.EntryBytes) + i) * shape.Columns) + column)];
                if (bytes.AsSpan(0, LookupEntry.TagBytes).SequenceEqual(entry.Tag) && entry.TryOpen(bytes, new byte[shape.RecordBytes]))
                    return true;
            }

            return false;
        }
    }

    [Fact]
    public void A_record_that_was_spoiled_is_a_miss_and_the_owner_hears_no_difference()
    {
        // An owner that spoils records and watches whether the client breaks off would learn who is looked for. Tags stay: one unit more in every cell behind them.
        using var parties = new LookupParties(["user-1"], questions: 1, hint: Hint);
        Assert.Null(parties.Converse((fromOwner, _, message) => LookupParties.StepOf(message) != LookupStep.Answer ? [message] : [parties.Forge(fromOwner, message, Spoil)]));
        Assert.True(parties.Client.IsComplete);
        Assert.All(parties.Client.Finish().Value, answer => Assert.False(answer.IsFound));

        static void Spoil(byte[] answer)
        {
            var entryBytes = LookupParties.Database.Parameters.Shape.EntryBytes;
            for (var row = 0; row < answer.Length / 2; row++)
            {
                if (row % entryBytes >= LookupEntry.TagBytes)
                    answer[(2 * row) + 1]++; // the upper byte of an answer's 16 bits is the cell
            }
        }
    }

    private static LookupParties Small() => new(["user-1", "user-2", "nobody"], hint: Hint);

    private static byte[] Flipped(byte[] message, int at)
    {
        var flipped = (byte[])[.. message];
        flipped[at] ^= 1;
        return flipped;
    }

    private static void Refused(ErrorKind expected, LookupStep step, Action<byte[]> change, Func<byte[], byte[]>? resize = null)
    {
        using var parties = Small();
        Assert.Same(expected, parties.Converse((fromOwner, _, message) => LookupParties.StepOf(message) == step ? [parties.Forge(fromOwner, message, change, resize)] : [message])?.Kind);
        // Nothing more is said by whoever refused.
        Assert.True(step is LookupStep.Ask or LookupStep.Query ? parties.Owner.Next().Error?.Kind == ConversationErrors.RunClosed : parties.Client.Next().Error?.Kind == ConversationErrors.RunClosed);
    }
}
