using CsCheck;
using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Aggregation;

public sealed class RoundTripTests(SealFixture seal)
{
    private static readonly Int128 Both = (Int128)SealParameterSet.Aggregation1.PlainModulus * SealParameterSet.Aggregation2.PlainModulus;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(16)]
    public void The_joint_table_is_the_sum_of_all_parts(int parties)
    {
        var scenario = new Scenario(seal.Engine, Scenario.NewShape(groups: 4, parties));
        var contributions = scenario.ContributeAll(index =>
        [
            Scenario.Cell(3 + index, value: -7),
            Scenario.Cell(0),
            Scenario.Cell(10, value: index % 2 == 0 ? 10_000 : -10_000),
            Scenario.Cell(index == 0 ? 5 : 0, value: 123),
        ]);
        var cells = scenario.Decode(contributions).Value.Cells;
        Assert.All(cells, cell => Assert.False(cell.Suppressed));
        long rows = Enumerable.Range(0, parties).Sum(index => 3 + index);
        AssertCell(cells[0], rows, rows * -7, rows * 49);
        AssertCell(cells[1], 0, 0, 0);
        AssertCell(cells[2], 10L * parties, parties % 2 == 0 ? 0 : 100_000, parties * 10L * 100_000_000);
        AssertCell(cells[3], 5, 615, 5 * 123 * 123);
    }

    [Fact]
    public void Random_cells_of_several_measures_come_back_exactly()
    {
        MeasureShape[] measures =
        [
            new("a", 0, -1_000_000, 1_000_000, Squares: true),
            new("b", 3, 0, 99_999, Squares: false),
            new("c", 2, -5, 70_000, Squares: true),
        ];
        var genCell = from values in Gen.Select(Gen.Int[-1_000_000, 1_000_000], Gen.Int[0, 99_999], Gen.Int[-5, 70_000]).Array[3, 12]
                      select new LocalCell(
                          values.Length,
                          values.Length,
                          [
                              (values.Aggregate((Int128)0, (sum, value) => sum + value.Item1), values.Aggregate((Int128)0, (sum, value) => sum + ((Int128)value.Item1 * value.Item1))),
                              (values.Aggregate((Int128)0, (sum, value) => sum + value.Item2), values.Aggregate((Int128)0, (sum, value) => sum + ((Int128)value.Item2 * value.Item2))),
                              (values.Aggregate((Int128)0, (sum, value) => sum + value.Item3), values.Aggregate((Int128)0, (sum, value) => sum + ((Int128)value.Item3 * value.Item3))),
                          ],
                          Dominated: false);
        Gen.Select(Gen.Int[2, 4], Gen.Int[1, 3]).SelectMany(size => genCell.Array[size.Item2].Array[size.Item1]).Sample(
            table =>
            {
                var shape = AggregationShape.Create(table[0].Length, measures, 3, table.Length, 1000).Value;
                var scenario = new Scenario(seal.Engine, shape);
                var result = scenario.Decode(scenario.ContributeAll(index => table[index])).Value;
                for (var cell = 0; cell < shape.Groups; cell++)
                {
                    Assert.Equal(table.Sum(part => part[cell].Rows), result.Cells[cell].Count);
                    for (var i = 0; i < measures.Length; i++)
                    {
                        Assert.Equal(table.Aggregate((Int128)0, (sum, part) => sum + part[cell].Measures[i].Sum), result.Cells[cell].Measures[i].Sum);
                        Int128? squares = measures[i].Squares ? table.Aggregate((Int128)0, (sum, part) => sum + part[cell].Measures[i].SumOfSquares) : null;
                        Assert.Equal(squares, result.Cells[cell].Measures[i].SumOfSquares);
                    }
                }
            },
            iter: 20,
            threads: 1);
    }

    [Fact]
    public void Sums_at_the_declared_bound_and_squares_beyond_one_modulus_come_back()
    {
        // 3 × 1,000,000 rows of 1,000.00: Σ = 3·10^11 (t1/2 is 5.4·10^11), Σx² = 3·10^16, far beyond one modulus.
        var shape = Scenario.NewShape(2, 3, k: 3, rows: 1_000_000, new MeasureShape("value", 2, -100_000, 100_000, Squares: true));
        var scenario = new Scenario(seal.Engine, shape);
        var cells = scenario.Decode(scenario.ContributeAll(_ => [Scenario.Cell(1_000_000, 100_000), Scenario.Cell(1_000_000, -100_000)])).Value.Cells;
        AssertCell(cells[0], 3_000_000, 300_000_000_000, 30_000_000_000_000_000);
        AssertCell(cells[1], 3_000_000, -300_000_000_000, 30_000_000_000_000_000);
        Assert.Equal(1000m, cells[0].Measures[0].Mean());
        Assert.Equal(0m, cells[0].Measures[0].PopulationStdDev());
    }

    [Fact]
    public void Chinese_remainders_are_exact_at_every_boundary()
    {
        var (t1, t2) = ((Int128)SealParameterSet.Aggregation1.PlainModulus, (Int128)SealParameterSet.Aggregation2.PlainModulus);
        Int128[] edges = [0, 1, -1, t1 - 1, t1, t1 + 1, t2 - 1, t2, t2 + 1, -t1, -t2, Both / 2, -(Both / 2), (Both / 2) - 1];
        foreach (var value in edges)
            Assert.Equal(value, Residues(value));
        Gen.Select(Gen.ULong, Gen.ULong).Sample(pair =>
        {
            var value = (Int128)((((UInt128)pair.Item1 << 64) | pair.Item2) % (UInt128)Both) - (Both / 2);
            return Residues(value) == value;
        });

        static Int128 Residues(Int128 value) => AnalystDecoder.Combine(
            CellEncoder.ToResidue(value, SealParameterSet.Aggregation1.PlainModulus),
            CellEncoder.ToResidue(value, SealParameterSet.Aggregation2.PlainModulus));
    }

    [Fact]
    public void Many_groups_span_several_ciphertexts()
    {
        var shape = Scenario.NewShape(2500, 2, k: 3);
        Assert.Equal(3, shape.CiphertextsPerModulus); // 1 + 2,500 × 4 values, 4,095 per ciphertext
        Assert.Equal(4, shape.TotalCiphertexts);
        var scenario = new Scenario(seal.Engine, shape);
        var cells = scenario.Decode(scenario.ContributeAll(index => [.. Enumerable.Range(0, 2500).Select(cell => Scenario.Cell(3 + (cell % 5), value: cell - 1250))])).Value.Cells;
        for (var cell = 0; cell < 2500; cell++)
        {
            long rows = 2 * (3 + (cell % 5));
            AssertCell(cells[cell], rows, rows * (cell - 1250), rows * (Int128)(cell - 1250) * (cell - 1250));
        }
    }

    [Fact]
    public void Counts_alone_need_no_measure_and_no_second_modulus()
    {
        var shape = AggregationShape.Create(3, [], 1, 2, 10).Value;
        Assert.Equal(1, shape.TotalCiphertexts);
        var scenario = new Scenario(seal.Engine, shape);
        var result = scenario.Decode(scenario.ContributeAll(index => [.. Enumerable.Range(0, 3).Select(cell => new LocalCell(cell + index, cell + index, [], false))])).Value;
        Assert.Equal([1L, 3L, 5L], result.Cells.Select(cell => cell.Count));
    }

    [Fact]
    public void Stored_analyst_keys_still_decode_and_damage_is_noticed()
    {
        var scenario = new Scenario(seal.Engine, Scenario.NewShape(1, 2));
        var contributions = scenario.ContributeAll(_ => [Scenario.Cell(4)]);
        var export = scenario.Keys.ExportSecret();
        using var restored = AnalystKeys.Import(scenario.Shape, export).Value;
        Assert.Equal(scenario.Keys.PublicKeys, restored.PublicKeys);
        Assert.Equal(scenario.Keys.FirstSecret, restored.FirstSecret);
        var decoded = AnalystDecoder.Decode(
            seal.Engine, restored, scenario.Shape, contributions, ContributionAdder.Sum(scenario.Shape, contributions).Value,
            [.. contributions.Select(message => (ReadOnlyMemory<byte>)System.Security.Cryptography.SHA256.HashData(message))], scenario.RosterHash, scenario.Round);
        Assert.Equal(8, decoded.Value.Cells[0].Count);

        foreach (var at in new[] { 0, 8, export.Length / 2, export.Length - 1 })
        {
            var damaged = export.ToArray();
            damaged[at] ^= 1;
            Assert.Equal(PrivacyErrors.SecretInvalid, AnalystKeys.Import(scenario.Shape, damaged).Error?.Kind);
        }

        Assert.Equal(PrivacyErrors.SecretInvalid, AnalystKeys.Import(scenario.Shape, export.AsSpan(1)).Error?.Kind);
        Assert.Equal(PrivacyErrors.AnalystKeysOtherShape, AnalystKeys.Import(Scenario.NewShape(2, 2), export).Error?.Kind);
    }

    [Fact]
    public void An_imported_ephemeral_key_is_the_same_key()
    {
        using var key = EphemeralKey.Generate();
        using var again = EphemeralKey.Import(key.ExportPrivate());
        Assert.Equal(key.PublicKey, again!.PublicKey);
        Assert.Null(EphemeralKey.Import(new byte[31]));
    }

    private static void AssertCell(CellResult cell, long count, Int128 sum, Int128 squares)
    {
        Assert.False(cell.Suppressed);
        Assert.Equal(count, cell.Count);
        Assert.Equal(sum, cell.Measures[0].Sum);
        Assert.Equal(squares, cell.Measures[0].SumOfSquares);
    }
}
