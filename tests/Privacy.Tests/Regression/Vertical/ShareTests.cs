using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Regression.Vertical;

namespace DataSpace.Privacy.Tests.Regression.Vertical;

/// <summary>What one party does with its shares alone, on the real ring and exhaustively on a small one.</summary>
public sealed class ShareTests
{
    private static readonly ShareRing Ring = new(ClearSlots.First, ClearSlots.Second);
    private static readonly ShareRing Small = new(101, 97);

    [Fact]
    public void Residues_join_to_the_one_integer_that_has_them()
    {
        for (var x = 0; x < 101 * 97; x++)
            Assert.Equal((UInt128)x, Small.Join((ulong)(x % 101), (ulong)(x % 97)));
        Assert.Equal(Ring.Modulus - 1, Ring.Join(ClearSlots.First - 1, ClearSlots.Second - 1));
    }

    [Fact]
    public void Truncation_and_lift_fail_for_a_fraction_of_shares_that_is_the_value_over_the_modulus()
    {
        const int X = 37, Modulus = 101 * 97, P = 64;
        var (wrongQuotients, wrongLifts) = (0, 0);
        for (var a = 0; a < Modulus; a++)
        {
            var first = ShareVector.Of(Small, 1, _ => a);
            var second = ShareVector.Of(Small, 1, _ => X).Minus(first);
            var quotient = (int)Small.Centre(first.Truncated(3, isFirst: true).Plus(second.Truncated(3, isFirst: false))[0]);
            wrongQuotients += quotient is 4 or 5 ? 0 : 1;
            wrongLifts += (first.Lifted(P, isFirst: true)[0] + second.Lifted(P, isFirst: false)[0]) % P == X ? 0 : 1;
        }

        Assert.InRange(wrongQuotients, 1, X + 1);
        Assert.InRange(wrongLifts, 1, X + 1);
    }

    [Theory]
    [InlineData(-12_345_678_901)]
    [InlineData(0)]
    [InlineData(1L << 45)]
    public void On_the_real_ring_uniform_shares_truncate_and_lift_right(long x)
    {
        using var stream = MaskStream.Fresh();
        var first = ShareVector.Uniform(Ring, 500, stream);
        var second = ShareVector.Of(Ring, 500, _ => x).Minus(first);
        var sum = first.Truncated(20, isFirst: true).Plus(second.Truncated(20, isFirst: false));
        const ulong P = 128UL << 28;
        var (left, right) = (first.Lifted(P, isFirst: true), second.Lifted(P, isFirst: false));
        for (var i = 0; i < sum.Length; i++)
        {
            Assert.InRange((long)Ring.Centre(sum[i]) - (x >> 20), -1, 1);
            Assert.Equal((ulong)(((Int128)x % (Int128)(long)P + (long)P) % (long)P), (left[i] + right[i]) % P);
        }
    }

    [Fact]
    public void Shares_that_are_both_zero_truncate_wrong_every_time_and_so_no_factor_zero_is_taken()
    {
        var zero = ShareVector.Of(Ring, 1, _ => 0);
        Assert.NotInRange((double)Ring.Centre(zero.Truncated(10, isFirst: true).Plus(zero.Truncated(10, isFirst: false))[0]), -1e6, 1e6);
        Assert.Throws<ArgumentOutOfRangeException>(() => zero.Times(0));
        Assert.Equal(0, VerticalTerms.Momentum(0));
    }

    [Fact]
    public void The_first_step_leaves_momentum_out()
    {
        var terms = new VerticalTerms(569, 1, 1, 1, 64, 2);
        using var stream = MaskStream.Fresh();
        var start = ShareVector.Uniform(Ring, terms.Columns, stream);
        var gradient = ShareVector.Of(Ring, terms.Columns, _ => (Int128)1 << 40);
        var mask = ShareVector.Uniform(Ring, terms.Columns, stream);
        var first = new VerticalShares(terms, isFirst: true, start);
        var second = new VerticalShares(terms, isFirst: false, start.Negated());
        first.Descend(mask, 0);
        second.Descend(gradient.Minus(mask), 0);
        var step = Ring.Centre(first.Point.Plus(second.Point)[0]);
        Assert.InRange((double)step, -(1L << (40 - 22)) - 1, -(1L << (40 - 22)) + 1);
        Assert.Equal(step, Ring.Centre(first.Weights.Plus(second.Weights)[0]));
    }

