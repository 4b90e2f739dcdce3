using DataSpace.Privacy.Aggregation.Dropout;
using DataSpace.Privacy.Tests.Seal;

namespace DataSpace.Privacy.Tests.Aggregation.Dropout;

/// <summary>The result over those who are left is right, whoever is gone; secrets and shares do what the books say.</summary>
public sealed class DropoutTests(SealFixture seal)
{
    [Theory]
    [InlineData(5, new[] { 0, 1, 2, 3 })]
    [InlineData(5, new[] { 1, 2, 3, 4 })]
    [InlineData(5, new[] { 0, 1, 3, 4 })]
    [InlineData(5, new[] { 0, 1, 2, 3, 4 })] // nobody is gone: self-masks alone are taken off
    [InlineData(8, new[] { 0, 2, 3, 4, 6, 7 })]
    public void The_result_is_that_of_the_survivors(int parties, int[] survivors)
    {
        using var scenario = new DropoutScenario(seal.Engine, parties).Contribute(survivors);
        using var unmasking = scenario.Unmask(survivors, scenario.Tell(survivors)).Value;
        var cell = Assert.Single(scenario.Decode(survivors, unmasking).Value.Cells);
        Assert.False(cell.Suppressed);
        Assert.Equal(10 * survivors.Length, cell.Count);
        Assert.Equal(survivors.Sum(i => 10 * (1 + i)), cell.Measures[0].Sum);
    }

    [Fact]
    public void As_many_shares_as_the_threshold_suffice_and_one_who_was_silent_then_counts_all_the_same()
    {
        int[] all = [0, 1, 2, 3, 4];
        using var scenario = new DropoutScenario(seal.Engine, parties: 5).Contribute(all);
        var told = scenario.Tell(all);
        told.RemoveAt(2);
        using var unmasking = scenario.Unmask(all, told).Value;
        Assert.Equal(150, scenario.Decode(all, unmasking).Value.Cells[0].Measures[0].Sum);
        told.RemoveAt(0);
        Assert.Equal(DropoutErrors.UnmaskingFailed, scenario.Unmask(all, told).Error?.Kind);
    }

    [Fact]
    public void A_sum_with_masks_left_in_it_is_no_result()
    {
        int[] survivors = [0, 1, 2, 3];
        using var scenario = new DropoutScenario(seal.Engine, parties: 5).Contribute(survivors);
        using var five = new DropoutScenario(seal.Engine, parties: 5).Contribute([0, 1, 2, 3, 4]);
        Assert.False(five.Decode([0, 1, 2, 3, 4], null).IsOk);
        Assert.False(scenario.Decode(survivors, null).IsOk);
    }

    [Theory]
    [InlineData(5, 4)]
    [InlineData(6, 5)]
    [InlineData(7, 5)]
    [InlineData(9, 7)]
    [InlineData(64, 43)]
    public void Two_sets_with_enough_signatures_would_need_a_third_of_the_owners(int parties, int threshold)
    {
        Assert.Equal(threshold, DropoutTerms.ThresholdOf(parties));
        Assert.True(threshold * 3 > parties * 2);
        Assert.False(DropoutTerms.Create(parties, threshold - 1).IsOk);
        Assert.False(DropoutTerms.Create(parties, parties).IsOk);
        Assert.True(DropoutTerms.Create(parties, parties - 1).IsOk);
        Assert.False(DropoutTerms.Create(4, 3).IsOk);
    }

    [Fact]
    public void Arithmetic_is_that_of_the_field()
    {
        Assert.Equal(0xc1, ByteShares.Multiply(0x57, 0x83)); // FIPS 197, section 4.2
        Assert.Equal(0xfe, ByteShares.Multiply(0x57, 0x13));
        for (var value = 1; value < 256; value++)
            Assert.Equal(1, ByteShares.Multiply((byte)value, ByteShares.Invert((byte)value)));
    }

    [Fact]
    public void Enough_shares_open_a_secret_and_one_fewer_fits_every_secret()
    {
        byte[] secret = [0, 1, 0x80, 0xff, 42];
        var shares = ByteShares.Split(secret, parties: 6, threshold: 4);
        foreach (var chosen in (int[][])[[0, 1, 2, 3], [5, 1, 4, 2], [2, 3, 4, 5]])
            Assert.Equal(secret, ByteShares.Combine([.. chosen.Select(i => (i, shares[i]))]));
        var guessed = Enumerable.Range(0, 256).Select(guess => ByteShares.Combine([(0, shares[0][..1]), (1, shares[1][..1]), (2, shares[2][..1]), (3, [(byte)guess])])[0]);
        Assert.Equal(256, guessed.Distinct().Count());
    }
}
