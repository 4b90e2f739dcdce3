using DataSpace.Privacy.Aggregation;
using DataSpace.Privacy.Seal;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Aggregation;

/// <summary>What coordinator and analyst see of one provider, for inputs as different as they can be.</summary>
public sealed class ViewTests(SealFixture seal)
{
    private static readonly ulong T1 = SealParameterSet.Aggregation1.PlainModulus;
    private static readonly ulong T2 = SealParameterSet.Aggregation2.PlainModulus;

    public static TheoryData<string> Outcomes => ["zero", "extreme", "suppressed", "dominated", "failed"];

    [Theory]
    [MemberData(nameof(Outcomes))]
    public void One_contribution_decrypts_to_uniform_slots_whatever_went_in(string outcome)
    {
        // The analyst and the coordinator together hold this message and the decryption key.
        var scenario = new Scenario(seal.Engine, Scenario.NewShape(1000, 2, rows: 1_000_000));
        for (var provider = 0; provider < 2; provider++)
        {
            var (first, second) = scenario.Open(scenario.Contribute(provider, Cells(outcome)).Value.Payload.ToArray());
            Statistics.AssertUniform(Statistics.Bins(first, T1)); // check slots and padding included
            Statistics.AssertUniform(Statistics.Bins(second, T2));
        }
    }

    [Fact]
    public void The_uniformity_test_notices_a_missing_mask()
    {
        var shape = Scenario.NewShape(1000, 2, rows: 1_000_000);
        var (first, _) = CellEncoder.Encode(shape, Cells("zero"), null);
        Assert.True(Statistics.ChiSquare(Statistics.Bins(first, T1)) > Statistics.Limit(63));
    }

    [Theory]
    [MemberData(nameof(Outcomes))]
    public void Every_outcome_has_one_size_and_one_header(string outcome)
    {
        var scenario = new Scenario(seal.Engine, Scenario.NewShape(1000, 2, rows: 1_000_000));
        var reference = scenario.Contribute(0, Cells("zero")).Value.Payload.ToArray();
        var message = scenario.Contribute(1, Cells(outcome)).Value;
        var payload = message.Payload.ToArray();
        Assert.Equal(scenario.Shape.MessageBytes, payload.Length);
        payload[6] = reference[6]; // the provider's index is the only difference
        Assert.Equal(reference[..AggregationMessage.HeaderBytes], payload[..AggregationMessage.HeaderBytes]);
        Assert.Equal(("secure-aggregation/1", "contribution"), (message.Protocol, message.Step));
        Assert.True(ContributionAdder.Check(scenario.Shape, message.Payload.ToArray()).IsOk);
    }

    [Fact]
    public void Suppressed_cells_hold_uniform_statistics_and_a_uniform_non_zero_flag()
    {
        var shape = Scenario.NewShape(500, 2);
        var layout = shape.Layout;
        var (statistics1, statistics2, flags) = (new List<ulong>(), new List<ulong>(), new List<ulong>());
        for (var repeat = 0; repeat < 20; repeat++)
        {
            var (first, second) = CellEncoder.Encode(shape, [.. Enumerable.Range(0, 500).Select(cell => Scenario.Cell(cell % 2 == 0 ? 2 : 3))], null);
            for (var cell = 0; cell < 500; cell++)
            {
                var flag = first[layout.First.SlotOf(layout.Flag(cell))];
                var (start1, length1) = layout.FirstStatistics(cell);
                var (start2, length2) = layout.SecondStatistics(cell);
                var own1 = Enumerable.Range(start1, length1).Select(value => first[layout.First.SlotOf(value)]);
                var own2 = Enumerable.Range(start2, length2).Select(value => second[layout.Second.SlotOf(value)]);
                if (cell % 2 == 0)
                {
                    Assert.NotEqual(0UL, flag);
                    flags.Add(flag);
                    statistics1.AddRange(own1);
                    statistics2.AddRange(own2);
                }
                else
                {
                    Assert.Equal(0UL, flag);
                    Assert.Equal([3UL, 3UL, 3UL], own1);
                    Assert.Equal([3UL], own2);
                }
            }
        }

        Statistics.AssertUniform(Statistics.Bins(flags, T1));
        Statistics.AssertUniform(Statistics.Bins(statistics1, T1));
        Statistics.AssertUniform(Statistics.Bins(statistics2, T2));
    }

    [Fact]
    public void The_cell_rule_is_own_subjects_zero_or_at_least_k_and_not_dominated()
    {
        (LocalCell Cell, bool Released)[] cases =
        [
            (Scenario.Cell(0), true),
            (Scenario.Cell(1), false),
            (Scenario.Cell(2), false),
            (Scenario.Cell(3), true),
            (Scenario.Cell(100, subjects: 1), false), // one subject with many rows
            (Scenario.Cell(100, subjects: 3), true),
            (Scenario.Cell(50, dominated: true), false),
            (Scenario.Cell(7, subjects: 0), false), // rows without subjects: not countable, so not released
        ];
        var scenario = new Scenario(seal.Engine, Scenario.NewShape(cases.Length, 3));
        var plenty = Enumerable.Repeat(Scenario.Cell(10), cases.Length).ToArray();
        var result = scenario.Decode(scenario.ContributeAll(index => index == 1 ? [.. cases.Select(entry => entry.Cell)] : plenty)).Value;
        for (var cell = 0; cell < cases.Length; cell++)
        {
            Assert.Equal(!cases[cell].Released, result.Cells[cell].Suppressed);
            Assert.Equal(cases[cell].Released ? cases[cell].Cell.Rows + 20 : 0, result.Cells[cell].Count);
            Assert.Equal(cases[cell].Released ? 1 : 0, result.Cells[cell].Measures.Count);
        }
    }