    [Fact]
    public void Eigenvalues_and_vectors_give_the_matrix_back()
    {
        var random = new Random(7);
        var matrix = new double[20, 20];
        for (var i = 0; i < 20; i++)
        {
            for (var j = 0; j <= i; j++)
                matrix[i, j] = matrix[j, i] = random.NextDouble() - 0.5;
        }

        var eigen = SymmetricEigen.Of(matrix);
        for (var i = 0; i < 20; i++)
        {
            for (var j = 0; j < 20; j++)
            {
                var (back, identity) = (0.0, 0.0);
                for (var k = 0; k < 20; k++)
                {
                    back += eigen.Vectors[i, k] * eigen.Values[k] * eigen.Vectors[j, k];
                    identity += eigen.Vectors[k, i] * eigen.Vectors[k, j];
                }

                Assert.Equal(matrix[i, j], back, 1e-12);
                Assert.Equal(i == j ? 1 : 0, identity, 1e-12);
            }
        }
    }

    [Fact]
    public void The_sigmoid_is_within_its_bound_up_to_seven_below_the_range_and_folds_beyond()
    {
        var sigmoid = new FourierSigmoid(64, 16);
        for (var z = -57.0; z <= 57; z += 0.25)
            Assert.Equal(1 / (1 + Math.Exp(-z)), sigmoid.Value(z), 0.0045);
        Assert.True(sigmoid.Value(80) < 0.99);
    }

    [Theory]
    [InlineData(20, 7)] // several columns side by side
    [InlineData(70, 3)] // one column in several texts
    [InlineData(33, 2)]
    public void Products_in_tiles_and_blocks_are_those_of_the_matrix(int rows, int columns)
    {
        const int Slots = 64;
        const ulong Modulus = 10_007;
        var layout = new TileLayout(Slots, rows, columns);
        var random = new Random(rows);
        var matrix = Enumerable.Range(0, columns).Select(_ => Enumerable.Range(0, layout.Rows).Select(_ => (ulong)random.Next(100)).ToArray()).ToArray();
        ulong[] x = [.. Enumerable.Range(0, columns).Select(_ => (ulong)random.Next(100))], e = [.. Enumerable.Range(0, layout.Rows).Select(_ => (ulong)random.Next(100))];
        var (factors, constants, errors) = (layout.Columns(matrix, layout.Blocks), layout.Constants(x), layout.Repeated(e, layout.Blocks));
        var scores = Enumerable.Range(0, layout.DataBlocks).Select(block => Sum(Enumerable.Range(0, layout.Groups(columns)).Select(g => Times(constants[g], factors[(g * layout.Blocks) + block])))).ToArray();
        var gradient = Enumerable.Range(0, layout.Groups(columns)).Select(g => Sum(Enumerable.Range(0, layout.Blocks).Select(b => Times(errors[b], factors[(g * layout.Blocks) + b])))).ToArray();
        Assert.Equal(Enumerable.Range(0, rows).Select(i => Enumerable.Range(0, columns).Aggregate(0UL, (s, j) => s + (matrix[j][i] * x[j])) % Modulus), layout.SumOfTiles(scores, Modulus));
        Assert.Equal(Enumerable.Range(0, columns).Select(j => Enumerable.Range(0, layout.Rows).Aggregate(0UL, (s, i) => s + (matrix[j][i] * e[i])) % Modulus), layout.SumOfRows(gradient, columns, Modulus));

        static ulong[] Times(ulong[] a, ulong[] b) => [.. a.Zip(b, (p, q) => p * q % Modulus)];
        static ulong[] Sum(IEnumerable<ulong[]> all) => all.Aggregate((a, b) => [.. a.Zip(b, (p, q) => (p + q) % Modulus)]);
    }
}
