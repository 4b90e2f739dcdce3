using DataSpace.Kernel.Crypto;
using DataSpace.Kernel.Results;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Regression.Vertical;
using DataSpace.Privacy.Tests.Aggregation;
using DataSpace.Privacy.Tests.Intersection;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>From two lists of keys to two halves of a model, as signed messages over a network that a test owns.</summary>
public sealed class AlignedTests
{
    private static readonly Ed25519Signer First = Ed25519Signer.Generate(), Second = Ed25519Signer.Generate();

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
                    default: First.Sign(message.AsSpan(0, 80)).CopyTo(message, message.Length - 64); break;
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
        private readonly double[] _x, _z, _labels;
        private readonly string[] _firstKeys, _secondKeys;

        public Run(int common, int halfPeriodOfSecond = 16)
        {
            var random = new Random(11);
            double[] Column() => [.. Enumerable.Range(0, 80).Select(_ => random.NextDouble() - 0.5)];
            (_x, _z) = (Column(), Column());
            _labels = [.. Enumerable.Range(0, 80).Select(i => _x[i] + _z[i] + (0.4 * (random.NextDouble() - 0.5)) > 0 ? 1.0 : 0.0)];
            // Subject i is at the first for i < 70, at the second from 70 - common on, in reverse.
            _firstKeys = [.. Enumerable.Range(0, 70).Select(i => $"s{i}")];
            _secondKeys = [.. Enumerable.Range(70 - common, common + 10).Reverse().Select(i => $"s{i}")];
            CommonColumns = [_x[(70 - common)..70], _z[(70 - common)..70]];
            CommonLabels = _labels[(70 - common)..70];
            var alignment = new IntersectionContext("job", "contract", new string('0', 64), "did:web:a.example", "did:web:b.example", "v1", "v7", TwoParties.Rule.Digest, TwoParties.NewTerms(minimum: 30));
            A = Make(alignment, isFirst: true, 16);
            B = Make(alignment, isFirst: false, halfPeriodOfSecond);
        }

        public AlignedRegression A { get; }

        public AlignedRegression B { get; }

        public double[][] CommonColumns { get; }

        public double[] CommonLabels { get; }

        public int RowsRead { get; private set; }

        public AlignedRegression? Refuser { get; private set; }

        public DsError? Converse(Func<byte[], byte[]>? network = null)
        {
            while (true)
            {
                var (speaker, hearer) = (A, B);
                var next = A.Next();
                if (next is { IsOk: true, Value: null })
                    (speaker, hearer, next) = (B, A, B.Next());
                if (!next.TryGet(out var message, out var error))
                    return error;
                if (message is null)
                    return null;
                var bytes = message.Payload.ToArray();
                if (hearer.Receive(network?.Invoke(bytes) ?? bytes).Error is { } refused)
                {
                    Refuser = hearer;
                    return refused;
                }
            }
        }

        public void Dispose()
        {
            A.Dispose();
            B.Dispose();
        }

        private AlignedRegression Make(IntersectionContext alignment, bool isFirst, int halfPeriod)
        {
            var (own, peer) = isFirst ? (First, Second.PublicKey) : (Second, First.PublicKey);
            var keys = isFirst ? _firstKeys : _secondKeys;
            return AlignedRegression.Create(
                new VerticalRun(Scenario.Grant, new ConversationTerms(VerticalRun.Protocol, new byte[32], own, peer)),
                new AlignedLogistic(alignment, 1, 1, 30, halfPeriod, 12), isFirst, TwoParties.Set(keys), Rows, moduli => ClearSlots.Of(200, moduli)).Value;

            Result<AlignedRows> Rows(IReadOnlyList<int> rows)
            {
                RowsRead += rows.Count;
                var subjects = rows.Select(row => int.Parse(keys[row].AsSpan(1), System.Globalization.CultureInfo.InvariantCulture)).ToArray();
                return isFirst ? new AlignedRows([[.. subjects.Select(s => _x[s])]], [.. subjects.Select(s => _labels[s])]) : new AlignedRows([[.. subjects.Select(s => _z[s])]], null);
            }
        }
    }
}