    [Fact]
    public void The_opened_sum_does_not_tell_who_suppressed()
    {
        // One table per culprit: in each the flag and statistics of the sum are uniform, so the tables have one distribution.
        var shape = Scenario.NewShape(1000, 3);
        for (var culprit = 0; culprit < 3; culprit++)
        {
            var scenario = new Scenario(seal.Engine, shape);
            var contributions = scenario.ContributeAll(index => [.. Enumerable.Repeat(Scenario.Cell(index == culprit ? 1 : 5), 1000)]);
            Assert.All(scenario.Decode(contributions).Value.Cells, cell => Assert.Equal((true, 0L, 0), (cell.Suppressed, cell.Count, cell.Measures.Count)));
            var (first, _) = scenario.Open(ContributionAdder.Sum(shape, contributions).Value);
            var used = Enumerable.Range(1, 4000).Select(value => first[shape.Layout.First.SlotOf(value)]);
            Statistics.AssertUniform(Statistics.Bins(used, T1));
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("rows")]
    [InlineData("sum")]
    [InlineData("squares")]
    [InlineData("impossible")]
    public void A_data_dependent_failure_is_sealed_and_only_the_analyst_learns_that_there_was_one(string reason)
    {
        var scenario = new Scenario(seal.Engine, Scenario.NewShape(2, 2));
        LocalCell[]? broken = reason switch
        {
            "none" => null,
            "rows" => [Scenario.Cell(5), new LocalCell(1001, 1001, [(0, 0)], false)], // the contract allows 1,000
            "sum" => [new LocalCell(5, 5, [(50_001, 10_000_000)], false), Scenario.Cell(5)],
            "squares" => [new LocalCell(5, 5, [(0, 500_000_001)], false), Scenario.Cell(5)],
            _ => [new LocalCell(5, 5, [(5, 1)], false), Scenario.Cell(5)], // n·Σx² < (Σx)²
        };
        var contributions = scenario.ContributeAll(index => index == 0 ? broken : [Scenario.Cell(5), Scenario.Cell(5)]);
        Assert.Equal(contributions[0].Length, contributions[1].Length);
        var error = scenario.Decode(contributions).Error;
        Assert.Equal(PrivacyErrors.ProviderFailed, error?.Kind);
        Assert.Null(error!.Detail);
    }

    [Fact]
    public void Sixteen_uniform_contributions_leave_at_least_20_bits_of_noise_budget()
    {
        foreach (var set in new[] { SealParameterSet.Aggregation1, SealParameterSet.Aggregation2 })
        {
            var keys = seal.Engine.GenerateKeys(set).Value;
            var vectors = Enumerable.Range(0, 16).Select(_ => EngineTests.Uniform(set)).ToArray();
            var ciphertexts = seal.Engine.Encrypt(set, keys.PublicKey, vectors).Value;
            var fresh = Budget(ciphertexts[0]);
            var after = Budget(CiphertextSum.AddMany(set, ciphertexts).Value);
            Assert.InRange(fresh, 24, 30);
            Assert.InRange(after, 20, fresh);

            int Budget(byte[] ciphertext) => seal.Engine.Secrets.Run(instance => instance.NoiseBudget(set, keys.SecretKey, ciphertext)).Value;
        }
    }

    [Fact]
    public void The_sum_of_1024_contributions_still_decrypts()
    {
        var set = SealParameterSet.Aggregation1;
        var keys = seal.Engine.GenerateKeys(set).Value;
        var vectors = Enumerable.Range(0, 32).Select(_ => EngineTests.Uniform(set)).ToArray();
        var ciphertexts = seal.Engine.Encrypt(set, keys.PublicKey, vectors).Value;
        // 32 fresh ciphertexts, each 32 times: worse than 1,024 independent ones, because equal noise adds up in line.
        var sum = CiphertextSum.AddMany(set, [.. Enumerable.Repeat(ciphertexts, 32).SelectMany(all => all)]).Value;
        var expected = Enumerable.Range(0, set.Degree).Select(slot => (ulong)(vectors.Aggregate((UInt128)0, (total, vector) => total + vector[slot]) * 32 % T1));
        Assert.Equal(expected, seal.Engine.Decrypt(set, keys.SecretKey, [sum]).Value[0]);
        Assert.InRange(seal.Engine.Secrets.Run(instance => instance.NoiseBudget(set, keys.SecretKey, sum)).Value, 10, 25);
    }

    private static LocalCell[]? Cells(string outcome) => outcome switch
    {
        "zero" => [.. Enumerable.Repeat(Scenario.Cell(0), 1000)],
        "extreme" => [.. Enumerable.Repeat(Scenario.Cell(1_000_000, -10_000), 1000)],
        "suppressed" => [.. Enumerable.Repeat(Scenario.Cell(2), 1000)],
        "dominated" => [.. Enumerable.Repeat(Scenario.Cell(2000, 10_000, dominated: true), 1000)],
        _ => null,
    };
}
