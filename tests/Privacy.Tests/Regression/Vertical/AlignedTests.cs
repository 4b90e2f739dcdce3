using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Tests.Conversations;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>From two lists of keys to two halves of a model, as signed messages over a network that a test owns.</summary>
public sealed class AlignedTests
{
    [Fact]
    public void Owners_with_other_rows_in_another_order_get_the_model_of_the_common_ones()
    {
        using var run = new Run(common: 60);
        Assert.Null(run.Converse());
        Assert.True(run.A.IsComplete && run.B.IsComplete);
        Assert.Equal((60, 60), (run.A.CommonRows, run.B.CommonRows));
        var (a, b) = (run.A.Outcome.Value, run.B.Outcome.Value);
        Assert.Equal(a.Loss, b.Loss);
        var exact = new Tables(run.CommonColumns, run.CommonLabels).Exact(ridge: 30);
        Assert.Equal(exact.Weights[0], a.Own.StandardWeights[0], 0.02);
        Assert.Equal(exact.Weights[1], b.Own.StandardWeights[0], 0.02);
        Assert.Equal(run.A.Close().Value.Payload.ToArray(), run.B.Close().Value.Payload.ToArray());
        Assert.Equal(AlignedRegression.ClosingBytes, run.A.Close().Value.Payload.Length);
        Assert.True(run.A.EndsByHearing && !run.B.EndsByHearing);
    }

    [Theory]
    [InlineData(29)] // fewer than ten per column
    [InlineData(20)]
    public void Too_few_in_common_end_the_conversation_before_training_and_both_know(int common)
    {
        using var run = new Run(common);
        Assert.Null(run.Converse());
        Assert.True(run.A.IsComplete && run.B.IsComplete);
        Assert.Equal(("DS-PRV-170", "DS-PRV-170"), (run.A.Outcome.Error!.Code, run.B.Outcome.Error!.Code));
        Assert.Equal(run.A.Close().Value.Payload.ToArray(), run.B.Close().Value.Payload.ToArray());
        Assert.True(!run.A.EndsByHearing && run.B.EndsByHearing);
        Assert.Equal(0, run.RowsRead);
    }

    [Theory]
    [InlineData("bit flip")]
    [InlineData("scaled")]
    [InlineData("replayed")]
    [InlineData("cut")]
    [InlineData("another key")]
    public void What_is_not_the_message_that_is_due_closes_the_run(string attack)
    {
        using var run = new Run(common: 60);
        byte[]? earlier = null;
        var number = 0;
        var refused = run.Converse(message =>
        {
            if (message.AsSpan(0, 5).SequenceEqual("DSPC\u0001"u8) && ++number == 9)
            {
                switch (attack)
                {
                    case "bit flip": message[^100] ^= 1; break;
                    case "scaled": // every value of an answer doubled
                        for (var i = SignedTranscript.HeaderBytes; i < message.Length - SignedTranscript.SignatureBytes; i += 8)
                            BitConverter.TryWriteBytes(message.AsSpan(i), 2 * BitConverter.ToUInt64(message, i) % ClearSlots.First);
                        break;
                    case "replayed": message = earlier!; break;
                    case "cut": message = message[..^8]; break;
                    default: AlignedPairs.First.Sign(message.AsSpan(0, 80)).CopyTo(message, message.Length - 64); break;
                }
            }

            earlier = message;
            return message;
        });
        Assert.Contains(refused!.Code, new[] { "DS-PRV-162", "DS-PRV-165", "DS-PRV-166", "DS-PRV-177" });
        Assert.Equal("DS-PRV-250", run.Refuser!.Next().Error!.Code);
    }

    [Fact]
    public void Parties_that_hold_other_terms_do_not_understand_each_other()
    {
        using var run = new Run(common: 60, halfPeriodOfSecond: 32);
        Assert.Equal("DS-PRV-164", run.Converse()!.Code);
    }

    private sealed class Run : IDisposable
    {
        private readonly ConversationPair _pair;

        public Run(int common, int halfPeriodOfSecond = 16)
        {
            var random = new Random(11);
            double[] Column() => [.. Enumerable.Range(0, 80).Select(_ => random.NextDouble() - 0.5)];
            var (x, z) = (Column(), Column());
            double[] labels = [.. Enumerable.Range(0, 80).Select(i => x[i] + z[i] + (0.4 * (random.NextDouble() - 0.5)) > 0 ? 1.0 : 0.0)];
            CommonColumns = [x[AlignedPairs.Common(common)], z[AlignedPairs.Common(common)]];
            CommonLabels = labels[AlignedPairs.Common(common)];
            AlignedLogistic Terms(int halfPeriod) => new(AlignedPairs.Alignment, 1, 1, 30, halfPeriod, 12);
            A = AlignedPairs.Model(Terms(16), common, x, labels, read: rows => RowsRead += rows);
            B = AlignedPairs.Model(Terms(halfPeriodOfSecond), common, z, null, read: rows => RowsRead += rows);
            _pair = new ConversationPair(A, B);
        }

        public AlignedRegression A { get; }

        public AlignedRegression B { get; }

        public double[][] CommonColumns { get; }

        public double[] CommonLabels { get; }

        public int RowsRead { get; private set; }

        public IConversation? Refuser => _pair.Refuser;

        public DsError? Converse(Func<byte[], byte[]>? network = null) => _pair.Converse(network is null ? null : (_, _, message) => [network(message)]);

        public void Dispose() => _pair.Dispose();
    }
}
