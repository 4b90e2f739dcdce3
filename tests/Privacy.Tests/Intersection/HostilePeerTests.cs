using System.Buffers.Binary;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Tests.Aggregation;
using DataSpace.Privacy.Tests.Intersection.Curve;

namespace DataSpace.Privacy.Tests.Intersection;

/// <summary>The other party is the attacker: it signs whatever it likes.</summary>
public sealed class HostilePeerTests
{
    public static TheoryData<string, bool> BadPoints()
    {
        TheoryData<string, bool> points = [];
        foreach (var point in CurveVectors.All.GetProperty("lowOrder").EnumerateArray())
            points.Add(point.GetProperty("point").GetString()!, point.GetProperty("canonical").GetBoolean());
        foreach (var point in CurveVectors.All.GetProperty("notCanonical").EnumerateArray())
            points.Add(point.GetString()!, false);
        return points;
    }

    [Theory]
    [MemberData(nameof(BadPoints))]
    public void Points_of_low_order_and_in_other_forms_are_refused(string hex, bool canonical)
    {
        var expected = canonical ? IntersectionErrors.PointOfLowOrder : IntersectionErrors.PointNotCanonical;
        foreach (var step in (IntersectionStep[])[IntersectionStep.Masked, IntersectionStep.Own])
        {
            for (var place = 0; place < 5; place += 4)
            {
                using var parties = HostileNetworkTests.Small();
                HostileNetworkTests.AssertRefused(parties, expected, Forging(step, message =>
                {
                    Convert.FromHexString(hex).CopyTo(message, IntersectionMessage.HeaderBytes + (place * 32));
                    return message;
                }));
            }
        }
    }

    [Theory]
    [InlineData((int)IntersectionStep.Open)]
    [InlineData((int)IntersectionStep.Answer)]
    public void Ten_gigabytes_announced_are_refused_before_anything_is_set_aside(int step)
    {
        using var parties = HostileNetworkTests.Small();
        foreach (var total in (int[])[100_001, 312_500_000, int.MaxValue, -1, int.MinValue])
        {
            using var fresh = HostileNetworkTests.Small();
            var before = GC.GetAllocatedBytesForCurrentThread();
            HostileNetworkTests.AssertRefused(fresh, IntersectionErrors.SetTooLarge, Forging((IntersectionStep)step, message => WithTotal(message, total)));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        }
    }

    [Fact]
    public void A_chunk_with_more_or_fewer_items_than_announced_is_refused()
    {
        foreach (var step in (IntersectionStep[])[IntersectionStep.Masked, IntersectionStep.Tags, IntersectionStep.Own])
        {
            var size = step == IntersectionStep.Tags ? 12 : 32;
            using (var parties = HostileNetworkTests.Small())
                HostileNetworkTests.AssertRefused(parties, IntersectionErrors.CountMismatch, Forging(step, message => WithItems(message, 4)[..^size]));
            using (var parties = HostileNetworkTests.Small())
                HostileNetworkTests.AssertRefused(parties, ConversationErrors.MessageLength, Forging(step, message => message[..^size]));
            using (var parties = HostileNetworkTests.Small())
                HostileNetworkTests.AssertRefused(parties, IntersectionErrors.CountMismatch, Forging(step, message => WithTotal(message, 4)));
        }
    }

    [Theory]
    [InlineData((int)IntersectionStep.Masked)]
    [InlineData((int)IntersectionStep.Tags)]
    public void A_chunk_more_than_announced_is_refused(int step)
    {
        using var parties = HostileNetworkTests.Small();
        HostileNetworkTests.AssertRefused(parties, ConversationErrors.OutOfOrder, (fromReceiver, _, message) => (int)TwoParties.StepOf(message) != step
            ? [message]
            : [message, TwoParties.Forge(fromReceiver, message, next =>
            {
                next[8] = 1;
                return next;
            })]);
    }

    [Fact]
    public void One_item_sent_twice_does_not_count_twice()
    {
        foreach (var (step, size) in ((IntersectionStep, int)[])[(IntersectionStep.Tags, 12), (IntersectionStep.Own, 32)])
        {
            // All items are common, so that whatever is repeated matches.
            using var parties = new TwoParties(TwoParties.Keys(0, 5), TwoParties.Keys(0, 5));
            HostileNetworkTests.AssertRefused(parties, IntersectionErrors.Repeated, Forging(step, message =>
            {
                message.AsSpan(IntersectionMessage.HeaderBytes, size).CopyTo(message.AsSpan(IntersectionMessage.HeaderBytes + size));
                return message;
            }));
        }
    }

