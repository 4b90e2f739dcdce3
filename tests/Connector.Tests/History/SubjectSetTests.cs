using System.Security.Cryptography;
using System.Text;
using CsCheck;
using DataSpace.Connector.History;

namespace DataSpace.Connector.Tests.History;

public sealed class SubjectSetTests
{
    /// <summary>Sparse, dense and mixed sets over a few chunks, so that arrays and bitsets meet.</summary>
    private static readonly Gen<uint[]> Members = Gen.OneOf(
        Gen.UInt[0, 300_000].HashSet[0, 60].Select(Sorted),
        Gen.Select(Gen.UInt[0, 150_000], Gen.UInt[1, 9000], Gen.UInt[1, 9]).Select(t => Enumerable.Range(0, (int)t.Item2).Select(i => t.Item1 + ((uint)i * t.Item3)).ToArray()),
        Gen.Select(Gen.UInt[0, 200_000].HashSet[0, 40], Gen.UInt[60_000, 70_000], Gen.UInt[1, 6000])
            .Select(t => Sorted([.. t.Item1.Concat(Enumerable.Range(0, (int)t.Item3).Select(i => t.Item2 + (uint)i))])));

    [Fact]
    public void Every_operation_agrees_with_plain_sets()
        => Gen.Select(Members, Members, Gen.Int[0, 200]).Sample(
            (left, right, atMost) =>
            {
                var (a, b) = (SubjectSet.Of(left), SubjectSet.Of(right));
                var (x, y) = (left.ToHashSet(), right.ToHashSet());
                var difference = x.Except(y).Count() + y.Except(x).Count();
                Assert.Equal(x.Count, a.Count);
                Assert.Equal(Math.Min(difference, atMost), a.DifferenceUpTo(b, atMost));
                Assert.Equal(difference, a.DifferenceUpTo(b, int.MaxValue));
                Assert.Equal(x.IsSubsetOf(y), a.IsSubsetOf(b));
                Assert.Equal(Sorted([.. x.Union(y)]), SubjectSet.Union([a, b]).Ordinals());
                Assert.True(a.IsSubsetOf(SubjectSet.Union([a, b])));
                foreach (var probe in left.Take(20).Concat(right.Take(20)))
                    Assert.Equal(x.Contains(probe), a.Contains(probe));
            },
            iter: 600);

    [Fact]
    public void Equal_sets_have_equal_bytes_however_they_came_about()
        => Gen.Select(Members, Members).Sample(
            (left, right) =>
            {
                var union = SubjectSet.Union([SubjectSet.Of(left), SubjectSet.Of(right)]);
                var direct = SubjectSet.Of(Sorted([.. left.Union(right)]));
                Assert.Equal(direct.ToBytes(), union.ToBytes());
                Assert.Equal(direct.Ordinals(), SubjectSet.FromBytes(direct.ToBytes()).Ordinals());
            },
            iter: 500);

    [Fact]
    public void Damaged_bytes_are_refused()
    {
        var bytes = SubjectSet.Of([1, 5, 70_000]).ToBytes();
        Assert.Throws<InvalidDataException>(() => SubjectSet.FromBytes(bytes.AsSpan(0, bytes.Length - 1)));
        (bytes[4], bytes[6]) = (bytes[6], bytes[4]);
        Assert.Throws<InvalidDataException>(() => SubjectSet.FromBytes(bytes));
    }

    [Fact]
    public void A_sketch_never_denies_what_is_so()
        => Gen.Select(Members, Members, Gen.Int[1, 20]).Sample(
            (left, right, atMost) =>
            {
                var (part, whole) = (SubjectSet.Of(left), SubjectSet.Of(Sorted([.. left.Union(right)])));
                var (sketch, of) = (SetSketch.Of(part), SetSketch.Of(whole));
                Assert.True(sketch.MayBeInside(whole));
                Assert.True(sketch.MayBeInside(of));
                Assert.True(sketch.MissingFrom(SubjectSet.Of(right), atMost) <= left.Except(right).Count());
                var again = SetSketch.FromBytes(part.Count, sketch.ToBytes());
                Assert.Equal(sketch.MayBeInside(SubjectSet.Of(right)), again.MayBeInside(SubjectSet.Of(right)));
            },
            iter: 1000);

    [Fact]
    public void A_sketch_tells_most_unrelated_sets_apart_without_reading_them()
    {
        var sketches = Enumerable.Range(0, 50).Select(i => SetSketch.Of(SubjectSet.Of(Sorted([.. Enumerable.Range(0, 1000).Select(j => (uint)((i * 7919) + (j * 104_729)) % 100_003)])))).ToList();
        var doubtful = sketches.SelectMany(a => sketches.Where(b => b != a), (a, b) => a.MayBeInside(b)).Count(x => x);
        Assert.True(doubtful < 25, $"{doubtful} of 2450");
    }

    [Fact]
    public void Ids_are_HMAC_SHA_256_for_every_length_and_number_of_texts()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        for (var count = 1; count <= 40; count++)
        {
            var hasher = new SubjectHasher(key);
            var found = new List<(int Cell, UInt128 Id)>();
            var expected = new List<(int, UInt128)>();
            for (var i = 0; i < count; i++)
            {
                var text = Encoding.UTF8.GetBytes(new string('x', (i * 7) % 130) + i);
                var isNull = i % 11 == 3;
                if (hasher.Add(i, isNull, isNull ? [] : text))
                {
                    found.AddRange(hasher.Ready);
                    hasher.Clear();
                }
                byte[] message = isNull ? [0] : [1, .. text];
                expected.Add((i, System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(HMACSHA256.HashData(key, message))));
            }
            hasher.Complete();
            found.AddRange(hasher.Ready);
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void Ordinals_are_given_once_and_stay()
    {
        var ids = new SubjectIds();
        var all = Enumerable.Range(0, 50_000).Select(i => new UInt128((ulong)i * 0x9E3779B97F4A7C15, (ulong)i)).ToList();
        foreach (var (id, i) in all.Select((id, i) => (id, i)))
        {
            Assert.Equal((uint)i, ids.Ordinal(id));
            if (i % 1000 == 0)
                ids.Reserve(1500);
        }
        foreach (var (id, i) in all.Select((id, i) => (id, i)))
            Assert.Equal((uint)i, ids.Ordinal(id));
        Assert.Equal(all.Count, ids.Count);
        Assert.Equal(16 * (all.Count - 7), ids.Bytes(7).Length);
    }

    private static uint[] Sorted(HashSet<uint> set) => [.. set.Order()];
}
