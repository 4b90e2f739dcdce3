using System.Security.Cryptography;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;

namespace DataSpace.Privacy.Tests.Aggregation;

/// <summary>What the coordinator can see of masked values, by exhaustion over a small ring with the production masking function.</summary>
public sealed class MaskTests
{
    private const int Modulus = 7;

    [Fact]
    public void Over_Z7_the_view_of_three_honest_parties_depends_on_the_sum_only()
    {
        var viewsPerSum = new Dictionary<int, HashSet<string>>();
        foreach (var inputs in Tuples(3))
        {
            var counts = new SortedDictionary<int, int>();
            foreach (var masks in Tuples(3))
            {
                var view = Encode(Masked(inputs, masks));
                counts[view] = counts.GetValueOrDefault(view) + 1;
            }

            Record(viewsPerSum, inputs.Sum() % Modulus, counts);
        }

        Assert.Equal(Modulus, viewsPerSum.Count);
        Assert.All(viewsPerSum.Values, views => Assert.Single(views));
        Assert.Equal(Modulus, viewsPerSum.Values.Select(views => views.Single()).Distinct().Count()); // and it does depend on the sum
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Over_Z7_with_one_colluder_the_view_depends_on_the_honest_sum_only(int colluder)
    {
        var honest = Enumerable.Range(0, 3).Where(party => party != colluder).ToArray();
        // The colluder knows its input and both its masks: fix them, in every possible way, and vary the one mask that it does not know.
        foreach (var known in Tuples(3))
        {
            var viewsPerSum = new Dictionary<int, HashSet<string>>();
            foreach (var pair in Tuples(2))
            {
                var inputs = new int[3];
                (inputs[colluder], inputs[honest[0]], inputs[honest[1]]) = (known[0], pair[0], pair[1]);
                var counts = new SortedDictionary<int, int>();
                for (var secret = 0; secret < Modulus; secret++)
                {
                    var masks = new int[3];
                    masks[PairIndex(colluder, honest[0])] = known[1];
                    masks[PairIndex(colluder, honest[1])] = known[2];
                    masks[PairIndex(honest[0], honest[1])] = secret;
                    var view = Encode(Masked(inputs, masks));
                    counts[view] = counts.GetValueOrDefault(view) + 1;
                }

                Record(viewsPerSum, (pair[0] + pair[1]) % Modulus, counts);
            }

            Assert.Equal(Modulus, viewsPerSum.Count);
            Assert.All(viewsPerSum.Values, views => Assert.Single(views));
        }
    }

    [Fact]
    public void The_exhaustion_notices_a_broken_sign_convention()
    {
        // The same count with masks that both add: the view then depends on more than the sum, or the sum is lost.
        var sums = Tuples(3).Select(masks => (masks[0] + masks[1] + masks[0] + masks[2] + masks[1] + masks[2]) % Modulus).Distinct().Count();
        Assert.NotEqual(1, sums);
        Assert.All(Tuples(3), masks => Assert.Equal(6, Masked([1, 2, 3], masks).Sum(value => (int)value) % Modulus));
    }

    [Theory]
    [InlineData(7UL)]
    [InlineData(251UL)]
    public void The_stream_is_uniform_below_its_modulus(ulong modulus)
    {
        using var stream = MaskStream.Fresh();
        var values = new ulong[200_000];
        stream.Fill(values, modulus);
        var counts = new int[modulus];
        foreach (var value in values)
            counts[value]++;
        Statistics.AssertUniform(counts);
    }

    [Fact]
    public void The_stream_is_a_function_of_its_key_and_never_reaches_the_modulus()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var t = SealParameterSet.Aggregation1.PlainModulus;
        using var one = new MaskStream(key);
        using var other = new MaskStream(key);
        var (a, b) = (new ulong[10_000], new ulong[10_000]);
        one.Fill(a, t);
        other.Fill(b.AsSpan(0, 3), t);
        other.Fill(b.AsSpan(3), t); // in pieces
        Assert.Equal(a, b);
        Assert.All(a, value => Assert.InRange(value, 0UL, t - 1));
        Assert.Equal(a.Length, a.Distinct().Count());

        using var nonZero = MaskStream.Fresh();
        var seen = Enumerable.Range(0, 2000).Select(_ => nonZero.NextNonZero(7)).ToArray();
        Assert.Equal(new ulong[] { 1, 2, 3, 4, 5, 6 }, seen.Distinct().Order());
    }

    [Fact]
    public void Everything_that_should_bind_a_mask_does()
    {
        using var a = EphemeralKey.Generate();
        using var b = EphemeralKey.Generate();
        using var c = EphemeralKey.Generate();
        var secret = a.Agree(b.PublicKey).Value;
        Assert.Equal(secret, b.Agree(a.PublicKey).Value);
        var t = SealParameterSet.Aggregation1.PlainModulus;
        var context = new MaskContext(RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32), 0, [a.PublicKey, b.PublicKey, c.PublicKey]);
        byte[][] keys =
        [
            PairwiseMasks.DeriveKey(secret, context, 0, 1, t),
            PairwiseMasks.DeriveKey(secret, context, 0, 2, t),
            PairwiseMasks.DeriveKey(secret, context, 0, 1, SealParameterSet.Aggregation2.PlainModulus),
            PairwiseMasks.DeriveKey(secret, context with { Round = 1 }, 0, 1, t),
            PairwiseMasks.DeriveKey(secret, context with { RosterHash = new byte[32] }, 0, 1, t),
            PairwiseMasks.DeriveKey(secret, context with { ShapeDigest = new byte[32] }, 0, 1, t),
            PairwiseMasks.DeriveKey(secret, context with { Roster = [a.PublicKey, c.PublicKey, b.PublicKey] }, 0, 1, t),
            PairwiseMasks.DeriveKey(a.Agree(c.PublicKey).Value, context, 0, 1, t),
        ];
        Assert.Equal(keys.Length, keys.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(keys[0], PairwiseMasks.DeriveKey(secret, context, 1, 0, t)); // both sides derive the same
    }

    private static int PairIndex(int a, int b) => (Math.Min(a, b), Math.Max(a, b)) switch { (0, 1) => 0, (0, 2) => 1, _ => 2 };

    private static ulong[] Masked(int[] inputs, int[] masks) => [.. Enumerable.Range(0, 3).Select(party =>
    {
        ulong[] value = [(ulong)inputs[party]];
        PairwiseMasks.Apply(value, Modulus, party, 3, (peer, target) => target[0] = (ulong)masks[PairIndex(party, peer)]);
        Assert.InRange(value[0], 0UL, (ulong)Modulus - 1);
        return value[0];
    })];

    private static int Encode(ulong[] view) => (int)((view[0] * 49) + (view[1] * 7) + view[2]);

    private static void Record(Dictionary<int, HashSet<string>> views, int sum, SortedDictionary<int, int> counts)
    {
        if (!views.TryGetValue(sum, out var set))
            views[sum] = set = [];
        set.Add(string.Join(',', counts.Select(pair => $"{pair.Key}:{pair.Value}")));
    }

    private static IEnumerable<int[]> Tuples(int length)
    {
        for (var code = 0; code < (int)Math.Pow(Modulus, length); code++)
        {
            var rest = code;
            yield return [.. Enumerable.Range(0, length).Select(_ =>
            {
                var digit = rest % Modulus;
                rest /= Modulus;
                return digit;
            })];
        }
    }
}