    [Fact]
    public void A_question_about_one_subject_is_refused_by_whoever_hears_it()
    {
        var terms = TwoParties.NewTerms(minimum: 3);
        var context = TwoParties.NewContext(terms);
        var receiver = new IntersectionRun(Scenario.Grant, context, TwoParties.ReceiverSigner, TwoParties.SenderSigner.PublicKey);
        var sender = new IntersectionRun(Scenario.Grant, context, TwoParties.SenderSigner, TwoParties.ReceiverSigner.PublicKey);
        Assert.Same(IntersectionErrors.SetTooSmall, IntersectionReceiver.Create(receiver, TwoParties.Set(["victim"])).Error!.Kind);
        Assert.Same(IntersectionErrors.SetTooSmall, IntersectionSender.Create(sender, TwoParties.Set(["a", "b"])).Error!.Kind);
        foreach (var step in (IntersectionStep[])[IntersectionStep.Open, IntersectionStep.Answer])
        {
            using var parties = new TwoParties(TwoParties.Keys(0, 5), TwoParties.Keys(0, 5), terms);
            HostileNetworkTests.AssertRefused(parties, IntersectionErrors.SetTooSmall, Forging(step, message => WithTotal(message, 1)));
        }
    }

    [Fact]
    public void Fewer_common_items_than_the_minimum_are_not_told()
    {
        using (var parties = new TwoParties(TwoParties.Keys(0, 5), TwoParties.Keys(3, 5), TwoParties.NewTerms(minimum: 3)))
        {
            Assert.Null(parties.Converse());
            var refused = parties.Receiver.Finish().Error!;
            Assert.Same(IntersectionErrors.TooFewInCommon, refused.Kind);
            Assert.Null(refused.Detail); // not even how many
            Assert.Same(ConversationErrors.RunClosed, parties.Receiver.Finish().Error!.Kind);
        }

        using (var parties = new TwoParties(TwoParties.Keys(0, 5), TwoParties.Keys(2, 5), TwoParties.NewTerms(minimum: 3)))
            Assert.Equal(3, parties.Result().Count);
    }

    [Fact]
    public void Sets_beyond_the_contract_are_refused_by_their_own_node()
    {
        var context = TwoParties.NewContext(TwoParties.NewTerms(most: 4));
        var run = new IntersectionRun(Scenario.Grant, context, TwoParties.ReceiverSigner, TwoParties.SenderSigner.PublicKey);
        Assert.Same(IntersectionErrors.SetTooLarge, IntersectionReceiver.Create(run, TwoParties.Set(TwoParties.Keys(0, 5))).Error!.Kind);
        Assert.Same(IntersectionErrors.SetTooLarge, IntersectionSender.Create(run, TwoParties.Set(TwoParties.Keys(0, 5))).Error!.Kind);
        Assert.True(IntersectionReceiver.Create(run, TwoParties.Set(TwoParties.Keys(0, 4))).IsOk);
    }

    [Fact]
    public void Terms_without_sense_are_refused()
    {
        foreach (var terms in (IntersectionTerms[])[TwoParties.NewTerms((IntersectionMode)9), TwoParties.NewTerms(minimum: -1), TwoParties.NewTerms(most: -1), TwoParties.NewTerms(most: int.MaxValue)])
        {
            var run = new IntersectionRun(Scenario.Grant, TwoParties.NewContext(terms), TwoParties.ReceiverSigner, TwoParties.SenderSigner.PublicKey);
            Assert.Same(IntersectionErrors.TermsInvalid, IntersectionReceiver.Create(run, TwoParties.Set([])).Error!.Kind);
        }
    }

    [Fact]
    public void Every_part_of_the_context_separates_runs()
    {
        var context = TwoParties.NewContext(TwoParties.NewTerms());
        IntersectionContext[] others =
        [
            context with { JobId = "x" }, context with { ContractId = "x" }, context with { PlanHash = "x" }, context with { Receiver = "x" }, context with { Sender = "x" },
            context with { ReceiverVersion = "x" }, context with { SenderVersion = "x" }, context with { KeyRuleDigest = "x" },
            context with { Terms = TwoParties.NewTerms(IntersectionMode.Cardinality) }, context with { Terms = TwoParties.NewTerms(minimum: 1) },
            context with { Terms = context.Terms with { MaxReceiverItems = 9 } }, context with { Terms = context.Terms with { MaxSenderItems = 9 } },
        ];
        Assert.Equal(others.Length + 1, others.Append(context).Select(other => Convert.ToHexString(other.Digest.Span)).Distinct(StringComparer.Ordinal).Count());
    }

    private static Network Forging(IntersectionStep step, Func<byte[], byte[]> change)
        => (fromReceiver, _, message) => [TwoParties.StepOf(message) == step ? TwoParties.Forge(fromReceiver, message, change) : message];

    private static byte[] WithTotal(byte[] message, int total)
    {
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(16), total);
        return message;
    }

    private static byte[] WithItems(byte[] message, int items)
    {
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), items);
        return message;
    }
}
