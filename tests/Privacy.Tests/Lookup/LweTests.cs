using System.Security.Cryptography;
using System.Text;
using DataSpace.Privacy.Lookup;
using DataSpace.Privacy.Lookup.Lwe;

namespace DataSpace.Privacy.Tests.Lookup;

/// <summary>Retrieval of a column: arithmetic against the plain sums, noise, and what a query shows.</summary>
public sealed class LweTests
{
    private const int Columns = 1024;
    private const int Rows = 132; // stripes of 64 and a rest

    private static readonly byte[] Seed = SHA256.HashData("matrix"u8);

    [Fact]
    public void The_matrix_is_AES_in_counter_mode_row_by_row()
    {
        using var matrix = new LweMatrix(Seed);
        var rows = new uint[2 * LweParameters.Dimension];
        matrix.Rows(5, rows);
        var counter = new byte[16];
        BitConverter.TryWriteBytes(counter, (6UL * 256) + 3); // block 3 of row 6
        using var aes = Aes.Create();
        aes.Key = Seed;
        Assert.Equal(BitConverter.ToUInt32(aes.EncryptEcb(counter, PaddingMode.None), 4), rows[LweParameters.Dimension + (3 * 4) + 1]);
    }

    [Fact]
    public void Hint_and_answers_are_the_plain_sums()
    {
        var cells = RandomNumberGenerator.GetBytes(Rows * Columns);
        var query = new uint[Columns];
        RandomNumberGenerator.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(query.AsSpan()));
        var hint = LweScan.Hint(cells, Rows, Columns, Seed, TestContext.Current.CancellationToken);
        var answer = new ushort[Rows];
        LweScan.Answer(cells, Rows, Columns, query, answer);
        using var matrix = new LweMatrix(Seed);
        var all = new uint[Columns * LweParameters.Dimension];
        for (var row = 0; row < Columns; row += LweMatrix.BlockRows)
            matrix.Rows(row, all.AsSpan(row * LweParameters.Dimension, LweMatrix.BlockRows * LweParameters.Dimension));
        foreach (var row in (int[])[0, 1, 3, 63, 64, 100, Rows - 1])
        {
            uint sum = 0;
            for (var j = 0; j < Columns; j++)
                sum += cells[(row * Columns) + j] * query[j];
            Assert.Equal((ushort)((sum + 0x8000) >> 16), answer[row]);
            foreach (var k in (int[])[0, 63, 64, 1023])
            {
                uint number = 0;
                for (var j = 0; j < Columns; j++)
                    number += cells[(row * Columns) + j] * all[(j * LweParameters.Dimension) + k];
                Assert.Equal(number, hint[(row * LweParameters.Dimension) + k]);
            }
        }
    }

    [Fact]
    public void Every_column_comes_back_whole_and_the_worst_cells_too()
    {
        var cells = RandomNumberGenerator.GetBytes(Rows * Columns);
        Array.Fill(cells, (byte)255, 0, 4 * Columns); // the largest noise there is
        var hint = LweScan.Hint(cells, Rows, Columns, Seed, TestContext.Current.CancellationToken);
        int[] wanted = [0, 511, 1023, 511];
        using var queries = LweQueries.Create(Seed, Columns, wanted);
        for (var i = 0; i < wanted.Length; i++)
        {
            var answer = new ushort[Rows];
            LweScan.Answer(cells, Rows, Columns, Numbers(queries.Query(i)), answer);
            var column = queries.Open(i, hint, answer);
            for (var row = 0; row < Rows; row++)
                Assert.Equal(cells[(row * Columns) + wanted[i]], column[row]);
        }

        Assert.NotEqual(queries.Query(1).ToArray(), queries.Query(3).ToArray()); // a secret of its own for each
    }

    [Fact]
    public void Noise_is_the_discrete_Gaussian()
    {
        const int samples = 1 << 18;
        var noise = new uint[samples];
        LweNoise.Fill(noise);
        var counts = new double[81];
        double sum = 0, squares = 0;
        foreach (var value in noise.Select(n => (int)n))
        {
            Assert.InRange(value, -110, 110);
            (sum, squares) = (sum + value, squares + ((double)value * value));
            counts[Math.Clamp(value, -40, 40) + 40]++;
        }

        Assert.InRange(sum / samples, -.15, .15);
        Assert.InRange(Math.Sqrt(squares / samples), 10.85, 11.15);
        var total = Enumerable.Range(-200, 401).Sum(Weight);
        var chi = 0.0;
        for (var k = -40; k <= 40; k++)
        {
            var probability = Math.Abs(k) < 40 ? Weight(k) / total : Enumerable.Range(40, 161).Sum(Weight) / total;
            chi += Math.Pow(counts[k + 40] - (samples * probability), 2) / (samples * probability);
        }

        Assert.InRange(chi, 0, 80 + (6 * Math.Sqrt(160)));

        static double Weight(int k) => Math.Exp(-k * k / (2 * LweParameters.Sigma * LweParameters.Sigma));
    }

    [Fact]
    public void A_query_shows_nothing_of_its_column()
    {
        // Bytes of queries for two columns, at those columns and elsewhere: both uniform, and neither tells the columns apart.
        const int queries = 48;
        var chi = new double[2];
        var at = new double[2];
        for (var which = 0; which < 2; which++)
        {
            var column = which == 0 ? 3 : 700;
            using var made = LweQueries.Create(Seed, Columns, [.. Enumerable.Repeat(column, queries)]);
            var counts = new long[256];
            long total = 0;
            for (var i = 0; i < queries; i++)
            {
                foreach (var value in made.Query(i))
                    counts[value]++;
                total += made.Query(i).Length;
                at[which] += Numbers(made.Query(i))[3] / Math.Pow(2, 32);
            }

            chi[which] = counts.Sum(c => Math.Pow(c - (total / 256.0), 2) / (total / 256.0));
            at[which] /= queries;
        }

        Assert.All(chi, value => Assert.InRange(value, 255 - (6 * Math.Sqrt(510)), 255 + (6 * Math.Sqrt(510))));
        Assert.All(at, mean => Assert.InRange(mean, .5 - (6 / Math.Sqrt(12 * queries)), .5 + (6 / Math.Sqrt(12 * queries))));
    }

    [Theory]
    [InlineData(0, 64)]
    [InlineData(1, 16)]
    [InlineData(1000, 64)]
    [InlineData(1_000_000, 64)]
    [InlineData(50_000, 1024)]
    [InlineData(20_000, 4096)]
    [InlineData(57_344, 4096)]
    public void Shapes_keep_the_bounds(int records, int recordBytes)
    {
        var shape = LookupShape.For(records, recordBytes)!.Value;
        Assert.True(shape.IsValid);
        Assert.InRange(shape.QueryBytes, 1, (128 * 1024) - 256);
        if (recordBytes <= 64)
            Assert.InRange(shape.AnswerBytes, 1, 32 * 1024);
        Assert.True((long)shape.Columns * shape.Slots >= records);
        Assert.Equal(shape, LookupShape.For(LookupShape.Rounded(records), recordBytes)); // the number of records shows rounded
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_none()
    {
        Assert.Null(LookupShape.For(LookupShape.MaxRecords + 1, 64));
        Assert.Null(LookupShape.For(LookupShape.MaxRecords, 4096));
        Assert.Null(LookupShape.For(10, 8));
        Assert.False(new LookupShape(1024, int.MaxValue, 64).IsValid);
        Assert.False(new LookupShape(1000, 4, 64).IsValid);
        Assert.False(new LookupShape(-1024, 4, 64).IsValid);
        Assert.Equal(1_048_576, LookupShape.Rounded(1_000_000));
        Assert.Equal(1280, LookupShape.Rounded(1025));
    }

    private static uint[] Numbers(ReadOnlySpan<byte> query) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(query).ToArray();
}
