using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DataSpace.Privacy.Intersection;
using DataSpace.Privacy.Intersection.Curve;
using DataSpace.Privacy.Intersection.Many;

namespace DataSpace.Privacy.Tests.Intersection.Many;

/// <summary>The parts that the protocol is made of: the table of shares, and the scalar that takes another back.</summary>
public sealed class KeyValueTableTests
{
    private static readonly BigInteger Order = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", System.Globalization.CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(0, 40)]
    [InlineData(1, 40)]
    [InlineData(2, 40)]
    [InlineData(3, 200)]
    [InlineData(30, 200)]
    [InlineData(300, 40)]
    [InlineData(20_000, 1)]
    public void Every_key_has_its_value(int items, int tables)
    {
        var shape = TableShape.Of(items);
        for (var table = 0; table < tables; table++)
        {
            var keys = Keys(items);
            var values = new UInt128[items];
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(values.AsSpan()));
            var entries = KeyValueTable.Encode(shape, keys, values).Value;
            Assert.Equal(shape.Entries, entries.Length);
            Assert.Equal(values, keys.Select(k => KeyValueTable.Decode(shape, k, entries)));
        }
    }

    [Fact]
    public void Items_that_cannot_be_peeled_are_solved_with_the_dense_entries()
    {
        // Twenty items at the same three entries: one of them has those, the dense ones carry the others.
        var keys = Keys(20);
        for (var i = 1; i < keys.Length; i++)
            keys[i] = keys[i] with { A = keys[0].A, B = keys[0].B, C = keys[0].C };
        var values = Enumerable.Range(0, keys.Length).Select(i => (UInt128)i).ToArray();
        var shape = TableShape.Of(keys.Length);
        var table = KeyValueTable.Encode(shape, keys, values).Value;
        Assert.Equal(values, keys.Select(k => KeyValueTable.Decode(shape, k, table)));
    }

    [Fact]
    public void Keys_that_are_the_same_have_no_two_values()
        => Assert.Same(ManyErrors.TableNotMade, KeyValueTable.Encode(TableShape.Of(2), [new PrfOutput(1, 2, 3, 4, 5), new PrfOutput(1, 2, 3, 4, 6)], [(UInt128)1, 2]).Error!.Kind);

    [Fact]
    public void Size_and_failures_are_as_the_decision_counts_them()
    {
        Assert.Equal([24 + 64, 27 + 64, 33 + 64, (3 * 43_342) + 64], ((int[])[0, 2, 5, 100_000]).Select(n => TableShape.Of(n).Entries));
        Assert.True(TableShape.Of(IntersectionTerms.MostItems).Entries * (long)TableShape.EntryBytes < int.MaxValue);
        // The expected number of groups of items whose entries cancel each other out; the 64 dense bits cancel too with 2^-64 each.
        foreach (var items in (int[])[2, 3, 5, 10, 20, 50, 100, 200, 400])
            Assert.True(ExpectedDependencies(items, TableShape.Of(items).Third) < 1);
    }

    [Fact]
    public void A_table_looks_the_same_whatever_is_in_it()
    {
        // Equal values would show in equal entries if the table were not filled with random ones: bytes of 60 tables of 100 zero values, against uniform ones.
        Span<int> counts = stackalloc int[256];
        var shape = TableShape.Of(100);
        for (var i = 0; i < 60; i++)
        {
            var keys = Keys(100);
            foreach (var b in MemoryMarshal.AsBytes(KeyValueTable.Encode(shape, keys, [.. keys.Select(k => k.Mask)]).Value.AsSpan()))
                counts[b]++;
        }

        Assert.True(ChiSquare(counts) < 400); // 255 degrees of freedom: beyond 400 with a probability below 10^-7
    }

    [Fact]
    public void A_scalar_takes_another_back()
    {
        Span<byte> clamped = stackalloc byte[32], inverse = stackalloc byte[32];
        for (var run = 0; run < 200; run++)
        {
            RandomNumberGenerator.Fill(clamped);
            if (run < 2)
                clamped.Fill((byte)(run == 0 ? 0 : 0xff));
            clamped[0] &= 0xf8;
            clamped[31] = (byte)((clamped[31] & 0x7f) | 0x40);
            Assert.True(ScalarInverse.TryInvert(clamped, inverse));
            Assert.Equal((0, 1), (inverse[0] & 7, inverse[31] >> 6));
            var product = new BigInteger(clamped, isUnsigned: true) * new BigInteger(inverse, isUnsigned: true) % Order;
            Assert.True(product == 1 || product == Order - 1);
        }
    }

    [Fact]
    public void The_one_who_asks_gets_the_function_of_its_items_and_the_other_cannot_tell_which()
    {
        var items = DigestsOf("a", "b", "c");
        byte[] context = new byte[32], nonce = new byte[32];
        using var key = new PrfKey(context, nonce);
        using var blinding = new PrfBlinding(context, nonce);
        using var second = new PrfBlinding(context, nonce);
        var (asked, own) = (new PrfOutput[3], new PrfOutput[3]);
        Assert.True(blinding.Outputs(key.Evaluate(blinding.Blind(items)).Value, asked).IsOk);
        key.Outputs(items, own);
        Assert.Equal(own, asked);
        Assert.NotEqual(blinding.Blind(items), second.Blind(items));
        using var other = new PrfKey(context, nonce);
        other.Outputs(items, asked);
        Assert.Empty(own.Select(o => o.Mask).Intersect(asked.Select(o => o.Mask)));
    }

    internal static double ChiSquare(ReadOnlySpan<int> counts)
    {
        double total = 0, sum = 0;
        foreach (var count in counts)
            total += count;
        foreach (var count in counts)
            sum += Math.Pow(count - (total / counts.Length), 2) / (total / counts.Length);
        return sum;
    }

    private static ItemDigest[] DigestsOf(params string[] keys) => TwoParties.Set(keys).Chunk(0).ToArray();

    private static PrfOutput[] Keys(int count)
    {
        var keys = new PrfOutput[count];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(keys.AsSpan()));
        return keys;
    }

    /// <summary>Sum over even s of C(n, s)·p(s)^3, where p(s) is how often s balls leave an even number in each of m bins.</summary>
    private static double ExpectedDependencies(int items, int bins)
    {
        var logs = new double[items + bins + 1];
        for (var i = 1; i < logs.Length; i++)
            logs[i] = logs[i - 1] + Math.Log(i);
        double Choose(int n, int k) => logs[n] - logs[k] - logs[n - k];
        double sum = 0;
        for (var s = 2; s <= items; s += 2)
        {
            double even = 0;
            for (var j = 0; j <= bins; j++)
                even += Math.Exp(Choose(bins, j) - (bins * Math.Log(2)) + (s * Math.Log(Math.Abs(1 - (2.0 * j / bins)))));
            sum += Math.Exp(Choose(items, s) + (3 * Math.Log(even)));
        }

        return sum;
    }
}
