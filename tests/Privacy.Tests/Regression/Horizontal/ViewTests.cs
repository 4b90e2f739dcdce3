using System.Numerics;
using System.Security.Cryptography;
using DataSpace.Kernel.Crypto;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Conversations;
using DataSpace.Privacy.Regression.Horizontal;
using DataSpace.Privacy.Tests.Aggregation;

namespace DataSpace.Privacy.Tests.Regression.Horizontal;

/// <summary>What everybody sees: masks by exhaustion over a small ring with the production function, messages by size and distribution.</summary>
public sealed class ViewTests
{
    private const int Size = 8;

    [Fact]
    public void Over_Z8_the_view_of_three_honest_owners_depends_on_the_sum_only()
    {
        var viewsPerSum = new Dictionary<int, HashSet<string>>();
        foreach (var inputs in Tuples(3))
        {
            var counts = new SortedDictionary<int, int>();
            foreach (var masks in Tuples(3))
            {
                var view = Masked(inputs, masks);
                var code = (view[0] * 64) + (view[1] * 8) + view[2];
                counts[code] = counts.GetValueOrDefault(code) + 1;
            }
            Record(viewsPerSum, inputs.Sum() % Size, counts);
        }
        Assert.Equal(Size, viewsPerSum.Count);
        Assert.All(viewsPerSum.Values, views => Assert.Single(views));
        Assert.Equal(Size, viewsPerSum.Values.Select(views => views.Single()).Distinct().Count()); // and it does depend on the sum
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Over_Z8_with_one_colluder_the_view_depends_on_the_honest_sum_only(int colluder)
    {
        var honest = Enumerable.Range(0, 3).Where(party => party != colluder).ToArray();
        foreach (var known in Tuples(3))
        {
            var viewsPerSum = new Dictionary<int, HashSet<string>>();
            foreach (var pair in Tuples(2))
            {
                var inputs = new int[3];
                (inputs[colluder], inputs[honest[0]], inputs[honest[1]]) = (known[0], pair[0], pair[1]);
                var counts = new SortedDictionary<int, int>();
                for (var secret = 0; secret < Size; secret++)
                {
                    var masks = new int[3];
                    (masks[PairIndex(colluder, honest[0])], masks[PairIndex(colluder, honest[1])], masks[PairIndex(honest[0], honest[1])]) = (known[1], known[2], secret);
                    var view = Masked(inputs, masks);
                    var code = (view[0] * 64) + (view[1] * 8) + view[2];
                    counts[code] = counts.GetValueOrDefault(code) + 1;
                }
                Record(viewsPerSum, (pair[0] + pair[1]) % Size, counts);
            }
            Assert.Equal(Size, viewsPerSum.Count);
            Assert.All(viewsPerSum.Values, views => Assert.Single(views));
        }
    }

    [Fact]
    public void The_masks_of_a_full_roster_sum_to_zero_and_every_element_is_met()
        => Assert.All(Tuples(3), masks => Assert.Equal(6, Masked([1, 2, 3], masks).Sum() % Size));

    [Fact]
    public void What_the_analyst_opens_of_one_owner_is_uniform_whatever_went_in()
    {
        // Slots of many runs of the smallest and the largest data, one round each; the top byte shows what a missing mask would leave at 0.
        foreach (var label in (string[])["-100", "1000"])
        {
            var (top, low) = (new int[64], new int[64]);
            for (var repeat = 0; repeat < 60; repeat++)
            {
                var rows = Enumerable.Range(0, 60).Select(i => (string?[])[$"s{i}", label, "0", "-5", "east"]).ToList();
                var (design, reply) = (People.Design(HorizontalModel.Linear), X25519KeyPair.Generate());
                using var run = new Owners(design, [rows, rows], change: means => means with { ReplyKey = reply.PublicKey.ToArray() });
                byte[]? box = null;
                run.Converse((owner, toOwner, _, message) =>
                {
                    if (owner == 0 && !toOwner && message.Length > 400)
                        box = message[SignedTranscript.HeaderBytes..^SignedTranscript.SignatureBytes];
                    return [message];
                });
                foreach (var slot in RoundSums.Slots(Hpke.Open(reply, run.Means(0).Run.SumsInfo, HorizontalRun.RoundData(1), box).Value))
                {
                    top[(int)(slot >> 122)]++;
                    low[(int)(slot & 63)]++;
                }
            }
            Statistics.AssertUniform(top);
            Statistics.AssertUniform(low);
        }
    }

    [Fact]
    public void The_stream_fills_both_words()
    {
        using var stream = new MaskStream(RandomNumberGenerator.GetBytes(32));
        var values = new UInt128[4000];
        stream.Fill(values);
        Statistics.AssertUniform(Statistics.Bins(values.Select(v => (ulong)(v >> 64) >> 1), 1UL << 63));
        Statistics.AssertUniform(Statistics.Bins(values.Select(v => (ulong)v >> 1), 1UL << 63));
        Assert.NotEqual((ulong)values[0], (ulong)(values[0] >> 64));
    }

    [Fact]
    public void Whatever_happens_to_the_data_the_network_sees_the_same_messages()
    {
        List<(int, bool, int)> Sizes(IReadOnlyList<IReadOnlyList<string?[]>?> rows)
        {
            var seen = new List<(int, bool, int)>();
            using var run = new Owners(People.Design(HorizontalModel.Poisson, 3), rows);
            Assert.Null(run.Converse((owner, toOwner, _, message) =>
            {
                seen.Add((owner, toOwner, message.Length));
                return [message];
            }));
            Assert.All(run.Parts, p => Assert.True(p.IsComplete));
            return seen;
        }
        var good = People.Rows(HorizontalModel.Poisson, 300, 1);
        var expected = Sizes([good, good, good]);
        Assert.Equal(3 * (1 + (2 * 8)), expected.Count);
        Assert.Equal(expected, Sizes([good, null, good])); // could not be read
        Assert.Equal(expected, Sizes([good, good, [.. good.Take(40)]])); // too few subjects
        Assert.Equal(expected, Sizes([[.. good.Select(r => (string?[])[r[0], "0", .. r[2..]])], good, good])); // all zero
        Assert.Equal(expected, Sizes([.. Enumerable.Repeat(good.Select(r => (string?[])[r[0], "0", .. r[2..]]).ToList(), 3)])); // nothing to explain
    }

    [Fact]
    public void The_owners_close_what_the_analyst_heard()
    {
        var good = People.Rows(HorizontalModel.Logistic, 300, 1);
        using var run = new Owners(People.Design(HorizontalModel.Logistic), [good, good]);
        Assert.NotNull(run.Parts[0].Close().Error);
        Assert.Null(run.Analyst.RosterHash);
        run.Fit();
        Assert.Equal(Convert.ToHexStringLower(run.RosterHash), run.Analyst.RosterHash);
        for (var i = 0; i < 2; i++)
            Assert.Equal(run.Parts[i].Close().Value.Payload.ToArray(), Owners.LegOf(run.Analyst, i).Close().Value.ToArray());
        Assert.NotEqual(run.Parts[0].Close().Value.Payload.ToArray(), run.Parts[1].Close().Value.Payload.ToArray());
    }

    private static int[] Masked(int[] inputs, int[] masks) => [.. Enumerable.Range(0, 3).Select(owner =>
    {
        Z8[] value = [new Z8(inputs[owner])];
        RingMasks.Apply<Z8>(value, owner, 3, (peer, target) => target[0] = new Z8(masks[PairIndex(owner, peer)]));
        return value[0].Value;
    })];

    private static int PairIndex(int a, int b) => (Math.Min(a, b), Math.Max(a, b)) switch { (0, 1) => 0, (0, 2) => 1, _ => 2 };

    private static void Record(Dictionary<int, HashSet<string>> views, int sum, SortedDictionary<int, int> counts)
    {
        if (!views.TryGetValue(sum, out var set))
            views[sum] = set = [];
        set.Add(string.Join(',', counts.Select(pair => $"{pair.Key}:{pair.Value}")));
    }

    private static IEnumerable<int[]> Tuples(int length)
        => Enumerable.Range(0, (int)Math.Pow(Size, length)).Select(code => (int[])[.. Enumerable.Range(0, length).Select(i => code / (int)Math.Pow(Size, i) % Size)]);

    private readonly record struct Z8(int Value) : IAdditionOperators<Z8, Z8, Z8>, ISubtractionOperators<Z8, Z8, Z8>
    {
        public static Z8 operator +(Z8 a, Z8 b) => new((a.Value + b.Value) % Size);

        public static Z8 operator -(Z8 a, Z8 b) => new((a.Value - b.Value + Size) % Size);
    }
}
